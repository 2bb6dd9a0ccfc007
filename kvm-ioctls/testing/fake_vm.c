/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Virtual machines: memory slots, vCPUs, interrupts, devices. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static bool overlaps(const struct kvm_userspace_memory_region *a,
		     const struct kvm_userspace_memory_region *b)
{
	return a->guest_phys_addr < b->guest_phys_addr + b->memory_size &&
	       b->guest_phys_addr < a->guest_phys_addr + a->memory_size;
}

/* As the kernel checks a slot before it looks at the others. */
static int check_slot(const struct kvm_userspace_memory_region *slot)
{
	const uint32_t known = KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY;

	if ((slot->guest_phys_addr | slot->memory_size | slot->userspace_addr) %
			    PAGE_SIZE !=
		    0 ||
	    slot->guest_phys_addr + slot->memory_size < slot->guest_phys_addr ||
	    slot->flags & ~known || slot->slot >= FAKE_MAX_MEMSLOTS)
		return -EINVAL;
	return 0;
}

static int set_slot(struct object *vm,
		    const struct kvm_userspace_memory_region *slot)
{
	struct item *old = store_find(&vm->state, ITEM_SLOT, slot->slot, 0);
	struct kvm_userspace_memory_region other;
	int r = check_slot(slot);

	if (r < 0)
		return r;
	if (!slot->memory_size) {
		if (old)
			store_remove(&vm->state, old);
		return old ? 0 : -EINVAL;
	}
	for (struct item *item = store_next(&vm->state, ITEM_SLOT, NULL); item;
	     item = store_next(&vm->state, ITEM_SLOT, item)) {
		memcpy(&other, item->data, sizeof(other));
		if (item != old && overlaps(slot, &other))
			return -EEXIST;
		if (item == old && other.memory_size != slot->memory_size)
			return -EINVAL;
	}
	return store_set(&vm->state, ITEM_SLOT, slot->slot, slot,
			 sizeof(*slot));
}

static int set_memory_region(struct object *vm, unsigned long request,
			     unsigned long arg)
{
	struct kvm_userspace_memory_region2 region2;
	struct kvm_userspace_memory_region region;

	/* The newer structure begins with the older one. */
	memcpy(&region, fake_pointer(arg), sizeof(region));
	if (request == KVM_SET_USER_MEMORY_REGION2) {
		memcpy(&region2, fake_pointer(arg), sizeof(region2));
		region.flags &= ~(uint32_t)KVM_MEM_GUEST_MEMFD;
	}
	return set_slot(vm, &region);
}

static int create_vcpu(struct kvm_fake *fake, struct object *vm,
		       unsigned long id)
{
	size_t size = RUN_PAGES * PAGE_SIZE;
	int fd;

	if (id >= (unsigned long)fake_extension(fake, KVM_CAP_MAX_VCPU_ID) ||
	    vm->vcpus >= (unsigned int)fake_extension(fake, KVM_CAP_MAX_VCPUS))
		return -EINVAL;
	for (struct object *object = fake->objects; object;
	     object = object->next) {
		if (object->type == OBJECT_VCPU && object->vm == vm &&
		    object->id == id)
			return -EEXIST;
	}
	if (vm->ring_entries)
		size = DIRTY_RING_PAGE * PAGE_SIZE +
		       vm->ring_entries * sizeof(struct kvm_dirty_gfn);
	fd = fake_new_object(fake, OBJECT_VCPU, vm, id, size);
	if (fd >= 0)
		vm->vcpus++;
	return fd;
}

static int enable_ring(struct object *vm, uint64_t bytes)
{
	uint64_t entries = bytes / sizeof(struct kvm_dirty_gfn);

	if (entries > MAX_RING_ENTRIES)
		return -E2BIG;
	if (vm->vcpus || vm->ring_entries || entries < MIN_RING_ENTRIES ||
	    (entries & (entries - 1)) != 0)
		return -EINVAL;
	vm->ring_entries = (uint32_t)entries;
	return 0;
}

static int enable_split_irqchip(struct object *vm, uint64_t pins)
{
	if (pins > MAX_SPLIT_PINS)
		return -EINVAL;
	if (vm->has_irqchip || vm->vcpus)
		return -EEXIST;
	vm->has_irqchip = true;
	return 0;
}

static int enable_cap(struct kvm_fake *fake, struct object *vm,
		      unsigned long arg)
{
	struct kvm_enable_cap cap;

	memcpy(&cap, fake_pointer(arg), sizeof(cap));
	if (!fake_extension(fake, cap.cap) || cap.flags)
		return -EINVAL;
	if (cap.cap == KVM_CAP_DIRTY_LOG_RING ||
	    cap.cap == KVM_CAP_DIRTY_LOG_RING_ACQ_REL)
		return enable_ring(vm, cap.args[0]);
	if (cap.cap == KVM_CAP_SPLIT_IRQCHIP)
		return enable_split_irqchip(vm, cap.args[0]);
	return store_set(&vm->state, ITEM_ENABLED, cap.cap, &cap, sizeof(cap));
}

static int create_irqchip(struct object *vm)
{
	if (vm->has_irqchip)
		return -EEXIST;
	if (vm->vcpus)
		return -EINVAL;
	vm->has_irqchip = true;
	return 0;
}

/* An eventfd, as its link under /proc tells. */
static int check_eventfd(int fd)
{
	char path[64], target[64];
	ssize_t len;

	if (fcntl(fd, F_GETFD) < 0)
		return -EBADF;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, target, sizeof(target) - 1);
	if (len < 0)
		return -errno;
	target[len] = '\0';
	return strcmp(target, "anon_inode:[eventfd]") ? -EINVAL : 0;
}

static int set_irqfd(struct object *vm, unsigned long arg)
{
	struct kvm_irqfd irqfd;
	struct item *item;
	int r;

	memcpy(&irqfd, fake_pointer(arg), sizeof(irqfd));
	if (irqfd.flags > (KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE))
		return -EINVAL;
	r = check_eventfd((int)irqfd.fd);
	if (r == 0 && irqfd.flags & KVM_IRQFD_FLAG_RESAMPLE)
		r = check_eventfd((int)irqfd.resamplefd);
	if (r < 0)
		return r;
	item = store_find(&vm->state, ITEM_IRQFD, irqfd.fd, 0);
	if (irqfd.flags & KVM_IRQFD_FLAG_DEASSIGN) {
		if (item)
			store_remove(&vm->state, item);
		return 0;
	}
	if (!vm->has_irqchip)
		return -EINVAL;
	if (item)
		return -EBUSY;
	return store_push(&vm->state, ITEM_IRQFD, irqfd.fd, &irqfd,
			  sizeof(irqfd));
}

/* The kernel's idea of two events that cannot both be there. */
static bool events_collide(const struct kvm_ioeventfd *a,
			   const struct kvm_ioeventfd *b)
{
	if ((a->flags ^ b->flags) & KVM_IOEVENTFD_FLAG_PIO ||
	    a->addr != b->addr)
		return false;
	if (!a->len || !b->len)
		return true;
	return a->len == b->len &&
	       (!(a->flags & KVM_IOEVENTFD_FLAG_DATAMATCH) ||
		!(b->flags & KVM_IOEVENTFD_FLAG_DATAMATCH) ||
		a->datamatch == b->datamatch);
}

static struct item *find_event(struct object *vm,
			       const struct kvm_ioeventfd *event, bool same_fd)
{
	struct kvm_ioeventfd other;
	struct item *item = NULL;

	while ((item = store_next(&vm->state, ITEM_IOEVENT, item))) {
		memcpy(&other, item->data, sizeof(other));
		if (events_collide(event, &other) &&
		    (!same_fd || other.fd == event->fd))
			return item;
	}
	return NULL;
}

static int set_ioeventfd(struct object *vm, unsigned long arg)
{
	struct kvm_ioeventfd event;
	struct item *item;
	bool deassign;
	int r;

	memcpy(&event, fake_pointer(arg), sizeof(event));
	deassign = event.flags & KVM_IOEVENTFD_FLAG_DEASSIGN;
	event.flags &= ~(uint32_t)KVM_IOEVENTFD_FLAG_DEASSIGN;
	if (event.addr + event.len < event.addr)
		return -EINVAL;
	r = check_eventfd(event.fd);
	if (r < 0)
		return r;
	item = find_event(vm, &event, deassign);
	if (deassign) {
		if (item)
			store_remove(&vm->state, item);
		return item ? 0 : -ENOENT;
	}
	if (item)
		return -EEXIST;
	return store_push(&vm->state, ITEM_IOEVENT, 0, &event, sizeof(event));
}

static int set_routing(struct object *vm, unsigned long arg)
{
	const struct kvm_irq_routing *table = fake_pointer(arg);

	if (!vm->has_irqchip || table->nr > MAX_ROUTES || table->flags)
		return -EINVAL;
	for (uint32_t i = 0; i < table->nr; i++) {
		const struct kvm_irq_routing_entry *entry = &table->entries[i];

		if (entry->type == KVM_IRQ_ROUTING_IRQCHIP &&
		    entry->u.irqchip.irqchip >= KVM_NR_IRQCHIPS)
			return -EINVAL;
		if (!entry->type || entry->type > KVM_IRQ_ROUTING_XEN_EVTCHN)
			return -EINVAL;
	}
	return fake_set_state(vm, KVM_SET_GSI_ROUTING, arg);
}

/* No guest takes the interrupt: what is raised again has been coalesced. */
static int set_irq_line(struct object *vm, unsigned long request,
			unsigned long arg)
{
	struct kvm_irq_level level;
	bool pending;
	int r = 0;

	if (!vm->has_irqchip)
		return -ENXIO;
	memcpy(&level, fake_pointer(arg), sizeof(level));
	pending = store_find(&vm->state, ITEM_PENDING, level.irq, 0);
	if (level.level && !pending)
		r = store_push(&vm->state, ITEM_PENDING, level.irq, NULL, 0);
	if (request == KVM_IRQ_LINE_STATUS) {
		level.status = level.level && pending ? 0 : 1;
		memcpy(fake_pointer(arg), &level, sizeof(level));
	}
	return r;
}

static int signal_msi(struct object *vm, unsigned long arg)
{
	struct kvm_msi msi;

	memcpy(&msi, fake_pointer(arg), sizeof(msi));
	if (!vm->has_irqchip || msi.flags & ~KVM_MSI_VALID_DEVID)
		return -EINVAL;
	return 1;
}

static int create_device(struct kvm_fake *fake, struct object *vm,
			 unsigned long arg)
{
	struct kvm_create_device device;
	int fd;

	memcpy(&device, fake_pointer(arg), sizeof(device));
	if (!device.type || device.type > KVM_DEV_TYPE_RISCV_AIA)
		return -ENODEV;
	if (device.flags & KVM_CREATE_DEVICE_TEST)
		return 0;
	for (struct object *object = fake->objects; object;
	     object = object->next) {
		if (object->type == OBJECT_DEVICE && object->vm == vm &&
		    object->id == device.type)
			return -EEXIST;
	}
	fd = fake_new_object(fake, OBJECT_DEVICE, vm, device.type, 0);
	if (fd < 0)
		return fd;
	device.fd = (uint32_t)fd;
	memcpy(fake_pointer(arg), &device, sizeof(device));
	return 0;
}

static int set_zone(struct object *vm, unsigned long request, unsigned long arg)
{
	struct kvm_coalesced_mmio_zone zone;
	struct item *item;

	memcpy(&zone, fake_pointer(arg), sizeof(zone));
	if (zone.pio > 1)
		return -EINVAL;
	if (request == KVM_REGISTER_COALESCED_MMIO)
		return store_push(&vm->state, request, zone.addr, &zone,
				  sizeof(zone));
	item = store_find(&vm->state, KVM_REGISTER_COALESCED_MMIO, zone.addr,
			  0);
	if (item)
		store_remove(&vm->state, item);
	return 0;
}

int fake_vm_ioctl(struct kvm_fake *fake, struct object *vm,
		  unsigned long request, unsigned long arg)
{
	switch (request) {
	case KVM_CHECK_EXTENSION:
		return fake_extension(fake, arg);
	case KVM_ENABLE_CAP:
		return enable_cap(fake, vm, arg);
	case KVM_SET_USER_MEMORY_REGION:
	case KVM_SET_USER_MEMORY_REGION2:
		return set_memory_region(vm, request, arg);
	case KVM_CREATE_VCPU:
		return create_vcpu(fake, vm, arg);
	case KVM_CREATE_IRQCHIP:
		return create_irqchip(vm);
	case KVM_IRQ_LINE:
	case KVM_IRQ_LINE_STATUS:
		return set_irq_line(vm, request, arg);
	case KVM_SIGNAL_MSI:
		return signal_msi(vm, arg);
	case KVM_SET_GSI_ROUTING:
		return set_routing(vm, arg);
	case KVM_IRQFD:
		return set_irqfd(vm, arg);
	case KVM_IOEVENTFD:
		return set_ioeventfd(vm, arg);
	case KVM_CREATE_DEVICE:
		return create_device(fake, vm, arg);
	case KVM_REGISTER_COALESCED_MMIO:
	case KVM_UNREGISTER_COALESCED_MMIO:
		return set_zone(vm, request, arg);
	case KVM_GET_DIRTY_LOG:
	case KVM_CLEAR_DIRTY_LOG:
	case KVM_RESET_DIRTY_RINGS:
		return fake_dirty_ioctl(fake, vm, request, arg);
	case KVM_SET_DEVICE_ATTR:
	case KVM_GET_DEVICE_ATTR:
	case KVM_HAS_DEVICE_ATTR:
		return fake_attr_ioctl(vm, request, arg);
	default:
		return fake_arch_vm_ioctl(vm, request, arg);
	}
}
