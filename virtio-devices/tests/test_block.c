/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "fake_engine.h"

#define CONFIG VM_VIRTIO_MMIO_CONFIG

static int lowest_free_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

START_TEST(the_configuration_is_where_the_specification_puts_it)
{
	struct disk disk;

	disk_open(&disk, 0);
	disk.image.block_size = 4096;
	disk.image.physical_size = 16384;
	disk.image.optimal_size = 65536;
	disk.config.queue_count = 3;
	disk_plug(&disk);
	disk_start(&disk);
	ck_assert_uint_eq(disk.device->config_len, 60);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&disk.rig, VM_VIRTIO_MMIO_DEVICE_ID), 2);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG), DISK_SECTORS);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 4), 0);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 8),
			  VM_VIRTIO_BLOCK_SIZE_MAX);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 12),
			  VM_VIRTIO_BLOCK_SEG_MAX);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 16), 0);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 20), 4096);
	/* physical_block_exp, alignment_offset, min_io_size */
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 24), 0x40002);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 28), 16);
	/* writeback, unused0, num_queues */
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 32), 0x30001);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 36),
			  VM_VIRTIO_BLOCK_MAX_DISCARD);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 40), 32);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 44), 32);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 48),
			  VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 52), 8);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 56), 1);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 60), 0);
	disk_fini(&disk);
}
END_TEST

START_TEST(features_follow_the_image)
{
	const uint64_t both = VIRTQ_BIT(1) | VIRTQ_BIT(2) | VIRTQ_BIT(6) |
			      VIRTQ_BIT(9) | VIRTQ_BIT(10) | VIRTQ_BIT(11) |
			      VIRTQ_BIT(12);
	struct disk disk;

	disk_open(&disk, _i ? VM_BLOCK_READ_ONLY : 0);
	disk_plug(&disk);
	ck_assert_uint_eq(disk.device->offered,
			  VM_VIRTIO_FEATURES | both |
				  (_i ? VIRTQ_BIT(5)
				      : VIRTQ_BIT(13) | VIRTQ_BIT(14)));
	disk_fini(&disk);
}
END_TEST

START_TEST(a_disk_needs_an_image_an_engine_and_a_host)
{
	const struct vm_rate_limit bad = { .size = 1 };
	struct vm_virtio_block *block = NULL;
	struct disk disk;

	disk_init(&disk);
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), 0);
	vm_virtio_block_free(block);
	block = NULL;
	disk.config.queue_count = VM_VIRTIO_MAX_QUEUES + 1;
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EINVAL);
	disk.config.queue_count = 1;
	disk.config.queue_size = VIRTQ_MAX_SIZE + 1;
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EINVAL);
	disk.config.queue_size = 0;
	disk.config.bytes = bad;
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EINVAL);
	disk.config.bytes.size = 0;
	disk.config.host.kick = NULL;
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EINVAL);
	disk.config.host.kick = vm_virtio_rig_host(&disk.rig).kick;
	disk.config.image = NULL;
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EINVAL);
	disk.config.image = &disk.image;
	vm_block_engine_free(&disk.config.engine);
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EINVAL);
	ck_assert_ptr_null(block);
	vm_virtio_block_free(NULL);
	disk_fini(&disk);
}
END_TEST

/* The timer takes one descriptor, and with an engine's the epoll instance. */
START_TEST(without_descriptors_there_is_no_limited_disk)
{
	const struct vm_rate_limit ops = { 4, 100000000, 0 };
	struct vm_virtio_block *block = NULL;
	struct disk disk;
	rlim_t before;

	disk_open(&disk, 0);
	fake_install(&disk);
	disk.config.ops = ops;
	before = limit_fds(_i ? (rlim_t)lowest_free_fd() + 1 : 0);
	ck_assert_int_eq(vm_virtio_block_new(&disk.config, &block), -EMFILE);
	ck_assert_ptr_null(block);
	limit_fds(before);
	disk_fini(&disk);
}
END_TEST

START_TEST(an_empty_disk_has_no_sectors)
{
	struct disk disk;

	disk_open(&disk, 0);
	ck_assert_int_eq(ftruncate(disk.file.fd, 0), 0);
	ck_assert_int_eq(vm_block_image_update(&disk.image), 0);
	disk_plug(&disk);
	disk_start(&disk);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG), 0);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_IN, 0, SECTOR),
			  VIRTIO_BLK_S_IOERR);
	disk_fini(&disk);
}
END_TEST

START_TEST(another_size_is_told_to_the_driver)
{
	struct disk disk;

	disk_init(&disk);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_IN, DISK_SECTORS, SECTOR),
			  VIRTIO_BLK_S_IOERR);
	ck_assert_int_eq(ftruncate(disk.file.fd, 2 * DISK_SIZE), 0);
	ck_assert_int_eq(vm_block_image_update(&disk.image), 0);
	vm_virtio_block_resize(disk.block);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG),
			  2 * DISK_SECTORS);
	ck_assert_uint_eq(disk.device->generation, 1);
	ck_assert_uint_eq(disk.device->stats.config_changes, 1);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_IN, DISK_SECTORS, SECTOR),
			  VIRTIO_BLK_S_OK);
	disk_fini(&disk);
}
END_TEST

/* Negotiated bits, what the driver writes, and whether writes are durable. */
static const struct {
	uint64_t bits;
	int written;
	uint8_t seen;
	bool is_durable;
} caches[] = {
	{ 0, -1, 0, true },
	{ VIRTQ_BIT(VIRTIO_BLK_F_FLUSH), -1, 1, false },
	{ VIRTQ_BIT(VIRTIO_BLK_F_FLUSH), 0, 1, false },
	{ VIRTQ_BIT(VIRTIO_BLK_F_CONFIG_WCE), -1, 0, true },
	{ VIRTQ_BIT(VIRTIO_BLK_F_CONFIG_WCE), 1, 1, false },
	{ VIRTQ_BIT(VIRTIO_BLK_F_CONFIG_WCE) | VIRTQ_BIT(VIRTIO_BLK_F_FLUSH),
	  -1, 1, false },
	{ VIRTQ_BIT(VIRTIO_BLK_F_CONFIG_WCE) | VIRTQ_BIT(VIRTIO_BLK_F_FLUSH), 0,
	  0, true },
};

START_TEST(a_cache_is_as_the_driver_wants_it)
{
	struct fake_engine *fake;
	struct disk disk;
	uint8_t value = (uint8_t)caches[_i].written;
	uint8_t seen;

	disk_open(&disk, 0);
	fake = fake_install(&disk);
	disk_plug(&disk);
	disk_start_with(&disk, VIRTQ_BIT(VIRTIO_F_VERSION_1) | caches[_i].bits);
	if (caches[_i].written >= 0)
		vm_virtio_mmio_write(&disk.rig.mmio, CONFIG + 32, &value, 1);
	vm_virtio_mmio_read(&disk.rig.mmio, CONFIG + 32, &seen, 1);
	ck_assert_uint_eq(seen, caches[_i].seen);
	fill_data(&disk, 0x10, SECTOR);
	put_header(&disk, HEADER_AT, VIRTIO_BLK_T_OUT, 0);
	ck_assert_int_eq(vm_virtio_rig_send(&disk.rig, 0,
					    (const struct virtq_buf[]){
						    { HEADER_AT, 16, false },
						    { DATA_AT, SECTOR, false },
						    { STATUS_AT, 1, true } },
					    3, 1),
			 0);
	ck_assert_int_eq(fake->last.op, VM_BLOCK_WRITE);
	ck_assert_uint_eq(fake->last.is_durable, caches[_i].is_durable);
	vm_virtio_rig_write(&disk.rig, VM_VIRTIO_MMIO_STATUS, 0);
	vm_virtio_mmio_read(&disk.rig.mmio, CONFIG + 32, &seen, 1);
	ck_assert_uint_eq(seen, 1);
	disk_fini(&disk);
}
END_TEST

START_TEST(nothing_else_of_the_configuration_is_written)
{
	uint8_t bytes[8] = { 0, 0, 0, 0, 0, 0, 0, 0 };
	struct disk disk;

	disk_init(&disk);
	for (uint64_t off = 0; off < 64; off++) {
		for (size_t len = 1; len <= 8; len++) {
			if (off == 32 && len == 1)
				continue;
			vm_virtio_mmio_write(&disk.rig.mmio, CONFIG + off,
					     bytes, len);
		}
	}
	ck_assert_uint_eq(errors(disk.device, VM_VIRTIO_ERROR_PROTOCOL), 511);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG), DISK_SECTORS);
	ck_assert_uint_eq(vm_virtio_rig_read(&disk.rig, CONFIG + 32), 0x10001);
	disk_fini(&disk);
}
END_TEST

START_TEST(every_queue_serves_requests)
{
	struct disk disk;

	disk_open(&disk, 0);
	disk.config.queue_count = VM_VIRTIO_MAX_QUEUES;
	disk.config.queue_size = 8;
	disk_plug(&disk);
	ck_assert_int_eq(
		vm_virtio_rig_start(&disk.rig, VM_VIRTIO_RIG_PACKED, 16), 0);
	for (uint16_t i = 0; i < VM_VIRTIO_MAX_QUEUES; i++) {
		offer_read(&disk, i, i);
		expect_read(&disk, i, i);
	}
	disk_fini(&disk);
}
END_TEST

START_TEST(every_attack_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 2);
	uint64_t wanted = _i % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	struct disk disk;

	disk_open(&disk, 0);
	disk.config.queue_count = 2;
	disk_plug(&disk);
	ck_assert_msg(!vm_virtio_rig_attack(&disk.rig, 1, attack, wanted), "%s",
		      virtq_attack_name(attack));
	disk_start_with(&disk, wanted);
	offer_read(&disk, 1, 1);
	expect_read(&disk, 1, 1);
	ck_assert(file_has(&disk, 0, DISK_SIZE, -1));
	disk_fini(&disk);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct disk disk;

	disk_open(&disk, 0);
	disk_plug(&disk);
	if (_i & 1)
		disk_start(&disk);
	ck_assert_int_eq(vm_virtio_rig_poke(&disk.rig, (uint64_t)_i, 2000), 0);
	disk_start(&disk);
	ck_assert_uint_eq(request(&disk, VIRTIO_BLK_T_IN, 0, SECTOR),
			  VIRTIO_BLK_S_OK);
	disk_fini(&disk);
}
END_TEST

RUN_TESTS("block", ONCE(the_configuration_is_where_the_specification_puts_it),
	  TIMES(features_follow_the_image, 2),
	  ONCE(a_disk_needs_an_image_an_engine_and_a_host),
	  TIMES(without_descriptors_there_is_no_limited_disk, 2),
	  ONCE(an_empty_disk_has_no_sectors),
	  ONCE(another_size_is_told_to_the_driver),
	  TIMES(a_cache_is_as_the_driver_wants_it,
		sizeof(caches) / sizeof(caches[0])),
	  ONCE(nothing_else_of_the_configuration_is_written),
	  ONCE(every_queue_serves_requests),
	  TIMES(every_attack_is_survived, 2 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30))
