/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-memory/endian.h>

#include "vsock_packet.h"

/* Between little-endian and native order, whichever way round. */
static struct vsock_header convert(const struct vsock_header *header)
{
	return (struct vsock_header){
		.src_cid = vm_mem_le32(header->src_cid),
		.src_cid_high = vm_mem_le32(header->src_cid_high),
		.dst_cid = vm_mem_le32(header->dst_cid),
		.dst_cid_high = vm_mem_le32(header->dst_cid_high),
		.src_port = vm_mem_le32(header->src_port),
		.dst_port = vm_mem_le32(header->dst_port),
		.len = vm_mem_le32(header->len),
		.type = vm_mem_le16(header->type),
		.op = vm_mem_le16(header->op),
		.flags = vm_mem_le32(header->flags),
		.buf_alloc = vm_mem_le32(header->buf_alloc),
		.fwd_cnt = vm_mem_le32(header->fwd_cnt),
	};
}

int vsock_header_read(struct virtq_reader *reader, struct vsock_header *header)
{
	struct vsock_header raw;
	int r = virtq_reader_read(reader, &raw, sizeof(raw));

	if (!r)
		*header = convert(&raw);
	return r;
}

int vsock_header_write(struct virtq_writer *writer,
		       const struct vsock_header *header)
{
	struct vsock_header raw = convert(header);

	return virtq_writer_write(writer, &raw, sizeof(raw));
}
