/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Pages that a guest would have written: bitmaps and rings. */
#include <errno.h>
#include <string.h>

#include "internal.h"

static struct kvm_dirty_gfn *ring_of(const struct object *vcpu)
{
	return (void *)((uint8_t *)vcpu->run + DIRTY_RING_PAGE * PAGE_SIZE);
}

/* The slot, with what it takes to log, or NULL. */
static bool find_slot(const struct object *vm, uint32_t slot,
		      struct kvm_userspace_memory_region *ret_slot)
{
	struct item *item = store_find(&vm->state, ITEM_SLOT, slot, 0);

	if (!item)
		return false;
	memcpy(ret_slot, item->data, sizeof(*ret_slot));
	return ret_slot->flags & KVM_MEM_LOG_DIRTY_PAGES;
}

static uint64_t pages_of(const struct kvm_userspace_memory_region *slot)
{
	return slot->memory_size / PAGE_SIZE;
}

static int push_to_ring(struct object *vcpu, uint32_t slot, uint64_t page)
{
	uint32_t mask = vcpu->vm->ring_entries - 1;
	struct kvm_dirty_gfn *entry = &ring_of(vcpu)[vcpu->ring_next & mask];

	if (__atomic_load_n(&entry->flags, __ATOMIC_ACQUIRE))
		return -ENOSPC;
	entry->slot = slot;
	entry->offset = page;
	/* Pairs with the acquire load in kvm_dirty_ring_pop(). */
	__atomic_store_n(&entry->flags, KVM_DIRTY_GFN_F_DIRTY,
			 __ATOMIC_RELEASE);
	vcpu->ring_next++;
	return 0;
}

static int push_dirty(struct kvm_fake *fake, unsigned long vcpu_id,
		      uint32_t slot, uint64_t page)
{
	struct kvm_userspace_memory_region region;
	struct object *vcpu = fake_vcpu(fake, vcpu_id);

	if (!vcpu || !find_slot(vcpu->vm, slot, &region) ||
	    page >= pages_of(&region))
		return -ENOENT;
	if (vcpu->vm->ring_entries)
		return push_to_ring(vcpu, slot, page);
	return store_push(&vcpu->vm->state, ITEM_DIRTY, slot, &page,
			  sizeof(page));
}

int kvm_fake_push_dirty(struct kvm_fake *fake, unsigned long vcpu_id,
			uint32_t slot, uint64_t page)
{
	int r;

	pthread_mutex_lock(&fake->lock);
	r = push_dirty(fake, vcpu_id, slot, page);
	pthread_mutex_unlock(&fake->lock);
	return r;
}

static int get_log(struct object *vm, unsigned long arg)
{
	bool manual = store_find(&vm->state, ITEM_ENABLED,
				 KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 0);
	struct kvm_userspace_memory_region region;
	struct kvm_dirty_log log;
	uint64_t *bitmap, page;
	struct item *item;

	memcpy(&log, fake_pointer(arg), sizeof(log));
	if (vm->ring_entries)
		return -ENXIO;
	if (log.slot >= FAKE_MAX_MEMSLOTS)
		return -EINVAL;
	if (!find_slot(vm, log.slot, &region))
		return -ENOENT;
	bitmap = log.dirty_bitmap;
	memset(bitmap, 0, (pages_of(&region) + 63) / 64 * sizeof(*bitmap));
	for (unsigned int i = 0;
	     (item = store_find(&vm->state, ITEM_DIRTY, log.slot, i)); i++) {
		memcpy(&page, item->data, sizeof(page));
		bitmap[page / 64] |= UINT64_C(1) << page % 64;
	}
	while (!manual &&
	       (item = store_find(&vm->state, ITEM_DIRTY, log.slot, 0)))
		store_remove(&vm->state, item);
	return 0;
}

static int clear_log(struct object *vm, unsigned long arg)
{
	struct kvm_userspace_memory_region region;
	struct kvm_clear_dirty_log log;
	const uint64_t *bitmap;
	struct item *item;
	unsigned int i = 0;
	uint64_t page;

	memcpy(&log, fake_pointer(arg), sizeof(log));
	if (log.slot >= FAKE_MAX_MEMSLOTS || log.first_page % 64)
		return -EINVAL;
	if (!find_slot(vm, log.slot, &region))
		return -ENOENT;
	if (log.first_page > pages_of(&region) ||
	    log.num_pages > pages_of(&region) - log.first_page ||
	    (log.num_pages % 64 &&
	     log.first_page + log.num_pages != pages_of(&region)))
		return -EINVAL;
	bitmap = log.dirty_bitmap;
	while ((item = store_find(&vm->state, ITEM_DIRTY, log.slot, i))) {
		memcpy(&page, item->data, sizeof(page));
		page -= log.first_page;
		if (page < log.num_pages && bitmap[page / 64] >> page % 64 & 1)
			store_remove(&vm->state, item);
		else
			i++;
	}
	return 0;
}

static int reset_ring(struct object *vcpu)
{
	struct kvm_dirty_gfn *ring = ring_of(vcpu);
	int count = 0;

	for (uint32_t i = 0; i < vcpu->vm->ring_entries; i++) {
		/* Pairs with the release store in kvm_dirty_ring_pop(). */
		if (!(__atomic_load_n(&ring[i].flags, __ATOMIC_ACQUIRE) &
		      KVM_DIRTY_GFN_F_RESET))
			continue;
		ring[i].flags = 0;
		count++;
	}
	return count;
}

static int reset_rings(struct kvm_fake *fake, struct object *vm)
{
	struct object *object;
	int count = 0;

	if (!vm->ring_entries)
		return -EINVAL;
	for (object = fake->objects; object; object = object->next) {
		if (object->type == OBJECT_VCPU && object->vm == vm)
			count += reset_ring(object);
	}
	return count;
}

int fake_dirty_ioctl(struct kvm_fake *fake, struct object *vm,
		     unsigned long request, unsigned long arg)
{
	if (request == KVM_GET_DIRTY_LOG)
		return get_log(vm, arg);
	if (request == KVM_CLEAR_DIRTY_LOG)
		return clear_log(vm, arg);
	return reset_rings(fake, vm);
}
