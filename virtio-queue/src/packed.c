/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The packed ring, VIRTIO 1.2 section 2.8. */
#include "walk.h"

#define NEXT	 VIRTQ_DESC_F_NEXT
#define INDIRECT VIRTQ_DESC_F_INDIRECT
#define AVAIL	 VIRTQ_DESC_F_AVAIL
#define USED	 VIRTQ_DESC_F_USED

/* The second word of a descriptor is {len, id, flags}. */

static inline uint32_t len_of(uint64_t rest)
{
	return (uint32_t)rest;
}

static inline uint16_t id_of(uint64_t rest)
{
	return (uint16_t)(rest >> 32);
}

static inline uint32_t flags_of(uint64_t rest)
{
	return (uint32_t)(rest >> 48);
}

void packed_areas(const struct virtq_config *config, struct virtq_area *areas)
{
	areas[0] =
		(struct virtq_area){ config->desc,
				     (uint64_t)VIRTQ_DESC_SIZE * config->size,
				     16, VM_MEM_PERM_RW };
	areas[1] = (struct virtq_area){ config->driver, VIRTQ_EVENT_SIZE, 4,
					VM_MEM_PERM_READ };
	areas[2] = (struct virtq_area){ config->device, VIRTQ_EVENT_SIZE, 4,
					VM_MEM_PERM_RW };
}

/* Where @position, an offset plus the size while the wrap counter is 0, is. */
struct virtq_place packed_place(const struct virtq *vq, uint32_t position)
{
	if (position < vq->size)
		return (struct virtq_place){ position, AVAIL | USED };
	return (struct virtq_place){ position - vq->size, 0 };
}

uint32_t packed_position(const struct virtq *vq, struct virtq_place place)
{
	return place.off + (place.marks ? 0 : vq->size);
}

/* The place @count descriptors before @place, at most as many as there are. */
struct virtq_place packed_place_back(const struct virtq *vq,
				     struct virtq_place place, uint32_t count)
{
	if (place.off >= count)
		return (struct virtq_place){ place.off - count, place.marks };
	return (struct virtq_place){ place.off + vq->size - count,
				     place.marks ^ (AVAIL | USED) };
}

/* Goes on by @count descriptors, at most as many as there are (2.8.1). */
static inline void place_advance(const struct virtq *vq,
				 struct virtq_place *place, uint32_t count)
{
	uint32_t off = place->off + count;

	if (UNLIKELY(off >= vq->size)) {
		off -= vq->size;
		place->marks ^= AVAIL | USED;
	}
	place->off = off;
}

/* An available descriptor has AVAIL as a used one there, and USED unlike it. */
static inline bool is_avail(uint64_t rest, uint32_t marks)
{
	return ((flags_of(rest) ^ marks) & (AVAIL | USED)) == USED;
}

static int packed_walk_table(struct virtq *vq, uint64_t addr, uint32_t len,
			     struct virtq_chain *chain);

/*
 * Walks a list that is one reference to a table.  The whole table is the list
 * then; flags other than WRITE and the ids are ignored (2.8.7).
 */
static NOINLINE int packed_walk_on(struct virtq *vq, const void *table,
				   uint32_t count, struct virtq_chain *chain)
{
	struct walk walk = walk_start(chain);
	const _Atomic uint64_t *words = table;
	enum virtq_fault fault;
	uint64_t rest;

	for (; count; count--, words += 2) {
		rest = word_load(&words[1]);
		fault = walk_add(&walk, word_load(&words[0]), len_of(rest),
				 flags_of(rest), chain);
		if (fault)
			return virtq_spoil(chain, fault);
	}
	return walk_finish(vq, walk, chain);
}

/* The same by address: for tables that are uncommon or at fault. */
static COLD int packed_copy_table(struct virtq *vq, uint64_t addr, uint32_t len,
				  struct virtq_chain *chain)
{
	enum virtq_fault fault = table_check(vq, addr, len);
	struct walk walk = walk_start(chain);
	uint64_t words[2];

	for (uint32_t i = 0; !fault && i < len / VIRTQ_DESC_SIZE; i++) {
		table_copy(vq, addr, i, words);
		fault = walk_add(&walk, words[0], len_of(words[1]),
				 flags_of(words[1]), chain);
	}
	return fault ? virtq_spoil(chain, fault) : walk_finish(vq, walk, chain);
}

/* A table that is not where the last one was, or not legal. */
static COLD int packed_miss_table(struct virtq *vq, uint64_t addr, uint32_t len,
				  struct virtq_chain *chain)
{
	if (!table_hva(vq, addr, len) && table_remember(vq, addr, len))
		return packed_walk_table(vq, addr, len, chain);
	return packed_copy_table(vq, addr, len, chain);
}

static NOINLINE int packed_walk_table(struct virtq *vq, uint64_t addr,
				      uint32_t len, struct virtq_chain *chain)
{
	const _Atomic uint64_t *words = table_hva(vq, addr, len);
	uint64_t rest;

	if (!words || !table_is_legal(vq, len))
		return packed_miss_table(vq, addr, len, chain);
	if (len > VIRTQ_DESC_SIZE)
		return packed_walk_on(vq, words, len / VIRTQ_DESC_SIZE, chain);
	rest = word_load(&words[1]);
	return walk_single(word_load(&words[0]), len_of(rest), flags_of(rest),
			   chain);
}

/* What the driver knows a list by stands in its last descriptor (2.8.6). */
static inline void list_take(struct virtq *vq, uint16_t id, uint32_t count,
			     struct virtq_chain *chain)
{
	chain->head.id = id;
	chain->head.count = (uint16_t)count;
	vq->next_avail = (uint16_t)(vq->next_avail + count);
	place_advance(vq, &vq->avail_place, count);
}

/*
 * A list on its way through the ring: the words of its @count-th descriptor,
 * where the ring ends, and what an available descriptor is marked with.
 */
struct list {
	const _Atomic uint64_t *words;
	const _Atomic uint64_t *end;
	uint64_t rest;
	uint32_t marks;
	uint32_t count;
	uint32_t room;
};

static inline struct list list_start(const struct virtq *vq, uint64_t rest)
{
	return (struct list){
		.words = words_at(vq->desc.hva, vq->avail_place.off),
		.end = words_at(vq->desc.hva, vq->size),
		.rest = rest,
		.marks = vq->avail_place.marks,
		.count = 1,
		.room = vq->size - outstanding(vq),
	};
}

/*
 * Goes on to the next descriptor of a list.  One that does not end in the free
 * part of the ring, or is not available throughout, damages the ring.
 */
static inline enum virtq_fault list_next(const struct virtq *vq,
					 struct list *list)
{
	if (list->count == list->room)
		return VIRTQ_FAULT_LIST_ENDLESS;
	list->count++;
	list->words += 2;
	if (UNLIKELY(list->words == list->end)) {
		list->words = vq->desc.hva;
		list->marks ^= AVAIL | USED;
	}
	list->rest = word_load(&list->words[1]);
	if (!is_avail(list->rest, list->marks))
		return VIRTQ_FAULT_LIST_CUT;
	return VIRTQ_FAULT_NONE;
}

/*
 * A descriptor of @list is at fault.  The list is followed to its end
 * nevertheless, to be able to complete it.
 */
static COLD int packed_spoil(struct virtq *vq, const struct list *at,
			     enum virtq_fault fault, struct virtq_chain *chain)
{
	struct list list = *at;
	enum virtq_fault fatal;

	while (flags_of(list.rest) & NEXT) {
		fatal = list_next(vq, &list);
		if (fatal)
			return virtq_break(vq, chain, fatal);
	}
	list_take(vq, id_of(list.rest), list.count, chain);
	return virtq_spoil(chain, fault);
}

/* Walks the list whose first descriptor is these words, and which has more. */
static NOINLINE int packed_walk(struct virtq *vq, uint64_t addr, uint64_t rest,
				struct virtq_chain *chain)
{
	struct list list = list_start(vq, rest), copy;
	struct walk walk = walk_start(chain);
	enum virtq_fault fault;

	for (;;) {
		/* 2.8.5: a list consists of descriptors of one type. */
		fault = VIRTQ_FAULT_INDIRECT_CHAINED;
		if (flags_of(list.rest) & INDIRECT)
			break;
		fault = walk_add(&walk, addr, len_of(list.rest),
				 flags_of(list.rest), chain);
		if (fault)
			break;
		if (!(flags_of(list.rest) & NEXT)) {
			list_take(vq, id_of(list.rest), list.count, chain);
			return walk_finish(vq, walk, chain);
		}
		fault = list_next(vq, &list);
		if (fault)
			return virtq_break(vq, chain, fault);
		addr = word_load(&list.words[0]);
	}
	copy = list;
	return packed_spoil(vq, &copy, fault, chain);
}

int packed_pop(struct virtq *vq, struct virtq_chain *chain)
{
	const _Atomic uint64_t *words =
		words_at(vq->desc.hva, vq->avail_place.off);
	uint64_t addr, rest;

	/*
	 * Pairs with the driver's barrier before it stores the flags of a
	 * list's first descriptor (2.8.21.1): the whole list is visible.
	 */
	rest = atomic_load_explicit(&words[1], memory_order_acquire);
	if (!is_avail(rest, vq->avail_place.marks))
		return 0;
	if (outstanding(vq) == vq->size)
		return virtq_break(vq, chain, VIRTQ_FAULT_AVAIL_JUMP);
	addr = word_load(&words[0]);
	chain->mem = vq->mem;
	chain->head.index = vq->next_avail;
	chain->head.generation = vq->generation;
	if (flags_of(rest) & NEXT)
		return packed_walk(vq, addr, rest, chain);
	list_take(vq, id_of(rest), 1, chain);
	if (flags_of(rest) & INDIRECT)
		return packed_walk_table(vq, addr, len_of(rest), chain);
	return walk_single(addr, len_of(rest), flags_of(rest), chain);
}

/*
 * Writes a used descriptor (2.8.1, 2.8.3, 2.8.4).  The first one after a flush
 * is what the driver polls: it is kept back, so that the driver sees none
 * before packed_flush().
 */
static inline void use(struct virtq *vq, struct virtq_place place, uint16_t id,
		       uint32_t len)
{
	uint64_t rest = len | (uint64_t)id << 32 | (uint64_t)place.marks << 48;

	if (len)
		rest |= (uint64_t)VIRTQ_DESC_F_WRITE << 48;
	if (UNLIKELY(place.off == vq->flushed_place.off))
		vq->flush_word = rest;
	else
		area_store64(&vq->desc, VIRTQ_DESC_SIZE * place.off + 8, rest,
			     memory_order_relaxed);
}

int packed_push(struct virtq *vq, struct virtq_head head, uint32_t len)
{
	struct virtq_place place = vq->used_place;
	uint16_t index = vq->next_used;

	if (head.generation != vq->generation || !has_popped(vq, head.count))
		return -ENOENT;
	if (len > head.writable)
		return -EINVAL;
	vq->next_used = (uint16_t)(index + head.count);
	place_advance(vq, &vq->used_place, head.count);
	use(vq, place, head.id, len);
	return 0;
}

void packed_push_held(struct virtq *vq)
{
	use(vq, vq->held.place, vq->held.id, vq->held.len);
}

void packed_advance_used(struct virtq *vq, uint32_t count)
{
	place_advance(vq, &vq->used_place, count);
}

/* Marks @count descriptors from offset @off on. */
static COLD void packed_mark_dirty(const struct virtq *vq, uint32_t off,
				   uint32_t count)
{
	uint32_t tail = vq->size - off < count ? vq->size - off : count;

	vm_mem_slice_mark_dirty(&vq->desc, VIRTQ_DESC_SIZE * off,
				VIRTQ_DESC_SIZE * tail);
	vm_mem_slice_mark_dirty(&vq->desc, 0, VIRTQ_DESC_SIZE * (count - tail));
}

/*
 * 2.8.10: what the driver event suppression structure asks for, after @count
 * descriptors from the place @old on were used.
 */
static bool packed_wants_event(const struct virtq *vq, uint32_t event,
			       struct virtq_place old, uint32_t count)
{
	uint32_t off = event & 0x7fff;
	uint32_t ahead;

	switch (event >> 16 & VIRTQ_EVENT_FLAGS_MASK) {
	case VIRTQ_EVENT_FLAGS_DISABLE:
		return false;
	case VIRTQ_EVENT_FLAGS_DESC:
		if (!vq->has_event_idx || off >= vq->size)
			return true;
		/* How far the event's descriptor is ahead, in two laps. */
		ahead = off + 2 * vq->size - old.off;
		if (!(event & 0x8000) != !old.marks)
			ahead += vq->size;
		return ahead % (2 * vq->size) < count;
	default:
		return true;
	}
}

bool packed_flush(struct virtq *vq)
{
	struct virtq_place old = vq->flushed_place;
	uint32_t count = (uint16_t)(vq->next_used - vq->flushed);

	vq->flushed = vq->next_used;
	vq->flushed_place = vq->used_place;
	/*
	 * Pairs with the driver's barrier after its load of flags (2.8.22): a
	 * driver that sees this descriptor used sees all of them and the
	 * buffers.
	 */
	area_store64(&vq->desc, VIRTQ_DESC_SIZE * old.off + 8, vq->flush_word,
		     memory_order_release);
	if (vq->desc.dirty)
		packed_mark_dirty(vq, old.off, count);
	/*
	 * Pairs with the driver's barrier between enabling notifications and
	 * looking at the descriptor again (2.8.22): either the driver sees it
	 * used there, or its request for a notification is seen here.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	/* One load, so that flags and offset belong together. */
	return packed_wants_event(
		vq, area_load32(&vq->driver, 0, memory_order_relaxed), old,
		count);
}

bool packed_has_avail(const struct virtq *vq)
{
	const _Atomic uint64_t *words =
		words_at(vq->desc.hva, vq->avail_place.off);

	return is_avail(word_load(&words[1]), vq->avail_place.marks);
}

static void packed_set_event(struct virtq *vq, uint32_t flags)
{
	uint32_t event = vq->avail_place.off | flags << 16;

	if (vq->avail_place.marks)
		event |= 0x8000;
	area_store32(&vq->device, 0, event, memory_order_relaxed);
	vm_mem_slice_mark_dirty(&vq->device, 0, VIRTQ_EVENT_SIZE);
}

void packed_enable_notification(struct virtq *vq)
{
	packed_set_event(vq, vq->has_event_idx ? VIRTQ_EVENT_FLAGS_DESC
					       : VIRTQ_EVENT_FLAGS_ENABLE);
}

void packed_disable_notification(struct virtq *vq)
{
	packed_set_event(vq, VIRTQ_EVENT_FLAGS_DISABLE);
}
