/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "machine.h"

static struct machine m;
static struct kvm_exit exit_;

static void do_nothing(int signo)
{
	(void)signo;
}

static void install_handler(void)
{
	struct sigaction act = { .sa_handler = do_nothing };

	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
}

START_TEST(output_shows_port_width_and_data)
{
	static const uint8_t code[] = {
		0xba, 0xf8, 0x03, /* mov $0x3f8, %dx */
		0xb0, 0x42, /* mov $0x42, %al */
		0xee, /* out %al, (%dx) */
		0xb8, 0x34, 0x12, /* mov $0x1234, %ax */
		0xef, /* out %ax, (%dx) */
		0xf4, /* hlt */
	};

	machine_init(&m, code, sizeof(code));
	expect_output(0x3f8, 1, 1, "\x42");
	expect_output(0x3f8, 2, 1, "\x34\x12");
	expect_exit(KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
	ck_assert(exit_.io.is_write);
	ck_assert_uint_eq(exit_.io.port, 0x3f8);
	ck_assert_uint_eq(exit_.io.width, 1);
	ck_assert_uint_eq(exit_.io.count, 1);
	ck_assert_uint_eq(exit_.io.data[0], 0x42);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.io.width, 2);
	ck_assert_mem_eq(exit_.io.data, "\x34\x12", 2);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
	machine_fini(&m);
}
END_TEST

START_TEST(string_output_keeps_the_access_width)
{
	static const uint8_t code[] = {
		0xba, 0x10, 0x00, /* mov $0x10, %dx */
		0xbe, 0x00, 0x20, /* mov $0x2000, %si */
		0xb9, 0x03, 0x00, /* mov $3, %cx */
		0xf3, 0x6f, /* rep outsw */
		0xf4, /* hlt */
	};
	uint8_t seen[6] = { 0 };
	size_t len = 0, n;

	machine_init(&m, code, sizeof(code));
	memcpy(m.ram + 0x2000, "abcdef", 6);
	expect_output(0x10, 2, 3, "abcdef");
	expect_exit(KVM_EXIT_HLT);
	for (;;) {
		ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
		if (exit_.reason == KVM_EXIT_HLT)
			break;
		ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
		ck_assert_uint_eq(exit_.io.width, 2);
		n = (size_t)exit_.io.width * exit_.io.count;
		ck_assert_uint_le(len + n, sizeof(seen));
		memcpy(seen + len, exit_.io.data, n);
		len += n;
	}
	ck_assert_uint_eq(len, 6);
	ck_assert_mem_eq(seen, "abcdef", 6);
	machine_fini(&m);
}
END_TEST

/* in (%dx), %al; hlt */
static const uint8_t input_code[] = { 0xba, 0x60, 0x00, 0xec, 0xf4 };

START_TEST(input_takes_the_answer)
{
	machine_init(&m, input_code, sizeof(input_code));
	expect_input(0x60, 1);
	expect_exit(KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
	ck_assert(!exit_.io.is_write);
	exit_.io.data[0] = 0x5a;
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
	check_answer(&m, 0x5a);
	machine_fini(&m);
}
END_TEST

START_TEST(complete_io_applies_the_answer_and_counts_as_a_kick)
{
	machine_init(&m, input_code, sizeof(input_code));
	expect_input(0x60, 1);
	expect_exit(KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	exit_.io.data[0] = 0xa5;
	ck_assert_int_eq(kvm_vcpu_complete_io(&m.vcpu, &exit_), 0);
	check_answer(&m, 0xa5);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EINTR);
	kvm_vcpu_clear_kick(&m.vcpu);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
	machine_fini(&m);
}
END_TEST

START_TEST(memory_without_a_slot_is_mmio)
{
	static const uint8_t code[] = {
		0xb8, 0x00, 0x20, /* mov $0x2000, %ax */
		0x8e, 0xd8, /* mov %ax, %ds */
		0xc6, 0x06, 0x10, 0x00, 0x77, /* movb $0x77, 0x10 */
		0xa0, 0x20, 0x00, /* mov 0x20, %al */
		0xf4, /* hlt */
	};

	machine_init(&m, code, sizeof(code));
	expect_mmio(0x20010, 1, "\x77");
	expect_mmio(0x20020, 1, NULL);
	expect_exit(KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_MMIO);
	ck_assert(exit_.mmio.is_write);
	ck_assert_uint_eq(exit_.mmio.gpa, 0x20010);
	ck_assert_uint_eq(exit_.mmio.len, 1);
	ck_assert_uint_eq(exit_.mmio.data[0], 0x77);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_MMIO);
	ck_assert(!exit_.mmio.is_write);
	ck_assert_uint_eq(exit_.mmio.gpa, 0x20020);
	exit_.mmio.data[0] = 0x99;
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
	check_answer(&m, 0x99);
	machine_fini(&m);
}
END_TEST

START_TEST(running_device_memory_is_an_internal_error)
{
	/* ljmp $0x2000, $0: there is no RAM at 0x20000 */
	static const uint8_t code[] = { 0xea, 0x00, 0x00, 0x00, 0x20 };

	machine_init(&m, code, sizeof(code));
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_INTERNAL_ERROR);
	ck_assert_uint_eq(exit_.internal.suberror,
			  KVM_INTERNAL_ERROR_EMULATION);
	machine_fini(&m);
}
END_TEST

START_TEST(same_id_twice_returns_eexist)
{
	struct kvm_vcpu_fd other;

	machine_init(&m, "\xf4", 1);
	ck_assert_int_eq(kvm_vcpu_init(&other, &m.vm, 0), -EEXIST);
	ck_assert_uint_eq(other.handle.failed, KVM_CREATE_VCPU);
	ck_assert_int_eq(other.handle.fd, -1);
	kvm_vcpu_fini(&other);
	machine_fini(&m);
}
END_TEST

START_TEST(id_beyond_the_limit_returns_einval)
{
	struct kvm_vcpu_fd other;
	int limit;

	machine_init(&m, "\xf4", 1);
	limit = kvm_max_vcpu_id(&m.kvm);
	ck_assert_int_gt(limit, 0);
	ck_assert_int_eq(kvm_vcpu_init(&other, &m.vm, (unsigned long)limit),
			 -EINVAL);
	machine_fini(&m);
}
END_TEST

START_TEST(fini_accepts_a_zeroed_vcpu)
{
	struct kvm_vcpu_fd vcpu = { .run = NULL };

	kvm_vcpu_fini(&vcpu);
	ck_assert_ptr_null(vcpu.run);
}
END_TEST

START_TEST(mp_state_is_what_it_was_set_to)
{
	struct kvm_mp_state state = { .mp_state = 99 };

	machine_init(&m, "\xf4", 1);
	ck_assert_int_eq(kvm_vcpu_get_mp_state(&m.vcpu, &state), 0);
	ck_assert_uint_eq(state.mp_state, KVM_MP_STATE_RUNNABLE);
	ck_assert_int_eq(kvm_vcpu_set_mp_state(&m.vcpu, &state), 0);
	state.mp_state = 99;
	ck_assert_int_eq(kvm_vcpu_set_mp_state(&m.vcpu, &state), -EINVAL);
	machine_fini(&m);
}
END_TEST

START_TEST(enable_cap_of_an_unknown_one_returns_einval)
{
	struct kvm_enable_cap cap = { .cap = 0x7fffffff };

	machine_init(&m, "\xf4", 1);
	ck_assert_int_eq(kvm_vcpu_enable_cap(&m.vcpu, &cap), -EINVAL);
	machine_fini(&m);
}
END_TEST

/* jmp to itself: only a kick ends it */
static const uint8_t spin_code[] = { 0xeb, 0xfe };

START_TEST(immediate_exit_returns_before_the_guest_runs)
{
	machine_init(&m, spin_code, sizeof(spin_code));
	kvm_vcpu_set_immediate_exit(&m.vcpu);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EINTR);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_RUN);
	machine_fini(&m);
}
END_TEST

START_TEST(kick_before_the_run_is_not_lost)
{
	install_handler();
	machine_init(&m, spin_code, sizeof(spin_code));
	ck_assert_int_eq(kvm_vcpu_kick(&m.vcpu, pthread_self(), SIGUSR1), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EINTR);
	machine_fini(&m);
}
END_TEST

static void *kick_after_a_while(void *arg)
{
	const struct timespec while_ = { .tv_nsec = 20 * 1000 * 1000 };
	pthread_t *thread = arg;

	nanosleep(&while_, NULL);
	ck_assert_int_eq(kvm_vcpu_kick(&m.vcpu, *thread, SIGUSR1), 0);
	return NULL;
}

START_TEST(kick_ends_a_guest_that_spins)
{
	pthread_t self = pthread_self(), kicker;

	install_handler();
	machine_init(&m, spin_code, sizeof(spin_code));
	ck_assert_int_eq(
		pthread_create(&kicker, NULL, kick_after_a_while, &self), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EINTR);
	ck_assert_int_eq(pthread_join(kicker, NULL), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(kick_with_a_bad_signal_returns_einval)
{
	machine_init(&m, spin_code, sizeof(spin_code));
	ck_assert_int_eq(kvm_vcpu_kick(&m.vcpu, pthread_self(), 1000), -EINVAL);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_KICK);
	machine_fini(&m);
}
END_TEST

START_TEST(signal_mask_lets_a_blocked_signal_through)
{
	sigset_t blocked, open;

	install_handler();
	machine_init(&m, spin_code, sizeof(spin_code));
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &blocked, &open), 0);
	ck_assert_int_eq(kvm_vcpu_set_signal_mask(&m.vcpu, &open), 0);
	ck_assert_int_eq(pthread_kill(pthread_self(), SIGUSR1), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EINTR);
	ck_assert_int_eq(kvm_vcpu_set_signal_mask(&m.vcpu, NULL), 0);
	machine_fini(&m);
}
END_TEST

#ifdef __x86_64__
START_TEST(register_copies_come_with_the_exit)
{
	/* mov $0x1234, %ax; hlt */
	static const uint8_t code[] = { 0xb8, 0x34, 0x12, 0xf4 };

	machine_init(&m, code, sizeof(code));
	m.vcpu.run->kvm_valid_regs = KVM_SYNC_X86_REGS;
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(m.vcpu.run->s.regs.regs.rax & 0xffff, 0x1234);
	ck_assert_uint_eq(m.vcpu.run->s.regs.regs.rip, GUEST_CODE + 4);
	machine_fini(&m);
}
END_TEST
#else
#define register_copies_come_with_the_exit fini_accepts_a_zeroed_vcpu
#endif

static struct kvm_run *scripted(uint32_t reason)
{
	static struct kvm_run run;

	memset(&run, 0, sizeof(run));
	run.exit_reason = reason;
	return &run;
}

START_TEST(memory_fault_is_an_exit_though_the_call_fails)
{
	static const int errors[] = { -EFAULT, -EHWPOISON };
	const uint64_t payload[] = { 8, 0x5000, 0x1000 };
	struct kvm_run *run = scripted(KVM_EXIT_MEMORY_FAULT);

	machine_init(&m, "", 0);
	memcpy(run->padding, payload, sizeof(payload));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(kvm_fake_push_run(fake, 0, run, errors[i]), 0);
		ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
		ck_assert_uint_eq(exit_.reason, KVM_EXIT_MEMORY_FAULT);
		ck_assert_uint_eq(exit_.memory_fault.gpa, 0x5000);
		ck_assert_int_eq(exit_.memory_fault.error, errors[i]);
	}
	machine_fini(&m);
}
END_TEST

START_TEST(an_old_memory_fault_does_not_explain_a_new_error)
{
	struct kvm_run *run = scripted(KVM_EXIT_MEMORY_FAULT);

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_run(fake, 0, run, -EFAULT), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	fail_next(KVM_RUN, -EFAULT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EFAULT);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_RUN);
	machine_fini(&m);
}
END_TEST

START_TEST(contradictory_exit_returns_ebadmsg)
{
	struct kvm_run *run = scripted(KVM_EXIT_MMIO);

	machine_init(&m, "", 0);
	run->mmio.len = 9;
	ck_assert_int_eq(kvm_fake_push_run(fake, 0, run, 0), 0);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), -EBADMSG);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_DECODE);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_the_run_come_unchanged)
{
	static const int errors[] = { -EAGAIN, -ENOEXEC, -EPERM, -ENOTTY };

	machine_init(&m, "", 0);
	for (int i = 0; i < 4; i++) {
		fail_next(KVM_RUN, errors[i]);
		ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), errors[i]);
	}
	fail_next(KVM_RUN, -EAGAIN);
	ck_assert_int_eq(kvm_vcpu_complete_io(&m.vcpu, &exit_), -EAGAIN);
	machine_fini(&m);
}
END_TEST

START_TEST(complete_io_shows_the_next_part_of_an_exit)
{
	machine_init(&m, "", 0);
	expect_mmio(0x20000, 8, NULL);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	/* The kernel ends such a run at once with the second half. */
	m.vcpu.run->mmio.phys_addr = 0x20008;
	fail_next(KVM_RUN, 0);
	ck_assert_int_eq(kvm_vcpu_complete_io(&m.vcpu, &exit_), 1);
	ck_assert_uint_eq(exit_.mmio.gpa, 0x20008);
	ck_assert_int_eq(kvm_vcpu_complete_io(&m.vcpu, &exit_), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(mapping_that_fails_closes_the_vcpu)
{
	struct kvm_vcpu_fd vcpu;

	machine_init(&m, "", 0);
	m.vm.run_size = 0;
	ck_assert_int_eq(kvm_vcpu_init(&vcpu, &m.vm, 1), -EINVAL);
	ck_assert_uint_eq(vcpu.handle.failed, KVM_CALL_MMAP);
	ck_assert_int_eq(vcpu.handle.fd, -1);
	ck_assert_ptr_null(vcpu.run);
	machine_fini(&m);
}
END_TEST

START_TEST(kick_with_a_full_queue_returns_eagain)
{
	const struct rlimit none = { 0, 0 };
	sigset_t mask;

	machine_init(&m, "", 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGRTMIN);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &mask, NULL), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_SIGPENDING, &none), 0);
	ck_assert_int_eq(kvm_vcpu_kick(&m.vcpu, pthread_self(), SIGRTMIN),
			 -EAGAIN);
	machine_fini(&m);
}
END_TEST

START_TEST(errors_of_creation_come_unchanged)
{
	static const int errors[] = { -ENOMEM, -EMFILE };
	struct kvm_vcpu_fd vcpu;

	machine_init(&m, "", 0);
	for (int i = 0; i < 2; i++) {
		fail_next(KVM_CREATE_VCPU, errors[i]);
		ck_assert_int_eq(kvm_vcpu_init(&vcpu, &m.vm, 1), errors[i]);
		ck_assert_int_eq(vcpu.handle.fd, -1);
	}
	machine_fini(&m);
}
END_TEST

START_TEST(mp_state_may_be_missing)
{
	struct kvm_mp_state state;

	machine_init(&m, "", 0);
	fail_next(KVM_GET_MP_STATE, -EINVAL);
	ck_assert_int_eq(kvm_vcpu_get_mp_state(&m.vcpu, &state), -EINVAL);
	fail_next(KVM_GET_MP_STATE, -ENOTTY);
	ck_assert_int_eq(kvm_vcpu_get_mp_state(&m.vcpu, &state), -ENOTSUP);
	machine_fini(&m);
}
END_TEST

START_TEST(signal_mask_is_the_kernels_eight_bytes)
{
	uint8_t arg[12];
	sigset_t mask;

	machine_init(&m, "", 0);
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	ck_assert_int_eq(kvm_vcpu_set_signal_mask(&m.vcpu, &mask), 0);
	ck_assert_int_eq(kvm_fake_get_argument(fake, KVM_SET_SIGNAL_MASK, 0,
					       arg, sizeof(arg)),
			 12);
	ck_assert_mem_eq(arg, "\x08\0\0\0\x01\0\0\0\0\0\0\0", 12);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS                                                           \
	output_shows_port_width_and_data,                                      \
		string_output_keeps_the_access_width, input_takes_the_answer,  \
		complete_io_applies_the_answer_and_counts_as_a_kick,           \
		memory_without_a_slot_is_mmio, same_id_twice_returns_eexist,   \
		id_beyond_the_limit_returns_einval,                            \
		fini_accepts_a_zeroed_vcpu, mp_state_is_what_it_was_set_to,    \
		enable_cap_of_an_unknown_one_returns_einval,                   \
		immediate_exit_returns_before_the_guest_runs,                  \
		kick_before_the_run_is_not_lost, kick_ends_a_guest_that_spins, \
		kick_with_a_bad_signal_returns_einval

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("vcpu", COMMON_TESTS,
				 running_device_memory_is_an_internal_error,
				 register_copies_come_with_the_exit,
				 signal_mask_lets_a_blocked_signal_through);
	return RUN_TESTS("vcpu", COMMON_TESTS,
			 memory_fault_is_an_exit_though_the_call_fails,
			 an_old_memory_fault_does_not_explain_a_new_error,
			 contradictory_exit_returns_ebadmsg,
			 errors_of_the_run_come_unchanged,
			 complete_io_shows_the_next_part_of_an_exit,
			 mapping_that_fails_closes_the_vcpu,
			 kick_with_a_full_queue_returns_eagain,
			 errors_of_creation_come_unchanged,
			 mp_state_may_be_missing,
			 signal_mask_is_the_kernels_eight_bytes);
}
