/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Compressors for the tests, each if its library was there. */
#ifndef TESTS_PACK_H
#define TESTS_PACK_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/kernel.h>

/* Compresses len bytes into out and returns the size of that, 0 if it cannot. */
size_t make_packed(enum vm_load_compression compression, const uint8_t *data,
		   size_t len, uint8_t *out, size_t size);

#endif
