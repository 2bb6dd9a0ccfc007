/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A driver that rewrites its descriptors all the time, and two sides that look
 * at each other's wishes in the same moment.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#include "support.h"

#define ROUNDS	  20000
#define GOOD_LEN  0x10u
#define OTHER_LEN 0x20u

struct racer {
	struct rig rig;
	_Atomic uint64_t *words; /* of the descriptor that is rewritten */
	uint64_t rest; /* its second word but for the length */
	_Atomic bool is_over;
};

/*
 * Between a buffer and a hole, and between two lengths.  What the device has
 * popped stays as it was: each word is one that the driver has written, and
 * nothing that is checked is read again.
 */
static void *rewrite(void *data)
{
	struct racer *racer = data;

	for (uint64_t i = 0; !atomic_load(&racer->is_over); i++) {
		atomic_store_explicit(&racer->words[0], i & 1 ? HOLE : DATA,
				      memory_order_relaxed);
		atomic_store_explicit(&racer->words[1],
				      racer->rest |
					      (i & 2 ? OTHER_LEN : GOOD_LEN),
				      memory_order_relaxed);
	}
	return NULL;
}

static void check_round(struct racer *racer)
{
	struct rig *rig = &racer->rig;
	struct virtq_reader reader;
	struct virtq_seg seg;
	char bytes[OTHER_LEN];
	int r;

	rig_pop(rig);
	seg = rig->segs[0];
	require(seg.gpa == DATA || seg.gpa == HOLE);
	require(seg.len == GOOD_LEN || seg.len == OTHER_LEN);
	require(rig->chain.readable_len == seg.len);
	virtq_reader_init(&reader, &rig->chain);
	r = virtq_reader_read(&reader, bytes, seg.len);
	require(r == (seg.gpa == HOLE ? -EFAULT : 0));
	require(rig->segs[0].gpa == seg.gpa);
	require(rig->segs[0].len == seg.len);
	require(virtq_undo_pop(&rig->vq, rig->chain.head) == 0);
}

START_TEST(a_descriptor_rewritten_after_pop_has_no_effect)
{
	bool is_indirect = _i & 2;
	struct racer racer = { 0 };
	struct rig *rig = &racer.rig;
	pthread_t thread;
	uint64_t rest;

	rig_init(rig, ring(_i & 1) | INDIRECT, 4);
	rig_add_form(rig, 1, 0,
		     is_indirect ? VIRTQ_DRIVER_INDIRECT : VIRTQ_DRIVER_DIRECT,
		     0);
	virtq_driver_publish(rig->driver);
	racer.words = rig->vq.desc.hva;
	if (is_indirect) {
		struct vm_mem_slice table;
		vm_gpa gpa;

		require(vm_mem_read(rig->mem, 0, &gpa, 8) == 0);
		require(vm_mem_get_slice(rig->mem, gpa, 16, &table) == 0);
		racer.words = table.hva;
	}
	rest = atomic_load(&racer.words[1]);
	racer.rest = rest & ~(uint64_t)UINT32_MAX;
	atomic_store(&racer.words[1], racer.rest | GOOD_LEN);
	require(pthread_create(&thread, NULL, rewrite, &racer) == 0);
	for (int i = 0; i < ROUNDS; i++)
		check_round(&racer);
	atomic_store(&racer.is_over, true);
	pthread_join(thread, NULL);
	rig_fini(rig);
}
END_TEST

/*
 * All of a ring's memory changes at random: whatever is popped, the walk ends,
 * and what it says of the segments is true of the segments.
 */
static void *scribble(void *data)
{
	struct racer *racer = data;
	uint64_t x = 88172645463325252u;

	while (!atomic_load(&racer->is_over)) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		/* Mostly short lengths and lists, and any flags and links. */
		atomic_store_explicit(&racer->words[x % 16],
				      x & 0x9087000700ff00ff,
				      memory_order_relaxed);
	}
	return NULL;
}

static void check_chain(const struct virtq_chain *chain)
{
	int count = chain->readable_segs + chain->writable_segs;
	uint64_t readable = 0, writable = 0;

	require(count <= 8);
	for (int i = 0; i < count; i++) {
		require(chain->segs[i].len != 0);
		if (i < chain->readable_segs)
			readable += chain->segs[i].len;
		else
			writable += chain->segs[i].len;
	}
	require(readable == chain->readable_len);
	require(writable == chain->writable_len);
	require(writable == chain->head.writable);
}

/* Offers one more chain, as far as the ring is not offered by scribbling. */
static void offer(struct rig *rig)
{
	uint16_t index = (uint16_t)(rig->vq.next_avail + 1);

	if (!rig->vq.is_packed)
		require(vm_mem_write(rig->mem, rig->config.driver + 2, &index,
				     2) == 0);
}

START_TEST(a_ring_that_is_scribbled_over_neither_spins_nor_lies)
{
	struct racer racer = { 0 };
	struct rig *rig = &racer.rig;
	pthread_t thread;
	int r;

	rig_init(rig, ring(_i) | INDIRECT, 8);
	racer.words = rig->vq.desc.hva;
	require(pthread_create(&thread, NULL, scribble, &racer) == 0);
	for (int i = 0; i < 10 * ROUNDS; i++) {
		offer(rig);
		r = virtq_pop(&rig->vq, &rig->chain);
		if (virtq_is_broken(&rig->vq)) {
			virtq_reset(&rig->vq);
			r = virtq_activate(&rig->vq, &rig->config, rig->mem);
			require(r == 0);
		} else if (r) {
			check_chain(&rig->chain);
			rig_push(rig, rig->chain.head, 0);
			(void)!virtq_flush(&rig->vq);
		}
	}
	atomic_store(&racer.is_over, true);
	pthread_join(thread, NULL);
	rig_fini(rig);
}
END_TEST

/*
 * One side writes and then looks whether the other one wants to be told; the
 * other one asks to be told and then looks whether something was written.
 * Whoever reads before its write is visible reads what was true before, and if
 * both do, both go to sleep.  They start at the same time, again and again.
 */
struct duel {
	struct rig rig;
	bool is_driver; /* whether the second thread is the driver */
	bool is_told;
	_Atomic uint32_t round;
	_Atomic uint32_t answered;
	_Atomic bool is_over;
};

static void await_round(const _Atomic uint32_t *count, uint32_t round)
{
	for (uint32_t i = 0; atomic_load(count) != round; i++) {
		if (i > 1000)
			sched_yield();
	}
}

static void *tell(void *data)
{
	struct duel *duel = data;

	for (uint32_t round = 1;; round++) {
		await_round(&duel->round, round);
		if (atomic_load(&duel->is_over))
			return NULL;
		duel->is_told = duel->is_driver
					? virtq_driver_publish(duel->rig.driver)
					: virtq_flush(&duel->rig.vq);
		atomic_store(&duel->answered, round);
	}
}

static void fight_round(struct duel *duel, uint32_t round)
{
	struct rig *rig = &duel->rig;
	struct virtq_head head;
	bool is_seen;

	rig_add(rig, 1, 0, round);
	if (duel->is_driver) {
		virtq_disable_notification(&rig->vq);
	} else {
		virtq_driver_disable_interrupts(rig->driver);
		virtq_driver_publish(rig->driver);
		head = rig_pop(rig);
		rig_push(rig, head, 0);
	}
	atomic_store(&duel->round, round);
	/* The other one takes a moment to notice. */
	for (volatile uint32_t i = 0; i < round % 64; i++)
		;
	is_seen = duel->is_driver
			  ? virtq_enable_notification(&rig->vq)
			  : virtq_driver_enable_interrupts(rig->driver, 0);
	await_round(&duel->answered, round);
	require(is_seen || duel->is_told);
	if (duel->is_driver) {
		rig_push(rig, rig_pop(rig), 0);
		(void)!virtq_flush(&rig->vq);
	}
	rig_expect(rig, round, 0);
}

static int64_t now_ms(void)
{
	struct timespec now;

	require(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* On a busy machine they rarely run together; a second of it will do. */
START_TEST(what_happens_is_announced_or_seen)
{
	static struct duel duel;
	int64_t end = now_ms() + 1000;
	pthread_t thread;
	uint32_t round;

	memset(&duel, 0, sizeof(duel));
	duel.is_driver = _i & 4;
	rig_init(&duel.rig, ring(_i & 1) | (_i & 2 ? EVENT : 0), 4);
	require(pthread_create(&thread, NULL, tell, &duel) == 0);
	for (round = 1; round < 5 * ROUNDS; round++) {
		if (round % 64 == 0 && now_ms() > end)
			break;
		fight_round(&duel, round);
	}
	atomic_store(&duel.is_over, true);
	atomic_store(&duel.round, round);
	pthread_join(thread, NULL);
	rig_fini(&duel.rig);
}
END_TEST

RUN_TESTS("race", TIMES(a_descriptor_rewritten_after_pop_has_no_effect, 4),
	  BOTH_RINGS(a_ring_that_is_scribbled_over_neither_spins_nor_lies),
	  TIMES(what_happens_is_announced_or_seen, 8))
