/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kvm-ioctls/dirty.h>

#include "internal.h"

/*
 * Where a ring lies in a vCPU's mapping, in pages: the same on all three
 * architectures, though an older <linux/kvm.h> has it for x86 only.
 */
#define RING_PAGE_OFFSET 64

uint64_t kvm_dirty_bitmap_next(const uint64_t *bitmap, uint64_t pages,
			       uint64_t from)
{
	uint64_t page = from, word;

	while (page < pages) {
		word = bitmap[page / 64] >> page % 64;
		if (word) {
			page += (uint64_t)__builtin_ctzll(word);
			return page < pages ? page : pages;
		}
		page = (page / 64 + 1) * 64;
	}
	return pages;
}

int kvm_vm_get_dirty_log(struct kvm_vm_fd *vm, uint32_t slot,
			 uint64_t *ret_bitmap)
{
	struct kvm_dirty_log arg = {
		.slot = slot,
		.dirty_bitmap = ret_bitmap,
	};

	return kvm_call_ptr(&vm->handle, KVM_GET_DIRTY_LOG, &arg);
}

int kvm_vm_clear_dirty_log(struct kvm_vm_fd *vm, uint32_t slot, uint64_t first,
			   uint32_t pages, const uint64_t *bitmap)
{
	struct kvm_clear_dirty_log arg = {
		.slot = slot,
		.num_pages = pages,
		.first_page = first,
		.padding2 = (uintptr_t)bitmap,
	};

	return kvm_call_ptr(&vm->handle, KVM_CLEAR_DIRTY_LOG, &arg);
}

int kvm_vm_enable_dirty_ring(struct kvm_vm_fd *vm, uint32_t entries)
{
	uint64_t bytes = (uint64_t)entries * sizeof(struct kvm_dirty_gfn);
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
		.args = { bytes },
	};
	int r = kvm_vm_check_extension(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL);

	if (r == 0) {
		cap.cap = KVM_CAP_DIRTY_LOG_RING;
		r = kvm_vm_check_extension(vm, KVM_CAP_DIRTY_LOG_RING);
	}
	if (r < 0)
		return r;
	if (r == 0)
		return kvm_fail(&vm->handle, KVM_CHECK_EXTENSION, -ENOTSUP);
	/* The kernel looks at 32 bits of the size only. */
	if (bytes > (uint64_t)r)
		return kvm_fail(&vm->handle, KVM_CALL_ARGUMENT, -E2BIG);
	r = kvm_vm_enable_cap(vm, &cap);
	if (r < 0)
		return r;
	vm->ring_entries = entries;
	return 0;
}

int kvm_dirty_ring_init(struct kvm_dirty_ring *ring, struct kvm_vcpu_fd *vcpu)
{
	void *map;
	int r;

	*ring = (struct kvm_dirty_ring){ .entries = NULL };
	/* The kernel would map it all the same, and kill who touches it. */
	if (!vcpu->ring_entries)
		return kvm_fail(&vcpu->handle, KVM_CALL_ARGUMENT, -EINVAL);
	map = mmap(NULL, vcpu->ring_entries * sizeof(*ring->entries),
		   PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->handle.fd,
		   RING_PAGE_OFFSET * sysconf(_SC_PAGESIZE));
	if (map == MAP_FAILED) {
		r = -errno;
		return kvm_fail(&vcpu->handle, KVM_CALL_MMAP, r);
	}
	ring->entries = map;
	ring->count = vcpu->ring_entries;
	return 0;
}

void kvm_dirty_ring_fini(struct kvm_dirty_ring *ring)
{
	if (ring->entries)
		munmap(ring->entries, ring->count * sizeof(*ring->entries));
	ring->entries = NULL;
}

int kvm_dirty_ring_pop(struct kvm_dirty_ring *ring,
		       struct kvm_dirty_page *ret_page)
{
	struct kvm_dirty_gfn *entry =
		&ring->entries[ring->next & (ring->count - 1)];

	/* Pairs with the kernel's release store, which publishes the rest. */
	if (!(__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE) &
	      KVM_DIRTY_GFN_F_DIRTY))
		return 0;
	ret_page->slot = entry->slot;
	ret_page->offset = entry->offset;
	/*
	 * Pairs with the kernel's acquire load in KVM_RESET_DIRTY_RINGS: the
	 * entry has been read before it can be used again.
	 */
	__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_RESET,
			 __ATOMIC_RELEASE);
	ring->next++;
	return 1;
}

int kvm_vm_reset_dirty_rings(struct kvm_vm_fd *vm)
{
	return kvm_call(&vm->handle, KVM_RESET_DIRTY_RINGS, 0);
}
