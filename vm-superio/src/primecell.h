/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_PRIMECELL_H
#define VM_SUPERIO_PRIMECELL_H

#include <stdint.h>

/* Peripheral and PrimeCell identification: the last eight words of a page. */
#define PRIMECELL_ID_FIRST 0xfe0u
#define PRIMECELL_ID_LAST  0xffcu

/* One byte of an identification of eight bytes. */
static inline uint32_t primecell_id(const uint8_t id[static 8],
				    unsigned int off)
{
	return id[(off - PRIMECELL_ID_FIRST) / 4];
}

#endif
