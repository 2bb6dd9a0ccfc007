/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The operations that vm-memory's own benchmarks of rust-vmm measure, with the
 * same parameters: one region of 256 MiB (_1reg), or eight of 2 GiB each
 * (_8reg) with accesses in the first, across the first two, and in the last;
 * 256 regions of 1 MiB for the search; dirty tracking by pages of 4 KiB.
 */
#include "bench.h"

#include <vm-memory/dirty.h>
#include <vm-memory/endian.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)

#define BIG (64 * KIB)

/* An address within a region, clear of its edges. */
#define INSIDE 0x10000

static struct vm_mem *one, *one_dirty, *eight, *many;
static uint8_t buffer[BIG], other[BIG];

static void must(int r)
{
	if (!r)
		return;
	fprintf(stderr, "bench: %s\n", strerror(-r));
	exit(1);
}

static struct vm_mem *regions(size_t count, uint64_t size)
{
	struct vm_mem_range ranges[256];
	struct vm_mem *mem;

	for (size_t i = 0; i < count; i++)
		ranges[i] = (struct vm_mem_range){ i * size, size, NULL };
	must(vm_mem_new(ranges, count, &mem));
	return mem;
}

/* Makes the maps and touches what will be measured. */
static void set_up(void)
{
	one = regions(1, 256 * MIB);
	eight = regions(8, 2 * GIB);
	many = regions(256, MIB);
	must(vm_mem_set_tracking(one, 4 * KIB, &one_dirty));
	must(vm_mem_fill(one, 0, 1, BIG + INSIDE));
	for (vm_gpa gpa = 0; gpa < 16 * GIB; gpa += 2 * GIB) {
		must(vm_mem_fill(eight, gpa, 1, BIG + INSIDE));
		must(vm_mem_fill(eight, gpa + 2 * GIB - 4 * KIB, 1, 4 * KIB));
	}
}

#define REPEAT(n, call)                            \
	do {                                       \
		for (uint64_t i = 0; i < (n); i++) \
			must(call);                \
	} while (0)

#define OPERATION(name, call)        \
	static void name(uint64_t n) \
	{                            \
		REPEAT(n, call);     \
		BENCH_KEEP(buffer);  \
	}

OPERATION(read_obj8_1reg, vm_mem_read(one, INSIDE, buffer, 8))
OPERATION(write_obj8_1reg, vm_mem_write(one, INSIDE, buffer, 8))
OPERATION(write_obj8_dirty, vm_mem_write(one_dirty, INSIDE, buffer, 8))
OPERATION(read_obj8_8reg, vm_mem_read(eight, INSIDE, buffer, 8))
OPERATION(read_obj8_8reg_last, vm_mem_read(eight, 14 * GIB + 8, buffer, 8))
OPERATION(read_obj8_straddle, vm_mem_read(eight, 2 * GIB - 4, buffer, 8))
OPERATION(read_obj96_8reg, vm_mem_read(eight, INSIDE, buffer, 96))
OPERATION(read512_1reg, vm_mem_read(one, INSIDE, buffer, 512))
OPERATION(write512_1reg, vm_mem_write(one, INSIDE, buffer, 512))
OPERATION(write512_dirty, vm_mem_write(one_dirty, INSIDE, buffer, 512))
OPERATION(read512_8reg, vm_mem_read(eight, INSIDE, buffer, 512))
OPERATION(read512_straddle, vm_mem_read(eight, 2 * GIB - 256, buffer, 512))
OPERATION(write512_straddle, vm_mem_write(eight, 2 * GIB - 256, buffer, 512))
OPERATION(write4k_1reg, vm_mem_write(one, INSIDE, buffer, 4 * KIB))
OPERATION(read64k_1reg, vm_mem_read(one, INSIDE, buffer, BIG))
OPERATION(write64k_1reg, vm_mem_write(one, INSIDE, buffer, BIG))
OPERATION(write64k_dirty, vm_mem_write(one_dirty, INSIDE, buffer, BIG))

/* What 64 KiB would cost without any check. */
static void memcpy64k(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++) {
		memcpy(buffer, other, BIG);
		BENCH_KEEP(buffer);
	}
}

static void load_u32_8reg(uint64_t n)
{
	uint32_t value = 0;

	REPEAT(n, vm_mem_load32(eight, INSIDE, VM_MEM_ACQUIRE, &value));
	BENCH_KEEP(value);
}

static void read_le32_1reg(uint64_t n)
{
	uint32_t value = 0;

	REPEAT(n, vm_mem_read_le32(one, INSIDE, &value));
	BENCH_KEEP(value);
}

static void get_slice64k_1reg(uint64_t n)
{
	struct vm_mem_slice slice = { .hva = NULL };

	REPEAT(n, vm_mem_get_slice(one, INSIDE, BIG, &slice));
	BENCH_KEEP(slice.hva);
}

static void slice_load16(uint64_t n)
{
	struct vm_mem_slice slice = { .hva = NULL };
	uint16_t value = 0;

	must(vm_mem_get_slice(one, INSIDE, BIG, &slice));
	REPEAT(n,
	       vm_mem_slice_load16(&slice, i & 0xfffe, VM_MEM_ACQUIRE, &value));
	BENCH_KEEP(value);
}

static void slice_store16_dirty(uint64_t n)
{
	struct vm_mem_slice slice = { .hva = NULL };

	must(vm_mem_get_slice(one_dirty, INSIDE, BIG, &slice));
	REPEAT(n, vm_mem_slice_store16(&slice, i & 0xfffe, VM_MEM_RELEASE, 1));
}

/* Every region in turn, as a search that always hits one would flatter. */
static void find_region_8(uint64_t n)
{
	size_t index = 0;

	REPEAT(n, vm_mem_find_region(eight, i % 8 * 2 * GIB, &index));
	BENCH_KEEP(index);
}

static void find_region_256(uint64_t n)
{
	size_t index = 0;

	REPEAT(n, vm_mem_find_region(many, i % 256 * MIB, &index));
	BENCH_KEEP(index);
}

/* The names by which PERFORMANCE.md and budgets.txt know them. */
#define OP(function)                       \
	{                                  \
		"mem_" #function, function \
	}

int main(int argc, char **argv)
{
	static const struct bench_op ops[] = {
		OP(read_obj8_1reg),	 OP(write_obj8_1reg),
		OP(write_obj8_dirty),	 OP(read_obj8_8reg),
		OP(read_obj8_8reg_last), OP(read_obj8_straddle),
		OP(read_obj96_8reg),	 OP(load_u32_8reg),
		OP(read_le32_1reg),	 OP(read512_1reg),
		OP(write512_1reg),	 OP(write512_dirty),
		OP(read512_8reg),	 OP(read512_straddle),
		OP(write512_straddle),	 OP(write4k_1reg),
		OP(read64k_1reg),	 OP(write64k_1reg),
		OP(write64k_dirty),	 OP(memcpy64k),
		OP(get_slice64k_1reg),	 OP(slice_load16),
		OP(slice_store16_dirty), OP(find_region_8),
		OP(find_region_256),
	};
	int r;

	set_up();
	r = bench_main(argc, argv, ops, sizeof(ops) / sizeof(ops[0]));
	vm_mem_free(one);
	vm_mem_free(one_dirty);
	vm_mem_free(eight);
	vm_mem_free(many);
	return r;
}
