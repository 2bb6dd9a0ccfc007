/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * How many system calls a request takes, all told: the VMM's wait for the
 * notification, the device's, and one for each interrupt.
 */
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "block_support.h"

/* A call that nothing here makes otherwise. */
#define MARK SYS_getppid

#define ROUNDS 20

struct load {
	int (*new_engine)(const struct vm_block_image *image,
			  struct vm_block_engine *ret_engine);
	uint32_t type;
	unsigned int depth;
};

/* The VMM's loop: the notification's eventfd, edge-triggered, and the device */
struct loop {
	struct disk disk;
	int epoll_fd;
	int kick_fd;
};

static void loop_init(struct loop *loop, const struct load *load)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int fd;

	disk_open(&loop->disk, 0);
	ck_assert_int_eq(load->new_engine(&loop->disk.image,
					  &loop->disk.config.engine),
			 0);
	disk_plug(&loop->disk);
	disk_start(&loop->disk);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->kick_fd = eventfd(0, EFD_CLOEXEC);
	ck_assert_int_eq(epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->kick_fd,
				   &event),
			 0);
	fd = vm_virtio_device_fd(loop->disk.device);
	event = (struct epoll_event){ .events = EPOLLIN, .data.u32 = 1 };
	if (fd >= 0)
		ck_assert_int_eq(epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd,
					   &event),
				 0);
}

static void loop_fini(struct loop *loop)
{
	close(loop->epoll_fd);
	close(loop->kick_fd);
	disk_fini(&loop->disk);
}

/* What the guest does: it offers requests and notifies. */
static void offer_all(struct loop *loop, const struct load *load)
{
	for (uint64_t i = 0; i < load->depth; i++) {
		vm_gpa at = DATA_AT + 0x1000 * i;
		const struct virtq_buf bufs[] = {
			{ at, 16, false },
			{ at + 0x200, SECTOR, load->type == VIRTIO_BLK_T_IN },
			{ at + 0x100, 1, true },
		};

		put_header(&loop->disk, at, load->type, i);
		ck_assert_int_eq(virtq_driver_add(loop->disk.rig.drivers[0],
						  bufs, 3,
						  VIRTQ_DRIVER_INDIRECT, i),
				 0);
	}
	if (virtq_driver_publish(loop->disk.rig.drivers[0]))
		ck_assert_int_eq(eventfd_write(loop->kick_fd, 1), 0);
}

static void serve_all(struct loop *loop, uint64_t until)
{
	struct vm_virtio_device *device = loop->disk.device;

	while (device->stats.requests < until) {
		struct epoll_event event;

		if (epoll_wait(loop->epoll_fd, &event, 1, 1000) != 1)
			_exit(2);
		if (event.data.u32)
			vm_virtio_device_handle(device);
		else
			vm_virtio_device_notify(device, 0);
	}
}

static void collect_all(struct loop *loop, unsigned int count)
{
	struct virtq_driver_used used;

	while (count--)
		ck_assert_int_eq(
			virtq_driver_get(loop->disk.rig.drivers[0], &used), 1);
	virtq_driver_enable_interrupts(loop->disk.rig.drivers[0], 0);
}

static void run_load(const struct load *load)
{
	struct loop loop;

	loop_init(&loop, load);
	for (unsigned int i = 1; i <= ROUNDS; i++) {
		unsigned int before = loop.disk.rig.interrupts;

		offer_all(&loop, load);
		syscall(MARK);
		serve_all(&loop, (uint64_t)i * load->depth);
		/* One write to the irqfd each. */
		while (before++ < loop.disk.rig.interrupts)
			eventfd_write(-1, 1);
		syscall(MARK);
		collect_all(&loop, load->depth);
	}
	loop_fini(&loop);
}

static bool is_entry(pid_t child, uint64_t *ret_number)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof(info), &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	*ret_number = info.entry.nr;
	return true;
}

/* Counts the child's system calls between marks, until it ends well. */
static unsigned int count_calls(pid_t child)
{
	unsigned int calls = 0;
	bool is_counting = false;
	uint64_t number;
	int status;

	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, child, 0,
				PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
			 0);
	while (!ptrace(PTRACE_SYSCALL, child, 0, 0)) {
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		if (WIFEXITED(status) || WIFSIGNALED(status))
			break;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80) ||
		    !is_entry(child, &number))
			continue;
		if (number == MARK)
			is_counting = !is_counting;
		else
			calls += is_counting;
	}
	ck_assert_int_eq(status, 0);
	return calls;
}

static double calls_per_request(const struct load *load)
{
	pid_t child = fork();

	ck_assert_int_ge(child, 0);
	if (!child) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		run_load(load);
		_exit(0);
	}
	return (double)count_calls(child) / (ROUNDS * load->depth);
}

static bool has_uring(void)
{
	struct vm_block_image image = { .fd = -1, .block_size = SECTOR };
	struct vm_block_engine engine = { 0 };
	int r = vm_block_uring_new(&image, &engine);

	vm_block_engine_free(&engine);
	return !r;
}

START_TEST(a_lone_request_takes_three_calls)
{
	const struct load load = { _i & 1 ? vm_block_uring_new
					  : vm_block_sync_new,
				   _i & 2 ? VIRTIO_BLK_T_OUT : VIRTIO_BLK_T_IN,
				   1 };
	/* A write is finished by a worker of the kernel: wait once more. */
	double limit = _i == 3 ? 4.0 : 3.0;
	double calls;

	if (_i & 1 && !has_uring())
		return;
	calls = calls_per_request(&load);
	ck_assert_msg(calls <= limit, "%g calls", calls);
	ck_assert_msg(calls >= 2.0, "%g calls", calls);
}
END_TEST

START_TEST(many_requests_share_their_calls)
{
	const struct load load = { vm_block_uring_new, VIRTIO_BLK_T_IN, 32 };
	double calls;

	if (!has_uring())
		return;
	calls = calls_per_request(&load);
	ck_assert_msg(calls <= 0.2, "%g calls", calls);
}
END_TEST

START_TEST(without_io_uring_each_request_is_one_call)
{
	const struct load load = { vm_block_sync_new, VIRTIO_BLK_T_IN, 32 };
	double calls = calls_per_request(&load);

	ck_assert_msg(calls <= 1.1, "%g calls", calls);
}
END_TEST

RUN_TESTS("block_syscalls", TIMES(a_lone_request_takes_three_calls, 4),
	  ONCE(many_requests_share_their_calls),
	  ONCE(without_io_uring_each_request_is_one_call))
