/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support.h"

struct hand {
	struct vm_mem *mem;
	struct virtq_seg segs[4];
	struct virtq_chain chain;
	struct virtq_reader reader;
	struct virtq_writer writer;
	int fd;
};

static void hand_init(struct hand *hand)
{
	memset(hand, 0, sizeof(*hand));
	hand->mem = rig_memory();
	hand->segs[0] = (struct virtq_seg){ DATA, 5 };
	hand->segs[1] = (struct virtq_seg){ REGION - 1, 3 };
	hand->segs[2] = (struct virtq_seg){ DATA + 0x200, 4 };
	hand->segs[3] = (struct virtq_seg){ DATA + 0x300, 4 };
	hand->chain = (struct virtq_chain){ .segs = hand->segs,
					    .max_segs = 4,
					    .readable_segs = 2,
					    .writable_segs = 2,
					    .readable_len = 8,
					    .writable_len = 8,
					    .mem = hand->mem };
	virtq_reader_init(&hand->reader, &hand->chain);
	virtq_writer_init(&hand->writer, &hand->chain);
	hand->fd = memfd_create("test", MFD_CLOEXEC);
	ck_assert_int_ge(hand->fd, 0);
	ck_assert_int_eq(virtq_writer_write(&hand->writer, "", 0), 0);
	ck_assert_int_eq(vm_mem_write(hand->mem, DATA, "hello", 5), 0);
	ck_assert_int_eq(vm_mem_write(hand->mem, REGION - 1, "you", 3), 0);
}

static void hand_fini(struct hand *hand)
{
	close(hand->fd);
	vm_mem_free(hand->mem);
}

START_TEST(a_chain_goes_to_a_place_in_a_file)
{
	struct hand hand;
	char text[10] = "";

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_to_fd(&hand.reader, hand.fd, 2, 6), 6);
	ck_assert_int_eq(virtq_reader_to_fd(&hand.reader, hand.fd, 8, 99), 2);
	ck_assert_int_eq(virtq_reader_to_fd(&hand.reader, hand.fd, 8, 99), 0);
	ck_assert_int_eq(pread(hand.fd, text, 10, 0), 10);
	ck_assert_mem_eq(text, "\0\0helloyou", 10);
	hand_fini(&hand);
}
END_TEST

START_TEST(a_chain_goes_to_a_stream)
{
	struct hand hand;
	char text[9] = "";
	int fds[2];

	hand_init(&hand);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(virtq_reader_to_fd(&hand.reader, fds[1],
					    VIRTQ_FD_STREAM, 8),
			 8);
	ck_assert_int_eq(read(fds[0], text, 9), 8);
	ck_assert_str_eq(text, "helloyou");
	close(fds[0]);
	close(fds[1]);
	hand_fini(&hand);
}
END_TEST

START_TEST(a_file_comes_into_a_chain)
{
	struct hand hand;
	char text[5] = "";

	hand_init(&hand);
	ck_assert_int_eq(pwrite(hand.fd, "abcdefg", 7, 0), 7);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, hand.fd, 1, 5), 5);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 5);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, hand.fd, 6, 9), 1);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, hand.fd, 7, 9), 0);
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x200, text, 4), 0);
	ck_assert_str_eq(text, "bcde");
	ck_assert_int_eq(vm_mem_read(hand.mem, DATA + 0x300, text, 4), 0);
	ck_assert_mem_eq(text, "fg\0\0", 4);
	hand_fini(&hand);
}
END_TEST

START_TEST(a_stream_comes_into_a_chain)
{
	struct hand hand;
	int fds[2];

	hand_init(&hand);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "abc", 3), 3);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, fds[0],
					      VIRTQ_FD_STREAM, 8),
			 3);
	ck_assert_uint_eq(virtq_writer_done(&hand.writer), 3);
	close(fds[0]);
	close(fds[1]);
	hand_fini(&hand);
}
END_TEST

START_TEST(errors_of_the_kernel_are_passed_on)
{
	struct hand hand;

	hand_init(&hand);
	ck_assert_int_eq(virtq_reader_to_fd(&hand.reader, -1, 0, 8), -EBADF);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, -1, 0, 8), -EBADF);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, hand.fd, -2, 8),
			 -EINVAL);
	ck_assert_uint_eq(virtq_reader_left(&hand.reader), 8);
	ck_assert_uint_eq(virtq_writer_left(&hand.writer), 8);
	hand_fini(&hand);
}
END_TEST

START_TEST(a_buffer_in_a_hole_is_not_transferred)
{
	struct hand hand;

	hand_init(&hand);
	hand.segs[1].gpa = HOLE;
	hand.segs[3].gpa = HOLE;
	ck_assert_int_eq(virtq_reader_to_fd(&hand.reader, hand.fd, 0, 8),
			 -EFAULT);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, hand.fd, 0, 8),
			 -EFAULT);
	hand_fini(&hand);
}
END_TEST

static void ignore_signal(int number)
{
	(void)number;
}

struct interrupter {
	pthread_t target;
	int fd;
};

/* Interrupts the reader in its system call, and then gives it its bytes. */
static void *interrupt_then_write(void *data)
{
	struct interrupter *self = data;

	for (int i = 0; i < 20; i++) {
		usleep(5000);
		pthread_kill(self->target, SIGUSR1);
	}
	ck_assert_int_eq(write(self->fd, "late", 4), 4);
	return NULL;
}

START_TEST(an_interrupted_transfer_is_repeated)
{
	struct sigaction action = { .sa_handler = ignore_signal };
	struct interrupter self;
	struct hand hand;
	pthread_t thread;
	int fds[2];

	hand_init(&hand);
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	ck_assert_int_eq(pipe(fds), 0);
	self = (struct interrupter){ pthread_self(), fds[1] };
	ck_assert_int_eq(
		pthread_create(&thread, NULL, interrupt_then_write, &self), 0);
	ck_assert_int_eq(virtq_writer_from_fd(&hand.writer, fds[0],
					      VIRTQ_FD_STREAM, 8),
			 4);
	pthread_join(thread, NULL);
	close(fds[0]);
	close(fds[1]);
	hand_fini(&hand);
}
END_TEST

START_TEST(a_chain_of_many_segments_takes_several_transfers)
{
	struct virtq_seg segs[VIRTQ_FD_IOV_MAX + 3];
	struct virtq_reader reader;
	struct hand hand;

	hand_init(&hand);
	for (unsigned int i = 0; i < VIRTQ_FD_IOV_MAX + 3; i++)
		segs[i] = (struct virtq_seg){ DATA + i, 1 };
	hand.chain.segs = segs;
	hand.chain.readable_len = VIRTQ_FD_IOV_MAX + 3;
	virtq_reader_init(&reader, &hand.chain);
	ck_assert_int_eq(virtq_reader_to_fd(&reader, hand.fd, 0, 1000),
			 VIRTQ_FD_IOV_MAX);
	ck_assert_int_eq(virtq_reader_to_fd(&reader, hand.fd, 0, 1000), 3);
	hand_fini(&hand);
}
END_TEST

RUN_TESTS("fd", ONCE(a_chain_goes_to_a_place_in_a_file),
	  ONCE(a_chain_goes_to_a_stream), ONCE(a_file_comes_into_a_chain),
	  ONCE(a_stream_comes_into_a_chain),
	  ONCE(errors_of_the_kernel_are_passed_on),
	  ONCE(a_buffer_in_a_hole_is_not_transferred),
	  ONCE(an_interrupted_transfer_is_repeated),
	  ONCE(a_chain_of_many_segments_takes_several_transfers))
