/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Resource descriptors: ACPI 6.5, section 6.4. */
#include <errno.h>

#include "aml_internal.h"

/* Tags; a small descriptor has its length in the low bits. */
#define TAG_IO		   0x47u
#define TAG_MEMORY32_FIXED 0x86u
#define TAG_INTERRUPT	   0x89u
#define TAG_QWORD_ADDRESS  0x8au

#define IO_DECODE16	0x01u
#define MEMORY_WRITABLE 0x01u

/* Of an interrupt and of an address range: the device uses it itself. */
#define CONSUMER 0x01u

#define ADDRESS_MEMORY	  0x00u
#define ADDRESS_MIN_FIXED 0x04u
#define ADDRESS_MAX_FIXED 0x08u

static void check(struct aml *aml, bool valid)
{
	if (!valid || !aml_is_in(aml, AML_RESOURCES))
		aml_fail(aml, -EINVAL);
}

/* Section 6.4.2.5. */
void aml_io(struct aml *aml, uint16_t base, unsigned int size)
{
	check(aml, size && size <= UINT8_MAX && base + size <= 0x10000);
	aml_put(aml, TAG_IO, 1);
	aml_put(aml, IO_DECODE16, 1);
	aml_put(aml, base, 2);
	aml_put(aml, base, 2);
	aml_put(aml, 1, 1);
	aml_put(aml, size, 1);
}

/* Section 6.4.3.6. */
void aml_interrupt(struct aml *aml, uint32_t gsi, unsigned int flags)
{
	unsigned int known = AML_IRQ_EDGE | AML_IRQ_ACTIVE_LOW | AML_IRQ_SHARED;

	check(aml, !(flags & ~known));
	aml_put(aml, TAG_INTERRUPT, 1);
	aml_put(aml, 6, 2);
	aml_put(aml, CONSUMER | flags, 1);
	aml_put(aml, 1, 1);
	aml_put(aml, gsi, 4);
}

/* Section 6.4.3.4. */
void aml_memory32_fixed(struct aml *aml, uint32_t base, uint32_t size)
{
	check(aml, size && size - 1 <= UINT32_MAX - base);
	aml_put(aml, TAG_MEMORY32_FIXED, 1);
	aml_put(aml, 9, 2);
	aml_put(aml, MEMORY_WRITABLE, 1);
	aml_put(aml, base, 4);
	aml_put(aml, size, 4);
}

/* Section 6.4.3.5.1. */
void aml_qword_memory(struct aml *aml, uint64_t base, uint64_t size)
{
	check(aml, size && size - 1 <= UINT64_MAX - base);
	aml_put(aml, TAG_QWORD_ADDRESS, 1);
	aml_put(aml, 43, 2);
	aml_put(aml, ADDRESS_MEMORY, 1);
	aml_put(aml, CONSUMER | ADDRESS_MIN_FIXED | ADDRESS_MAX_FIXED, 1);
	aml_put(aml, MEMORY_WRITABLE, 1);
	aml_put(aml, 0, 8);
	aml_put(aml, base, 8);
	aml_put(aml, base + size - 1, 8);
	aml_put(aml, 0, 8);
	aml_put(aml, size, 8);
}
