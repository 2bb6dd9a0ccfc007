/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A disk as a VMM plugs it in, and the first thing that a guest does with it:
 * it looks at the registers.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <virtio-devices/block.h>
#include <virtio-devices/mmio.h>

struct disk {
	struct vm_block_image image;
	struct vm_block_engine engine;
	struct vm_virtio_block *block;
	struct vm_virtio_mmio mmio;
	pthread_mutex_t lock;
	int kick_fd; /* also an ioeventfd at VM_VIRTIO_MMIO_QUEUE_NOTIFY */
	int irq_fd; /* also an irqfd */
};

static void on_kick(void *context, uint16_t queue)
{
	struct disk *disk = context;

	(void)queue;
	eventfd_write(disk->kick_fd, 1);
}

static void on_irq(void *context, bool level)
{
	struct disk *disk = context;

	if (level)
		eventfd_write(disk->irq_fd, 1);
}

static int disk_plug(struct disk *disk, const char *path,
		     const struct vm_mem *mem)
{
	struct vm_virtio_block_config block = {
		.host = { .mem = mem, .kick = on_kick, .context = disk },
		.image = &disk->image,
	};
	struct vm_virtio_mmio_config mmio = { .lock = &disk->lock,
					      .irq = on_irq,
					      .irq_context = disk };
	int r;

	r = vm_block_image_open(&disk->image, path, 0);
	if (r)
		return r; /* -EBUSY: another VMM has it */
	r = vm_block_engine_new(&disk->image, &disk->engine);
	if (r)
		return r;
	block.engine = disk->engine;
	r = vm_virtio_block_new(&block, &disk->block);
	if (r)
		return r;
	mmio.device = vm_virtio_block_device(disk->block);
	return vm_virtio_mmio_init(&disk->mmio, &mmio);
}

/* What the VMM's loop does when kick_fd is readable. */
static void on_kick_fd(struct disk *disk)
{
	eventfd_t times;

	eventfd_read(disk->kick_fd, &times);
	pthread_mutex_lock(&disk->lock);
	vm_virtio_device_notify(vm_virtio_block_device(disk->block), 0);
	pthread_mutex_unlock(&disk->lock);
}

/* And when vm_virtio_device_fd() is: the engine has completed something. */
static void on_device_fd(struct disk *disk)
{
	pthread_mutex_lock(&disk->lock);
	vm_virtio_device_handle(vm_virtio_block_device(disk->block));
	pthread_mutex_unlock(&disk->lock);
}

static void disk_unplug(struct disk *disk)
{
	vm_virtio_mmio_fini(&disk->mmio);
	vm_virtio_block_free(disk->block);
	vm_block_engine_free(&disk->engine);
	vm_block_image_close(&disk->image);
	close(disk->kick_fd);
	close(disk->irq_fd);
}

/* A vCPU's exit for an access to the device's page. */
static uint32_t guest_reads(struct disk *disk, uint64_t off)
{
	uint32_t value;

	vm_virtio_mmio_read(&disk->mmio, off, &value, sizeof(value));
	return value;
}

int main(void)
{
	const struct vm_mem_range range = { 0, 0x100000, NULL };
	struct disk disk = { .image.fd = -1,
			     .lock = PTHREAD_MUTEX_INITIALIZER };
	char path[] = "example-disk-XXXXXX";
	struct vm_mem *mem = NULL;
	int fd = mkstemp(path);
	int r;

	if (fd < 0 || ftruncate(fd, 0x100000) || vm_mem_new(&range, 1, &mem))
		return EXIT_FAILURE;
	disk.kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	disk.irq_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r = disk_plug(&disk, path, mem);
	if (!r) {
		on_kick(&disk, 0);
		on_kick_fd(&disk);
		on_device_fd(&disk);
		printf("device %" PRIu32 " of %" PRIu32 " sectors\n",
		       guest_reads(&disk, VM_VIRTIO_MMIO_DEVICE_ID),
		       guest_reads(&disk, VM_VIRTIO_MMIO_CONFIG));
		r = guest_reads(&disk, VM_VIRTIO_MMIO_CONFIG) != 0x800;
	} else {
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
	}
	disk_unplug(&disk);
	vm_mem_free(mem);
	close(fd);
	unlink(path);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
