/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "block_support.h"

#define IN    VIRTIO_BLK_T_IN
#define OUT   VIRTIO_BLK_T_OUT
#define OK    VIRTIO_BLK_S_OK
#define IOERR VIRTIO_BLK_S_IOERR

static uint64_t refused(const struct disk *disk)
{
	return errors(disk->device, VM_VIRTIO_ERROR_REQUEST);
}

START_TEST(a_read_fills_the_buffer)
{
	struct disk disk;
	uint32_t used;

	disk_init(&disk);
	fill_data(&disk, 0x77, 5 * SECTOR);
	ck_assert_uint_eq(request_len(&disk, IN, 3, 4 * SECTOR, &used), OK);
	ck_assert_uint_eq(used, 4 * SECTOR + 1);
	for (uint32_t i = 0; i < 4 * SECTOR; i++)
		ck_assert_uint_eq(byte_at(&disk, DATA_AT + i),
				  pattern(3 * SECTOR + i));
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + 4 * SECTOR), 0x77);
	ck_assert_uint_eq(disk.device->stats.bytes_to_driver, 4 * SECTOR);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_write_reaches_the_file)
{
	struct disk disk;
	uint32_t used;

	disk_init(&disk);
	fill_data(&disk, 0x5a, 2 * SECTOR);
	ck_assert_uint_eq(request_len(&disk, OUT, 7, 2 * SECTOR, &used), OK);
	ck_assert_uint_eq(used, 1);
	ck_assert(file_has(&disk, 0, 7 * SECTOR, -1));
	ck_assert(file_has(&disk, 7 * SECTOR, 2 * SECTOR, 0x5a));
	ck_assert(file_has(&disk, 9 * SECTOR, 8 * SECTOR, -1));
	ck_assert_uint_eq(disk.device->stats.bytes_from_driver, 2 * SECTOR);
	disk_fini(&disk);
}
END_TEST

/* Sector, bytes, and whether they are on the disk. */
static const struct {
	uint64_t sector;
	uint32_t len;
	bool is_inside;
} places[] = {
	{ 0, SECTOR, true },
	{ 0, DISK_SIZE, true },
	{ DISK_SECTORS - 1, SECTOR, true },
	{ DISK_SECTORS, 0, true },
	{ 5, 0, true },
	{ DISK_SECTORS, SECTOR, false },
	{ DISK_SECTORS - 1, 2 * SECTOR, false },
	{ 1, DISK_SIZE, false },
	{ DISK_SECTORS + 1, 0, false },
	{ 0, 1, false },
	{ 0, SECTOR - 1, false },
	{ 0, SECTOR + 1, false },
	{ UINT64_MAX, SECTOR, false },
	{ UINT64_MAX / SECTOR, SECTOR, false },
	{ UINT64_MAX / SECTOR + 1, SECTOR, false },
	{ (UINT64_C(1) << 55), SECTOR, false },
	{ UINT64_MAX - DISK_SECTORS + 1, DISK_SIZE, false },
};

START_TEST(nothing_moves_beyond_the_capacity)
{
	uint32_t type = _i % 2 ? OUT : IN;
	uint64_t sector = places[_i / 2].sector;
	uint32_t len = places[_i / 2].len;
	struct disk disk;
	uint32_t used;

	disk_init(&disk);
	fill_data(&disk, 0x33, DISK_SIZE);
	if (places[_i / 2].is_inside) {
		ck_assert_uint_eq(request(&disk, type, sector, len), OK);
		ck_assert_uint_eq(refused(&disk), 0);
	} else {
		ck_assert_uint_eq(request_len(&disk, type, sector, len, &used),
				  IOERR);
		ck_assert_uint_eq(used, type == IN && len ? 0 : 1);
		ck_assert_uint_eq(refused(&disk), 1);
		ck_assert_uint_eq(byte_at(&disk, DATA_AT), 0x33);
		ck_assert(file_has(&disk, 0, DISK_SIZE, -1));
	}
	disk_fini(&disk);
}
END_TEST

/* 2.7.4: how the driver cuts a request means nothing. */
START_TEST(a_request_may_be_cut_anywhere)
{
	const struct virtq_buf bytewise[] = {
		{ HEADER_AT, 1, false },      { HEADER_AT + 1, 9, false },
		{ HEADER_AT + 10, 6, false }, { DATA_AT, 1, true },
		{ DATA_AT + 1, 510, true },   { DATA_AT + 511, 1, true },
		{ STATUS_AT, 1, true },
	};
	const struct virtq_buf at_once[] = {
		{ HEADER_AT, 16, false },
		{ DATA_AT, SECTOR + 1, true },
	};
	const struct virtq_buf straddling[] = {
		{ HEADER_AT, 16, false },
		{ VM_VIRTIO_RIG_EDGE - 256, SECTOR, true },
		{ STATUS_AT, 1, true },
	};
	struct disk disk;

	disk_init(&disk);
	put_header(&disk, HEADER_AT, IN, 1);
	ck_assert_uint_eq(transact(&disk, bytewise, 7), SECTOR + 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), OK);
	for (uint32_t i = 0; i < SECTOR; i++)
		ck_assert_uint_eq(byte_at(&disk, DATA_AT + i),
				  pattern(SECTOR + i));

	put_header(&disk, HEADER_AT, IN, 2);
	ck_assert_uint_eq(transact(&disk, at_once, 2), SECTOR + 1);
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + SECTOR), OK);
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + 1), pattern(2 * SECTOR + 1));

	ck_assert_uint_eq(transact(&disk, straddling, 3), SECTOR + 1);
	for (uint32_t i = 0; i < SECTOR; i++)
		ck_assert_uint_eq(byte_at(&disk, VM_VIRTIO_RIG_EDGE - 256 + i),
				  pattern(2 * SECTOR + i));
	disk_fini(&disk);
}
END_TEST

START_TEST(a_write_may_be_cut_anywhere)
{
	const struct virtq_buf bufs[] = {
		{ HEADER_AT, 15, false },
		/* The last byte of the header and the first of the data. */
		{ DATA_AT, 2, false },
		{ DATA_AT + 2, SECTOR - 1, false },
		{ STATUS_AT, 1, true },
	};
	struct disk disk;

	disk_init(&disk);
	fill_data(&disk, 0, 1);
	ck_assert_int_eq(vm_mem_fill(disk.rig.mem, DATA_AT + 1, 0x66, SECTOR),
			 0);
	put_header(&disk, HEADER_AT, OUT, 9);
	ck_assert_uint_eq(transact(&disk, bufs, 4), 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), OK);
	ck_assert(file_has(&disk, 9 * SECTOR, SECTOR, 0x66));
	disk_fini(&disk);
}
END_TEST

/* Each buffer straddles two regions, so it counts twice on the host. */
START_TEST(a_request_in_too_many_pieces_is_refused)
{
	struct virtq_buf bufs[128] = { { HEADER_AT, 16, false } };
	const uint16_t data = _i ? 126 : 64;
	struct virtq_driver_used used;
	struct disk disk;

	disk_init(&disk);
	ck_assert_int_eq(
		vm_virtio_rig_start(&disk.rig, VM_VIRTIO_RIG_SPLIT, 128), 0);
	for (uint16_t i = 1; i <= data; i++)
		bufs[i] = (struct virtq_buf){ VM_VIRTIO_RIG_EDGE - 256, SECTOR,
					      true };
	bufs[data + 1] = (struct virtq_buf){ STATUS_AT, 1, true };
	put_header(&disk, HEADER_AT, IN, 0);
	ck_assert_int_eq(vm_mem_fill(disk.rig.mem, STATUS_AT, NO_STATUS, 1), 0);
	ck_assert_int_eq(virtq_driver_add(disk.rig.drivers[0], bufs,
					  (uint16_t)(data + 2),
					  VIRTQ_DRIVER_INDIRECT, 1),
			 0);
	ck_assert(virtq_driver_publish(disk.rig.drivers[0]));
	vm_virtio_device_notify(disk.device, 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&disk.rig, 0, &used), 0);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), _i ? IOERR : OK);
	ck_assert_uint_eq(used.len, _i ? 0 : 64 * SECTOR + 1);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_header_that_is_short_or_nowhere_is_an_error)
{
	const struct virtq_buf shorter[] = { { HEADER_AT, 15, false },
					     { STATUS_AT, 1, true } };
	const struct virtq_buf nowhere[] = { { VM_VIRTIO_RIG_HOLE, 16, false },
					     { STATUS_AT, 1, true } };
	const struct virtq_buf none[] = { { STATUS_AT, 1, true } };
	struct disk disk;

	disk_init(&disk);
	put_header(&disk, HEADER_AT, IN, 0);
	ck_assert_uint_eq(transact(&disk, shorter, 2), 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), IOERR);
	ck_assert_uint_eq(transact(&disk, nowhere, 2), 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), IOERR);
	ck_assert_uint_eq(transact(&disk, none, 1), 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), IOERR);
	ck_assert_uint_eq(refused(&disk), 3);
	disk_fini(&disk);
}
END_TEST

START_TEST(without_a_place_for_the_status_none_is_written)
{
	const struct virtq_buf header[] = { { HEADER_AT, 16, false } };
	const struct virtq_buf nowhere[] = { { HEADER_AT, 16, false },
					     { VM_VIRTIO_RIG_HOLE, 1, true } };
	struct disk disk;

	disk_init(&disk);
	put_header(&disk, HEADER_AT, VIRTIO_BLK_T_FLUSH, 0);
	ck_assert_uint_eq(transact(&disk, header, 1), 0);
	ck_assert_uint_eq(transact(&disk, nowhere, 2), 0);
	ck_assert_uint_eq(refused(&disk), 2);
	disk_fini(&disk);
}
END_TEST

START_TEST(data_outside_of_memory_moves_nothing)
{
	struct virtq_buf bufs[] = {
		{ HEADER_AT, 16, false },
		{ DATA_AT, SECTOR, _i == 0 },
		{ VM_VIRTIO_RIG_HOLE - SECTOR / 2, SECTOR, _i == 0 },
		{ STATUS_AT, 1, true },
	};
	struct disk disk;

	disk_init(&disk);
	fill_data(&disk, 0x44, SECTOR);
	put_header(&disk, HEADER_AT, _i == 0 ? IN : OUT, 4);
	ck_assert_uint_eq(transact(&disk, bufs, 4), _i == 0 ? 0 : 1);
	ck_assert_uint_eq(byte_at(&disk, STATUS_AT), IOERR);
	ck_assert_uint_eq(byte_at(&disk, DATA_AT), 0x44);
	ck_assert(file_has(&disk, 4 * SECTOR, 2 * SECTOR, -1));
	ck_assert_uint_eq(refused(&disk), 1);
	disk_fini(&disk);
}
END_TEST

START_TEST(a_read_only_disk_refuses_to_change)
{
	struct disk disk;

	disk_open(&disk, VM_BLOCK_READ_ONLY);
	disk_plug(&disk);
	disk_start(&disk);
	ck_assert(vm_virtio_device_has_feature(disk.device, VIRTIO_BLK_F_RO));
	ck_assert_uint_eq(request(&disk, IN, 0, SECTOR), OK);
	fill_data(&disk, 0x44, SECTOR);
	ck_assert_uint_eq(request(&disk, OUT, 0, SECTOR), IOERR);
	ck_assert_uint_eq(range_request(&disk, VIRTIO_BLK_T_DISCARD, 0, 1, 0),
			  VIRTIO_BLK_S_UNSUPP);
	ck_assert_uint_eq(range_request(&disk, VIRTIO_BLK_T_WRITE_ZEROES, 0, 1,
					0),
			  VIRTIO_BLK_S_UNSUPP);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_FLUSH, 0, 0), OK);
	ck_assert(file_has(&disk, 0, SECTOR, -1));
	disk_fini(&disk);
}
END_TEST

START_TEST(a_flush_succeeds)
{
	struct disk disk;
	uint32_t used;

	disk_init(&disk);
	ck_assert_uint_eq(request_len(&disk, VIRTIO_BLK_T_FLUSH, 0, 0, &used),
			  OK);
	ck_assert_uint_eq(used, 1);
	disk_fini(&disk);
}
END_TEST

START_TEST(the_serial_number_is_twenty_bytes)
{
	struct disk disk;
	uint32_t used;
	char id[21] = { 0 };

	disk_init(&disk);
	ck_assert_uint_eq(request_len(&disk, VIRTIO_BLK_T_GET_ID, 0, 20, &used),
			  OK);
	ck_assert_uint_eq(used, 21);
	ck_assert_int_eq(vm_mem_read(disk.rig.mem, DATA_AT, id, 20), 0);
	ck_assert_str_eq(id, "serial-0123456789-to");

	/* A short buffer gets a part, a long one no more. */
	fill_data(&disk, 0x11, 64);
	ck_assert_uint_eq(request_len(&disk, VIRTIO_BLK_T_GET_ID, 0, 3, &used),
			  OK);
	ck_assert_uint_eq(used, 4);
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + 2), 'r');
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + 3), 0x11);
	ck_assert_uint_eq(request_len(&disk, VIRTIO_BLK_T_GET_ID, 0, 64, &used),
			  OK);
	ck_assert_uint_eq(used, 20);
	ck_assert_uint_eq(byte_at(&disk, DATA_AT + 20), 0x11);
	disk_fini(&disk);
}
END_TEST

START_TEST(an_unknown_request_is_unsupported)
{
	static const uint32_t types[] = { 2,  3,  5,  6,      7,	 9,
					  10, 12, 14, 15,     16,	 24,
					  99, 17, 18, 0x100u, UINT32_MAX };
	struct disk disk;

	disk_init(&disk);
	ck_assert_uint_eq(request(&disk, types[_i], 0, 0), VIRTIO_BLK_S_UNSUPP);
	ck_assert_uint_eq(refused(&disk), 1);
	disk_fini(&disk);
}
END_TEST

START_TEST(what_was_not_negotiated_is_unsupported)
{
	struct disk disk;

	disk_open(&disk, 0);
	disk_plug(&disk);
	disk_start_with(&disk, VIRTQ_BIT(VIRTIO_F_VERSION_1));
	ck_assert_uint_eq(range_request(&disk, VIRTIO_BLK_T_DISCARD, 0, 1, 0),
			  VIRTIO_BLK_S_UNSUPP);
	ck_assert_uint_eq(range_request(&disk, VIRTIO_BLK_T_WRITE_ZEROES, 0, 1,
					0),
			  VIRTIO_BLK_S_UNSUPP);
	disk_fini(&disk);
}
END_TEST

RUN_TESTS("block_request", ONCE(a_read_fills_the_buffer),
	  ONCE(a_write_reaches_the_file),
	  TIMES(nothing_moves_beyond_the_capacity,
		2 * sizeof(places) / sizeof(places[0])),
	  ONCE(a_request_may_be_cut_anywhere),
	  ONCE(a_write_may_be_cut_anywhere),
	  TIMES(a_request_in_too_many_pieces_is_refused, 2),
	  ONCE(a_header_that_is_short_or_nowhere_is_an_error),
	  ONCE(without_a_place_for_the_status_none_is_written),
	  TIMES(data_outside_of_memory_moves_nothing, 2),
	  ONCE(a_read_only_disk_refuses_to_change), ONCE(a_flush_succeeds),
	  ONCE(the_serial_number_is_twenty_bytes),
	  TIMES(an_unknown_request_is_unsupported, 17),
	  ONCE(what_was_not_negotiated_is_unsupported))
