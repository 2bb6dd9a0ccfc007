/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "support.h"

START_TEST(a_zeroed_queue_is_inactive)
{
	struct virtq_seg segs[1];
	struct virtq_chain chain = { .segs = segs, .max_segs = 1 };
	struct virtq_head head = { .count = 1, .generation = 1 };
	struct virtq vq = { 0 };

	ck_assert(!virtq_is_active(&vq));
	ck_assert(!virtq_is_broken(&vq));
	ck_assert_int_eq(virtq_pop(&vq, &chain), -EINVAL);
	ck_assert_int_eq(virtq_peek(&vq, &chain), -EINVAL);
	ck_assert_int_eq(virtq_undo_pop(&vq, head), -ENOENT);
	ck_assert_int_eq(virtq_push(&vq, head, 0), -ENOENT);
	ck_assert(!virtq_flush(&vq));
	ck_assert(!virtq_has_avail(&vq));
	ck_assert(!virtq_enable_notification(&vq));
	virtq_disable_notification(&vq);
	ck_assert_int_eq(virtq_set_mem(&vq, NULL), -EINVAL);
	virtq_reset(&vq);
	ck_assert(!virtq_is_active(&vq));
}
END_TEST

START_TEST(activating_an_active_queue_is_refused)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(virtq_activate(&rig.vq, &rig.config, rig.mem),
			 -EINVAL);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_maximum_of_nothing_or_too_much_is_a_bug_of_the_device)
{
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { 0 };

	virtq_layout(&config, 4, ring(_i), 0);
	config.max_size = 0;
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), -EINVAL);
	config.max_size = VIRTQ_MAX_SIZE + 1;
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), -EINVAL);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_size_above_the_offered_maximum_is_refused)
{
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { 0 };

	virtq_layout(&config, 8, ring(_i), 0);
	config.max_size = 4;
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), -EBADMSG);
	vm_mem_free(mem);
}
END_TEST

START_TEST(every_attack_on_the_configuration_is_refused)
{
	enum virtq_config_attack attack =
		(enum virtq_config_attack)(_i % VIRTQ_CONFIG_ATTACK_COUNT);
	bool is_packed = _i >= VIRTQ_CONFIG_ATTACK_COUNT;
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { 0 };
	int error;

	virtq_layout(&config, 4, is_packed ? PACKED : 0, 0);
	virtq_config_spoil(&config, mem, attack);
	error = virtq_config_attack_error(attack, is_packed);
	ck_assert_msg(virtq_activate(&vq, &config, mem) == error, "%s",
		      virtq_config_attack_name(attack));
	ck_assert(virtq_is_active(&vq) == !error);
	vm_mem_free(mem);
}
END_TEST

START_TEST(areas_may_touch_in_any_order)
{
	/* Areas of 64, 14 and 38 bytes (split) or 64, 4 and 4 (packed). */
	const vm_gpa drivers[] = { 0x1032, 0x103c },
		     devices[] = { 0x100c, 0x1038 };
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { 0 };

	virtq_layout(&config, 4, ring(_i), 0);
	config.desc = 0x1040;
	config.driver = drivers[_i];
	config.device = devices[_i];
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), 0);
	virtq_reset(&vq);
	config.device = 0x1080;
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), 0);
	virtq_reset(&vq);
	config.device -= 4;
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), -EBADMSG);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_area_that_straddles_two_regions_is_refused)
{
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { 0 };

	virtq_layout(&config, 4, ring(_i), 0);
	config.desc = REGION - 16;
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), -EFAULT);
	vm_mem_free(mem);
}
END_TEST

/* 2.7: powers of two; 2.8.10.1: any size; both to 32768. */
START_TEST(every_legal_size_is_accepted_and_no_other)
{
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { 0 };
	int want;

	for (uint32_t size = 1; size <= VIRTQ_MAX_SIZE; size++) {
		virtq_layout(&config, size, ring(_i), 0);
		config.max_size = VIRTQ_MAX_SIZE;
		want = _i || !(size & (size - 1)) ? 0 : -EBADMSG;
		ck_assert_int_eq(virtq_activate(&vq, &config, mem), want);
		virtq_reset(&vq);
	}
	vm_mem_free(mem);
}
END_TEST

/* The registers of a transport stay writable; the queue must not care. */
START_TEST(a_ring_moved_or_resized_after_activation_has_no_effect)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig.config.desc = HOLE;
	rig.config.driver = 1;
	rig.config.device = UINT64_MAX;
	rig.config.size = 65535;
	rig.config.features = ~UINT64_C(0);
	rig_add(&rig, 1, 1, 7);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 5);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 7, 5);
	rig_fini(&rig);
}
END_TEST

START_TEST(pop_of_empty_ring_returns_zero)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	ck_assert(!virtq_has_avail(&rig.vq));
	rig_add(&rig, 1, 0, 0);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	virtq_driver_publish(rig.driver);
	ck_assert(virtq_has_avail(&rig.vq));
	rig_pop(&rig);
	ck_assert(!virtq_has_avail(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(pop_without_room_for_a_segment_is_a_bug_of_the_device)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig.chain.max_segs = 0;
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EINVAL);
	rig_fini(&rig);
}
END_TEST

START_TEST(pop_copies_readable_and_writable_buffers)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_add(&rig, 2, 3, 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.readable_segs, 2);
	ck_assert_uint_eq(rig.chain.writable_segs, 3);
	ck_assert_uint_eq(rig.chain.readable_len, 2 * BUF_SIZE);
	ck_assert_uint_eq(rig.chain.writable_len, 3 * BUF_SIZE);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_NONE);
	ck_assert_ptr_eq(rig.chain.mem, rig.mem);
	for (unsigned int i = 0; i < 5; i++) {
		ck_assert_uint_eq(rig.segs[i].gpa, DATA + i * BUF_SIZE);
		ck_assert_uint_eq(rig.segs[i].len, BUF_SIZE);
	}
	rig_fini(&rig);
}
END_TEST

START_TEST(a_chain_may_fill_the_queue_but_not_the_callers_array)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 3, 1, 1);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 0);

	rig_add(&rig, 3, 1, 2);
	virtq_driver_publish(rig.driver);
	rig.chain.max_segs = 3;
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -ELOOP);
	ck_assert_int_eq(rig.chain.fault, VIRTQ_FAULT_TOO_LONG);
	ck_assert(!virtq_is_broken(&rig.vq));
	ck_assert_uint_eq(rig.chain.readable_segs, 0);
	ck_assert_uint_eq(rig.chain.writable_len, 0);
	ck_assert_int_eq(virtq_push(&rig.vq, rig.chain.head, 1), -EINVAL);
	rig_push(&rig, rig.chain.head, 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 2, 0);
	rig_fini(&rig);
}
END_TEST

/* 2.7.5.2: no more than 2^32 bytes; a used length cannot tell that many. */
START_TEST(a_chain_may_be_exactly_4_gib_long)
{
	const struct virtq_buf bufs[] = { { DATA, 0x80000000, _i & 2 },
					  { DATA, 0x80000000, true } };
	struct virtq_writer writer;
	struct rig rig;

	rig_init(&rig, ring(_i & 1), 4);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 2,
					  VIRTQ_DRIVER_DIRECT, 0),
			 0);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	virtq_writer_init(&writer, &rig.chain);
	ck_assert_uint_eq(virtq_writer_left(&writer),
			  _i & 2 ? UINT64_C(1) << 32 : 0x80000000);
	rig_push(&rig, rig.chain.head, _i & 2 ? UINT32_MAX : 0x80000000);
	rig_fini(&rig);
}
END_TEST

/* One byte more would wrap; whether there is memory shows later. */
START_TEST(a_buffer_may_end_where_addresses_do)
{
	const struct virtq_buf bufs[] = { { UINT64_MAX - 31, 32, false },
					  { UINT64_MAX - 15, 16, true } };
	const struct virtq_buf beyond = { UINT64_MAX - 15, 17, false };
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	for (uint16_t count = 1; count <= 2; count++) {
		ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, count,
						  VIRTQ_DRIVER_DIRECT, 0),
				 0);
		virtq_driver_publish(rig.driver);
		rig_pop(&rig);
		ck_assert_uint_eq(rig.segs[count - 1].gpa, bufs[count - 1].gpa);
	}
	ck_assert_int_eq(virtq_driver_add(rig.driver, &beyond, 1,
					  VIRTQ_DRIVER_DIRECT, 0),
			 0);
	virtq_driver_publish(rig.driver);
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EOVERFLOW);
	rig_fini(&rig);
}
END_TEST

START_TEST(peek_leaves_the_chain_in_the_ring)
{
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 0);
	rig_add(&rig, 1, 2, 0);
	virtq_driver_publish(rig.driver);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 1);
	ck_assert_uint_eq(rig.chain.writable_segs, 2);
	ck_assert_int_eq(virtq_push(&rig.vq, rig.chain.head, 0), -ENOENT);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 1);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert_int_eq(virtq_peek(&rig.vq, &rig.chain), 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(undone_pops_come_again_in_the_same_order)
{
	struct virtq_head first, second;
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	rig_set_pos(&rig, 6);
	rig_add(&rig, 1, 1, 0);
	rig_add(&rig, 3, 0, 1);
	virtq_driver_publish(rig.driver);
	first = rig_pop(&rig);
	second = rig_pop(&rig);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, first), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, second), 0);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, second), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, first), 0);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, first), -ENOENT);
	ck_assert_int_eq(virtq_push(&rig.vq, first, 0), -ENOENT);

	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.writable_segs, 1);
	ck_assert_mem_eq(&rig.chain.head, &first, sizeof(first));
	rig_pop(&rig);
	ck_assert_uint_eq(rig.chain.readable_segs, 3);
	ck_assert_mem_eq(&rig.chain.head, &second, sizeof(second));
	rig_fini(&rig);
}
END_TEST

START_TEST(a_length_beyond_the_writable_bytes_is_refused)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 1, 1, 3);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	ck_assert_int_eq(virtq_push(&rig.vq, head, BUF_SIZE + 1), -EINVAL);
	rig_push(&rig, head, BUF_SIZE);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 3, BUF_SIZE);
	rig_fini(&rig);
}
END_TEST

START_TEST(a_chain_is_completed_once)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 1, 0, 3);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	rig_push(&rig, head, 0);
	ck_assert_int_eq(virtq_push(&rig.vq, head, 0), -ENOENT);
	rig_fini(&rig);
}
END_TEST

/* As a damaged snapshot may bring it back. */
START_TEST(a_head_of_no_descriptors_is_refused)
{
	struct virtq_head head = { .generation = 1 };
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? IN_ORDER : 0), 4);
	ck_assert_int_eq(virtq_push(&rig.vq, head, 0), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, head), -ENOENT);
	rig_fini(&rig);
}
END_TEST

START_TEST(completions_are_seen_in_batches)
{
	struct virtq_head heads[3];
	struct rig rig;

	rig_init(&rig, ring(_i), 8);
	for (unsigned int i = 0; i < 3; i++)
		rig_add(&rig, 1, 1, i);
	virtq_driver_publish(rig.driver);
	for (int i = 0; i < 3; i++)
		heads[i] = rig_pop(&rig);
	rig_push(&rig, heads[2], 20);
	rig_push(&rig, heads[0], 0);
	rig_expect_none(&rig);
	ck_assert(virtq_flush(&rig.vq));
	ck_assert(!virtq_flush(&rig.vq));
	rig_expect(&rig, 2, 20);
	rig_expect(&rig, 0, 0);
	rig_expect_none(&rig);
	rig_push(&rig, heads[1], 1);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 1);
	rig_fini(&rig);
}
END_TEST

START_TEST(in_order_queues_refuse_another_order)
{
	struct virtq_head first, second;
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 8);
	rig_add(&rig, 1, 1, 0);
	rig_add(&rig, 1, 1, 1);
	virtq_driver_publish(rig.driver);
	first = rig_pop(&rig);
	second = rig_pop(&rig);
	ck_assert_int_eq(virtq_push(&rig.vq, second, 0), -EINVAL);
	rig_push(&rig, first, 9);
	rig_push(&rig, second, 8);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 0, 9);
	rig_expect(&rig, 1, 8);
	rig_fini(&rig);
}
END_TEST

/* 2.7.9, 2.8.8: full buffers need no element of their own, others do. */
START_TEST(in_order_completions_of_full_buffers_share_an_element)
{
	const uint32_t lens[] = { 0, 0, BUF_SIZE, 17, 0, BUF_SIZE - 1, 0, 0 };
	const uint16_t writable[] = { 0, 0, 1, 1, 0, 1, 0, 0 };
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 16);
	rig_set_pos(&rig, 5);
	for (unsigned int lap = 0; lap < 9; lap++) {
		for (unsigned int i = 0; i < 8; i++)
			rig_add(&rig, 1, writable[i], i);
		virtq_driver_publish(rig.driver);
		for (unsigned int i = 0; i < 8; i++) {
			head = rig_pop(&rig);
			rig_push(&rig, head, lens[i]);
			rig_expect_none(&rig);
		}
		ck_assert(virtq_flush(&rig.vq));
		for (unsigned int i = 0; i < 8; i++)
			rig_expect(&rig, i, lens[i]);
		rig_expect_none(&rig);
	}
	rig_fini(&rig);
}
END_TEST

/* UINT32_MAX bytes of 2^32 are not all, though no length tells more. */
START_TEST(in_order_completions_of_4_gib_have_their_own_element)
{
	const struct virtq_buf half = { DATA, 0x80000000, true };
	const struct virtq_buf bufs[] = { half, half };
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 8);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 2,
					  VIRTQ_DRIVER_DIRECT, 1),
			 0);
	rig_add(&rig, 0, 1, 2);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), UINT32_MAX);
	rig_push(&rig, rig_pop(&rig), BUF_SIZE);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, UINT32_MAX);
	rig_expect(&rig, 2, BUF_SIZE);
	rig_fini(&rig);
}
END_TEST

/* The driver would take what it had in the buffers for an answer. */
START_TEST(in_order_completions_of_malformed_chains_tell_no_length)
{
	struct virtq_head head;
	struct rig rig;

	rig_init(&rig, ring(_i) | IN_ORDER, 8);
	rig_add(&rig, 0, 2, 1);
	rig_add(&rig, 0, 1, 2);
	virtq_driver_publish(rig.driver);
	rig.chain.max_segs = 1;
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -ELOOP);
	rig_push(&rig, rig.chain.head, 0);
	head = rig_pop(&rig);
	rig_push(&rig, head, BUF_SIZE);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 1, 0);
	rig_expect(&rig, 2, BUF_SIZE);
	rig_fini(&rig);
}
END_TEST

/* 2.6.1.1.1: the state goes back to the default, and nothing is executed. */
START_TEST(reset_forgets_everything)
{
	struct virtq_head head;
	struct rig rig;
	vm_gpa tables;

	rig_init(&rig, ring(_i), 4);
	rig_add(&rig, 1, 0, 0);
	rig_add(&rig, 1, 0, 1);
	virtq_driver_publish(rig.driver);
	head = rig_pop(&rig);
	virtq_reset(&rig.vq);
	ck_assert(!virtq_is_active(&rig.vq));
	ck_assert_int_eq(virtq_pop(&rig.vq, &rig.chain), -EINVAL);
	ck_assert_int_eq(virtq_push(&rig.vq, head, 0), -ENOENT);
	ck_assert(!virtq_flush(&rig.vq));

	/* Re-enabled with another size (2.6.1.2.1), it starts afresh. */
	virtq_driver_free(rig.driver);
	tables = virtq_layout(&rig.config, 16, ring(_i), 0x1000);
	ck_assert_int_eq(
		virtq_driver_new(rig.mem, &rig.config, tables, &rig.driver), 0);
	ck_assert_int_eq(virtq_activate(&rig.vq, &rig.config, rig.mem), 0);
	rig_add(&rig, 1, 0, 2);
	virtq_driver_publish(rig.driver);
	rig_pop(&rig);
	ck_assert_int_eq(virtq_push(&rig.vq, head, 0), -ENOENT);
	ck_assert_int_eq(virtq_undo_pop(&rig.vq, head), -ENOENT);
	rig_push(&rig, rig.chain.head, 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 2, 0);
	rig_fini(&rig);
}
END_TEST

START_TEST(generations_wrap_past_the_one_of_no_head)
{
	struct virtq_config config;
	struct vm_mem *mem = rig_memory();
	struct virtq vq = { .generation = UINT16_MAX };

	virtq_layout(&config, 4, ring(_i), 0);
	ck_assert_int_eq(virtq_activate(&vq, &config, mem), 0);
	ck_assert_uint_eq(vq.generation, 1);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_queue_goes_on_with_another_map)
{
	const struct vm_mem_range other = { REGION, REGION, NULL };
	struct vm_mem *grown, *shrunk = NULL;
	struct vm_mem_region_info info;
	struct vm_mem_backing backing = { .kind = VM_MEM_CALLER };
	struct vm_mem_range range = { 0, REGION, &backing };
	struct rig rig;

	rig_init(&rig, ring(_i), 4);
	ck_assert_int_eq(vm_mem_get_region(rig.mem, 0, &info), 0);
	backing.hva = info.hva;
	ck_assert_int_eq(vm_mem_new(&range, 1, &grown), 0);
	ck_assert_int_eq(vm_mem_new(&other, 1, &shrunk), 0);

	rig_add(&rig, 1, 0, 0);
	rig_add(&rig, 1, 0, 1);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, shrunk), -EFAULT);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, grown), 0);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert_ptr_eq(rig.chain.mem, grown);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect(&rig, 0, 0);
	rig_expect(&rig, 1, 0);
	vm_mem_free(grown);
	vm_mem_free(shrunk);
	rig_fini(&rig);
}
END_TEST

START_TEST(the_driver_notifies_while_it_is_asked_to)
{
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? EVENT : 0), 8);
	rig_add(&rig, 1, 0, 0);
	ck_assert(virtq_driver_publish(rig.driver));
	virtq_disable_notification(&rig.vq);
	rig_add(&rig, 1, 0, 0);
	ck_assert(!virtq_driver_publish(rig.driver));
	/* Enabling tells of the chain that was not announced. */
	ck_assert(virtq_enable_notification(&rig.vq));
	rig_pop(&rig);
	rig_pop(&rig);
	ck_assert(!virtq_enable_notification(&rig.vq));
	rig_add(&rig, 1, 0, 0);
	ck_assert(virtq_driver_publish(rig.driver));
	rig_fini(&rig);
}
END_TEST

START_TEST(the_device_notifies_while_it_is_asked_to)
{
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? EVENT : 0), 8);
	for (unsigned int i = 0; i < 4; i++)
		rig_add(&rig, 1, 0, i);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	virtq_driver_disable_interrupts(rig.driver);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	ck_assert(virtq_driver_enable_interrupts(rig.driver, 0));
	rig_expect(&rig, 0, 0);
	rig_expect(&rig, 1, 0);
	ck_assert(!virtq_driver_enable_interrupts(rig.driver, 0));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_fini(&rig);
}
END_TEST

/* 2.7.7.1, 2.8.10: the event index delays the notification. */
START_TEST(the_device_notifies_when_the_event_is_reached)
{
	struct rig rig;

	rig_init(&rig, ring(_i) | EVENT, 8);
	for (unsigned int i = 0; i < 6; i++)
		rig_add(&rig, 1, 0, i);
	virtq_driver_publish(rig.driver);
	ck_assert(!virtq_driver_enable_interrupts(rig.driver, 2));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	rig_push(&rig, rig_pop(&rig), 0);
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(virtq_flush(&rig.vq));
	rig_push(&rig, rig_pop(&rig), 0);
	ck_assert(!virtq_flush(&rig.vq));
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("virtq", ONCE(a_zeroed_queue_is_inactive),
	  BOTH_RINGS(activating_an_active_queue_is_refused),
	  BOTH_RINGS(a_maximum_of_nothing_or_too_much_is_a_bug_of_the_device),
	  BOTH_RINGS(a_size_above_the_offered_maximum_is_refused),
	  TIMES(every_attack_on_the_configuration_is_refused,
		2 * VIRTQ_CONFIG_ATTACK_COUNT),
	  BOTH_RINGS(areas_may_touch_in_any_order),
	  BOTH_RINGS(an_area_that_straddles_two_regions_is_refused),
	  BOTH_RINGS(every_legal_size_is_accepted_and_no_other),
	  BOTH_RINGS(a_ring_moved_or_resized_after_activation_has_no_effect),
	  BOTH_RINGS(pop_of_empty_ring_returns_zero),
	  BOTH_RINGS(pop_without_room_for_a_segment_is_a_bug_of_the_device),
	  BOTH_RINGS(pop_copies_readable_and_writable_buffers),
	  BOTH_RINGS(a_chain_may_fill_the_queue_but_not_the_callers_array),
	  TIMES(a_chain_may_be_exactly_4_gib_long, 4),
	  BOTH_RINGS(a_buffer_may_end_where_addresses_do),
	  BOTH_RINGS(peek_leaves_the_chain_in_the_ring),
	  BOTH_RINGS(undone_pops_come_again_in_the_same_order),
	  BOTH_RINGS(a_length_beyond_the_writable_bytes_is_refused),
	  BOTH_RINGS(a_chain_is_completed_once),
	  TIMES(a_head_of_no_descriptors_is_refused, 4),
	  BOTH_RINGS(completions_are_seen_in_batches),
	  BOTH_RINGS(in_order_queues_refuse_another_order),
	  BOTH_RINGS(in_order_completions_of_full_buffers_share_an_element),
	  BOTH_RINGS(in_order_completions_of_4_gib_have_their_own_element),
	  BOTH_RINGS(in_order_completions_of_malformed_chains_tell_no_length),
	  BOTH_RINGS(reset_forgets_everything),
	  BOTH_RINGS(generations_wrap_past_the_one_of_no_head),
	  BOTH_RINGS(a_queue_goes_on_with_another_map),
	  TIMES(the_driver_notifies_while_it_is_asked_to, 4),
	  TIMES(the_device_notifies_while_it_is_asked_to, 4),
	  BOTH_RINGS(the_device_notifies_when_the_event_is_reached))
