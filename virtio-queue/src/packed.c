/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The packed ring, VIRTIO 1.2 section 2.8. */
#include "walk.h"

#define NEXT	 VIRTQ_DESC_F_NEXT
#define WRITE	 VIRTQ_DESC_F_WRITE
#define INDIRECT VIRTQ_DESC_F_INDIRECT
#define AVAIL	 VIRTQ_DESC_F_AVAIL
#define USED	 VIRTQ_DESC_F_USED

/* The second word of a descriptor is {len, id, flags}. */

#define MARKS ((uint64_t)(AVAIL | USED) << 48)

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

/*
 * Where @position, an offset plus the size while the wrap counter is 0, is, as
 * the place of a used descriptor.
 */
struct virtq_place packed_place(const struct virtq *vq, uint32_t position)
{
	struct virtq_place place = { (uintptr_t)vq->desc.hva, MARKS };

	if (position >= vq->size) {
		position -= vq->size;
		place.marks = 0;
	}
	place.desc += VIRTQ_DESC_SIZE * position;
	return place;
}

uint32_t packed_position(const struct virtq *vq, struct virtq_place place)
{
	return virtq_place_off(vq, place) +
	       (virtq_place_wrap(place) ? 0 : vq->size);
}

/* @place as that of an available descriptor instead of a used one. */
struct virtq_place packed_place_avail(struct virtq_place place)
{
	place.marks ^= (uint64_t)USED << 48;
	return place;
}

/* The place @count descriptors before @place, at most as many as there are. */
struct virtq_place packed_place_back(const struct virtq *vq,
				     struct virtq_place place, uint32_t count)
{
	if (virtq_place_off(vq, place) < count) {
		place.desc += vq->desc.len;
		place.marks ^= MARKS;
	}
	place.desc -= VIRTQ_DESC_SIZE * count;
	return place;
}

/* The ring is going to be at @desc in the host. */
void packed_move(struct virtq *vq, uintptr_t desc)
{
	const uintptr_t by = desc - (uintptr_t)vq->desc.hva;

	vq->avail_place.desc += by;
	vq->used_place.desc += by;
	vq->flushed_place.desc += by;
	vq->held.place.desc += by;
}

/* Goes on to @desc, which may be as much as a lap ahead (2.8.1). */
static inline void place_set(const struct virtq *vq, struct virtq_place *place,
			     uintptr_t desc)
{
	if (UNLIKELY(desc >= vq->desc_end)) {
		desc -= vq->desc.len;
		place->marks ^= MARKS;
	}
	place->desc = desc;
}

/* Goes on to @desc, which is in the ring and at most a lap ahead. */
static inline void place_move(struct virtq_place *place, uintptr_t desc)
{
	if (UNLIKELY(desc <= place->desc))
		place->marks ^= MARKS;
	place->desc = desc;
}

/* Goes on by @count descriptors, at most as many as there are. */
static inline void place_advance(const struct virtq *vq,
				 struct virtq_place *place, uint32_t count)
{
	place_set(vq, place, place->desc + VIRTQ_DESC_SIZE * (uintptr_t)count);
}

/* The words of the descriptor there. */
static inline _Atomic uint64_t *place_words(struct virtq_place place)
{
	return (_Atomic uint64_t *)place.desc;
}

/* Is the descriptor at @place, of this second word, available? */
static inline bool is_avail(uint64_t rest, struct virtq_place place)
{
	return !(flags_of(rest ^ place.marks) & (AVAIL | USED));
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
	struct walk walk = walk_start(chain, vq->size);
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
	return walk_finish(walk, chain);
}

/* The same by address: for tables that are uncommon or at fault. */
static COLD int packed_copy_table(struct virtq *vq, uint64_t addr, uint32_t len,
				  struct virtq_chain *chain)
{
	enum virtq_fault fault = table_check(vq, addr, len);
	struct walk walk = walk_start(chain, vq->size);
	uint64_t words[2];

	for (uint32_t i = 0; !fault && i < len / VIRTQ_DESC_SIZE; i++) {
		table_copy(vq, addr, i, words);
		fault = walk_add(&walk, words[0], len_of(words[1]),
				 flags_of(words[1]), chain);
	}
	return fault ? virtq_spoil(chain, fault) : walk_finish(walk, chain);
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

/* Descriptors that may be available: those that are not outstanding. */
static inline uint32_t room(const struct virtq *vq)
{
	return (uint16_t)(vq->seen_avail - vq->next_avail);
}

/* What the driver knows a list by stands in its last descriptor (2.8.6). */
static inline void list_take(struct virtq *vq, uint16_t id, uint32_t count,
			     struct virtq_chain *chain)
{
	chain->mem = vq->mem;
	chain->head.id = id;
	chain->head.count = (uint16_t)count;
	chain->head.index = vq->next_avail;
	vq->next_avail = (uint16_t)(vq->next_avail + count);
	chain->head.generation = vq->generation;
}

/*
 * The @count-th descriptor of a list, with this second word, is at fault.  The
 * list is followed to its end nevertheless, to be able to complete it.  One
 * that does not end in the free part of the ring, or is not available
 * throughout, damages the ring.
 */
static COLD int packed_spoil(struct virtq *vq, uint32_t count, uint64_t rest,
			     enum virtq_fault fault, struct virtq_chain *chain)
{
	struct virtq_place place = vq->avail_place;

	place_advance(vq, &place, count - 1);
	for (;;) {
		if (count > room(vq))
			return virtq_break(vq, chain, VIRTQ_FAULT_LIST_ENDLESS);
		if (!is_avail(rest, place))
			return virtq_break(vq, chain, VIRTQ_FAULT_LIST_CUT);
		if (!(flags_of(rest) & NEXT))
			break;
		place_advance(vq, &place, 1);
		rest = word_load(&place_words(place)[1]);
		count++;
	}
	list_take(vq, id_of(rest), count, chain);
	place_advance(vq, &vq->avail_place, count);
	return virtq_spoil(chain, fault);
}

/* The flags of a descriptor of a list differ in @odd from what they are like. */
static inline enum virtq_fault list_turn(struct walk *walk, uint32_t odd,
					 struct virtq_chain *chain)
{
	if (odd & (AVAIL | USED))
		return VIRTQ_FAULT_LIST_CUT;
	/* 2.8.5: a list consists of descriptors of one type. */
	if (odd & INDIRECT)
		return VIRTQ_FAULT_INDIRECT_CHAINED;
	return walk_turn(walk, chain);
}

/* Walks the list whose first descriptor is at @words, and which has more. */
static NOINLINE int packed_walk(struct virtq *vq, const _Atomic uint64_t *words,
				uint64_t rest, struct virtq_chain *chain)
{
	struct walk walk = walk_start(chain, room(vq));
	enum virtq_fault fault;
	uint32_t count, odd;

	/* What is_avail() asks for, which changes where the ring ends. */
	walk.like = flags_of(vq->avail_place.marks);
	for (;;) {
		odd = flags_of(rest) ^ walk.like;
		fault = VIRTQ_FAULT_NONE;
		if (odd & (AVAIL | USED | INDIRECT | WRITE))
			fault = list_turn(&walk, odd, chain);
		if (!fault)
			fault = walk_put(&walk, word_load(&words[0]),
					 len_of(rest));
		if (fault)
			break;
		words += 2;
		if (UNLIKELY((uintptr_t)words == vq->desc_end)) {
			words = vq->desc.hva;
			walk.like ^= AVAIL | USED;
		}
		if (!(odd & NEXT)) {
			count = (uint32_t)(walk.next - chain->segs);
			list_take(vq, id_of(rest), count, chain);
			place_move(&vq->avail_place, (uintptr_t)words);
			return walk_finish(walk, chain);
		}
		rest = word_load(&words[1]);
	}
	return packed_spoil(vq, (uint32_t)(walk.next - chain->segs) + 1, rest,
			    fault, chain);
}

int packed_pop(struct virtq *vq, struct virtq_chain *chain)
{
	const _Atomic uint64_t *words = place_words(vq->avail_place);
	uint64_t rest;
	uint32_t odd;

	/*
	 * Pairs with the driver's barrier before it stores the flags of a
	 * list's first descriptor (2.8.21.1): the whole list is visible.
	 */
	rest = atomic_load_explicit(&words[1], memory_order_acquire);
	odd = flags_of(rest ^ vq->avail_place.marks);
	if (odd & (AVAIL | USED))
		return 0;
	if (vq->next_avail == vq->seen_avail)
		return virtq_break(vq, chain, VIRTQ_FAULT_AVAIL_JUMP);
	if (odd & NEXT)
		return packed_walk(vq, words, rest, chain);
	list_take(vq, id_of(rest), 1, chain);
	place_set(vq, &vq->avail_place, (uintptr_t)(words + 2));
	if (odd & INDIRECT)
		return packed_walk_table(vq, word_load(&words[0]), len_of(rest),
					 chain);
	return walk_single(word_load(&words[0]), len_of(rest), odd, chain);
}

/*
 * Writes a used descriptor (2.8.1, 2.8.3, 2.8.4).  The first one after a flush
 * is what the driver polls: it is kept back, so that the driver sees none
 * before packed_flush().
 */
static inline void use(struct virtq *vq, struct virtq_place place, uint16_t id,
		       uint32_t len)
{
	uint64_t rest = (uint64_t)id << 32 | place.marks;

	if (len)
		rest |= (uint64_t)WRITE << 48 | len;
	if (UNLIKELY(place.desc == vq->flushed_place.desc))
		vq->flush_word = rest;
	else
		atomic_store_explicit(&place_words(place)[1], rest,
				      memory_order_relaxed);
}

int packed_push(struct virtq *vq, struct virtq_head head, uint32_t len)
{
	struct virtq_place place;

	if (head.generation != vq->generation || !has_popped(vq, head.count))
		return -ENOENT;
	if (len > head.writable)
		return -EINVAL;
	place = vq->used_place;
	vq->next_used = (uint16_t)(vq->next_used + head.count);
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
		ahead = off + 2 * vq->size - virtq_place_off(vq, old);
		if (!(event & 0x8000) == virtq_place_wrap(old))
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
	vq->seen_avail = (uint16_t)(vq->flushed + vq->size);
	/*
	 * Pairs with the driver's barrier after its load of flags (2.8.22): a
	 * driver that sees this descriptor used sees all of them and the
	 * buffers.
	 */
	atomic_store_explicit(&place_words(old)[1], vq->flush_word,
			      memory_order_release);
	if (vq->desc.dirty)
		packed_mark_dirty(vq, virtq_place_off(vq, old), count);
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
	return is_avail(word_load(&place_words(vq->avail_place)[1]),
			vq->avail_place);
}

static void packed_set_event(struct virtq *vq, uint32_t flags)
{
	uint32_t event = virtq_place_off(vq, vq->avail_place) | flags << 16;

	if (virtq_place_wrap(vq->avail_place))
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
