/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What taking an exit apart costs on top of KVM_RUN. */
#include "bench.h"

#include <kvm-ioctls/exit.h>

static union {
	struct kvm_run run;
	uint8_t bytes[0x3000];
} map;

static struct kvm_exit decoded;

static void decode(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		if (kvm_exit_decode(&map.run, sizeof(map), &decoded) < 0)
			abort();
		BENCH_KEEP(decoded.reason);
	}
}

/* A virtio driver's notification: four bytes to a register. */
static void decode_mmio_write(uint64_t n)
{
	map.run.exit_reason = KVM_EXIT_MMIO;
	map.run.mmio.phys_addr = 0xd0000050;
	map.run.mmio.len = 4;
	map.run.mmio.is_write = 1;
	decode(n);
}

/* A byte to the serial port. */
static void decode_port_write(uint64_t n)
{
	map.run.exit_reason = KVM_EXIT_IO;
	map.run.io.direction = KVM_EXIT_IO_OUT;
	map.run.io.port = 0x3f8;
	map.run.io.size = 1;
	map.run.io.count = 1;
	map.run.io.data_offset = 0x1000;
	decode(n);
}

static void decode_halt(uint64_t n)
{
	map.run.exit_reason = KVM_EXIT_HLT;
	decode(n);
}

static const struct bench_op ops[] = {
	{ "exit_mmio_write", decode_mmio_write },
	{ "exit_port_write", decode_port_write },
	{ "exit_halt", decode_halt },
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, ops, sizeof(ops) / sizeof(ops[0]));
}
