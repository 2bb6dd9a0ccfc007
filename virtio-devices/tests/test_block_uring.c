/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#define ENGINE_NEW vm_block_uring_new

#include <poll.h>

#include "engine_tests.h"

#define MANY VM_BLOCK_DEPTH

/* Is there something to reap, within a second if it is waited for? */
static bool is_readable(const struct vm_block_engine *engine, int timeout_ms)
{
	struct pollfd pollfd = { .fd = engine->ops->fd(engine->impl),
				 .events = POLLIN };

	ck_assert_int_ge(pollfd.fd, 0);
	return poll(&pollfd, 1, timeout_ms) == 1;
}

START_TEST(as_many_requests_as_a_device_has_are_taken)
{
	struct vm_block_io ios[MANY] = { 0 };
	struct iovec iovs[MANY];
	bool is_done[MANY] = { false };
	struct vm_block_io *io;
	struct rack rack;

	rack_init(&rack, MANY * SECTOR);
	for (size_t i = 0; i < MANY; i++) {
		iovs[i] = (struct iovec){ rack.bytes + i * SECTOR, SECTOR };
		ios[i] = (struct vm_block_io){ .op = VM_BLOCK_READ,
					       .iov = &iovs[i],
					       .iov_count = 1,
					       .off = i * SECTOR,
					       .len = SECTOR,
					       .result = 1 };
		ck_assert(!rack.engine.ops->submit(rack.engine.impl, &ios[i]));
	}
	ck_assert(!is_readable(&rack.engine, 0));
	rack.engine.ops->start(rack.engine.impl);
	ck_assert(is_readable(&rack.engine, 1000));
	for (size_t i = 0; i < MANY; i++) {
		io = rack.engine.ops->reap(rack.engine.impl, true);
		ck_assert_ptr_nonnull(io);
		ck_assert_int_eq(io->result, 0);
		ck_assert(!is_done[io - ios]);
		is_done[io - ios] = true;
	}
	ck_assert(!is_readable(&rack.engine, 0));
	ck_assert_ptr_null(rack.engine.ops->reap(rack.engine.impl, false));
	for (size_t i = 0; i < MANY * SECTOR; i++)
		ck_assert_uint_eq(rack.bytes[i], pattern(i));
	rack_fini(&rack);
}
END_TEST

START_TEST(a_request_that_was_not_started_is_when_it_is_waited_for)
{
	struct rack rack;
	struct iovec iov;
	struct vm_block_io io = {
		.op = VM_BLOCK_WRITE, .iov = &iov, .iov_count = 1, .len = SECTOR
	};

	rack_init(&rack, SECTOR);
	iov = (struct iovec){ rack.bytes, SECTOR };
	ck_assert(!rack.engine.ops->submit(rack.engine.impl, &io));
	ck_assert_ptr_null(rack.engine.ops->reap(rack.engine.impl, false));
	ck_assert_ptr_eq(rack.engine.ops->reap(rack.engine.impl, true), &io);
	ck_assert_int_eq(io.result, 0);
	rack_fini(&rack);
}
END_TEST

START_TEST(without_descriptors_there_is_no_ring)
{
	struct vm_block_engine engine = { 0 };
	struct rack rack;
	rlim_t before;

	rack_init(&rack, SECTOR);
	before = limit_fds(0);
	ck_assert_int_eq(vm_block_uring_new(&rack.image, &engine), -EMFILE);
	ck_assert_int_eq(vm_block_engine_new(&rack.image, &engine), -EMFILE);
	ck_assert_ptr_null(engine.ops);
	limit_fds(before);
	rack_fini(&rack);
}
END_TEST

/* File systems without O_DIRECT say so: test_block_image.c. */
static bool has_direct(void)
{
	struct vm_block_image image;
	struct file file;
	int r;

	file_init(&file, SECTOR);
	r = vm_block_image_open(&image, file.path, VM_BLOCK_DIRECT);
	if (!r)
		vm_block_image_close(&image);
	file_fini(&file);
	return !r;
}

/* A disk of two queues with this engine, from the driver's side. */
static void real_init(struct disk *disk, unsigned int flags)
{
	disk_open(disk, flags);
	disk->config.queue_count = 2;
	ck_assert_int_eq(vm_block_uring_new(&disk->image, &disk->config.engine),
			 0);
	disk_plug(disk);
	disk_start(disk);
}

/* Offers a chain of three on a queue, to be notified of later. */
static void offer(struct disk *disk, uint16_t queue, uint32_t type,
		  uint64_t number)
{
	vm_gpa at = DATA_AT + 0x1000 * number;
	const struct virtq_buf bufs[] = {
		{ at, 16, false },
		{ at + 0x200, SECTOR, type == VIRTIO_BLK_T_IN },
		{ at + 0x100, 1, true },
	};

	put_header(disk, at, type, number);
	ck_assert_int_eq(virtq_driver_add(disk->rig.drivers[queue], bufs, 3,
					  VIRTQ_DRIVER_INDIRECT, number),
			 0);
}

static void collect(struct disk *disk, uint16_t queue, unsigned int count,
		    uint32_t len)
{
	struct virtq_driver_used used;

	while (count--) {
		ck_assert_int_eq(
			vm_virtio_rig_receive(&disk->rig, queue, &used), 0);
		ck_assert_uint_eq(used.len, len);
		ck_assert_uint_eq(
			byte_at(disk, DATA_AT + 0x1000 * used.token + 0x100),
			VIRTIO_BLK_S_OK);
	}
}

START_TEST(two_queues_write_and_read_a_disk)
{
	struct disk disk;

	if (_i && !has_direct())
		return;
	real_init(&disk, _i ? VM_BLOCK_DIRECT : 0);
	for (uint64_t i = 0; i < 64; i++) {
		ck_assert_int_eq(vm_mem_fill(disk.rig.mem,
					     DATA_AT + 0x1000 * i + 0x200,
					     (uint8_t)(i + 1), SECTOR),
				 0);
		offer(&disk, i % 2, VIRTIO_BLK_T_OUT, i);
	}
	for (uint16_t queue = 0; queue < 2; queue++) {
		ck_assert(virtq_driver_publish(disk.rig.drivers[queue]));
		vm_virtio_device_notify(disk.device, queue);
	}
	collect(&disk, 0, 32, 1);
	collect(&disk, 1, 32, 1);
	for (uint64_t i = 0; i < 64; i++) {
		ck_assert(file_has(&disk, i * SECTOR, SECTOR, (int)i + 1));
		ck_assert_int_eq(vm_mem_fill(disk.rig.mem,
					     DATA_AT + 0x1000 * i + 0x200, 0,
					     SECTOR),
				 0);
		offer(&disk, (i + 1) % 2, VIRTIO_BLK_T_IN, i);
	}
	for (uint16_t queue = 0; queue < 2; queue++) {
		ck_assert(virtq_driver_publish(disk.rig.drivers[queue]));
		vm_virtio_device_notify(disk.device, queue);
	}
	collect(&disk, 0, 32, SECTOR + 1);
	collect(&disk, 1, 32, SECTOR + 1);
	for (uint64_t i = 0; i < 64; i++) {
		ck_assert_uint_eq(byte_at(&disk, DATA_AT + 0x1000 * i + 0x200),
				  i + 1);
		ck_assert_uint_eq(byte_at(&disk, DATA_AT + 0x1000 * i + 0x3ff),
				  i + 1);
	}
	disk_fini(&disk);
}
END_TEST

START_TEST(a_reset_leaves_nothing_in_flight)
{
	struct disk disk;

	real_init(&disk, 0);
	for (uint64_t i = 0; i < 32; i++)
		offer(&disk, 0, _i % 2 ? VIRTIO_BLK_T_IN : VIRTIO_BLK_T_OUT, i);
	ck_assert(virtq_driver_publish(disk.rig.drivers[0]));
	vm_virtio_device_notify(disk.device, 0);
	vm_virtio_rig_write(&disk.rig, VM_VIRTIO_MMIO_STATUS, 0);
	ck_assert_int_eq(vm_mem_fill(disk.rig.mem, DATA_AT, 0xc3, 0x20000), 0);
	usleep(1000);
	for (uint64_t i = 0; i < 0x20000; i += SECTOR / 2)
		ck_assert_uint_eq(byte_at(&disk, DATA_AT + i), 0xc3);
	disk_start(&disk);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_FLUSH, 0, 0),
			  VIRTIO_BLK_S_OK);
	disk_fini(&disk);
}
END_TEST

START_TEST(every_attack_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 2);
	uint64_t wanted = _i % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	struct disk disk;

	real_init(&disk, 0);
	ck_assert_msg(!vm_virtio_rig_attack(&disk.rig, 0, attack, wanted), "%s",
		      virtq_attack_name(attack));
	disk_start(&disk);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_IN, 0, SECTOR),
			  VIRTIO_BLK_S_OK);
	disk_fini(&disk);
}
END_TEST

static int run(void)
{
	const struct loop_test tests[] = {
		ENGINE_TESTS,
		ONCE(as_many_requests_as_a_device_has_are_taken),
		ONCE(a_request_that_was_not_started_is_when_it_is_waited_for),
		ONCE(without_descriptors_there_is_no_ring),
		TIMES(two_queues_write_and_read_a_disk, 2),
		TIMES(a_reset_leaves_nothing_in_flight, 10),
		TIMES(every_attack_is_survived, 2 * VIRTQ_ATTACK_COUNT),
	};

	return run_tests("block_uring", tests,
			 sizeof(tests) / sizeof(tests[0]));
}

/* Without io_uring there is nothing to be tested, and 77 says so. */
int main(void)
{
	struct vm_block_image image = { .fd = -1, .block_size = SECTOR };
	struct vm_block_engine engine = { 0 };
	int r = vm_block_uring_new(&image, &engine);

	vm_block_engine_free(&engine);
	if (r == -ENOTSUP)
		return 77;
	return run();
}
