/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <fcntl.h>
#include <unistd.h>

#include <virtio-devices/rng.h>

#include "support.h"

struct rng {
	struct vm_virtio_rig rig;
	struct vm_virtio_rng *rng;
	struct vm_virtio_device *device;
};

static void rng_init(struct rng *rng, int source)
{
	struct vm_virtio_rng_config config = { .source = source };

	ck_assert_int_eq(vm_virtio_rig_init(&rng->rig), 0);
	config.host = vm_virtio_rig_host(&rng->rig);
	ck_assert_int_eq(vm_virtio_rng_new(&config, &rng->rng), 0);
	rng->device = vm_virtio_rng_device(rng->rng);
	ck_assert_int_eq(vm_virtio_rig_attach(&rng->rig, rng->device), 0);
}

static void rng_start(struct rng *rng)
{
	ck_assert_int_eq(
		vm_virtio_rig_start(&rng->rig, VM_VIRTIO_RIG_SPLIT, 64), 0);
}

static void rng_fini(struct rng *rng)
{
	vm_virtio_rig_fini(&rng->rig);
	vm_virtio_rng_free(rng->rng);
}

/* Asks for bytes; returns how many came. */
static uint32_t ask(struct rng *rng, const struct virtq_buf *bufs,
		    uint16_t count)
{
	struct virtq_driver_used used;

	ck_assert_int_eq(vm_virtio_rig_send(&rng->rig, 0, bufs, count, 7), 0);
	ck_assert_int_eq(vm_virtio_rig_receive(&rng->rig, 0, &used), 0);
	ck_assert_uint_eq(used.token, 7);
	return used.len;
}

static uint64_t read8(struct rng *rng, vm_gpa gpa)
{
	uint64_t value;

	ck_assert_int_eq(vm_mem_read(rng->rig.mem, gpa, &value, 8), 0);
	return value;
}

START_TEST(random_bytes_fill_the_buffer_and_no_more)
{
	const struct virtq_buf buf = { DATA, 64, true };
	struct rng rng;
	uint64_t first;

	rng_init(&rng, -1);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, &buf, 1), 64);
	/* Eight words of zeros come once in 2^64 runs. */
	for (vm_gpa gpa = DATA; gpa < DATA + 64; gpa += 8)
		ck_assert_uint_ne(read8(&rng, gpa), 0);
	ck_assert_uint_eq(read8(&rng, DATA + 64), 0);
	first = read8(&rng, DATA);
	ck_assert_uint_eq(ask(&rng, &buf, 1), 64);
	ck_assert_uint_ne(read8(&rng, DATA), first);
	ck_assert_uint_eq(rng.device->stats.bytes_to_driver, 128);
	ck_assert_uint_eq(rng.device->stats.requests, 2);
	rng_fini(&rng);
}
END_TEST

START_TEST(a_request_may_be_cut_and_straddle_regions)
{
	const struct virtq_buf bufs[] = {
		{ VM_VIRTIO_RIG_EDGE - 8, 24, true },
		{ DATA, 1, true },
		{ DATA + 64, 8, true },
	};
	struct rng rng;

	rng_init(&rng, -1);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, bufs, 3), 33);
	ck_assert_uint_ne(read8(&rng, VM_VIRTIO_RIG_EDGE - 8), 0);
	ck_assert_uint_ne(read8(&rng, VM_VIRTIO_RIG_EDGE + 8), 0);
	ck_assert_uint_ne(read8(&rng, DATA + 64), 0);
	rng_fini(&rng);
}
END_TEST

START_TEST(a_large_request_gets_a_part)
{
	const struct virtq_buf buf = { DATA, 0x100000, true };
	struct rng rng;
	int source = _i ? open("/dev/urandom", O_RDONLY | O_CLOEXEC) : -1;

	rng_init(&rng, source);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, &buf, 1), VM_VIRTIO_RNG_MAX_BYTES);
	ck_assert_uint_eq(read8(&rng, DATA + VM_VIRTIO_RNG_MAX_BYTES), 0);
	rng_fini(&rng);
	if (source >= 0)
		close(source);
}
END_TEST

START_TEST(many_requests_are_served_in_rounds)
{
	const struct virtq_buf buf = { DATA, 8, true };
	struct virtq_driver_used used;
	struct rng rng;

	rng_init(&rng, -1);
	rng_start(&rng);
	for (uint64_t i = 0; i < 64; i++)
		ck_assert_int_eq(virtq_driver_add(rng.rig.drivers[0], &buf, 1,
						  VIRTQ_DRIVER_DIRECT, i),
				 0);
	ck_assert(virtq_driver_publish(rng.rig.drivers[0]));
	vm_virtio_device_notify(rng.device, 0);
	ck_assert_uint_eq(rng.device->stats.requests, VM_VIRTIO_RNG_BUDGET);
	for (uint64_t i = 0; i < 64; i++)
		ck_assert_int_eq(vm_virtio_rig_receive(&rng.rig, 0, &used), 0);
	rng_fini(&rng);
}
END_TEST

START_TEST(a_request_with_something_to_read_is_refused)
{
	const struct virtq_buf both[] = { { DATA, 8, false },
					  { DATA + 8, 8, true } };
	const struct virtq_buf readable = { DATA, 8, false };
	struct rng rng;

	rng_init(&rng, -1);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, both, 2), 0);
	ck_assert_uint_eq(ask(&rng, &readable, 1), 0);
	ck_assert_uint_eq(errors(rng.device, VM_VIRTIO_ERROR_REQUEST), 2);
	ck_assert_uint_eq(read8(&rng, DATA + 8), 0);
	rng_fini(&rng);
}
END_TEST

START_TEST(a_buffer_outside_of_memory_is_the_drivers_fault)
{
	const struct virtq_buf hole = { VM_VIRTIO_RIG_HOLE, 8, true };
	const struct virtq_buf edge = { VM_VIRTIO_RIG_HOLE - 8, 16, true };
	struct rng rng;
	int source = _i ? open("/dev/urandom", O_RDONLY | O_CLOEXEC) : -1;

	rng_init(&rng, source);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, &hole, 1), 0);
	ck_assert_uint_eq(ask(&rng, &edge, 1), 0);
	ck_assert_uint_eq(errors(rng.device, VM_VIRTIO_ERROR_REQUEST), 2);
	rng_fini(&rng);
	if (source >= 0)
		close(source);
}
END_TEST

START_TEST(a_source_that_fails_or_ends_gives_nothing)
{
	const struct virtq_buf buf = { DATA, 8, true };
	int source = open(_i ? "/dev/null" : "/", O_RDONLY | O_CLOEXEC);
	struct rng rng;

	rng_init(&rng, source);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, &buf, 1), 0);
	ck_assert_uint_eq(errors(rng.device, VM_VIRTIO_ERROR_IO), 1);
	rng_fini(&rng);
	close(source);
}
END_TEST

START_TEST(every_attack_is_survived)
{
	enum virtq_attack attack = (enum virtq_attack)(_i / 2);
	uint64_t wanted = _i % 2 ? VM_VIRTIO_RIG_PACKED : VM_VIRTIO_RIG_SPLIT;
	const struct virtq_buf buf = { DATA, 8, true };
	struct rng rng;

	rng_init(&rng, -1);
	ck_assert_msg(!vm_virtio_rig_attack(&rng.rig, 0, attack, wanted), "%s",
		      virtq_attack_name(attack));
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, &buf, 1), 8);
	rng_fini(&rng);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	const struct virtq_buf buf = { DATA, 8, true };
	struct rng rng;

	rng_init(&rng, -1);
	if (_i & 1)
		rng_start(&rng);
	ck_assert_int_eq(vm_virtio_rig_poke(&rng.rig, (uint64_t)_i, 2000), 0);
	rng_start(&rng);
	ck_assert_uint_eq(ask(&rng, &buf, 1), 8);
	rng_fini(&rng);
}
END_TEST

START_TEST(an_entropy_device_says_what_it_is)
{
	struct rng rng;

	rng_init(&rng, -1);
	ck_assert_uint_eq(
		vm_virtio_rig_read(&rng.rig, VM_VIRTIO_MMIO_DEVICE_ID), 4);
	ck_assert_uint_eq(rng.device->offered, VM_VIRTIO_FEATURES);
	ck_assert_int_eq(vm_virtio_device_fd(rng.device), -1);
	rng_fini(&rng);
}
END_TEST

START_TEST(a_device_without_a_host_is_refused)
{
	struct vm_virtio_rng_config config = { .source = -1 };
	struct vm_virtio_rng *rng = NULL;

	ck_assert_int_eq(vm_virtio_rng_new(&config, &rng), -EINVAL);
	ck_assert_ptr_null(rng);
	vm_virtio_rng_free(NULL);
}
END_TEST

RUN_TESTS("rng", ONCE(random_bytes_fill_the_buffer_and_no_more),
	  ONCE(a_request_may_be_cut_and_straddle_regions),
	  TIMES(a_large_request_gets_a_part, 2),
	  ONCE(many_requests_are_served_in_rounds),
	  ONCE(a_request_with_something_to_read_is_refused),
	  TIMES(a_buffer_outside_of_memory_is_the_drivers_fault, 2),
	  TIMES(a_source_that_fails_or_ends_gives_nothing, 2),
	  TIMES(every_attack_is_survived, 2 * VIRTQ_ATTACK_COUNT),
	  TIMES(any_order_of_register_accesses_is_survived, 30),
	  ONCE(an_entropy_device_says_what_it_is),
	  ONCE(a_device_without_a_host_is_refused))
