/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <string.h>

#include "internal.h"

/* The bits by which a driver makes progress, in the order of setting (3.1.1) */
static const uint8_t ladder[] = {
	VIRTIO_STATUS_ACKNOWLEDGE,
	VIRTIO_STATUS_DRIVER,
	VIRTIO_STATUS_FEATURES_OK,
	VIRTIO_STATUS_DRIVER_OK,
};

#define LADDER_BITS                                         \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | \
	 VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK)

#define FEATURE_WORDS 4

static void ignore(struct vm_virtio_device *device)
{
	vm_virtio_device_count_error(device, VM_VIRTIO_ERROR_PROTOCOL);
}

uint32_t vm_virtio_device_get_features(const struct vm_virtio_device *device,
				       uint32_t select)
{
	return select < 2 ? (uint32_t)(device->offered >> 32 * select) : 0;
}

void vm_virtio_device_set_features(struct vm_virtio_device *device,
				   uint32_t select, uint32_t value)
{
	/* Words that no feature bit exists for are all zero, if written. */
	if (select >= FEATURE_WORDS) {
		if (value)
			ignore(device);
		return;
	}
	if (!has_status(device, VIRTIO_STATUS_DRIVER) ||
	    has_status(device, VIRTIO_STATUS_FEATURES_OK)) {
		ignore(device);
		return;
	}
	device->driver_features[select] = value;
}

bool device_accepts(const struct vm_virtio_device *device)
{
	uint64_t features = written_features(device);

	if (device->driver_features[2] || device->driver_features[3] ||
	    features & ~device->offered)
		return false;
	if (!(features & VIRTQ_BIT(VIRTIO_F_VERSION_1)))
		return false;
	/* 6.1: what the VMM demands by offering it, cannot be declined. */
	if (device->offered & ~features & VIRTQ_BIT(VIRTIO_F_ACCESS_PLATFORM))
		return false;
	return !device->type->accept || device->type->accept(device, features);
}

/* Takes one step up; false if the device refuses. */
static bool climb(struct vm_virtio_device *device, uint8_t bit)
{
	if (bit == VIRTIO_STATUS_FEATURES_OK) {
		if (!device_accepts(device))
			return false;
		device->features = written_features(device);
		if (device->type->negotiated)
			device->type->negotiated(device);
	}
	device->status |= bit;
	if (bit == VIRTIO_STATUS_DRIVER_OK)
		device_activate(device);
	return true;
}

/* Are these bits the lowest rungs, none left out? */
static bool is_climb(unsigned int bits)
{
	unsigned int reached = 0;

	for (size_t i = 0; i < sizeof(ladder); i++) {
		if (!(bits & ladder[i]))
			break;
		reached |= ladder[i];
	}
	return bits == reached;
}

/* May the driver write this status, which is not 0? */
static bool is_next_status(const struct vm_virtio_device *device,
			   uint32_t status)
{
	uint32_t known =
		LADDER_BITS | VIRTIO_STATUS_NEEDS_RESET | VIRTIO_STATUS_FAILED;
	uint32_t added = status & ~(uint32_t)device->status;
	/* NEEDS_RESET is the device's: it is not the driver's to keep. */
	uint32_t lost = device->status & ~status & ~VIRTIO_STATUS_NEEDS_RESET;

	if (status & ~known || lost || added & VIRTIO_STATUS_NEEDS_RESET)
		return false;
	if (added & LADDER_BITS &&
	    device->status & (VIRTIO_STATUS_FAILED | VIRTIO_STATUS_NEEDS_RESET))
		return false;
	return is_climb(status & LADDER_BITS);
}

void vm_virtio_device_set_status(struct vm_virtio_device *device,
				 uint32_t status)
{
	if (!status) {
		device_reset(device);
		return;
	}
	if (!is_next_status(device, status)) {
		ignore(device);
		return;
	}
	device->status |= status & VIRTIO_STATUS_FAILED;
	for (size_t i = 0; i < sizeof(ladder); i++) {
		if (!(status & ladder[i] & ~device->status))
			continue;
		if (!climb(device, ladder[i]))
			return;
	}
}

void vm_virtio_device_read_config(const struct vm_virtio_device *device,
				  uint64_t off, void *data, size_t len)
{
	size_t inside = 0;

	if (off < device->config_len) {
		inside = device->config_len - (size_t)off;
		if (inside > len)
			inside = len;
		memcpy(data, (const uint8_t *)device->config + off, inside);
	}
	memset((uint8_t *)data + inside, 0, len - inside);
}

void vm_virtio_device_write_config(struct vm_virtio_device *device,
				   uint64_t off, const void *data, size_t len)
{
	if (!device->type->write_config || off > device->config_len ||
	    len > device->config_len - off) {
		ignore(device);
		return;
	}
	device->type->write_config(device, (size_t)off, data, len);
}

const struct vm_virtio_shm *vm_virtio_device_find_shm(
	const struct vm_virtio_device *device, uint32_t id)
{
	for (uint8_t i = 0; i < device->shm_count; i++) {
		if (device->shm[i].id == id)
			return &device->shm[i];
	}
	return NULL;
}
