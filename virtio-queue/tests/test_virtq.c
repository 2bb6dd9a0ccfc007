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

/* Its memory lies elsewhere in the host then, with the same contents. */
START_TEST(a_queue_goes_on_where_its_ring_was_moved)
{
	const struct vm_mem_range range = { 0, REGION, NULL };
	static char bytes[BUF_SIZE];
	struct vm_mem *moved = NULL;
	struct rig rig;

	rig_init(&rig, ring(_i & 1) | (_i & 2 ? IN_ORDER : 0), 8);
	ck_assert_int_eq(vm_mem_new(&range, 1, &moved), 0);
	rig_set_pos(&rig, 5);
	for (unsigned int i = 0; i < 4; i++)
		rig_add(&rig, 0, 2, i);
	virtq_driver_publish(rig.driver);
	rig_push(&rig, rig_pop(&rig), 2 * BUF_SIZE);
	rig_push(&rig, rig_pop(&rig), 2);

	ck_assert_int_eq(vm_mem_read(rig.mem, 0, bytes, sizeof(bytes)), 0);
	ck_assert_int_eq(vm_mem_write(moved, 0, bytes, sizeof(bytes)), 0);
	ck_assert_int_eq(virtq_set_mem(&rig.vq, moved), 0);
	rig_push(&rig, rig_pop(&rig), 3);
	rig_push(&rig, rig_pop(&rig), 4);
	rig_expect_none(&rig);
	ck_assert(virtq_flush(&rig.vq));
	rig_expect_none(&rig);

	ck_assert_int_eq(vm_mem_read(moved, 0, bytes, sizeof(bytes)), 0);
	ck_assert_int_eq(vm_mem_write(rig.mem, 0, bytes, sizeof(bytes)), 0);
	rig_expect(&rig, 0, 2 * BUF_SIZE);
	for (unsigned int i = 1; i < 4; i++)
		rig_expect(&rig, i, i + 1);
	vm_mem_free(moved);
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
	  BOTH_RINGS(reset_forgets_everything),
	  BOTH_RINGS(generations_wrap_past_the_one_of_no_head),
	  BOTH_RINGS(a_queue_goes_on_with_another_map),
	  TIMES(a_queue_goes_on_where_its_ring_was_moved, 4))
