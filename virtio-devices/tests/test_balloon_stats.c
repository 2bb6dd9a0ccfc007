/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "balloon_support.h"

#define ENTRY 10

/* Writes one entry of a buffer of statistics. */
static void put_stat(struct balloon *balloon, size_t index, uint16_t tag,
		     uint64_t value)
{
	uint8_t entry[ENTRY];

	tag = vm_mem_le16(tag);
	value = vm_mem_le64(value);
	memcpy(entry, &tag, 2);
	memcpy(entry + 2, &value, 8);
	ck_assert_int_eq(vm_mem_write(balloon->rig.mem, DATA + ENTRY * index,
				      entry, ENTRY),
			 0);
}

static void offer(struct balloon *balloon, uint32_t len, uint64_t token)
{
	const struct virtq_buf buf = { DATA, len, false };

	ck_assert_int_eq(
		vm_virtio_rig_send(&balloon->rig, STATS, &buf, 1, token), 0);
	ck_assert_int_eq(vm_virtio_rig_run(&balloon->rig), 0);
}

static void expect_back(struct balloon *balloon, uint64_t token)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_receive(&balloon->rig, STATS, &used), 0);
	ck_assert_uint_eq(used.token, token);
	ck_assert_uint_eq(used.len, 0);
}

static void expect_none_back(struct balloon *balloon)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_receive(&balloon->rig, STATS, &used),
			 -ETIME);
}

static int request(struct balloon *balloon)
{
	return vm_virtio_balloon_request_stats(balloon->balloon);
}

START_TEST(the_driver_answers_each_request)
{
	struct balloon balloon;
	unsigned int interrupts;

	balloon_init(&balloon);
	balloon_start_as(&balloon,
			 _i ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMFREE, 1000);
	offer(&balloon, ENTRY, 1);
	ck_assert_uint_eq(balloon.told, 1);
	ck_assert_uint_eq(balloon.stats.values[VIRTIO_BALLOON_S_MEMFREE], 1000);
	expect_none_back(&balloon);
	for (uint64_t i = 1; i < 10; i++) {
		interrupts = (unsigned int)balloon.device->stats.interrupts;
		ck_assert_int_eq(request(&balloon), 0);
		ck_assert_uint_eq(balloon.device->stats.interrupts,
				  interrupts + 1);
		expect_back(&balloon, i);
		virtq_driver_enable_interrupts(balloon.rig.drivers[STATS], 0);
		ck_assert_uint_eq(balloon.told, i);
		put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMFREE, 1000 + i);
		offer(&balloon, ENTRY, i + 1);
		ck_assert_uint_eq(balloon.told, i + 1);
		ck_assert_uint_eq(
			balloon.stats.values[VIRTIO_BALLOON_S_MEMFREE],
			1000 + i);
	}
	balloon_fini(&balloon);
}
END_TEST

/* 5.5.6.3.2: in any order, and unknown ones are ignored. */
START_TEST(statistics_have_tags)
{
	const struct vm_virtio_balloon_stats *stats;
	struct balloon balloon;
	size_t count = 0;

	balloon_init(&balloon);
	balloon_start(&balloon);
	for (uint16_t tag = 16; tag-- > 0;)
		put_stat(&balloon, count++, tag, UINT64_C(1) << 60 | tag);
	put_stat(&balloon, count++, 16, 1);
	put_stat(&balloon, count++, UINT16_MAX, 1);
	put_stat(&balloon, count++, VIRTIO_BALLOON_S_CACHES, UINT64_MAX);
	/* A part of an entry is none. */
	offer(&balloon, (uint32_t)(ENTRY * count + 9), 1);
	stats = vm_virtio_balloon_stats(balloon.balloon);
	ck_assert_uint_eq(stats->valid, 0xffff);
	for (unsigned int tag = 0; tag < 16; tag++)
		ck_assert_uint_eq(stats->values[tag],
				  tag == VIRTIO_BALLOON_S_CACHES
					  ? UINT64_MAX
					  : UINT64_C(1) << 60 | tag);
	/* What the driver leaves out is not there any more. */
	ck_assert_int_eq(request(&balloon), 0);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_SWAP_OUT, 5);
	offer(&balloon, ENTRY, 2);
	ck_assert_uint_eq(stats->valid, 1 << VIRTIO_BALLOON_S_SWAP_OUT);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_buffer_of_any_length_is_taken)
{
	static const uint32_t lens[] = { 1, 9, 11, 640, 641, 0x100000 };
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	for (size_t i = 0; i < 100; i++)
		put_stat(&balloon, i, (uint16_t)(i / 8), i);
	offer(&balloon, lens[_i], 1);
	ck_assert_uint_eq(balloon.told, 1);
	ck_assert_uint_eq(balloon.stats.valid, _i < 2 ? 0 : _i < 3 ? 1 : 0xff);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 1);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_buffer_outside_of_memory_tells_nothing)
{
	const struct virtq_buf buf = { VM_VIRTIO_RIG_HOLE - 5, 10, false };
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	ck_assert_int_eq(vm_virtio_rig_send(&balloon.rig, STATS, &buf, 1, 1),
			 0);
	ck_assert_uint_eq(balloon.told, 0);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_REQUEST), 1);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 1);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_request_waits_for_the_last_answer)
{
	struct balloon balloon;

	balloon_init(&balloon);
	ck_assert_int_eq(request(&balloon), -ENOTSUP);
	balloon_start(&balloon);
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	offer(&balloon, ENTRY, 1);
	ck_assert_int_eq(request(&balloon), 0);
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	expect_back(&balloon, 1);
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	offer(&balloon, ENTRY, 2);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 2);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(without_the_feature_nothing_is_asked)
{
	struct balloon balloon;

	balloon_init_with(&balloon,
			  _i ? ALL : VIRTQ_BIT(VIRTIO_BALLOON_F_DEFLATE_ON_OOM),
			  NULL);
	balloon_start_as(&balloon,
			 VM_VIRTIO_RIG_SPLIT &
				 ~VIRTQ_BIT(VIRTIO_BALLOON_F_STATS_VQ));
	ck_assert_int_eq(request(&balloon), -ENOTSUP);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_stopped_device_asks_for_nothing)
{
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	offer(&balloon, ENTRY, 1);
	vm_virtio_device_stop(balloon.device);
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	expect_none_back(&balloon);
	balloon_fini(&balloon);
}
END_TEST

/* 5.5.6.3.1 forbids it, so the second buffer waits for its turn. */
START_TEST(a_second_buffer_is_the_next_answer)
{
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMFREE, 1);
	offer(&balloon, ENTRY, 1);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMFREE, 2);
	offer(&balloon, ENTRY, 2);
	offer(&balloon, ENTRY, 3);
	/* A notification without a reason changes nothing. */
	vm_virtio_device_notify(balloon.device, STATS);
	ck_assert_uint_eq(balloon.told, 1);
	expect_none_back(&balloon);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 1);
	expect_none_back(&balloon);
	ck_assert_uint_eq(balloon.told, 2);
	ck_assert_uint_eq(balloon.stats.values[VIRTIO_BALLOON_S_MEMFREE], 2);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 2);
	balloon_fini(&balloon);
}
END_TEST

/* A driver that resets the queue has to tell again. */
START_TEST(a_reset_takes_the_buffer_away)
{
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMFREE, 1);
	offer(&balloon, ENTRY, 1);
	if (_i) {
		vm_virtio_rig_write(&balloon.rig, VM_VIRTIO_MMIO_QUEUE_SEL,
				    STATS);
		vm_virtio_rig_write(&balloon.rig, VM_VIRTIO_MMIO_QUEUE_RESET,
				    1);
		ck_assert_int_eq(request(&balloon), -EAGAIN);
		ck_assert_int_eq(
			vm_virtio_rig_set_queue(&balloon.rig, STATS, 64), 0);
	} else {
		vm_virtio_device_set_status(balloon.device, 0);
		ck_assert_uint_eq(
			vm_virtio_balloon_stats(balloon.balloon)->valid, 0);
		balloon_start(&balloon);
	}
	ck_assert_int_eq(vm_virtio_rig_run(&balloon.rig), 0);
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	ck_assert_uint_eq(balloon.told, 1);
	offer(&balloon, ENTRY, 2);
	ck_assert_uint_eq(balloon.told, 2);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 2);
	balloon_fini(&balloon);
}
END_TEST

/* Here and elsewhere the buffer is found in the queue again. */
START_TEST(a_save_keeps_the_buffer)
{
	static struct vm_virtio_state state;
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMFREE, 1);
	offer(&balloon, ENTRY, 1);
	vm_virtio_device_save(balloon.device, &state);
	if (_i == 1) {
		vm_virtio_device_set_status(balloon.device, 0);
		ck_assert_int_eq(
			vm_virtio_device_restore(balloon.device, &state), 0);
	} else if (_i == 2) {
		vm_virtio_device_set_mem(balloon.device, balloon.rig.mem);
	}
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	ck_assert_int_eq(vm_virtio_rig_run(&balloon.rig), 0);
	ck_assert_uint_eq(balloon.told, 2);
	ck_assert_uint_eq(vm_virtio_balloon_stats(balloon.balloon)->valid,
			  1 << VIRTIO_BALLOON_S_MEMFREE);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 1);
	balloon_fini(&balloon);
}
END_TEST

/* Its length is 0 now, which is no length, so it goes back unasked. */
START_TEST(a_buffer_may_be_damaged_while_it_waits)
{
	const uint32_t none = 0;
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	offer(&balloon, ENTRY, 1);
	ck_assert_int_eq(vm_mem_write(balloon.rig.mem,
				      balloon.rig.configs[STATS].desc + 8,
				      &none, sizeof(none)),
			 0);
	ck_assert_int_eq(request(&balloon), -EAGAIN);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_CHAIN), 1);
	expect_back(&balloon, 1);
	offer(&balloon, ENTRY, 2);
	ck_assert_int_eq(request(&balloon), 0);
	expect_back(&balloon, 2);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(nobody_has_to_listen)
{
	struct vm_virtio_balloon_config config = { .features = ALL };
	struct balloon balloon = { 0 };

	ck_assert_int_eq(vm_virtio_rig_init(&balloon.rig), 0);
	config.host = vm_virtio_rig_host(&balloon.rig);
	ck_assert_int_eq(vm_virtio_balloon_new(&config, &balloon.balloon), 0);
	balloon.device = vm_virtio_balloon_device(balloon.balloon);
	ck_assert_int_eq(vm_virtio_rig_attach(&balloon.rig, balloon.device), 0);
	balloon_start(&balloon);
	put_stat(&balloon, 0, VIRTIO_BALLOON_S_MEMTOT, 3);
	offer(&balloon, ENTRY, 1);
	ck_assert_uint_eq(vm_virtio_balloon_stats(balloon.balloon)
				  ->values[VIRTIO_BALLOON_S_MEMTOT],
			  3);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(every_statistic_has_a_name)
{
	for (unsigned int tag = 0; tag < VM_VIRTIO_BALLOON_STATS; tag++) {
		const char *name = vm_virtio_balloon_stat_name(tag);

		ck_assert_str_ne(name, "unknown");
		for (unsigned int other = 0; other < tag; other++)
			ck_assert_str_ne(name,
					 vm_virtio_balloon_stat_name(other));
	}
	ck_assert_str_eq(vm_virtio_balloon_stat_name(VM_VIRTIO_BALLOON_STATS),
			 "unknown");
	ck_assert_str_eq(vm_virtio_balloon_stat_name(UINT32_MAX), "unknown");
}
END_TEST

RUN_TESTS("balloon_stats", TIMES(the_driver_answers_each_request, 2),
	  ONCE(statistics_have_tags), TIMES(a_buffer_of_any_length_is_taken, 6),
	  ONCE(a_buffer_outside_of_memory_tells_nothing),
	  ONCE(a_request_waits_for_the_last_answer),
	  TIMES(without_the_feature_nothing_is_asked, 2),
	  ONCE(a_stopped_device_asks_for_nothing),
	  ONCE(a_second_buffer_is_the_next_answer),
	  TIMES(a_reset_takes_the_buffer_away, 2),
	  TIMES(a_save_keeps_the_buffer, 3),
	  ONCE(a_buffer_may_be_damaged_while_it_waits),
	  ONCE(nobody_has_to_listen), ONCE(every_statistic_has_a_name))
