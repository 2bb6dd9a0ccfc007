/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <event-manager/event_manager.h>

static struct vm_event_manager manager;
static int fds[2];

/* What a handler saw, and which fd it removes when it runs (-1: none). */
struct seen {
	unsigned int calls;
	uint32_t events;
	int remove;
};

static void handler(void *context, uint32_t events)
{
	struct seen *seen = context;

	seen->calls++;
	seen->events = events;
	if (seen->remove >= 0)
		ck_assert_int_eq(vm_event_remove(&manager, seen->remove), 0);
}

static void setup(void)
{
	ck_assert_int_eq(vm_event_init(&manager), 0);
	for (int i = 0; i < 2; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		ck_assert_int_ge(fds[i], 0);
	}
}

static void teardown(void)
{
	vm_event_fini(&manager);
	close(fds[0]);
	close(fds[1]);
}

static void ring(int i)
{
	ck_assert_int_eq(eventfd_write(fds[i], 1), 0);
}

START_TEST(handler_is_called_with_the_event)
{
	struct seen seen = { .remove = -1 };

	ck_assert_int_eq(
		vm_event_add(&manager, fds[0], EPOLLIN, handler, &seen), 0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	ring(0);
	ck_assert_int_eq(vm_event_wait(&manager, -1), 1);
	ck_assert_uint_eq(seen.calls, 1);
	ck_assert_uint_eq(seen.events, EPOLLIN);
}
END_TEST

START_TEST(set_replaces_what_is_waited_for)
{
	struct seen seen = { .remove = -1 };

	ck_assert_int_eq(vm_event_add(&manager, fds[0], 0, handler, &seen), 0);
	ring(0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	ck_assert_int_eq(vm_event_set(&manager, fds[0], EPOLLIN), 0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 1);
}
END_TEST

START_TEST(removed_source_is_silent)
{
	struct seen seen = { .remove = -1 };

	ck_assert_int_eq(
		vm_event_add(&manager, fds[0], EPOLLIN, handler, &seen), 0);
	ring(0);
	ck_assert_int_eq(vm_event_remove(&manager, fds[0]), 0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	ck_assert_int_eq(vm_event_remove(&manager, fds[0]), -ENOENT);
	ck_assert_int_eq(vm_event_set(&manager, fds[0], 0), -ENOENT);
}
END_TEST

/* Both events arrive in one round; whichever is first removes the other. */
START_TEST(source_removed_by_a_handler_is_silent_in_the_same_round)
{
	struct seen seen[2] = { { .remove = fds[1] }, { .remove = fds[0] } };

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(vm_event_add(&manager, fds[i], EPOLLIN,
					      handler, &seen[i]),
				 0);
		ring(i);
	}
	ck_assert_int_eq(vm_event_wait(&manager, 0), 1);
	ck_assert_uint_eq(seen[0].calls + seen[1].calls, 1);
	ck_assert_uint_eq(manager.count, 1);
}
END_TEST

START_TEST(handler_may_remove_its_own_source)
{
	struct seen seen = { .remove = fds[0] };

	ck_assert_int_eq(
		vm_event_add(&manager, fds[0], EPOLLIN, handler, &seen), 0);
	ring(0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 1);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	ck_assert_int_eq(
		vm_event_add(&manager, fds[0], EPOLLIN, handler, &seen), 0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 1);
}
END_TEST

START_TEST(source_whose_fd_was_closed_can_be_removed)
{
	struct seen seen = { .remove = -1 };
	int fd = dup(fds[0]);

	ck_assert_int_eq(vm_event_add(&manager, fd, EPOLLIN, handler, &seen),
			 0);
	close(fd);
	ck_assert_int_eq(vm_event_remove(&manager, fd), 0);
	ck_assert_int_eq(vm_event_remove(&manager, fd), -ENOENT);
	ck_assert_uint_eq(manager.count, 0);
	/* Whose memory must not be gone while epoll still knows the file. */
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	ring(0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	ck_assert_uint_eq(seen.calls, 0);
}
END_TEST

START_TEST(hang_up_is_told_unasked)
{
	struct seen seen = { .remove = -1 };
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(vm_event_add(&manager, ends[0], 0, handler, &seen), 0);
	close(ends[1]);
	ck_assert_int_eq(vm_event_wait(&manager, -1), 1);
	ck_assert_uint_eq(seen.events, EPOLLHUP);
	close(ends[0]);
}
END_TEST

START_TEST(add_refuses_what_cannot_be_watched)
{
	struct seen seen = { .remove = -1 };
	FILE *file = tmpfile();

	ck_assert_int_eq(vm_event_add(&manager, fds[0], EPOLLIN, NULL, &seen),
			 -EINVAL);
	ck_assert_int_eq(vm_event_add(&manager, -1, EPOLLIN, handler, &seen),
			 -EBADF);
	ck_assert_int_eq(vm_event_add(&manager, fileno(file), EPOLLIN, handler,
				      &seen),
			 -EPERM);
	ck_assert_int_eq(
		vm_event_add(&manager, fds[0], EPOLLIN, handler, &seen), 0);
	ck_assert_int_eq(vm_event_add(&manager, fds[0], EPOLLIN, handler,
				      &seen),
			 -EEXIST);
	ck_assert_uint_eq(manager.count, 1);
	fclose(file);
}
END_TEST

START_TEST(one_round_is_bounded_and_starves_nobody)
{
	struct seen seen[40] = { 0 };
	int many[40], rounds = 0, calls = 0;

	for (int i = 0; i < 40; i++) {
		seen[i].remove = many[i] = eventfd(1, EFD_CLOEXEC);
		ck_assert_int_eq(vm_event_add(&manager, many[i], EPOLLIN,
					      handler, &seen[i]),
				 0);
	}
	while (calls < 40) {
		int r = vm_event_wait(&manager, 0);

		ck_assert_int_gt(r, 0);
		ck_assert_int_lt(r, 40);
		calls += r;
		rounds++;
	}
	ck_assert_int_gt(rounds, 1);
	for (int i = 0; i < 40; i++) {
		ck_assert_uint_eq(seen[i].calls, 1);
		close(many[i]);
	}
}
END_TEST

static void ignore(int signal)
{
	(void)signal;
}

START_TEST(signal_ends_the_wait_without_an_error)
{
	struct sigaction action = { .sa_handler = ignore };
	struct itimerval soon = { { 0, 10000 }, { 0, 10000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	ck_assert_int_eq(vm_event_wait(&manager, -1), 0);
}
END_TEST

START_TEST(wake_ends_one_wait)
{
	struct seen seen = { .remove = -1 };

	ck_assert_int_eq(
		vm_event_add(&manager, fds[0], EPOLLIN, handler, &seen), 0);
	vm_event_wake(&manager);
	vm_event_wake(&manager);
	ck_assert_int_eq(vm_event_wait(&manager, -1), 0);
	ck_assert_int_eq(vm_event_wait(&manager, 0), 0);
	vm_event_wake(&manager);
	ring(0);
	ck_assert_int_eq(vm_event_wait(&manager, -1), 1);
}
END_TEST

static void *wake_later(void *argument)
{
	usleep(10000);
	vm_event_wake(argument);
	return NULL;
}

START_TEST(another_thread_may_wake)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, wake_later, &manager),
			 0);
	ck_assert_int_eq(vm_event_wait(&manager, -1), 0);
	pthread_join(thread, NULL);
}
END_TEST

START_TEST(init_without_a_free_descriptor_fails)
{
	struct vm_event_manager other;
	struct rlimit some, none;
	int first, second;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &some), 0);
	none = some;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	first = vm_event_init(&other);
	/* Room for the epoll descriptor, and not for the eventfd. */
	none.rlim_cur = (rlim_t)fds[1] + 2;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	second = vm_event_init(&other);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &some), 0);
	ck_assert_int_eq(first, -EMFILE);
	ck_assert_int_eq(second, -EMFILE);
}
END_TEST

START_TEST(zeroed_manager_needs_no_release)
{
	struct vm_event_manager zeroed = { 0 };

	ck_assert_int_eq(dup2(fds[0], 0), 0);
	vm_event_fini(&zeroed);
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
}
END_TEST

START_TEST(manager_that_was_released_refuses_to_wait)
{
	struct vm_event_manager other;

	ck_assert_int_eq(vm_event_init(&other), 0);
	vm_event_fini(&other);
	ck_assert_int_eq(vm_event_wait(&other, 0), -EBADF);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("event_manager");
	TCase *tcase = tcase_create("event_manager");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, handler_is_called_with_the_event);
	tcase_add_test(tcase, set_replaces_what_is_waited_for);
	tcase_add_test(tcase, removed_source_is_silent);
	tcase_add_test(tcase,
		       source_removed_by_a_handler_is_silent_in_the_same_round);
	tcase_add_test(tcase, handler_may_remove_its_own_source);
	tcase_add_test(tcase, source_whose_fd_was_closed_can_be_removed);
	tcase_add_test(tcase, hang_up_is_told_unasked);
	tcase_add_test(tcase, add_refuses_what_cannot_be_watched);
	tcase_add_test(tcase, one_round_is_bounded_and_starves_nobody);
	tcase_add_test(tcase, signal_ends_the_wait_without_an_error);
	tcase_add_test(tcase, wake_ends_one_wait);
	tcase_add_test(tcase, another_thread_may_wake);
	tcase_add_test(tcase, init_without_a_free_descriptor_fails);
	tcase_add_test(tcase, zeroed_manager_needs_no_release);
	tcase_add_test(tcase, manager_that_was_released_refuses_to_wait);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
