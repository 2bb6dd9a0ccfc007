/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

static const struct vm_virtio_queue *queue_of(const struct bench *bench,
					      uint32_t queue)
{
	return vm_virtio_device_get_queue(&bench->dummy.device, queue);
}

/* Negotiates, and leaves the queues to the test. */
static void negotiate(struct bench *bench, uint64_t wanted)
{
	ck_assert_int_eq(vm_virtio_rig_negotiate(&bench->rig, wanted), 0);
}

static void set_all(struct bench *bench, uint32_t queue, uint32_t value)
{
	struct vm_virtio_device *device = &bench->dummy.device;

	vm_virtio_queue_set_size(device, queue, value);
	for (int area = 0; area < 3; area++) {
		vm_virtio_queue_set_area(
			device, queue, (enum vm_virtio_area)area, false, value);
		vm_virtio_queue_set_area(
			device, queue, (enum vm_virtio_area)area, true, value);
	}
}

START_TEST(a_queue_that_does_not_exist_is_ignored)
{
	static const uint32_t none[] = { DUMMY_QUEUES, 64, 0x10000,
					 UINT32_MAX };
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	uint32_t queue = none[_i];

	bench_init(&bench);
	negotiate(&bench, WANT_SPLIT);
	ck_assert_ptr_null(vm_virtio_device_get_queue(device, queue));
	set_all(&bench, queue, 1);
	vm_virtio_queue_set_ready(device, queue, true);
	vm_virtio_queue_set_ready(device, queue, false);
	vm_virtio_queue_reset(device, queue);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL), 9);
	bench_fini(&bench);
}
END_TEST

START_TEST(addresses_are_written_by_halves)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	const struct virtq_config *config = &bench.dummy.queues[1].config;

	bench_init(&bench);
	negotiate(&bench, WANT_SPLIT);
	vm_virtio_queue_set_area(device, 1, VM_VIRTIO_AREA_DESC, false, 0x1110);
	vm_virtio_queue_set_area(device, 1, VM_VIRTIO_AREA_DESC, true, 0x2220);
	vm_virtio_queue_set_area(device, 1, VM_VIRTIO_AREA_DRIVER, true, 3);
	vm_virtio_queue_set_area(device, 1, VM_VIRTIO_AREA_DRIVER, false, 4);
	vm_virtio_queue_set_area(device, 1, VM_VIRTIO_AREA_DEVICE, false, 5);
	vm_virtio_queue_set_area(device, 1, (enum vm_virtio_area)3, false, 6);
	ck_assert_uint_eq(config->desc, 0x222000001110);
	ck_assert_uint_eq(config->driver, 0x300000004);
	ck_assert_uint_eq(config->device, 5);
	vm_virtio_queue_set_area(device, 1, VM_VIRTIO_AREA_DESC, false, 0x10);
	ck_assert_uint_eq(config->desc, 0x222000000010);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_queue_is_set_up_after_features_ok)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER);
	set_all(&bench, 0, 1);
	vm_virtio_queue_set_ready(device, 0, true);
	ck_assert_uint_eq(queue_of(&bench, 0)->config.size, 0);
	ck_assert_uint_eq(queue_of(&bench, 0)->config.desc, 0);
	ck_assert(!queue_of(&bench, 0)->is_ready);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_ready_queue_is_frozen)
{
	struct bench bench;

	bench_init(&bench);
	negotiate(&bench, WANT_SPLIT);
	ck_assert_int_eq(vm_virtio_rig_set_queue(&bench.rig, 0, 8), 0);
	set_all(&bench, 0, 3);
	ck_assert_uint_eq(queue_of(&bench, 0)->config.size, 8);
	ck_assert_uint_eq(queue_of(&bench, 0)->config.driver,
			  bench.rig.configs[0].driver);
	/* Until the driver takes it back. */
	vm_virtio_queue_set_ready(&bench.dummy.device, 0, false);
	set_all(&bench, 0, 3);
	ck_assert_uint_eq(queue_of(&bench, 0)->config.size, 3);
	bench_fini(&bench);
}
END_TEST

START_TEST(without_ring_reset_no_queue_changes_after_driver_ok)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	negotiate(&bench, WANT_SPLIT & ~VIRTQ_BIT(VIRTIO_F_RING_RESET));
	ck_assert_int_eq(vm_virtio_rig_set_queue(&bench.rig, 0, 8), 0);
	vm_virtio_device_set_status(device, ALIVE);
	set_all(&bench, 1, 4);
	vm_virtio_queue_set_ready(device, 1, true);
	ck_assert_uint_eq(queue_of(&bench, 1)->config.size, 0);
	ck_assert(!queue_of(&bench, 1)->is_ready);

	vm_virtio_queue_reset(device, 0);
	ck_assert(queue_of(&bench, 0)->is_ready);
	ck_assert_uint_eq(device->stats.queue_resets, 0);

	/* It may be stopped (4.2.2.2), but not started again. */
	vm_virtio_queue_set_ready(device, 0, false);
	ck_assert(!virtq_is_active(&queue_of(&bench, 0)->vq));
	vm_virtio_queue_set_ready(device, 0, true);
	ck_assert(!queue_of(&bench, 0)->is_ready);
	bench_fini(&bench);
}
END_TEST

START_TEST(with_ring_reset_a_queue_is_reset_and_used_again)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	bench_send(&bench, 0, 1);
	bench_expect(&bench, 0, 1, 0);
	bench.dummy.verdict = VIRTQ_TAKEN;
	bench_send(&bench, 1, 2);
	ck_assert_uint_eq(bench.dummy.head_count, 1);

	vm_virtio_queue_reset(device, 1);
	ck_assert_uint_eq(bench.dummy.stopped[1], 1);
	ck_assert_uint_eq(bench.dummy.stopped[0], 0);
	ck_assert_uint_eq(device->stats.queue_resets, 1);
	ck_assert(!queue_of(&bench, 1)->is_ready);
	ck_assert_uint_eq(queue_of(&bench, 1)->config.size, 0);

	bench.dummy.verdict = VIRTQ_DONE;
	ck_assert_int_eq(vm_virtio_rig_set_queue(&bench.rig, 1, 4), 0);
	ck_assert_uint_eq(device->status, ALIVE);
	bench_send(&bench, 1, 3);
	bench_expect(&bench, 1, 3, 0);
	bench_send(&bench, 0, 4);
	bench_expect(&bench, 0, 4, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_bad_queue_stops_the_device_when_it_starts)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	enum virtq_config_attack attack = (enum virtq_config_attack)_i;
	struct virtq_config config;

	bench_init(&bench);
	negotiate(&bench, WANT_SPLIT);
	ck_assert_int_eq(vm_virtio_rig_set_queue(&bench.rig, 0, 8), 0);
	config = bench.rig.configs[0];
	config.max_size = DUMMY_SIZE;
	virtq_config_spoil(&config, bench.rig.mem, attack);
	vm_virtio_queue_set_ready(device, 0, false);
	vm_virtio_queue_set_size(device, 0, config.size);
	vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DESC, false,
				 (uint32_t)config.desc);
	vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DESC, true,
				 (uint32_t)(config.desc >> 32));
	vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DRIVER, false,
				 (uint32_t)config.driver);
	vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DRIVER, true,
				 (uint32_t)(config.driver >> 32));
	vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DEVICE, false,
				 (uint32_t)config.device);
	vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DEVICE, true,
				 (uint32_t)(config.device >> 32));
	vm_virtio_queue_set_ready(device, 0, true);
	ck_assert_uint_eq(device->status, ALIVE & ~DRIVER_OK);
	vm_virtio_device_set_status(device, ALIVE);
	ck_assert_msg(device->status == (ALIVE | NEEDS_RESET), "%s",
		      virtq_config_attack_name(attack));
	ck_assert_uint_eq(bench.dummy.activated, 0);

	bench_start(&bench);
	bench_send(&bench, 0, 1);
	bench_expect(&bench, 0, 1, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_bad_queue_stops_a_running_device)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	vm_virtio_queue_reset(device, 2);
	vm_virtio_queue_set_size(device, 2, 3);
	vm_virtio_queue_set_ready(device, 2, true);
	ck_assert_uint_eq(device->status, ALIVE | NEEDS_RESET);
	bench_fini(&bench);
}
END_TEST

START_TEST(every_attack_on_a_queue_is_survived)
{
	struct bench bench;
	enum virtq_attack attack = (enum virtq_attack)(_i / 2);
	uint64_t wanted = _i % 2 ? WANT_PACKED : WANT_SPLIT;

	bench_init(&bench);
	ck_assert_msg(!vm_virtio_rig_attack(&bench.rig, 1, attack, wanted),
		      "%s", virtq_attack_name(attack));
	bench_start(&bench);
	bench_send(&bench, 1, 1);
	bench_expect(&bench, 1, 1, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(malformed_chains_are_completed_and_counted)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	ck_assert_int_eq(vm_virtio_rig_attack(&bench.rig, 0,
					      VIRTQ_ATTACK_ZERO_LENGTH,
					      WANT_SPLIT),
			 0);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_CHAIN), 1);
	ck_assert_uint_eq(device->stats.requests, 1);
	ck_assert_uint_eq(device->status, ALIVE);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_broken_ring_stops_the_device)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	ck_assert_int_eq(vm_virtio_rig_attack(&bench.rig, 0,
					      VIRTQ_ATTACK_AVAIL_JUMP,
					      WANT_SPLIT),
			 0);
	ck_assert_uint_eq(device->status, ALIVE | NEEDS_RESET);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_STOPPED), 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_flush_finds_a_broken_ring_too)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	virtq_driver_attack(bench.rig.drivers[0], VIRTQ_ATTACK_AVAIL_JUMP);
	ck_assert_int_lt(virtq_pop(&bench.dummy.queues[0].vq, &device->chain),
			 0);
	vm_virtio_queue_flush(device, 0);
	ck_assert_uint_eq(device->status, ALIVE | NEEDS_RESET);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_type_that_lies_about_lengths_is_stopped)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.len = 65;
	bench_send(&bench, 0, 1);
	ck_assert_uint_eq(bench.dummy.device.status, ALIVE | NEEDS_RESET);
	bench_expect(&bench, 0, 1, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_spent_budget_asks_for_another_round)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.budget = 2;
	for (uint64_t i = 0; i < 5; i++) {
		const struct virtq_buf buf = { DATA, 64, true };

		ck_assert_int_eq(virtq_driver_add(bench.rig.drivers[0], &buf, 1,
						  VIRTQ_DRIVER_DIRECT, i),
				 0);
	}
	ck_assert(virtq_driver_publish(bench.rig.drivers[0]));
	vm_virtio_device_notify(&bench.dummy.device, 0);
	ck_assert_uint_eq(bench.rig.kicks, 1);
	ck_assert_uint_eq(bench.dummy.device.stats.requests, 2);
	for (uint64_t i = 0; i < 5; i++)
		bench_expect(&bench, 0, i, 0);
	ck_assert_uint_eq(bench.dummy.device.stats.notifications, 3);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_busy_type_is_not_asked_again)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.verdict = VIRTQ_BUSY;
	bench_send(&bench, 0, 1);
	ck_assert_uint_eq(bench.rig.kicks, 0);
	ck_assert_uint_eq(bench.dummy.device.stats.requests, 0);
	bench.dummy.verdict = VIRTQ_DONE;
	vm_virtio_device_notify(&bench.dummy.device, 0);
	bench_expect(&bench, 0, 1, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(chains_may_be_completed_later_in_batches)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.verdict = VIRTQ_TAKEN;
	bench_send(&bench, 0, 1);
	bench_send(&bench, 0, 2);
	ck_assert_uint_eq(bench.rig.interrupts, 0);
	vm_virtio_queue_push(device, 0, bench.dummy.heads[1], 7);
	vm_virtio_queue_push(device, 0, bench.dummy.heads[0], 64);
	bench_expect_none(&bench, 0);
	vm_virtio_queue_flush(device, 0);
	ck_assert_uint_eq(bench.rig.interrupts, 1);
	bench_expect(&bench, 0, 2, 7);
	bench_expect(&bench, 0, 1, 64);
	ck_assert_uint_eq(device->stats.requests, 2);

	/* Twice is once, and nothing more is to be told. */
	vm_virtio_queue_push(device, 0, bench.dummy.heads[0], 64);
	vm_virtio_queue_flush(device, 0);
	ck_assert_uint_eq(device->stats.requests, 2);
	ck_assert_uint_eq(bench.rig.interrupts, 1);
	bench.dummy.head_count = 0;
	bench_fini(&bench);
}
END_TEST

START_TEST(a_chain_from_before_a_reset_is_left_alone)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	struct virtq_head old;

	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.verdict = VIRTQ_TAKEN;
	bench_send(&bench, 0, 1);
	old = bench.dummy.heads[0];
	vm_virtio_rig_write(&bench.rig, VM_VIRTIO_MMIO_STATUS, 0);
	vm_virtio_queue_push(device, 0, old, 1);
	vm_virtio_queue_flush(device, 0);
	bench_start(&bench);
	bench_send(&bench, 0, 2);
	vm_virtio_queue_push(device, 0, old, 1);
	vm_virtio_queue_flush(device, 0);
	bench_expect_none(&bench, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(interrupts_that_the_driver_does_not_want_are_counted)
{
	struct bench bench;

	bench_init(&bench);
	ck_assert_int_eq(
		vm_virtio_rig_start(&bench.rig,
				    WANT_SPLIT & ~VIRTQ_BIT(VIRTIO_F_EVENT_IDX),
				    DUMMY_SIZE),
		0);
	virtq_driver_disable_interrupts(bench.rig.drivers[0]);
	bench_send(&bench, 0, 1);
	bench_expect(&bench, 0, 1, 0);
	ck_assert_uint_eq(bench.rig.interrupts, 0);
	ck_assert_uint_eq(bench.dummy.device.stats.suppressed, 1);
	ck_assert(!virtq_driver_enable_interrupts(bench.rig.drivers[0], 0));
	bench_send(&bench, 0, 2);
	bench_expect(&bench, 0, 2, 0);
	ck_assert_uint_eq(bench.rig.interrupts, 1);
	ck_assert_uint_eq(bench.dummy.device.stats.interrupts, 1);
	ck_assert_uint_eq(bench.dummy.device.stats.suppressed, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(an_inactive_queue_is_left_alone)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_queue_serve(device, 0, 1, dummy_serve);
	vm_virtio_queue_flush(device, 0);
	ck_assert_uint_eq(device->status, 0);
	ck_assert_uint_eq(device->stats.requests, 0);
	bench_fini(&bench);
}
END_TEST

RUN_TESTS("queue", TIMES(a_queue_that_does_not_exist_is_ignored, 4),
	  ONCE(addresses_are_written_by_halves),
	  ONCE(a_queue_is_set_up_after_features_ok),
	  ONCE(a_ready_queue_is_frozen),
	  ONCE(without_ring_reset_no_queue_changes_after_driver_ok),
	  ONCE(with_ring_reset_a_queue_is_reset_and_used_again),
	  TIMES(a_bad_queue_stops_the_device_when_it_starts,
		VIRTQ_CONFIG_ATTACK_COUNT),
	  ONCE(a_bad_queue_stops_a_running_device),
	  TIMES(every_attack_on_a_queue_is_survived, 2 * VIRTQ_ATTACK_COUNT),
	  ONCE(malformed_chains_are_completed_and_counted),
	  ONCE(a_broken_ring_stops_the_device),
	  ONCE(a_flush_finds_a_broken_ring_too),
	  ONCE(a_type_that_lies_about_lengths_is_stopped),
	  ONCE(a_spent_budget_asks_for_another_round),
	  ONCE(a_busy_type_is_not_asked_again),
	  ONCE(chains_may_be_completed_later_in_batches),
	  ONCE(a_chain_from_before_a_reset_is_left_alone),
	  ONCE(interrupts_that_the_driver_does_not_want_are_counted),
	  ONCE(an_inactive_queue_is_left_alone))
