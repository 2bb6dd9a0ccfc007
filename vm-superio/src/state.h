/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_STATE_H
#define VM_SUPERIO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Unused bytes of a saved state are zero: a later version may use them. */
static inline bool state_is_zero(const uint8_t *bytes, size_t len)
{
	uint8_t any = 0;

	for (size_t i = 0; i < len; i++)
		any |= bytes[i];
	return !any;
}

#endif
