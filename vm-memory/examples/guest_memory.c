/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Three GiB of memory below the 32-bit hole and one above it, a number that
 * is written and read back, and an access that a guest does not get away with.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <vm-memory/endian.h>
#include <vm-memory/guest_memory.h>

#define GIB (UINT64_C(1) << 30)

static int use_guest_memory(void)
{
	const struct vm_mem_range ranges[] = {
		{ .gpa = 0, .size = 3 * GIB },
		{ .gpa = 4 * GIB, .size = GIB },
	};
	struct vm_mem *mem;
	uint32_t value;
	int r;

	r = vm_mem_new(ranges, 2, &mem);
	if (r < 0)
		return r;
	r = vm_mem_write_le32(mem, 4 * GIB, 0x12345678);
	if (!r)
		r = vm_mem_read_le32(mem, 4 * GIB, &value);
	if (!r)
		printf("at 4 GiB there is %#" PRIx32 "\n", value);
	if (vm_mem_read_le32(mem, 3 * GIB, &value) == -EFAULT)
		puts("at 3 GiB there is nothing");
	vm_mem_free(mem);
	return r;
}

int main(void)
{
	int r = use_guest_memory();

	if (r < 0)
		fprintf(stderr, "guest memory: %s\n", strerror(-r));
	return r < 0;
}
