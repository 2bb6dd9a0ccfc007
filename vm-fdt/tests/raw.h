/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Blobs put together token by token, right or wrong. */
#ifndef TESTS_RAW_H
#define TESTS_RAW_H

#include <stdint.h>
#include <string.h>

#include <libfdt.h>

struct raw {
	uint64_t space[8192];
	size_t size;
};

static inline uint8_t *raw_bytes(struct raw *raw)
{
	return (uint8_t *)raw->space;
}

static inline void raw_put(struct raw *raw, uint32_t value)
{
	fdt32_st(raw_bytes(raw) + raw->size, value);
	raw->size += 4;
}

static inline void raw_add(struct raw *raw, const void *value, size_t len)
{
	memcpy(raw_bytes(raw) + raw->size, value, len);
	raw->size = (raw->size + len + 3) & ~(size_t)3;
}

/* The header with its fields to come, and an empty reservation block. */
static inline void raw_start(struct raw *raw)
{
	memset(raw, 0, sizeof(*raw));
	raw->size = 56;
}

static inline void raw_begin(struct raw *raw, const char *name)
{
	raw_put(raw, FDT_BEGIN_NODE);
	raw_add(raw, name, strlen(name) + 1);
}

static inline void raw_prop(struct raw *raw, uint32_t name, const void *value,
			    uint32_t len)
{
	raw_put(raw, FDT_PROP);
	raw_put(raw, len);
	raw_put(raw, name);
	raw_add(raw, value, len);
}

static inline void raw_end(struct raw *raw)
{
	raw_put(raw, FDT_END_NODE);
}

static inline void raw_set(struct raw *raw, size_t field, uint32_t value)
{
	fdt32_st(raw_bytes(raw) + 4 * field, value);
}

/* The end token, the strings and the header. */
static inline void raw_finish(struct raw *raw, const char *strings, size_t len)
{
	uint32_t offset;

	raw_put(raw, FDT_END);
	offset = (uint32_t)raw->size;
	memcpy(raw_bytes(raw) + offset, strings, len);
	raw->size += len;
	raw_set(raw, 0, FDT_MAGIC);
	raw_set(raw, 1, (uint32_t)raw->size);
	raw_set(raw, 2, 56);
	raw_set(raw, 3, offset);
	raw_set(raw, 4, 40);
	raw_set(raw, 5, 17);
	raw_set(raw, 6, 16);
	raw_set(raw, 8, (uint32_t)len);
	raw_set(raw, 9, offset - 56);
}

#endif
