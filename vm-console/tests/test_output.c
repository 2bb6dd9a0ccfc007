/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vm-console/output.h>

static struct vm_console_output output;
static pthread_t thread;
static sem_t has_room;
static int ends[2];

static void room(void *ctx)
{
	ck_assert_ptr_eq(ctx, &has_room);
	sem_post(&has_room);
}

static void *runner(void *argument)
{
	(void)argument;
	return (void *)(intptr_t)vm_console_output_run(&output);
}

static void start(int fd)
{
	ck_assert_int_eq(vm_console_output_init(&output, fd, room, &has_room),
			 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, runner, NULL), 0);
}

static int stop(void)
{
	void *result;

	vm_console_output_close(&output);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	vm_console_output_fini(&output);
	return (int)(intptr_t)result;
}

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(sem_init(&has_room, 0, 0), 0);
	ck_assert_int_eq(pipe(ends), 0);
}

static void teardown(void)
{
	close(ends[0]);
	close(ends[1]);
	sem_destroy(&has_room);
}

static void push(const char *text)
{
	size_t len = strlen(text);

	ck_assert_uint_eq(vm_console_output_push(&output, (const uint8_t *)text,
						 len),
			  len);
}

START_TEST(bytes_come_out_in_order)
{
	char data[6] = "";

	start(ends[1]);
	push("hel");
	push("lo");
	for (size_t got = 0; got < 5;) {
		ssize_t n = read(ends[0], data + got, 5 - got);

		ck_assert_int_gt(n, 0);
		got += (size_t)n;
	}
	ck_assert_str_eq(data, "hello");
	ck_assert_int_eq(stop(), 0);
}
END_TEST

START_TEST(what_was_pushed_before_the_close_is_written)
{
	char data[8];

	ck_assert_int_eq(
		vm_console_output_init(&output, ends[1], room, &has_room), 0);
	push("bye");
	vm_console_output_close(&output);
	ck_assert_int_eq(vm_console_output_run(&output), 0);
	vm_console_output_fini(&output);
	ck_assert_int_eq(read(ends[0], data, sizeof(data)), 3);
	ck_assert_mem_eq(data, "bye", 3);
}
END_TEST

START_TEST(full_queue_takes_no_more_and_tells_when_there_is_room)
{
	static uint8_t data[VM_CONSOLE_OUTPUT_SIZE + 100];
	size_t taken;

	/* Nobody runs yet, so the queue fills. */
	ck_assert_int_eq(
		vm_console_output_init(&output, ends[1], room, &has_room), 0);
	taken = vm_console_output_push(&output, data, sizeof(data));
	ck_assert_uint_eq(taken, VM_CONSOLE_OUTPUT_SIZE);
	ck_assert_uint_eq(vm_console_output_push(&output, data, 1), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, runner, NULL), 0);
	sem_wait(&has_room);
	ck_assert_uint_eq(vm_console_output_push(&output, data, 1), 1);
	ck_assert_int_eq(stop(), 0);
}
END_TEST

/* A megabyte with varying lengths, through both wraps of the ring. */
START_TEST(nothing_is_lost_under_load)
{
	const size_t total = 1 << 20;
	uint8_t chunk[257], byte = 0, want = 0;
	size_t pushed = 0, got = 0;
	pid_t child;
	int status;

	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		close(ends[1]);
		while (read(ends[0], &byte, 1) == 1) {
			if (byte != (uint8_t)(want * 31 + (want >> 3)))
				_exit(1);
			want++;
			got++;
		}
		_exit(got == total ? 0 : 2);
	}
	start(ends[1]);
	while (pushed < total) {
		size_t len = 1 + pushed % sizeof(chunk), n;

		len = len < total - pushed ? len : total - pushed;
		for (size_t i = 0; i < len; i++) {
			uint8_t k = (uint8_t)(pushed + i);

			chunk[i] = (uint8_t)(k * 31 + (k >> 3));
		}
		n = vm_console_output_push(&output, chunk, len);
		pushed += n;
		if (n < len)
			sem_wait(&has_room);
	}
	ck_assert_int_eq(stop(), 0);
	close(ends[1]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ends[1] = open("/dev/null", O_WRONLY);
}
END_TEST

START_TEST(reader_who_has_gone_is_an_error_and_the_rest_is_dropped)
{
	void *result;

	close(ends[0]);
	start(ends[1]);
	push("lost");
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_int_eq((int)(intptr_t)result, -EPIPE);
	push("also lost");
	vm_console_output_fini(&output);
	ends[0] = open("/dev/null", O_RDONLY);
}
END_TEST

START_TEST(file_that_does_not_block_is_waited_for)
{
	char byte = 'x';

	ck_assert_int_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], &byte, 1) == 1)
		;
	start(ends[1]);
	push("!");
	while (byte != '!')
		ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	ck_assert_int_eq(stop(), 0);
}
END_TEST

/*
 * On one processor with a pusher of the lowest priority the thread runs to its
 * end as soon as it is woken, between the pusher's look at the failure and its
 * wait for room.
 */
START_TEST(pusher_does_not_wait_for_room_after_a_failure)
{
	static uint8_t data[VM_CONSOLE_OUTPUT_SIZE + 1];
	const struct sched_param none = { 0 };
	int full = open("/dev/full", O_WRONLY);
	struct timespec soon;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(one), &one), 0);
	start(full);
	ck_assert_int_eq(sched_setscheduler(0, SCHED_IDLE, &none), 0);
	if (vm_console_output_push(&output, data, sizeof(data)) <
	    sizeof(data)) {
		clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_sec += 10;
		ck_assert_int_eq(sem_timedwait(&has_room, &soon), 0);
	}
	ck_assert_int_eq(stop(), -ENOSPC);
	close(full);
}
END_TEST

START_TEST(zeroed_queue_needs_no_release)
{
	struct vm_console_output zeroed = { 0 };
	int fd = dup(ends[0]);

	ck_assert_int_eq(dup2(fd, 0), 0);
	vm_console_output_fini(&zeroed);
	ck_assert_int_ge(fcntl(0, F_GETFD), 0);
	close(fd);
}
END_TEST

START_TEST(error_of_the_file_is_returned)
{
	int full = open("/dev/full", O_WRONLY);

	start(full);
	push("x");
	ck_assert_int_eq(stop(), -ENOSPC);
	close(full);
}
END_TEST

START_TEST(init_without_a_free_descriptor_fails)
{
	struct rlimit some, none;
	int r;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &some), 0);
	none = some;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	r = vm_console_output_init(&output, 1, room, &has_room);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &some), 0);
	ck_assert_int_eq(r, -EMFILE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("output");
	TCase *tcase = tcase_create("output");
	SRunner *check_runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, bytes_come_out_in_order);
	tcase_add_test(tcase, what_was_pushed_before_the_close_is_written);
	tcase_add_test(tcase,
		       full_queue_takes_no_more_and_tells_when_there_is_room);
	tcase_add_test(tcase, nothing_is_lost_under_load);
	tcase_add_test(tcase,
		       reader_who_has_gone_is_an_error_and_the_rest_is_dropped);
	tcase_add_test(tcase, error_of_the_file_is_returned);
	tcase_add_test(tcase, file_that_does_not_block_is_waited_for);
	tcase_add_test(tcase, pusher_does_not_wait_for_room_after_a_failure);
	tcase_add_test(tcase, zeroed_queue_needs_no_release);
	tcase_add_test(tcase, init_without_a_free_descriptor_fails);
	srunner_run_all(check_runner, CK_ENV);
	failed = srunner_ntests_failed(check_runner);
	srunner_free(check_runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
