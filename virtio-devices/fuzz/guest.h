/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest that does what the fuzzer's input says, to a device of any type.
 *
 *	next 1 KiB	the first KiB of guest memory, where queue 0 lies
 *	the rest	what happens, some bytes for each step
 *
 * The device starts with all queues set up, so that registers and rings are
 * both arbitrary from there on; the former may also be used from a reset.
 */
#ifndef VIRTIO_DEVICES_FUZZ_GUEST_H
#define VIRTIO_DEVICES_FUZZ_GUEST_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <virtio-devices/mmio.h>
#include <virtio-devices/state.h>
#include <virtio-devices/transport.h>

#define IMAGE  1024u
#define REGION 0x10000u

/* Rounds in which a device must come to rest. */
#define ROUNDS 1000

/* What must hold whatever the guest does. */
#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

struct guest {
	struct vm_mem *mem;
	struct vm_virtio_device *device;
	struct vm_virtio_mmio mmio;
	const uint8_t *data;
	size_t left;
	uint64_t kicks;
};

static inline void guest_kick(void *context, uint16_t queue)
{
	struct guest *guest = context;

	MUST(queue < VM_VIRTIO_MAX_QUEUES);
	guest->kicks |= UINT64_C(1) << queue;
}

static inline void guest_irq(void *context, bool level)
{
	(void)context;
	(void)level;
}

/* Makes guest memory: two adjacent regions, and behind them nothing. */
static inline struct vm_virtio_host guest_init(struct guest *guest)
{
	const struct vm_mem_range ranges[] = { { 0, REGION, NULL },
					       { REGION, REGION, NULL } };

	MUST(!vm_mem_new(ranges, 2, &guest->mem));
	return (struct vm_virtio_host){ .mem = guest->mem,
					.kick = guest_kick,
					.context = guest };
}

static inline void guest_attach(struct guest *guest,
				struct vm_virtio_device *device)
{
	const struct vm_virtio_mmio_config config = { .device = device,
						      .irq = guest_irq };

	guest->device = device;
	MUST(!vm_virtio_mmio_init(&guest->mmio, &config));
}

static inline uint8_t next_byte(struct guest *guest)
{
	if (!guest->left)
		return 0;
	guest->left--;
	return *guest->data++;
}

static inline uint32_t next_word(struct guest *guest)
{
	uint32_t value = 0;

	for (int i = 0; i < 4; i++)
		value = value << 8 | next_byte(guest);
	return value;
}

static inline uint32_t guest_read(struct guest *guest, uint64_t off)
{
	uint32_t value;

	vm_virtio_mmio_read(&guest->mmio, off, &value, sizeof(value));
	return value;
}

static inline void guest_write(struct guest *guest, uint64_t off,
			       uint32_t value)
{
	vm_virtio_mmio_write(&guest->mmio, off, &value, sizeof(value));
}

/* A driver's initialisation, with the features that the input wants. */
static inline void guest_start(struct guest *guest)
{
	uint32_t unwanted = next_word(guest);
	uint8_t shape = next_byte(guest);

	guest_write(guest, VM_VIRTIO_MMIO_STATUS, 0);
	guest_write(guest, VM_VIRTIO_MMIO_STATUS, 3);
	for (uint32_t i = 0; i < 2; i++) {
		guest_write(guest, VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL, i);
		guest_write(guest, VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL, i);
		guest_write(guest, VM_VIRTIO_MMIO_DRIVER_FEATURES,
			    guest_read(guest, VM_VIRTIO_MMIO_DEVICE_FEATURES) &
				    ~(i ? unwanted & 0xe : unwanted));
	}
	guest_write(guest, VM_VIRTIO_MMIO_STATUS, 11);
	for (uint32_t i = 0; i < guest->device->queue_count; i++) {
		guest_write(guest, VM_VIRTIO_MMIO_QUEUE_SEL, i);
		guest_write(guest, VM_VIRTIO_MMIO_QUEUE_SIZE, 1u << shape % 6);
		guest_write(guest, VM_VIRTIO_MMIO_QUEUE_DESC_LOW, 0x400 * i);
		guest_write(guest, VM_VIRTIO_MMIO_QUEUE_DRIVER_LOW,
			    0x400 * i + 0x200);
		guest_write(guest, VM_VIRTIO_MMIO_QUEUE_DEVICE_LOW,
			    0x400 * i + 0x280);
		guest_write(guest, VM_VIRTIO_MMIO_QUEUE_READY, 1);
	}
	guest_write(guest, VM_VIRTIO_MMIO_STATUS, 15);
}

/* Starts an input: a driver's initialisation, and then what lies in the first
 * @rings bytes of memory, where the queues are. */
static inline void guest_begin(struct guest *guest, const uint8_t *data,
			       size_t size, size_t rings)
{
	guest->data = data;
	guest->left = size;
	guest->kicks = 0;
	MUST(!vm_mem_fill(guest->mem, 0, 0, 0x4000));
	guest_start(guest);
	if (rings > guest->left)
		rings = guest->left;
	MUST(!vm_mem_write(guest->mem, 0, guest->data, rings));
	guest->data += rings;
	guest->left -= rings;
}

/* Leaves nothing of an input behind. */
static inline void guest_end(struct guest *guest)
{
	guest_write(guest, VM_VIRTIO_MMIO_STATUS, 0);
	MUST(!guest->device->status);
}

/* Lets the VMM work until the device has nothing to do. */
static inline void guest_run(struct guest *guest)
{
	for (int round = 0; guest->kicks; round++) {
		uint64_t kicks = guest->kicks;

		MUST(round < ROUNDS);
		guest->kicks = 0;
		for (uint32_t i = 0; i < VM_VIRTIO_MAX_QUEUES; i++) {
			if (kicks >> i & 1)
				vm_virtio_device_notify(guest->device, i);
		}
	}
}

static inline void step_access(struct guest *guest, uint8_t how)
{
	uint64_t off =
		how & 8 ? next_word(guest) % 0x200 : next_byte(guest) % 64 * 4u;
	size_t len = how & 2 ? 4 : next_byte(guest) % 17;
	uint8_t bytes[16] = { 0 };

	if (how & 1) {
		vm_virtio_mmio_read(&guest->mmio, off, bytes, len);
		return;
	}
	for (size_t i = 0; i < len; i++)
		bytes[i] = next_byte(guest);
	vm_virtio_mmio_write(&guest->mmio, off, bytes, len);
}

static inline void step_memory(struct guest *guest, uint8_t how)
{
	vm_gpa gpa = next_byte(guest) * 4u + (how & 8 ? 0x1000 : 0);

	for (uint8_t i = 0; i < (how & 7) + 1; i++) {
		uint8_t byte = next_byte(guest);

		MUST(!vm_mem_write(guest->mem, gpa + i, &byte, 1));
	}
}

/* One more chain on a split queue, with the next head that is there. */
static inline void step_offer(struct guest *guest, uint32_t queue)
{
	const struct vm_virtio_queue *found =
		vm_virtio_device_get_queue(guest->device, queue);
	uint16_t index;

	if (found && !found->vq.is_packed && virtq_is_active(&found->vq)) {
		index = (uint16_t)(found->vq.next_avail + 1);
		(void)!vm_mem_write(guest->mem, found->config.driver + 2,
				    &index, 2);
	}
	guest_write(guest, VM_VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

/* The device moves to another process, and is what it was. */
static inline void step_move(struct guest *guest)
{
	static struct vm_virtio_state state, again;

	vm_virtio_device_save(guest->device, &state);
	vm_virtio_device_set_status(guest->device, 0);
	MUST(!vm_virtio_device_restore(guest->device, &state));
	vm_virtio_device_save(guest->device, &again);
	MUST(!memcmp(&state, &again, sizeof(state)));
}

static inline void guest_step(struct guest *guest)
{
	uint8_t what = next_byte(guest), how = what >> 4;

	switch (what & 15) {
	case 0:
	case 1:
	case 2:
	case 3:
		step_offer(guest, how % 4);
		break;
	case 4:
	case 5:
	case 6:
		step_memory(guest, how);
		break;
	case 7:
	case 8:
		vm_virtio_device_handle(guest->device);
		break;
	case 9:
		step_move(guest);
		break;
	case 10:
		guest_start(guest);
		break;
	case 11:
		vm_virtio_device_set_mem(guest->device, guest->mem);
		break;
	case 12:
		vm_virtio_device_notify(guest->device, how);
		break;
	default:
		step_access(guest, how);
	}
	guest_run(guest);
}

static inline void guest_fuzz(struct guest *guest, const uint8_t *data,
			      size_t size)
{
	size_t image;

	guest->data = data;
	guest->left = size;
	guest->kicks = 0;
	MUST(!vm_mem_fill(guest->mem, 0, 0, 0x2000));
	guest_start(guest);
	image = guest->left < IMAGE ? guest->left : IMAGE;
	MUST(!vm_mem_write(guest->mem, 0, guest->data, image));
	guest->data += image;
	guest->left -= image;
	while (guest->left)
		guest_step(guest);
	guest_write(guest, VM_VIRTIO_MMIO_STATUS, 0);
	MUST(!guest->device->status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
