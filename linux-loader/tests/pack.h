/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Compressors for the tests, each if its library was there. */
#ifndef TESTS_PACK_H
#define TESTS_PACK_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/kernel.h>

/**
 * struct packing - a way to compress
 * @compression: what the library calls it; two frames of LZ4 share one
 * @appended: bytes of the size that the kernel's build appends
 * @make: compresses @len bytes into @out and returns the size of that, or 0
 */
struct packing {
	enum vm_load_compression compression;
	size_t appended;
	size_t (*make)(const uint8_t *data, size_t len, uint8_t *out,
		       size_t size);
};

extern const struct packing packings[];
extern const int packing_count;

/* The way to compress so, or NULL. */
const struct packing *find_packing(enum vm_load_compression compression);

#endif
