/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <virtio-devices-testing/rig.h>

/* How long a device may take to complete a chain. */
#define PATIENCE_MS 1000

static void on_kick(void *context, uint16_t queue)
{
	struct vm_virtio_rig *rig = context;

	rig->kicks |= UINT64_C(1) << queue;
}

static void on_irq(void *context, bool level)
{
	struct vm_virtio_rig *rig = context;

	rig->level = level;
	if (level)
		rig->interrupts++;
}

int vm_virtio_rig_init(struct vm_virtio_rig *rig)
{
	const struct vm_mem_range ranges[] = {
		{ 0, VM_VIRTIO_RIG_EDGE, NULL },
		{ VM_VIRTIO_RIG_EDGE, VM_VIRTIO_RIG_HOLE - VM_VIRTIO_RIG_EDGE,
		  NULL },
	};

	memset(rig, 0, sizeof(*rig));
	return vm_mem_new(ranges, 2, &rig->mem);
}

struct vm_virtio_host vm_virtio_rig_host(struct vm_virtio_rig *rig)
{
	return (struct vm_virtio_host){
		.mem = rig->mem,
		.kick = on_kick,
		.context = rig,
	};
}

int vm_virtio_rig_attach(struct vm_virtio_rig *rig,
			 struct vm_virtio_device *device)
{
	const struct vm_virtio_mmio_config config = {
		.device = device,
		.irq = on_irq,
		.irq_context = rig,
		.vendor = 0x4d4d5643,
	};

	rig->device = device;
	return vm_virtio_mmio_init(&rig->mmio, &config);
}

static void free_drivers(struct vm_virtio_rig *rig)
{
	for (unsigned int i = 0; i < VM_VIRTIO_MAX_QUEUES; i++) {
		virtq_driver_free(rig->drivers[i]);
		rig->drivers[i] = NULL;
	}
}

void vm_virtio_rig_fini(struct vm_virtio_rig *rig)
{
	free_drivers(rig);
	if (rig->device)
		vm_virtio_mmio_reset(&rig->mmio);
	vm_virtio_mmio_fini(&rig->mmio);
	vm_mem_free(rig->mem);
	memset(rig, 0, sizeof(*rig));
}

uint32_t vm_virtio_rig_read(struct vm_virtio_rig *rig, uint64_t off)
{
	uint32_t value;

	vm_virtio_mmio_read(&rig->mmio, off, &value, sizeof(value));
	return value;
}

void vm_virtio_rig_write(struct vm_virtio_rig *rig, uint64_t off,
			 uint32_t value)
{
	vm_virtio_mmio_write(&rig->mmio, off, &value, sizeof(value));
}

static uint32_t offered_word(struct vm_virtio_rig *rig, uint32_t select)
{
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL, select);
	return vm_virtio_rig_read(rig, VM_VIRTIO_MMIO_DEVICE_FEATURES);
}

static void accept_word(struct vm_virtio_rig *rig, uint32_t select,
			uint32_t value)
{
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL, select);
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_DRIVER_FEATURES, value);
}

static uint32_t add_status(struct vm_virtio_rig *rig, uint32_t bit)
{
	uint32_t status = vm_virtio_rig_read(rig, VM_VIRTIO_MMIO_STATUS);

	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_STATUS, status | bit);
	return vm_virtio_rig_read(rig, VM_VIRTIO_MMIO_STATUS);
}

int vm_virtio_rig_negotiate(struct vm_virtio_rig *rig, uint64_t wanted)
{
	free_drivers(rig);
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_STATUS, 0);
	rig->kicks = 0;
	add_status(rig, VIRTIO_STATUS_ACKNOWLEDGE);
	add_status(rig, VIRTIO_STATUS_DRIVER);
	rig->features = offered_word(rig, 0);
	rig->features |= (uint64_t)offered_word(rig, 1) << 32;
	rig->features &= wanted;
	accept_word(rig, 0, (uint32_t)rig->features);
	accept_word(rig, 1, (uint32_t)(rig->features >> 32));
	if (!(add_status(rig, VIRTIO_STATUS_FEATURES_OK) &
	      VIRTIO_STATUS_FEATURES_OK))
		return -ENOTSUP;
	return 0;
}

static void write_address(struct vm_virtio_rig *rig, uint64_t off,
			  uint64_t address)
{
	vm_virtio_rig_write(rig, off, (uint32_t)address);
	vm_virtio_rig_write(rig, off + 4, (uint32_t)(address >> 32));
}

/* The rings of all queues share what is below DATA. */
static vm_gpa queue_base(struct vm_virtio_rig *rig, uint16_t queue)
{
	vm_gpa room = VM_VIRTIO_RIG_DATA / rig->device->queue_count;

	return queue * (room & ~UINT64_C(15));
}

int vm_virtio_rig_set_queue(struct vm_virtio_rig *rig, uint16_t queue,
			    uint32_t size)
{
	struct virtq_config *config = &rig->configs[queue];
	uint32_t max_size;
	vm_gpa tables;
	int r;

	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_QUEUE_SEL, queue);
	max_size = vm_virtio_rig_read(rig, VM_VIRTIO_MMIO_QUEUE_SIZE_MAX);
	if (size > max_size)
		size = max_size;
	tables = virtq_layout(config, size, rig->features,
			      queue_base(rig, queue));
	if (tables > VM_VIRTIO_RIG_DATA)
		return -EFAULT;
	virtq_driver_free(rig->drivers[queue]);
	rig->drivers[queue] = NULL;
	r = virtq_driver_new(rig->mem, config, tables, &rig->drivers[queue]);
	if (r)
		return r;
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_QUEUE_SIZE, size);
	write_address(rig, VM_VIRTIO_MMIO_QUEUE_DESC_LOW, config->desc);
	write_address(rig, VM_VIRTIO_MMIO_QUEUE_DRIVER_LOW, config->driver);
	write_address(rig, VM_VIRTIO_MMIO_QUEUE_DEVICE_LOW, config->device);
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_QUEUE_READY, 1);
	return 0;
}

int vm_virtio_rig_start(struct vm_virtio_rig *rig, uint64_t wanted,
			uint32_t size)
{
	int r = vm_virtio_rig_negotiate(rig, wanted);

	for (uint16_t i = 0; !r && i < rig->device->queue_count; i++)
		r = vm_virtio_rig_set_queue(rig, i, size);
	if (r)
		return r;
	if (add_status(rig, VIRTIO_STATUS_DRIVER_OK) &
	    VIRTIO_STATUS_NEEDS_RESET)
		return -EIO;
	return 0;
}

/* Waits for the device's descriptor; true if it is readable. */
static bool wait_for_device(struct vm_virtio_rig *rig, int timeout_ms)
{
	struct pollfd pollfd = { .fd = vm_virtio_device_fd(rig->device),
				 .events = POLLIN };

	return pollfd.fd >= 0 && poll(&pollfd, 1, timeout_ms) > 0;
}

int vm_virtio_rig_run(struct vm_virtio_rig *rig)
{
	for (int round = 0; round < VM_VIRTIO_RIG_ROUNDS; round++) {
		uint64_t kicks = rig->kicks;
		bool is_ready = wait_for_device(rig, 0);

		if (!kicks && !is_ready)
			return 0;
		rig->kicks = 0;
		for (uint32_t i = 0; i < VM_VIRTIO_MAX_QUEUES; i++) {
			if (kicks >> i & 1)
				vm_virtio_device_notify(rig->device, i);
		}
		if (is_ready)
			vm_virtio_device_handle(rig->device);
	}
	return -ELOOP;
}

static void notify(struct vm_virtio_rig *rig, uint16_t queue)
{
	uint32_t value = queue;

	if (rig->features & VIRTQ_BIT(VIRTIO_F_NOTIFICATION_DATA))
		value = virtq_driver_notification(rig->drivers[queue], queue);
	vm_virtio_rig_write(rig, VM_VIRTIO_MMIO_QUEUE_NOTIFY, value);
}

int vm_virtio_rig_send(struct vm_virtio_rig *rig, uint16_t queue,
		       const struct virtq_buf *bufs, uint16_t count,
		       uint64_t token)
{
	int r = virtq_driver_add(rig->drivers[queue], bufs, count,
				 VIRTQ_DRIVER_DIRECT, token);

	if (!r && virtq_driver_publish(rig->drivers[queue]))
		notify(rig, queue);
	return r;
}

int vm_virtio_rig_receive(struct vm_virtio_rig *rig, uint16_t queue,
			  struct virtq_driver_used *ret_used)
{
	int r;

	do {
		r = vm_virtio_rig_run(rig);
		if (r)
			return r;
		r = virtq_driver_get(rig->drivers[queue], ret_used);
		if (r)
			return r < 0 ? r : 0;
	} while (wait_for_device(rig, PATIENCE_MS));
	return -ETIME;
}

int vm_virtio_rig_attack(struct vm_virtio_rig *rig, uint16_t queue,
			 enum virtq_attack attack, uint64_t wanted)
{
	int r = vm_virtio_rig_start(rig, wanted, 16);

	if (r)
		return r;
	virtq_driver_attack(rig->drivers[queue], attack);
	notify(rig, queue);
	r = vm_virtio_rig_run(rig);
	if (r)
		return r;
	/* Some attacks take effect when they are repeated. */
	virtq_driver_attack(rig->drivers[queue], attack);
	notify(rig, queue);
	return vm_virtio_rig_run(rig);
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Small numbers, addresses in memory, single bits, and anything. */
static uint64_t random_value(uint64_t *state)
{
	uint64_t value = next_random(state);

	switch (value & 7) {
	case 0:
	case 1:
		return value >> 8 & 15;
	case 2:
	case 3:
		return value >> 8 & (VM_VIRTIO_RIG_HOLE - 1) & ~UINT64_C(15);
	case 4:
		return UINT64_C(1) << (value >> 8 & 63);
	case 5:
		return UINT64_MAX;
	case 6:
		return VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
		       (value & 0x100 ? VIRTIO_STATUS_FEATURES_OK : 0) |
		       (value & 0x200 ? VIRTIO_STATUS_DRIVER_OK : 0);
	default:
		return value >> 8;
	}
}

static uint64_t random_offset(const struct vm_virtio_rig *rig, uint64_t value)
{
	uint64_t off = value >> 8;

	switch (value & 7) {
	case 0:
		return VM_VIRTIO_MMIO_CONFIG +
		       off % (rig->device->config_len + 16);
	case 1:
		return off % VM_VIRTIO_MMIO_SIZE;
	case 2:
		return VM_VIRTIO_MMIO_STATUS;
	case 3:
		return off;
	default:
		return off % VM_VIRTIO_MMIO_CONFIG & ~UINT64_C(3);
	}
}

int vm_virtio_rig_poke(struct vm_virtio_rig *rig, uint64_t seed,
		       unsigned int count)
{
	uint64_t state = seed * 2 + 1;
	int r = 0;

	for (unsigned int i = 0; !r && i < count; i++) {
		uint64_t how = next_random(&state);
		uint64_t off = random_offset(rig, next_random(&state));
		uint64_t value = random_value(&state);
		size_t len = how & 1 ? 4 : how >> 1 & 15;
		uint8_t data[16] = { 0 };

		memcpy(data, &value, sizeof(value));
		if (how & 0x100)
			vm_virtio_mmio_read(&rig->mmio, off, data, len);
		else
			vm_virtio_mmio_write(&rig->mmio, off, data, len);
		r = vm_virtio_rig_run(rig);
	}
	return r;
}
