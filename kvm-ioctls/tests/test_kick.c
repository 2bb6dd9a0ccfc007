/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A vCPU that never leaves by itself, and another thread that kicks it 100000
 * times: one lost kick hangs the test.
 */
#include <check.h>
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "machine.h"

#define KICKS 100000

/* hlt, which an in-kernel irqchip turns into waiting; jmp to the hlt */
static const uint8_t halt_code[] = { 0xf4, 0xeb, 0xfd };
/* jmp to itself */
static const uint8_t spin_code[] = { 0xeb, 0xfe };

static struct machine m;
static pthread_t vcpu_thread;
/* How many kicks were made, and how many of them the kicker waits for. */
static atomic_uint wanted;
static unsigned int burst;
/* Posted for the last kick of each burst. */
static sem_t seen;

static void do_nothing(int signo)
{
	(void)signo;
}

/*
 * Bursts of kicks, each waited for.  In bursts of one no kick can make up for
 * another; longer ones hit the vCPU's thread wherever it happens to be.
 */
static void *kick(void *arg)
{
	int failed = 0;

	(void)arg;
	for (unsigned int i = 1; i <= KICKS; i++) {
		/* Pairs with the load in the vCPU's loop. */
		atomic_store_explicit(&wanted, i, memory_order_release);
		failed |= kvm_vcpu_kick(&m.vcpu, vcpu_thread, SIGUSR1);
		while (i % burst == 0 && sem_wait(&seen) != 0)
			continue;
	}
	return failed ? &m : NULL;
}

/* Returns how often the run ended, when the last kick was seen. */
static unsigned int run_until_all_are_seen(void)
{
	struct kvm_exit exit;
	unsigned int now = 0, before, ends = 0;

	while (now != KICKS) {
		ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit), -EINTR);
		ends++;
		kvm_vcpu_clear_kick(&m.vcpu);
		before = now;
		/* Pairs with the store in the kicker. */
		now = atomic_load_explicit(&wanted, memory_order_acquire);
		if (now != before && now % burst == 0)
			sem_post(&seen);
	}
	return ends;
}

static void storm(unsigned int in_a_row)
{
	struct sigaction act = { .sa_handler = do_nothing };
	pthread_t kicker;
	void *failed;

	burst = in_a_row;
	vcpu_thread = pthread_self();
	ck_assert_int_eq(sem_init(&seen, 0, 0), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &act, NULL), 0);
	ck_assert_int_eq(pthread_create(&kicker, NULL, kick, NULL), 0);
	ck_assert_uint_ge(run_until_all_are_seen(), KICKS / in_a_row);
	ck_assert_int_eq(pthread_join(kicker, &failed), 0);
	ck_assert_ptr_null(failed);
}

START_TEST(each_of_100000_kicks_wakes_a_halted_guest)
{
	machine_init_irqchip(&m, halt_code, sizeof(halt_code));
	storm(1);
	machine_fini(&m);
}
END_TEST

START_TEST(each_burst_of_100000_kicks_stops_a_spinning_guest)
{
	machine_init(&m, spin_code, sizeof(spin_code));
	storm(100);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	return RUN_TESTS("kick", each_of_100000_kicks_wakes_a_halted_guest,
			 each_burst_of_100000_kicks_stops_a_spinning_guest);
}
