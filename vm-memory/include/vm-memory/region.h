/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Regions: what guest memory is made of, and what a map consists of.
 *
 * Every mapping that the library makes has an inaccessible page on either
 * side, so that a host bug that runs off its end faults instead of reaching a
 * neighbour.  Mappings of 2 MiB and more are congruent to their guest address
 * modulo 2 MiB, which is what lets the host and KVM use huge pages.
 *
 * Threading: a map is immutable; every function here may run on any thread.
 */
#ifndef VM_MEMORY_REGION_H
#define VM_MEMORY_REGION_H

#include <stddef.h>
#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/**
 * enum vm_mem_kind - where the bytes of a region come from
 * @VM_MEM_ANON: private anonymous memory; the default
 * @VM_MEM_MEMFD: a new memfd, mapped shared, so that another process (a
 *	vhost-user back-end) can map it too; sealed against shrinking
 * @VM_MEM_FILE_SHARED: a file from the caller; writes reach the file
 * @VM_MEM_FILE_PRIVATE: a file from the caller, copy-on-write
 * @VM_MEM_CALLER: memory that the caller has mapped and keeps owning
 */
enum vm_mem_kind {
	VM_MEM_ANON,
	VM_MEM_MEMFD,
	VM_MEM_FILE_SHARED,
	VM_MEM_FILE_PRIVATE,
	VM_MEM_CALLER,
};

/* Populate all pages now, so that the guest takes no host page fault. */
#define VM_MEM_PREFAULT (1u << 0)
/* Ask for transparent huge pages. */
#define VM_MEM_THP (1u << 1)
/* Keep pages resident once touched; with VM_MEM_PREFAULT, all at once. */
#define VM_MEM_LOCK (1u << 2)
/* Leave guest memory out of the monitor's core dumps. */
#define VM_MEM_NODUMP (1u << 3)
/* ANON and MEMFD: explicit huge pages, reserved at creation. */
#define VM_MEM_HUGE_2M (1u << 4)
#define VM_MEM_HUGE_1G (1u << 5)
/* @guest_memfd and @guest_memfd_offset are valid. */
#define VM_MEM_GUEST_MEMFD (1u << 6)

/**
 * struct vm_mem_backing - how one region is backed
 * @kind: where the bytes come from
 * @flags: VM_MEM_* flags; VM_MEM_CALLER takes none but VM_MEM_GUEST_MEMFD
 * @fd: the file of the two FILE kinds; duplicated, the caller keeps its own
 * @offset: where in @fd the region starts; 0 without a file of the caller's
 * @hva: the memory of VM_MEM_CALLER, which must outlive every map and slice;
 *	NULL for the other kinds
 * @capacity: bytes to reserve for vm_mem_resize_region(); 0 means the size
 * @guest_memfd: a KVM guest_memfd that holds the region's private pages;
 *	duplicated, kept and told, never mapped
 * @guest_memfd_offset: where in @guest_memfd the region starts; 0 without
 *
 * Zero-initialise it and name what differs.  Addresses, sizes and offsets are
 * multiples of the page size of the backing, which for huge pages and files
 * on hugetlbfs is the huge page's.
 */
struct vm_mem_backing {
	enum vm_mem_kind kind;
	unsigned int flags;
	int fd;
	uint64_t offset;
	void *hva;
	uint64_t capacity;
	int guest_memfd;
	uint64_t guest_memfd_offset;
};

/**
 * struct vm_mem_range - one region of a new map
 * @gpa: first byte
 * @size: bytes, not 0
 * @backing: NULL for private anonymous memory without options
 */
struct vm_mem_range {
	vm_gpa gpa;
	uint64_t size;
	const struct vm_mem_backing *backing;
};

/**
 * struct vm_mem_region_info - what a map knows about one of its regions
 * @gpa: first byte
 * @size: bytes
 * @hva: where @gpa is mapped in this process
 * @capacity: bytes up to which the region can grow
 * @page_size: page size of the backing
 * @kind: where the bytes come from
 * @flags: as given in the backing
 * @perm: enum vm_mem_perm bits; less than both only in an I/O view
 * @fd: the file behind the region, or -1; owned by the region
 * @offset: where in @fd @gpa lies
 * @guest_memfd: the guest_memfd, or -1; owned by the region
 * @guest_memfd_offset: where in @guest_memfd @gpa lies
 * @lost: bytes that vm_mem_recover() has had to replace
 *
 * @hva and the fds stay valid while any map holds the region.  This is what
 * KVM_SET_USER_MEMORY_REGION(2), VHOST_SET_MEM_TABLE, an e820 map and an FDT
 * memory node are filled from.
 */
struct vm_mem_region_info {
	vm_gpa gpa;
	uint64_t size;
	void *hva;
	uint64_t capacity;
	uint64_t page_size;
	enum vm_mem_kind kind;
	unsigned int flags;
	unsigned int perm;
	int fd;
	uint64_t offset;
	int guest_memfd;
	uint64_t guest_memfd_offset;
	uint64_t lost;
};

/**
 * vm_mem_region_count - number of regions of a map
 * @mem: guest memory map
 *
 * Returns: the count; 0 for an empty map.
 */
VM_MEM_API size_t vm_mem_region_count(const struct vm_mem *mem);

/**
 * vm_mem_get_region - describe one region
 * @mem: guest memory map
 * @index: 0 to vm_mem_region_count() - 1, in the order of addresses
 * @ret_info: the description
 *
 * Returns:
 *	0 on success
 *	-ENOENT, @index is out of range
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_get_region(
	const struct vm_mem *mem, size_t index,
	struct vm_mem_region_info *ret_info);

/**
 * vm_mem_find_region - the region that holds an address
 * @mem: guest memory map
 * @gpa: address to look for
 * @ret_index: its index for vm_mem_get_region()
 *
 * Returns:
 *	0 on success
 *	-EFAULT, no region holds @gpa
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_find_region(const struct vm_mem *mem,
					       vm_gpa gpa, size_t *ret_index);

/**
 * vm_mem_last_addr - the highest address that a map backs
 * @mem: guest memory map
 *
 * Returns: the address of the last byte of the last region; 0 for an empty
 * map.
 */
VM_MEM_API vm_gpa vm_mem_last_addr(const struct vm_mem *mem);

/**
 * vm_mem_add_region - make a map that has one region more
 * @mem: guest memory map; unchanged
 * @range: the region to add
 * @ret_mem: the new map; drop it with vm_mem_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @mem is an I/O view
 *	-EEXIST, @range overlaps a region
 *	as vm_mem_new() otherwise
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_add_region(const struct vm_mem *mem,
					      const struct vm_mem_range *range,
					      struct vm_mem **ret_mem);

/**
 * vm_mem_remove_region - make a map that has one region less
 * @mem: guest memory map; unchanged, and it keeps the region
 * @gpa: first byte of the region
 * @size: bytes of the region
 * @ret_mem: the new map; drop it with vm_mem_free()
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @mem is an I/O view
 *	-ENOENT, there is no region of exactly that address and size
 *	-ENOMEM, no memory for the map
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_remove_region(const struct vm_mem *mem,
						 vm_gpa gpa, uint64_t size,
						 struct vm_mem **ret_mem);

/**
 * vm_mem_resize_region - make a map in which a region has another size
 * @mem: guest memory map; unchanged
 * @gpa: first byte of the region
 * @size: the new size, up to the capacity of its backing
 * @ret_mem: the new map; drop it with vm_mem_free()
 *
 * For virtio-mem: both maps share the region's memory, and the host address
 * stays.  Memory beyond a smaller size keeps its content for a larger one;
 * vm_mem_discard() gives it back to the host.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0 or not aligned, the file ends before the region
 *	would, or @mem is an I/O view
 *	-ENOENT, no region starts at @gpa
 *	-ENOSPC, @size exceeds the capacity
 *	-EEXIST, the region would overlap the next one
 *	-ENOMEM, no memory for the map, or no pages
 *	what mmap(2) and mlock2(2) say
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_resize_region(const struct vm_mem *mem,
						 vm_gpa gpa, uint64_t size,
						 struct vm_mem **ret_mem);

#ifdef __cplusplus
}
#endif

#endif
