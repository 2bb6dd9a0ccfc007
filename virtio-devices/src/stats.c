/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
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
