/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A device whose registers are bytes: a UART, a keyboard controller, an RTC.
 *
 * A guest may access such a device with any width, and from several vCPUs at
 * once.  This adapter splits an access into its bytes, lowest address first,
 * as a PC's bus does, and holds a lock of the VMM while it does so.
 *
 * Threading: as bus.h; the lock is taken once for each access.
 */
#ifndef VM_DEVICE_BYTE_DEVICE_H
#define VM_DEVICE_BYTE_DEVICE_H

#include <pthread.h>

#include <vm-device/bus.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_byte_device - a register model on a bus
 * @read: value of the register at offset @off of the device's range
 * @write: store @value in it
 * @model: handed to both; must outlive the device
 * @lock: held around both; NULL when the model needs none
 *
 * Put it on a bus with the ops vm_byte_device_ops and itself as the device.
 */
struct vm_byte_device {
	uint8_t (*read)(void *model, unsigned int off);
	void (*write)(void *model, unsigned int off, uint8_t value);
	void *model;
	pthread_mutex_t *lock;
};

/**
 * VM_BYTE_DEVICE_ADAPT - make a model's functions fit struct vm_byte_device
 * @name: the model is a struct name, with functions
 *	uint8_t name_read(struct name *, unsigned int) and
 *	void name_write(struct name *, unsigned int, uint8_t)
 *
 * Defines the static functions name_byte_read() and name_byte_write(), which
 * take the model as void *, as the members of struct vm_byte_device do.
 */
#define VM_BYTE_DEVICE_ADAPT(name)                                     \
	static uint8_t name##_byte_read(void *model, unsigned int off) \
	{                                                              \
		return name##_read((struct name *)model, off);         \
	}                                                              \
	static void name##_byte_write(void *model, unsigned int off,   \
				      uint8_t value)                   \
	{                                                              \
		name##_write((struct name *)model, off, value);        \
	}

/* The device is a struct vm_byte_device; its range is less than 4 GiB. */
extern VM_DEVICE_API const struct vm_bus_ops vm_byte_device_ops;

#ifdef __cplusplus
}
#endif

#endif
