/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-memory/iter.h>

#include "walk.h"

bool table_remember(struct virtq *vq, uint64_t addr, uint32_t len)
{
	struct vm_mem_region_info info;
	size_t index;

	vq->table = (struct vm_mem_slice){ 0 };
	if (vm_mem_find_region(vq->mem, addr, &index) ||
	    vm_mem_get_region(vq->mem, index, &info) ||
	    vm_mem_get_slice_perm(vq->mem, info.gpa, info.size,
				  VM_MEM_PERM_READ, &vq->table))
		return false;
	vq->table_gpa = info.gpa;
	return table_hva(vq, addr, len) != NULL;
}

enum virtq_fault table_check(const struct virtq *vq, uint64_t addr,
			     uint32_t len)
{
	struct vm_mem_iter iter;

	if (!vq->has_indirect)
		return VIRTQ_FAULT_INDIRECT_UNNEGOTIATED;
	if (!len || len % VIRTQ_DESC_SIZE)
		return VIRTQ_FAULT_INDIRECT_LENGTH;
	if (len / VIRTQ_DESC_SIZE > vq->size)
		return VIRTQ_FAULT_TOO_LONG;
	switch (vm_mem_iter_init(&iter, vq->mem, addr, len, VM_MEM_PERM_READ)) {
	case 0:
		return VIRTQ_FAULT_NONE;
	case -EOVERFLOW:
		return VIRTQ_FAULT_ADDRESS_WRAP;
	default:
		return VIRTQ_FAULT_INDIRECT_UNBACKED;
	}
}

void table_copy(const struct virtq *vq, uint64_t addr, uint32_t index,
		uint64_t words[2])
{
	/*
	 * It does not fail, because table_check() has looked at the whole table.
	 * If it did, there would be a descriptor of length 0, which is refused.
	 */
	words[0] = 0;
	words[1] = 0;
	(void)!vm_mem_read(vq->mem, addr + VIRTQ_DESC_SIZE * (vm_gpa)index,
			   words, VIRTQ_DESC_SIZE);
}
