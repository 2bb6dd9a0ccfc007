/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/event.h>
#ifdef __x86_64__
#include <kvm-ioctls/x86.h>
#endif

#include "machine.h"

static struct machine m;
static struct kvm_exit exit_;

START_TEST(single_step_is_a_debug_exit)
{
	const struct kvm_guest_debug debug = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};

	/* nop; nop; hlt */
	machine_init(&m, "\x90\x90\xf4", 3);
	ck_assert_int_eq(kvm_vcpu_set_guest_debug(&m.vcpu, &debug), 0);
	expect_exit(KVM_EXIT_DEBUG);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_DEBUG);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_debugging_come_unchanged)
{
	const struct kvm_guest_debug debug = { .control = 0 };

	machine_init(&m, "", 0);
	fail_next(KVM_SET_GUEST_DEBUG, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_set_guest_debug(&m.vcpu, &debug), -EINVAL);
	fail_next(KVM_SET_GUEST_DEBUG, -EBUSY);
	ck_assert_int_eq(kvm_vcpu_set_guest_debug(&m.vcpu, &debug), -EBUSY);
	machine_fini(&m);
}
END_TEST

#ifdef __x86_64__
START_TEST(step_tells_where_it_stopped)
{
	const struct kvm_guest_debug debug = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};

	machine_init(&m, "\x90\x90\xf4", 3);
	ck_assert_int_eq(kvm_vcpu_set_guest_debug(&m.vcpu, &debug), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_DEBUG);
	ck_assert_uint_eq(exit_.debug->pc, GUEST_CODE + 1);
	machine_fini(&m);
}
END_TEST

START_TEST(interrupt_goes_in_when_the_guest_is_ready)
{
	/* sti; nop; hlt */
	static const uint8_t code[] = { 0xfb, 0x90, 0xf4 };
	/* out %al, $0x10; hlt */
	static const uint8_t handler[] = { 0xe6, 0x10, 0xf4 };
	const uint16_t vector[] = { 0x3000, 0 };

	machine_init(&m, code, sizeof(code));
	memcpy(m.ram + 0x3000, handler, sizeof(handler));
	memcpy(m.ram + 0x41 * sizeof(vector), vector, sizeof(vector));
	m.vcpu.run->request_interrupt_window = 1;
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	/* A KVM that emulates instructions reaches the halt first. */
	ck_assert(exit_.reason == KVM_EXIT_IRQ_WINDOW_OPEN ||
		  exit_.reason == KVM_EXIT_HLT);
	ck_assert_uint_eq(m.vcpu.run->ready_for_interrupt_injection, 1);
	m.vcpu.run->request_interrupt_window = 0;
	ck_assert_int_eq(kvm_vcpu_interrupt(&m.vcpu, 0x41), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
	ck_assert_uint_eq(exit_.io.port, 0x10);
	machine_fini(&m);
}
END_TEST

START_TEST(interrupt_that_cannot_be_is_refused)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_interrupt(&m.vcpu, 256), -EINVAL);
	machine_fini(&m);
	machine_init_irqchip(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_interrupt(&m.vcpu, 0x41), -ENXIO);
	machine_fini(&m);
}
END_TEST

START_TEST(a_second_interrupt_returns_eexist)
{
	machine_init(&m, "", 0);
	fail_next(KVM_INTERRUPT, -EEXIST);
	ck_assert_int_eq(kvm_vcpu_interrupt(&m.vcpu, 0x41), -EEXIST);
	machine_fini(&m);
}
END_TEST

START_TEST(pending_nmi_shows_among_the_events)
{
	struct kvm_vcpu_events events;

	machine_init_irqchip(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_nmi(&m.vcpu), 0);
	ck_assert_int_eq(kvm_vcpu_get_vcpu_events(&m.vcpu, &events), 0);
	if (!fake)
		ck_assert_uint_eq(events.nmi.pending | events.nmi.injected, 1);
	events.nmi.pending = 0;
	events.flags = KVM_VCPUEVENT_VALID_NMI_PENDING;
	ck_assert_int_eq(kvm_vcpu_set_vcpu_events(&m.vcpu, &events), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(impossible_events_return_einval)
{
	const struct kvm_vcpu_events events = { .flags = 0x80000000 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_set_vcpu_events(&m.vcpu, &events), -EINVAL);
	machine_fini(&m);
}
END_TEST

START_TEST(smi_is_not_supported_where_smm_is_not)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vcpu_smi(&m.vcpu), -ENOTSUP);
	fail_next(KVM_SMI, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_smi(&m.vcpu), -EINVAL);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS                                                      \
	single_step_is_a_debug_exit, interrupt_that_cannot_be_is_refused, \
		pending_nmi_shows_among_the_events
#define KVM_TESTS                                          \
	step_tells_where_it_stopped,                       \
		interrupt_goes_in_when_the_guest_is_ready, \
		impossible_events_return_einval
#define FAKE_TESTS                                                             \
	errors_of_debugging_come_unchanged, a_second_interrupt_returns_eexist, \
		smi_is_not_supported_where_smm_is_not
#else
#define COMMON_TESTS single_step_is_a_debug_exit
#define KVM_TESTS    single_step_is_a_debug_exit
#define FAKE_TESTS   errors_of_debugging_come_unchanged
#endif

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("event", COMMON_TESTS, KVM_TESTS);
	return RUN_TESTS("event", COMMON_TESTS, FAKE_TESTS);
}
