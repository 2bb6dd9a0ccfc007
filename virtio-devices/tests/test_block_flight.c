/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Requests that are with the engine, or wait for it or for a limit. */
#include "fake_engine.h"

START_TEST(requests_complete_when_the_engine_says_so)
{
	struct fake_engine *fake;
	struct disk disk;

	fake = slow_init(&disk, 2);
	offer_read(&disk, 0, 1);
	offer_read(&disk, 1, 2);
	offer_read(&disk, 0, 3);
	ck_assert_uint_eq(fake->count, 3);
	ck_assert_uint_eq(fake->starts, 3);
	ck_assert(is_quiet(&disk, 0));
	fake_complete(fake, 2);
	expect_read(&disk, 0, 1);
	expect_read(&disk, 1, 2);
	ck_assert(is_quiet(&disk, 0));
	ck_assert_uint_eq(status_of(&disk, 3), NO_STATUS);
	fake_complete(fake, 1);
	expect_read(&disk, 0, 3);
	disk_fini(&disk);
}
END_TEST

START_TEST(an_error_of_the_engine_is_an_error_of_the_request)
{
	struct fake_engine *fake;
	struct virtq_driver_used used;
	struct disk disk;

	fake = slow_init(&disk, 1);
	fake->fail = _i ? -ENOTSUP : -EIO;
	offer_read(&disk, 0, 1);
	fake_complete(fake, 1);
	ck_assert_int_eq(vm_virtio_rig_receive(&disk.rig, 0, &used), 0);
	ck_assert_uint_eq(used.len, 0);
	ck_assert_uint_eq(status_of(&disk, 1),
			  _i ? VIRTIO_BLK_S_UNSUPP : VIRTIO_BLK_S_IOERR);
	ck_assert_uint_eq(errors(disk.device, VM_VIRTIO_ERROR_IO), 1);
	ck_assert_uint_eq(disk.device->stats.bytes_to_driver, 0);
	fake->fail = 0;
	offer_read(&disk, 0, 2);
	fake_complete(fake, 1);
	expect_read(&disk, 0, 2);
	disk_fini(&disk);
}
END_TEST

/* More chains than requests: the rest waits, on both queues, and comes. */
START_TEST(more_requests_than_the_engine_takes_wait)
{
	const unsigned int many = 85; /* chains of 3 that a ring holds */
	struct fake_engine *fake;
	struct disk disk;

	fake = slow_init(&disk, 2);
	for (uint64_t i = 0; i < many; i++) {
		offer_read(&disk, 0, i);
		offer_read(&disk, 1, many + i);
	}
	ck_assert_uint_eq(fake->count, VM_BLOCK_DEPTH);
	ck_assert(is_quiet(&disk, 0));
	for (uint64_t i = 0; i < many; i++) {
		if (fake->count > fake->done)
			fake_complete(fake, fake->count - fake->done);
		expect_read(&disk, 0, i);
	}
	for (uint64_t i = 0; i < many; i++) {
		if (fake->count > fake->done)
			fake_complete(fake, fake->count - fake->done);
		expect_read(&disk, 1, many + i);
	}
	disk_fini(&disk);
}
END_TEST

START_TEST(a_reset_waits_for_what_is_in_flight)
{
	struct fake_engine *fake;
	struct disk disk;

	fake = slow_init(&disk, 2);
	offer_read(&disk, 0, 1);
	offer_read(&disk, 1, 2);
	vm_virtio_rig_write(&disk.rig, VM_VIRTIO_MMIO_STATUS, 0);
	ck_assert_uint_eq(fake->count, 0);
	ck_assert(!disk.rig.level);
	disk_start(&disk);
	offer_read(&disk, 1, 3);
	fake_complete(fake, 1);
	expect_read(&disk, 1, 3);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_queue_is_reset_while_the_other_goes_on)
{
	struct fake_engine *fake;
	struct disk disk;

	fake = slow_init(&disk, 2);
	offer_read(&disk, 0, 1);
	offer_read(&disk, 1, 2);
	vm_virtio_rig_write(&disk.rig, VM_VIRTIO_MMIO_QUEUE_SEL, 1);
	vm_virtio_rig_write(&disk.rig, VM_VIRTIO_MMIO_QUEUE_RESET, 1);
	ck_assert_uint_eq(fake->count, 0);
	expect_read(&disk, 0, 1);
	ck_assert_int_eq(vm_virtio_rig_set_queue(&disk.rig, 1, 16), 0);
	offer_read(&disk, 1, 3);
	offer_read(&disk, 0, 4);
	fake_complete(fake, 2);
	expect_read(&disk, 1, 3);
	expect_read(&disk, 0, 4);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_disk_is_freed_with_requests_in_flight)
{
	struct disk disk;

	slow_init(&disk, 1);
	offer_read(&disk, 0, 1);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_disk_is_saved_and_restored)
{
	static struct vm_virtio_state state;
	struct fake_engine *fake;
	struct disk disk;
	uint8_t off = 0;

	fake = slow_init(&disk, 2);
	vm_virtio_mmio_write(&disk.rig.mmio, VM_VIRTIO_MMIO_CONFIG + 32, &off,
			     1);
	offer_read(&disk, 1, 1);
	vm_virtio_device_save(disk.device, &state);
	ck_assert_uint_eq(fake->count, 0);
	vm_virtio_device_set_status(disk.device, 0);
	ck_assert_int_eq(vm_virtio_device_restore(disk.device, &state), 0);
	expect_read(&disk, 1, 1);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig,
					     VM_VIRTIO_MMIO_CONFIG + 32),
			  0x20000);
	offer_read(&disk, 0, 2);
	fake_complete(fake, 1);
	expect_read(&disk, 0, 2);

	/* Another disk, or nonsense. */
	vm_virtio_device_set_status(disk.device, 0);
	((uint8_t *)state.type)[32] = 2;
	ck_assert_int_eq(vm_virtio_device_restore(disk.device, &state),
			 -EBADMSG);
	((uint8_t *)state.type)[32] = 1;
	((uint8_t *)state.type)[0]++;
	ck_assert_int_eq(vm_virtio_device_restore(disk.device, &state),
			 -EBADMSG);
	((uint8_t *)state.type)[0]--;
	state.type_len--;
	ck_assert_int_eq(vm_virtio_device_restore(disk.device, &state),
			 -EBADMSG);
	disk_fini(&disk);
}
END_TEST

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* With one descriptor to poll, whichever the engine is. */
START_TEST(a_limited_disk_is_slow_and_loses_nothing)
{
	const struct vm_rate_limit ops = { 4, 100000000, 0 };
	const struct vm_rate_limit bytes = { 4 * SECTOR, 100000000, 0 };
	struct fake_engine *fake = NULL;
	struct disk disk;
	uint64_t start;

	disk_open(&disk, 0);
	if (_i & 1)
		disk.config.ops = ops;
	else
		disk.config.bytes = bytes;
	if (_i & 2)
		fake = fake_install(&disk);
	disk_plug(&disk);
	disk_start(&disk);
	ck_assert_int_ge(vm_virtio_device_fd(disk.device), 0);
	start = now_ms();
	for (uint64_t i = 0; i < 12; i++) {
		offer_read(&disk, 0, i);
		while (fake && !fake->count) {
			struct pollfd pollfd = { .fd = vm_virtio_device_fd(
							 disk.device),
						 .events = POLLIN };

			ck_assert_int_eq(poll(&pollfd, 1, 1000), 1);
			vm_virtio_device_handle(disk.device);
		}
		if (fake)
			fake_complete(fake, 1);
		expect_read(&disk, 0, i);
	}
	/*
	 * 4 at once, and 8 more at 40 a second; the last one of a limit of
	 * bytes starts on credit.
	 */
	ck_assert_uint_ge(now_ms() - start, 170);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_throttled_disk_is_reset_at_once)
{
	const struct vm_rate_limit ops = { 1, UINT64_C(3600000000000), 0 };
	struct disk disk;

	disk_open(&disk, 0);
	disk.config.ops = ops;
	disk_plug(&disk);
	disk_start(&disk);
	offer_read(&disk, 0, 1);
	expect_read(&disk, 0, 1);
	ck_assert_uint_eq(disk.device->stats.throttled, 0);
	offer_read(&disk, 0, 2);
	ck_assert(is_quiet(&disk, 0));
	ck_assert_uint_eq(disk.device->stats.throttled, 1);
	disk_start(&disk);
	ck_assert(is_quiet(&disk, 0));
	disk_fini(&disk);
}
END_TEST

START_TEST(saving_does_not_end_the_waiting)
{
	const struct vm_rate_limit ops = { 1, 50000000, 0 };
	static struct vm_virtio_state state;
	struct disk disk;

	disk_open(&disk, 0);
	disk.config.ops = ops;
	disk_plug(&disk);
	disk_start(&disk);
	offer_read(&disk, 0, 1);
	expect_read(&disk, 0, 1);
	offer_read(&disk, 0, 2);
	ck_assert(is_quiet(&disk, 0));
	vm_virtio_device_save(disk.device, &state);
	expect_read(&disk, 0, 2);
	disk_fini(&disk);
}
END_TEST

/* Also with buffers that change while a request is in flight. */
START_TEST(a_request_is_what_it_was_when_it_was_taken)
{
	struct fake_engine *fake;
	struct disk disk;

	fake = slow_init(&disk, 1);
	offer_read(&disk, 0, 1);
	/* The driver turns the read into a write elsewhere, too late. */
	put_header(&disk, DATA_AT + 0x1000, VIRTIO_BLK_T_OUT, 99);
	ck_assert_int_eq(vm_mem_fill(disk.rig.mem, 0, 0xff, 0x1000), 0);
	fake_complete(fake, 1);
	ck_assert_int_eq(vm_virtio_rig_run(&disk.rig), 0);
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + 0x1200), pattern(SECTOR));
	ck_assert(file_has(&disk, 0, DISK_SIZE, -1));
	disk_fini(&disk);
}
END_TEST

RUN_TESTS("block_flight", ONCE(requests_complete_when_the_engine_says_so),
	  TIMES(an_error_of_the_engine_is_an_error_of_the_request, 2),
	  ONCE(more_requests_than_the_engine_takes_wait),
	  ONCE(a_reset_waits_for_what_is_in_flight),
	  ONCE(a_queue_is_reset_while_the_other_goes_on),
	  ONCE(a_disk_is_freed_with_requests_in_flight),
	  ONCE(a_disk_is_saved_and_restored),
	  TIMES(a_limited_disk_is_slow_and_loses_nothing, 4),
	  ONCE(a_throttled_disk_is_reset_at_once),
	  ONCE(saving_does_not_end_the_waiting),
	  ONCE(a_request_is_what_it_was_when_it_was_taken))
