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

/* What a discard and a write of zeroes have for data. */
struct range {
	uint64_t sector;
	uint32_t num_sectors;
	uint32_t flags;
};

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

/* Are these sectors all on the disk?  If so, says where. */
static bool locate(const struct vm_virtio_block *block, struct vm_block_io *io,
		   uint64_t sector, uint64_t len)
{
	uint64_t capacity = vm_mem_le64(block->config.capacity);

	if (len % VM_BLOCK_SECTOR || sector > capacity ||
	    len / VM_BLOCK_SECTOR > capacity - sector)
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

static enum block_verdict parse_range(struct vm_virtio_block *block,
				      struct block_request *request,
				      enum vm_block_op op,
				      struct virtq_reader *data)
{
	struct vm_block_io *io = &request->io;
	bool is_discard = op == VM_BLOCK_DISCARD;
	uint32_t count, flags;
	struct range range;

	if (!vm_virtio_device_has_feature(
		    &block->device, is_discard ? VIRTIO_BLK_F_DISCARD
					       : VIRTIO_BLK_F_WRITE_ZEROES))
		return answer(block, request, BLOCK_UNSUPPORTED);
	/* max_discard_seg and max_write_zeroes_seg are 1. */
	if (virtq_reader_left(data) != sizeof(range) ||
	    virtq_reader_read(data, &range, sizeof(range)))
		return answer(block, request, -EBADMSG);
	flags = vm_mem_le32(range.flags);
	count = vm_mem_le32(range.num_sectors);
	if (flags & ~(is_discard ? 0 : RANGE_UNMAP))
		return answer(block, request, BLOCK_UNSUPPORTED);
	if (count > (is_discard ? VM_VIRTIO_BLOCK_MAX_DISCARD
				: VM_VIRTIO_BLOCK_MAX_WRITE_ZEROES) ||
	    !locate(block, io, vm_mem_le64(range.sector),
		    (uint64_t)count * VM_BLOCK_SECTOR))
		return answer(block, request, -EBADMSG);
	io->op = op;
	io->may_unmap = flags & RANGE_UNMAP;
	io->is_durable = is_write_through(block);
	return BLOCK_SUBMIT;
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
		return parse_range(block, request, VM_BLOCK_DISCARD, &reader);
	case VIRTIO_BLK_T_WRITE_ZEROES:
		return parse_range(block, request, VM_BLOCK_WRITE_ZEROES,
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
