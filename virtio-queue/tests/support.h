/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What every test program here needs: a driver and a device on one queue. */
#ifndef VIRTIO_QUEUE_TESTS_SUPPORT_H
#define VIRTIO_QUEUE_TESTS_SUPPORT_H

#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <virtio-queue-testing/attack.h>
#include <virtio-queue-testing/driver.h>
#include <virtio-queue/cursor.h>
#include <virtio-queue/drain.h>
#include <virtio-queue/fd.h>
#include <virtio-queue/notification.h>
#include <virtio-queue/state.h>
#include <virtio-queue/virtq.h>

#define PACKED	 VIRTQ_BIT(VIRTIO_F_RING_PACKED)
#define EVENT	 VIRTQ_BIT(VIRTIO_F_EVENT_IDX)
#define INDIRECT VIRTQ_BIT(VIRTIO_F_INDIRECT_DESC)
#define IN_ORDER VIRTQ_BIT(VIRTIO_F_IN_ORDER)

/*
 * Guest memory: two regions that are adjacent for the guest, then a hole.  The
 * ring starts at 0; buffers are put from DATA on.
 */
#define REGION	 UINT64_C(0x100000)
#define HOLE	 (2 * REGION)
#define DATA	 UINT64_C(0x80000)
#define BUF_SIZE 0x1000u

#define RIG_SEGS 64

/* An assertion that costs nothing while it holds; Check's own write to a file. */
#define require(condition)                              \
	do {                                            \
		if (!(condition))                       \
			ck_abort_msg("%s", #condition); \
	} while (0)

struct rig {
	struct vm_mem *mem;
	struct virtq_config config;
	struct virtq_driver *driver;
	struct virtq vq;
	struct virtq_seg segs[RIG_SEGS];
	struct virtq_chain chain;
};

static inline struct vm_mem *rig_memory(void)
{
	const struct vm_mem_range ranges[] = { { 0, REGION, NULL },
					       { REGION, REGION, NULL } };
	struct vm_mem *mem = NULL;

	require(vm_mem_new(ranges, 2, &mem) == 0);
	return mem;
}

static inline void rig_init(struct rig *rig, uint64_t features, uint32_t size)
{
	vm_gpa tables;

	memset(rig, 0, sizeof(*rig));
	rig->mem = rig_memory();
	rig->chain.segs = rig->segs;
	rig->chain.max_segs = RIG_SEGS;
	tables = virtq_layout(&rig->config, size, features, 0);
	require(virtq_driver_new(rig->mem, &rig->config, tables,
				 &rig->driver) == 0);
	require(virtq_activate(&rig->vq, &rig->config, rig->mem) == 0);
}

static inline void rig_fini(struct rig *rig)
{
	virtq_reset(&rig->vq);
	virtq_driver_free(rig->driver);
	vm_mem_free(rig->mem);
}

/* Moves both sides of an idle queue to a position. */
static inline void rig_set_pos(struct rig *rig, uint16_t pos)
{
	struct virtq_state state;

	require(virtq_save(&rig->vq, &state) == 0);
	state.next_avail = pos;
	state.next_used = pos;
	state.position = rig->vq.is_packed ? pos : 0;
	virtq_reset(&rig->vq);
	require(virtq_restore(&rig->vq, &state, rig->mem) == 0);
	virtq_driver_set_pos(rig->driver, pos);
}

/* Adds a chain of buffers of BUF_SIZE, the first of them at DATA. */
static inline void rig_add_form(struct rig *rig, uint16_t readable,
				uint16_t writable, enum virtq_driver_form form,
				uint64_t token)
{
	struct virtq_buf bufs[RIG_SEGS];
	uint16_t count = (uint16_t)(readable + writable);

	for (uint16_t i = 0; i < count; i++)
		bufs[i] = (struct virtq_buf){ DATA + i * BUF_SIZE, BUF_SIZE,
					      i >= readable };
	require(virtq_driver_add(rig->driver, bufs, count, form, token) == 0);
}

static inline void rig_add(struct rig *rig, uint16_t readable,
			   uint16_t writable, uint64_t token)
{
	rig_add_form(rig, readable, writable, VIRTQ_DRIVER_DIRECT, token);
}

/* Pops a chain that has to be there. */
static inline struct virtq_head rig_pop(struct rig *rig)
{
	require(virtq_pop(&rig->vq, &rig->chain) == 1);
	return rig->chain.head;
}

static inline void rig_push(struct rig *rig, struct virtq_head head,
			    uint32_t len)
{
	require(virtq_push(&rig->vq, head, len) == 0);
}

/* The driver finds exactly this completion next. */
static inline void rig_expect(struct rig *rig, uint64_t token, uint32_t len)
{
	struct virtq_driver_used used;

	require(virtq_driver_get(rig->driver, &used) == 1);
	require(used.token == token);
	require(used.len == len);
}

static inline void rig_expect_none(struct rig *rig)
{
	struct virtq_driver_used used;

	require(virtq_driver_get(rig->driver, &used) == 0);
}

/* Tests that take a loop index _i; 0 to @count - 1. */
struct loop_test {
	const TTest *test;
	int count;
};

#define ONCE(test)      \
	{               \
		test, 1 \
	}
#define BOTH_RINGS(test) \
	{                \
		test, 2  \
	}
#define TIMES(test, many)  \
	{                  \
		test, many \
	}

/* The features of ring _i. */
static inline uint64_t ring(int i)
{
	return i ? PACKED : 0;
}

static inline int run_tests(const char *name, const struct loop_test *tests,
			    size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < count; i++)
		tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].count);
	/* A stress test of a chosen length takes the time that it takes. */
	tcase_set_timeout(tcase, getenv("VIRTQ_STRESS") ? 0 : 300);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define RUN_TESTS(name, ...)                                        \
	int main(void)                                              \
	{                                                           \
		const struct loop_test tests[] = { __VA_ARGS__ };   \
                                                                    \
		return run_tests(name, tests,                       \
				 sizeof(tests) / sizeof(tests[0])); \
	}

#endif
