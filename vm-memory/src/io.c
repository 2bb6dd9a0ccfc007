/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "internal.h"

/* More pieces than this in one transfer are left to the next one. */
#define MAX_PIECES 64

/* read(2) transfers at most this much at once. */
#define MAX_TRANSFER UINT64_C(0x7ffff000)

/* The start of a range, which mem_check() has passed, as an iovec. */
static int fill_iovec(const struct vm_mem *mem, vm_gpa gpa, uint64_t len,
		      struct iovec *iov)
{
	int n = 0;

	if (len > MAX_TRANSFER)
		len = MAX_TRANSFER;
	while (len && n < MAX_PIECES) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		iov[n++] = (struct iovec){ part.hva, part.len };
		gpa += part.len;
		len -= part.len;
	}
	return n;
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

/* One system call for a range that has been checked. */
static int64_t transfer_once(const struct vm_mem *mem, vm_gpa gpa,
			     const struct transfer *transfer, uint64_t off,
			     uint64_t len)
{
	struct iovec iov[MAX_PIECES];
	int n = fill_iovec(mem, gpa, len, iov);
	ssize_t done;

	do
		done = transfer->call(transfer->fd, iov, n, (off_t)off);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	if (transfer->perm & VM_MEM_PERM_WRITE)
		mem_mark_range(mem, gpa, (uint64_t)done);
	return done;
}

static int64_t stream(const struct vm_mem *mem, vm_gpa gpa,
		      const struct transfer *transfer, uint64_t len)
{
	int r = mem_check(mem, gpa, len, transfer->perm);

	if (r < 0 || !len)
		return r;
	return transfer_once(mem, gpa, transfer, 0, len);
}

static int64_t seekable(const struct vm_mem *mem, vm_gpa gpa,
			const struct transfer *transfer, uint64_t off,
			uint64_t len)
{
	int r = mem_check(mem, gpa, len, transfer->perm);
	uint64_t done = 0;
	uint64_t end;
	int64_t n;

	if (r < 0)
		return r;
	if (__builtin_add_overflow(off, len, &end) || end > INT64_MAX)
		return -EOVERFLOW;
	while (done < len) {
		n = transfer_once(mem, gpa + done, transfer, off + done,
				  len - done);
		if (n < 0 && !done)
			return n;
		if (n <= 0)
			break;
		done += (uint64_t)n;
	}
	return (int64_t)done;
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
		return MADV_DONTNEED;
	case VM_MEM_MEMFD:
	case VM_MEM_FILE_SHARED:
		return MADV_REMOVE;
	case VM_MEM_CALLER:
		break;
	}
	return -1;
}

static int discard_part(const struct mem_part *part)
{
	const struct mem_region *region = part->entry->region;
	int advice = discard_advice(region);

	if (advice < 0)
		return -ENOTSUP;
	if (((part->entry->off + part->off) | part->len) &
	    (region->page_size - 1))
		return -EINVAL;
	if (madvise(part->hva, part->len, advice) < 0)
		return errno == EOPNOTSUPP ? -ENOTSUP : -errno;
	mem_mark(part->entry, part->off, part->len);
	return 0;
}

int vm_mem_discard(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	int r = mem_check(mem, gpa, len, VM_MEM_PERM_WRITE);

	while (!r && len) {
		struct mem_part part = mem_first_part(mem, gpa, len);

		r = discard_part(&part);
		gpa += part.len;
		len -= part.len;
	}
	return r;
}
