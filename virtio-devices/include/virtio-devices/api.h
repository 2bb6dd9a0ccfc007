/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_API_H
#define VIRTIO_DEVICES_API_H

/* A function that the library exports. */
#define VM_VIRTIO_API __attribute__((visibility("default")))

/* The result says whether the call failed, so a caller looks at it. */
#define VM_VIRTIO_CHECK __attribute__((warn_unused_result))

#endif
