/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A driver and a device, each on a thread of its own.  Without work each looks
 * for some again and again, with notifications off, and only then asks for a
 * notification and sleeps: so both ways to hand over are taken.
 *
 * Nothing may be lost, doubled or, with VIRTIO_F_IN_ORDER, out of order, and a
 * notification that does not come stalls the run, which fails.  Each of the 16
 * combinations of ring and features moves 10^6 descriptors; the environment
 * variable VIRTQ_STRESS asks for another number.
 */
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "support.h"

#define SIZE	 64 /* small, so that both sides often wait */
#define SLOT	 64
#define STALL_MS 20000
#define ANSWER	 UINT64_C(0x5a5a5a5a5a5a5a5a)

/*
 * Each request is described a second time outside guest memory, by ordinary
 * variables: nothing but the ring orders their accesses, and a thread sanitizer
 * finds out whether it does.
 */
struct stress {
	struct rig rig;
	uint64_t requests[SIZE];
	uint64_t answers[SIZE];
	uint64_t descriptors;
	enum virtq_driver_form form;
	bool is_in_order;
	int kick;
	int interrupt;
	_Atomic bool is_over;
};

static void ring_bell(int fd)
{
	const uint64_t one = 1;

	require(write(fd, &one, sizeof(one)) == sizeof(one));
}

static void await_bell(int fd, const char *who)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	uint64_t count;

	ck_assert_msg(poll(&poll_fd, 1, STALL_MS) == 1,
		      "the %s waits for a notification that does not come",
		      who);
	require(read(fd, &count, sizeof(count)) == sizeof(count));
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/*
 * Is it time to stop looking for work?  Often at once; and it is then, between
 * the last look and the request for a notification, that the other side gets
 * the processor, which is when a notification may be missed.
 */
static bool is_tired(uint32_t *random)
{
	if (next_random(random) % 2)
		sched_yield();
	return next_random(random) % 4 == 0;
}

/* How much of the two writable buffers the device fills: all or half. */
static uint32_t answer_len(uint64_t token)
{
	return token % 3 ? 16 : 8;
}

/* Reads the request's number and answers with it. */
static uint32_t serve(struct stress *stress, const struct virtq_chain *chain)
{
	uint64_t slot = (chain->segs[0].gpa - DATA) / SLOT;
	struct virtq_reader reader;
	struct virtq_writer writer;
	uint64_t token;

	virtq_reader_init(&reader, chain);
	virtq_writer_init(&writer, chain);
	require(virtq_reader_read(&reader, &token, 8) == 0);
	require(token == stress->requests[slot]);
	stress->answers[slot] = token ^ ANSWER;
	require(virtq_writer_write(&writer, &stress->answers[slot], 8) == 0);
	if (answer_len(token) == 16)
		require(virtq_writer_fill(&writer, 1, 8) == 0);
	return virtq_writer_done(&writer);
}

/* Completes some chains in another order than they came, if that is allowed. */
static void complete(struct stress *stress, struct virtq_head *heads,
		     uint32_t *lens, uint32_t count, uint32_t *random)
{
	struct virtq *vq = &stress->rig.vq;
	uint32_t pick;

	while (count) {
		pick = stress->is_in_order ? 0 : next_random(random) % count;
		require(virtq_push(vq, heads[pick], lens[pick]) == 0);
		count--;
		for (uint32_t i = pick; i < count; i++) {
			heads[i] = heads[i + 1];
			lens[i] = lens[i + 1];
		}
		if (next_random(random) % 4 == 0 && virtq_flush(vq))
			ring_bell(stress->interrupt);
	}
	if (virtq_flush(vq))
		ring_bell(stress->interrupt);
}

static void *run_device(void *data)
{
	struct stress *stress = data;
	struct rig *rig = &stress->rig;
	struct virtq_head heads[SIZE];
	uint32_t random = 12345, lens[SIZE], count;
	int r;

	virtq_disable_notification(&rig->vq);
	while (!atomic_load(&stress->is_over)) {
		for (count = 0; count < 1 + next_random(&random) % SIZE;) {
			r = virtq_pop(&rig->vq, &rig->chain);
			require(r >= 0);
			if (!r)
				break;
			heads[count] = rig->chain.head;
			lens[count++] = serve(stress, &rig->chain);
		}
		if (count) {
			complete(stress, heads, lens, count, &random);
			continue;
		}
		if (!is_tired(&random) || virtq_enable_notification(&rig->vq))
			continue;
		await_bell(stress->kick, "device");
		virtq_disable_notification(&rig->vq);
	}
	return NULL;
}

/* What the driver keeps of its requests; a slot is a piece of guest memory. */
struct driver_side {
	uint16_t free[SIZE];
	uint32_t free_count;
	uint64_t next_token;
	uint64_t next_done;
	uint64_t descriptors;
	uint32_t random;
};

/* Adds a request of two to four buffers, if there is room. */
static bool add_request(struct stress *stress, struct driver_side *side)
{
	uint64_t token = side->next_token;
	uint16_t readable = 1 + (token & 1), slot;
	struct virtq_buf bufs[4];
	vm_gpa gpa;

	if (!side->free_count)
		return false;
	slot = side->free[side->free_count - 1];
	gpa = DATA + SLOT * (vm_gpa)slot;
	bufs[0] = (struct virtq_buf){ gpa, 8, false };
	bufs[1] = (struct virtq_buf){ gpa + 24, 8, false };
	bufs[readable] = (struct virtq_buf){ gpa + 8, 8, true };
	bufs[readable + 1] = (struct virtq_buf){ gpa + 16, 8, true };
	stress->requests[slot] = token;
	require(vm_mem_write(stress->rig.mem, gpa, &token, 8) == 0);
	if (virtq_driver_add(stress->rig.driver, bufs, (uint16_t)(readable + 2),
			     stress->form, slot))
		return false;
	side->free_count--;
	side->next_token++;
	side->descriptors += readable + 2u;
	return true;
}

static bool take_answer(struct stress *stress, struct driver_side *side)
{
	struct virtq_driver_used used;
	uint64_t answer, token;
	vm_gpa gpa;
	int r;

	r = virtq_driver_get(stress->rig.driver, &used);
	require(r >= 0);
	if (!r)
		return false;
	token = stress->requests[used.token];
	gpa = DATA + SLOT * used.token;
	require(vm_mem_read(stress->rig.mem, gpa + 8, &answer, 8) == 0);
	require(answer == (token ^ ANSWER));
	require(answer == stress->answers[used.token]);
	require(used.len == answer_len(token));
	if (stress->is_in_order)
		require(token == side->next_done);
	side->next_done++;
	side->free[side->free_count++] = (uint16_t)used.token;
	return true;
}

static void run_driver(struct stress *stress)
{
	struct driver_side side = { .random = 99, .free_count = SIZE };
	uint32_t batch;
	bool moved;

	virtq_driver_disable_interrupts(stress->rig.driver);
	for (uint16_t i = 0; i < SIZE; i++)
		side.free[i] = i;
	while (side.descriptors < stress->descriptors ||
	       side.next_done < side.next_token) {
		moved = false;
		batch = 1 + next_random(&side.random) % SIZE;
		while (batch-- && side.descriptors < stress->descriptors &&
		       add_request(stress, &side))
			moved = true;
		if (virtq_driver_publish(stress->rig.driver))
			ring_bell(stress->kick);
		while (take_answer(stress, &side))
			moved = true;
		if (moved)
			continue;
		if (!is_tired(&side.random) ||
		    virtq_driver_enable_interrupts(stress->rig.driver, 0))
			continue;
		await_bell(stress->interrupt, "driver");
		virtq_driver_disable_interrupts(stress->rig.driver);
	}
	require(side.free_count == SIZE);
}

static uint64_t stress_count(void)
{
	const char *text = getenv("VIRTQ_STRESS");

	return text ? strtoull(text, NULL, 10) : 1000000;
}

START_TEST(two_threads_lose_and_double_nothing_and_never_stall)
{
	uint64_t features = ring(_i & 1) | (_i & 2 ? EVENT : 0) |
			    (_i & 4 ? INDIRECT : 0) | (_i & 8 ? IN_ORDER : 0);
	/* Thread sanitizers do not look at the stack. */
	static struct stress stress;
	pthread_t device;

	memset(&stress, 0, sizeof(stress));
	stress.descriptors = stress_count();
	rig_init(&stress.rig, features, SIZE);
	stress.form = _i & 4 ? VIRTQ_DRIVER_INDIRECT : VIRTQ_DRIVER_DIRECT;
	stress.is_in_order = _i & 8;
	stress.kick = eventfd(0, EFD_CLOEXEC);
	stress.interrupt = eventfd(0, EFD_CLOEXEC);
	require(pthread_create(&device, NULL, run_device, &stress) == 0);
	run_driver(&stress);
	atomic_store(&stress.is_over, true);
	ring_bell(stress.kick);
	require(pthread_join(device, NULL) == 0);
	close(stress.kick);
	close(stress.interrupt);
	rig_fini(&stress.rig);
}
END_TEST

RUN_TESTS("stress",
	  TIMES(two_threads_lose_and_double_nothing_and_never_stall, 16))
