/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "balloon_support.h"

START_TEST(a_balloon_says_what_it_is)
{
	struct balloon balloon;

	balloon_init_with(&balloon, _i ? ALL : 0, NULL);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&balloon.rig, VM_VIRTIO_MMIO_DEVICE_ID), 5);
	ck_assert_uint_eq(balloon.device->offered,
			  VM_VIRTIO_FEATURES | (_i ? ALL : 0));
	ck_assert_int_eq(vm_virtio_device_fd(balloon.device), -1);
	ck_assert_uint_eq(read_field(&balloon, NUM_PAGES), 0);
	ck_assert_uint_eq(read_field(&balloon, HINT_ID), 0);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(the_driver_is_told_of_a_target)
{
	struct balloon balloon;
	uint32_t generation;

	balloon_init(&balloon);
	balloon_start(&balloon);
	generation = balloon.device->generation;
	ck_assert_int_eq(
		vm_virtio_balloon_set_target(balloon.balloon, 64 * MIB), 0);
	ck_assert_uint_eq(read_field(&balloon, NUM_PAGES), 64 * MIB / PAGE);
	ck_assert_uint_eq(vm_virtio_balloon_target(balloon.balloon), 64 * MIB);
	ck_assert_uint_eq(balloon.device->generation, generation + 1);
	ck_assert_uint_eq(balloon.device->stats.config_changes, 1);
	ck_assert(balloon.rig.level);
	/* The same again is no change. */
	ck_assert_int_eq(
		vm_virtio_balloon_set_target(balloon.balloon, 64 * MIB), 0);
	ck_assert_uint_eq(balloon.device->stats.config_changes, 1);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_target_has_bounds)
{
	struct balloon balloon;

	balloon_init(&balloon);
	ck_assert_int_eq(vm_virtio_balloon_set_target(balloon.balloon,
						      VM_VIRTIO_BALLOON_MAX),
			 0);
	ck_assert_uint_eq(read_field(&balloon, NUM_PAGES), UINT32_MAX);
	ck_assert_int_eq(vm_virtio_balloon_set_target(
				 balloon.balloon, VM_VIRTIO_BALLOON_MAX + PAGE),
			 -EINVAL);
	ck_assert_int_eq(vm_virtio_balloon_set_target(balloon.balloon,
						      PAGE + 1),
			 -EINVAL);
	ck_assert_uint_eq(vm_virtio_balloon_target(balloon.balloon),
			  VM_VIRTIO_BALLOON_MAX);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_bad_configuration_is_refused)
{
	struct vm_virtio_balloon_config good = { .target = PAGE }, bad;
	struct vm_virtio_balloon *balloon = NULL;
	struct vm_virtio_rig rig;

	ck_assert_int_eq(vm_virtio_rig_init(&rig), 0);
	good.host = vm_virtio_rig_host(&rig);
	bad = good;
	switch (_i) {
	case 0:
		bad.target = PAGE / 2;
		break;
	case 1:
		bad.target = VM_VIRTIO_BALLOON_MAX + PAGE;
		break;
	case 2:
		bad.features = VIRTQ_BIT(VIRTIO_BALLOON_F_FREE_PAGE_HINT);
		break;
	case 3:
		bad.host.with = VIRTQ_BIT(VIRTIO_F_ACCESS_PLATFORM);
		break;
	default:
		bad.host.mem = NULL;
	}
	ck_assert_int_eq(vm_virtio_balloon_new(&bad, &balloon), -EINVAL);
	ck_assert_ptr_null(balloon);
	ck_assert_int_eq(vm_virtio_balloon_new(&good, &balloon), 0);
	ck_assert_uint_eq(vm_virtio_balloon_target(balloon), PAGE);
	vm_virtio_balloon_free(balloon);
	vm_virtio_balloon_free(NULL);
	vm_virtio_rig_fini(&rig);
}
END_TEST

START_TEST(the_driver_tells_its_size)
{
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	ck_assert_uint_eq(vm_virtio_balloon_actual(balloon.balloon), 0);
	write_field(&balloon, ACTUAL, UINT32_MAX);
	ck_assert_uint_eq(vm_virtio_balloon_actual(balloon.balloon),
			  VM_VIRTIO_BALLOON_MAX);
	ck_assert_uint_eq(read_field(&balloon, ACTUAL), UINT32_MAX);
	/* The balloon goes with its driver, the target stays. */
	ck_assert_int_eq(vm_virtio_balloon_set_target(balloon.balloon, PAGE),
			 0);
	vm_virtio_device_set_status(balloon.device, 0);
	ck_assert_uint_eq(vm_virtio_balloon_actual(balloon.balloon), 0);
	ck_assert_uint_eq(vm_virtio_balloon_target(balloon.balloon), PAGE);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(the_rest_of_the_configuration_is_not_the_drivers)
{
	static const struct {
		uint64_t off;
		size_t len;
	} writes[] = { { NUM_PAGES, 4 }, { HINT_ID, 4 }, { POISON, 4 },
		       { ACTUAL, 2 },	 { ACTUAL, 8 },	 { ACTUAL + 2, 4 },
		       { ACTUAL, 0 },	 { 16, 4 } };
	const uint64_t value = UINT64_MAX;
	uint8_t before[16], after[16];
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start_as(&balloon, VM_VIRTIO_RIG_SPLIT);
	vm_virtio_device_read_config(balloon.device, 0, before, 16);
	vm_virtio_device_write_config(balloon.device, writes[_i].off, &value,
				      writes[_i].len);
	vm_virtio_device_read_config(balloon.device, 0, after, 16);
	ck_assert_mem_eq(before, after, 16);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_PROTOCOL), 1);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_promise_is_made_before_the_start)
{
	struct balloon balloon;

	balloon_init(&balloon);
	write_field(&balloon, POISON, 1);
	write_field(&balloon, ACTUAL, 1);
	ck_assert_uint_eq(read_field(&balloon, POISON), 0);
	ck_assert_uint_eq(read_field(&balloon, ACTUAL), 0);
	balloon_start_poisoned(&balloon, 0xaaaaaaaa);
	ck_assert_uint_eq(read_field(&balloon, POISON), 0xaaaaaaaa);
	write_field(&balloon, POISON, 2);
	ck_assert_uint_eq(read_field(&balloon, POISON), 0xaaaaaaaa);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_PROTOCOL), 3);
	/* And only by a driver that has accepted the feature. */
	ck_assert_int_eq(vm_virtio_rig_negotiate(&balloon.rig, WANT_PLAIN), 0);
	ck_assert_uint_eq(read_field(&balloon, POISON), 0);
	write_field(&balloon, POISON, 2);
	ck_assert_uint_eq(read_field(&balloon, POISON), 0);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_saved_balloon_goes_on_elsewhere)
{
	static struct vm_virtio_state state, again;
	struct balloon here, there;

	balloon_init(&here);
	balloon_init(&there);
	ck_assert_int_eq(vm_virtio_balloon_set_target(here.balloon, 8 * MIB),
			 0);
	balloon_start_poisoned(&here, 0x55);
	write_field(&here, ACTUAL, 3);
	vm_virtio_device_save(here.device, &state);
	ck_assert_int_eq(vm_virtio_balloon_set_target(there.balloon, 4 * MIB),
			 0);
	ck_assert_int_eq(vm_virtio_device_restore(there.device, &state), 0);
	ck_assert_uint_eq(vm_virtio_balloon_target(there.balloon), 8 * MIB);
	ck_assert_uint_eq(vm_virtio_balloon_actual(there.balloon), 3 * PAGE);
	ck_assert_uint_eq(read_field(&there, POISON), 0x55);
	vm_virtio_device_save(there.device, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	balloon_fini(&there);
	balloon_fini(&here);
}
END_TEST

START_TEST(a_state_that_cannot_be_is_refused)
{
	static struct vm_virtio_state state;
	uint32_t *config = (uint32_t *)state.type;
	uint64_t wanted = _i == 1 ? WANT_PLAIN : VM_VIRTIO_RIG_SPLIT;
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start_as(&balloon, wanted);
	vm_virtio_device_save(balloon.device, &state);
	vm_virtio_device_set_status(balloon.device, 0);
	switch (_i) {
	case 0:
		config[HINT_ID / 4] = 2;
		break;
	case 1:
		config[POISON / 4] = 1;
		break;
	case 2:
		memset(&state, 0, offsetof(struct vm_virtio_state, type));
		state.version = VM_VIRTIO_STATE_VERSION;
		state.id = VIRTIO_DEVICE_BALLOON;
		state.offered = balloon.device->offered;
		state.queue_count = balloon.device->queue_count;
		state.type_len = 16;
		for (int i = 0; i < 5; i++)
			state.queues[i].config.max_size = 64;
		config[ACTUAL / 4] = 1;
		break;
	case 3:
		state.type_len = 12;
		break;
	default:
		state.type_len = 0;
	}
	ck_assert_int_eq(vm_virtio_device_restore(balloon.device, &state),
			 -EBADMSG);
	ck_assert_uint_eq(balloon.device->status, 0);
	config[ACTUAL / 4] = 0;
	ck_assert_int_eq(vm_virtio_device_restore(balloon.device, &state),
			 _i == 2 ? 0 : -EBADMSG);
	expect_working(&balloon);
	balloon_fini(&balloon);
}
END_TEST

/* 5.5.2 has a number for each queue; Linux leaves no gaps between its own. */
START_TEST(the_queue_for_reports_is_where_the_driver_has_it)
{
	static const struct {
		uint64_t features;
		uint16_t queue;
		bool is_served;
	} cases[] = {
		{ ALL, REPORT, true },
		{ ALL, 3, true },
		{ VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_REPORTING), 2, true },
		{ VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_REPORTING), REPORT, true },
		{ VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_REPORTING), 3, false },
		{ VIRTQ_BIT(VIRTIO_BALLOON_F_STATS_VQ), 3, false },
		{ VIRTQ_BIT(VIRTIO_BALLOON_F_STATS_VQ), REPORT, false },
		{ 0, STATS, false },
	};
	const struct virtq_buf buf = { HEAP, PAGE, true };
	struct virtq_driver_used used;
	struct balloon balloon;

	balloon_init_with(&balloon, cases[_i].features, NULL);
	balloon_start(&balloon);
	touch(&balloon, HEAP, PAGE);
	ck_assert_int_eq(vm_virtio_rig_send(&balloon.rig, cases[_i].queue, &buf,
					    1, 7),
			 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&balloon.rig, cases[_i].queue,
					       &used),
			 cases[_i].is_served ? 0 : -ETIME);
	ck_assert_uint_eq(byte_at(&balloon, HEAP),
			  cases[_i].is_served ? 0 : 0xa5);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(every_attack_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 10);
	uint64_t wanted =
		_i / 5 % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	struct balloon balloon;

	balloon_init(&balloon);
	ck_assert_msg(!vm_virtio_rig_attack(&balloon.rig, (uint16_t)(_i % 5),
					    attack, wanted),
		      "%s", virtq_attack_name(attack));
	expect_working(&balloon);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct balloon balloon;

	balloon_init(&balloon);
	if (_i & 1)
		balloon_start(&balloon);
	ck_assert_int_eq(vm_virtio_rig_poke(&balloon.rig, (uint64_t)_i, 2000),
			 0);
	expect_working(&balloon);
	balloon_fini(&balloon);
}
END_TEST

RUN_TESTS("balloon", TIMES(a_balloon_says_what_it_is, 2),
	  ONCE(the_driver_is_told_of_a_target), ONCE(a_target_has_bounds),
	  TIMES(a_bad_configuration_is_refused, 5),
	  ONCE(the_driver_tells_its_size),
	  TIMES(the_rest_of_the_configuration_is_not_the_drivers, 8),
	  ONCE(a_promise_is_made_before_the_start),
	  ONCE(a_saved_balloon_goes_on_elsewhere),
	  TIMES(a_state_that_cannot_be_is_refused, 5),
	  TIMES(the_queue_for_reports_is_where_the_driver_has_it, 8),
	  TIMES(every_attack_is_survived, 10 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30))
