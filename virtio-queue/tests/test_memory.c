/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Queues in memory whose writes are tracked, and behind an IOMMU. */
#include <sys/uio.h>

#include <vm-memory/dirty.h>
#include <vm-memory/iotlb.h>

#include "support.h"

#define PAGE 64u

/* The device works on a tracked map; the driver's own writes do not count. */
static struct vm_mem *track(struct rig *rig)
{
	struct vm_mem *tracked = NULL;

	ck_assert_int_eq(vm_mem_set_tracking(rig->mem, PAGE, &tracked), 0);
	ck_assert_int_eq(virtq_set_mem(&rig->vq, tracked), 0);
	return tracked;
}

static void forget(const struct vm_mem *mem)
{
	static uint64_t words[REGION / PAGE / 64];

	for (size_t region = 0; region < 2; region++)
		ck_assert_int_eq(vm_mem_fetch_dirty(mem, region, words,
						    REGION / PAGE / 64),
				 0);
}

static uint32_t count_dirty(const struct vm_mem *mem, vm_gpa from, vm_gpa to)
{
	uint32_t count = 0;

	for (vm_gpa gpa = from; gpa < to; gpa += PAGE)
		count += vm_mem_is_dirty(mem, gpa, 1) == 1;
	return count;
}

START_TEST(a_completion_marks_what_it_writes)
{
	struct vm_mem *tracked;
	struct rig rig;
	vm_gpa element;

	rig_init(&rig, ring(_i), 64);
	tracked = track(&rig);
	/* Element 32 of the used ring, or descriptor 32. */
	rig_set_pos(&rig, 32);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, tracked), 0);
	rig_add(&rig, 0, 1, 0);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 1);
	forget(tracked);
	ck_assert(virtq_flush(&rig.vq));
	element =
		_i ? rig.config.desc + 16 * 32 : rig.config.device + 4 + 8 * 32;
	ck_assert_int_eq(vm_mem_is_dirty(tracked, element, 8), 1);
	if (!_i)
		ck_assert_int_eq(vm_mem_is_dirty(tracked, rig.config.device, 4),
				 1);
	/* That is all, but for an element that crosses into a second page. */
	ck_assert_uint_le(count_dirty(tracked, 0, DATA), _i ? 1 : 3);
	virtq_reset(&rig.vq);
	vm_mem_free(tracked);
	rig_fini(&rig);
}
END_TEST

START_TEST(completions_past_the_end_mark_both_ends_of_the_ring)
{
	struct vm_mem *tracked;
	struct rig rig;
	vm_gpa last;

	rig_init(&rig, ring(_i), 64);
	tracked = track(&rig);
	rig_set_pos(&rig, 63);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, tracked), 0);
	for (unsigned int i = 0; i < 2; i++)
		rig_add(&rig, 0, 1, i);
	virtq_driver_publish(rig.driver);
	for (unsigned int i = 0; i < 2; i++)
		rig_push(&rig, rig_pop(&rig), 1);
	forget(tracked);
	ck_assert(virtq_flush(&rig.vq));
	last = _i ? rig.config.desc + 16 * 63 : rig.config.device + 4 + 8 * 63;
	ck_assert_int_eq(vm_mem_is_dirty(tracked, last, 8), 1);
	ck_assert_int_eq(vm_mem_is_dirty(tracked,
					 _i ? rig.config.desc
					    : rig.config.device + 4,
					 8),
			 1);
	ck_assert_uint_le(count_dirty(tracked, 0, DATA), _i ? 2 : 4);
	virtq_reset(&rig.vq);
	vm_mem_free(tracked);
	rig_fini(&rig);
}
END_TEST

START_TEST(suppressing_notifications_marks_the_device_area)
{
	struct vm_mem *tracked;
	struct rig rig;
	vm_gpa event;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? EVENT : 0), 64);
	tracked = track(&rig);
	event = rig.config.device + (_i == 2 ? 4 + 8 * 64 : 0);
	forget(tracked);
	ck_assert(!virtq_enable_notification(&rig.vq));
	ck_assert_int_eq(vm_mem_is_dirty(tracked, event, 2), 1);
	ck_assert_uint_eq(count_dirty(tracked, 0, DATA), 1);
	forget(tracked);
	virtq_disable_notification(&rig.vq);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, event, 2), _i != 2);
	virtq_reset(&rig.vq);
	vm_mem_free(tracked);
	rig_fini(&rig);
}
END_TEST

START_TEST(writers_mark_what_they_write_or_are_told_of)
{
	struct virtq_writer writer;
	struct vm_mem *tracked;
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	tracked = track(&rig);
	rig_add(&rig, 1, 2, 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	virtq_writer_init(&writer, &rig.chain);
	forget(tracked);
	ck_assert_int_eq(virtq_writer_fill(&writer, 1, BUF_SIZE - PAGE), 0);
	ck_assert_uint_eq(count_dirty(tracked, DATA, DATA + 3 * BUF_SIZE),
			  BUF_SIZE / PAGE - 1);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA, BUF_SIZE), 0);
	forget(tracked);
	ck_assert_int_eq(virtq_writer_advance(&writer, 2 * PAGE), 0);
	ck_assert_uint_eq(count_dirty(tracked, DATA, DATA + 3 * BUF_SIZE), 2);
	ck_assert_int_eq(vm_mem_is_dirty(tracked, DATA + 2 * BUF_SIZE, 1), 1);
	virtq_reset(&rig.vq);
	vm_mem_free(tracked);
	rig_fini(&rig);
}
END_TEST

/*
 * An I/O view with the same addresses: what the driver alone writes may be read
 * only, and the tables lie where the device may read but not write.
 */
static struct vm_mem *view_of(const struct rig *rig, unsigned int ring_perm,
			      unsigned int data_perm)
{
	const vm_gpa data = DATA + BUF_SIZE;
	const struct vm_iotlb_mapping mappings[] = {
		{ 0, data, 0, ring_perm },
		{ data, REGION - data, data, data_perm },
	};
	struct vm_iotlb *iotlb = NULL;
	struct vm_mem *view = NULL;

	ck_assert_int_eq(vm_iotlb_new(8, &iotlb), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(vm_iotlb_map(iotlb, &mappings[i]), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, rig->mem, &view), 0);
	vm_iotlb_free(iotlb);
	return view;
}

START_TEST(a_queue_runs_behind_an_iommu)
{
	struct virtq_reader reader;
	struct virtq_writer writer;
	struct vm_mem *view;
	struct iovec iov;
	struct rig rig;
	uint64_t len;
	char byte = 0;

	rig_init(&rig, ring(_i) | INDIRECT, 8);
	view = view_of(&rig, VM_MEM_PERM_RW, VM_MEM_PERM_READ);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, view), 0);
	for (unsigned int i = 0; i < 2; i++)
		rig_add_form(&rig, 1, 1,
			     i ? VIRTQ_DRIVER_INDIRECT : VIRTQ_DRIVER_DIRECT,
			     i);
	virtq_driver_publish(rig.driver);
	for (unsigned int i = 0; i < 2; i++) {
		rig_pop(&rig);
		virtq_reader_init(&reader, &rig.chain);
		virtq_writer_init(&writer, &rig.chain);
		ck_assert_int_eq(virtq_reader_read(&reader, &byte, 1), 0);
		ck_assert_int_eq(virtq_reader_iov(&reader, &iov, 1, &len), 1);
		/* The second buffer is mapped for reading. */
		ck_assert_int_eq(virtq_writer_write(&writer, &byte, 1),
				 -EFAULT);
		ck_assert_int_eq(virtq_writer_iov(&writer, &iov, 1, &len),
				 -EFAULT);
		rig_push(&rig, rig.chain.head, 0);
	}
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 0, 0);
	rig_expect(&rig, 1, 0);
	virtq_reset(&rig.vq);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_table_that_may_not_be_read_is_refused)
{
	const vm_gpa table = DATA + 2 * BUF_SIZE;
	uint64_t words[2] = { table, 16 };
	struct vm_mem *view;
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 8);
	view = view_of(&rig, VM_MEM_PERM_RW, VM_MEM_PERM_WRITE);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, view), 0);
	rig_add(&rig, 1, 0, 0);
	words[1] |= _i ? (uint64_t)(VIRTQ_DESC_F_INDIRECT | VIRTQ_DESC_F_AVAIL)
				    << 48
		       : (uint64_t)VIRTQ_DESC_F_INDIRECT << 32;
	virtq_driver_publish(rig.driver);
	ck_assert_int_eq(vm_mem_write(rig.mem, 0, words, 16), 0);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EFAULT);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_INDIRECT_UNBACKED);
	virtq_reset(&rig.vq);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_ring_that_may_not_be_written_is_refused)
{
	struct vm_mem *view;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	view = view_of(&rig, VM_MEM_PERM_READ, VM_MEM_PERM_RW);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, view), -EFAULT);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

/*
 * A view in which one page is shifted: what the driver has aligned is not
 * aligned in memory.
 */
static struct vm_mem *shifted_view(const struct vm_mem *mem, vm_gpa page,
				   vm_gpa shift)
{
	const struct vm_iotlb_mapping all = { 0, 2 * REGION, 0,
					      VM_MEM_PERM_RW };
	const struct vm_iotlb_mapping shifted = { page, 0x1000,
						  page + 0x1000 + shift,
						  VM_MEM_PERM_RW };
	struct vm_iotlb *iotlb = NULL;
	struct vm_mem *view = NULL;

	ck_assert_int_eq(vm_iotlb_new(8, &iotlb), 0);
	ck_assert_int_eq(vm_iotlb_map(iotlb, &all), 0);
	ck_assert_int_eq(vm_iotlb_map(iotlb, &shifted), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, mem, &view), 0);
	vm_iotlb_free(iotlb);
	return view;
}

/* Half of what each area needs is not enough; 2 bytes are for avail. */
START_TEST(a_ring_in_misaligned_memory_is_refused)
{
	const bool is_packed = _i / 3;
	const int area = _i % 3;
	const vm_gpa shifts[] = { 8, is_packed ? 2 : 1, 2 };
	struct vm_mem *view, *aligned;
	struct virtq vq = { 0 };
	struct rig rig;
	vm_gpa *places[3];

	rig_init(&rig, ring(is_packed), 8);
	places[0] = &rig.config.desc;
	places[1] = &rig.config.driver;
	places[2] = &rig.config.device;
	*places[area] = DATA;
	view = shifted_view(rig.mem, DATA, shifts[area]);
	aligned = shifted_view(rig.mem, DATA, 2 * shifts[area]);
	ck_assert_int_eq(virtq_activate(&vq, &rig.config, view), -EFAULT);
	ck_assert(!virtq_is_active(&vq));
	ck_assert_int_eq(virtq_activate(&vq, &rig.config, aligned), 0);
	ck_assert_int_eq(virtq_set_mem(&vq, view), -EFAULT);
	ck_assert_ptr_eq(vq.mem, aligned);
	virtq_reset(&vq);
	vm_mem_free(aligned);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

/* The next chain is one entry of the table at @table. */
static void offer_table(struct rig *rig, const struct vm_mem *mem, vm_gpa table)
{
	const uint16_t index = (uint16_t)(rig->vq.next_avail + 1);
	const uint16_t avail[] = { 0, index, 0, 0, 0, 0 };
	const uint64_t flags = VIRTQ_DESC_F_INDIRECT |
			       (rig->vq.is_packed ? VIRTQ_DESC_F_AVAIL : 0);
	const uint64_t words[] = {
		table, 16 | flags << (rig->vq.is_packed ? 48 : 32)
	};

	ck_assert_int_eq(vm_mem_write(mem,
				      16 * virtq_place_off(&rig->vq,
							   rig->vq.avail_place),
				      words, 16),
			 0);
	if (!rig->vq.is_packed)
		ck_assert_int_eq(vm_mem_write(mem, rig->config.driver, avail,
					      sizeof(avail)),
				 0);
}

/* Tables need no alignment (2.7.5.3); such a one is not read word by word. */
START_TEST(a_table_in_misaligned_memory_is_read_nevertheless)
{
	const uint64_t entry[] = { 0x1234, 56 };
	struct vm_mem *view;
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 8);
	view = shifted_view(rig.mem, DATA, 4);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, view), 0);
	for (vm_gpa table = DATA; table < DATA + 64; table += 16) {
		ck_assert_int_eq(vm_mem_write(view, table, entry, 16), 0);
		offer_table(&rig, view, table);
		rig_pop(&rig);
		ck_assert_uint_eq(rig.segs[0].gpa, entry[0]);
		ck_assert_uint_eq(rig.segs[0].len, entry[1]);
	}
	virtq_reset(&rig.vq);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_table_is_read_from_the_map_of_the_moment)
{
	const uint64_t old_entry[] = { 1, 1 }, new_entry[] = { 2, 2 };
	struct vm_mem *view;
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 8);
	view = shifted_view(rig.mem, DATA, 0);
	ck_assert_int_eq(vm_mem_write(rig.mem, DATA, old_entry, 16), 0);
	ck_assert_int_eq(vm_mem_write(view, DATA, new_entry, 16), 0);
	offer_table(&rig, rig.mem, DATA);
	rig_pop(&rig);
	ck_assert_uint_eq(rig.segs[0].gpa, 1);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, view), 0);
	offer_table(&rig, view, DATA);
	rig_pop(&rig);
	ck_assert_uint_eq(rig.segs[0].gpa, 2);
	virtq_reset(&rig.vq);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

static enum virtq_verdict count_chain(void *context,
				      const struct virtq_chain *chain,
				      uint32_t *ret_len)
{
	(void)chain;
	(void)ret_len;
	++*(int *)context;
	return VIRTQ_DONE;
}

/*
 * In this view the used ring's flags are the available ring's idx.  So to ask
 * for notifications shows a chain, and to decline them takes it back.
 */
START_TEST(draining_ends_though_a_chain_comes_and_goes)
{
	const struct vm_iotlb_mapping mappings[] = {
		{ 0, 0x1000, 0, VM_MEM_PERM_RW },
		{ 0x1000, 0x1000, 0x2000, VM_MEM_PERM_RW },
		{ 0x2000, 0x1000, 0x2000 - 2, VM_MEM_PERM_RW },
	};
	struct virtq_state state = { .version = VIRTQ_STATE_VERSION,
				     .size = 4,
				     .max_size = 4,
				     .device = 0x1000,
				     .driver = 0x2000,
				     .next_avail = 1,
				     .next_used = 1,
				     .generation = 1 };
	struct virtq_drain_result result;
	struct vm_iotlb *iotlb = NULL;
	struct vm_mem *view = NULL;
	struct virtq vq = { 0 };
	struct rig rig;
	int count = 0;

	rig_init(&rig, 0, 4);
	ck_assert_int_eq(vm_iotlb_new(8, &iotlb), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(vm_iotlb_map(iotlb, &mappings[i]), 0);
	ck_assert_int_eq(vm_iotlb_new_view(iotlb, rig.mem, &view), 0);
	vm_iotlb_free(iotlb);
	ck_assert_int_eq(virtq_restore(&vq, &state, view), 0);
	ck_assert_int_eq(virtq_drain(&vq, &rig.chain, (uint32_t)_i, count_chain,
				     &count, &result),
			 0);
	ck_assert(result.more);
	ck_assert_int_eq(count, 0);
	virtq_reset(&vq);
	vm_mem_free(view);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("memory", BOTH_RINGS(a_completion_marks_what_it_writes),
	  BOTH_RINGS(completions_past_the_end_mark_both_ends_of_the_ring),
	  TIMES(suppressing_notifications_marks_the_device_area, 4),
	  BOTH_RINGS(writers_mark_what_they_write_or_are_told_of),
	  BOTH_RINGS(a_queue_runs_behind_an_iommu),
	  BOTH_RINGS(a_table_that_may_not_be_read_is_refused),
	  BOTH_RINGS(a_ring_that_may_not_be_written_is_refused),
	  TIMES(a_ring_in_misaligned_memory_is_refused, 6),
	  BOTH_RINGS(a_table_in_misaligned_memory_is_read_nevertheless),
	  BOTH_RINGS(a_table_is_read_from_the_map_of_the_moment),
	  TIMES(draining_ends_though_a_chain_comes_and_goes, 3))
