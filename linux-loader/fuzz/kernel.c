/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "kernel.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux-loader/load.h>
#include <linux-loader/place.h>
#include <linux-loader/x86_boot.h>

#define MIB	 UINT64_C(0x100000)
#define RAM_SIZE (96 * MIB)

static void must(int condition)
{
	if (!condition)
		abort();
}

int fuzz_file(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	must(fd >= 0 && !ftruncate(fd, 0));
	must(pwrite(fd, data, size, 0) == (ssize_t)size);
	return fd;
}

/* What the probe promises of a kernel that it accepts. */
static void check_kernel(const struct vm_load_kernel *k, uint64_t file_size)
{
	const struct vm_load_segment *s = k->segments;

	must(k->file_size == file_size);
	must(k->segment_count <= VM_LOAD_SEGMENT_MAX);
	must(k->alignment && !(k->alignment & (k->alignment - 1)));
	must(k->setup_header_len <= VM_LOAD_SETUP_HEADER_MAX);
	for (size_t i = 0; i < k->segment_count; i++, s++) {
		must(s->file_size <= file_size);
		must(s->file_offset <= file_size - s->file_size);
		must(s->file_size <= s->mem_size);
		must(s->mem_size <= k->mem_size);
		must(s->offset <= k->mem_size - s->mem_size);
	}
	must(k->payload.length <= file_size);
	must(k->payload.offset <= file_size - k->payload.length);
}

static void load(const struct vm_mem *mem, int fd,
		 const struct vm_load_kernel *k,
		 const struct vm_load_memmap *map,
		 const struct vm_load_placement *place)
{
	struct vm_load_x86_info info = { .memmap = map,
					 .initrd = place->initrd,
					 .initrd_size = 4096 };
	struct vm_load_why why;
	uint64_t gpa;

	must(place->kernel_end - place->kernel == k->mem_size);
	must(place->initrd >= place->kernel_end ||
	     place->initrd + 4096 <= place->kernel);
	must(!vm_load_kernel_into(mem, fd, k, place->kernel, 0, &why));
	must(!vm_load_kernel_into(mem, fd, k, place->kernel, VM_LOAD_READ,
				  &why));
	for (int e = 0; e < VM_LOAD_ENTRY_COUNT; e++) {
		if (!vm_load_get_entry(k, place->kernel, (enum vm_load_entry)e,
				       &gpa, &why))
			must(gpa >= place->kernel && gpa < place->kernel_end);
	}
	if (vm_load_zero_page_write(mem, 0x7000, k, place->kernel, &info, &why))
		must(why.text[0] != '\0');
}

/* Guest memory that lives as long as the fuzzer. */
static const struct vm_mem *memory(void)
{
	const struct vm_mem_range ranges[] = { { 0, RAM_SIZE, NULL } };
	static struct vm_mem *mem;

	must(mem || !vm_mem_new(ranges, 1, &mem));
	return mem;
}

void fuzz_kernel(const uint8_t *data, size_t size, probe_fn probe)
{
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_why why = { "" };
	struct vm_load_placement place;
	struct vm_load_request request = { .memmap = &map,
					   .initrd_size = 4096 };
	struct vm_load_kernel k;
	int fd = fuzz_file(data, size);

	if (probe(fd, &k, &why)) {
		must(why.text[0] != '\0');
		return;
	}
	check_kernel(&k, size);
	must(!vm_load_memmap_add(&map, 0, RAM_SIZE, VM_LOAD_MEM_RAM));
	request.arch = k.arch;
	/* A file may claim a BSS of all memory: loading that is only slow. */
	if (vm_load_place(&k, &request, &place, &why))
		must(why.text[0] != '\0');
	else if (k.mem_size <= 4 * MIB || k.format != VM_LOAD_FORMAT_ELF)
		load(memory(), fd, &k, &map, &place);
}
