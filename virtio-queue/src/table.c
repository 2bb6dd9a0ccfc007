/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "walk.h"

/*
 * The rules that both rings share (2.7.5.3, 2.8.7).  The write flag of @desc is
 * ignored, as 2.7.5.3.2 demands.
 */
enum virtq_fault table_enter(const struct virtq *vq, const struct desc *desc,
			     struct table *table)
{
	struct vm_mem_slice slice;
	int r;

	if (!vq->has_indirect)
		return VIRTQ_FAULT_INDIRECT_UNNEGOTIATED;
	if (desc->flags & VIRTQ_DESC_F_NEXT)
		return VIRTQ_FAULT_INDIRECT_CHAINED;
	if (!desc->len || desc->len % VIRTQ_DESC_SIZE)
		return VIRTQ_FAULT_INDIRECT_LENGTH;
	if (desc->len / VIRTQ_DESC_SIZE > vq->size)
		return VIRTQ_FAULT_TOO_LONG;
	r = vm_mem_get_slice_perm(vq->mem, desc->addr, desc->len,
				  VM_MEM_PERM_READ, &slice);
	if (r == -EOVERFLOW)
		return VIRTQ_FAULT_ADDRESS_WRAP;
	if (r && vm_mem_check_range(vq->mem, desc->addr, desc->len))
		return VIRTQ_FAULT_INDIRECT_UNBACKED;
	table->mem = vq->mem;
	table->gpa = desc->addr;
	table->count = desc->len / VIRTQ_DESC_SIZE;
	table->hva = r || desc->addr % sizeof(uint64_t) ? NULL : slice.hva;
	return VIRTQ_FAULT_NONE;
}
