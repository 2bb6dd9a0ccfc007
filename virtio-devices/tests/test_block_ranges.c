/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Discards and writes of zeroes. */
#include "fake_engine.h"

#define DISCARD VIRTIO_BLK_T_DISCARD
#define ZEROES	VIRTIO_BLK_T_WRITE_ZEROES
#define OK	VIRTIO_BLK_S_OK
#define IOERR	VIRTIO_BLK_S_IOERR
#define UNSUPP	VIRTIO_BLK_S_UNSUPP

static uint64_t refused(const struct disk *disk)
{
	return errors(disk->device, VM_VIRTIO_ERROR_REQUEST);
}

START_TEST(a_discard_frees_space_and_reads_as_zeros)
{
	struct disk disk;
	struct stat before, after;

	disk_init(&disk);
	ck_assert_int_eq(fstat(disk.file.fd, &before), 0);
	ck_assert_uint_eq(range_request(&disk, DISCARD, 64, 128, 0), OK);
	ck_assert_int_eq(fstat(disk.file.fd, &after), 0);
	ck_assert_int_lt(after.st_blocks, before.st_blocks);
	ck_assert_int_eq(after.st_size, before.st_size);
	ck_assert(file_has(&disk, 64 * SECTOR, 128 * SECTOR, 0));
	ck_assert(file_has(&disk, 0, 64 * SECTOR, -1));
	ck_assert(file_has(&disk, 192 * SECTOR, 64 * SECTOR, -1));
	disk_fini(&disk);
}
END_TEST

START_TEST(zeroes_are_written_with_and_without_unmap)
{
	struct disk disk;

	disk_init(&disk);
	ck_assert_uint_eq(range_request(&disk, ZEROES, 3, 9, (uint32_t)_i), OK);
	ck_assert(file_has(&disk, 3 * SECTOR, 9 * SECTOR, 0));
	ck_assert(file_has(&disk, 0, 3 * SECTOR, -1));
	ck_assert(file_has(&disk, 12 * SECTOR, 9 * SECTOR, -1));
	disk_fini(&disk);
}
END_TEST

/* Ranges, flags, and what a discard and a write of zeroes answer. */
static const struct {
	uint64_t sector;
	uint32_t count;
	uint32_t flags;
	uint8_t discard;
	uint8_t zeroes;
} ranges[] = {
	{ 0, 0, 0, OK, OK },
	{ DISK_SECTORS, 0, 0, OK, OK },
	{ 0, DISK_SECTORS, 0, OK, OK },
	{ 0, 1, 1, UNSUPP, OK },
	{ 0, 1, 2, UNSUPP, UNSUPP },
	{ 0, 1, 0x80000001, UNSUPP, UNSUPP },
	{ 0, DISK_SECTORS + 1, 0, IOERR, IOERR },
	{ DISK_SECTORS, 1, 0, IOERR, IOERR },
	{ DISK_SECTORS + 1, 0, 0, IOERR, IOERR },
	{ UINT64_MAX, 1, 0, IOERR, IOERR },
	{ UINT64_MAX / SECTOR + 1, 1, 0, IOERR, IOERR },
	{ 0, UINT32_MAX, 0, IOERR, IOERR },
	{ 0, VM_VIRTIO_BLOCK_MAX_DISCARD + 1, 0, IOERR, IOERR },
	{ 0, VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES + 1, 0, IOERR, IOERR },
};

START_TEST(ranges_are_checked_before_anything_changes)
{
	uint32_t type = _i % 2 ? ZEROES : DISCARD;
	uint8_t expected =
		_i % 2 ? ranges[_i / 2].zeroes : ranges[_i / 2].discard;
	struct disk disk;

	disk_init(&disk);
	ck_assert_uint_eq(range_request(&disk, type, ranges[_i / 2].sector,
					ranges[_i / 2].count,
					ranges[_i / 2].flags),
			  expected);
	if (expected != OK)
		ck_assert(file_has(&disk, 0, DISK_SIZE, -1));
	ck_assert_uint_eq(refused(&disk), expected != OK);
	disk_fini(&disk);
}
END_TEST

/* Above the capacity's check there is the one of the device's own limit. */
START_TEST(a_range_may_not_exceed_the_devices_limit)
{
	struct disk disk;

	disk_open(&disk, 0);
	ck_assert_int_eq(ftruncate(disk.file.fd, (off_t)SECTOR * 0x1000000), 0);
	ck_assert_int_eq(vm_block_image_update(&disk.image), 0);
	disk_plug(&disk);
	disk_start(&disk);
	ck_assert_uint_eq(range_request(&disk, DISCARD, 0,
					VM_VIRTIO_BLOCK_MAX_DISCARD, 0),
			  OK);
	ck_assert_uint_eq(range_request(&disk, DISCARD, 0,
					VM_VIRTIO_BLOCK_MAX_DISCARD + 1, 0),
			  IOERR);
	ck_assert_uint_eq(range_request(&disk, ZEROES, 0,
					VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES, 1),
			  OK);
	ck_assert_uint_eq(range_request(&disk, ZEROES, 0,
					VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES + 1,
					1),
			  IOERR);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_request_has_whole_ranges_and_not_too_many)
{
	static const struct {
		uint32_t len;
		uint8_t discard;
		uint8_t zeroes;
	} cases[] = {
		{ 0, IOERR, IOERR },   { 1, IOERR, IOERR },
		{ 15, IOERR, IOERR },  { 17, IOERR, IOERR },
		{ 16, OK, OK },	       { 16 * 2, OK, OK },
		{ 16 * 8, OK, OK },    { 16 * 8 + 1, IOERR, IOERR },
		{ 16 * 9, OK, IOERR }, { 16 * 32, OK, IOERR },
		{ 528, IOERR, IOERR }, { 0x100000, IOERR, IOERR },
	};
	struct disk disk;

	disk_init(&disk);
	fill_data(&disk, 0, 0x1000);
	ck_assert_uint_eq(request(&disk, DISCARD, 0, cases[_i].len),
			  cases[_i].discard);
	ck_assert_uint_eq(request(&disk, ZEROES, 0, cases[_i].len),
			  cases[_i].zeroes);
	ck_assert(file_has(&disk, 0, DISK_SIZE, -1));
	disk_fini(&disk);
}
END_TEST

struct range {
	uint64_t sector;
	uint32_t count;
	uint32_t flags;
};

/* Where a request has its ranges. */
static void put_range(struct disk *disk, size_t index, struct range range)
{
	uint8_t bytes[16];

	range.sector = vm_mem_le64(range.sector);
	range.count = vm_mem_le32(range.count);
	range.flags = vm_mem_le32(range.flags);
	memcpy(bytes, &range.sector, 8);
	memcpy(bytes + 8, &range.count, 4);
	memcpy(bytes + 12, &range.flags, 4);
	ck_assert_int_eq(vm_mem_write(disk->rig.mem, DATA_AT + 16 * index,
				      bytes, 16),
			 0);
}

/* Ranges of one sector each, every other one from the first on. */
static void put_stripes(struct disk *disk, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		put_range(disk, i, (struct range){ 2 * i, 1, 0 });
}

static void expect_stripes(struct disk *disk, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		ck_assert(file_has(disk, 2 * i * SECTOR, SECTOR, 0));
		ck_assert(file_has(disk, (2 * i + 1) * SECTOR, SECTOR, -1));
	}
	ck_assert(file_has(disk, 2 * count * SECTOR,
			   DISK_SIZE - 2 * count * SECTOR, -1));
}

static int (*const engines[])(const struct vm_block_image *image,
			      struct vm_block_engine *ret_engine) = {
	vm_block_sync_new, vm_block_engine_new
};

/* With either engine; where there is no io_uring they are the same. */
START_TEST(every_range_of_a_request_is_cleared)
{
	uint32_t type = _i % 2 ? ZEROES : DISCARD;
	uint32_t count = _i % 2 ? 8 : 32;
	struct disk disk;

	disk_open(&disk, 0);
	ck_assert_int_eq(engines[_i / 2](&disk.image, &disk.config.engine), 0);
	disk_plug(&disk);
	disk_start(&disk);
	put_stripes(&disk, count);
	ck_assert_uint_eq(request(&disk, type, 0, 16 * count), OK);
	expect_stripes(&disk, count);
	ck_assert_uint_eq(errors(disk.device, VM_VIRTIO_ERROR_IO), 0);
	disk_fini(&disk);
}
END_TEST

/* What a range says, and the answer to a request in which it is the last. */
static const struct {
	struct range range;
	uint8_t discard;
	uint8_t zeroes;
} bad_ranges[] = {
	{ { DISK_SECTORS, 1, 0 }, IOERR, IOERR },
	{ { DISK_SECTORS + 1, 0, 0 }, IOERR, IOERR },
	{ { UINT64_MAX, 1, 0 }, IOERR, IOERR },
	{ { 0, UINT32_MAX, 0 }, IOERR, IOERR },
	{ { 0, 1, 2 }, UNSUPP, UNSUPP },
	{ { 0, 1, 1 }, UNSUPP, OK },
};

START_TEST(one_bad_range_spoils_them_all)
{
	uint32_t type = _i % 2 ? ZEROES : DISCARD;
	uint8_t expected =
		_i % 2 ? bad_ranges[_i / 2].zeroes : bad_ranges[_i / 2].discard;
	struct disk disk;

	disk_init(&disk);
	put_stripes(&disk, 7);
	put_range(&disk, 7, bad_ranges[_i / 2].range);
	ck_assert_uint_eq(request(&disk, type, 0, 16 * 8), expected);
	if (expected == OK)
		expect_stripes(&disk, 7);
	else
		ck_assert(file_has(&disk, 0, DISK_SIZE, -1));
	ck_assert_uint_eq(refused(&disk), expected != OK);
	disk_fini(&disk);
}
END_TEST

/* A disk on an engine of the test's, with a request of ranges in flight. */
static struct fake_engine *send_ranges(struct disk *disk, uint32_t type,
				       uint32_t count)
{
	const struct virtq_buf bufs[] = { { HEADER_AT, 16, false },
					  { DATA_AT, 16 * count, false },
					  { STATUS_AT, 1, true } };
	struct fake_engine *fake = slow_init(disk, 1);
	const uint8_t none = NO_STATUS;

	for (uint32_t i = 0; i < count; i++)
		put_range(disk, i, (struct range){ 10 * i, i + 1, i & 1 });
	put_header(disk, HEADER_AT, type, 0);
	ck_assert_int_eq(vm_mem_write(disk->rig.mem, STATUS_AT, &none, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&disk->rig, 0, bufs, 3, 1), 0);
	return fake;
}

START_TEST(ranges_reach_the_engine_one_by_one)
{
	struct virtq_driver_used used;
	struct fake_engine *fake;
	struct disk disk;

	fake = send_ranges(&disk, ZEROES, 4);
	/* What the driver writes now is too late. */
	ck_assert_int_eq(vm_mem_fill(disk.rig.mem, DATA_AT, 0xff, 64), 0);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert_uint_eq(fake->count, 1);
		ck_assert_uint_eq(fake->starts, i + 1);
		ck_assert_int_eq(fake->last.op, VM_BLOCK_WRITE_ZEROES);
		ck_assert_uint_eq(fake->last.off, 10 * i * SECTOR);
		ck_assert_uint_eq(fake->last.len, (i + 1) * SECTOR);
		ck_assert_uint_eq(fake->last.may_unmap, i & 1);
		ck_assert(!fake->last.is_durable);
		ck_assert(is_quiet(&disk, 0));
		ck_assert_uint_eq(byte_at(&disk, STATUS_AT), NO_STATUS);
		fake_complete(fake, 1);
		ck_assert_int_eq(vm_virtio_rig_run(&disk.rig), 0);
	}
	ck_assert_int_eq(vm_virtio_rig_receive(&disk.rig, 0, &used), 0);
	ck_assert_uint_eq(used.len, 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), OK);
	disk_fini(&disk);
}
END_TEST

START_TEST(after_an_error_no_other_range_is_tried)
{
	struct virtq_driver_used used;
	struct fake_engine *fake;
	struct disk disk;

	fake = send_ranges(&disk, ZEROES, 4);
	fake_complete(fake, 1);
	ck_assert_int_eq(vm_virtio_rig_run(&disk.rig), 0);
	fake->fail = -EIO;
	fake_complete(fake, 1);
	ck_assert_int_eq(vm_virtio_rig_receive(&disk.rig, 0, &used), 0);
	ck_assert_uint_eq(fake->count, 0);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), IOERR);
	ck_assert_uint_eq(errors(disk.device, VM_VIRTIO_ERROR_IO), 1);
	ck_assert(file_has(&disk, 20 * SECTOR, 20 * SECTOR, -1));
	disk_fini(&disk);
}
END_TEST

START_TEST(a_reset_waits_for_all_ranges)
{
	struct fake_engine *fake;
	struct disk disk;

	fake = send_ranges(&disk, ZEROES, 4);
	vm_virtio_rig_write(&disk.rig, VM_VIRTIO_MMIO_STATUS, 0);
	ck_assert_uint_eq(fake->count, 0);
	for (uint32_t i = 0; i < 4; i++) {
		ck_assert(
			file_has(&disk, 10 * i * SECTOR, (i + 1) * SECTOR, 0));
		ck_assert(file_has(&disk, (11 * i + 1) * SECTOR,
				   (9 - i) * SECTOR, -1));
	}
	disk_fini(&disk);
}
END_TEST

/* A limit of bytes counts what is cleared, not what describes it. */
START_TEST(all_ranges_count_for_the_limit)
{
	const struct vm_rate_limit bytes = { 10 * SECTOR,
					     UINT64_C(3600000000000), 0 };
	struct disk disk;

	disk_open(&disk, 0);
	disk.config.bytes = bytes;
	disk_plug(&disk);
	disk_start(&disk);
	for (uint32_t i = 0; i < 4; i++)
		put_range(&disk, i,
			  (struct range){ 4 * i, 1 + (uint32_t)_i * 2, 0 });
	ck_assert_uint_eq(request(&disk, DISCARD, 0, 64), OK);
	offer_read(&disk, 0, 100);
	ck_assert_int_eq(vm_virtio_rig_run(&disk.rig), 0);
	ck_assert_uint_eq(disk.device->stats.throttled, (uint64_t)_i);
	disk_fini(&disk);
}
END_TEST

RUN_TESTS("block_ranges", ONCE(a_discard_frees_space_and_reads_as_zeros),
	  TIMES(zeroes_are_written_with_and_without_unmap, 2),
	  TIMES(ranges_are_checked_before_anything_changes,
		2 * sizeof(ranges) / sizeof(ranges[0])),
	  ONCE(a_range_may_not_exceed_the_devices_limit),
	  TIMES(a_request_has_whole_ranges_and_not_too_many, 12),
	  TIMES(every_range_of_a_request_is_cleared, 4),
	  TIMES(one_bad_range_spoils_them_all,
		2 * sizeof(bad_ranges) / sizeof(bad_ranges[0])),
	  ONCE(ranges_reach_the_engine_one_by_one),
	  ONCE(after_an_error_no_other_range_is_tried),
	  ONCE(a_reset_waits_for_all_ranges),
	  TIMES(all_ranges_count_for_the_limit, 2))
