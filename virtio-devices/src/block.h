/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The parts of the block device. */
#ifndef VIRTIO_DEVICES_SRC_BLOCK_H
#define VIRTIO_DEVICES_SRC_BLOCK_H

#include <virtio-devices/block.h>
#include <virtio-devices/device_type.h>
#include <virtio-queue/cursor.h>

/* Header and status besides the data. */
#define BLOCK_MAX_SEGS (VM_VIRTIO_BLOCK_SEG_MAX + 2)

/* The configuration (5.2.4), little-endian, without the padding at its end. */
struct block_config {
	uint64_t capacity;
	uint32_t size_max;
	uint32_t seg_max;
	uint8_t geometry[4];
	uint32_t blk_size;
	uint8_t physical_block_exp;
	uint8_t alignment_offset;
	uint16_t min_io_size;
	uint32_t opt_io_size;
	uint8_t writeback;
	uint8_t unused0;
	uint16_t num_queues;
	uint32_t max_discard_sectors;
	uint32_t max_discard_seg;
	uint32_t discard_sector_alignment;
	uint32_t max_write_zeroes_sectors;
	uint32_t max_write_zeroes_seg;
	uint8_t write_zeroes_may_unmap;
	uint8_t unused1[3];
};

#define BLOCK_CONFIG_LEN 60

/* What a discard and a write of zeroes have for data (5.2.6). */
struct block_range {
	uint64_t sector;
	uint32_t num_sectors;
	uint32_t flags;
};

#define BLOCK_MAX_RANGES VM_VIRTIO_BLOCK_DISCARD_SEG

_Static_assert(VM_VIRTIO_BLOCK_WRITE_ZEROES_SEG <= BLOCK_MAX_RANGES, "ranges");

/*
 * A request in flight.  The engine knows @io, which comes first; @data and
 * @status point into @segs.  Of @range_count ranges, all of which are good, the
 * engine is given one at a time, and @range_next is what comes then.
 */
struct block_request {
	struct vm_block_io io;
	struct block_range ranges[BLOCK_MAX_RANGES];
	uint32_t range_count;
	uint32_t range_next;
	struct virtq_head head;
	uint16_t queue;
	struct virtq_writer data;
	struct virtq_writer status;
	struct virtq_seg *segs;
	struct iovec iov[VM_BLOCK_MAX_IOV];
	struct block_request *next;
};

/*
 * @free: requests that are not in use
 * @starved: queues that wait for a free request
 * @throttled: queues that wait for the rate limiter
 * @serving: the queue that is being served
 * @fd: what the VMM polls: the engine's, the timer's, or an epoll instance of
 *	both, which is @epoll_fd
 */
struct vm_virtio_block {
	struct vm_virtio_device device;
	struct vm_virtio_queue queues[VM_VIRTIO_MAX_QUEUES];
	const struct vm_block_image *image;
	struct vm_block_engine engine;
	struct block_config config;
	char id[VM_VIRTIO_BLOCK_ID];
	struct vm_rate_limiter limiter;
	struct block_request *requests;
	struct virtq_seg *segs;
	struct block_request *free;
	unsigned int in_flight;
	uint64_t starved;
	uint64_t throttled;
	uint16_t serving;
	int timer_fd;
	int epoll_fd;
	int fd;
};

/* What is to be done with a request. */
enum block_verdict {
	/* Give it to the engine. */
	BLOCK_SUBMIT,
	/* Complete it with io.result: 0, or why it failed. */
	BLOCK_COMPLETE,
	/* There is nowhere to write a status to. */
	BLOCK_DROP,
};

/* What VIRTIO_BLK_S_UNSUPP is the answer to. */
#define BLOCK_UNSUPPORTED (-EOPNOTSUPP)

/* Takes a chain apart into @request and checks every part of it. */
enum block_verdict block_request_parse(struct vm_virtio_block *block,
				       const struct virtq_chain *chain,
				       struct block_request *request);

/* Bytes that it moves or changes, all ranges together. */
uint64_t block_request_len(const struct block_request *request);

/* The engine is done; is there another range for it, which is in io then? */
bool block_request_next(struct block_request *request);

/* Writes the status; returns how many bytes the driver may rely on. */
uint32_t block_request_finish(struct vm_virtio_block *block,
			      struct block_request *request);

#endif
