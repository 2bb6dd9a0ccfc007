/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/fdt.h>

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Devicetree Specification 0.4, 5.2: big-endian fields of the header. */
#define FDT_HEADER_SIZE	    40u
#define FDT_MAGIC	    0xd00dfeedu
#define FDT_TOTALSIZE	    4u
#define FDT_OFF_STRUCT	    8u
#define FDT_OFF_STRINGS	    12u
#define FDT_OFF_RSVMAP	    16u
#define FDT_LAST_COMPATIBLE 24u
#define FDT_SIZE_STRINGS    32u
#define FDT_SIZE_STRUCT	    36u

#define FDT_ALIGNMENT 8u
#define FDT_VERSION   17u

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static bool is_inside(const uint8_t *fdt, size_t offset, uint32_t len)
{
	return (uint64_t)get_be32(fdt + offset) + len <=
	       get_be32(fdt + FDT_TOTALSIZE);
}

/* The size that the tree says it has, or a reason to refuse it. */
static int check_header(const uint8_t *fdt, size_t size,
			struct vm_load_why *why)
{
	uint32_t total;

	if (size < FDT_HEADER_SIZE || get_be32(fdt) != FDT_MAGIC)
		return loader_fail(why, -EBADMSG, "it is not a device tree");
	total = get_be32(fdt + FDT_TOTALSIZE);
	if (total > size)
		return loader_fail(why, -EBADMSG,
				   "device tree truncated: its header promises "
				   "%" PRIu32 " bytes, there are %zu",
				   total, size);
	if (total > VM_LOAD_FDT_MAX)
		return loader_fail(why, -EBADMSG,
				   "device tree has %" PRIu32
				   " bytes, more than %u",
				   total, VM_LOAD_FDT_MAX);
	if (get_be32(fdt + FDT_LAST_COMPATIBLE) > FDT_VERSION)
		return loader_fail(why, -EBADMSG,
				   "device tree needs version %" PRIu32,
				   get_be32(fdt + FDT_LAST_COMPATIBLE));
	if (total < FDT_HEADER_SIZE ||
	    !is_inside(fdt, FDT_OFF_STRUCT, get_be32(fdt + FDT_SIZE_STRUCT)) ||
	    !is_inside(fdt, FDT_OFF_STRINGS,
		       get_be32(fdt + FDT_SIZE_STRINGS)) ||
	    !is_inside(fdt, FDT_OFF_RSVMAP, 16))
		return loader_fail(why, -EBADMSG,
				   "device tree is larger than it says");
	return 0;
}

int vm_load_fdt_into(const struct vm_mem *mem, uint64_t gpa, const void *fdt,
		     size_t size, struct vm_load_why *why)
{
	uint32_t total;
	int r;

	r = check_header(fdt, size, why);
	if (r)
		return r;
	if (gpa % FDT_ALIGNMENT)
		return loader_fail(why, -EINVAL,
				   "device tree at 0x%" PRIx64
				   " is not aligned to 8 bytes",
				   gpa);
	total = get_be32((const uint8_t *)fdt + FDT_TOTALSIZE);
	r = vm_mem_write(mem, gpa, fdt, total);
	if (r)
		return loader_fail(why, r,
				   "device tree of %" PRIu32
				   " bytes at 0x%" PRIx64
				   " is not in guest memory",
				   total, gpa);
	return 0;
}

int vm_load_fdt_file_into(const struct vm_mem *mem, uint64_t gpa, int fd,
			  struct vm_load_why *why)
{
	uint64_t size;
	uint8_t *fdt;
	int r;

	r = loader_file_size(fd, &size, why);
	if (r)
		return r;
	if (size > VM_LOAD_FDT_MAX)
		return loader_fail(why, -EBADMSG,
				   "device tree has %" PRIu64
				   " bytes, more than %u",
				   size, VM_LOAD_FDT_MAX);
	fdt = malloc((size_t)size);
	if (!fdt)
		return loader_fail(why, -ENOMEM, "no memory for a device tree");
	r = loader_pread(fd, fdt, (size_t)size, 0, why);
	if (!r)
		r = vm_load_fdt_into(mem, gpa, fdt, (size_t)size, why);
	free(fdt);
	return r;
}
