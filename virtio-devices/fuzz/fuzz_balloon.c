/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A balloon with all features.  The input has memory for its five queues in the
 * place of guest_fuzz()'s first KiB, and between the steps of the guest the VMM
 * asks for statistics and another size.
 */
#include <virtio-devices/balloon.h>

#include "guest.h"

#define RINGS (0x400 * 5)

static struct guest guest;
static struct vm_virtio_balloon *balloon;

static void on_stats(void *context, const struct vm_virtio_balloon_stats *stats)
{
	(void)context;
	MUST(!(stats->valid >> VM_VIRTIO_BALLOON_STATS));
}

static void init(void)
{
	struct vm_virtio_balloon_config config = {
		.features = VM_VIRTIO_BALLOON_FEATURES,
		.on_stats = on_stats,
	};

	config.host = guest_init(&guest);
	MUST(!vm_virtio_balloon_new(&config, &balloon));
	guest_attach(&guest, vm_virtio_balloon_device(balloon));
}

static void step(void)
{
	uint8_t what = next_byte(&guest);

	switch (what & 7) {
	case 0:
		(void)!vm_virtio_balloon_request_stats(balloon);
		break;
	case 1:
		MUST(!vm_virtio_balloon_set_target(
			balloon, (uint64_t)what * VM_VIRTIO_BALLOON_PAGE));
		break;
	case 2:
		step_offer(&guest, 4);
		break;
	default:
		guest_step(&guest);
		return;
	}
	guest_run(&guest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t rings;

	if (!guest.mem)
		init();
	guest.data = data;
	guest.left = size;
	guest.kicks = 0;
	MUST(!vm_mem_fill(guest.mem, 0, 0, 2 * REGION));
	guest_start(&guest);
	rings = guest.left < RINGS ? guest.left : RINGS;
	MUST(!vm_mem_write(guest.mem, 0, guest.data, rings));
	guest.data += rings;
	guest.left -= rings;
	while (guest.left)
		step();
	guest_write(&guest, VM_VIRTIO_MMIO_STATUS, 0);
	MUST(!guest.device->status);
	return 0;
}
