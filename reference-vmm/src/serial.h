/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The guest's serial port, a 16550. */
#ifndef REFERENCE_VMM_SERIAL_H
#define REFERENCE_VMM_SERIAL_H

#include <pthread.h>

#include <vm-device/byte_device.h>
#include <vm-superio/serial.h>

#include "stream.h"

struct vmm;

struct serial {
	struct vmm *vmm;
	pthread_mutex_t lock; /* of uart, and of stream_write() */
	struct vm_serial uart;
	struct vm_byte_device port; /* its registers on a bus */
	struct stream stream;
};

/* Opens what the options name: OPTIONS_RUN or an exit code. */
int serial_init(struct vmm *vmm);

#endif
