/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A balloon in a rig, and what its driver does. */
#ifndef VIRTIO_DEVICES_TESTS_BALLOON_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_BALLOON_SUPPORT_H

#include <stddef.h>
#include <sys/mman.h>

#include <virtio-devices/balloon.h>
#include <vm-memory/endian.h>
#include <vm-memory/slice.h>

#include "support.h"

#define PAGE VM_VIRTIO_BALLOON_PAGE
#define MIB  (UINT64_C(1) << 20)

#define INFLATE 0
#define DEFLATE 1
#define STATS	2
#define REPORT	4

/* Where the driver has its page numbers, and memory to give away. */
#define LIST DATA
#define HEAP (DATA + MIB)

/* Behind the rig's memory, for regions of another kind. */
#define MORE VM_VIRTIO_RIG_HOLE

#define ALL VM_VIRTIO_BALLOON_FEATURES

/* A driver that does not promise what is in its free pages. */
#define WANT_PLAIN \
	(VM_VIRTIO_RIG_SPLIT & ~VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_POISON))

struct balloon {
	struct vm_virtio_rig rig;
	struct vm_virtio_balloon *balloon;
	struct vm_virtio_device *device;
	const struct vm_virtio_balloon_counters *counters;
	unsigned int told;
	struct vm_virtio_balloon_stats stats;
};

static inline void on_stats(void *context,
			    const struct vm_virtio_balloon_stats *stats)
{
	struct balloon *balloon = context;

	balloon->told++;
	balloon->stats = *stats;
}

/* A balloon whose guest may have one region more than the rig's. */
static inline void balloon_init_with(struct balloon *balloon, uint64_t features,
				     const struct vm_mem_range *more)
{
	struct vm_virtio_balloon_config config = { .features = features,
						   .on_stats = on_stats,
						   .stats_context = balloon };
	struct vm_mem *mem;

	memset(balloon, 0, sizeof(*balloon));
	ck_assert_int_eq(vm_virtio_rig_init(&balloon->rig), 0);
	if (more) {
		ck_assert_int_eq(
			vm_mem_add_region(balloon->rig.mem, more, &mem), 0);
		vm_mem_free(balloon->rig.mem);
		balloon->rig.mem = mem;
	}
	config.host = vm_virtio_rig_host(&balloon->rig);
	ck_assert_int_eq(vm_virtio_balloon_new(&config, &balloon->balloon), 0);
	balloon->device = vm_virtio_balloon_device(balloon->balloon);
	balloon->counters = vm_virtio_balloon_counters(balloon->balloon);
	ck_assert_int_eq(vm_virtio_rig_attach(&balloon->rig, balloon->device),
			 0);
}

static inline void balloon_init(struct balloon *balloon)
{
	balloon_init_with(balloon, ALL, NULL);
}

static inline void balloon_start_as(struct balloon *balloon, uint64_t wanted)
{
	ck_assert_int_eq(vm_virtio_rig_start(&balloon->rig, wanted, 64), 0);
}

static inline void balloon_start(struct balloon *balloon)
{
	balloon_start_as(balloon, WANT_PLAIN);
}

static inline void balloon_fini(struct balloon *balloon)
{
	vm_virtio_rig_fini(&balloon->rig);
	vm_virtio_balloon_free(balloon->balloon);
}

/* Offers a chain and sees it completed with nothing written. */
static inline void ask(struct balloon *balloon, uint16_t queue,
		       const struct virtq_buf *bufs, uint16_t count)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(
		vm_virtio_rig_send(&balloon->rig, queue, bufs, count, 7), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&balloon->rig, queue, &used), 0);
	ck_assert_uint_eq(used.token, 7);
	ck_assert_uint_eq(used.len, 0);
}

static inline void put_number(struct balloon *balloon, size_t index,
			      uint32_t number)
{
	number = vm_mem_le32(number);
	ck_assert_int_eq(vm_mem_write(balloon->rig.mem, LIST + 4 * index,
				      &number, sizeof(number)),
			 0);
}

/* Puts @count pages in the list: every @step-th one from @gpa on. */
static inline void put_list(struct balloon *balloon, vm_gpa gpa, int64_t step,
			    size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_number(
			balloon, i,
			(uint32_t)((int64_t)(gpa / PAGE) + step * (int64_t)i));
}

static inline void send_list(struct balloon *balloon, uint16_t queue,
			     size_t count)
{
	const struct virtq_buf buf = { LIST, (uint32_t)(4 * count), false };

	ask(balloon, queue, &buf, 1);
}

/* The guest has used this memory. */
static inline void touch(struct balloon *balloon, vm_gpa gpa, uint64_t len)
{
	ck_assert_int_eq(vm_mem_fill(balloon->rig.mem, gpa, 0xa5, len), 0);
}

static inline uint8_t byte_at(struct balloon *balloon, vm_gpa gpa)
{
	uint8_t byte;

	ck_assert_int_eq(vm_mem_read(balloon->rig.mem, gpa, &byte, 1), 0);
	return byte;
}

static inline void expect_bytes(struct balloon *balloon, vm_gpa gpa,
				uint64_t len, uint8_t byte)
{
	uint8_t bytes[PAGE];
	size_t part;

	for (; len; gpa += part, len -= part) {
		part = len < sizeof(bytes) ? (size_t)len : sizeof(bytes);
		ck_assert_int_eq(
			vm_mem_read(balloon->rig.mem, gpa, bytes, part), 0);
		ck_assert_uint_eq(bytes[0], byte);
		ck_assert_int_eq(memcmp(bytes, bytes + 1, part - 1), 0);
	}
}

/* Pages of the host in a range that take memory. */
static inline unsigned int resident(struct balloon *balloon, vm_gpa gpa,
				    uint64_t len)
{
	unsigned char pages[512];
	struct vm_mem_slice slice;
	unsigned int count = 0;

	ck_assert_uint_le(len / PAGE, sizeof(pages));
	ck_assert_int_eq(vm_mem_get_slice(balloon->rig.mem, gpa, len, &slice),
			 0);
	ck_assert_int_eq(mincore(slice.hva, len, pages), 0);
	for (uint64_t i = 0; i < len / PAGE; i++)
		count += pages[i] & 1;
	return count;
}

/* The driver writes a field of the configuration. */
static inline void write_field(struct balloon *balloon, uint64_t off,
			       uint32_t value)
{
	vm_virtio_rig_write(&balloon->rig, VM_VIRTIO_MMIO_CONFIG + off, value);
}

static inline uint32_t read_field(struct balloon *balloon, uint64_t off)
{
	return vm_virtio_rig_read(&balloon->rig, VM_VIRTIO_MMIO_CONFIG + off);
}

#define NUM_PAGES 0
#define ACTUAL	  4
#define HINT_ID	  8
#define POISON	  12

/* From reset to FEATURES_OK, a promise, and up to DRIVER_OK. */
static inline void balloon_start_poisoned(struct balloon *balloon,
					  uint32_t value)
{
	struct vm_virtio_rig *rig = &balloon->rig;

	ck_assert_int_eq(vm_virtio_rig_negotiate(rig, VM_VIRTIO_RIG_SPLIT), 0);
	for (uint16_t i = 0; i < balloon->device->queue_count; i++)
		ck_assert_int_eq(vm_virtio_rig_set_queue(rig, i, 64), 0);
	write_field(balloon, POISON, value);
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_STATUS, ALIVE);
	ck_assert_uint_eq(balloon->device->status, ALIVE);
}

/* The driver works again, after whatever happened. */
static inline void expect_working(struct balloon *balloon)
{
	uint64_t before = balloon->counters->discarded;

	balloon_start(balloon);
	touch(balloon, HEAP, PAGE);
	put_list(balloon, HEAP, 1, 1);
	send_list(balloon, INFLATE, 1);
	ck_assert_uint_eq(balloon->counters->discarded, before + PAGE);
	ck_assert_uint_eq(byte_at(balloon, HEAP), 0);
}

#endif
