/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Loading against what it cannot be faster than: a kernel that is read takes
 * at most 1.1 times a bare pread() of the same bytes to the same memory, and
 * one that is mapped less than 1 ms.  What a guest then pays for its first look
 * at each page is less than 1 ms for a bzImage, and printed for a vmlinux, of
 * which there is more.  The best of alternating runs counts, and on a busy
 * machine there are more of them.
 */
#include "bench.h"
#include "files.h"

#include <unistd.h>

#include <linux-loader/load.h>

#define RUNS_MIN  20
#define RUNS_MAX  400
#define RATIO_MAX 1.1
#define MAP_NS	  1000000u
#define TOUCH_NS  1000000u
#define PAGE	  4096u

static void must(int condition)
{
	if (condition)
		return;
	fputs("cannot load the kernel\n", stderr);
	exit(1);
}

static uint64_t best(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t time_load(const struct vm_mem *mem,
			  const struct kernel_file *file, unsigned int flags)
{
	uint64_t start = bench_now_ns();

	must(!vm_load_kernel_into(mem, file->fd, &file->kernel,
				  file->kernel.address, flags, NULL));
	return bench_now_ns() - start;
}

static uint64_t time_raw(const struct vm_mem *mem,
			 const struct kernel_file *file)
{
	const struct vm_load_segment *s = &file->kernel.segments[0];
	struct vm_mem_slice slice;
	uint64_t start;
	ssize_t n;

	must(!vm_mem_get_slice(mem, file->kernel.address, s->file_size,
			       &slice));
	start = bench_now_ns();
	for (uint64_t at = 0; at < s->file_size; at += (uint64_t)n) {
		n = pread(file->fd, (char *)slice.hva + at, s->file_size - at,
			  (off_t)(s->file_offset + at));
		must(n > 0);
	}
	return bench_now_ns() - start;
}

/* The page faults of a kernel that has just been mapped, each page's first. */
static uint64_t time_touch(const struct vm_mem *mem,
			   const struct kernel_file *file)
{
	uint64_t size = file->kernel.segments[0].file_size;
	struct vm_mem_slice slice;
	uint64_t start;

	must(!vm_mem_get_slice(mem, file->kernel.address, size, &slice));
	start = bench_now_ns();
	for (uint64_t at = 0; at < size; at += PAGE)
		(void)*((const volatile char *)slice.hva + at);
	return bench_now_ns() - start;
}

static int compare(const char *name, const struct kernel_file *file,
		   uint64_t touch_max)
{
	uint64_t raw = UINT64_MAX, load = UINT64_MAX, map = UINT64_MAX;
	uint64_t touch = UINT64_MAX;
	struct vm_mem *read = memory(), *mapped = memory();
	int over = 1;

	for (int i = 0; i < RUNS_MIN || (over && i < RUNS_MAX); i++) {
		raw = best(raw, time_raw(read, file));
		load = best(load, time_load(read, file, VM_LOAD_READ));
		map = best(map, time_load(mapped, file, 0));
		touch = best(touch, time_touch(mapped, file));
		over = (double)load > RATIO_MAX * (double)raw || map > MAP_NS ||
		       touch > touch_max;
	}
	vm_mem_free(mapped);
	vm_mem_free(read);
	printf("%s: pread %.2f ms, load %.2f ms (%.2f), map %.3f ms, "
	       "touch %.3f ms\n",
	       name, (double)raw / 1e6, (double)load / 1e6,
	       (double)load / (double)raw, (double)map / 1e6,
	       (double)touch / 1e6);
	return over;
}

int main(void)
{
	int over = compare("bzImage", bzimage_file(), TOUCH_NS);

	over |= compare("vmlinux", vmlinux_file(), UINT64_MAX);
	return over;
}
