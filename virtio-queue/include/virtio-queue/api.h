/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_QUEUE_API_H
#define VIRTIO_QUEUE_API_H

/* A function that the library exports. */
#define VIRTQ_API __attribute__((visibility("default")))

/* The result says whether the call failed, so a caller looks at it. */
#define VIRTQ_CHECK __attribute__((warn_unused_result))

#endif
