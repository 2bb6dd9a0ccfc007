/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Packets, VIRTIO 1.2 section 5.10.6. */
#ifndef VIRTIO_DEVICES_VSOCK_PACKET_H
#define VIRTIO_DEVICES_VSOCK_PACKET_H

#include <stdint.h>

#include <virtio-queue/cursor.h>

#define VSOCK_HOST_CID	  2
#define VSOCK_TYPE_STREAM 1

/* Values of op. */
enum vsock_op {
	VSOCK_OP_NONE = 0,
	VSOCK_OP_REQUEST = 1,
	VSOCK_OP_RESPONSE = 2,
	VSOCK_OP_RST = 3,
	VSOCK_OP_SHUTDOWN = 4,
	VSOCK_OP_RW = 5,
	VSOCK_OP_CREDIT_UPDATE = 6,
	VSOCK_OP_CREDIT_REQUEST = 7,
};

/* Flags of a SHUTDOWN: what its sender will not do any more. */
#define VSOCK_NO_RECEIVE 1u
#define VSOCK_NO_SEND	 2u
#define VSOCK_NEITHER	 (VSOCK_NO_RECEIVE | VSOCK_NO_SEND)

/* In front of each packet.  In memory it is little-endian. */
struct vsock_header {
	uint32_t src_cid;
	uint32_t src_cid_high;
	uint32_t dst_cid;
	uint32_t dst_cid_high;
	uint32_t src_port;
	uint32_t dst_port;
	uint32_t len;
	uint16_t type;
	uint16_t op;
	uint32_t flags;
	uint32_t buf_alloc;
	uint32_t fwd_cnt;
};

_Static_assert(sizeof(struct vsock_header) == 44, "5.10.6");

/* Copies a header, which is in native order outside of guest memory; 0 or what
 * the cursor says. */
int vsock_header_read(struct virtq_reader *reader, struct vsock_header *header);
int vsock_header_write(struct virtq_writer *writer,
		       const struct vsock_header *header);

#endif
