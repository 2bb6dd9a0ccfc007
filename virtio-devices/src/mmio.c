/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <virtio-devices/device_type.h>
#include <virtio-devices/mmio.h>
#include <virtio-devices/transport.h>
#include <virtio-queue/notification.h>
#include <vm-memory/endian.h>

#define VERSION		 2
#define NO_REGION	 UINT64_MAX
#define INTERRUPT_EVENTS (VM_VIRTIO_MMIO_INT_USED | VM_VIRTIO_MMIO_INT_CONFIG)

static void raise_event(struct vm_virtio_mmio *mmio, uint32_t event)
{
	pthread_mutex_lock(&mmio->irq_lock);
	mmio->interrupt_status |= event;
	mmio->config.irq(mmio->config.irq_context, true);
	pthread_mutex_unlock(&mmio->irq_lock);
}

static void clear_events(struct vm_virtio_mmio *mmio, uint32_t events)
{
	pthread_mutex_lock(&mmio->irq_lock);
	if (mmio->interrupt_status & events) {
		mmio->interrupt_status &= ~events;
		if (!mmio->interrupt_status)
			mmio->config.irq(mmio->config.irq_context, false);
	}
	pthread_mutex_unlock(&mmio->irq_lock);
}

static uint32_t pending_events(struct vm_virtio_mmio *mmio)
{
	uint32_t events;

	pthread_mutex_lock(&mmio->irq_lock);
	events = mmio->interrupt_status;
	pthread_mutex_unlock(&mmio->irq_lock);
	return events;
}

static void on_used(void *context, uint16_t queue)
{
	(void)queue;
	raise_event(context, VM_VIRTIO_MMIO_INT_USED);
}

static void on_changed(void *context)
{
	raise_event(context, VM_VIRTIO_MMIO_INT_CONFIG);
}

static const struct vm_virtio_transport_ops transport_ops = {
	.used = on_used,
	.changed = on_changed,
};

int vm_virtio_mmio_init(struct vm_virtio_mmio *mmio,
			const struct vm_virtio_mmio_config *config)
{
	if (!config->device || !config->irq)
		return -EINVAL;
	*mmio = (struct vm_virtio_mmio){ .config = *config };
	pthread_mutex_init(&mmio->irq_lock, NULL);
	vm_virtio_device_attach(config->device, &transport_ops, mmio);
	return 0;
}

void vm_virtio_mmio_fini(struct vm_virtio_mmio *mmio)
{
	if (!mmio->config.device)
		return;
	vm_virtio_device_attach(mmio->config.device, NULL, NULL);
	pthread_mutex_destroy(&mmio->irq_lock);
	mmio->config.device = NULL;
}

void vm_virtio_mmio_reset(struct vm_virtio_mmio *mmio)
{
	vm_virtio_device_set_status(mmio->config.device, 0);
	clear_events(mmio, INTERRUPT_EVENTS);
	mmio->device_features_sel = 0;
	mmio->driver_features_sel = 0;
	mmio->queue_sel = 0;
	mmio->shm_sel = 0;
}

static uint64_t shm_len(const struct vm_virtio_mmio *mmio)
{
	const struct vm_virtio_shm *shm =
		vm_virtio_device_find_shm(mmio->config.device, mmio->shm_sel);

	return shm ? shm->len : NO_REGION;
}

static uint64_t shm_base(const struct vm_virtio_mmio *mmio)
{
	const struct vm_virtio_shm *shm =
		vm_virtio_device_find_shm(mmio->config.device, mmio->shm_sel);

	return shm ? shm->gpa : NO_REGION;
}

static void count_error(struct vm_virtio_mmio *mmio)
{
	mmio->config.device->stats.errors[VM_VIRTIO_ERROR_PROTOCOL]++;
}

static uint32_t read_register(struct vm_virtio_mmio *mmio, uint64_t off)
{
	const struct vm_virtio_device *device = mmio->config.device;
	const struct vm_virtio_queue *queue =
		vm_virtio_device_get_queue(device, mmio->queue_sel);

	switch (off) {
	case VM_VIRTIO_MMIO_MAGIC:
		return VM_VIRTIO_MMIO_MAGIC_VALUE;
	case VM_VIRTIO_MMIO_VERSION:
		return VERSION;
	case VM_VIRTIO_MMIO_DEVICE_ID:
		return device->type->id;
	case VM_VIRTIO_MMIO_VENDOR_ID:
		return mmio->config.vendor;
	case VM_VIRTIO_MMIO_DEVICE_FEATURES:
		return vm_virtio_device_get_features(device,
						     mmio->device_features_sel);
	case VM_VIRTIO_MMIO_QUEUE_SIZE_MAX:
		return queue ? queue->config.max_size : 0;
	case VM_VIRTIO_MMIO_QUEUE_READY:
		return queue && queue->is_ready;
	case VM_VIRTIO_MMIO_STATUS:
		return device->status;
	case VM_VIRTIO_MMIO_SHM_LEN_LOW:
		return (uint32_t)shm_len(mmio);
	case VM_VIRTIO_MMIO_SHM_LEN_HIGH:
		return (uint32_t)(shm_len(mmio) >> 32);
	case VM_VIRTIO_MMIO_SHM_BASE_LOW:
		return (uint32_t)shm_base(mmio);
	case VM_VIRTIO_MMIO_SHM_BASE_HIGH:
		return (uint32_t)(shm_base(mmio) >> 32);
	case VM_VIRTIO_MMIO_QUEUE_RESET:
		/* A queue is reset by the time the write returns. */
		return 0;
	case VM_VIRTIO_MMIO_CONFIG_GENERATION:
		return device->generation;
	default:
		count_error(mmio);
		return 0;
	}
}

/* The registers that hold half an address are 0x10 apart for each area. */
static void write_area(struct vm_virtio_mmio *mmio, uint64_t off,
		       uint32_t value)
{
	static const enum vm_virtio_area areas[] = {
		VM_VIRTIO_AREA_DESC,
		VM_VIRTIO_AREA_DRIVER,
		VM_VIRTIO_AREA_DEVICE,
	};
	uint64_t area = (off - VM_VIRTIO_MMIO_QUEUE_DESC_LOW) / 0x10;

	vm_virtio_queue_set_area(mmio->config.device, mmio->queue_sel,
				 areas[area], off & 4, value);
}

static void notify(struct vm_virtio_device *device, uint32_t value)
{
	struct virtq_notification note =
		virtq_notification_decode(value, device->features);
	uint32_t queue = note.has_next ? note.queue : value;

	vm_virtio_device_notify(device, queue);
}

static void write_register(struct vm_virtio_mmio *mmio, uint64_t off,
			   uint32_t value)
{
	struct vm_virtio_device *device = mmio->config.device;

	switch (off) {
	case VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		mmio->device_features_sel = value;
		break;
	case VM_VIRTIO_MMIO_DRIVER_FEATURES:
		vm_virtio_device_set_features(device, mmio->driver_features_sel,
					      value);
		break;
	case VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		mmio->driver_features_sel = value;
		break;
	case VM_VIRTIO_MMIO_QUEUE_SEL:
		mmio->queue_sel = value;
		break;
	case VM_VIRTIO_MMIO_QUEUE_SIZE:
		vm_virtio_queue_set_size(device, mmio->queue_sel, value);
		break;
	case VM_VIRTIO_MMIO_QUEUE_READY:
		vm_virtio_queue_set_ready(device, mmio->queue_sel, value & 1);
		break;
	case VM_VIRTIO_MMIO_QUEUE_NOTIFY:
		notify(device, value);
		break;
	case VM_VIRTIO_MMIO_STATUS:
		if (value)
			vm_virtio_device_set_status(device, value);
		else
			vm_virtio_mmio_reset(mmio);
		break;
	case VM_VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VM_VIRTIO_MMIO_QUEUE_DESC_HIGH:
	case VM_VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VM_VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
	case VM_VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VM_VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		write_area(mmio, off, value);
		break;
	case VM_VIRTIO_MMIO_SHM_SEL:
		mmio->shm_sel = value;
		break;
	case VM_VIRTIO_MMIO_QUEUE_RESET:
		if (value & 1)
			vm_virtio_queue_reset(device, mmio->queue_sel);
		break;
	default:
		count_error(mmio);
	}
}

static void lock(const struct vm_virtio_mmio *mmio)
{
	if (mmio->config.lock)
		pthread_mutex_lock(mmio->config.lock);
}

static void unlock(const struct vm_virtio_mmio *mmio)
{
	if (mmio->config.lock)
		pthread_mutex_unlock(mmio->config.lock);
}

static bool is_register(uint64_t off, size_t len)
{
	return len == 4 && !(off & 3);
}

static void read_locked(struct vm_virtio_mmio *mmio, uint64_t off, void *data,
			size_t len)
{
	uint32_t value;

	if (off >= VM_VIRTIO_MMIO_CONFIG) {
		vm_virtio_device_read_config(mmio->config.device,
					     off - VM_VIRTIO_MMIO_CONFIG, data,
					     len);
		return;
	}
	if (!is_register(off, len)) {
		count_error(mmio);
		memset(data, 0, len);
		return;
	}
	value = vm_mem_le32(read_register(mmio, off));
	memcpy(data, &value, sizeof(value));
}

void vm_virtio_mmio_read(void *context, uint64_t off, void *data, size_t len)
{
	struct vm_virtio_mmio *mmio = context;
	uint32_t value;

	if (off == VM_VIRTIO_MMIO_INTERRUPT_STATUS && is_register(off, len)) {
		value = vm_mem_le32(pending_events(mmio));
		memcpy(data, &value, sizeof(value));
		return;
	}
	lock(mmio);
	read_locked(mmio, off, data, len);
	unlock(mmio);
}

static void write_locked(struct vm_virtio_mmio *mmio, uint64_t off,
			 const void *data, size_t len)
{
	uint32_t value;

	if (off >= VM_VIRTIO_MMIO_CONFIG) {
		vm_virtio_device_write_config(mmio->config.device,
					      off - VM_VIRTIO_MMIO_CONFIG, data,
					      len);
		return;
	}
	if (!is_register(off, len)) {
		count_error(mmio);
		return;
	}
	memcpy(&value, data, sizeof(value));
	write_register(mmio, off, vm_mem_le32(value));
}

void vm_virtio_mmio_write(void *context, uint64_t off, const void *data,
			  size_t len)
{
	struct vm_virtio_mmio *mmio = context;
	uint32_t value;

	if (off == VM_VIRTIO_MMIO_INTERRUPT_ACK && is_register(off, len)) {
		memcpy(&value, data, sizeof(value));
		clear_events(mmio, vm_mem_le32(value));
		return;
	}
	lock(mmio);
	write_locked(mmio, off, data, len);
	unlock(mmio);
}

void vm_virtio_mmio_save(struct vm_virtio_mmio *mmio,
			 struct vm_virtio_mmio_state *ret_state)
{
	*ret_state = (struct vm_virtio_mmio_state){
		.version = VM_VIRTIO_MMIO_STATE_VERSION,
		.interrupt_status = pending_events(mmio),
		.device_features_sel = mmio->device_features_sel,
		.driver_features_sel = mmio->driver_features_sel,
		.queue_sel = mmio->queue_sel,
		.shm_sel = mmio->shm_sel,
	};
}

int vm_virtio_mmio_restore(struct vm_virtio_mmio *mmio,
			   const struct vm_virtio_mmio_state *state)
{
	if (state->version != VM_VIRTIO_MMIO_STATE_VERSION ||
	    state->interrupt_status & ~INTERRUPT_EVENTS)
		return -EBADMSG;
	mmio->device_features_sel = state->device_features_sel;
	mmio->driver_features_sel = state->driver_features_sel;
	mmio->queue_sel = state->queue_sel;
	mmio->shm_sel = state->shm_sel;
	clear_events(mmio, INTERRUPT_EVENTS);
	if (state->interrupt_status)
		raise_event(mmio, state->interrupt_status);
	return 0;
}
