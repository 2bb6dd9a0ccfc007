/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The wrappers that do no more than pass their argument on, and that few
 * hosts could run: each makes its own ioctl, once, with what it was given.
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

#define RESULT 7
#define VALUE  0x1234ul

static struct machine m;
/* The structure that a wrapper is given: a pattern, small as a count. */
static union {
	uint8_t bytes[8192];
	uint64_t aligned;
} arg;

#define ARG ((void *)&arg)

/* Defines call_<request>() and what shall arrive: ARG, or the VALUE. */
#define CASE(request, call)             \
	static int call_##request(void) \
	{                               \
		return call;            \
	}
CASE(KVM_SET_NR_MMU_PAGES, kvm_vm_set_nr_mmu_pages(&m.vm, VALUE))
CASE(KVM_GET_NR_MMU_PAGES, kvm_vm_get_nr_mmu_pages(&m.vm))
CASE(KVM_GET_PIT, kvm_vm_get_pit(&m.vm, ARG))
CASE(KVM_SET_PIT, kvm_vm_set_pit(&m.vm, ARG))
CASE(KVM_SET_TSC_KHZ, kvm_vm_set_tsc_khz(&m.vm, VALUE))
CASE(KVM_GET_TSC_KHZ, kvm_vm_get_tsc_khz(&m.vm))
CASE(KVM_X86_SET_MSR_FILTER, kvm_vm_set_msr_filter(&m.vm, ARG))
CASE(KVM_SET_PMU_EVENT_FILTER, kvm_vm_set_pmu_event_filter(&m.vm, ARG))
CASE(KVM_XEN_HVM_CONFIG, kvm_vm_xen_hvm_config(&m.vm, ARG))
CASE(KVM_XEN_HVM_GET_ATTR, kvm_vm_xen_get_attr(&m.vm, ARG))
CASE(KVM_XEN_HVM_SET_ATTR, kvm_vm_xen_set_attr(&m.vm, ARG))
CASE(KVM_XEN_HVM_EVTCHN_SEND, kvm_vm_xen_evtchn_send(&m.vm, ARG))
CASE(KVM_HYPERV_EVENTFD, kvm_vm_hyperv_eventfd(&m.vm, ARG))
CASE(KVM_MEMORY_ENCRYPT_OP, kvm_vm_memory_encrypt_op(&m.vm, ARG))
CASE(KVM_XEN_VCPU_GET_ATTR, kvm_vcpu_xen_get_attr(&m.vcpu, ARG))
CASE(KVM_XEN_VCPU_SET_ATTR, kvm_vcpu_xen_set_attr(&m.vcpu, ARG))
CASE(KVM_SET_NESTED_STATE, kvm_vcpu_set_nested_state(&m.vcpu, ARG))
CASE(KVM_KVMCLOCK_CTRL, kvm_vcpu_kvmclock_ctrl(&m.vcpu))
CASE(KVM_TRANSLATE, kvm_vcpu_translate(&m.vcpu, ARG))
CASE(KVM_X86_SET_MCE, kvm_vcpu_set_mce(&m.vcpu, ARG))
CASE(KVM_X86_GET_MCE_CAP_SUPPORTED, kvm_get_mce_cap_supported(&m.kvm, ARG))
CASE(KVM_SMI, kvm_vcpu_smi(&m.vcpu))

#define ROW(request)                    \
	{                               \
		request, call_##request \
	}

static const struct {
	unsigned long request;
	int (*call)(void);
} rows[] = {
	ROW(KVM_SET_NR_MMU_PAGES),
	ROW(KVM_GET_NR_MMU_PAGES),
	ROW(KVM_GET_PIT),
	ROW(KVM_SET_PIT),
	ROW(KVM_SET_TSC_KHZ),
	ROW(KVM_GET_TSC_KHZ),
	ROW(KVM_X86_SET_MSR_FILTER),
	ROW(KVM_SET_PMU_EVENT_FILTER),
	ROW(KVM_XEN_HVM_CONFIG),
	ROW(KVM_XEN_HVM_GET_ATTR),
	ROW(KVM_XEN_HVM_SET_ATTR),
	ROW(KVM_XEN_HVM_EVTCHN_SEND),
	ROW(KVM_HYPERV_EVENTFD),
	ROW(KVM_MEMORY_ENCRYPT_OP),
	ROW(KVM_XEN_VCPU_GET_ATTR),
	ROW(KVM_XEN_VCPU_SET_ATTR),
	ROW(KVM_SET_NESTED_STATE),
	ROW(KVM_KVMCLOCK_CTRL),
	ROW(KVM_TRANSLATE),
	ROW(KVM_X86_SET_MCE),
	ROW(KVM_X86_GET_MCE_CAP_SUPPORTED),
	ROW(KVM_SMI),
};

static bool takes_value(unsigned long request)
{
	return request == KVM_SET_NR_MMU_PAGES || request == KVM_SET_TSC_KHZ;
}

static void check_argument(unsigned long request)
{
	const unsigned long value = takes_value(request) ? VALUE : 0;
	uint8_t seen[sizeof(arg)];
	int size;

	size = kvm_fake_get_argument(fake, request, 0, seen, sizeof(seen));
	if (_IOC_SIZE(request) == 0) {
		ck_assert_int_eq(size, sizeof(value));
		ck_assert_mem_eq(seen, &value, sizeof(value));
		return;
	}
	ck_assert_int_eq(size, (int)_IOC_SIZE(request));
	ck_assert_mem_eq(seen, &arg, (size_t)size);
}

START_TEST(each_makes_its_own_call_with_what_it_was_given)
{
	memset(&arg, 0x5a, sizeof(arg));
	machine_init(&m, "", 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fail_next(rows[i].request, RESULT);
		ck_assert_int_eq(rows[i].call(), RESULT);
		ck_assert_uint_eq(kvm_fake_count(fake, rows[i].request), 1);
		check_argument(rows[i].request);
	}
	machine_fini(&m);
}
END_TEST

START_TEST(arguments_are_put_into_their_structures)
{
	struct kvm_tpr_access_ctl tpr;
	uint64_t word;

	machine_init(&m, "", 0);
	fail_next(KVM_REINJECT_CONTROL, 0);
	ck_assert_int_eq(kvm_vm_reinject_control(&m.vm, true), 0);
	fail_next(KVM_TPR_ACCESS_REPORTING, 0);
	ck_assert_int_eq(kvm_vcpu_set_tpr_access_reporting(&m.vcpu, true), 0);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_TPR_ACCESS_REPORTING,
					       0, &tpr, sizeof(tpr)),
			 0);
	ck_assert_uint_eq(tpr.enabled, 1);
	fail_next(KVM_SET_VAPIC_ADDR, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_vapic_addr(&m.vcpu, 0x123000), -EINVAL);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_SET_VAPIC_ADDR, 0,
					       &word, sizeof(word)),
			 0);
	ck_assert_uint_eq(word, 0x123000);
	fail_next(KVM_X86_SETUP_MCE, 0);
	ck_assert_int_eq(kvm_vcpu_setup_mce(&m.vcpu, 0x100010a), 0);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_X86_SETUP_MCE, 0,
					       &word, sizeof(word)),
			 0);
	ck_assert_uint_eq(word, 0x100010a);
	machine_fini(&m);
}
END_TEST

START_TEST(a_vcpu_has_a_clock_of_its_own)
{
	unsigned long khz = 0;

	machine_init(&m, "", 0);
	fail_next(KVM_SET_TSC_KHZ, 0);
	ck_assert_int_eq(kvm_vcpu_set_tsc_khz(&m.vcpu, 2000000), 0);
	ck_assert_int_eq(kvm_fake_get_argument(fake, KVM_SET_TSC_KHZ, 0, &khz,
					       sizeof(khz)),
			 sizeof(khz));
	ck_assert_uint_eq(khz, 2000000);
	fail_next(KVM_GET_TSC_KHZ, -EIO);
	ck_assert_int_eq(kvm_vcpu_get_tsc_khz(&m.vcpu), -EIO);
	machine_fini(&m);
}
END_TEST

CASE(KVM_SET_SREGS2, kvm_vcpu_set_sregs2(&m.vcpu, ARG))
CASE(KVM_SET_XCRS, kvm_vcpu_set_xcrs(&m.vcpu, ARG))
CASE(KVM_SET_DEBUGREGS, kvm_vcpu_set_debugregs(&m.vcpu, ARG))
CASE(KVM_SET_CPUID2, kvm_vcpu_set_cpuid2(&m.vcpu, ARG))
CASE(KVM_SET_XSAVE, kvm_vcpu_set_xsave(&m.vcpu, ARG))

/* The errors that the headers list and that only some host gives. */
static const struct {
	unsigned long request;
	int (*call)(void);
	int err;
} failures[] = {
	{ KVM_SET_SREGS2, call_KVM_SET_SREGS2, -EINVAL },
	{ KVM_SET_XCRS, call_KVM_SET_XCRS, -EINVAL },
	{ KVM_SET_DEBUGREGS, call_KVM_SET_DEBUGREGS, -EINVAL },
	{ KVM_SET_CPUID2, call_KVM_SET_CPUID2, -EINVAL },
	{ KVM_SET_XSAVE, call_KVM_SET_XSAVE, -EINVAL },
	{ KVM_SET_NESTED_STATE, call_KVM_SET_NESTED_STATE, -EINVAL },
	{ KVM_GET_PIT, call_KVM_GET_PIT, -ENXIO },
	{ KVM_SET_PIT, call_KVM_SET_PIT, -ENXIO },
	{ KVM_SET_TSC_KHZ, call_KVM_SET_TSC_KHZ, -EINVAL },
	{ KVM_SET_NR_MMU_PAGES, call_KVM_SET_NR_MMU_PAGES, -EINVAL },
	{ KVM_SET_PMU_EVENT_FILTER, call_KVM_SET_PMU_EVENT_FILTER, -E2BIG },
	{ KVM_SET_PMU_EVENT_FILTER, call_KVM_SET_PMU_EVENT_FILTER, -EINVAL },
};

START_TEST(errors_of_the_kernel_come_unchanged)
{
	memset(&arg, 0, sizeof(arg));
	machine_init(&m, "", 0);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		fail_next(failures[i].request, failures[i].err);
		ck_assert_int_eq(failures[i].call(), failures[i].err);
	}
	fail_next(KVM_SET_TSC_KHZ, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_tsc_khz(&m.vcpu, 0), -EINVAL);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("x86_wrappers",
			 each_makes_its_own_call_with_what_it_was_given,
			 arguments_are_put_into_their_structures,
			 a_vcpu_has_a_clock_of_its_own,
			 errors_of_the_kernel_come_unchanged);
}
