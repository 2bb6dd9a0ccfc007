/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-device/byte_device.h>

static void enter(const struct vm_byte_device *device)
{
	if (device->lock)
		pthread_mutex_lock(device->lock);
}

static void leave(const struct vm_byte_device *device)
{
	if (device->lock)
		pthread_mutex_unlock(device->lock);
}

static void read_bytes(void *context, uint64_t off, void *data, size_t len)
{
	const struct vm_byte_device *device = context;
	uint8_t *bytes = data;

	enter(device);
	for (size_t i = 0; i < len; i++)
		bytes[i] = device->read(device->model, (unsigned int)(off + i));
	leave(device);
}

static void write_bytes(void *context, uint64_t off, const void *data,
			size_t len)
{
	const struct vm_byte_device *device = context;
	const uint8_t *bytes = data;

	enter(device);
	for (size_t i = 0; i < len; i++)
		device->write(device->model, (unsigned int)(off + i), bytes[i]);
	leave(device);
}

const struct vm_bus_ops vm_byte_device_ops = { read_bytes, write_bytes };
