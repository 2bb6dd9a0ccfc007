/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A device whose registers are 32-bit words: PL031, PLIC, goldfish RTC.
 *
 * A guest may access such a device with any width, and from several vCPUs at
 * once.  This adapter makes words of what the guest does, little-endian and at
 * multiples of 4, as a bus without byte lanes does, and holds a lock of the VMM
 * meanwhile.
 *
 * Threading: as bus.h; the lock is taken once for each access.
 */
#ifndef VM_DEVICE_WORD_DEVICE_H
#define VM_DEVICE_WORD_DEVICE_H

#include <pthread.h>

#include <vm-device/bus.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_word_device - a register model on a bus
 * @read: value of the register at offset @off of the device's range
 * @write: store @value in it
 * @model: handed to both; must outlive the device
 * @lock: held around both; NULL when the model needs none
 *
 * A read of some bytes reads the registers in which they lie, each once.  A
 * write changes those registers that it covers completely, and no other: the
 * rest of one that it covers in part would have to be invented.
 *
 * Put it on a bus with the ops vm_word_device_ops and itself as the device.
 */
struct vm_word_device {
	uint32_t (*read)(void *model, unsigned int off);
	void (*write)(void *model, unsigned int off, uint32_t value);
	void *model;
	pthread_mutex_t *lock;
};

/**
 * VM_WORD_DEVICE_ADAPT - make a model's functions fit struct vm_word_device
 * @name: the model is a struct name, with functions
 *	uint32_t name_read(struct name *, unsigned int) and
 *	void name_write(struct name *, unsigned int, uint32_t)
 *
 * Defines the static functions name_word_read() and name_word_write(), which
 * take the model as void *, as the members of struct vm_word_device do.
 */
#define VM_WORD_DEVICE_ADAPT(name)                                      \
	static uint32_t name##_word_read(void *model, unsigned int off) \
	{                                                               \
		return name##_read((struct name *)model, off);          \
	}                                                               \
	static void name##_word_write(void *model, unsigned int off,    \
				      uint32_t value)                   \
	{                                                               \
		name##_write((struct name *)model, off, value);         \
	}

/* The device is a struct vm_word_device; its range is less than 4 GiB. */
extern VM_DEVICE_API const struct vm_bus_ops vm_word_device_ops;

#ifdef __cplusplus
}
#endif

#endif
