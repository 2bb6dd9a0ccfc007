/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "copy.h"
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
	};
	return 0;
}

int vm_mem_slice_read(const struct vm_mem_slice *slice, uint64_t off, void *dst,
		      size_t len)
{
	if (off > slice->len || len > slice->len - off)
		return -EFAULT;
	if (len)
		mem_copy_out(dst, (uint8_t *)slice->hva + off, len);
	return 0;
}

int vm_mem_slice_write(const struct vm_mem_slice *slice, uint64_t off,
		       const void *src, size_t len)
{
	if (off > slice->len || len > slice->len - off)
		return -EFAULT;
	if (!len)
		return 0;
	mem_copy_in((uint8_t *)slice->hva + off, src, len);
	vm_mem_slice_mark_dirty(slice, off, len);
	return 0;
}

uint64_t vm_mem_slice_copy(const struct vm_mem_slice *dst,
			   const struct vm_mem_slice *src)
{
	uint64_t len = dst->len < src->len ? dst->len : src->len;

	if (!len)
		return 0;
	memmove(dst->hva, src->hva, len);
	vm_mem_slice_mark_dirty(dst, 0, len);
	return len;
}
