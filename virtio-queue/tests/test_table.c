/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Indirect tables that are legal (2.7.5.3, 2.8.7); attacks are elsewhere. */
#include "support.h"

/* One descriptor of either ring, as its two words. */
static void put_desc(struct rig *rig, vm_gpa gpa, struct virtq_seg seg,
		     uint64_t flags, uint64_t link)
{
	uint64_t words[2] = { seg.gpa, seg.len };

	words[1] |= rig->vq.is_packed ? link << 32 | flags << 48
				      : flags << 32 | link << 48;
	ck_assert_int_eq(vm_mem_write(rig->mem, gpa, words, 16), 0);
}

/* Exposes the chain that starts with descriptor 0, as the first one. */
static void expose(struct rig *rig)
{
	const uint16_t one = 1;

	if (!rig->vq.is_packed)
		ck_assert_int_eq(vm_mem_write(rig->mem, rig->config.driver + 2,
					      &one, 2),
				 0);
}

static uint64_t avail(const struct rig *rig)
{
	return rig->vq.is_packed ? VIRTQ_DESC_F_AVAIL : 0;
}

/* A table of one readable and one writable entry. */
static void put_table(struct rig *rig, vm_gpa gpa)
{
	put_desc(rig, gpa, (struct virtq_seg){ DATA, 7 }, VIRTQ_DESC_F_NEXT, 1);
	put_desc(rig, gpa + 16, (struct virtq_seg){ DATA + 0x100, 9 },
		 VIRTQ_DESC_F_WRITE, 0);
}

static void expect_table(struct rig *rig)
{
	rig_pop(rig);
	ck_assert_uint_eq(rig->chain.readable_len, 7);
	ck_assert_uint_eq(rig->chain.writable_len, 9);
	ck_assert_uint_eq(rig->segs[0].gpa, DATA);
	ck_assert_uint_eq(rig->segs[1].gpa, DATA + 0x100);
}

START_TEST(a_table_takes_one_descriptor_of_the_ring)
{
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 4);
	rig_add_form(&rig, 1, 2, VIRTQ_DRIVER_INDIRECT, 1);
	rig_add_form(&rig, 2, 2, VIRTQ_DRIVER_INDIRECT, 2);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 5);
	ck_assert_uint_eq(rig.chain.readable_segs, 1);
	ck_assert_uint_eq(rig.chain.writable_segs, 2);
	rig_push(&rig, rig_pop(&rig), 6);
	ck_assert_uint_eq(rig.chain.readable_segs, 2);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 5);
	rig_expect(&rig, 2, 6);
	rig_fini(&rig);
}
END_TEST

/* 2.7.5.3.2, 2.8.7: the device ignores WRITE beside INDIRECT. */
START_TEST(the_write_flag_of_an_indirect_descriptor_is_ignored)
{
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 4);
	put_table(&rig, DATA + 0x1000);
	put_desc(&rig, 0, (struct virtq_seg){ DATA + 0x1000, 32 },
		 VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_WRITE | avail(&rig), 0);
	expose(&rig);
	expect_table(&rig);
	rig_fini(&rig);
}
END_TEST

/* 2.7.5.3.2: direct descriptors may come before a table; not so in 2.8.5. */
START_TEST(a_table_may_end_a_split_chain_but_not_a_packed_one)
{
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 4);
	put_table(&rig, DATA + 0x1000);
	put_desc(&rig, 16, (struct virtq_seg){ DATA + 0x1000, 32 },
		 VIRTQ_DESC_F_INDIRECT | avail(&rig), 77);
	put_desc(&rig, 0, (struct virtq_seg){ DATA + 0x2000, 3 },
		 VIRTQ_DESC_F_NEXT | avail(&rig), 1);
	expose(&rig);
	if (_i) {
		ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
		ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_INDIRECT_CHAINED);
		ck_assert_uint_eq(rig.chain.head.id, 77);
		ck_assert_uint_eq(rig.chain.head.count, 2);
	} else {
		rig_pop(&rig);
		ck_assert_uint_eq(rig.chain.readable_len, 10);
		ck_assert_uint_eq(rig.chain.writable_len, 9);
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(a_table_may_lie_anywhere_in_memory)
{
	/* Misaligned, and straddling two regions. */
	const vm_gpa places[] = { DATA + 0x1003, REGION - 16, REGION - 5 };
	struct rig rig;

	rig_init(&rig, ring(_i / 3) | INDIRECT, 4);
	put_table(&rig, places[_i % 3]);
	put_desc(&rig, 0, (struct virtq_seg){ places[_i % 3], 32 },
		 VIRTQ_DESC_F_INDIRECT | avail(&rig), 0);
	expose(&rig);
	expect_table(&rig);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_table_may_be_as_long_as_the_queue)
{
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 4);
	rig_add_form(&rig, 4, 0, VIRTQ_DRIVER_INDIRECT, 1);
	rig_add_form(&rig, 5, 0, VIRTQ_DRIVER_INDIRECT, 1);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.readable_segs, 4);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -ELOOP);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_TOO_LONG);
	rig_fini(&rig);
}
END_TEST

/* 2.7.5.3.1: direct descriptors and the table's count together. */
START_TEST(a_chain_of_descriptors_and_a_table_is_no_longer_than_the_queue)
{
	struct rig rig;

	rig_init(&rig, INDIRECT, 4);
	put_desc(&rig, 0, (struct virtq_seg){ DATA, 1 }, VIRTQ_DESC_F_NEXT, 1);
	put_desc(&rig, 16, (struct virtq_seg){ DATA, 1 }, VIRTQ_DESC_F_NEXT, 2);
	put_desc(&rig, 32, (struct virtq_seg){ DATA + 0x1000, 48 },
		 VIRTQ_DESC_F_INDIRECT, 0);
	for (unsigned int i = 0; i < 3; i++)
		put_desc(&rig, DATA + 0x1000 + 16 * i,
			 (struct virtq_seg){ DATA, 1 },
			 i + 1u < (_i ? 3 : 2) ? VIRTQ_DESC_F_NEXT : 0, i + 1);
	expose(&rig);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), _i ? -ELOOP : 1);
	rig_fini(&rig);
}
END_TEST

/* A table longer than its chain is legal; the rest of it is not looked at. */
START_TEST(a_split_chain_may_end_before_its_table)
{
	struct rig rig;

	rig_init(&rig, INDIRECT, 4);
	put_table(&rig, DATA + 0x1000);
	put_desc(&rig, DATA + 0x1020, (struct virtq_seg){ HOLE, 0 }, 0xffff, 9);
	put_desc(&rig, 0, (struct virtq_seg){ DATA + 0x1000, 48 },
		 VIRTQ_DESC_F_INDIRECT, 0);
	expose(&rig);
	expect_table(&rig);
	rig_fini(&rig);
}
END_TEST

/* 2.8.7: of the flags in a table only WRITE counts, and ids do not. */
START_TEST(a_packed_table_is_all_one_list)
{
	const uint64_t noise = VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT |
			       VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED;
	struct rig rig;

	rig_init(&rig, PACKED | INDIRECT, 4);
	put_desc(&rig, DATA + 0x1000, (struct virtq_seg){ DATA, 7 }, noise, 9);
	put_desc(&rig, DATA + 0x1010, (struct virtq_seg){ DATA + 0x100, 9 },
		 noise | VIRTQ_DESC_F_WRITE, 9);
	put_desc(&rig, 0, (struct virtq_seg){ DATA + 0x1000, 32 },
		 VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_AVAIL, 3);
	expect_table(&rig);
	ck_assert_uint_eq(rig.chain.head.id, 3);
	ck_assert_uint_eq(rig.chain.head.count, 1);
	rig_fini(&rig);
}
END_TEST

/*
 * A driver may name its ring as a table.  In the split ring that does not make
 * a second level legal; in the packed one entry is a buffer like any other.
 */
START_TEST(a_table_that_is_the_ring_has_no_table_in_it)
{
	const uint16_t ring_of[] = { 0, 1, 1 };
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 4);
	put_table(&rig, DATA + 0x1000);
	if (_i) {
		put_desc(&rig, 0, (struct virtq_seg){ 0, 16 },
			 VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_AVAIL, 0);
		rig_pop(&rig);
		ck_assert_uint_eq(rig.chain.readable_len, 16);
		ck_assert_uint_eq(rig.segs[0].gpa, 0);
	} else {
		put_desc(&rig, 0, (struct virtq_seg){ DATA + 0x1000, 32 },
			 VIRTQ_DESC_F_INDIRECT, 0);
		put_desc(&rig, 16, (struct virtq_seg){ 0, 16 },
			 VIRTQ_DESC_F_INDIRECT, 0);
		ck_assert_int_eq(vm_mem_write(rig.mem, rig.config.driver,
					      ring_of, sizeof(ring_of)),
				 0);
		ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EBADMSG);
		ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_INDIRECT_NESTED);
	}
	rig_fini(&rig);
}
END_TEST

/* Tables of two entries with something wrong, in the common place or not. */
struct bad_table {
	struct virtq_seg first, second;
	uint64_t first_flags, second_flags;
	uint16_t first_next;
	enum virtq_fault split, packed;
};

static const struct bad_table bad_tables[] = {
	{ .first = { DATA, 0 },
	  .second = { DATA, 1 },
	  .split = VIRTQ_FAULT_ZERO_LENGTH,
	  .packed = VIRTQ_FAULT_ZERO_LENGTH },
	{ .first = { DATA, 1 },
	  .second = { UINT64_MAX, 2 },
	  .first_flags = VIRTQ_DESC_F_NEXT,
	  .first_next = 1,
	  .split = VIRTQ_FAULT_ADDRESS_WRAP,
	  .packed = VIRTQ_FAULT_ADDRESS_WRAP },
	{ .first = { DATA, 1 },
	  .second = { DATA, 1 },
	  .first_flags = VIRTQ_DESC_F_NEXT,
	  .first_next = 2,
	  .split = VIRTQ_FAULT_NEXT_RANGE,
	  .packed = VIRTQ_FAULT_NONE },
	{ .first = { DATA, 1 },
	  .second = { DATA, 1 },
	  .first_flags = VIRTQ_DESC_F_NEXT,
	  .first_next = 1,
	  .second_flags = VIRTQ_DESC_F_INDIRECT,
	  .split = VIRTQ_FAULT_INDIRECT_NESTED,
	  .packed = VIRTQ_FAULT_NONE },
	{ .first = { DATA, 1 },
	  .second = { DATA, 1 },
	  .first_flags = VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE,
	  .first_next = 1,
	  .split = VIRTQ_FAULT_WRITE_ORDER,
	  .packed = VIRTQ_FAULT_WRITE_ORDER },
	{ .first = { DATA, 1 },
	  .second = { DATA, 1 },
	  .first_flags = VIRTQ_DESC_F_NEXT,
	  .first_next = 0,
	  .split = VIRTQ_FAULT_TOO_LONG,
	  .packed = VIRTQ_FAULT_NONE },
};

#define BAD_TABLES ((int)(sizeof(bad_tables) / sizeof(bad_tables[0])))

START_TEST(faults_inside_a_table_are_found)
{
	const struct bad_table *bad = &bad_tables[_i % BAD_TABLES];
	const bool is_packed = _i / BAD_TABLES & 1;
	/* Read in place, or by address because it is misaligned. */
	const vm_gpa gpa = DATA + 0x1000 + (_i / BAD_TABLES & 2 ? 3 : 0);
	enum virtq_fault want = is_packed ? bad->packed : bad->split;
	struct rig rig;

	rig_init(&rig, ring(is_packed) | INDIRECT, 4);
	put_desc(&rig, gpa, bad->first, bad->first_flags, bad->first_next);
	put_desc(&rig, gpa + 16, bad->second, bad->second_flags, 0);
	put_desc(&rig, 0, (struct virtq_seg){ gpa, 32 },
		 VIRTQ_DESC_F_INDIRECT | avail(&rig), 0);
	expose(&rig);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain),
			 want ? virtq_fault_errno(want) : 1);
	ck_assert_int_eq(rig.chain.fault, want);
	ck_assert(!virtq_is_broken(&rig.vq));
	rig_fini(&rig);
}
END_TEST

/* The second table is found where the first one was, and elsewhere, too. */
START_TEST(tables_may_move_from_region_to_region)
{
	const vm_gpa places[] = { DATA + 0x1000, DATA + 0x2000, REGION + 0x1000,
				  REGION - 16, DATA + 0x1000 };
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 8);
	for (unsigned int i = 0; i < 5; i++) {
		put_table(&rig, places[i]);
		put_desc(&rig, 16 * i, (struct virtq_seg){ places[i], 32 },
			 VIRTQ_DESC_F_INDIRECT | avail(&rig), 0);
	}
	if (!_i) {
		const uint16_t ring[] = { 0, 5, 0, 1, 2, 3, 4 };

		ck_assert_int_eq(vm_mem_write(rig.mem, rig.config.driver, ring,
					      sizeof(ring)),
				 0);
	}
	for (unsigned int i = 0; i < 5; i++)
		expect_table(&rig);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("table", BOTH_RINGS(a_table_takes_one_descriptor_of_the_ring),
	  BOTH_RINGS(the_write_flag_of_an_indirect_descriptor_is_ignored),
	  BOTH_RINGS(a_table_may_end_a_split_chain_but_not_a_packed_one),
	  TIMES(a_table_may_lie_anywhere_in_memory, 6),
	  BOTH_RINGS(a_table_may_be_as_long_as_the_queue),
	  TIMES(a_chain_of_descriptors_and_a_table_is_no_longer_than_the_queue,
		2),
	  ONCE(a_split_chain_may_end_before_its_table),
	  ONCE(a_packed_table_is_all_one_list),
	  BOTH_RINGS(a_table_that_is_the_ring_has_no_table_in_it),
	  TIMES(faults_inside_a_table_are_found, 4 * BAD_TABLES),
	  BOTH_RINGS(tables_may_move_from_region_to_region))
