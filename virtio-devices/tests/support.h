/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What every test program here needs, and a device that does as it is told. */
#ifndef VIRTIO_DEVICES_TESTS_SUPPORT_H
#define VIRTIO_DEVICES_TESTS_SUPPORT_H

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <virtio-devices-testing/rig.h>
#include <virtio-devices/device_type.h>
#include <virtio-devices/state.h>
#include <virtio-devices/transport.h>

#define DATA VM_VIRTIO_RIG_DATA

#define ACKNOWLEDGE VIRTIO_STATUS_ACKNOWLEDGE
#define DRIVER	    VIRTIO_STATUS_DRIVER
#define FEATURES_OK VIRTIO_STATUS_FEATURES_OK
#define DRIVER_OK   VIRTIO_STATUS_DRIVER_OK
#define NEEDS_RESET VIRTIO_STATUS_NEEDS_RESET
#define FAILED	    VIRTIO_STATUS_FAILED
#define ALIVE	    (ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK)

#define DUMMY_ID     0x1234
#define DUMMY_QUEUES 3
#define DUMMY_SIZE   16
#define DUMMY_HEADS  16

/* Two feature bits of the type, which exclude each other, and a third one. */
#define DUMMY_LEFT  1
#define DUMMY_RIGHT 2
#define DUMMY_HIGH  50
#define DUMMY_FEATURES \
	(VIRTQ_BIT(DUMMY_LEFT) | VIRTQ_BIT(DUMMY_RIGHT) | VIRTQ_BIT(DUMMY_HIGH))

/**
 * struct dummy - a device that does as it is told, and notes what was asked
 * @verdict: what becomes of a chain
 * @len: bytes that are reported as written
 * @heads: chains taken and not completed, @head_count of them
 * @serving: the queue that was served last; where the heads are from
 */
struct dummy {
	struct vm_virtio_device device;
	struct vm_virtio_queue queues[DUMMY_QUEUES];
	struct virtq_seg segs[8];
	uint8_t config[10];
	struct vm_virtio_shm shm[2];
	enum virtq_verdict verdict;
	uint32_t len;
	uint32_t budget;
	int activate_result;
	int fd;
	struct virtq_head heads[DUMMY_HEADS];
	unsigned int head_count;
	uint16_t serving;
	unsigned int activated;
	unsigned int stopped[DUMMY_QUEUES];
	unsigned int resets;
	unsigned int handled;
	uint32_t told;
};

static inline enum virtq_verdict dummy_serve(void *impl,
					     const struct virtq_chain *chain,
					     uint32_t *ret_len)
{
	struct dummy *dummy = impl;

	if (dummy->verdict == VIRTQ_TAKEN)
		dummy->heads[dummy->head_count++] = chain->head;
	*ret_len = dummy->len;
	return dummy->verdict;
}

static inline void dummy_notify(struct vm_virtio_device *device, uint16_t queue)
{
	struct dummy *dummy = device->impl;

	dummy->serving = queue;
	vm_virtio_queue_serve(device, queue, dummy->budget, dummy_serve);
}

static inline bool dummy_accept(const struct vm_virtio_device *device,
				uint64_t features)
{
	(void)device;
	return !(features & VIRTQ_BIT(DUMMY_LEFT)) ||
	       !(features & VIRTQ_BIT(DUMMY_RIGHT));
}

static inline int dummy_activate(struct vm_virtio_device *device)
{
	struct dummy *dummy = device->impl;

	dummy->activated++;
	return dummy->activate_result;
}

static inline void dummy_stop_queue(struct vm_virtio_device *device,
				    uint16_t queue)
{
	struct dummy *dummy = device->impl;

	dummy->stopped[queue]++;
	if (queue != dummy->serving)
		return;
	for (unsigned int i = 0; i < dummy->head_count; i++)
		vm_virtio_queue_push(device, queue, dummy->heads[i], 0);
	dummy->head_count = 0;
}

static inline void dummy_reset(struct vm_virtio_device *device)
{
	struct dummy *dummy = device->impl;

	dummy->resets++;
	dummy->told = 0;
}

static inline void dummy_write_config(struct vm_virtio_device *device,
				      size_t off, const void *data, size_t len)
{
	struct dummy *dummy = device->impl;

	ck_assert(off + len <= sizeof(dummy->config));
	memcpy(dummy->config + off, data, len);
}

static inline int dummy_fd(const struct vm_virtio_device *device)
{
	const struct dummy *dummy = device->impl;

	return dummy->fd;
}

static inline void dummy_handle(struct vm_virtio_device *device)
{
	struct dummy *dummy = device->impl;

	dummy->handled++;
}

static inline size_t dummy_save(const struct vm_virtio_device *device,
				void *state)
{
	const struct dummy *dummy = device->impl;

	memcpy(state, &dummy->told, sizeof(dummy->told));
	return sizeof(dummy->told);
}

static inline int dummy_restore(struct vm_virtio_device *device,
				const void *state, size_t len)
{
	struct dummy *dummy = device->impl;

	if (len != sizeof(dummy->told))
		return -EBADMSG;
	memcpy(&dummy->told, state, len);
	return 0;
}

static const struct vm_virtio_type dummy_type = {
	.id = DUMMY_ID,
	.notify = dummy_notify,
	.accept = dummy_accept,
	.activate = dummy_activate,
	.stop_queue = dummy_stop_queue,
	.reset = dummy_reset,
	.write_config = dummy_write_config,
	.fd = dummy_fd,
	.handle = dummy_handle,
	.save = dummy_save,
	.restore = dummy_restore,
};

/* The least that a type may have. */
static const struct vm_virtio_type bare_type = {
	.id = DUMMY_ID,
	.notify = dummy_notify,
};

static inline int dummy_init(struct dummy *dummy,
			     const struct vm_virtio_type *type,
			     const struct vm_virtio_host *host)
{
	struct vm_virtio_device_config config = {
		.type = type,
		.impl = dummy,
		.host = host,
		.features = DUMMY_FEATURES,
		.queues = dummy->queues,
		.queue_count = DUMMY_QUEUES,
		.config = dummy->config,
		.config_len = sizeof(dummy->config),
		.segs = dummy->segs,
		.max_segs = 8,
		.shm = dummy->shm,
		.shm_count = 2,
	};

	memset(dummy, 0, sizeof(*dummy));
	dummy->fd = -1;
	dummy->budget = DUMMY_SIZE;
	dummy->shm[0] = (struct vm_virtio_shm){ 0, 0x123456789000, 0x1000 };
	dummy->shm[1] = (struct vm_virtio_shm){ 7, 0x1000, 0x500000000 };
	for (uint8_t i = 0; i < sizeof(dummy->config); i++)
		dummy->config[i] = (uint8_t)(i + 1);
	for (int i = 0; i < DUMMY_QUEUES; i++)
		dummy->queues[i].config.max_size = DUMMY_SIZE;
	return vm_virtio_device_init(&dummy->device, &config);
}

/* A dummy in a rig. */
struct bench {
	struct vm_virtio_rig rig;
	struct dummy dummy;
};

/* LEFT and RIGHT exclude each other, so a driver that wants all leaves one. */
#define WANT_SPLIT  (VM_VIRTIO_RIG_SPLIT & ~VIRTQ_BIT(DUMMY_LEFT))
#define WANT_PACKED (VM_VIRTIO_RIG_PACKED & ~VIRTQ_BIT(DUMMY_LEFT))

static inline void bench_init_as(struct bench *bench,
				 const struct vm_virtio_type *type,
				 uint64_t with, uint64_t without)
{
	struct vm_virtio_host host;

	ck_assert_int_eq(vm_virtio_rig_init(&bench->rig), 0);
	host = vm_virtio_rig_host(&bench->rig);
	host.with = with;
	host.without = without;
	ck_assert_int_eq(dummy_init(&bench->dummy, type, &host), 0);
	ck_assert_int_eq(
		vm_virtio_rig_attach(&bench->rig, &bench->dummy.device), 0);
}

static inline void bench_init(struct bench *bench)
{
	bench_init_as(bench, &dummy_type, 0, 0);
}

static inline void bench_fini(struct bench *bench)
{
	vm_virtio_rig_fini(&bench->rig);
	vm_virtio_device_fini(&bench->dummy.device);
}

static inline void bench_start(struct bench *bench)
{
	ck_assert_int_eq(
		vm_virtio_rig_start(&bench->rig, WANT_SPLIT, DUMMY_SIZE), 0);
}

/* Offers one writable buffer. */
static inline void bench_send(struct bench *bench, uint16_t queue,
			      uint64_t token)
{
	const struct virtq_buf buf = { DATA, 64, true };

	ck_assert_int_eq(vm_virtio_rig_send(&bench->rig, queue, &buf, 1, token),
			 0);
}

/* The driver finds exactly this completion next. */
static inline void bench_expect(struct bench *bench, uint16_t queue,
				uint64_t token, uint32_t len)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_receive(&bench->rig, queue, &used), 0);
	ck_assert_uint_eq(used.token, token);
	ck_assert_uint_eq(used.len, len);
}

static inline void bench_expect_none(struct bench *bench, uint16_t queue)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_receive(&bench->rig, queue, &used),
			 -ETIME);
}

static inline uint64_t errors(const struct vm_virtio_device *device,
			      enum vm_virtio_error error)
{
	return device->stats.errors[error];
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
#define TIMES(test, many)  \
	{                  \
		test, many \
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
	tcase_set_timeout(tcase, 300);
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
