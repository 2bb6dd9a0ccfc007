/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Small queues, completely.  For both rings:
 *
 *	indices		queue sizes 1 to 8 (split: the powers of two) at every
 *			index (split: 65536) or position (packed: 2 * size),
 *			with every number of chains up to the size: pop, undo,
 *			pop, complete in batches of every size
 *	avail index	split: every value of idx, with every number of chains
 *			in flight, at the edges of 16 and of 15 bits
 *	availability	packed: every value of flags, at every position
 *	suppression	every value of the event index, with every batch size;
 *			split: at the edges, and at every index the events
 *			around it; packed: at every position and with all flags
 *	restoring	every difference of the indices at the edges; packed:
 *			every position
 *
 * Each outcome is compared with what a literal reading of the specification
 * says, element by element.
 */
#include "support.h"

/* Where 16-bit arithmetic goes wrong if it does. */
static const uint16_t edges[] = { 0,	  1,	  2,	  7,	  8,
				  9,	  0x7ff8, 0x7fff, 0x8000, 0x8001,
				  0xfff7, 0xfff8, 0xfffe, 0xffff };

#define EDGES (sizeof(edges) / sizeof(edges[0]))

static uint8_t *area(const struct rig *rig, vm_gpa gpa)
{
	struct vm_mem_slice slice;

	require(vm_mem_get_slice(rig->mem, gpa, 4, &slice) == 0);
	return slice.hva;
}

static void set16(void *at, uint16_t value)
{
	memcpy(at, &value, 2);
}

/* Puts the device at an index, or a packed position, with some in flight. */
static void set_device(struct rig *rig, uint16_t at, uint16_t in_flight)
{
	struct virtq *vq = &rig->vq;
	struct virtq_state state = { .version = VIRTQ_STATE_VERSION,
				     .size = rig->config.size,
				     .max_size = rig->config.max_size,
				     .features = rig->config.features,
				     .desc = rig->config.desc,
				     .driver = rig->config.driver,
				     .device = rig->config.device,
				     .generation = 1 };

	state.next_used = at;
	state.next_avail = (uint16_t)(at + in_flight);
	if (state.features & PACKED)
		state.position =
			(uint16_t)((at + in_flight) % (2 * rig->config.size));
	virtq_reset(vq);
	require(virtq_restore(vq, &state, rig->mem) == 0);
}

/* One descriptor for each chain, with a length that tells them apart. */
static void add_chains(struct rig *rig, uint16_t count)
{
	struct virtq_buf buf = { DATA, 1, true };

	for (uint16_t i = 0; i < count; i++, buf.len++)
		require(virtq_driver_add(rig->driver, &buf, 1,
					 VIRTQ_DRIVER_DIRECT, i) == 0);
	virtq_driver_publish(rig->driver);
}

/* Everything that can be done with @count chains at the present place. */
static void run_chains(struct rig *rig, uint16_t count, uint16_t batch)
{
	struct virtq_head heads[8];

	add_chains(rig, count);
	for (uint16_t i = 0; i < count; i++)
		heads[i] = rig_pop(rig);
	require(virtq_pop(&rig->vq, &rig->chain) == 0);
	for (uint16_t i = count; i-- > 0;)
		require(virtq_undo_pop(&rig->vq, heads[i]) == 0);
	for (uint16_t i = 0; i < count; i++) {
		require(virtq_pop(&rig->vq, &rig->chain) == 1);
		require(rig->segs[0].len == i + 1u);
		require(!memcmp(&rig->chain.head, &heads[i], sizeof(heads[i])));
	}
	for (uint16_t i = 0; i < count; i++) {
		rig_push(rig, heads[i], i);
		if (i % batch == batch - 1u)
			(void)!virtq_flush(&rig->vq);
	}
	(void)!virtq_flush(&rig->vq);
	for (uint16_t i = 0; i < count; i++)
		rig_expect(rig, i, i);
	rig_expect_none(rig);
	require(virtq_push(&rig->vq, heads[0], 0) == -ENOENT);
}

static void run_index(struct rig *rig, uint16_t at)
{
	for (uint16_t count = 1; count <= rig->config.size; count++) {
		set_device(rig, at, 0);
		virtq_driver_set_pos(rig->driver, at);
		run_chains(rig, count, 1 + (uint16_t)(at % count));
	}
}

START_TEST(split_chains_come_and_go_at_every_index)
{
	struct rig rig;

	rig_init(&rig, 0, 1u << _i);
	for (uint32_t at = 0; at < 65536; at++)
		run_index(&rig, (uint16_t)at);
	rig_fini(&rig);
}
END_TEST

START_TEST(packed_chains_come_and_go_at_every_position)
{
	const uint32_t size = (uint32_t)_i + 1;
	struct rig rig;

	rig_init(&rig, PACKED, size);
	for (uint16_t at = 0; at < 2 * size; at++)
		run_index(&rig, at);
	rig_fini(&rig);
}
END_TEST

/* At most the queue size is outstanding, and nothing is taken back. */
START_TEST(every_avail_index_is_judged)
{
	const uint32_t size = 1u << _i;
	uint16_t in_flight, distance;
	struct rig rig;
	uint8_t *idx;
	bool is_good;
	int r;

	rig_init(&rig, 0, size);
	rig_add(&rig, 1, 0, 0); /* descriptor 0, which every entry names */
	idx = area(&rig, rig.config.driver + VIRTQ_AVAIL_IDX);
	for (size_t i = 0; i < EDGES * (size + 1); i++) {
		in_flight = (uint16_t)(i % (size + 1));
		for (uint32_t value = 0; value < 65536; value++) {
			set_device(&rig, edges[i / (size + 1)], in_flight);
			set16(idx, (uint16_t)value);
			distance = (uint16_t)(value - edges[i / (size + 1)]);
			is_good = distance >= in_flight && distance <= size;
			r = virtq_pop(&rig.vq, &rig.chain);
			if (is_good)
				require(r == (distance > in_flight));
			else
				require(r == -EBADMSG);
			require(virtq_is_broken(&rig.vq) == !is_good);
		}
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(every_value_of_packed_flags_is_judged)
{
	const uint32_t size = (uint32_t)_i + 1;
	struct rig rig;
	uint8_t *ring;
	bool is_good;

	rig_init(&rig, PACKED, size);
	ring = area(&rig, rig.config.desc);
	for (uint16_t at = 0; at < 2 * size; at++) {
		for (uint32_t flags = 0; flags < 65536; flags++) {
			bool wrap = at < size;

			is_good = !!(flags & VIRTQ_DESC_F_AVAIL) == wrap &&
				  !!(flags & VIRTQ_DESC_F_USED) != wrap;
			set_device(&rig, at, 0);
			set16(ring + 16 * (at % size) + 14, (uint16_t)flags);
			require(virtq_has_avail(&rig.vq) == is_good);
			require((virtq_pop(&rig.vq, &rig.chain) != 0) ==
				is_good);
		}
	}
	rig_fini(&rig);
}
END_TEST

/* Completes a batch and tells whether the device notifies. */
static bool batch_notifies(struct rig *rig, uint16_t at, uint16_t count)
{
	struct virtq_head head = { .count = 1, .generation = 1 };

	set_device(rig, at, count);
	for (uint16_t i = 0; i < count; i++) {
		head.index = (uint16_t)(at + i);
		rig_push(rig, head, 0);
	}
	return virtq_flush(&rig->vq);
}

/* 2.7.7.2, for each element: was idx equal to used_event when it went in? */
static bool split_should_notify(uint16_t at, uint16_t count, uint16_t event)
{
	for (uint16_t i = 0; i < count; i++) {
		if ((uint16_t)(at + i) == event)
			return true;
	}
	return false;
}

START_TEST(every_split_event_index_is_obeyed)
{
	const uint32_t size = 1u << _i;
	struct rig rig;
	uint8_t *event;

	rig_init(&rig, EVENT, size);
	event = area(&rig, rig.config.driver + VIRTQ_AVAIL_USED_EVENT(size));
	for (uint16_t count = 1; count <= size; count++) {
		for (uint32_t i = 0; i < EDGES * 65536; i++) {
			uint16_t at = edges[i / 65536], value = (uint16_t)i;

			set16(event, value);
			require(batch_notifies(&rig, at, count) ==
				split_should_notify(at, count, value));
		}
		for (uint32_t i = 0; i < 20 * 65536; i++) {
			uint16_t at = (uint16_t)i;
			uint16_t value = (uint16_t)(at + i / 65536 - 10);

			set16(event, value);
			require(batch_notifies(&rig, at, count) ==
				split_should_notify(at, count, value));
		}
	}
	rig_fini(&rig);
}
END_TEST

/* 2.8.10, for each descriptor; what is not defined is answered with yes. */
static bool packed_should_notify(uint32_t size, uint16_t at, uint16_t count,
				 uint16_t event, uint32_t flags)
{
	if (flags == VIRTQ_EVENT_FLAGS_DISABLE)
		return false;
	if (flags != VIRTQ_EVENT_FLAGS_DESC || (event & 0x7fffu) >= size)
		return true;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t position = (at + i) % (2 * size);
		bool wrap = position < size;

		if (position % size == (event & 0x7fffu) &&
		    wrap == !!(event & 0x8000))
			return true;
	}
	return false;
}

START_TEST(every_packed_event_is_obeyed)
{
	const uint32_t size = (uint32_t)_i / 4 + 1, flags = (uint32_t)_i % 4;
	struct rig rig;
	uint8_t *event;

	rig_init(&rig, PACKED | EVENT, size);
	event = area(&rig, rig.config.driver);
	set16(event + 2, (uint16_t)flags);
	for (uint32_t i = 0; i < 2 * size * size; i++) {
		uint16_t at = (uint16_t)(i / size);
		uint16_t count = (uint16_t)(i % size + 1);

		for (uint32_t value = 0; value < 65536; value++) {
			/* Of what lies outside the ring, a part will do. */
			if ((value & 0x7fff) > 2 * size && value % 61)
				continue;
			set16(event, (uint16_t)value);
			require(batch_notifies(&rig, at, count) ==
				packed_should_notify(size, at, count,
						     (uint16_t)value, flags));
		}
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(every_difference_of_indices_is_judged_when_restoring)
{
	const uint32_t size = (uint32_t)(_i ? 7 : 8);
	struct virtq_state state;
	struct virtq vq = { 0 };
	struct rig rig;
	int r;

	rig_init(&rig, ring(_i), size);
	require(virtq_save(&rig.vq, &state) == 0);
	for (uint32_t i = 0; i < EDGES * 65536; i++) {
		state.next_used = edges[i / 65536];
		state.next_avail = (uint16_t)i;
		r = virtq_restore(&vq, &state, rig.mem);
		require(!r == ((uint16_t)(i - state.next_used) <= size));
		require(!r || r == -EBADMSG);
		virtq_reset(&vq);
	}
	state.next_avail = state.next_used;
	for (uint32_t i = 0; i < 65536; i++) {
		state.position = (uint16_t)i;
		r = virtq_restore(&vq, &state, rig.mem);
		require(!r == (i < (_i ? 2 * size : 1)));
		require(!r || r == -EBADMSG);
		virtq_reset(&vq);
	}
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("exhaustive", TIMES(split_chains_come_and_go_at_every_index, 4),
	  TIMES(packed_chains_come_and_go_at_every_position, 8),
	  TIMES(every_avail_index_is_judged, 4),
	  TIMES(every_value_of_packed_flags_is_judged, 8),
	  TIMES(every_split_event_index_is_obeyed, 4),
	  TIMES(every_packed_event_is_obeyed, 32),
	  BOTH_RINGS(every_difference_of_indices_is_judged_when_restoring))
