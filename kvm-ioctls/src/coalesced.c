/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <kvm-ioctls/coalesced.h>

#include "internal.h"

static struct kvm_coalesced_mmio_zone zone_of(enum kvm_ioevent_space space,
					      uint64_t addr, uint32_t size)
{
	return (struct kvm_coalesced_mmio_zone){
		.addr = addr,
		.size = size,
		.pio = space == KVM_IOEVENT_PIO,
	};
}

int kvm_vm_add_coalesced(struct kvm_vm_fd *vm, enum kvm_ioevent_space space,
			 uint64_t addr, uint32_t size)
{
	struct kvm_coalesced_mmio_zone zone = zone_of(space, addr, size);

	return kvm_call_ptr(&vm->handle, KVM_REGISTER_COALESCED_MMIO, &zone);
}

int kvm_vm_remove_coalesced(struct kvm_vm_fd *vm, enum kvm_ioevent_space space,
			    uint64_t addr, uint32_t size)
{
	struct kvm_coalesced_mmio_zone zone = zone_of(space, addr, size);

	return kvm_call_ptr(&vm->handle, KVM_UNREGISTER_COALESCED_MMIO, &zone);
}

static int copy_write(const struct kvm_coalesced_mmio *entry,
		      struct kvm_coalesced_write *ret_write)
{
	uint32_t len = entry->len;

	if (len - 1 >= sizeof(entry->data))
		return -EBADMSG;
	ret_write->addr = entry->phys_addr;
	ret_write->len = (uint8_t)len;
	ret_write->space = entry->pio ? KVM_IOEVENT_PIO : KVM_IOEVENT_MMIO;
	memcpy(ret_write->data, entry->data, sizeof(ret_write->data));
	return 0;
}

int kvm_vcpu_pop_coalesced(struct kvm_vcpu_fd *vcpu,
			   struct kvm_coalesced_write *ret_write)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t off = KVM_COALESCED_MMIO_PAGE_OFFSET * page;
	struct kvm_coalesced_mmio_ring *ring;
	uint32_t first, last, count;
	int r;

	if (off + page > vcpu->run_size)
		return kvm_fail(&vcpu->handle, KVM_CALL_DECODE, -ENOTSUP);
	ring = (void *)((uint8_t *)vcpu->run + off);
	count = (uint32_t)((page - sizeof(*ring)) /
			   sizeof(ring->coalesced_mmio[0]));
	first = ring->first;
	/* Pairs with the kernel's write barrier before it moves last. */
	last = __atomic_load_n(&ring->last, __ATOMIC_ACQUIRE);
	if (first >= count || last >= count)
		return kvm_fail(&vcpu->handle, KVM_CALL_DECODE, -EBADMSG);
	if (first == last)
		return 0;
	r = copy_write(&ring->coalesced_mmio[first], ret_write);
	/* The kernel may reuse the entry: it has been read before. */
	__atomic_store_n(&ring->first, (first + 1) % count, __ATOMIC_RELEASE);
	return r < 0 ? kvm_fail(&vcpu->handle, KVM_CALL_DECODE, r) : 1;
}
