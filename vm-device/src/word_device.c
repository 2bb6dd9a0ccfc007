/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-device/word_device.h>

static void enter(const struct vm_word_device *device)
{
	if (device->lock)
		pthread_mutex_lock(device->lock);
}

static void leave(const struct vm_word_device *device)
{
	if (device->lock)
		pthread_mutex_unlock(device->lock);
}

static void read_words(void *context, uint64_t off, void *data, size_t len)
{
	const struct vm_word_device *device = context;
	uint8_t *bytes = data;
	uint32_t word = 0;

	enter(device);
	for (size_t i = 0; i < len; i++) {
		unsigned int at = (unsigned int)(off + i);

		if (!i || at % 4 == 0)
			word = device->read(device->model, at & ~3u);
		bytes[i] = (uint8_t)(word >> at % 4 * 8);
	}
	leave(device);
}

static void write_words(void *context, uint64_t off, const void *data,
			size_t len)
{
	const struct vm_word_device *device = context;
	const uint8_t *bytes = data;

	enter(device);
	for (size_t i = (4 - off % 4) % 4; i + 4 <= len; i += 4) {
		uint32_t word = bytes[i] | (uint32_t)bytes[i + 1] << 8 |
				(uint32_t)bytes[i + 2] << 16 |
				(uint32_t)bytes[i + 3] << 24;

		device->write(device->model, (unsigned int)(off + i), word);
	}
	leave(device);
}

const struct vm_bus_ops vm_word_device_ops = { read_words, write_words };
