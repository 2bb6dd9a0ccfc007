/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The state of a running disk, damaged as the input says, restored and then
 * used.  The input is a list of patches, {le16 offset, byte} each, that ends
 * at an offset beyond the state; the rest is for the guest of guest.h.
 */
#include <sys/mman.h>
#include <unistd.h>

#include <virtio-devices/block.h>

#include "guest.h"

static struct guest guest;
static struct vm_virtio_state good;

static void init(void)
{
	static struct vm_block_image image;
	struct vm_virtio_block_config config = { .image = &image,
						 .queue_count = 2,
						 .queue_size = 32 };
	struct vm_virtio_block *block;
	int fd = memfd_create("disk", MFD_CLOEXEC);

	MUST(fd >= 0 && !ftruncate(fd, 0x8000));
	MUST(!vm_block_image_open_fd(&image, fd, 0));
	MUST(!vm_block_sync_new(&image, &config.engine));
	close(fd);
	config.host = guest_init(&guest);
	MUST(!vm_virtio_block_new(&config, &block));
	guest_attach(&guest, vm_virtio_block_device(block));
	guest_start(&guest);
	vm_virtio_device_save(guest.device, &good);
}

static void patch(struct vm_virtio_state *state)
{
	while (guest.left) {
		size_t off = next_byte(&guest);

		off |= (size_t)next_byte(&guest) << 8;
		if (off >= sizeof(*state))
			return;
		((uint8_t *)state)[off] = next_byte(&guest);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vm_virtio_state state;

	if (!guest.mem)
		init();
	guest.data = data;
	guest.left = size;
	guest.kicks = 0;
	state = good;
	patch(&state);
	vm_virtio_device_set_status(guest.device, 0);
	if (vm_virtio_device_restore(guest.device, &state))
		MUST(!guest.device->status);
	guest_run(&guest);
	while (guest.left)
		guest_step(&guest);
	return 0;
}
