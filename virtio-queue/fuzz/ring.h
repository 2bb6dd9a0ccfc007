/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The fuzz target of both rings.  The input is
 *
 *	byte 0		queue size, features
 *	bytes 1-2	where the queue stands
 *	next 1 KiB	what the first KiB of guest memory holds: the ring
 *	the rest	what happens, a byte or two for each step
 *
 * so that the driver's memory and the device's calls are both arbitrary, and
 * the former changes between the latter.
 */
#ifndef VIRTIO_QUEUE_FUZZ_RING_H
#define VIRTIO_QUEUE_FUZZ_RING_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include <virtio-queue/cursor.h>
#include <virtio-queue/drain.h>
#include <virtio-queue/state.h>

#define IMAGE  1024u
#define REGION 0x10000u
#define HEADS  40
#define SEGS   9

/* What must hold whatever the driver does. */
#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

struct fuzz {
	struct vm_mem *mem;
	struct virtq vq;
	struct virtq_config config;
	struct virtq_seg segs[SEGS];
	struct virtq_chain chain;
	struct virtq_head heads[HEADS];
	uint32_t head_count;
	const uint8_t *data;
	size_t left;
};

/* Two adjacent regions, made once; behind them nothing. */
static inline struct vm_mem *fuzz_memory(void)
{
	const struct vm_mem_range ranges[] = { { 0, REGION, NULL },
					       { REGION, REGION, NULL } };
	static struct vm_mem *mem;

	if (!mem)
		MUST(!vm_mem_new(ranges, 2, &mem));
	return mem;
}

static inline uint8_t next_byte(struct fuzz *fuzz)
{
	if (!fuzz->left)
		return 0;
	fuzz->left--;
	return *fuzz->data++;
}

/* What virtq_pop() promises of a chain. */
static inline void check_chain(const struct fuzz *fuzz)
{
	const struct virtq_chain *chain = &fuzz->chain;
	uint32_t count = (uint32_t)chain->readable_segs + chain->writable_segs;
	uint64_t readable = 0, writable = 0;

	MUST(count >= 1 && count <= SEGS && count <= fuzz->vq.size);
	for (uint32_t i = 0; i < count; i++) {
		const struct virtq_seg *seg = &chain->segs[i];

		MUST(seg->len && seg->gpa + (seg->len - 1) >= seg->gpa);
		if (i < chain->readable_segs)
			readable += seg->len;
		else
			writable += seg->len;
	}
	MUST(readable == chain->readable_len);
	MUST(writable == chain->writable_len);
	MUST(readable + writable <= UINT64_C(1) << 32);
	MUST(chain->fault == VIRTQ_FAULT_NONE);
}

/* Small parts of large buffers, so that the fuzzer does not copy gigabytes. */
static inline void use_chain(struct fuzz *fuzz, uint8_t how)
{
	struct virtq_reader reader, rest;
	struct virtq_writer writer;
	struct iovec iov[4];
	uint8_t bytes[64];
	uint64_t len;
	int r;

	virtq_reader_init(&reader, &fuzz->chain);
	virtq_writer_init(&writer, &fuzz->chain);
	if (!virtq_reader_split(&reader, how, &rest))
		MUST(virtq_reader_left(&reader) == how);
	r = virtq_reader_read(&reader, bytes, how % sizeof(bytes));
	MUST(r <= 0);
	r = virtq_reader_iov(&reader, iov, how % 5, &len);
	MUST(r <= 4 && (r < 0 || len <= virtq_reader_left(&reader)));
	r = virtq_writer_write(&writer, bytes, how % sizeof(bytes));
	MUST(virtq_writer_done(&writer) == (r ? 0 : how % sizeof(bytes)));
	r = virtq_writer_iov(&writer, iov, 4, &len);
	MUST(r <= 4);
	r = virtq_writer_advance(&writer, how);
	MUST(r <= 0);
}

static inline void step_pop(struct fuzz *fuzz, uint8_t how)
{
	int r;

	fuzz->chain.max_segs = 1 + how % SEGS;
	r = virtq_pop(&fuzz->vq, &fuzz->chain);
	if (r == 1) {
		check_chain(fuzz);
		use_chain(fuzz, how);
	}
	if (!r || virtq_is_broken(&fuzz->vq))
		return;
	MUST(fuzz->head_count < HEADS);
	fuzz->heads[fuzz->head_count++] = fuzz->chain.head;
}

static inline void step_push(struct fuzz *fuzz, uint8_t how)
{
	uint32_t pick;
	int r;

	if (!fuzz->head_count)
		return;
	pick = fuzz->config.features & VIRTQ_BIT(VIRTIO_F_IN_ORDER)
		       ? 0
		       : how % fuzz->head_count;
	r = virtq_push(&fuzz->vq, fuzz->heads[pick], how);
	if (r == -EINVAL) /* longer than the chain */
		r = virtq_push(&fuzz->vq, fuzz->heads[pick], 0);
	MUST(!r);
	fuzz->head_count--;
	memmove(&fuzz->heads[pick], &fuzz->heads[pick + 1],
		(fuzz->head_count - pick) * sizeof(fuzz->heads[0]));
}

static inline void step_undo(struct fuzz *fuzz)
{
	if (fuzz->head_count &&
	    !virtq_undo_pop(&fuzz->vq, fuzz->heads[fuzz->head_count - 1]))
		fuzz->head_count--;
}

/* The driver writes a word of its ring. */
static inline void step_driver(struct fuzz *fuzz, uint8_t where)
{
	uint16_t value = (uint16_t)(next_byte(fuzz) << 8);

	value |= next_byte(fuzz);
	MUST(!vm_mem_write(fuzz->mem, 2u * where + (value & 0x200), &value, 2));
}

/* The driver offers one more chain, with the next head that it finds. */
static inline void step_offer(struct fuzz *fuzz)
{
	uint16_t index = (uint16_t)(fuzz->vq.next_avail + 1);

	if (!fuzz->vq.is_packed)
		MUST(!vm_mem_write(fuzz->mem, fuzz->config.driver + 2, &index,
				   2));
}

/* The queue moves to another process; then the state has to be as it was. */
static inline void step_move(struct fuzz *fuzz)
{
	struct virtq_state state, again;
	struct virtq copy = { 0 };

	if (virtq_save(&fuzz->vq, &state))
		return;
	MUST(!virtq_restore(&copy, &state, fuzz->mem));
	MUST(!virtq_save(&copy, &again));
	MUST(!memcmp(&state, &again, sizeof(state)));
	fuzz->vq = copy;
}

static inline enum virtq_verdict drain_one(void *context,
					   const struct virtq_chain *chain,
					   uint32_t *ret_len)
{
	struct fuzz *fuzz = context;
	uint8_t how = next_byte(fuzz);

	MUST(chain == &fuzz->chain);
	check_chain(fuzz);
	if (how == 255)
		return VIRTQ_BUSY;
	*ret_len = how;
	return VIRTQ_DONE;
}

static inline void step_drain(struct fuzz *fuzz, uint8_t budget)
{
	struct virtq_drain_result result;
	int r;

	if (fuzz->head_count)
		return; /* in order, these come first */
	fuzz->chain.max_segs = SEGS;
	r = virtq_drain(&fuzz->vq, &fuzz->chain, budget, drain_one, fuzz,
			&result);
	MUST(r == 0 || r == -EINVAL || virtq_is_broken(&fuzz->vq));
	MUST(result.served + result.rejected <= budget);
}

static inline void step(struct fuzz *fuzz)
{
	uint8_t what = next_byte(fuzz), how = what >> 4;

	switch (what & 15) {
	case 0:
	case 1:
	case 2:
		step_offer(fuzz);
		step_pop(fuzz, how);
		break;
	case 3:
		fuzz->chain.max_segs = SEGS;
		if (virtq_peek(&fuzz->vq, &fuzz->chain) == 1)
			check_chain(fuzz);
		break;
	case 4:
	case 5:
		step_push(fuzz, how);
		break;
	case 6:
		(void)!virtq_flush(&fuzz->vq);
		break;
	case 7:
		step_undo(fuzz);
		break;
	case 8:
		(void)!virtq_enable_notification(&fuzz->vq);
		break;
	case 9:
		virtq_disable_notification(&fuzz->vq);
		break;
	case 10:
		step_drain(fuzz, how);
		break;
	case 11:
		step_move(fuzz);
		break;
	case 12:
		MUST(!virtq_set_mem(&fuzz->vq, fuzz->mem));
		break;
	case 13:
		step_pop(fuzz, how);
		break;
	default:
		step_driver(fuzz, next_byte(fuzz));
	}
}

/* Starts at the place that the input names, if that is one. */
static inline void start(struct fuzz *fuzz, uint64_t features)
{
	uint8_t shape = next_byte(fuzz);
	uint16_t place = (uint16_t)(next_byte(fuzz) << 8);
	struct virtq_state state = { .version = VIRTQ_STATE_VERSION,
				     .max_size = 64,
				     .generation = 1,
				     .driver = 0x200,
				     .device = 0x300 };

	place |= next_byte(fuzz);
	state.features = features;
	state.features |= shape & 1 ? VIRTQ_BIT(VIRTIO_F_EVENT_IDX) : 0;
	state.features |= shape & 2 ? VIRTQ_BIT(VIRTIO_F_IN_ORDER) : 0;
	state.features |= shape & 4 ? 0 : VIRTQ_BIT(VIRTIO_F_INDIRECT_DESC);
	state.size = 1u << (shape >> 3) % 6;
	if (features & VIRTQ_BIT(VIRTIO_F_RING_PACKED)) {
		state.size = 1 + (shape >> 3) % 32;
		state.position = (uint16_t)(place % (2 * state.size));
	}
	state.next_avail = place;
	state.next_used = place;
	MUST(!virtq_restore(&fuzz->vq, &state, fuzz->mem));
	fuzz->config = fuzz->vq.config;
}

static inline int fuzz_ring(uint64_t features, const uint8_t *data, size_t size)
{
	struct fuzz fuzz = { .mem = fuzz_memory(), .data = data, .left = size };
	size_t image;

	fuzz.chain.segs = fuzz.segs;
	MUST(!vm_mem_fill(fuzz.mem, 0, 0, 2 * IMAGE));
	start(&fuzz, features);
	image = fuzz.left < IMAGE ? fuzz.left : IMAGE;
	MUST(!vm_mem_write(fuzz.mem, 0, fuzz.data, image));
	fuzz.data += image;
	fuzz.left -= image;
	while (fuzz.left)
		step(&fuzz);
	virtq_reset(&fuzz.vq);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
