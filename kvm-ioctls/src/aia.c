/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <kvm-ioctls/aia.h>

/*
 * The device's attributes, named here because <linux/kvm.h> has them on
 * riscv64 only, and there since Linux 6.5.
 */
#define GRP_CONFIG	   0
#define CONFIG_IDS	   1
#define CONFIG_SRCS	   2
#define CONFIG_GROUP_BITS  3
#define CONFIG_GROUP_SHIFT 4
#define CONFIG_HART_BITS   5
#define CONFIG_GUEST_BITS  6
#define GRP_ADDR	   1
#define ADDR_APLIC	   0
#define ADDR_IMSIC	   1 /* and one more for each vCPU id */
#define GRP_CTRL	   2
#define CTRL_INIT	   0

/* What is 0 keeps the kernel's default, which is 0 for most of it. */
static int set_config(struct kvm_device_fd *aia, uint64_t attr, uint32_t value)
{
	if (!value)
		return 0;
	return kvm_device_set_attr(aia, GRP_CONFIG, attr, &value);
}

static int configure(struct kvm_device_fd *aia,
		     const struct kvm_aia_config *config)
{
	const struct {
		uint64_t attr;
		uint32_t value;
	} values[] = {
		{ CONFIG_SRCS, config->sources },
		{ CONFIG_IDS, config->ids },
		{ CONFIG_HART_BITS, config->hart_bits },
		{ CONFIG_GUEST_BITS, config->guest_bits },
		{ CONFIG_GROUP_BITS, config->group_bits },
		{ CONFIG_GROUP_SHIFT, config->group_shift },
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		r = set_config(aia, values[i].attr, values[i].value);
		if (r < 0)
			return r;
	}
	if (!config->aplic)
		return 0;
	return kvm_device_set_attr(aia, GRP_ADDR, ADDR_APLIC, &config->aplic);
}

int kvm_aia_init(struct kvm_device_fd *aia, struct kvm_vm_fd *vm,
		 const struct kvm_aia_config *config)
{
	int r = kvm_device_init(aia, vm, KVM_DEV_TYPE_RISCV_AIA);

	if (r < 0)
		return r;
	r = configure(aia, config);
	if (r < 0)
		kvm_device_fini(aia);
	return r;
}

int kvm_aia_set_imsic(struct kvm_device_fd *aia, uint32_t vcpu_id,
		      uint64_t addr)
{
	return kvm_device_set_attr(aia, GRP_ADDR, ADDR_IMSIC + vcpu_id, &addr);
}

int kvm_aia_start(struct kvm_device_fd *aia)
{
	return kvm_device_set_attr(aia, GRP_CTRL, CTRL_INIT, NULL);
}
