/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the fake remembers: byte strings in the order in which they came, each
 * with a kind and a key.  A search is linear, which is good enough for a test.
 */
#ifndef TESTING_STORE_H
#define TESTING_STORE_H

#include <stddef.h>
#include <stdint.h>

struct item {
	struct item *next;
	uint64_t kind;
	uint64_t key;
	size_t size;
	uint8_t data[];
};

struct store {
	struct item *first;
	struct item *last;
};

void store_fini(struct store *store);

/* Appends; -ENOMEM.  @data may be NULL for zeroes. */
int store_push(struct store *store, uint64_t kind, uint64_t key,
	       const void *data, size_t size);

/* Replaces what is there for kind and key, or appends; -ENOMEM. */
int store_set(struct store *store, uint64_t kind, uint64_t key,
	      const void *data, size_t size);

/* The @index-th of kind and key, or NULL. */
struct item *store_find(const struct store *store, uint64_t kind, uint64_t key,
			unsigned int index);

/* The next of a kind after @item, which is NULL to begin with, or NULL. */
struct item *store_next(const struct store *store, uint64_t kind,
			const struct item *item);

/* Unlinks and frees @item, which is in the store. */
void store_remove(struct store *store, struct item *item);

/* Copies at most @size bytes of @item; returns its own size, or -ENOENT. */
int store_copy(const struct item *item, void *buf, size_t size);

#endif
