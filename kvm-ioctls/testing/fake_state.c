/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What arguments look like, and state that is only kept and given back. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Structures that end in an array, whose length is a number at their start. */
struct variable {
	unsigned long request;
	size_t header;
	size_t entry;
	size_t count_size;
};

static const struct variable variables[] = {
	{ KVM_SET_GSI_ROUTING, sizeof(struct kvm_irq_routing),
	  sizeof(struct kvm_irq_routing_entry), 4 },
	{ KVM_SET_SIGNAL_MASK, sizeof(struct kvm_signal_mask), 1, 4 },
	{ KVM_GET_REG_LIST, sizeof(struct kvm_reg_list), sizeof(uint64_t), 8 },
#ifdef __x86_64__
	{ KVM_GET_SUPPORTED_CPUID, sizeof(struct kvm_cpuid2),
	  sizeof(struct kvm_cpuid_entry2), 4 },
	{ KVM_SET_CPUID2, sizeof(struct kvm_cpuid2),
	  sizeof(struct kvm_cpuid_entry2), 4 },
	{ KVM_GET_CPUID2, sizeof(struct kvm_cpuid2),
	  sizeof(struct kvm_cpuid_entry2), 4 },
	{ KVM_SET_CPUID, sizeof(struct kvm_cpuid),
	  sizeof(struct kvm_cpuid_entry), 4 },
	{ KVM_GET_MSR_INDEX_LIST, sizeof(struct kvm_msr_list), sizeof(uint32_t),
	  4 },
	{ KVM_GET_MSR_FEATURE_INDEX_LIST, sizeof(struct kvm_msr_list),
	  sizeof(uint32_t), 4 },
	{ KVM_GET_MSRS, sizeof(struct kvm_msrs), sizeof(struct kvm_msr_entry),
	  4 },
	{ KVM_SET_MSRS, sizeof(struct kvm_msrs), sizeof(struct kvm_msr_entry),
	  4 },
#endif
};

size_t fake_argument_size(unsigned long request, unsigned long arg)
{
	const struct variable *variable;
	uint64_t count = 0;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		variable = &variables[i];
		if (variable->request != request)
			continue;
		memcpy(&count, fake_pointer(arg), variable->count_size);
		return variable->header + count * variable->entry;
	}
	return _IOC_SIZE(request);
}

int fake_set_state(struct object *object, unsigned long request,
		   unsigned long arg)
{
	if (!arg)
		return -EFAULT;
	return store_set(&object->state, request, 0, fake_pointer(arg),
			 fake_argument_size(request, arg));
}

int fake_get_state(struct object *object, unsigned long request,
		   unsigned long set, unsigned long arg)
{
	struct item *item = store_find(&object->state, set, 0, 0);
	size_t size = _IOC_SIZE(request);

	if (!arg)
		return -EFAULT;
	memset(fake_pointer(arg), 0, size);
	if (item)
		store_copy(item, fake_pointer(arg), size);
	return 0;
}

/* Attributes that the fake's devices have, with the sizes of their values. */
static const struct {
	unsigned long type;
	uint32_t group;
	size_t size;
} attrs[] = {
	{ KVM_DEV_TYPE_ARM_VGIC_V2, 0, 8 }, /* addresses */
	{ KVM_DEV_TYPE_ARM_VGIC_V2, 3, 4 }, /* number of interrupts */
	{ KVM_DEV_TYPE_ARM_VGIC_V2, 4, 0 }, /* control */
	{ KVM_DEV_TYPE_ARM_VGIC_V3, 0, 8 },
	{ KVM_DEV_TYPE_ARM_VGIC_V3, 3, 4 },
	{ KVM_DEV_TYPE_ARM_VGIC_V3, 4, 0 },
	{ KVM_DEV_TYPE_ARM_VGIC_ITS, 0, 8 },
	{ KVM_DEV_TYPE_ARM_VGIC_ITS, 4, 0 },
	{ KVM_DEV_TYPE_VFIO, KVM_DEV_VFIO_GROUP, 4 },
	{ KVM_DEV_TYPE_RISCV_AIA, 0, 4 }, /* configuration */
	{ KVM_DEV_TYPE_RISCV_AIA, 1, 8 }, /* addresses */
	{ KVM_DEV_TYPE_RISCV_AIA, 2, 0 }, /* control */
};

static int attr_size(const struct object *object, uint32_t group,
		     size_t *ret_size)
{
	if (object->type != OBJECT_DEVICE)
		return -ENXIO;
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		if (attrs[i].type == object->id && attrs[i].group == group) {
			*ret_size = attrs[i].size;
			return 0;
		}
	}
	return -ENXIO;
}

static int set_attr(struct object *object, const struct kvm_device_attr *attr,
		    size_t size)
{
	uint64_t key = (uint64_t)attr->group << 32 | (uint32_t)attr->attr;

	if (size && !attr->addr)
		return -EFAULT;
	return store_set(&object->state, ITEM_ATTR, key,
			 fake_pointer(attr->addr), size);
}

static int get_attr(struct object *object, const struct kvm_device_attr *attr)
{
	uint64_t key = (uint64_t)attr->group << 32 | (uint32_t)attr->attr;
	struct item *item = store_find(&object->state, ITEM_ATTR, key, 0);

	if (!item)
		return -ENXIO;
	if (!attr->addr)
		return -EFAULT;
	store_copy(item, fake_pointer(attr->addr), item->size);
	return 0;
}

int fake_attr_ioctl(struct object *object, unsigned long request,
		    unsigned long arg)
{
	struct kvm_device_attr attr;
	size_t size = 0;
	int r;

	if (request != KVM_SET_DEVICE_ATTR && request != KVM_GET_DEVICE_ATTR &&
	    request != KVM_HAS_DEVICE_ATTR)
		return -ENOTTY;
	memcpy(&attr, fake_pointer(arg), sizeof(attr));
	r = attr_size(object, attr.group, &size);
	if (r < 0 || request == KVM_HAS_DEVICE_ATTR)
		return r;
	if (request == KVM_SET_DEVICE_ATTR)
		return set_attr(object, &attr, size);
	return get_attr(object, &attr);
}
