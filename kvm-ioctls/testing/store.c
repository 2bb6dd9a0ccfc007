/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

void store_fini(struct store *store)
{
	while (store->first)
		store_remove(store, store->first);
}

int store_push(struct store *store, uint64_t kind, uint64_t key,
	       const void *data, size_t size)
{
	struct item *item;

	item = calloc(1, sizeof(*item) + size);
	if (!item)
		return -ENOMEM;
	item->kind = kind;
	item->key = key;
	item->size = size;
	if (data && size)
		memcpy(item->data, data, size);
	if (store->last)
		store->last->next = item;
	else
		store->first = item;
	store->last = item;
	return 0;
}

int store_set(struct store *store, uint64_t kind, uint64_t key,
	      const void *data, size_t size)
{
	struct item *old = store_find(store, kind, key, 0);
	int r = store_push(store, kind, key, data, size);

	if (r == 0 && old)
		store_remove(store, old);
	return r;
}

struct item *store_find(const struct store *store, uint64_t kind, uint64_t key,
			unsigned int index)
{
	for (struct item *item = store->first; item; item = item->next) {
		if (item->kind == kind && item->key == key && index-- == 0)
			return item;
	}
	return NULL;
}

struct item *store_next(const struct store *store, uint64_t kind,
			const struct item *item)
{
	struct item *next = item ? item->next : store->first;

	while (next && next->kind != kind)
		next = next->next;
	return next;
}

void store_remove(struct store *store, struct item *item)
{
	struct item *before = NULL;

	for (struct item *at = store->first; at != item; at = at->next)
		before = at;
	if (before)
		before->next = item->next;
	else
		store->first = item->next;
	if (store->last == item)
		store->last = before;
	free(item);
}

int store_copy(const struct item *item, void *buf, size_t size)
{
	if (!item)
		return -ENOENT;
	if (size)
		memcpy(buf, item->data, item->size < size ? item->size : size);
	return (int)item->size;
}
