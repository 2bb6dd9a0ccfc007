/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a driver did wrong, by name.
 *
 * An errno decides what a device does next; a fault says in a log line or a
 * counter which rule of the specification the driver broke.
 *
 * Threading: pure functions.
 */
#ifndef VIRTIO_QUEUE_FAULT_H
#define VIRTIO_QUEUE_FAULT_H

#include <stdbool.h>

#include <virtio-queue/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum virtq_fault - a rule that the driver broke
 *
 * The first group damages the ring itself: no chain can be told apart any
 * more, so the queue stops and the device sets DEVICE_NEEDS_RESET.  A fault of
 * the second group spoils one chain, which can be completed with length 0.
 */
enum virtq_fault {
	VIRTQ_FAULT_NONE,
	/* More chains are outstanding than the queue has descriptors. */
	VIRTQ_FAULT_AVAIL_JUMP,
	/* Split: an available entry names no descriptor. */
	VIRTQ_FAULT_HEAD_RANGE,
	/* Packed: a list runs into a descriptor that is not available. */
	VIRTQ_FAULT_LIST_CUT,
	/* Packed: a list has no end within the free part of the ring. */
	VIRTQ_FAULT_LIST_ENDLESS,

	/* More descriptors than the queue or the caller has room for: -ELOOP */
	VIRTQ_FAULT_TOO_LONG,
	/* Split: a next field names no descriptor. */
	VIRTQ_FAULT_NEXT_RANGE,
	/* A descriptor of length 0. */
	VIRTQ_FAULT_ZERO_LENGTH,
	/* A readable descriptor after a writable one. */
	VIRTQ_FAULT_WRITE_ORDER,
	/* Address + length exceeds 2^64: -EOVERFLOW */
	VIRTQ_FAULT_ADDRESS_WRAP,
	/* A chain of more than 2^32 bytes. */
	VIRTQ_FAULT_TOTAL_LENGTH,
	/* INDIRECT without VIRTIO_F_INDIRECT_DESC. */
	VIRTQ_FAULT_INDIRECT_UNNEGOTIATED,
	/* Split: INDIRECT inside an indirect table. */
	VIRTQ_FAULT_INDIRECT_NESTED,
	/* INDIRECT together with NEXT; packed: anywhere but alone. */
	VIRTQ_FAULT_INDIRECT_CHAINED,
	/* A table of no or of broken descriptors. */
	VIRTQ_FAULT_INDIRECT_LENGTH,
	/* A table outside guest memory: -EFAULT */
	VIRTQ_FAULT_INDIRECT_UNBACKED,
};

/**
 * virtq_fault_errno - the code that a fault is reported with
 * @fault: any value
 *
 * Returns:
 *	0 for VIRTQ_FAULT_NONE
 *	-ELOOP, -EOVERFLOW and -EFAULT for the faults that say so above
 *	-EBADMSG for every other one
 */
VIRTQ_API VIRTQ_CHECK int virtq_fault_errno(enum virtq_fault fault);

/**
 * virtq_fault_is_fatal - does the fault damage the ring itself?
 * @fault: any value
 */
VIRTQ_API bool virtq_fault_is_fatal(enum virtq_fault fault);

/**
 * virtq_fault_name - a short phrase for a log line
 * @fault: any value
 *
 * Returns a static string, "no fault" for VIRTQ_FAULT_NONE and "unknown fault"
 * for a value outside the enumeration.
 */
VIRTQ_API const char *virtq_fault_name(enum virtq_fault fault);

#ifdef __cplusplus
}
#endif

#endif
