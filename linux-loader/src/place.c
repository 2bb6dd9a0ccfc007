/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/place.h>

#include "internal.h"

#include <errno.h>
#include <inttypes.h>

#define INITRD_ALIGNMENT 4096u
#define FDT_ALIGNMENT	 (2 * LOADER_MIB)

/* booting.rst of arm64: initrd and kernel within 32 GiB, from a GiB on. */
#define ARM64_GIB    (UINT64_C(1) << 30)
#define ARM64_WINDOW (UINT64_C(32) << 30)

/* Where something may go: in [min, end), aligned, and then offset bytes on. */
struct window {
	uint64_t min;
	uint64_t end;
	uint64_t alignment;
	uint64_t offset;
};

static bool align_up(uint64_t value, uint64_t alignment, uint64_t *ret)
{
	if (__builtin_add_overflow(value, alignment - 1, ret))
		return false;
	*ret &= ~(alignment - 1);
	return true;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t kib(uint64_t size)
{
	return size / 1024 + (size % 1024 != 0);
}

static bool find_lowest(const struct vm_load_memmap *map,
			const struct window *window, uint64_t size,
			uint64_t *ret)
{
	const struct vm_load_mem_entry *e = map->entries;
	uint64_t start, end;

	for (size_t i = 0; i < map->count; i++) {
		if (e[i].type != VM_LOAD_MEM_RAM)
			continue;
		start = max(e[i].gpa, window->min);
		if (!align_up(start, window->alignment, &start) ||
		    __builtin_add_overflow(start, window->offset, &start) ||
		    __builtin_add_overflow(start, size, &end))
			continue;
		if (end <= min(e[i].gpa + e[i].size, window->end)) {
			*ret = start;
			return true;
		}
	}
	return false;
}

static bool find_highest(const struct vm_load_memmap *map,
			 const struct window *window, uint64_t size,
			 uint64_t *ret)
{
	const struct vm_load_mem_entry *e;
	uint64_t start, end;

	for (size_t i = map->count; i-- > 0;) {
		e = &map->entries[i];
		if (e->type != VM_LOAD_MEM_RAM)
			continue;
		end = min(e->gpa + e->size, window->end);
		if (end < size)
			continue;
		start = (end - size) & ~(window->alignment - 1);
		if (start >= max(e->gpa, window->min)) {
			*ret = start;
			return true;
		}
	}
	return false;
}

static bool is_x86(const struct vm_load_kernel *kernel)
{
	return kernel->arch == VM_LOAD_ARCH_X86_64 ||
	       kernel->arch == VM_LOAD_ARCH_I386;
}

static int check(const struct vm_load_kernel *kernel,
		 const struct vm_load_request *request, struct vm_load_why *why)
{
	if (kernel->arch != request->arch &&
	    !(kernel->arch == VM_LOAD_ARCH_I386 &&
	      request->arch == VM_LOAD_ARCH_X86_64) &&
	    kernel->arch != VM_LOAD_ARCH_UNKNOWN)
		return loader_fail(why, -EINVAL,
				   "kernel is for %s, the machine is %s",
				   vm_load_arch_name(kernel->arch),
				   vm_load_arch_name(request->arch));
	if (!kernel->segment_count)
		return loader_fail(
			why, -EINVAL,
			"kernel is compressed (%s) and has to be extracted "
			"first",
			vm_load_compression_name(kernel->payload.compression));
	if (kernel->format != VM_LOAD_FORMAT_RAW &&
	    request->cmdline_len > kernel->cmdline_max)
		return loader_fail(why, -ENOSPC,
				   "command line has %" PRIu64
				   " bytes, the kernel takes %" PRIu32,
				   request->cmdline_len, kernel->cmdline_max);
	return 0;
}

/* The window of addresses where the kernel itself may be. */
static struct window kernel_window(const struct vm_load_kernel *kernel)
{
	struct window window = { .min = kernel->address,
				 .end = UINT64_MAX,
				 .alignment = kernel->alignment,
				 .offset = kernel->text_offset };

	if (!is_x86(kernel))
		return window;
	window.end = LOADER_4GIB;
	if (kernel->format != VM_LOAD_FORMAT_RAW)
		window.min = max(window.min, LOADER_MIB);
	return window;
}

static int fail_room(uint64_t size, uint64_t from, struct vm_load_why *why)
{
	if (from)
		return loader_fail(why, -ENOSPC,
				   "kernel needs %" PRIu64
				   " KiB from 0x%" PRIx64
				   " on, which the machine does not have",
				   kib(size), from);
	return loader_fail(why, -ENOSPC,
			   "kernel needs %" PRIu64
			   " KiB in one piece, which the machine does not have",
			   kib(size));
}

static int place_kernel(const struct vm_load_kernel *kernel,
			const struct vm_load_memmap *map, uint64_t *ret,
			struct vm_load_why *why)
{
	struct window window = kernel_window(kernel);

	if (kernel->relocatable) {
		if (find_lowest(map, &window, kernel->mem_size, ret))
			return 0;
		return fail_room(kernel->mem_size, window.min, why);
	}
	*ret = kernel->address;
	if (*ret < window.min)
		return loader_fail(why, -ENOSPC,
				   "kernel wants to be at 0x%" PRIx64
				   ", below 1 MiB",
				   *ret);
	if (vm_load_memmap_has_ram(map, *ret, kernel->mem_size) &&
	    *ret + kernel->mem_size <= window.end)
		return 0;
	return loader_fail(why, -ENOSPC,
			   "kernel needs %" PRIu64 " KiB at 0x%" PRIx64
			   ", where the machine has no such memory",
			   kib(kernel->mem_size), *ret);
}

/* The window of addresses where the kernel finds an initrd. */
static struct window initrd_window(const struct vm_load_kernel *kernel,
				   uint64_t base)
{
	struct window window = { .min = 0,
				 .end = UINT64_MAX,
				 .alignment = INITRD_ALIGNMENT };

	if (kernel->initrd_max != UINT64_MAX)
		window.end = kernel->initrd_max + 1;
	if (is_x86(kernel)) {
		window.min = LOADER_MIB;
		window.end = min(window.end, LOADER_4GIB);
	} else if (kernel->arch == VM_LOAD_ARCH_AARCH64) {
		window.min = base & ~(ARM64_GIB - 1);
		if (__builtin_add_overflow(window.min, ARM64_WINDOW,
					   &window.end))
			window.end = UINT64_MAX;
	}
	return window;
}

/* Takes a range out of the map, so that nothing else goes there. */
static int take(struct vm_load_memmap *map, uint64_t gpa, uint64_t size,
		struct vm_load_why *why)
{
	if (!vm_load_memmap_add(map, gpa, size, VM_LOAD_MEM_RESERVED))
		return 0;
	return loader_fail(why, -ENOSPC, "memory map is too fragmented");
}

static int place_high(struct vm_load_memmap *map, const struct window *window,
		      const char *what, uint64_t size, uint64_t *ret,
		      struct vm_load_why *why)
{
	if (!find_highest(map, window, size, ret))
		return loader_fail(why, -ENOSPC,
				   "%s of %" PRIu64
				   " KiB does not fit beside the kernel into "
				   "memory below 0x%" PRIx64,
				   what, kib(size), window->end);
	return take(map, *ret, size, why);
}

int vm_load_place(const struct vm_load_kernel *kernel,
		  const struct vm_load_request *request,
		  struct vm_load_placement *ret, struct vm_load_why *why)
{
	struct vm_load_memmap map = *request->memmap;
	struct vm_load_placement place = { 0 };
	struct window window;
	int r;

	r = check(kernel, request, why);
	if (r)
		return r;
	r = place_kernel(kernel, &map, &place.kernel, why);
	if (r)
		return r;
	place.kernel_end = place.kernel + kernel->mem_size;
	r = take(&map, place.kernel, kernel->mem_size, why);
	if (r)
		return r;
	window = initrd_window(kernel, place.kernel);
	if (request->initrd_size) {
		r = place_high(&map, &window, "initramfs", request->initrd_size,
			       &place.initrd, why);
		if (r)
			return r;
	}
	window.alignment = FDT_ALIGNMENT;
	if (request->fdt_size) {
		r = place_high(&map, &window, "device tree", request->fdt_size,
			       &place.fdt, why);
		if (r)
			return r;
	}
	*ret = place;
	return 0;
}
