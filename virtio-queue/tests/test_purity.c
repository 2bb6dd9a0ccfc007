/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Nothing on the path of a request enters the kernel: a process that may do
 * nothing but read, write and exit serves requests and lives.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "support.h"

#define ROUNDS 1000

static enum virtq_verdict copy_back(void *context,
				    const struct virtq_chain *chain,
				    uint32_t *ret_len)
{
	struct virtq_reader reader;
	struct virtq_writer writer;
	char bytes[64];

	(void)context;
	virtq_reader_init(&reader, chain);
	virtq_writer_init(&writer, chain);
	if (!virtq_reader_read(&reader, bytes, sizeof(bytes)) &&
	    !virtq_writer_write(&writer, bytes, sizeof(bytes)))
		*ret_len = virtq_writer_done(&writer);
	return VIRTQ_DONE;
}

/* The body of the confined process; its result is the exit status. */
static long serve_rounds(struct rig *rig)
{
	const struct virtq_buf bufs[] = { { DATA, 64, false },
					  { DATA + 4096, 64, true } };
	struct virtq_drain_result result;
	struct virtq_driver_used used;

	for (int i = 0; i < ROUNDS; i++) {
		if (virtq_driver_add(rig->driver, bufs, 2,
				     i % 2 ? VIRTQ_DRIVER_INDIRECT
					   : VIRTQ_DRIVER_DIRECT,
				     0))
			return 1;
		virtq_driver_publish(rig->driver);
		if (virtq_drain(&rig->vq, &rig->chain, 8, copy_back, NULL,
				&result) ||
		    result.served != 1)
			return 2;
		if (virtq_driver_get(rig->driver, &used) != 1 || used.len != 64)
			return 3;
	}
	return 0;
}

START_TEST(serving_requests_makes_no_system_call)
{
	struct rig rig;
	int status;
	pid_t child;

	rig_init(&rig, ring(_i) | INDIRECT | EVENT, 8);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (!child) {
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
			_exit(77);
		syscall(SYS_exit, serve_rounds(&rig));
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status), "killed by signal %d",
		      WTERMSIG(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("purity", BOTH_RINGS(serving_requests_makes_no_system_call))
