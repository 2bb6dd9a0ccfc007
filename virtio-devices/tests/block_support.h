/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A disk in a rig, and a driver for it. */
#ifndef VIRTIO_DEVICES_TESTS_BLOCK_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_BLOCK_SUPPORT_H

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <virtio-devices/block.h>
#include <vm-memory/endian.h>

#include "support.h"

#define SECTOR	     512u
#define DISK_SECTORS 256u
#define DISK_SIZE    (DISK_SECTORS * SECTOR)

/* Where the driver keeps header, status and data. */
#define HEADER_AT DATA
#define STATUS_AT (DATA + 0x100)
#define DATA_AT	  (DATA + 0x1000)

/* A status that no device writes. */
#define NO_STATUS 0xaa

/* A file of some size, filled with a pattern; unlinked when it is closed. */
struct file {
	char path[32];
	int fd;
};

static inline uint8_t pattern(uint64_t off)
{
	return (uint8_t)(off / SECTOR * 31 + off % 251);
}

static inline void file_init(struct file *file, size_t size)
{
	uint8_t *bytes = malloc(size + 1);

	strcpy(file->path, "test-disk-XXXXXX");
	file->fd = mkstemp(file->path);
	ck_assert_int_ge(file->fd, 0);
	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = pattern(i);
	ck_assert_int_eq(pwrite(file->fd, bytes, size, 0), (ssize_t)size);
	free(bytes);
}

static inline void file_fini(struct file *file)
{
	close(file->fd);
	unlink(file->path);
}

/* Lets descriptors below a number be opened only; returns the old limit. */
static inline rlim_t limit_fds(rlim_t count)
{
	struct rlimit limit;
	rlim_t before;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = count;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

struct disk {
	struct file file;
	struct vm_block_image image;
	struct vm_virtio_rig rig;
	struct vm_virtio_block_config config;
	struct vm_virtio_block *block;
	struct vm_virtio_device *device;
};

/* Opens file and memory; the test may change the configuration then. */
static inline void disk_open(struct disk *disk, unsigned int flags)
{
	memset(disk, 0, sizeof(*disk));
	file_init(&disk->file, DISK_SIZE);
	ck_assert_int_eq(
		vm_block_image_open(&disk->image, disk->file.path, flags), 0);
	ck_assert_int_eq(vm_virtio_rig_init(&disk->rig), 0);
	disk->config.host = vm_virtio_rig_host(&disk->rig);
	disk->config.image = &disk->image;
	disk->config.id = "serial-0123456789-too-long";
}

static inline void disk_plug(struct disk *disk)
{
	if (!disk->config.engine.ops)
		ck_assert_int_eq(vm_block_sync_new(&disk->image,
						   &disk->config.engine),
				 0);
	ck_assert_int_eq(vm_virtio_block_new(&disk->config, &disk->block), 0);
	disk->device = vm_virtio_block_device(disk->block);
	ck_assert_int_eq(vm_virtio_rig_attach(&disk->rig, disk->device), 0);
}

static inline void disk_start_with(struct disk *disk, uint64_t wanted)
{
	ck_assert_int_eq(vm_virtio_rig_start(&disk->rig, wanted, 64), 0);
}

static inline void disk_start(struct disk *disk)
{
	disk_start_with(disk, VM_VIRTIO_RIG_SPLIT);
}

static inline void disk_init(struct disk *disk)
{
	disk_open(disk, 0);
	disk_plug(disk);
	disk_start(disk);
}

static inline void disk_fini(struct disk *disk)
{
	vm_virtio_rig_fini(&disk->rig);
	vm_virtio_block_free(disk->block);
	vm_block_engine_free(&disk->config.engine);
	vm_block_image_close(&disk->image);
	file_fini(&disk->file);
}

static inline void put_header(struct disk *disk, vm_gpa at, uint32_t type,
			      uint64_t sector)
{
	uint8_t header[16] = { 0 };

	type = vm_mem_le32(type);
	sector = vm_mem_le64(sector);
	memcpy(header, &type, 4);
	memcpy(header + 8, &sector, 8);
	ck_assert_int_eq(vm_mem_write(disk->rig.mem, at, header, 16), 0);
}

static inline uint8_t byte_at(struct disk *disk, vm_gpa gpa)
{
	uint8_t byte;

	ck_assert_int_eq(vm_mem_read(disk->rig.mem, gpa, &byte, 1), 0);
	return byte;
}

static inline void fill_data(struct disk *disk, uint8_t byte, uint64_t len)
{
	ck_assert_int_eq(vm_mem_fill(disk->rig.mem, DATA_AT, byte, len), 0);
}

/* Sends some buffers on queue 0 and waits; returns the used length. */
static inline uint32_t transact(struct disk *disk, const struct virtq_buf *bufs,
				uint16_t count)
{
	const uint8_t none = NO_STATUS;
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_mem_write(disk->rig.mem, STATUS_AT, &none, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&disk->rig, 0, bufs, count, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&disk->rig, 0, &used), 0);
	return used.len;
}

/* One request with @len bytes at DATA_AT; returns its status. */
static inline uint8_t request_len(struct disk *disk, uint32_t type,
				  uint64_t sector, uint32_t len,
				  uint32_t *ret_used)
{
	struct virtq_buf bufs[3] = { { HEADER_AT, 16, false } };
	uint16_t count = 1;

	put_header(disk, HEADER_AT, type, sector);
	if (len)
		bufs[count++] = (struct virtq_buf){
			DATA_AT, len,
			type == VIRTIO_BLK_T_IN || type == VIRTIO_BLK_T_GET_ID
		};
	bufs[count++] = (struct virtq_buf){ STATUS_AT, 1, true };
	*ret_used = transact(disk, bufs, count);
	return byte_at(disk, STATUS_AT);
}

static inline uint8_t request(struct disk *disk, uint32_t type, uint64_t sector,
			      uint32_t len)
{
	uint32_t used;

	return request_len(disk, type, sector, len, &used);
}

/* A discard or a write of zeroes. */
static inline uint8_t range_request(struct disk *disk, uint32_t type,
				    uint64_t sector, uint32_t count,
				    uint32_t flags)
{
	uint8_t range[16];

	sector = vm_mem_le64(sector);
	count = vm_mem_le32(count);
	flags = vm_mem_le32(flags);
	memcpy(range, &sector, 8);
	memcpy(range + 8, &count, 4);
	memcpy(range + 12, &flags, 4);
	ck_assert_int_eq(vm_mem_write(disk->rig.mem, DATA_AT, range, 16), 0);
	return request(disk, type, 0, 16);
}

/* Do @len bytes of the file have this value, or the first pattern for -1? */
static inline bool file_has(const struct disk *disk, uint64_t off, uint64_t len,
			    int value)
{
	uint8_t *bytes = malloc(len);
	bool is_same = true;

	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(pread(disk->file.fd, bytes, len, (off_t)off),
			 (ssize_t)len);
	for (uint64_t i = 0; i < len; i++) {
		if (bytes[i] != (value < 0 ? pattern(off + i) : (uint8_t)value))
			is_same = false;
	}
	free(bytes);
	return is_same;
}

/* Offers a read of one sector to the buffer of this number. */
static inline void offer_read(struct disk *disk, uint16_t queue,
			      uint64_t number)
{
	vm_gpa at = DATA_AT + 0x1000 * number;
	const struct virtq_buf bufs[] = { { at, 16, false },
					  { at + 0x200, SECTOR, true },
					  { at + 0x100, 1, true } };
	const uint8_t none = NO_STATUS;

	put_header(disk, at, VIRTIO_BLK_T_IN, number % DISK_SECTORS);
	ck_assert_int_eq(vm_mem_write(disk->rig.mem, at + 0x100, &none, 1), 0);
	ck_assert_int_eq(vm_virtio_rig_send(&disk->rig, queue, bufs, 3, number),
			 0);
}

static inline uint8_t status_of(struct disk *disk, uint64_t number)
{
	return byte_at(disk, DATA_AT + 0x1000 * number + 0x100);
}

static inline void expect_read(struct disk *disk, uint16_t queue,
			       uint64_t number)
{
	vm_gpa at = DATA_AT + 0x1000 * number;
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_receive(&disk->rig, queue, &used), 0);
	ck_assert_uint_eq(used.token, number);
	ck_assert_uint_eq(used.len, SECTOR + 1);
	ck_assert_uint_eq(status_of(disk, number), VIRTIO_BLK_S_OK);
	for (uint32_t i = 0; i < SECTOR; i++)
		ck_assert_uint_eq(byte_at(disk, at + 0x200 + i),
				  pattern(number % DISK_SECTORS * SECTOR + i));
}

static inline bool is_quiet(struct disk *disk, uint16_t queue)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_run(&disk->rig), 0);
	return virtq_driver_get(disk->rig.drivers[queue], &used) == 0;
}

#endif
