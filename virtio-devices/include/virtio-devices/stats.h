/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a device counts, from its making on; a reset does not clear it.
 *
 * Threading: plain data, part of a device: see device.h.
 */
#ifndef VIRTIO_DEVICES_STATS_H
#define VIRTIO_DEVICES_STATS_H

#include <stddef.h>
#include <stdint.h>

#include <virtio-devices/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for what vm_virtio_stats_format() writes, whatever was counted. */
#define VM_VIRTIO_STATS_LINE 640

/** enum vm_virtio_error - kinds of errors */
enum vm_virtio_error {
	/* The driver used a register, a queue or the status against the rules;
	 * it was ignored. */
	VM_VIRTIO_ERROR_PROTOCOL,
	/* A malformed chain; it was completed with length 0. */
	VM_VIRTIO_ERROR_CHAIN,
	/* A well-formed chain whose content the device refused. */
	VM_VIRTIO_ERROR_REQUEST,
	/* The host failed to do what a request asked for. */
	VM_VIRTIO_ERROR_IO,
	/* The device stopped and set DEVICE_NEEDS_RESET. */
	VM_VIRTIO_ERROR_STOPPED,
	VM_VIRTIO_ERROR_COUNT,
};

/**
 * struct vm_virtio_stats - the counters of one device
 * @notifications: how often a queue was to be served
 * @requests: chains completed, refused and malformed ones included
 * @bytes_from_driver: payload taken from the driver: written, sent
 * @bytes_to_driver: payload given to the driver: read, received
 * @interrupts: used buffer notifications sent
 * @suppressed: batches of completions for which the driver wanted none
 * @config_changes: configuration change notifications sent
 * @throttled: how often a rate limiter held a queue back
 * @resets: of the device
 * @queue_resets: of single queues
 * @errors: by enum vm_virtio_error
 */
struct vm_virtio_stats {
	uint64_t notifications;
	uint64_t requests;
	uint64_t bytes_from_driver;
	uint64_t bytes_to_driver;
	uint64_t interrupts;
	uint64_t suppressed;
	uint64_t config_changes;
	uint64_t throttled;
	uint64_t resets;
	uint64_t queue_resets;
	uint64_t errors[VM_VIRTIO_ERROR_COUNT];
};

/**
 * vm_virtio_error_name - a word for a log line
 * @error: any value
 *
 * Returns a static string, "unknown" for a value outside the enumeration.
 */
VM_VIRTIO_API const char *vm_virtio_error_name(enum vm_virtio_error error);

/**
 * vm_virtio_stats_format - all counters in one line
 * @stats: counters
 * @buf: receives "notifications=3 requests=2 ...", always terminated
 * @cap: room in @buf, at least 1; VM_VIRTIO_STATS_LINE is enough for any
 *	counters, and what does not fit is cut off
 */
VM_VIRTIO_API void vm_virtio_stats_format(const struct vm_virtio_stats *stats,
					  char *buf, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
