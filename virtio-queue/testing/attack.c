/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <virtio-queue-testing/attack.h>

#include "internal.h"

#define NEXT	 VIRTQ_DESC_F_NEXT
#define WRITE	 VIRTQ_DESC_F_WRITE
#define INDIRECT VIRTQ_DESC_F_INDIRECT

/* A descriptor of an attack; an address of 0 means one in guest memory. */
struct step {
	uint64_t addr;
	uint32_t len;
	uint32_t flags;
};

enum { TABLE = 1, HOLE = 2, TOP = 3 }; /* other addresses by name */

/* What each attack is called, what it leads to, and if it is a chain: which. */
struct attack_info {
	const char *name;
	enum virtq_fault split;
	enum virtq_fault packed;
	uint16_t count;
	struct step steps[3];
};

#define A(attack) [VIRTQ_ATTACK_##attack]
#define F(fault)  VIRTQ_FAULT_##fault
#define NAMED(its_name, its_split, its_packed)                      \
	{                                                           \
		.name = its_name, .split = VIRTQ_FAULT_##its_split, \
		.packed = VIRTQ_FAULT_##its_packed                  \
	}

static const struct attack_info attacks[VIRTQ_ATTACK_COUNT] = {
	A(SELF_LOOP) = NAMED("self-loop", TOO_LONG, LIST_ENDLESS),
	A(LONG_LOOP) = NAMED("long loop", TOO_LONG, LIST_ENDLESS),
	A(HEAD_RANGE) = NAMED("head out of range", HEAD_RANGE, NONE),
	A(NEXT_RANGE) = NAMED("next out of range", NEXT_RANGE, LIST_CUT),
	A(INDIRECT_NESTED) = { "indirect in indirect",
			       F(INDIRECT_NESTED),
			       F(NONE),
			       1,
			       { { TABLE, 16, INDIRECT } } },
	A(INDIRECT_CHAINED) = { "indirect with successor",
				F(INDIRECT_CHAINED),
				F(INDIRECT_CHAINED),
				2,
				{ { TABLE, 16, INDIRECT | NEXT },
				  { 0, 16, 0 } } },
	A(INDIRECT_EMPTY) = { "indirect of length 0",
			      F(INDIRECT_LENGTH),
			      F(INDIRECT_LENGTH),
			      1,
			      { { TABLE, 0, INDIRECT } } },
	A(INDIRECT_SHORT) = { "indirect of length 15",
			      F(INDIRECT_LENGTH),
			      F(INDIRECT_LENGTH),
			      1,
			      { { TABLE, 15, INDIRECT } } },
	A(INDIRECT_RAGGED) = { "indirect of one and a half",
			       F(INDIRECT_LENGTH),
			       F(INDIRECT_LENGTH),
			       1,
			       { { TABLE, 24, INDIRECT } } },
	A(INDIRECT_HUGE) = { "huge indirect",
			     F(TOO_LONG),
			     F(TOO_LONG),
			     1,
			     { { TABLE, 0xfffffff0, INDIRECT } } },
	A(INDIRECT_HOLE) = { "indirect outside memory",
			     F(INDIRECT_UNBACKED),
			     F(INDIRECT_UNBACKED),
			     1,
			     { { HOLE, 16, INDIRECT } } },
	A(INDIRECT_WRAP) = { "indirect wraps",
			     F(ADDRESS_WRAP),
			     F(ADDRESS_WRAP),
			     1,
			     { { TOP, 48, INDIRECT } } },
	A(ADDRESS_WRAP) = { "address + length wraps",
			    F(ADDRESS_WRAP),
			    F(ADDRESS_WRAP),
			    2,
			    { { 0, 16, NEXT }, { TOP, 33, WRITE } } },
	A(ZERO_LENGTH) = { "zero length",
			   F(ZERO_LENGTH),
			   F(ZERO_LENGTH),
			   2,
			   { { 0, 16, NEXT }, { 0, 0, WRITE } } },
	A(TOTAL_LENGTH) = { "more than 4 GiB",
			    F(TOTAL_LENGTH),
			    F(TOTAL_LENGTH),
			    3,
			    { { 0, 0x80000000, NEXT },
			      { 0, 0x80000000, NEXT },
			      { 0, 1, 0 } } },
	A(BUFFER_HOLE) = { "buffer outside memory",
			   F(NONE),
			   F(NONE),
			   2,
			   { { HOLE, 16, NEXT }, { HOLE, 16, WRITE } } },
	A(WRITE_ORDER) = { "writable before readable",
			   F(WRITE_ORDER),
			   F(WRITE_ORDER),
			   2,
			   { { 0, 16, WRITE | NEXT }, { 0, 16, 0 } } },
	A(AVAIL_JUMP) = NAMED("avail index jump", AVAIL_JUMP, NONE),
	A(AVAIL_BACK) = NAMED("avail index back, wrap counter flipped",
			      AVAIL_JUMP, NONE),
};

const char *virtq_attack_name(enum virtq_attack attack)
{
	return attacks[attack].name;
}

enum virtq_fault virtq_attack_fault(enum virtq_attack attack, bool is_packed)
{
	return is_packed ? attacks[attack].packed : attacks[attack].split;
}

static uint64_t step_addr(const struct virtq_driver *driver,
			  const struct step *step)
{
	switch (step->addr) {
	case TABLE:
		return driver->tables;
	case HOLE:
		return vm_mem_last_addr(driver->mem) + 1;
	case TOP:
		return UINT64_MAX - 31;
	default:
		return driver->tables + 4096;
	}
}

/* Writes one descriptor of either ring, at @pos packed or @pos as index. */
static void put_desc(struct virtq_driver *driver, uint16_t pos,
		     const struct step *step, uint16_t link)
{
	uint32_t off = VIRTQ_DESC_SIZE * (uint32_t)pos_off(driver, pos);
	uint32_t flags = step->flags;

	if (driver->is_packed)
		flags |= avail_flags(driver, pos);
	put64(&driver->desc, off, step_addr(driver, step),
	      memory_order_relaxed);
	put64(&driver->desc, off + 8, desc_word(driver, step->len, flags, link),
	      memory_order_release);
}

/* Puts @count chains into the available ring, all with the same head. */
static void split_expose(struct virtq_driver *driver, uint16_t head,
			 uint16_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint32_t slot = (driver->next_avail + i) % driver->size;

		put16(&driver->driver, VIRTQ_AVAIL_RING + 2 * slot, head,
		      memory_order_relaxed);
	}
	put16(&driver->driver, VIRTQ_AVAIL_IDX,
	      (uint16_t)(driver->next_avail + count), memory_order_release);
}

/* An innocent buffer in the indirect table, with a flag that is a lie there. */
static void fill_table(struct virtq_driver *driver)
{
	const struct step entry = { 0, 16, 0 };
	struct vm_mem_slice slice;

	if (vm_mem_get_slice(driver->mem, driver->tables, 16, &slice))
		return;
	put64(&slice, 0, step_addr(driver, &entry), memory_order_relaxed);
	put64(&slice, 8, desc_word(driver, entry.len, INDIRECT, 0),
	      memory_order_relaxed);
}

static void attack_chain(struct virtq_driver *driver,
			 const struct attack_info *info)
{
	uint16_t pos = driver->next_avail;

	fill_table(driver);
	/* Backwards, so that the packed ring exposes the first one last. */
	for (uint16_t i = info->count; i-- > 0;) {
		if (driver->is_packed)
			put_desc(driver, driver_pos_add(driver, pos, i),
				 &info->steps[i], 0);
		else
			put_desc(driver, i, &info->steps[i], (uint16_t)(i + 1));
	}
	if (!driver->is_packed)
		split_expose(driver, 0, 1);
}

/* All descriptors have a successor: the next one, or in split themselves. */
static void attack_loop(struct virtq_driver *driver, bool is_self)
{
	const struct step step = { 0, 16, NEXT };
	uint16_t pos = driver->next_avail;

	for (uint32_t i = driver->size; i-- > 0;) {
		if (driver->is_packed)
			put_desc(driver, driver_pos_add(driver, pos, i), &step,
				 0);
		else
			put_desc(driver, (uint16_t)i, &step,
				 (uint16_t)((is_self ? i : i + 1) %
					    driver->size));
	}
	if (!driver->is_packed)
		split_expose(driver, 0, 1);
}

static void attack_head(struct virtq_driver *driver)
{
	const struct step step = { 0, 16, 0 };

	if (driver->is_packed)
		put_desc(driver, driver->next_avail, &step,
			 (uint16_t)driver->size);
	else
		split_expose(driver, (uint16_t)driver->size, 1);
}

static void attack_next(struct virtq_driver *driver)
{
	const struct step step = { 0, 16, NEXT };

	if (driver->is_packed) {
		put_desc(driver, driver->next_avail, &step, 0);
		return;
	}
	put_desc(driver, 0, &step, (uint16_t)driver->size);
	split_expose(driver, 0, 1);
}

/*
 * One chain more than there are descriptors.  The packed ring has no index to
 * jump: all descriptors are offered, and again by the next attack.
 */
static void attack_jump(struct virtq_driver *driver)
{
	const struct step step = { 0, 16, 0 };
	uint16_t pos = driver->next_avail;

	if (!driver->is_packed) {
		put_desc(driver, 0, &step, 0);
		split_expose(driver, 0, (uint16_t)(driver->size + 1));
		return;
	}
	for (uint32_t i = 0; i < driver->size; i++)
		put_desc(driver, driver_pos_add(driver, pos, i), &step, 0);
	driver->next_avail = driver_pos_add(driver, pos, driver->size);
}

static void attack_back(struct virtq_driver *driver)
{
	const struct step step = { 0, 16, 0 };
	uint16_t pos = driver->next_avail;

	if (driver->is_packed)
		put_desc(driver, driver_pos_add(driver, pos, driver->size),
			 &step, 0);
	else
		put16(&driver->driver, VIRTQ_AVAIL_IDX, (uint16_t)(pos - 1),
		      memory_order_release);
}

void virtq_driver_attack(struct virtq_driver *driver, enum virtq_attack attack)
{
	switch (attack) {
	case VIRTQ_ATTACK_SELF_LOOP:
	case VIRTQ_ATTACK_LONG_LOOP:
		attack_loop(driver, attack == VIRTQ_ATTACK_SELF_LOOP);
		break;
	case VIRTQ_ATTACK_HEAD_RANGE:
		attack_head(driver);
		break;
	case VIRTQ_ATTACK_NEXT_RANGE:
		attack_next(driver);
		break;
	case VIRTQ_ATTACK_AVAIL_JUMP:
		attack_jump(driver);
		break;
	case VIRTQ_ATTACK_AVAIL_BACK:
		attack_back(driver);
		break;
	default:
		attack_chain(driver, &attacks[attack]);
	}
}
