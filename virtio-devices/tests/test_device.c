/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <sys/eventfd.h>
#include <unistd.h>

#include "support.h"

static void no_kick(void *context, uint16_t queue)
{
	(void)context;
	(void)queue;
}

/* What a device cannot be made of. */
START_TEST(a_device_needs_type_memory_kick_and_queues)
{
	struct vm_virtio_type mute = dummy_type;
	struct vm_virtio_rig rig;
	struct vm_virtio_host host;
	struct dummy dummy = { 0 };
	struct vm_virtio_device_config config = {
		.type = &dummy_type,
		.host = &host,
		.queues = dummy.queues,
		.queue_count = 1,
	};

	ck_assert_int_eq(vm_virtio_rig_init(&rig), 0);
	host = vm_virtio_rig_host(&rig);
	mute.notify = NULL;
	dummy.queues[0].config.max_size = VIRTQ_MAX_SIZE;
	switch (_i) {
	case 0:
		config.type = NULL;
		break;
	case 1:
		config.type = &mute;
		break;
	case 2:
		config.host = NULL;
		break;
	case 3:
		host.mem = NULL;
		break;
	case 4:
		host.kick = NULL;
		break;
	case 5:
		config.queues = NULL;
		break;
	case 6:
		config.queue_count = 0;
		break;
	case 7:
		config.queue_count = VM_VIRTIO_MAX_QUEUES + 1;
		break;
	case 8:
		dummy.queues[0].config.max_size = 0;
		break;
	case 9:
		dummy.queues[0].config.max_size = VIRTQ_MAX_SIZE + 1;
		break;
	case 10:
		host.with = VIRTQ_BIT(DUMMY_LEFT);
		break;
	default:
		ck_assert_int_eq(vm_virtio_device_init(&dummy.device, &config),
				 0);
		vm_mem_free(rig.mem);
		return;
	}
	ck_assert_int_eq(vm_virtio_device_init(&dummy.device, &config),
			 -EINVAL);
	vm_mem_free(rig.mem);
}
END_TEST

START_TEST(a_zeroed_device_can_be_finished)
{
	struct vm_virtio_device device = { 0 };

	vm_virtio_device_fini(&device);
	ck_assert_ptr_null(device.type);
}
END_TEST

START_TEST(the_vmm_chooses_what_is_offered_but_for_version_1)
{
	struct bench bench;

	bench_init_as(&bench, &dummy_type, VM_VIRTIO_HOST_FEATURES, UINT64_MAX);
	ck_assert_uint_eq(bench.dummy.device.offered,
			  VIRTQ_BIT(VIRTIO_F_VERSION_1));
	bench_fini(&bench);

	bench_init_as(&bench, &dummy_type, VM_VIRTIO_HOST_FEATURES, 0);
	ck_assert_uint_eq(bench.dummy.device.offered,
			  DUMMY_FEATURES | VM_VIRTIO_FEATURES |
				  VM_VIRTIO_HOST_FEATURES);
	bench_fini(&bench);
}
END_TEST

START_TEST(notifications_reach_only_queues_that_run)
{
	struct bench bench;

	bench_init(&bench);
	vm_virtio_device_notify(&bench.dummy.device, 0);
	bench_start(&bench);
	bench_send(&bench, 1, 5);
	bench_expect(&bench, 1, 5, 0);
	ck_assert_uint_eq(bench.dummy.device.stats.requests, 1);

	vm_virtio_device_notify(&bench.dummy.device, DUMMY_QUEUES);
	vm_virtio_device_notify(&bench.dummy.device, UINT32_MAX);
	ck_assert_uint_eq(errors(&bench.dummy.device, VM_VIRTIO_ERROR_PROTOCOL),
			  2);
	ck_assert_uint_eq(bench.dummy.device.stats.notifications, 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(the_descriptor_and_its_handler_are_the_types)
{
	struct bench bench;
	int fd = eventfd(1, EFD_CLOEXEC);

	bench_init(&bench);
	bench.dummy.fd = fd;
	ck_assert_int_eq(vm_virtio_device_fd(&bench.dummy.device), fd);
	vm_virtio_device_handle(&bench.dummy.device);
	ck_assert_uint_eq(bench.dummy.handled, 1);
	bench_fini(&bench);
	close(fd);
}
END_TEST

START_TEST(a_type_without_optional_functions_works)
{
	struct bench bench;

	bench_init_as(&bench, &bare_type, 0, 0);
	ck_assert_int_eq(vm_virtio_device_fd(&bench.dummy.device), -1);
	vm_virtio_device_handle(&bench.dummy.device);
	ck_assert_int_eq(vm_virtio_rig_start(&bench.rig, VM_VIRTIO_RIG_PACKED,
					     DUMMY_SIZE),
			 0);
	bench_send(&bench, 0, 1);
	bench_expect(&bench, 0, 1, 0);
	vm_virtio_device_set_mem(&bench.dummy.device, bench.rig.mem);
	vm_virtio_rig_write(&bench.rig, VM_VIRTIO_MMIO_CONFIG, 1);
	ck_assert_uint_eq(bench.dummy.config[0], 1);
	ck_assert_uint_eq(errors(&bench.dummy.device, VM_VIRTIO_ERROR_PROTOCOL),
			  1);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_device_goes_on_in_another_map)
{
	const struct vm_mem_range empty = { 0, 0x1000, NULL };
	struct vm_mem *nothing;
	struct bench bench;

	ck_assert_int_eq(vm_mem_new(&empty, 1, &nothing), 0);
	bench_init(&bench);
	bench_start(&bench);
	bench.dummy.verdict = VIRTQ_TAKEN;
	bench_send(&bench, 0, 1);
	vm_virtio_device_set_mem(&bench.dummy.device, bench.rig.mem);
	ck_assert_uint_eq(bench.dummy.stopped[0], 1);
	bench_expect(&bench, 0, 1, 0);

	/* Only what the first queue needs is in a page; the others are lost. */
	vm_virtio_device_set_mem(&bench.dummy.device, nothing);
	ck_assert_uint_eq(bench.dummy.device.status, ALIVE | NEEDS_RESET);
	ck_assert(!virtq_is_active(&bench.dummy.queues[1].vq));
	bench_fini(&bench);
	vm_mem_free(nothing);
}
END_TEST

START_TEST(a_change_of_the_configuration_is_told_to_a_running_driver)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	vm_virtio_device_change_config(device);
	ck_assert_uint_eq(device->generation, 1);
	ck_assert_uint_eq(bench.rig.interrupts, 0);

	bench_start(&bench);
	vm_virtio_device_change_config(device);
	ck_assert_uint_eq(device->generation, 2);
	ck_assert_uint_eq(bench.rig.interrupts, 1);
	ck_assert_uint_eq(device->stats.config_changes, 1);
	ck_assert_uint_eq(vm_virtio_rig_read(&bench.rig,
					     VM_VIRTIO_MMIO_INTERRUPT_STATUS),
			  VM_VIRTIO_MMIO_INT_CONFIG);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_stopped_device_says_so_once_and_serves_nothing)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	vm_virtio_device_stop(device);
	vm_virtio_device_stop(device);
	ck_assert_uint_eq(device->status, ALIVE | NEEDS_RESET);
	ck_assert_uint_eq(bench.rig.interrupts, 1);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_STOPPED), 1);
	ck_assert(!vm_virtio_device_is_running(device));
	bench_send(&bench, 0, 1);
	bench_expect_none(&bench, 0);

	bench_start(&bench);
	bench_send(&bench, 0, 2);
	bench_expect(&bench, 0, 2, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_device_without_transport_drops_interrupts)
{
	struct vm_virtio_rig rig;
	struct vm_virtio_host host;
	struct dummy dummy;

	ck_assert_int_eq(vm_virtio_rig_init(&rig), 0);
	host = vm_virtio_rig_host(&rig);
	host.kick = no_kick;
	ck_assert_int_eq(dummy_init(&dummy, &dummy_type, &host), 0);
	vm_virtio_device_set_status(&dummy.device, ACKNOWLEDGE | DRIVER);
	vm_virtio_device_set_features(&dummy.device, 1, 1);
	vm_virtio_device_set_status(&dummy.device, ALIVE);
	ck_assert_uint_eq(dummy.device.status, ALIVE);
	vm_virtio_device_change_config(&dummy.device);
	ck_assert_uint_eq(dummy.device.stats.config_changes, 0);
	vm_virtio_device_fini(&dummy.device);
	vm_mem_free(rig.mem);
}
END_TEST

START_TEST(features_beyond_64_are_never_there)
{
	struct vm_virtio_device device = { .features = UINT64_MAX };

	ck_assert(vm_virtio_device_has_feature(&device, 63));
	ck_assert(!vm_virtio_device_has_feature(&device, 64));
	device.features = 2;
	ck_assert(vm_virtio_device_has_feature(&device, 1));
	ck_assert(!vm_virtio_device_has_feature(&device, 0));
}
END_TEST

RUN_TESTS("device", TIMES(a_device_needs_type_memory_kick_and_queues, 12),
	  ONCE(a_zeroed_device_can_be_finished),
	  ONCE(the_vmm_chooses_what_is_offered_but_for_version_1),
	  ONCE(notifications_reach_only_queues_that_run),
	  ONCE(the_descriptor_and_its_handler_are_the_types),
	  ONCE(a_type_without_optional_functions_works),
	  ONCE(a_device_goes_on_in_another_map),
	  ONCE(a_change_of_the_configuration_is_told_to_a_running_driver),
	  ONCE(a_stopped_device_says_so_once_and_serves_nothing),
	  ONCE(a_device_without_transport_drops_interrupts),
	  ONCE(features_beyond_64_are_never_there))
