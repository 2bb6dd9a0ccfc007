/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "machine.h"
#include "runner.h"

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
	struct kvm_regs regs;

	machine_init(&m, input_code, sizeof(input_code));
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
	ck_assert(!exit_.io.is_write);
	exit_.io.data[0] = 0x5a;
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_get_regs(&m.vcpu, &regs), 0);
	ck_assert_uint_eq(regs.rax & 0xff, 0x5a);
	machine_fini(&m);
}
END_TEST

START_TEST(complete_io_applies_the_answer_and_counts_as_a_kick)
{
	struct kvm_regs regs;

	machine_init(&m, input_code, sizeof(input_code));
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	exit_.io.data[0] = 0xa5;
	ck_assert_int_eq(kvm_vcpu_complete_io(&m.vcpu, &exit_), 0);
	ck_assert_int_eq(kvm_vcpu_get_regs(&m.vcpu, &regs), 0);
	ck_assert_uint_eq(regs.rax & 0xff, 0xa5);
	ck_assert_uint_eq(regs.rip, GUEST_CODE + 4);
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
	struct kvm_regs regs;

	machine_init(&m, code, sizeof(code));
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
	ck_assert_int_eq(kvm_vcpu_get_regs(&m.vcpu, &regs), 0);
	ck_assert_uint_eq(regs.rax & 0xff, 0x99);
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

int main(void)
{
	require_kvm();
	return RUN_TESTS(
		"vcpu", output_shows_port_width_and_data,
		string_output_keeps_the_access_width, input_takes_the_answer,
		complete_io_applies_the_answer_and_counts_as_a_kick,
		memory_without_a_slot_is_mmio,
		running_device_memory_is_an_internal_error,
		same_id_twice_returns_eexist,
		id_beyond_the_limit_returns_einval, fini_accepts_a_zeroed_vcpu,
		mp_state_is_what_it_was_set_to,
		enable_cap_of_an_unknown_one_returns_einval,
		immediate_exit_returns_before_the_guest_runs,
		kick_before_the_run_is_not_lost, kick_ends_a_guest_that_spins,
		kick_with_a_bad_signal_returns_einval,
		signal_mask_lets_a_blocked_signal_through);
}
