/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/setup_data.h>

#include "internal.h"

#include <inttypes.h>

int vm_load_setup_data_write(const struct vm_mem *mem, uint64_t gpa,
			     uint64_t next, enum vm_load_setup_type type,
			     const void *data, uint32_t len,
			     struct vm_load_why *why)
{
	uint64_t size = VM_LOAD_SETUP_DATA_HEADER + (uint64_t)len;
	uint8_t header[VM_LOAD_SETUP_DATA_HEADER];
	int r;

	put_le64(header, next);
	put_le32(header + 8, type);
	put_le32(header + 12, len);
	/* As a whole first, so that a node is written or left alone. */
	r = vm_mem_check_range(mem, gpa, size);
	if (!r)
		r = vm_mem_write(mem, gpa, header, sizeof(header));
	if (!r)
		r = vm_mem_write(mem, gpa + sizeof(header), data, len);
	if (r)
		return loader_fail(why, r,
				   "setup_data of %" PRIu64
				   " bytes at 0x%" PRIx64
				   " is not in guest memory",
				   size, gpa);
	return 0;
}
