/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

/* Large for a stack. */
static struct vm_virtio_state state, again;

/* Saves a device that runs, with one chain taken, and resets it. */
static void save_and_reset(struct bench *bench)
{
	bench_init(bench);
	bench_start(bench);
	bench_send(bench, 0, 1);
	bench_expect(bench, 0, 1, 0);
	bench->dummy.told = 77;
	vm_virtio_device_change_config(&bench->dummy.device);
	vm_virtio_device_save(&bench->dummy.device, &state);
	vm_virtio_device_set_status(&bench->dummy.device, 0);
}

START_TEST(a_restored_device_goes_on_where_it_was)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	save_and_reset(&bench);
	device->generation = 0;
	ck_assert_int_eq(vm_virtio_device_restore(device, &state), 0);
	ck_assert_uint_eq(device->status, ALIVE);
	ck_assert_uint_eq(device->generation, 1);
	ck_assert_uint_eq(bench.dummy.told, 77);
	ck_assert_uint_eq(bench.rig.kicks, 7);
	vm_virtio_device_save(device, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	bench_send(&bench, 0, 2);
	bench_expect(&bench, 0, 2, 0);
	bench_send(&bench, 2, 3);
	bench_expect(&bench, 2, 3, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_save_completes_what_is_in_flight)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.verdict = VIRTQ_TAKEN;
	bench_send(&bench, 1, 9);
	vm_virtio_device_save(&bench.dummy.device, &state);
	ck_assert_uint_eq(bench.dummy.stopped[1], 1);
	bench_expect(&bench, 1, 9, 0);
	ck_assert_uint_eq(bench.dummy.device.status, ALIVE);
	bench_fini(&bench);
}
END_TEST

/* Each status that a driver can reach, without and with its marks. */
START_TEST(a_device_is_restored_in_any_status)
{
	static const uint32_t rungs[] = { 0, ACKNOWLEDGE, ACKNOWLEDGE | DRIVER,
					  ACKNOWLEDGE | DRIVER | FEATURES_OK,
					  ALIVE };
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	uint32_t rung = rungs[_i % 5];

	bench_init(&bench);
	if (rung & ACKNOWLEDGE)
		vm_virtio_device_set_status(device, ACKNOWLEDGE);
	if (rung & DRIVER)
		vm_virtio_device_set_status(device, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(device, 1, 1);
	if (rung & FEATURES_OK) {
		vm_virtio_device_set_status(device, rung & ~DRIVER_OK);
		vm_virtio_queue_set_size(device, 0, 8);
		vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DRIVER,
					 false, 0x1000);
		vm_virtio_queue_set_area(device, 0, VM_VIRTIO_AREA_DEVICE,
					 false, 0x2000);
		vm_virtio_queue_set_ready(device, 0, true);
	}
	vm_virtio_device_set_status(device, rung ? rung : 0);
	if (_i >= 10)
		vm_virtio_device_stop(device);
	if (_i >= 5 && rung)
		vm_virtio_device_set_status(device, rung | FAILED);
	vm_virtio_device_save(device, &state);
	vm_virtio_device_set_status(device, 0);
	ck_assert_int_eq(vm_virtio_device_restore(device, &state), 0);
	vm_virtio_device_save(device, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));
	bench_fini(&bench);
}
END_TEST

/* What a state must not say of a device, one thing for each index. */
static void spoil_device(int which)
{
	switch (which) {
	case 0:
		state.version++;
		break;
	case 1:
		state.id++;
		break;
	case 2:
		state.queue_count--;
		break;
	case 3:
		state.type_len = sizeof(state.type) + 1;
		break;
	case 4:
		state.type_len = 3;
		break;
	case 5:
		state.status |= 0x10;
		break;
	case 6:
		state.status = 0x10000 | ALIVE;
		break;
	case 7:
		state.status = ALIVE & ~DRIVER;
		break;
	case 8:
		state.status = DRIVER_OK;
		break;
	case 9:
		state.offered ^= VIRTQ_BIT(DUMMY_HIGH);
		break;
	case 10:
		state.driver_features[1] = 0;
		break;
	case 11:
		state.driver_features[0] |= 8;
		break;
	case 12:
		state.driver_features[3] = 1;
		break;
	case 13:
		state.driver_features[0] |=
			VIRTQ_BIT(DUMMY_LEFT) | VIRTQ_BIT(DUMMY_RIGHT);
		break;
	case 14:
		state.status = ACKNOWLEDGE | DRIVER | FEATURES_OK;
		break;
	case 15:
		state.status = ACKNOWLEDGE;
		break;
	default:
		ck_abort_msg("no such thing");
	}
}

#define DEVICE_SPOILS 16

/* And of a queue. */
static int spoil_queue(int which)
{
	struct vm_virtio_queue_state *queue = &state.queues[1];

	switch (which) {
	case 0:
		queue->config.max_size++;
		break;
	case 1:
		queue->is_ready = 2;
		break;
	case 2:
		queue->is_ready = 0;
		break;
	case 3:
		queue->vq.size = 0;
		break;
	case 4:
		queue->config.size = 4;
		break;
	case 5:
		queue->config.desc += 16;
		break;
	case 6:
		queue->config.driver += 16;
		break;
	case 7:
		queue->config.device += 16;
		break;
	case 8:
		queue->vq.max_size = 32;
		break;
	case 9:
		queue->vq.features ^= VIRTQ_BIT(VIRTIO_F_EVENT_IDX);
		break;
	case 10:
		queue->vq.fault = VIRTQ_FAULT_AVAIL_JUMP;
		break;
	case 11:
		queue->vq.version++;
		break;
	case 12:
		queue->vq.next_used = (uint16_t)(queue->vq.next_avail + 1);
		break;
	case 13:
		queue->config.desc = VM_VIRTIO_RIG_HOLE;
		queue->vq.desc = VM_VIRTIO_RIG_HOLE;
		return -EFAULT;
	case 14:
		queue->config.driver = UINT64_MAX - 1;
		queue->vq.driver = UINT64_MAX - 1;
		return -EOVERFLOW;
	default:
		ck_abort_msg("no such thing");
	}
	return -EBADMSG;
}

#define QUEUE_SPOILS 15

START_TEST(a_state_that_cannot_be_is_refused)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	int expected = -EBADMSG;

	save_and_reset(&bench);
	if (_i < DEVICE_SPOILS)
		spoil_device(_i);
	else
		expected = spoil_queue(_i - DEVICE_SPOILS);
	ck_assert_int_eq(vm_virtio_device_restore(device, &state), expected);
	ck_assert_uint_eq(device->status, 0);
	ck_assert_uint_eq(device->features, 0);
	for (int i = 0; i < DUMMY_QUEUES; i++)
		ck_assert(!virtq_is_active(&bench.dummy.queues[i].vq));
	bench_start(&bench);
	bench_send(&bench, 0, 2);
	bench_expect(&bench, 0, 2, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_device_in_use_is_not_restored)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	save_and_reset(&bench);
	vm_virtio_device_set_status(device, ACKNOWLEDGE);
	ck_assert_int_eq(vm_virtio_device_restore(device, &state), -EINVAL);
	ck_assert_uint_eq(device->status, ACKNOWLEDGE);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_type_without_state_is_saved_and_restored)
{
	struct bench bench;

	bench_init_as(&bench, &bare_type, 0, 0);
	ck_assert_int_eq(vm_virtio_rig_start(&bench.rig, VM_VIRTIO_RIG_PACKED,
					     DUMMY_SIZE),
			 0);
	vm_virtio_device_save(&bench.dummy.device, &state);
	ck_assert_uint_eq(state.type_len, 0);
	vm_virtio_device_set_status(&bench.dummy.device, 0);
	ck_assert_int_eq(vm_virtio_device_restore(&bench.dummy.device, &state),
			 0);
	bench_send(&bench, 0, 2);
	bench_expect(&bench, 0, 2, 0);
	bench_fini(&bench);
}
END_TEST

/* Flips bits all over a good state: refused, or a device that can be reset. */
START_TEST(any_damaged_state_is_survived)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;
	uint8_t *bytes = (uint8_t *)&state;

	save_and_reset(&bench);
	for (size_t bit = 0; bit < 8 * 1200; bit++) {
		int r;

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = vm_virtio_device_restore(device, &state);
		if (r)
			ck_assert_uint_eq(device->status, 0);
		(void)!vm_virtio_rig_run(&bench.rig);
		vm_virtio_device_set_status(device, 0);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert_int_eq(vm_virtio_device_restore(device, &state), 0);
	bench_fini(&bench);
}
END_TEST

RUN_TESTS("state", ONCE(a_restored_device_goes_on_where_it_was),
	  ONCE(a_save_completes_what_is_in_flight),
	  TIMES(a_device_is_restored_in_any_status, 15),
	  TIMES(a_state_that_cannot_be_is_refused,
		DEVICE_SPOILS + QUEUE_SPOILS),
	  ONCE(a_device_in_use_is_not_restored),
	  ONCE(a_type_without_state_is_saved_and_restored),
	  ONCE(any_damaged_state_is_survived))
