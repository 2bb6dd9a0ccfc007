/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "internal.h"

/* More pieces than this in one transfer are left to the next one. */
#define MAX_PIECES 64

/* The beginning of a range as an iovec. */
static int fill_iovec(struct mem_walk walk, struct iovec *iov)
{
	struct mem_part part;
	int n = 0;

	while (n < MAX_PIECES && mem_next(&walk, &part))
		iov[n++] = (struct iovec){ part.hva, part.len };
	return n;
}

/* Walks over what has been transferred. */
static void advance(struct mem_walk *walk, uint64_t len, bool written)
{
	while (len) {
		uint64_t room = mem_room(walk);
		struct mem_part part = mem_take(walk, len < room ? len : room);

		if (written)
			mem_mark(&part);
		len -= part.len;
	}
}

/* What one of the four system calls needs. */
struct transfer {
	ssize_t (*call)(int fd, const struct iovec *iov, int n, off_t off);
	unsigned int perm; /* what it does to guest memory */
	int fd;
};

static ssize_t call_readv(int fd, const struct iovec *iov, int n, off_t off)
{
	(void)off;
	return readv(fd, iov, n);
}

static ssize_t call_writev(int fd, const struct iovec *iov, int n, off_t off)
{
	(void)off;
	return writev(fd, iov, n);
}

/* One system call for the beginning of a range. */
static int64_t transfer_once(struct mem_walk *walk,
			     const struct transfer *transfer, uint64_t off)
{
	struct iovec iov[MAX_PIECES];
	int n = fill_iovec(*walk, iov);
	ssize_t done;

	do
		done = transfer->call(transfer->fd, iov, n, (off_t)off);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	advance(walk, (uint64_t)done, transfer->perm & VM_MEM_PERM_WRITE);
	return done;
}

static int64_t stream(const struct vm_mem *mem, vm_gpa gpa,
		      const struct transfer *transfer, uint64_t len)
{
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, transfer->perm, &walk);

	if (r < 0 || !len)
		return r;
	return transfer_once(&walk, transfer, 0);
}

static int64_t seekable(const struct vm_mem *mem, vm_gpa gpa,
			const struct transfer *transfer, uint64_t off,
			uint64_t len)
{
	struct mem_walk walk;
	uint64_t end;
	int64_t n = 1;
	int r = mem_walk(mem, gpa, len, transfer->perm, &walk);

	if (r < 0)
		return r;
	if (__builtin_add_overflow(off, len, &end) || end > INT64_MAX)
		return -EOVERFLOW;
	while (walk.left && n > 0)
		n = transfer_once(&walk, transfer, end - walk.left);
	if (n < 0 && walk.left == len)
		return n;
	return (int64_t)(len - walk.left);
}

int64_t vm_mem_read_fd(const struct vm_mem *mem, vm_gpa gpa, int fd,
		       uint64_t len)
{
	const struct transfer in = { call_readv, VM_MEM_PERM_WRITE, fd };

	return stream(mem, gpa, &in, len);
}

int64_t vm_mem_pread_fd(const struct vm_mem *mem, vm_gpa gpa, int fd,
			uint64_t off, uint64_t len)
{
	const struct transfer in = { preadv, VM_MEM_PERM_WRITE, fd };

	return seekable(mem, gpa, &in, off, len);
}

int64_t vm_mem_write_fd(const struct vm_mem *mem, vm_gpa gpa, int fd,
			uint64_t len)
{
	const struct transfer out = { call_writev, VM_MEM_PERM_READ, fd };

	return stream(mem, gpa, &out, len);
}

int64_t vm_mem_pwrite_fd(const struct vm_mem *mem, vm_gpa gpa, int fd,
			 uint64_t off, uint64_t len)
{
	const struct transfer out = { pwritev, VM_MEM_PERM_READ, fd };

	return seekable(mem, gpa, &out, off, len);
}

int vm_mem_map_file(const struct vm_mem *mem, vm_gpa gpa, uint64_t len, int fd,
		    uint64_t off)
{
	const struct mem_entry *entry = mem_find(mem, gpa);
	uint64_t page = mem_host_page_size();
	struct vm_mem_slice slice;
	int r;

	if (!len)
		return -EINVAL;
	r = vm_mem_get_slice(mem, gpa, len, &slice);
	if (r < 0)
		return r;
	if (entry->region->backing.kind == VM_MEM_CALLER)
		return -ENOTSUP;
	if (((uintptr_t)slice.hva | len | off) & (page - 1) ||
	    entry->region->page_size != page)
		return -EINVAL;
	r = mem_check_file(fd, off, len);
	if (r < 0)
		return r;
	if (mmap(slice.hva, len, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd,
		 (off_t)off) == MAP_FAILED)
		return -errno;
	vm_mem_slice_mark_dirty(&slice, 0, len);
	return 0;
}

/* The advice that makes the pages of a region read as if never touched. */
static int discard_advice(const struct mem_region *region)
{
	switch (region->backing.kind) {
	case VM_MEM_ANON:
	case VM_MEM_FILE_PRIVATE:
		return region->backing.flags & VM_MEM_LOCK
			       ? MADV_DONTNEED_LOCKED
			       : MADV_DONTNEED;
	case VM_MEM_MEMFD:
	case VM_MEM_FILE_SHARED:
		return MADV_REMOVE;
	case VM_MEM_CALLER:
		break;
	}
	return -1;
}

static int check_discard(const struct mem_part *part)
{
	const struct mem_region *region = part->entry->region;
	uint64_t off = (uint64_t)(part->hva - region->hva);

	if (discard_advice(region) < 0)
		return -ENOTSUP;
	if ((off | part->len) & (region->page_size - 1))
		return -EINVAL;
	return 0;
}

static int discard_part(const struct mem_part *part)
{
	int advice = discard_advice(part->entry->region);

	if (madvise(part->hva, part->len, advice) < 0)
		return errno == EOPNOTSUPP || errno == EINVAL ? -ENOTSUP
							      : -errno;
	mem_mark(part);
	return 0;
}

int vm_mem_discard(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	struct mem_part part;
	struct mem_walk walk, check;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_WRITE, &walk);

	check = walk;
	while (!r && mem_next(&check, &part))
		r = check_discard(&part);
	while (!r && mem_next(&walk, &part))
		r = discard_part(&part);
	return r;
}
