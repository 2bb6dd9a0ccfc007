/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-memory/endian.h>

#include "block.h"

/* The start of every request (5.2.6), little-endian. */
struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

/* A flag of a range. */
#define RANGE_UNMAP 1u

static enum block_verdict answer(struct vm_virtio_block *block,
				 struct block_request *request, int result)
{
	request->io.result = result;
	if (result)
		vm_virtio_device_count_error(&block->device,
					     VM_VIRTIO_ERROR_REQUEST);
	return BLOCK_COMPLETE;
}

/* Are these sectors all on the disk? */
static bool is_inside(const struct vm_virtio_block *block, uint64_t sector,
		      uint64_t count)
{
	uint64_t capacity = vm_mem_le64(block->config.capacity);

	return sector <= capacity && count <= capacity - sector;
}

/* Is this part all on the disk, and whole sectors?  If so, says where. */
static bool locate(const struct vm_virtio_block *block, struct vm_block_io *io,
		   uint64_t sector, uint64_t len)
{
	if (len % VM_BLOCK_SECTOR ||
	    !is_inside(block, sector, len / VM_BLOCK_SECTOR))
		return false;
	io->off = sector * VM_BLOCK_SECTOR;
	io->len = len;
	return true;
}

/* Without a cache that the driver can flush, each write goes to the disk. */
static bool is_write_through(const struct vm_virtio_block *block)
{
	if (vm_virtio_device_has_feature(&block->device,
					 VIRTIO_BLK_F_CONFIG_WCE))
		return !block->config.writeback;
	return !vm_virtio_device_has_feature(&block->device,
					     VIRTIO_BLK_F_FLUSH);
}

/* The iovec covers all of the data, or the request is refused. */
static enum block_verdict submit_data(struct vm_virtio_block *block,
				      struct block_request *request, int count,
				      uint64_t covered)
{
	if (count < 0)
		return answer(block, request, count);
	if (covered != request->io.len)
		return answer(block, request, -ELOOP);
	request->io.iov_count = count;
	return BLOCK_SUBMIT;
}

static enum block_verdict parse_read(struct vm_virtio_block *block,
				     struct block_request *request,
				     uint64_t sector)
{
	struct vm_block_io *io = &request->io;
	uint64_t covered = 0;
	int count;

	io->op = VM_BLOCK_READ;
	if (!locate(block, io, sector, virtq_writer_left(&request->data)))
		return answer(block, request, -EBADMSG);
	count = virtq_writer_iov(&request->data, request->iov, VM_BLOCK_MAX_IOV,
				 &covered);
	return submit_data(block, request, count, covered);
}

static enum block_verdict parse_write(struct vm_virtio_block *block,
				      struct block_request *request,
				      uint64_t sector,
				      const struct virtq_reader *data)
{
	struct vm_block_io *io = &request->io;
	uint64_t covered = 0;
	int count;

	io->op = VM_BLOCK_WRITE;
	if (block->image->is_read_only)
		return answer(block, request, -EROFS);
	if (!locate(block, io, sector, virtq_reader_left(data)))
		return answer(block, request, -EBADMSG);
	count = virtq_reader_iov(data, request->iov, VM_BLOCK_MAX_IOV,
				 &covered);
	io->is_durable = is_write_through(block);
	return submit_data(block, request, count, covered);
}

/* 0, or why a range is refused. */
static int check_range(const struct vm_virtio_block *block,
		       const struct block_range *range, bool is_discard)
{
	uint32_t most = is_discard ? VM_VIRTIO_BLOCK_MAX_DISCARD
				   : VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES;

	if (range->flags & ~(is_discard ? 0 : RANGE_UNMAP))
		return BLOCK_UNSUPPORTED;
	if (range->num_sectors > most ||
	    !is_inside(block, range->sector, range->num_sectors))
		return -EBADMSG;
	return 0;
}

/* Copies all ranges and checks the copies; 0 or a negative errno. */
static int read_ranges(const struct vm_virtio_block *block,
		       struct block_request *request, bool is_discard,
		       struct virtq_reader *data)
{
	uint32_t most = is_discard ? VM_VIRTIO_BLOCK_DISCARD_SEG
				   : VM_VIRTIO_BLOCK_WRITE_ZEROES_SEG;
	uint64_t len = virtq_reader_left(data);
	int r = 0;

	if (!len || len % sizeof(*request->ranges) ||
	    len > most * sizeof(*request->ranges) ||
	    virtq_reader_read(data, request->ranges, (size_t)len))
		return -EBADMSG;
	request->range_count = (uint32_t)(len / sizeof(*request->ranges));
	for (uint32_t i = 0; !r && i < request->range_count; i++) {
		struct block_range *range = &request->ranges[i];

		range->sector = vm_mem_le64(range->sector);
		range->num_sectors = vm_mem_le32(range->num_sectors);
		range->flags = vm_mem_le32(range->flags);
		r = check_range(block, range, is_discard);
	}
	return r;
}

static enum block_verdict parse_ranges(struct vm_virtio_block *block,
				       struct block_request *request,
				       enum vm_block_op op,
				       struct virtq_reader *data)
{
	bool is_discard = op == VM_BLOCK_DISCARD;
	unsigned int feature =
		is_discard ? VIRTIO_BLK_F_DISCARD : VIRTIO_BLK_F_WRITE_ZEROES;
	int r;

	if (!vm_virtio_device_has_feature(&block->device, feature))
		return answer(block, request, BLOCK_UNSUPPORTED);
	r = read_ranges(block, request, is_discard, data);
	if (r)
		return answer(block, request, r);
	request->io.op = op;
	request->io.is_durable = is_write_through(block);
	(void)block_request_next(request);
	return BLOCK_SUBMIT;
}

uint64_t block_request_len(const struct block_request *request)
{
	uint64_t sectors = 0;

	if (!request->range_count)
		return request->io.len;
	for (uint32_t i = 0; i < request->range_count; i++)
		sectors += request->ranges[i].num_sectors;
	return sectors * VM_BLOCK_SECTOR;
}

bool block_request_next(struct block_request *request)
{
	struct vm_block_io *io = &request->io;
	const struct block_range *range;

	if (io->result || request->range_next == request->range_count)
		return false;
	range = &request->ranges[request->range_next++];
	io->off = range->sector * VM_BLOCK_SECTOR;
	io->len = (uint64_t)range->num_sectors * VM_BLOCK_SECTOR;
	io->may_unmap = range->flags & RANGE_UNMAP;
	return true;
}

static enum block_verdict give_id(struct vm_virtio_block *block,
				  struct block_request *request)
{
	uint64_t len = virtq_writer_left(&request->data);

	if (len > sizeof(block->id))
		len = sizeof(block->id);
	return answer(block, request,
		      virtq_writer_write(&request->data, block->id,
					 (size_t)len));
}

/* Cuts the chain into header, data and status, however it is laid out. */
static int cut(const struct virtq_chain *chain, struct block_request *request,
	       struct virtq_reader *reader, struct header *header)
{
	uint64_t writable;
	int r;

	virtq_reader_init(reader, chain);
	virtq_writer_init(&request->data, chain);
	writable = virtq_writer_left(&request->data);
	if (!writable)
		return -ENOSPC;
	r = virtq_writer_split(&request->data, writable - 1, &request->status);
	return r ? r : virtq_reader_read(reader, header, sizeof(*header));
}

enum block_verdict block_request_parse(struct vm_virtio_block *block,
				       const struct virtq_chain *chain,
				       struct block_request *request)
{
	struct virtq_reader reader;
	struct header header;
	int r;

	request->io = (struct vm_block_io){ .iov = request->iov };
	request->head = chain->head;
	request->range_count = 0;
	request->range_next = 0;
	r = cut(chain, request, &reader, &header);
	if (r == -ENOSPC) {
		vm_virtio_device_count_error(&block->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return BLOCK_DROP;
	}
	if (r)
		return answer(block, request, r);
	switch (vm_mem_le32(header.type)) {
	case VIRTIO_BLK_T_IN:
		return parse_read(block, request, vm_mem_le64(header.sector));
	case VIRTIO_BLK_T_OUT:
		return parse_write(block, request, vm_mem_le64(header.sector),
				   &reader);
	case VIRTIO_BLK_T_FLUSH:
		request->io.op = VM_BLOCK_FLUSH;
		return BLOCK_SUBMIT;
	case VIRTIO_BLK_T_GET_ID:
		return give_id(block, request);
	case VIRTIO_BLK_T_DISCARD:
		return parse_ranges(block, request, VM_BLOCK_DISCARD, &reader);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return parse_ranges(block, request, VM_BLOCK_WRITE_ZEROES,
				    &reader);
	default:
		return answer(block, request, BLOCK_UNSUPPORTED);
	}
}

/* Data that was read counts if all of it came; its pages changed anyhow. */
static void account_read(struct vm_virtio_block *block,
			 struct block_request *request)
{
	struct virtq_writer partial = request->data;

	if (request->io.result) {
		(void)!virtq_writer_advance(&partial, request->io.len);
		return;
	}
	(void)!virtq_writer_advance(&request->data, request->io.len);
	block->device.stats.bytes_to_driver += request->io.len;
}

uint32_t block_request_finish(struct vm_virtio_block *block,
			      struct block_request *request)
{
	const struct vm_block_io *io = &request->io;
	uint8_t status = VIRTIO_BLK_S_IOERR;
	uint32_t len;

	if (!io->result)
		status = VIRTIO_BLK_S_OK;
	else if (io->result == BLOCK_UNSUPPORTED)
		status = VIRTIO_BLK_S_UNSUPP;
	if (io->op == VM_BLOCK_READ && io->len)
		account_read(block, request);
	else if (io->op == VM_BLOCK_WRITE && !io->result)
		block->device.stats.bytes_from_driver += io->len;
	if (virtq_writer_write(&request->status, &status, 1)) {
		vm_virtio_device_count_error(&block->device,
					     VM_VIRTIO_ERROR_REQUEST);
		return 0;
	}
	/* The status counts if everything before it was written, too. */
	len = virtq_writer_done(&request->data);
	if (!virtq_writer_left(&request->data) && len != UINT32_MAX)
		len++;
	return len;
}
