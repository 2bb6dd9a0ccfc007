/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/load.h>

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* A piece of a file and where it goes. */
struct piece {
	const struct vm_mem *mem;
	int fd;
	uint64_t offset;
	uint64_t gpa;
	uint64_t size;
};

static int fail_memory(struct vm_load_why *why, int error, const char *what,
		       uint64_t size, uint64_t gpa)
{
	return loader_fail(why, error,
			   "%s of %" PRIu64 " bytes at 0x%" PRIx64
			   " is not in guest memory",
			   what, size, gpa);
}

static int check_memory(const struct vm_mem *mem, const char *what,
			uint64_t gpa, uint64_t size, struct vm_load_why *why)
{
	int r = vm_mem_check_range(mem, gpa, size);

	return r ? fail_memory(why, r, what, size, gpa) : 0;
}

static int read_piece(const struct piece *p, struct vm_load_why *why)
{
	uint64_t done = 0;
	int64_t n;

	/* A short count may hide an error, which the next call then tells. */
	while (done < p->size) {
		n = vm_mem_pread_fd(p->mem, p->gpa + done, p->fd,
				    p->offset + done, p->size - done);
		if (n < 0)
			return loader_fail(why, (int)n, "cannot read it");
		if (n == 0)
			return loader_fail(why, -EBADMSG,
					   "it became shorter while it was "
					   "loaded");
		done += (uint64_t)n;
	}
	return 0;
}

/*
 * Mapped pages are this process's own, so a region that others share has to
 * be written; so has one whose owner wants special pages.
 */
static bool is_mappable(const struct piece *p)
{
	struct vm_mem_region_info region;
	size_t index;

	return !vm_mem_find_region(p->mem, p->gpa, &index) &&
	       !vm_mem_get_region(p->mem, index, &region) &&
	       region.kind == VM_MEM_ANON && !region.flags;
}

/* The whole pages of a piece; nothing when it has none that can be mapped. */
static struct piece whole_pages(const struct piece *p)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t skip = -p->gpa & (page - 1);
	struct piece whole = *p;

	whole.size = 0;
	if ((p->gpa ^ p->offset) & (page - 1) || p->size < skip + page ||
	    !is_mappable(p))
		return whole;
	whole.gpa += skip;
	whole.offset += skip;
	whole.size = (p->size - skip) & ~(page - 1);
	return whole;
}

static int load_piece(const struct piece *p, unsigned int flags,
		      struct vm_load_why *why)
{
	struct piece whole = whole_pages(p), head = *p, tail = *p;
	int r;

	if (flags & VM_LOAD_READ || !whole.size ||
	    vm_mem_map_file(p->mem, whole.gpa, whole.size, p->fd, whole.offset))
		return read_piece(p, why);
	head.size = whole.gpa - p->gpa;
	tail.gpa = whole.gpa + whole.size;
	tail.offset = whole.offset + whole.size;
	tail.size = p->size - head.size - whole.size;
	r = read_piece(&head, why);
	return r ? r : read_piece(&tail, why);
}

/* What was probed and what is loaded have to be one file. */
static int check_unchanged(int fd, const struct vm_load_kernel *kernel,
			   struct vm_load_why *why)
{
	uint64_t size;
	int r = loader_file_size(fd, &size, why);

	if (!r && size != kernel->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel changed from %" PRIu64 " to %" PRIu64
				   " bytes",
				   kernel->file_size, size);
	return r;
}

static int load_segment(const struct vm_mem *mem, int fd,
			const struct vm_load_segment *s, uint64_t base,
			unsigned int flags, struct vm_load_why *why)
{
	struct piece piece = { mem, fd, s->file_offset, 0, s->file_size };
	int r;

	if (__builtin_add_overflow(base, s->offset, &piece.gpa))
		return fail_memory(why, -EOVERFLOW, "kernel segment",
				   s->mem_size, base);
	r = check_memory(mem, "kernel segment", piece.gpa, s->mem_size, why);
	if (r)
		return r;
	r = load_piece(&piece, flags, why);
	if (r)
		return r;
	r = vm_mem_fill(mem, piece.gpa + s->file_size, 0,
			s->mem_size - s->file_size);
	return r ? fail_memory(why, r, "kernel segment", s->mem_size, piece.gpa)
		 : 0;
}

int vm_load_kernel_into(const struct vm_mem *mem, int fd,
			const struct vm_load_kernel *kernel, uint64_t base,
			unsigned int flags, struct vm_load_why *why)
{
	int r;

	if (flags & ~VM_LOAD_READ)
		return loader_fail(why, -EINVAL, "there is no flag 0x%x",
				   flags);
	if (!kernel->segment_count)
		return loader_fail(why, -EINVAL, "kernel has to be extracted");
	r = check_unchanged(fd, kernel, why);
	for (size_t i = 0; !r && i < kernel->segment_count; i++)
		r = load_segment(mem, fd, &kernel->segments[i], base, flags,
				 why);
	return r;
}

static uint64_t align_page(uint64_t size)
{
	return (size + 4095) & ~UINT64_C(4095);
}

int vm_load_initrd_size(const int *fds, size_t count, uint64_t *ret_size,
			struct vm_load_why *why)
{
	uint64_t total = 0, size;
	int r;

	for (size_t i = 0; i < count; i++) {
		r = loader_file_size(fds[i], &size, why);
		if (r)
			return r;
		if (total > INT64_MAX - size)
			return loader_fail(why, -EOVERFLOW,
					   "initramfs files are too large");
		total = align_page(total) + size;
	}
	*ret_size = total;
	return 0;
}

/* One file behind what is there, with zeroes, which Linux skips, between. */
static int add_initrd(const struct piece *p, uint64_t gap, unsigned int flags,
		      struct vm_load_why *why)
{
	int r = vm_mem_fill(p->mem, p->gpa - gap, 0, gap);

	if (r)
		return fail_memory(why, r, "initramfs", p->size, p->gpa);
	return load_piece(p, flags, why);
}

static int fail_changed(struct vm_load_why *why, uint64_t size)
{
	return loader_fail(why, -EBADMSG,
			   "initramfs no longer has %" PRIu64 " bytes", size);
}

int vm_load_initrd_into(const struct vm_mem *mem, const int *fds, size_t count,
			uint64_t gpa, uint64_t size, unsigned int flags,
			struct vm_load_why *why)
{
	struct piece piece = { .mem = mem };
	uint64_t at, end = 0;
	int r;

	if (flags & ~VM_LOAD_READ)
		return loader_fail(why, -EINVAL, "there is no flag 0x%x",
				   flags);
	r = check_memory(mem, "initramfs", gpa, size, why);
	for (size_t i = 0; !r && i < count; i++) {
		r = loader_file_size(fds[i], &piece.size, why);
		if (r)
			return r;
		at = align_page(end);
		if (at > size || piece.size > size - at)
			return fail_changed(why, size);
		piece.fd = fds[i];
		piece.gpa = gpa + at;
		r = add_initrd(&piece, at - end, flags, why);
		end = at + piece.size;
	}
	return !r && end != size ? fail_changed(why, size) : r;
}

int vm_load_cmdline_into(const struct vm_mem *mem, uint64_t gpa,
			 const char *cmdline, struct vm_load_why *why)
{
	size_t size = strlen(cmdline) + 1;
	int r = vm_mem_write(mem, gpa, cmdline, size);

	return r ? fail_memory(why, r, "command line", size, gpa) : 0;
}
