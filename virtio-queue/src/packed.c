/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The packed ring, VIRTIO 1.2 section 2.8. */
#include "walk.h"

/* Flags in the second word of a descriptor, which is {len, id, flags}. */
#define AVAIL	   ((uint64_t)VIRTQ_DESC_F_AVAIL << 48)
#define USED	   ((uint64_t)VIRTQ_DESC_F_USED << 48)
#define AVAIL_USED (AVAIL | USED)

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

/* A position is an offset, plus the size while the wrap counter is 0. */
static inline bool pos_wrap(const struct virtq *vq, uint16_t pos)
{
	return pos < vq->size;
}

static inline uint32_t pos_off(const struct virtq *vq, uint16_t pos)
{
	return pos < vq->size ? pos : pos - vq->size;
}

/* Where the second word of the descriptor at @pos is. */
static inline uint32_t word_off(const struct virtq *vq, uint16_t pos)
{
	return VIRTQ_DESC_SIZE * pos_off(vq, pos) + 8;
}

/* What an available descriptor at @pos has of AVAIL and USED (2.8.1). */
static inline uint64_t avail_bits(const struct virtq *vq, uint16_t pos)
{
	return pos_wrap(vq, pos) ? AVAIL : USED;
}

/*
 * A list of one descriptor, which refers to a table.  The whole table is the
 * list; flags other than WRITE and the ids are ignored (2.8.7).
 */
static COLD int packed_walk_table(const struct virtq *vq, struct desc desc,
				  struct virtq_chain *chain)
{
	struct walk walk = walk_start(vq, chain);
	enum virtq_fault fault;
	struct table table;
	uint64_t words[2];

	fault = table_enter(vq, &desc, &table);
	for (uint32_t i = 0; !fault && i < table.count; i++) {
		if (!table_read(&table, i, words))
			fault = VIRTQ_FAULT_INDIRECT_UNBACKED;
		else
			fault = walk_add(&walk,
					 desc_from_packed(words[0], words[1]));
	}
	return fault ? virtq_spoil(chain, fault) : walk_finish(walk, chain);
}

/* A list on its way: the last descriptor copied, and where that was. */
struct list {
	struct desc desc;
	uint32_t off;
	uint32_t count;
	uint32_t room;
	uint64_t wanted;
};

/* Copies the next descriptor of a list. */
static inline enum virtq_fault list_next(const struct virtq *vq,
					 struct list *list)
{
	uint64_t word;

	if (list->count == list->room)
		return VIRTQ_FAULT_LIST_ENDLESS;
	list->count++;
	if (++list->off == vq->size) {
		list->off = 0;
		list->wanted ^= AVAIL_USED;
	}
	word = desc_load(&vq->desc, list->off, 1);
	if ((word & AVAIL_USED) != list->wanted)
		return VIRTQ_FAULT_LIST_CUT;
	list->desc = desc_from_packed(desc_load(&vq->desc, list->off, 0), word);
	return VIRTQ_FAULT_NONE;
}

/* What the driver knows a list by stands in its last descriptor (2.8.6). */
static inline void list_take(struct virtq *vq, const struct list *list,
			     struct virtq_chain *chain)
{
	chain->mem = vq->mem;
	chain->head.id = list->desc.link;
	chain->head.count = (uint16_t)list->count;
	chain->head.pos = vq->next_avail;
	chain->head.generation = vq->generation;
	vq->next_avail = pos_add(vq, vq->next_avail, list->count);
}

/*
 * A descriptor of the list is at fault.  The list is followed to its end
 * nevertheless, to be able to complete it.
 */
static COLD int packed_spoil(struct virtq *vq, struct list list,
			     enum virtq_fault fault, struct virtq_chain *chain)
{
	enum virtq_fault fatal;

	while (list.desc.flags & VIRTQ_DESC_F_NEXT) {
		fatal = list_next(vq, &list);
		if (fatal)
			return virtq_break(vq, chain, fatal);
	}
	list_take(vq, &list, chain);
	return virtq_spoil(chain, fault);
}

/* The list begins with a reference to a table: that has to be all of it. */
static COLD int packed_indirect(struct virtq *vq, struct list list,
				struct virtq_chain *chain)
{
	if (list.count > 1 || list.desc.flags & VIRTQ_DESC_F_NEXT)
		return packed_spoil(vq, list, VIRTQ_FAULT_INDIRECT_CHAINED,
				    chain);
	list_take(vq, &list, chain);
	return packed_walk_table(vq, list.desc, chain);
}

/*
 * Walks the list at the next position, of whose first descriptor @word is the
 * second word.  A list that does not end in the free part of the ring, or is
 * not available throughout, damages the ring.
 */
static inline int packed_walk(struct virtq *vq, uint64_t word, uint32_t room,
			      struct virtq_chain *chain)
{
	uint32_t off = pos_off(vq, vq->next_avail);
	struct list list = {
		.desc = desc_from_packed(desc_load(&vq->desc, off, 0), word),
		.off = off,
		.count = 1,
		.room = room,
		.wanted = word & AVAIL_USED,
	};
	struct walk walk = walk_start(vq, chain);
	enum virtq_fault fault;

	for (;;) {
		/* 2.8.5: a list consists of descriptors of one type. */
		if (list.desc.flags & VIRTQ_DESC_F_INDIRECT)
			return packed_indirect(vq, list, chain);
		fault = walk_add(&walk, list.desc);
		if (fault)
			return packed_spoil(vq, list, fault, chain);
		if (!(list.desc.flags & VIRTQ_DESC_F_NEXT))
			break;
		fault = list_next(vq, &list);
		if (fault)
			return virtq_break(vq, chain, fault);
	}
	list_take(vq, &list, chain);
	return walk_finish(walk, chain);
}

int packed_pop(struct virtq *vq, struct virtq_chain *chain)
{
	uint16_t pos = vq->next_avail;
	uint32_t room;
	uint64_t word;

	/*
	 * Pairs with the driver's barrier before it stores the flags of a
	 * list's first descriptor (2.8.21.1): the whole list is visible.
	 */
	word = area_load64(&vq->desc, word_off(vq, pos), memory_order_acquire);
	if ((word & AVAIL_USED) != avail_bits(vq, pos))
		return 0;
	room = vq->size - pos_sub(vq, pos, vq->flushed);
	if (!room)
		return virtq_break(vq, chain, VIRTQ_FAULT_AVAIL_JUMP);
	return packed_walk(vq, word, room, chain);
}

/* The second word of a used descriptor (2.8.1, 2.8.3, 2.8.4). */
static uint64_t used_word(const struct virtq *vq, uint16_t pos, uint16_t id,
			  uint32_t len)
{
	uint64_t word = len | (uint64_t)id << 32;

	if (pos_wrap(vq, pos))
		word |= AVAIL_USED;
	if (len)
		word |= (uint64_t)VIRTQ_DESC_F_WRITE << 48;
	return word;
}

/*
 * Writes a used descriptor.  The first one after a flush is what the driver
 * polls: it is kept back, so that the driver sees none before packed_flush().
 */
void packed_use(struct virtq *vq, uint16_t pos, uint16_t id, uint32_t len)
{
	uint64_t word = used_word(vq, pos, id, len);

	if (pos == vq->flushed)
		vq->first_word = word;
	else
		area_store64(&vq->desc, word_off(vq, pos), word,
			     memory_order_relaxed);
}

int packed_push(struct virtq *vq, struct virtq_head head, uint32_t len)
{
	uint16_t pos = vq->next_used;
	int r;

	r = check_push(vq, head, len);
	if (r)
		return r;
	packed_use(vq, pos, head.id, len);
	vq->next_used = pos_add(vq, pos, head.count);
	return 0;
}

/* Marks the descriptors from position @old up to the flushed one. */
static void packed_mark_dirty(const struct virtq *vq, uint16_t old)
{
	uint32_t count = pos_sub(vq, vq->flushed, old);
	uint32_t off = pos_off(vq, old);
	uint32_t tail = vq->size - off < count ? vq->size - off : count;

	vm_mem_slice_mark_dirty(&vq->desc, VIRTQ_DESC_SIZE * off,
				VIRTQ_DESC_SIZE * tail);
	vm_mem_slice_mark_dirty(&vq->desc, 0, VIRTQ_DESC_SIZE * (count - tail));
}

/* 2.8.10: what the driver event suppression structure asks for. */
static bool packed_wants_event(const struct virtq *vq, uint32_t event,
			       uint16_t old)
{
	uint16_t off = event & 0x7fff;

	switch (event >> 16 & VIRTQ_EVENT_FLAGS_MASK) {
	case VIRTQ_EVENT_FLAGS_DISABLE:
		return false;
	case VIRTQ_EVENT_FLAGS_DESC:
		if (!vq->has_event_idx || off >= vq->size)
			return true;
		if (!(event & 0x8000))
			off = (uint16_t)(off + vq->size);
		return window_has(vq, off, old, vq->flushed);
	default:
		return true;
	}
}

bool packed_flush(struct virtq *vq)
{
	uint16_t old = vq->flushed;

	vq->flushed = vq->next_used;
	/*
	 * Pairs with the driver's barrier after its load of flags (2.8.22): a
	 * driver that sees this descriptor used sees all of them and the
	 * buffers.
	 */
	area_store64(&vq->desc, word_off(vq, old), vq->first_word,
		     memory_order_release);
	if (vq->desc.dirty)
		packed_mark_dirty(vq, old);
	/*
	 * Pairs with the driver's barrier between enabling notifications and
	 * looking at the descriptor again (2.8.22): either the driver sees it
	 * used there, or its request for a notification is seen here.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	/* One load, so that flags and offset belong together. */
	return packed_wants_event(
		vq, area_load32(&vq->driver, 0, memory_order_relaxed), old);
}

bool packed_has_avail(const struct virtq *vq)
{
	uint64_t word = area_load64(&vq->desc, word_off(vq, vq->next_avail),
				    memory_order_relaxed);

	return (word & AVAIL_USED) == avail_bits(vq, vq->next_avail);
}

static void packed_set_event(struct virtq *vq, uint32_t flags)
{
	uint32_t event = pos_off(vq, vq->next_avail) | flags << 16;

	if (pos_wrap(vq, vq->next_avail))
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
