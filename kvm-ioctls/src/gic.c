/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <kvm-ioctls/gic.h>

#include "internal.h"

/*
 * The device's attributes, named here because <linux/kvm.h> has them on arm64
 * only and this file is built and tested everywhere: see the kernel's
 * Documentation/virt/kvm/devices/arm-vgic*.rst.
 */
#define GRP_ADDR	      0
#define ADDR_V2_DIST	      0
#define ADDR_V2_CPU	      1
#define ADDR_V3_DIST	      2
#define ADDR_V3_REDIST	      3
#define ADDR_ITS	      4
#define ADDR_V3_REDIST_REGION 5
#define GRP_NR_IRQS	      3
#define GRP_CTRL	      4
#define CTRL_INIT	      0
#define REDIST_ALIGN	      0x10000u
#define REDIST_COUNT_SHIFT    52
#define REDIST_COUNT_MAX      0xfffu
#define REDIST_INDEX_MAX      0xfffu

#ifdef __aarch64__
_Static_assert(GRP_NR_IRQS == KVM_DEV_ARM_VGIC_GRP_NR_IRQS &&
		       GRP_CTRL == KVM_DEV_ARM_VGIC_GRP_CTRL &&
		       ADDR_V3_DIST == KVM_VGIC_V3_ADDR_TYPE_DIST &&
		       ADDR_ITS == KVM_VGIC_ITS_ADDR_TYPE &&
		       ADDR_V3_REDIST_REGION ==
			       KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
	       "the kernel's numbers");
#endif

static int set_addr(struct kvm_device_fd *gic, uint64_t type, uint64_t addr)
{
	return kvm_device_set_attr(gic, GRP_ADDR, type, &addr);
}

static int set_nr_irqs(struct kvm_device_fd *gic, uint32_t nr_irqs)
{
	if (!nr_irqs)
		return 0;
	return kvm_device_set_attr(gic, GRP_NR_IRQS, 0, &nr_irqs);
}

static int set_redist(struct kvm_device_fd *gic,
		      const struct kvm_gicv3_config *config)
{
	if (!config->redist_count)
		return set_addr(gic, ADDR_V3_REDIST, config->redist);
	return kvm_gicv3_add_redist_region(gic, 0, config->redist,
					   config->redist_count);
}

int kvm_gicv2_init(struct kvm_device_fd *gic, struct kvm_vm_fd *vm,
		   const struct kvm_gicv2_config *config)
{
	int r = kvm_device_init(gic, vm, KVM_DEV_TYPE_ARM_VGIC_V2);

	if (r < 0)
		return r;
	r = set_addr(gic, ADDR_V2_DIST, config->dist);
	if (r == 0)
		r = set_addr(gic, ADDR_V2_CPU, config->cpu);
	if (r == 0)
		r = set_nr_irqs(gic, config->nr_irqs);
	if (r < 0)
		kvm_device_fini(gic);
	return r;
}

int kvm_gicv3_init(struct kvm_device_fd *gic, struct kvm_vm_fd *vm,
		   const struct kvm_gicv3_config *config)
{
	int r = kvm_device_init(gic, vm, KVM_DEV_TYPE_ARM_VGIC_V3);

	if (r < 0)
		return r;
	r = set_addr(gic, ADDR_V3_DIST, config->dist);
	if (r == 0)
		r = set_redist(gic, config);
	if (r == 0)
		r = set_nr_irqs(gic, config->nr_irqs);
	if (r < 0)
		kvm_device_fini(gic);
	return r;
}

int kvm_gicv3_add_redist_region(struct kvm_device_fd *gic, uint32_t index,
				uint64_t addr, uint32_t count)
{
	/* Index, address and count share the 64 bits that are passed. */
	if (addr % REDIST_ALIGN || addr >> REDIST_COUNT_SHIFT ||
	    index > REDIST_INDEX_MAX || !count || count > REDIST_COUNT_MAX)
		return kvm_fail(&gic->handle, KVM_CALL_ARGUMENT, -EINVAL);
	return set_addr(gic, ADDR_V3_REDIST_REGION,
			(uint64_t)count << REDIST_COUNT_SHIFT | addr | index);
}

int kvm_its_init(struct kvm_device_fd *its, struct kvm_vm_fd *vm, uint64_t addr)
{
	int r = kvm_device_init(its, vm, KVM_DEV_TYPE_ARM_VGIC_ITS);

	if (r < 0)
		return r;
	r = set_addr(its, ADDR_ITS, addr);
	if (r == 0)
		r = kvm_gic_start(its);
	if (r < 0)
		kvm_device_fini(its);
	return r;
}

int kvm_gic_start(struct kvm_device_fd *gic)
{
	return kvm_device_set_attr(gic, GRP_CTRL, CTRL_INIT, NULL);
}
