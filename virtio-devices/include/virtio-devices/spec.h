/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The numbers of VIRTIO 1.2 that concern every device: device status (2.1),
 * device types (5) and those reserved feature bits (6) that virtio-queue does
 * not already have.
 *
 * Threading: constants only.
 */
#ifndef VIRTIO_DEVICES_SPEC_H
#define VIRTIO_DEVICES_SPEC_H

#include <virtio-queue/spec.h>

/* 2.1 Device Status Field.  Bit values, not numbers. */
#define VIRTIO_STATUS_ACKNOWLEDGE 0x01u
#define VIRTIO_STATUS_DRIVER	  0x02u
#define VIRTIO_STATUS_DRIVER_OK	  0x04u
#define VIRTIO_STATUS_FEATURES_OK 0x08u
#define VIRTIO_STATUS_NEEDS_RESET 0x40u
#define VIRTIO_STATUS_FAILED	  0x80u

/* 5 Device Types. */
#define VIRTIO_DEVICE_NET     1
#define VIRTIO_DEVICE_BLOCK   2
#define VIRTIO_DEVICE_CONSOLE 3
#define VIRTIO_DEVICE_ENTROPY 4
#define VIRTIO_DEVICE_BALLOON 5
#define VIRTIO_DEVICE_VSOCK   19

/* 6 Reserved Feature Bits, as bit numbers. */
#define VIRTIO_F_ACCESS_PLATFORM 33

#endif
