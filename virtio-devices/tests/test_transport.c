/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

/* Brings a fresh device to a status by legal steps. */
static void climb_to(struct vm_virtio_device *device, uint32_t status)
{
	vm_virtio_device_set_status(device, 0);
	if (!(status & ACKNOWLEDGE))
		return;
	vm_virtio_device_set_status(device, ACKNOWLEDGE);
	if (status & DRIVER)
		vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(device, 1, 1);
	if (status & FEATURES_OK)
		vm_virtio_device_set_status(device,
					    ACKNOWLEDGE | DRIVER | FEATURES_OK);
	if (status & DRIVER_OK)
		vm_virtio_device_set_status(device, ALIVE);
	if (status & NEEDS_RESET)
		vm_virtio_device_stop(device);
	if (status & FAILED)
		vm_virtio_device_set_status(device, status & ~NEEDS_RESET);
	ck_assert_uint_eq(device->status, status);
}

static const uint8_t reachable[] = {
	0,
	ACKNOWLEDGE,
	ACKNOWLEDGE | DRIVER,
	ACKNOWLEDGE | DRIVER | FEATURES_OK,
	ALIVE,
	ACKNOWLEDGE | FAILED,
	ACKNOWLEDGE | DRIVER | FAILED,
	ACKNOWLEDGE | DRIVER | FEATURES_OK | FAILED,
	ALIVE | FAILED,
	ALIVE | NEEDS_RESET,
	ALIVE | NEEDS_RESET | FAILED,
	ACKNOWLEDGE | DRIVER | NEEDS_RESET,
};

#define REACHABLE ((int)sizeof(reachable))

static int rung(uint32_t status)
{
	switch (status & ALIVE) {
	case 0:
		return 0;
	case ACKNOWLEDGE:
		return 1;
	case ACKNOWLEDGE | DRIVER:
		return 2;
	case ACKNOWLEDGE | DRIVER | FEATURES_OK:
		return 3;
	case ALIVE:
		return 4;
	default:
		return -1;
	}
}

/* What has to come of writing a status: the rules of 2.1 once more. */
static uint32_t model(uint32_t from, uint32_t to)
{
	uint32_t allowed = ALIVE | NEEDS_RESET | FAILED;
	uint32_t result;

	if (!to)
		return 0;
	if (to & ~allowed || rung(to) < rung(from))
		return from;
	if (to & NEEDS_RESET && !(from & NEEDS_RESET))
		return from;
	if (from & FAILED && !(to & FAILED))
		return from;
	if (rung(to) > rung(from) && from & (NEEDS_RESET | FAILED))
		return from;
	result = to | (from & NEEDS_RESET);
	return result;
}

/* Every value of the low byte and some wider ones, from every status. */
START_TEST(the_status_moves_only_as_it_may)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	for (uint32_t to = 0; to < 0x220; to++) {
		uint32_t from = reachable[_i];
		uint64_t before;

		climb_to(device, from);
		/* So that FEATURES_OK can be reached in one go. */
		before = errors(device, VM_VIRTIO_ERROR_PROTOCOL);
		vm_virtio_device_set_status(device, to);
		if (rung(from) < 2 && rung(to) > 2 && model(from, to) != from) {
			/* No feature was accepted yet, not even VERSION_1. */
			ck_assert_uint_eq(device->status & ALIVE,
					  ACKNOWLEDGE | DRIVER);
			continue;
		}
		ck_assert_msg(device->status == model(from, to),
			      "%#x to %#x gave %#x", from, to, device->status);
		if (model(from, to) == from && to != from &&
		    to != (from & ~NEEDS_RESET))
			ck_assert_uint_eq(errors(device,
						 VM_VIRTIO_ERROR_PROTOCOL),
					  before + 1);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(several_steps_may_be_taken_at_once)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(device, 1, 1);
	vm_virtio_device_set_status(device, ALIVE);
	ck_assert_uint_eq(device->status, ALIVE);
	ck_assert_uint_eq(bench.dummy.activated, 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(offered_features_are_read_by_words)
{
	struct bench bench;
	const struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	ck_assert_uint_eq(vm_virtio_device_get_features(device, 0),
			  (uint32_t)device->offered);
	ck_assert_uint_eq(vm_virtio_device_get_features(device, 1),
			  (uint32_t)(device->offered >> 32));
	ck_assert_uint_eq(vm_virtio_device_get_features(device, 2), 0);
	ck_assert_uint_eq(vm_virtio_device_get_features(device, UINT32_MAX), 0);
	bench_fini(&bench);
}
END_TEST

/* Sets of features, and whether the device takes them. */
static const struct {
	uint64_t low;
	uint32_t word2;
	uint32_t word3;
	bool is_good;
} sets[] = {
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1), 0, 0, true },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_BIT(DUMMY_HIGH), 0, 0, true },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_BIT(DUMMY_LEFT), 0, 0, true },
	{ 0, 0, 0, false },
	{ VIRTQ_BIT(DUMMY_LEFT), 0, 0, false },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_BIT(3), 0, 0, false },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_BIT(63), 0, 0, false },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_BIT(VIRTIO_F_IN_ORDER), 0, 0,
	  false },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_BIT(DUMMY_LEFT) |
		  VIRTQ_BIT(DUMMY_RIGHT),
	  0, 0, false },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1), 1, 0, false },
	{ VIRTQ_BIT(VIRTIO_F_VERSION_1), 0, 0x80000000, false },
};

START_TEST(features_are_judged_at_features_ok)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(device, 0, (uint32_t)sets[_i].low);
	vm_virtio_device_set_features(device, 1,
				      (uint32_t)(sets[_i].low >> 32));
	vm_virtio_device_set_features(device, 2, sets[_i].word2);
	vm_virtio_device_set_features(device, 3, sets[_i].word3);
	ck_assert_uint_eq(device->features, 0);
	vm_virtio_device_set_status(device, ALIVE);
	if (sets[_i].is_good) {
		ck_assert_uint_eq(device->status, ALIVE);
		ck_assert_uint_eq(device->features, sets[_i].low);
	} else {
		ck_assert_uint_eq(device->status, ACKNOWLEDGE | DRIVER);
		ck_assert_uint_eq(device->features, 0);
		ck_assert_uint_eq(bench.dummy.activated, 0);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(a_refused_driver_may_try_again)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(device, 2, 1);
	vm_virtio_device_set_features(device, 1, 1);
	vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	ck_assert_uint_eq(device->status, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(device, 2, 0);
	vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	ck_assert_uint_eq(device->status, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	bench_fini(&bench);
}
END_TEST

START_TEST(the_platform_feature_cannot_be_declined)
{
	struct bench bench;

	bench_init_as(&bench, &dummy_type, VIRTQ_BIT(VIRTIO_F_ACCESS_PLATFORM),
		      0);
	ck_assert_int_eq(vm_virtio_rig_negotiate(&bench.rig,
						 VIRTQ_BIT(VIRTIO_F_VERSION_1)),
			 -ENOTSUP);
	ck_assert_int_eq(vm_virtio_rig_negotiate(
				 &bench.rig,
				 VIRTQ_BIT(VIRTIO_F_VERSION_1) |
					 VIRTQ_BIT(VIRTIO_F_ACCESS_PLATFORM)),
			 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(features_are_written_between_driver_and_features_ok)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_device_set_features(device, 1, 1);
	ck_assert_uint_eq(device->driver_features[1], 0);
	climb_to(device, ALIVE);
	vm_virtio_device_set_features(device, 0, 0xffffffff);
	ck_assert_uint_eq(device->driver_features[0], 0);
	ck_assert_uint_eq(device->features, VIRTQ_BIT(VIRTIO_F_VERSION_1));
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL), 2);

	/* Words that do not exist may be written with zeros. */
	vm_virtio_device_set_features(device, 4, 0);
	vm_virtio_device_set_features(device, UINT32_MAX, 0);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL), 2);
	vm_virtio_device_set_features(device, 4, 1);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL), 3);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_reset_forgets_what_the_driver_told)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	device->generation = 9;
	bench.dummy.verdict = VIRTQ_TAKEN;
	bench_send(&bench, 2, 1);
	vm_virtio_device_set_status(device, 0);
	ck_assert_uint_eq(bench.dummy.stopped[2], 1);
	ck_assert_uint_eq(bench.dummy.resets, 2); /* the rig reset it, too */
	ck_assert_uint_eq(device->stats.resets, 2);
	ck_assert_uint_eq(device->status, 0);
	ck_assert_uint_eq(device->features, 0);
	ck_assert_uint_eq(device->driver_features[1], 0);
	ck_assert_uint_eq(device->generation, 9);
	for (uint32_t i = 0; i < DUMMY_QUEUES; i++) {
		const struct vm_virtio_queue *queue =
			vm_virtio_device_get_queue(device, i);

		ck_assert(!virtq_is_active(&queue->vq));
		ck_assert(!queue->is_ready);
		ck_assert_uint_eq(queue->config.size, 0);
		ck_assert_uint_eq(queue->config.desc, 0);
		ck_assert_uint_eq(queue->config.max_size, DUMMY_SIZE);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(a_type_that_cannot_start_needs_a_reset)
{
	struct bench bench;

	bench_init(&bench);
	bench.dummy.activate_result = -EIO;
	ck_assert_int_eq(
		vm_virtio_rig_start(&bench.rig, WANT_SPLIT, DUMMY_SIZE), -EIO);
	bench.dummy.activate_result = 0;
	bench_start(&bench);
	bench_fini(&bench);
}
END_TEST

/* Any offset with any length up to 16: 0 behind the end, no byte more. */
START_TEST(the_configuration_is_read_in_any_width)
{
	struct bench bench;
	const struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	for (size_t len = 0; len <= 16; len++) {
		uint64_t off = (uint64_t)_i;
		uint8_t data[17];

		memset(data, 0xee, sizeof(data));
		vm_virtio_device_read_config(device, off, data, len);
		for (size_t i = 0; i < len; i++)
			ck_assert_uint_eq(data[i],
					  off + i < 10 ? off + i + 1 : 0);
		ck_assert_uint_eq(data[len], 0xee);
		memset(data, 0xee, sizeof(data));
		vm_virtio_device_read_config(device, UINT64_MAX - off, data,
					     len);
		for (size_t i = 0; i < len; i++)
			ck_assert_uint_eq(data[i], 0);
		ck_assert_uint_eq(data[len], 0xee);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(the_configuration_is_written_if_all_of_it_is_inside)
{
	static const uint8_t data[16] = { 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
					  0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa,
					  0xaa, 0xaa, 0xaa, 0xaa };
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	for (size_t len = 0; len <= 16; len++) {
		size_t off = (size_t)_i;
		bool is_inside = off + len <= 10;

		bench_init(&bench);
		vm_virtio_device_write_config(device, off, data, len);
		for (size_t i = 0; i < 10; i++)
			ck_assert_uint_eq(bench.dummy.config[i],
					  is_inside && i >= off && i < off + len
						  ? 0xaa
						  : i + 1);
		ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL),
				  !is_inside);
		vm_virtio_device_write_config(device, UINT64_MAX - off, data,
					      len);
		ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL),
				  1u + !is_inside);
		bench_fini(&bench);
	}
}
END_TEST

START_TEST(shared_memory_is_found_by_its_id)
{
	struct bench bench;
	const struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	ck_assert_ptr_eq(vm_virtio_device_find_shm(device, 0),
			 &bench.dummy.shm[0]);
	ck_assert_ptr_eq(vm_virtio_device_find_shm(device, 7),
			 &bench.dummy.shm[1]);
	ck_assert_ptr_null(vm_virtio_device_find_shm(device, 1));
	ck_assert_ptr_null(vm_virtio_device_find_shm(device, 0x107));
	bench_fini(&bench);
}
END_TEST

RUN_TESTS("transport", TIMES(the_status_moves_only_as_it_may, REACHABLE),
	  ONCE(several_steps_may_be_taken_at_once),
	  ONCE(offered_features_are_read_by_words),
	  TIMES(features_are_judged_at_features_ok,
		sizeof(sets) / sizeof(sets[0])),
	  ONCE(a_refused_driver_may_try_again),
	  ONCE(the_platform_feature_cannot_be_declined),
	  ONCE(features_are_written_between_driver_and_features_ok),
	  ONCE(a_reset_forgets_what_the_driver_told),
	  ONCE(a_type_that_cannot_start_needs_a_reset),
	  TIMES(the_configuration_is_read_in_any_width, 18),
	  TIMES(the_configuration_is_written_if_all_of_it_is_inside, 18),
	  ONCE(shared_memory_is_found_by_its_id))
