/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>
#include <linux/memfd.h>
#include <linux/mman.h>

#include "internal.h"

#define SIZE_2M	  (UINT64_C(1) << 21)
#define SIZE_1G	  (UINT64_C(1) << 30)
#define HUGE_ANY  (VM_MEM_HUGE_2M | VM_MEM_HUGE_1G)
#define ALL_FLAGS (VM_MEM_GUEST_MEMFD * 2 - 1)

uint64_t mem_host_page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool is_file(const struct vm_mem_backing *backing)
{
	return backing->kind == VM_MEM_FILE_SHARED ||
	       backing->kind == VM_MEM_FILE_PRIVATE;
}

/*
 * A mapping past the end of a file would raise SIGBUS on first touch.  The
 * last page of a file counts as a whole.  Only regular files have a size.
 */
int mem_check_file(int fd, uint64_t off, uint64_t len)
{
	uint64_t page = mem_host_page_size();
	struct stat st;
	uint64_t end;

	if (__builtin_add_overflow(off, len, &end) || end > INT64_MAX)
		return -EOVERFLOW;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISREG(st.st_mode) &&
	    end > (((uint64_t)st.st_size + page - 1) & ~(page - 1)))
		return -EINVAL;
	return 0;
}

/*
 * A place in a file that is not there is a mistake.  So is an offset into a
 * new memfd, which is only as long as the region.
 */
static bool has_stray_place(const struct vm_mem_backing *backing)
{
	return (backing->offset && !is_file(backing)) ||
	       (backing->hva && backing->kind != VM_MEM_CALLER) ||
	       (backing->guest_memfd_offset &&
		!(backing->flags & VM_MEM_GUEST_MEMFD));
}

/* Does the backing ask only for what its kind can give? */
static bool is_consistent(const struct vm_mem_backing *backing)
{
	unsigned int flags = backing->flags;

	if (flags & ~ALL_FLAGS || (flags & HUGE_ANY) == HUGE_ANY ||
	    has_stray_place(backing))
		return false;
	switch (backing->kind) {
	case VM_MEM_ANON:
	case VM_MEM_MEMFD:
		return true;
	case VM_MEM_FILE_SHARED:
	case VM_MEM_FILE_PRIVATE:
		return !(flags & HUGE_ANY);
	case VM_MEM_CALLER:
		return backing->hva && !(flags & ~VM_MEM_GUEST_MEMFD);
	}
	return false;
}

/* The size of the pages that the backing will consist of. */
static int find_page_size(const struct vm_mem_backing *backing,
			  uint64_t *ret_size)
{
	struct statfs fs;

	*ret_size = mem_host_page_size();
	if (backing->flags & VM_MEM_HUGE_2M)
		*ret_size = SIZE_2M;
	if (backing->flags & VM_MEM_HUGE_1G)
		*ret_size = SIZE_1G;
	if (!is_file(backing))
		return 0;
	if (fstatfs(backing->fd, &fs) < 0)
		return -errno;
	if (fs.f_type == HUGETLBFS_MAGIC)
		*ret_size = (uint64_t)fs.f_bsize;
	return 0;
}

static int check_range(const struct vm_mem_range *range, uint64_t capacity,
		       uint64_t page_size)
{
	const struct vm_mem_backing *backing = range->backing;
	uint64_t all = range->gpa | range->size | capacity;
	vm_gpa last;

	if (backing)
		all |= backing->offset | backing->guest_memfd_offset |
		       (uintptr_t)backing->hva;
	if (all & (page_size - 1) || capacity < range->size)
		return -EINVAL;
	return vm_gpa_last(range->gpa, capacity, &last);
}

/* Huge pages of a size that the kernel does not know are told apart. */
static int host_error(const struct vm_mem_backing *backing)
{
	if (backing->flags & HUGE_ANY && (errno == EINVAL || errno == ENODEV))
		return -ENOTSUP;
	return -errno;
}

/* Replaces the caller's descriptors in backing by the region's own. */
static int take_fds(struct mem_region *region,
		    const struct vm_mem_backing *backing)
{
	struct vm_mem_backing *own = &region->backing;
	unsigned int memfd_flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;

	if (backing->flags & VM_MEM_HUGE_2M)
		memfd_flags |= MFD_HUGETLB | MFD_HUGE_2MB;
	if (backing->flags & VM_MEM_HUGE_1G)
		memfd_flags |= MFD_HUGETLB | MFD_HUGE_1GB;
	if (is_file(backing))
		own->fd = fcntl(backing->fd, F_DUPFD_CLOEXEC, 0);
	else if (backing->kind == VM_MEM_MEMFD)
		own->fd = memfd_create("vm-memory", memfd_flags);
	if (own->fd < 0 && (is_file(own) || own->kind == VM_MEM_MEMFD))
		return host_error(own);
	if (!(backing->flags & VM_MEM_GUEST_MEMFD))
		return 0;
	own->guest_memfd = fcntl(backing->guest_memfd, F_DUPFD_CLOEXEC, 0);
	return own->guest_memfd < 0 ? -errno : 0;
}

/* A memfd that nobody can shrink under us cannot raise SIGBUS. */
static int size_memfd(const struct mem_region *region)
{
	int fd = region->backing.fd;

	if (region->capacity > INT64_MAX)
		return -ENOMEM;
	if (ftruncate(fd, (off_t)region->capacity) < 0)
		return -errno;
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
		return -errno;
	return 0;
}

/*
 * Reserves address space for the capacity and a guard page on either side,
 * such that hva and gpa are congruent modulo the largest page that fits.
 */
static int reserve(struct mem_region *region, vm_gpa gpa)
{
	uint64_t page = mem_host_page_size();
	uint64_t align = region->page_size;
	uint64_t len;
	uintptr_t first;

	if (region->capacity >= SIZE_2M && align < SIZE_2M)
		align = SIZE_2M;
	if (__builtin_add_overflow(region->capacity, align + 2 * page, &len))
		return -ENOMEM;
	region->reserved =
		mmap(NULL, len, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (region->reserved == MAP_FAILED) {
		region->reserved = NULL;
		return -errno;
	}
	region->reserved_len = len;
	first = (uintptr_t)region->reserved + page;
	region->hva = (uint8_t *)region->reserved + page +
		      ((gpa - first) & (align - 1));
	return 0;
}

static int map_flags(const struct mem_region *region)
{
	const struct vm_mem_backing *backing = &region->backing;
	int flags = MAP_FIXED;

	if (backing->kind == VM_MEM_MEMFD ||
	    backing->kind == VM_MEM_FILE_SHARED)
		flags |= MAP_SHARED;
	else
		flags |= MAP_PRIVATE;
	if (backing->kind == VM_MEM_ANON)
		flags |= MAP_ANONYMOUS;
	/* Without its reservation a huge page may be missing when touched. */
	if (region->page_size == mem_host_page_size())
		flags |= MAP_NORESERVE;
	if (backing->kind == VM_MEM_ANON && backing->flags & VM_MEM_HUGE_2M)
		flags |= MAP_HUGETLB | (int)MAP_HUGE_2MB;
	if (backing->kind == VM_MEM_ANON && backing->flags & VM_MEM_HUGE_1G)
		flags |= MAP_HUGETLB | (int)MAP_HUGE_1GB;
	return flags;
}

/* An advice that this kernel does not know is told apart from a failure. */
static int advise(void *hva, size_t len, int advice)
{
	if (!madvise(hva, len, advice))
		return 0;
	return errno == EINVAL ? -ENOTSUP : -errno;
}

static int apply_flags(void *hva, size_t len, unsigned int flags)
{
	int r = 0;

	if (flags & VM_MEM_THP)
		r = advise(hva, len, MADV_HUGEPAGE);
	if (!r && flags & VM_MEM_NODUMP)
		r = advise(hva, len, MADV_DONTDUMP);
	if (!r && flags & VM_MEM_LOCK && mlock2(hva, len, MLOCK_ONFAULT) < 0)
		r = -errno;
	if (!r && flags & VM_MEM_PREFAULT)
		r = advise(hva, len, MADV_POPULATE_WRITE);
	return r;
}

/* Makes the bytes from region->mapped up to size accessible. */
static int map_up_to(struct mem_region *region, uint64_t size)
{
	const struct vm_mem_backing *backing = &region->backing;
	uint64_t from = region->mapped;
	uint64_t len = size - from;
	void *hva = region->hva + from;
	int r;

	if (mmap(hva, len, PROT_READ | PROT_WRITE, map_flags(region),
		 backing->fd, (off_t)(backing->offset + from)) == MAP_FAILED)
		return host_error(backing);
	r = apply_flags(hva, len, backing->flags);
	if (r < 0)
		return r;
	region->mapped = size;
	return 0;
}

int mem_region_grow(struct mem_region *region, uint64_t size)
{
	const struct vm_mem_backing *backing = &region->backing;
	int r = 0;

	if (!size || size & (region->page_size - 1))
		return -EINVAL;
	if (size > region->capacity)
		return -ENOSPC;
	pthread_mutex_lock(&region->grow);
	if (size > region->mapped && is_file(backing))
		r = mem_check_file(backing->fd, backing->offset, size);
	if (size > region->mapped && !r)
		r = map_up_to(region, size);
	pthread_mutex_unlock(&region->grow);
	return r;
}

static int map_region(struct mem_region *region,
		      const struct vm_mem_range *range)
{
	int r;

	if (region->backing.kind == VM_MEM_CALLER) {
		region->hva = region->backing.hva;
		region->mapped = region->capacity;
		return 0;
	}
	if (region->backing.kind == VM_MEM_MEMFD) {
		r = size_memfd(region);
		if (r < 0)
			return r;
	}
	r = reserve(region, range->gpa);
	if (r < 0)
		return r;
	region->lost = mem_bitmap_new(region->hva, region->capacity,
				      region->page_size);
	if (!region->lost)
		return -ENOMEM;
	return map_up_to(region, range->size);
}

static int check_backing(const struct vm_mem_range *range,
			 const struct vm_mem_backing *backing,
			 uint64_t *ret_page_size)
{
	uint64_t capacity = backing->capacity ? backing->capacity : range->size;
	int r;

	if (!is_consistent(backing))
		return -EINVAL;
	r = find_page_size(backing, ret_page_size);
	if (r < 0)
		return r;
	r = check_range(range, capacity, *ret_page_size);
	if (r < 0)
		return r;
	if (is_file(backing))
		r = mem_check_file(backing->fd, backing->offset, range->size);
	return r;
}

int mem_region_new(const struct vm_mem_range *range,
		   struct mem_region **ret_region)
{
	static const struct vm_mem_backing plain = { .kind = VM_MEM_ANON };
	const struct vm_mem_backing *backing =
		range->backing ? range->backing : &plain;
	struct mem_region *region;
	uint64_t page_size;
	int r;

	r = check_backing(range, backing, &page_size);
	if (r < 0)
		return r;
	region = calloc(1, sizeof(*region));
	if (!region)
		return -ENOMEM;
	atomic_init(&region->refs, 1);
	pthread_mutex_init(&region->grow, NULL);
	region->capacity = backing->capacity ? backing->capacity : range->size;
	region->page_size = page_size;
	region->backing = *backing;
	region->backing.fd = -1;
	region->backing.guest_memfd = -1;
	r = take_fds(region, backing);
	if (!r)
		r = map_region(region, range);
	if (r < 0) {
		mem_region_put(region);
		return r;
	}
	*ret_region = region;
	return 0;
}

struct mem_region *mem_region_ref(struct mem_region *region)
{
	/* Whoever copies a reference holds one: nothing to order. */
	atomic_fetch_add_explicit(&region->refs, 1, memory_order_relaxed);
	return region;
}

void mem_region_put(struct mem_region *region)
{
	/* Pairs with itself: the last one out sees what the others did. */
	if (atomic_fetch_sub_explicit(&region->refs, 1, memory_order_acq_rel) >
	    1)
		return;
	if (region->reserved)
		munmap(region->reserved, region->reserved_len);
	if (region->backing.fd >= 0)
		close(region->backing.fd);
	if (region->backing.guest_memfd >= 0)
		close(region->backing.guest_memfd);
	mem_bitmap_put(region->lost);
	pthread_mutex_destroy(&region->grow);
	free(region);
}
