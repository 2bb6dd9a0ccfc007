/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <sys/uio.h>

#include "internal.h"

int vm_mem_iter_init(struct vm_mem_iter *iter, const struct vm_mem *mem,
		     vm_gpa gpa, uint64_t len, unsigned int perm)
{
	int r = mem_check(mem, gpa, len, perm);

	if (r < 0)
		return r;
	*iter = (struct vm_mem_iter){
		.mem = mem,
		.slot = (size_t)(mem_find(mem, gpa) - mem->entries),
		.gpa = gpa,
		.len = len,
	};
	return 0;
}

bool vm_mem_iter_next(struct vm_mem_iter *iter, struct vm_mem_slice *ret_slice)
{
	const struct mem_entry *entry;
	uint64_t off, len;

	if (!iter->len)
		return false;
	entry = &iter->mem->entries[iter->slot];
	off = iter->gpa - entry->gpa;
	len = entry->size - off;
	if (len > iter->len)
		len = iter->len;
	*ret_slice = (struct vm_mem_slice){
		.hva = entry->hva + off,
		.len = len,
		.dirty = entry->dirty,
		.dirty_off = entry->off + off,
	};
	iter->slot++;
	iter->gpa += len;
	iter->len -= len;
	return true;
}

int vm_mem_get_iovec(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
		     unsigned int perm, struct iovec *iov, size_t max)
{
	struct vm_mem_iter count, fill;
	struct vm_mem_slice slice;
	int n = 0;
	int r;

	r = vm_mem_iter_init(&count, mem, gpa, len, perm);
	if (r < 0)
		return r;
	fill = count;
	for (size_t i = 0; vm_mem_iter_next(&count, &slice); i++) {
		if (i == max || i == INT32_MAX)
			return -ENOSPC;
	}
	while (vm_mem_iter_next(&fill, &slice))
		iov[n++] = (struct iovec){ slice.hva, slice.len };
	return n;
}
