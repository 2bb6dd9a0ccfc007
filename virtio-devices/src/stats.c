/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>

#include <virtio-devices/stats.h>

const char *vm_virtio_error_name(enum vm_virtio_error error)
{
	switch (error) {
	case VM_VIRTIO_ERROR_PROTOCOL:
		return "protocol";
	case VM_VIRTIO_ERROR_CHAIN:
		return "chain";
	case VM_VIRTIO_ERROR_REQUEST:
		return "request";
	case VM_VIRTIO_ERROR_IO:
		return "io";
	case VM_VIRTIO_ERROR_STOPPED:
		return "stopped";
	case VM_VIRTIO_ERROR_COUNT:
		break;
	}
	return "unknown";
}

/* Appends to what is in @buf; returns its length. */
static size_t append(char *buf, size_t cap, size_t len, const char *name,
		     const char *kind, uint64_t value)
{
	int n = snprintf(buf + len, cap - len, "%s%s%s=%" PRIu64,
			 len ? " " : "", name, kind, value);

	return (size_t)n < cap - len ? len + (size_t)n : cap - 1;
}

void vm_virtio_stats_format(const struct vm_virtio_stats *stats, char *buf,
			    size_t cap)
{
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
		{ "notifications", stats->notifications },
		{ "requests", stats->requests },
		{ "bytes_from_driver", stats->bytes_from_driver },
		{ "bytes_to_driver", stats->bytes_to_driver },
		{ "interrupts", stats->interrupts },
		{ "suppressed", stats->suppressed },
		{ "config_changes", stats->config_changes },
		{ "throttled", stats->throttled },
		{ "resets", stats->resets },
		{ "queue_resets", stats->queue_resets },
	};
	size_t len = 0;

	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
		len = append(buf, cap, len, counters[i].name, "",
			     counters[i].value);
	for (int i = 0; i < VM_VIRTIO_ERROR_COUNT; i++)
		len = append(buf, cap, len, "errors_",
			     vm_virtio_error_name((enum vm_virtio_error)i),
			     stats->errors[i]);
}
