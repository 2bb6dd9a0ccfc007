/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What devices cost beside the I/O itself.
 *
 *	mmio_status     a guest reads the interrupt status, with a lock
 *	mmio_config     a guest reads a word of the configuration, with a lock
 *	rng_notify      a notification that finds nothing to do
 *	block_read4k    a read of 4 KiB, alone, with an engine that has it at once
 *	block_read4k_32 the same, 32 offered at a time; per request
 *	net_tx          a frame of 1514 bytes is sent, but for the system call
 *	net_tx_32       the same, 32 offered at a time; per frame
 *	net_rx          a frame is received, but for the system calls
 *	net_rx_32       the same, 32 there at a time; per frame
 *	rate_limiter    ask a limiter of bytes and operations, and take
 *
 * All of them include the driver's part: building a chain, of three in an
 * indirect table for requests and of one for frames, and taking it back.
 */
#include <virtio-devices-testing/rig.h>
#include <virtio-devices/block.h>
#include <virtio-devices/rng.h>

#include "bench.h"
#include "bench_net.h"

#define DATA   VM_VIRTIO_RIG_DATA
#define SECTOR 512u

struct setup {
	struct vm_virtio_rig rig;
	struct vm_virtio_device *device;
	pthread_mutex_t lock;
};

static bool submit(void *impl, struct vm_block_io *io)
{
	(void)impl;
	io->result = 0;
	return true;
}

static void free_nothing(void *impl)
{
	(void)impl;
}

static const struct vm_block_engine_ops null_ops = { .submit = submit,
						     .free = free_nothing };

static struct setup *start(struct setup *setup, struct vm_virtio_device *device)
{
	setup->device = device;
	must(vm_virtio_rig_attach(&setup->rig, device));
	pthread_mutex_init(&setup->lock, NULL);
	setup->rig.mmio.config.lock = &setup->lock;
	must(vm_virtio_rig_start(&setup->rig, VM_VIRTIO_RIG_SPLIT, 64));
	return setup;
}

static struct setup *rng_setup(void)
{
	static struct setup setup;
	struct vm_virtio_rng_config config = { .source = -1 };
	struct vm_virtio_rng *rng;

	if (setup.device)
		return &setup;
	must(vm_virtio_rig_init(&setup.rig));
	config.host = vm_virtio_rig_host(&setup.rig);
	must(vm_virtio_rng_new(&config, &rng));
	return start(&setup, vm_virtio_rng_device(rng));
}

/* A header for a read of the first sectors, which all requests share. */
static void put_header(struct setup *setup)
{
	const uint8_t header[16] = { VIRTIO_BLK_T_IN };

	must(vm_mem_write(setup->rig.mem, DATA, header, sizeof(header)));
}

static struct setup *block_setup(void)
{
	static const struct vm_block_image image = {
		.size = 0x100000,
		.block_size = SECTOR,
		.physical_size = SECTOR,
	};
	static struct setup setup;
	struct vm_virtio_block_config config = {
		.image = &image, .engine = { .ops = &null_ops }
	};
	struct vm_virtio_block *block;

	if (setup.device)
		return &setup;
	must(vm_virtio_rig_init(&setup.rig));
	config.host = vm_virtio_rig_host(&setup.rig);
	must(vm_virtio_block_new(&config, &block));
	start(&setup, vm_virtio_block_device(block));
	put_header(&setup);
	return &setup;
}

static void mmio_status(uint64_t n)
{
	struct setup *setup = rng_setup();
	uint32_t value;

	while (n--) {
		vm_virtio_mmio_read(&setup->rig.mmio,
				    VM_VIRTIO_MMIO_INTERRUPT_STATUS, &value, 4);
		BENCH_KEEP(value);
	}
}

static void mmio_config(uint64_t n)
{
	struct setup *setup = block_setup();
	uint32_t value;

	while (n--) {
		vm_virtio_mmio_read(&setup->rig.mmio, VM_VIRTIO_MMIO_CONFIG,
				    &value, 4);
		BENCH_KEEP(value);
	}
}

static void rng_notify(uint64_t n)
{
	struct setup *setup = rng_setup();

	while (n--)
		vm_virtio_device_notify(setup->device, 0);
}

static void read_4k(struct setup *setup, unsigned int count)
{
	static const struct virtq_buf bufs[] = { { DATA, 16, false },
						 { DATA + 0x1000, 4096, true },
						 { DATA + 0x100, 1, true } };
	struct virtq_driver *driver = setup->rig.drivers[0];
	struct virtq_driver_used used;

	for (unsigned int i = 0; i < count; i++)
		must(virtq_driver_add(driver, bufs, 3, VIRTQ_DRIVER_INDIRECT,
				      i));
	if (virtq_driver_publish(driver))
		vm_virtio_device_notify(setup->device, 0);
	for (unsigned int i = 0; i < count; i++)
		must(virtq_driver_get(driver, &used) == 1 ? 0 : -1);
	virtq_driver_enable_interrupts(driver, 0);
}

static void block_read4k(uint64_t n)
{
	struct setup *setup = block_setup();

	while (n--)
		read_4k(setup, 1);
}

static void block_read4k_32(uint64_t n)
{
	struct setup *setup = block_setup();

	for (; n >= 32; n -= 32)
		read_4k(setup, 32);
	if (n)
		read_4k(setup, (unsigned int)n);
}

static void rate_limiter(uint64_t n)
{
	const struct vm_rate_limit limit = { 1000000, 1000000, 0 };
	struct vm_rate_limiter limiter;
	uint64_t now = 0;

	must(vm_rate_limiter_init(&limiter, &limit, &limit, now));
	while (n--) {
		now += vm_rate_limiter_wait(&limiter, now) + 7;
		vm_rate_limiter_take(&limiter, 4096);
	}
	BENCH_KEEP(now);
}

static const struct bench_op ops[] = {
	{ "mmio_status", mmio_status },
	{ "mmio_config", mmio_config },
	{ "rng_notify", rng_notify },
	{ "block_read4k", block_read4k },
	{ "block_read4k_32", block_read4k_32 },
	{ "net_tx", net_tx },
	{ "net_tx_32", net_tx_32 },
	{ "net_rx", net_rx },
	{ "net_rx_32", net_rx_32 },
	{ "rate_limiter", rate_limiter },
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(ops[0]));
}
