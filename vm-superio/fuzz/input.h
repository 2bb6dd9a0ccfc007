/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the fuzz targets share: an input that is eaten from the front, and the
 * names of the device that clock.h and port.h are included for.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* NAME(_save) is vm_cmos_save where DEVICE is vm_cmos. */
#define NAME(suffix)	    JOIN(DEVICE, suffix)
#define JOIN(a, b)	    JOIN_EXPANDED(a, b)
#define JOIN_EXPANDED(a, b) a##b

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t len;
};

/* The next integer of up to eight bytes; behind the end there are zeros. */
static inline uint64_t take(struct input *input, size_t bytes)
{
	uint64_t value = 0;

	while (bytes-- && input->len) {
		value = value << 8 | *input->data++;
		input->len--;
	}
	return value;
}

/* Fills a structure with the next bytes, and with zeros behind the end. */
static inline void take_bytes(struct input *input, void *dst, size_t len)
{
	size_t have = len < input->len ? len : input->len;

	memset(dst, 0, len);
	memcpy(dst, input->data, have);
	input->data += have;
	input->len -= have;
}

#endif
