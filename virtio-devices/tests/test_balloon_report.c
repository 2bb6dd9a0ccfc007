/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <unistd.h>

#include "balloon_support.h"

START_TEST(reported_pages_are_given_back_to_the_host)
{
	const struct virtq_buf bufs[] = {
		{ HEAP, MIB, true },
		{ VM_VIRTIO_RIG_EDGE - MIB, 2 * MIB, true },
	};
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, 2 * MIB);
	touch(&balloon, VM_VIRTIO_RIG_EDGE - MIB, 2 * MIB);
	ask(&balloon, REPORT, bufs, 2);
	ck_assert_uint_eq(resident(&balloon, HEAP, MIB), 0);
	ck_assert_uint_eq(resident(&balloon, HEAP + MIB, MIB), MIB / PAGE);
	ck_assert_uint_eq(resident(&balloon, VM_VIRTIO_RIG_EDGE - MIB, MIB), 0);
	ck_assert_uint_eq(resident(&balloon, VM_VIRTIO_RIG_EDGE, MIB), 0);
	expect_bytes(&balloon, HEAP, MIB, 0);
	ck_assert_uint_eq(balloon.counters->reported, 3 * MIB);
	ck_assert_uint_eq(balloon.counters->discarded, 3 * MIB);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(only_whole_pages_of_the_host_are_given_back)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	const struct virtq_buf bufs[] = {
		{ HEAP + 1, (uint32_t)(3 * page), true },
		{ HEAP + (uint32_t)(8 * page) + 1, (uint32_t)page, true },
		{ HEAP + (uint32_t)(8 * page) + 8, 8, true },
	};
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, 10 * page);
	ask(&balloon, REPORT, bufs, 3);
	expect_bytes(&balloon, HEAP, page, 0xa5);
	expect_bytes(&balloon, HEAP + page, 2 * page, 0);
	expect_bytes(&balloon, HEAP + 3 * page, 7 * page, 0xa5);
	ck_assert_uint_eq(balloon.counters->discarded, 2 * page);
	ck_assert_uint_eq(balloon.counters->kept, 2 * page + 8);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_report_outside_of_memory_is_skipped)
{
	const struct virtq_buf bufs[] = {
		{ VM_VIRTIO_RIG_HOLE - PAGE, 2 * PAGE, true },
		{ HEAP, PAGE, true },
		{ -(vm_gpa)(2 * PAGE), PAGE, true },
	};
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, PAGE);
	touch(&balloon, VM_VIRTIO_RIG_HOLE - PAGE, PAGE);
	ask(&balloon, REPORT, bufs, 3);
	expect_bytes(&balloon, HEAP, PAGE, 0);
	expect_bytes(&balloon, VM_VIRTIO_RIG_HOLE - PAGE, PAGE, 0xa5);
	ck_assert_uint_eq(balloon.counters->outside, 2);
	ck_assert_uint_eq(balloon.counters->reported, PAGE);
	balloon_fini(&balloon);
}
END_TEST

START_TEST(a_report_with_something_to_read_is_refused)
{
	const struct virtq_buf bufs[] = { { HEAP, PAGE, false },
					  { HEAP + PAGE, PAGE, true } };
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start(&balloon);
	touch(&balloon, HEAP, 2 * PAGE);
	ask(&balloon, REPORT, bufs, 2);
	expect_bytes(&balloon, HEAP, 2 * PAGE, 0xa5);
	ck_assert_uint_eq(errors(balloon.device, VM_VIRTIO_ERROR_REQUEST), 1);
	balloon_fini(&balloon);
}
END_TEST

/* Memory of 192 MiB that nobody touches, behind the rig's. */
static const struct vm_mem_range much = { MORE, 192 * MIB, NULL };

START_TEST(a_notification_gives_back_so_much)
{
	const struct virtq_buf bufs[] = {
		{ MORE + MIB, 190 * MIB, true },
		{ HEAP, MIB, true },
	};
	struct virtq_driver_used used;
	struct balloon balloon;

	balloon_init_with(&balloon, ALL, &much);
	balloon_start(&balloon);
	touch(&balloon, HEAP, MIB);
	ck_assert_int_eq(vm_virtio_rig_send(&balloon.rig, REPORT, bufs, 2, 7),
			 0);
	/* Up to the next multiple of what one may do, which is at 64 MiB. */
	ck_assert_uint_eq(balloon.counters->reported, 47 * MIB);
	ck_assert_uint_eq(balloon.rig.kicks, 1 << REPORT);
	vm_virtio_device_notify(balloon.device, REPORT);
	ck_assert_uint_eq(balloon.counters->reported, 111 * MIB);
	ck_assert_int_eq(vm_virtio_rig_receive(&balloon.rig, REPORT, &used), 0);
	ck_assert_uint_eq(balloon.counters->reported, 191 * MIB);
	ck_assert_uint_eq(balloon.counters->discarded, 191 * MIB);
	expect_bytes(&balloon, HEAP, MIB, 0);
	/* The next one starts where it starts. */
	touch(&balloon, HEAP, MIB);
	ask(&balloon, REPORT, bufs + 1, 1);
	expect_bytes(&balloon, HEAP, MIB, 0);
	balloon_fini(&balloon);
}
END_TEST

/* A report in the middle of which the queue is reset, saved or rewritten. */
START_TEST(an_unfinished_report_leaves_nothing_behind)
{
	static struct vm_virtio_state state;
	const struct virtq_buf buf = { MORE, 192 * MIB, true };
	const struct virtq_buf heap = { HEAP, MIB, true };
	struct virtq_driver_used used;
	struct balloon balloon;

	balloon_init_with(&balloon, ALL, &much);
	balloon_start(&balloon);
	ck_assert_int_eq(vm_virtio_rig_send(&balloon.rig, REPORT, &buf, 1, 7),
			 0);
	ck_assert_uint_eq(balloon.counters->reported, 48 * MIB);
	switch (_i) {
	case 0:
		balloon_start(&balloon);
		break;
	case 1:
		vm_virtio_rig_write(&balloon.rig, VM_VIRTIO_MMIO_QUEUE_SEL,
				    REPORT);
		vm_virtio_rig_write(&balloon.rig, VM_VIRTIO_MMIO_QUEUE_RESET,
				    1);
		ck_assert_int_eq(
			vm_virtio_rig_set_queue(&balloon.rig, REPORT, 64), 0);
		break;
	case 2:
		vm_virtio_device_save(balloon.device, &state);
		vm_virtio_device_set_status(balloon.device, 0);
		ck_assert_int_eq(
			vm_virtio_device_restore(balloon.device, &state), 0);
		ck_assert_int_eq(
			vm_virtio_rig_receive(&balloon.rig, REPORT, &used), 0);
		ck_assert_uint_eq(balloon.counters->reported, 240 * MIB);
		break;
	default:
		/* The descriptor is changed into one of a single page. */
		ck_assert_int_eq(
			vm_mem_fill(balloon.rig.mem,
				    balloon.rig.configs[REPORT].desc + 10, 0,
				    2),
			0);
		ck_assert_int_eq(
			vm_mem_fill(balloon.rig.mem,
				    balloon.rig.configs[REPORT].desc + 9, 0x10,
				    1),
			0);
		ck_assert_int_eq(
			vm_virtio_rig_receive(&balloon.rig, REPORT, &used), 0);
		ck_assert_uint_eq(balloon.counters->reported, 48 * MIB);
	}
	touch(&balloon, HEAP, MIB);
	ask(&balloon, REPORT, &heap, 1);
	expect_bytes(&balloon, HEAP, MIB, 0);
	balloon_fini(&balloon);
}
END_TEST

/* 5.5.6.7.2: nothing else than what the driver has promised. */
START_TEST(a_promised_content_is_kept)
{
	const struct virtq_buf buf = { HEAP, MIB, true };
	uint32_t value = _i ? 0xa5a5a5a5 : 0;
	struct balloon balloon;

	balloon_init(&balloon);
	balloon_start_poisoned(&balloon, value);
	touch(&balloon, HEAP, 2 * MIB);
	if (!value)
		ck_assert_int_eq(vm_mem_fill(balloon.rig.mem, HEAP, 0, MIB), 0);
	ask(&balloon, REPORT, &buf, 1);
	ck_assert_uint_eq(balloon.counters->discarded, value ? 0 : MIB);
	ck_assert_uint_eq(balloon.counters->kept, value ? MIB : 0);
	expect_bytes(&balloon, HEAP, MIB, (uint8_t)value);
	/* No such thing is promised of pages in the balloon. */
	put_list(&balloon, HEAP + MIB, 1, 256);
	send_list(&balloon, INFLATE, 256);
	expect_bytes(&balloon, HEAP + MIB, MIB, 0);
	balloon_fini(&balloon);
}
END_TEST

/* Pages of a private file come back as the file has them. */
START_TEST(a_file_is_not_what_was_promised)
{
	const char content[] = "not zeroes";
	int fd = memfd_create("ram", MFD_CLOEXEC);
	const struct vm_mem_backing backing = { .kind = VM_MEM_FILE_PRIVATE,
						.fd = fd };
	const struct vm_mem_range more = { MORE, 16 * PAGE, &backing };
	const struct virtq_buf buf = { MORE, 16 * PAGE, true };
	struct balloon balloon;

	ck_assert_int_eq(ftruncate(fd, 16 * PAGE), 0);
	ck_assert_int_eq(pwrite(fd, content, sizeof(content), 0),
			 sizeof(content));
	balloon_init_with(&balloon, ALL, &more);
	balloon_start_poisoned(&balloon, 0);
	touch(&balloon, MORE, 16 * PAGE);
	ask(&balloon, REPORT, &buf, 1);
	ck_assert_uint_eq(balloon.counters->kept, 16 * PAGE);
	expect_bytes(&balloon, MORE, 16 * PAGE, 0xa5);
	balloon_start(&balloon);
	ask(&balloon, REPORT, &buf, 1);
	ck_assert_uint_eq(byte_at(&balloon, MORE), 'n');
	balloon_fini(&balloon);
	close(fd);
}
END_TEST

RUN_TESTS("balloon_report", ONCE(reported_pages_are_given_back_to_the_host),
	  ONCE(only_whole_pages_of_the_host_are_given_back),
	  ONCE(a_report_outside_of_memory_is_skipped),
	  ONCE(a_report_with_something_to_read_is_refused),
	  ONCE(a_notification_gives_back_so_much),
	  TIMES(an_unfinished_report_leaves_nothing_behind, 4),
	  TIMES(a_promised_content_is_kept, 2),
	  ONCE(a_file_is_not_what_was_promised))
