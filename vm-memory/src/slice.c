/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include "internal.h"

int vm_mem_get_slice_perm(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
			  unsigned int perm, struct vm_mem_slice *ret_slice)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t limit = mem_limit(entry, perm);
	uint64_t off = gpa - entry->gpa;
	vm_gpa last;

	if (!len) {
		*ret_slice = (struct vm_mem_slice){ .hva = NULL };
		return 0;
	}
	if (off >= limit || len > limit - off)
		return vm_gpa_last(gpa, len, &last) ? -EOVERFLOW : -EFAULT;
	*ret_slice = (struct vm_mem_slice){
		.hva = entry->hva + off,
		.len = len,
		.dirty = entry->dirty,
		.dirty_off = entry->off + off,
	};
	return 0;
}
