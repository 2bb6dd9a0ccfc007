/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <sys/uio.h>

#include "internal.h"

int vm_mem_iter_init(struct vm_mem_iter *iter, const struct vm_mem *mem,
		     vm_gpa gpa, uint64_t len, unsigned int perm)
{
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, perm, &walk);

	if (r < 0)
		return r;
	*iter = (struct vm_mem_iter){
		.mem = mem,
		.slot = (size_t)(walk.entry - mem->entries),
		.off = walk.off,
		.left = walk.left,
	};
	return 0;
}

bool vm_mem_iter_next(struct vm_mem_iter *iter, struct vm_mem_slice *ret_slice)
{
	struct mem_walk walk = {
		.entry = &iter->mem->entries[iter->slot],
		.off = iter->off,
		.left = iter->left,
	};
	struct mem_part part;

	if (!mem_next(&walk, &part))
		return false;
	*ret_slice = (struct vm_mem_slice){
		.hva = part.hva,
		.len = part.len,
		.dirty = part.entry->dirty,
	};
	iter->slot = (size_t)(walk.entry - iter->mem->entries);
	iter->off = walk.off;
	iter->left = walk.left;
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
