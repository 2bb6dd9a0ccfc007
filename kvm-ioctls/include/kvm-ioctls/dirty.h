/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Which pages the guest wrote: the dirty bitmap of a slot, and the dirty ring
 * of a vCPU.  A machine uses one or the other.
 *
 * Threading: the bitmap functions may be called from any thread.  A ring has
 * one reader at a time; it may be another thread than the one that runs the
 * vCPU, and run beside it.
 */
#ifndef KVM_IOCTLS_DIRTY_H
#define KVM_IOCTLS_DIRTY_H

#include <kvm-ioctls/vcpu.h>
#include <kvm-ioctls/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * kvm_dirty_bitmap_words - the size of a slot's bitmap
 * @pages: pages of the slot
 *
 * Returns: how many uint64_t it takes.
 */
static inline size_t kvm_dirty_bitmap_words(uint64_t pages)
{
	return (size_t)(pages / 64 + (pages % 64 != 0));
}

/**
 * kvm_dirty_bitmap_next - find a page that was written
 * @bitmap: from kvm_vm_get_dirty_log()
 * @pages: pages of the slot
 * @from: first page to look at
 *
 * Returns: the first dirty page that is not before @from; @pages when there
 * is none.
 */
KVM_IOCTLS_API uint64_t kvm_dirty_bitmap_next(const uint64_t *bitmap,
					      uint64_t pages, uint64_t from);

/**
 * kvm_vm_get_dirty_log - KVM_GET_DIRTY_LOG: pages written since the last call
 * @vm: virtual machine
 * @slot: a slot with KVM_MEM_LOG_DIRTY_PAGES
 * @ret_bitmap: receives bit n for page n; kvm_dirty_bitmap_words() long
 *
 * Pages are write-protected again, unless KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 is
 * enabled: then kvm_vm_clear_dirty_log() does that.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no such slot number
 *	-ENOENT, the slot is empty or does not log
 *	-ENXIO, the machine uses dirty rings
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_get_dirty_log(struct kvm_vm_fd *vm,
							 uint32_t slot,
							 uint64_t *ret_bitmap);

/**
 * kvm_vm_clear_dirty_log - KVM_CLEAR_DIRTY_LOG: protect pages again
 * @vm: virtual machine with KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 enabled
 * @slot: a slot with KVM_MEM_LOG_DIRTY_PAGES
 * @first: first page, a multiple of 64
 * @pages: how many, a multiple of 64 unless it is the rest of the slot
 * @bitmap: bit n clears page @first + n
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @first or @pages is not as described, or no such slot
 *	-ENOENT, the slot does not log
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_clear_dirty_log(
	struct kvm_vm_fd *vm, uint32_t slot, uint64_t first, uint32_t pages,
	const uint64_t *bitmap);

/**
 * kvm_vm_enable_dirty_ring - use rings in place of bitmaps
 * @vm: virtual machine without vCPUs
 * @entries: of each vCPU's ring: a power of two; KVM reserves some for itself
 *
 * KVM_CAP_DIRTY_LOG_RING_ACQ_REL, or on x86 what came before it.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @entries is not a power of two or too small, or a vCPU exists
 *	-E2BIG, @entries is more than the kernel gives
 *	-ENOTSUP, the kernel has no dirty rings
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_enable_dirty_ring(
	struct kvm_vm_fd *vm, uint32_t entries);

/**
 * struct kvm_dirty_ring - a vCPU's dirty ring
 *
 * For the library's use; zero it where kvm_dirty_ring_init() may not be
 * reached before kvm_dirty_ring_fini().
 */
struct kvm_dirty_ring {
	struct kvm_dirty_gfn *entries;
	uint32_t count;
	uint32_t next;
};

/* A page that was written. */
struct kvm_dirty_page {
	uint32_t slot; /* bits 16 to 31: the address space, x86 SMM */
	uint64_t offset; /* pages from the slot's beginning */
};

/**
 * kvm_dirty_ring_init - map a vCPU's dirty ring
 * @ring: storage
 * @vcpu: virtual CPU; need not outlive @ring
 *
 * A failure is recorded in @vcpu's handle.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, rings were not enabled through @vcpu's machine before it was
 *	made
 *	errors of mmap(2)
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_dirty_ring_init(
	struct kvm_dirty_ring *ring, struct kvm_vcpu_fd *vcpu);

/**
 * kvm_dirty_ring_fini - unmap a ring
 * @ring: an initialised or zeroed ring
 */
KVM_IOCTLS_API void kvm_dirty_ring_fini(struct kvm_dirty_ring *ring);

/**
 * kvm_dirty_ring_pop - harvest one page
 * @ring: ring
 * @ret_page: receives it
 *
 * A page may come more than once.  A harvested one is tracked again only after
 * kvm_vm_reset_dirty_rings().  A full ring ends kvm_vcpu_run() with
 * KVM_EXIT_DIRTY_RING_FULL: harvest and reset.
 *
 * Returns: 1 when there was one, 0 when the ring is empty.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_dirty_ring_pop(
	struct kvm_dirty_ring *ring, struct kvm_dirty_page *ret_page);

/**
 * kvm_vm_reset_dirty_rings - KVM_RESET_DIRTY_RINGS: track again
 * @vm: virtual machine
 *
 * Returns:
 *	how many harvested entries of all rings were reset
 *	-EINVAL or -ENOTSUP, rings are not enabled
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vm_reset_dirty_rings(
	struct kvm_vm_fd *vm);

#ifdef __cplusplus
}
#endif

#endif
