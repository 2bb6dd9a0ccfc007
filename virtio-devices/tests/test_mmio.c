/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <pthread.h>
#include <stdatomic.h>

#include "support.h"

static uint32_t get(struct bench *bench, uint64_t off)
{
	return vm_virtio_rig_read(&bench->rig, off);
}

static void set(struct bench *bench, uint64_t off, uint32_t value)
{
	vm_virtio_rig_write(&bench->rig, off, value);
}

/* What each register reads as after a reset, by its offset / 4. */
static bool is_readable(uint64_t off, uint32_t *ret_value)
{
	switch (off) {
	case 0x000:
		*ret_value = 0x74726976;
		return true;
	case 0x004:
		*ret_value = 2;
		return true;
	case 0x008:
		*ret_value = DUMMY_ID;
		return true;
	case 0x00c:
		*ret_value = 0x4d4d5643;
		return true;
	case 0x010:
		*ret_value = VIRTQ_BIT(DUMMY_LEFT) | VIRTQ_BIT(DUMMY_RIGHT) |
			     1u << VIRTIO_F_INDIRECT_DESC |
			     1u << VIRTIO_F_EVENT_IDX;
		return true;
	case 0x034:
		*ret_value = DUMMY_SIZE;
		return true;
	case 0x0b0:
		*ret_value = 0x1000;
		return true;
	case 0x0b8:
		*ret_value = 0x56789000;
		return true;
	case 0x0bc:
		*ret_value = 0x1234;
		return true;
	case 0x044:
	case 0x060:
	case 0x070:
	case 0x0b4:
	case 0x0c0:
	case 0x0fc:
		*ret_value = 0;
		return true;
	default:
		*ret_value = 0;
		return false;
	}
}

START_TEST(every_register_reads_as_specified)
{
	struct bench bench;
	uint64_t off = 4 * (uint64_t)_i;
	uint32_t value;
	bool is_known = is_readable(off, &value);

	bench_init(&bench);
	ck_assert_msg(get(&bench, off) == value, "%#x reads %#x", (int)off,
		      get(&bench, off));
	ck_assert_uint_eq(errors(&bench.dummy.device, VM_VIRTIO_ERROR_PROTOCOL),
			  !is_known);
	bench_fini(&bench);
}
END_TEST

/* Everything but aligned 32-bit accesses (4.2.2.2). */
START_TEST(a_register_answers_to_aligned_words_only)
{
	struct bench bench;
	struct vm_virtio_mmio *mmio = &bench.rig.mmio;
	uint64_t off = (uint64_t)_i;

	bench_init(&bench);
	for (size_t len = 0; len <= 16; len++) {
		uint8_t data[17];

		if (len == 4 && !(off & 3))
			continue;
		memset(data, 0xee, sizeof(data));
		vm_virtio_mmio_read(mmio, off, data, len);
		for (size_t i = 0; i < len; i++)
			ck_assert_uint_eq(data[i], 0);
		ck_assert_uint_eq(data[len], 0xee);
		vm_virtio_mmio_write(mmio, off, data, len);
	}
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_STATUS), 0);
	ck_assert_uint_eq(mmio->queue_sel, 0);
	ck_assert_uint_eq(errors(&bench.dummy.device, VM_VIRTIO_ERROR_PROTOCOL),
			  off & 3 ? 34 : 32);
	bench_fini(&bench);
}
END_TEST

START_TEST(read_only_registers_ignore_writes)
{
	struct bench bench;
	uint64_t off = 4 * (uint64_t)_i;
	uint32_t before, value;

	bench_init(&bench);
	if (!is_readable(off, &before) || off == VM_VIRTIO_MMIO_STATUS ||
	    off == VM_VIRTIO_MMIO_QUEUE_READY ||
	    off == VM_VIRTIO_MMIO_QUEUE_RESET) {
		bench_fini(&bench);
		return;
	}
	set(&bench, off, ~before);
	ck_assert(is_readable(off, &value));
	ck_assert_uint_eq(get(&bench, off), value);
	ck_assert_uint_eq(errors(&bench.dummy.device, VM_VIRTIO_ERROR_PROTOCOL),
			  1);
	bench_fini(&bench);
}
END_TEST

START_TEST(features_are_selected_by_words)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	for (uint32_t select = 0; select < 6; select++) {
		set(&bench, VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL, select);
		ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_DEVICE_FEATURES),
				  select < 2 ? (uint32_t)(device->offered >>
							  32 * select)
					     : 0);
	}
	set(&bench, VM_VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER);
	for (uint32_t select = 0; select < 4; select++) {
		set(&bench, VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL, select);
		set(&bench, VM_VIRTIO_MMIO_DRIVER_FEATURES, 0x100 + select);
		ck_assert_uint_eq(device->driver_features[select],
				  0x100 + select);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(each_queue_has_registers_of_its_own)
{
	struct bench bench;
	const struct vm_virtio_queue *queue;

	bench_init(&bench);
	ck_assert_int_eq(vm_virtio_rig_negotiate(&bench.rig, WANT_SPLIT), 0);
	for (uint32_t i = 0; i < DUMMY_QUEUES; i++) {
		set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_SIZE, 4 + i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_DESC_LOW, 0x10 + i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_DESC_HIGH, 0x20 + i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_DRIVER_LOW, 0x30 + i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_DRIVER_HIGH, 0x40 + i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_DEVICE_LOW, 0x50 + i);
		set(&bench, VM_VIRTIO_MMIO_QUEUE_DEVICE_HIGH, 0x60 + i);
	}
	for (uint32_t i = 0; i < DUMMY_QUEUES; i++) {
		queue = vm_virtio_device_get_queue(&bench.dummy.device, i);
		ck_assert_uint_eq(queue->config.size, 4 + i);
		ck_assert_uint_eq(queue->config.desc,
				  (0x20 + (uint64_t)i) << 32 | (0x10 + i));
		ck_assert_uint_eq(queue->config.driver,
				  (0x40 + (uint64_t)i) << 32 | (0x30 + i));
		ck_assert_uint_eq(queue->config.device,
				  (0x60 + (uint64_t)i) << 32 | (0x50 + i));
	}
	set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, DUMMY_QUEUES);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_SIZE_MAX), 0);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 0);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_READY, 1);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(ready_is_read_back_and_cleared_by_a_reset)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	for (uint32_t i = 0; i < DUMMY_QUEUES; i++) {
		set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, i);
		ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 1);
	}
	set(&bench, VM_VIRTIO_MMIO_QUEUE_READY, 0);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 0);
	set(&bench, VM_VIRTIO_MMIO_STATUS, 0);
	for (uint32_t i = 0; i < DUMMY_QUEUES; i++) {
		set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, i);
		ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 0);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(a_queue_is_reset_by_one_bit)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, 1);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_RESET, 2);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 1);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_RESET, 1);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_RESET), 0);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_STATUS), ALIVE);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_notification_names_a_queue)
{
	struct bench bench;
	struct vm_virtio_device *device = &bench.dummy.device;

	bench_init(&bench);
	bench_start(&bench);
	bench_send(&bench, 2, 1);
	bench_expect(&bench, 2, 1, 0);
	/* The upper half belongs to the index, which is nonsense then. */
	set(&bench, VM_VIRTIO_MMIO_QUEUE_NOTIFY, 0x10002);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_NOTIFY, DUMMY_QUEUES);
	ck_assert_uint_eq(errors(device, VM_VIRTIO_ERROR_PROTOCOL), 2);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_notification_may_carry_data)
{
	struct bench bench;

	bench_init_as(&bench, &dummy_type,
		      VIRTQ_BIT(VIRTIO_F_NOTIFICATION_DATA), 0);
	ck_assert_int_eq(vm_virtio_rig_start(&bench.rig,
					     _i ? WANT_PACKED : WANT_SPLIT,
					     DUMMY_SIZE),
			 0);
	for (uint64_t i = 0; i < 20; i++) {
		bench_send(&bench, 1, i);
		bench_expect(&bench, 1, i, 0);
	}
	ck_assert_uint_eq(errors(&bench.dummy.device, VM_VIRTIO_ERROR_PROTOCOL),
			  0);
	bench_fini(&bench);
}
END_TEST

START_TEST(the_line_follows_the_interrupt_status)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench_send(&bench, 0, 1);
	ck_assert(bench.rig.level);
	ck_assert_uint_eq(bench.rig.interrupts, 1);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS), 1);
	vm_virtio_device_change_config(&bench.dummy.device);
	ck_assert_uint_eq(bench.rig.interrupts, 2);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS), 3);

	set(&bench, VM_VIRTIO_MMIO_INTERRUPT_ACK, 0);
	set(&bench, VM_VIRTIO_MMIO_INTERRUPT_ACK, 0xfffffffc);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS), 3);
	set(&bench, VM_VIRTIO_MMIO_INTERRUPT_ACK, 1);
	ck_assert(bench.rig.level);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS), 2);
	set(&bench, VM_VIRTIO_MMIO_INTERRUPT_ACK, 2);
	ck_assert(!bench.rig.level);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_reset_clears_interrupts_and_selectors)
{
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench_send(&bench, 0, 1);
	set(&bench, VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, 99);
	set(&bench, VM_VIRTIO_MMIO_SHM_SEL, 99);
	set(&bench, VM_VIRTIO_MMIO_STATUS, 0);
	ck_assert(!bench.rig.level);
	for (uint64_t off = 0; off < 0x100; off += 4) {
		uint32_t value;

		if (is_readable(off, &value))
			ck_assert_uint_eq(get(&bench, off), value);
	}
	bench_fini(&bench);
}
END_TEST

START_TEST(shared_memory_regions_are_selected)
{
	struct bench bench;

	bench_init(&bench);
	set(&bench, VM_VIRTIO_MMIO_SHM_SEL, 7);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_LEN_LOW), 0);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_LEN_HIGH), 5);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_BASE_LOW), 0x1000);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_BASE_HIGH), 0);
	set(&bench, VM_VIRTIO_MMIO_SHM_SEL, 1);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_LEN_LOW), UINT32_MAX);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_LEN_HIGH), UINT32_MAX);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_BASE_LOW), UINT32_MAX);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_SHM_BASE_HIGH),
			  UINT32_MAX);
	bench_fini(&bench);
}
END_TEST

START_TEST(the_configuration_is_behind_the_registers)
{
	struct bench bench;
	uint8_t byte = 0x55;
	uint16_t half;

	bench_init(&bench);
	vm_virtio_mmio_read(&bench.rig.mmio, 0x103, &half, 2);
	ck_assert_uint_eq(half, 0x0504);
	vm_virtio_mmio_write(&bench.rig.mmio, 0x109, &byte, 1);
	ck_assert_uint_eq(bench.dummy.config[9], 0x55);
	ck_assert_uint_eq(get(&bench, 0x108), 0x5509);
	vm_virtio_device_change_config(&bench.dummy.device);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_CONFIG_GENERATION), 1);
	bench_fini(&bench);
}
END_TEST

START_TEST(any_order_of_register_accesses_is_survived)
{
	struct bench bench;

	bench_init(&bench);
	if (_i & 1)
		bench_start(&bench);
	ck_assert_int_eq(vm_virtio_rig_poke(&bench.rig, (uint64_t)_i, 2000), 0);
	bench.dummy.verdict = VIRTQ_DONE;
	bench_start(&bench);
	bench_send(&bench, 0, 1);
	bench_expect(&bench, 0, 1, 0);
	bench_fini(&bench);
}
END_TEST

static pthread_mutex_t device_lock = PTHREAD_MUTEX_INITIALIZER;
static bool was_held;

/* Notes whether the lock is held where a device is asked. */
static void locked_notify(struct vm_virtio_device *device, uint16_t queue)
{
	(void)device;
	(void)queue;
	was_held = pthread_mutex_trylock(&device_lock) == EBUSY;
	if (!was_held)
		pthread_mutex_unlock(&device_lock);
}

static void no_irq(void *context, bool level)
{
	(void)context;
	(void)level;
}

START_TEST(the_lock_is_held_but_for_the_interrupt_registers)
{
	const struct vm_virtio_type locked = { .id = 1,
					       .notify = locked_notify };
	struct bench bench;
	struct vm_virtio_mmio_config config = { .device = &bench.dummy.device,
						.irq = no_irq,
						.lock = &device_lock };
	uint32_t value = 3;

	bench_init_as(&bench, &locked, 0, 0);
	bench_start(&bench);
	vm_virtio_mmio_fini(&bench.rig.mmio);
	ck_assert_int_eq(vm_virtio_mmio_init(&bench.rig.mmio, &config), 0);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	ck_assert(was_held);
	ck_assert_int_eq(pthread_mutex_trylock(&device_lock), 0);
	/* These would never return. */
	vm_virtio_mmio_write(&bench.rig.mmio, VM_VIRTIO_MMIO_INTERRUPT_ACK,
			     &value, 4);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	pthread_mutex_unlock(&device_lock);
	ck_assert_uint_eq(get(&bench, VM_VIRTIO_MMIO_VERSION), 2);
	bench_fini(&bench);
}
END_TEST

struct worker {
	struct bench *bench;
	atomic_bool is_over;
};

/* The VMM's thread that serves queues, and a host that changes things. */
static void *work(void *context)
{
	struct worker *worker = context;
	struct vm_virtio_device *device = &worker->bench->dummy.device;

	for (uint32_t i = 0; !atomic_load(&worker->is_over); i++) {
		pthread_mutex_lock(&device_lock);
		vm_virtio_device_notify(device, i % DUMMY_QUEUES);
		if (!(i % 16))
			vm_virtio_device_change_config(device);
		pthread_mutex_unlock(&device_lock);
	}
	return NULL;
}

/* A driver's start with one queue, by registers only. */
static void start_again(struct bench *bench, const struct virtq_config *queue)
{
	set(bench, VM_VIRTIO_MMIO_STATUS, 0);
	set(bench, VM_VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER);
	set(bench, VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	set(bench, VM_VIRTIO_MMIO_DRIVER_FEATURES, 1);
	set(bench, VM_VIRTIO_MMIO_STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
	set(bench, VM_VIRTIO_MMIO_QUEUE_SIZE, queue->size);
	set(bench, VM_VIRTIO_MMIO_QUEUE_DESC_LOW, (uint32_t)queue->desc);
	set(bench, VM_VIRTIO_MMIO_QUEUE_DRIVER_LOW, (uint32_t)queue->driver);
	set(bench, VM_VIRTIO_MMIO_QUEUE_DEVICE_LOW, (uint32_t)queue->device);
	set(bench, VM_VIRTIO_MMIO_QUEUE_READY, 1);
	set(bench, VM_VIRTIO_MMIO_STATUS, ALIVE);
	ck_assert_uint_eq(get(bench, VM_VIRTIO_MMIO_STATUS), ALIVE);
}

/* For the thread sanitizer: resets and acknowledgements among the serving. */
START_TEST(a_vcpu_and_a_worker_share_a_device)
{
	struct bench bench;
	struct worker worker = { .bench = &bench };
	struct virtq_config queue;
	pthread_t thread;

	bench_init(&bench);
	bench_start(&bench);
	queue = bench.rig.configs[0];
	bench.rig.mmio.config.lock = &device_lock;
	ck_assert_int_eq(pthread_create(&thread, NULL, work, &worker), 0);
	for (int i = 0; i < 500; i++) {
		start_again(&bench, &queue);
		for (int j = 0; j < 10; j++) {
			set(&bench, VM_VIRTIO_MMIO_QUEUE_NOTIFY, 0);
			set(&bench, VM_VIRTIO_MMIO_INTERRUPT_ACK,
			    get(&bench, VM_VIRTIO_MMIO_INTERRUPT_STATUS));
		}
	}
	atomic_store(&worker.is_over, true);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	bench.rig.mmio.config.lock = NULL;
	set(&bench, VM_VIRTIO_MMIO_INTERRUPT_ACK, 3);
	ck_assert(!bench.rig.level);
	bench_start(&bench);
	bench_send(&bench, 0, 1);
	bench_expect(&bench, 0, 1, 0);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_transport_needs_a_device_and_a_line)
{
	struct bench bench;
	struct vm_virtio_mmio mmio = { 0 };
	struct vm_virtio_mmio_config config = { .device = &bench.dummy.device };

	vm_virtio_mmio_fini(&mmio);
	bench_init(&bench);
	ck_assert_int_eq(vm_virtio_mmio_init(&mmio, &config), -EINVAL);
	config.irq = no_irq;
	config.device = NULL;
	ck_assert_int_eq(vm_virtio_mmio_init(&mmio, &config), -EINVAL);
	bench_fini(&bench);
}
END_TEST

START_TEST(a_transport_is_saved_and_restored)
{
	struct vm_virtio_mmio_state state, again;
	struct bench bench;

	bench_init(&bench);
	bench_start(&bench);
	bench_send(&bench, 0, 1);
	set(&bench, VM_VIRTIO_MMIO_QUEUE_SEL, 2);
	set(&bench, VM_VIRTIO_MMIO_SHM_SEL, 7);
	set(&bench, VM_VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	set(&bench, VM_VIRTIO_MMIO_DRIVER_FEATURES_SEL, 3);
	vm_virtio_mmio_save(&bench.rig.mmio, &state);
	ck_assert_uint_eq(state.interrupt_status, 1);
	set(&bench, VM_VIRTIO_MMIO_STATUS, 0);
	ck_assert(!bench.rig.level);
	ck_assert_int_eq(vm_virtio_mmio_restore(&bench.rig.mmio, &state), 0);
	ck_assert(bench.rig.level);
	vm_virtio_mmio_save(&bench.rig.mmio, &again);
	ck_assert_mem_eq(&state, &again, sizeof(state));

	state.interrupt_status = 0;
	ck_assert_int_eq(vm_virtio_mmio_restore(&bench.rig.mmio, &state), 0);
	ck_assert(!bench.rig.level);
	state.interrupt_status = 4;
	ck_assert_int_eq(vm_virtio_mmio_restore(&bench.rig.mmio, &state),
			 -EBADMSG);
	state.interrupt_status = 0;
	state.version = 2;
	ck_assert_int_eq(vm_virtio_mmio_restore(&bench.rig.mmio, &state),
			 -EBADMSG);
	bench_fini(&bench);
}
END_TEST

RUN_TESTS("mmio", TIMES(every_register_reads_as_specified, 64),
	  TIMES(a_register_answers_to_aligned_words_only, 0x100),
	  TIMES(read_only_registers_ignore_writes, 64),
	  ONCE(features_are_selected_by_words),
	  ONCE(each_queue_has_registers_of_its_own),
	  ONCE(ready_is_read_back_and_cleared_by_a_reset),
	  ONCE(a_queue_is_reset_by_one_bit), ONCE(a_notification_names_a_queue),
	  TIMES(a_notification_may_carry_data, 2),
	  ONCE(the_line_follows_the_interrupt_status),
	  ONCE(a_reset_clears_interrupts_and_selectors),
	  ONCE(shared_memory_regions_are_selected),
	  ONCE(the_configuration_is_behind_the_registers),
	  TIMES(any_order_of_register_accesses_is_survived, 30),
	  ONCE(the_lock_is_held_but_for_the_interrupt_registers),
	  ONCE(a_vcpu_and_a_worker_share_a_device),
	  ONCE(a_transport_needs_a_device_and_a_line),
	  ONCE(a_transport_is_saved_and_restored))
