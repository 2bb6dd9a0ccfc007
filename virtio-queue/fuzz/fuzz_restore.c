/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A snapshot from anywhere: the input is a struct virtq_state, then guest
 * memory from address 0 on.  What is restored works, and saves as itself.
 */
#include "ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtq_state state = { 0 }, again;
	struct virtq_seg segs[SEGS];
	struct virtq_chain chain = { .segs = segs, .max_segs = SEGS };
	struct vm_mem *mem = fuzz_memory();
	struct virtq vq = { 0 };
	uint32_t base;
	int r;

	memcpy(&state, data, size < sizeof(state) ? size : sizeof(state));
	size -= size < sizeof(state) ? size : sizeof(state);
	if (size > 2 * REGION)
		return 0;
	MUST(!vm_mem_fill(mem, 0, 0, 2 * REGION));
	MUST(!vm_mem_write(mem, 0, data + sizeof(state) * !!size, size));
	r = virtq_restore(&vq, &state, mem);
	MUST(r <= 0);
	MUST(virtq_is_active(&vq) == (!r && state.size));
	if (!virtq_is_active(&vq))
		return 0;
	MUST(!virtq_save(&vq, &again));
	MUST(!memcmp(&state, &again, sizeof(state)));
	r = virtq_get_vhost_base(&vq, &base);
	MUST(r == 0 || state.fault || state.next_avail != state.next_used);
	for (int i = 0; i < 64; i++) {
		r = virtq_pop(&vq, &chain);
		if (!r || virtq_is_broken(&vq))
			break;
		MUST(!virtq_push(&vq, chain.head, 0) ||
		     state.next_avail != state.next_used);
		(void)!virtq_flush(&vq);
	}
	virtq_reset(&vq);
	return 0;
}
