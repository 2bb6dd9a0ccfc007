/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

static struct machine m;

START_TEST(plain_machine_is_not_confidential)
{
	machine_init(&m, "", 0);
	ck_assert_int_lt(kvm_vm_memory_encrypt_op(&m.vm, NULL), 0);
	ck_assert_uint_eq(m.vm.handle.failed, (uint32_t)KVM_MEMORY_ENCRYPT_OP);
	machine_fini(&m);
}
END_TEST

START_TEST(encrypted_regions_are_passed)
{
	const struct kvm_enc_region region = { 0x7f0000000000, 0x200000 };
	struct kvm_enc_region seen;

	machine_init(&m, "", 0);
	fail_next(KVM_MEMORY_ENCRYPT_REG_REGION, 0);
	ck_assert_int_eq(kvm_vm_memory_encrypt_reg_region(&m.vm, &region), 0);
	ck_assert_int_gt(kvm_fake_get_argument(fake,
					       KVM_MEMORY_ENCRYPT_REG_REGION, 0,
					       &seen, sizeof(seen)),
			 0);
	ck_assert_mem_eq(&seen, &region, sizeof(seen));
	fail_next(KVM_MEMORY_ENCRYPT_UNREG_REGION, -EINVAL);
	ck_assert_int_eq(kvm_vm_memory_encrypt_unreg_region(&m.vm, &region),
			 -EINVAL);
	ck_assert_int_eq(kvm_vm_memory_encrypt_op(&m.vm, NULL), -ENOTSUP);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_xen_come_unchanged)
{
	struct kvm_xen_vcpu_attr vcpu_attr = { .type = 1 };
	struct kvm_xen_hvm_attr attr = { .type = 77 };
	struct kvm_xen_hvm_config config = { .msr = 1 };

	machine_init(&m, "", 0);
	fail_next(KVM_XEN_HVM_CONFIG, -EINVAL);
	ck_assert_int_eq(kvm_vm_xen_hvm_config(&m.vm, &config), -EINVAL);
	fail_next(KVM_XEN_HVM_GET_ATTR, -ENOENT);
	ck_assert_int_eq(kvm_vm_xen_get_attr(&m.vm, &attr), -ENOENT);
	fail_next(KVM_XEN_HVM_SET_ATTR, -ENOENT);
	ck_assert_int_eq(kvm_vm_xen_set_attr(&m.vm, &attr), -ENOENT);
	fail_next(KVM_XEN_VCPU_GET_ATTR, -ENOENT);
	ck_assert_int_eq(kvm_vcpu_xen_get_attr(&m.vcpu, &vcpu_attr), -ENOENT);
	fail_next(KVM_XEN_VCPU_SET_ATTR, -ENOENT);
	ck_assert_int_eq(kvm_vcpu_xen_set_attr(&m.vcpu, &vcpu_attr), -ENOENT);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_hyperv_come_unchanged)
{
	static const int errors[] = { -EEXIST, -ENOENT, -EINVAL };
	const struct kvm_hyperv_eventfd eventfd = { .conn_id = 1, .fd = 5 };

	machine_init(&m, "", 0);
	for (int i = 0; i < 3; i++) {
		fail_next(KVM_HYPERV_EVENTFD, errors[i]);
		ck_assert_int_eq(kvm_vm_hyperv_eventfd(&m.vm, &eventfd),
				 errors[i]);
	}
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("x86_guest",
				 plain_machine_is_not_confidential);
	return RUN_TESTS("x86_guest", plain_machine_is_not_confidential,
			 encrypted_regions_are_passed,
			 errors_of_xen_come_unchanged,
			 errors_of_hyperv_come_unchanged);
}
