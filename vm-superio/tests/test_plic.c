/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The controller against the PLIC specification 1.0.0, chapter by chapter. */
#include <errno.h>

#include "plic_harts.h"

static const struct {
	unsigned int contexts;
	unsigned int sources;
} bad_sizes[] = {
	{ 0, SOURCES },
	{ VM_PLIC_CONTEXTS_MAX + 1, SOURCES },
	{ CONTEXTS, 0 },
	{ CONTEXTS, VM_PLIC_SOURCES_MAX + 1 },
};

START_TEST(init_with_a_size_out_of_range_is_refused)
{
	ck_assert_int_eq(vm_plic_init(&plic, contexts, bad_sizes[_i].contexts,
				      bad_sizes[_i].sources, &ops, &harts),
			 -EINVAL);
}
END_TEST

START_TEST(init_without_a_callback_is_refused)
{
	const struct vm_plic_ops none = { NULL };

	ck_assert_int_eq(vm_plic_init(&plic, contexts, CONTEXTS, SOURCES, &none,
				      &harts),
			 -EINVAL);
}
END_TEST

START_TEST(every_register_is_zero_after_reset)
{
	expect_reset_values();
	ck_assert_uint_eq(harts.changes, 0);
}
END_TEST

/* Chapter 1.2 */

START_TEST(a_gateway_makes_one_request_until_it_is_completed)
{
	route(5, 0);
	raise_line(5);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
	ck_assert(!is_pending(5));
	lower_line(5);
	raise_line(5);
	ck_assert(!is_pending(5));
	ck_assert_uint_eq(in(CLAIM(0)), 0);
	ck_assert(!harts.external[0]);
}
END_TEST

START_TEST(a_line_that_is_high_at_completion_asks_again)
{
	route(5, 0);
	raise_line(5);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
	out(COMPLETE(0), 5);
	ck_assert(is_pending(5));
	ck_assert(harts.external[0]);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
}
END_TEST

START_TEST(a_line_that_is_low_at_completion_asks_when_it_rises)
{
	route(5, 0);
	raise_line(5);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
	lower_line(5);
	out(COMPLETE(0), 5);
	ck_assert(!is_pending(5));
	ck_assert(!harts.external[0]);
	raise_line(5);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
}
END_TEST

START_TEST(a_request_is_not_taken_back_when_the_line_falls)
{
	route(5, 0);
	raise_line(5);
	lower_line(5);
	ck_assert(is_pending(5));
	ck_assert(harts.external[0]);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
	out(COMPLETE(0), 5);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

START_TEST(a_line_that_is_raised_twice_asks_once)
{
	route(5, 0);
	raise_line(5);
	raise_line(5);
	ck_assert_uint_eq(harts.changes, 1);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
	raise_line(5);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

static const unsigned int no_sources[] = { 0, SOURCES + 1, 1023, 1024,
					   UINT32_MAX };

START_TEST(a_line_that_leads_nowhere_is_ignored)
{
	raise_line(no_sources[_i]);
	for (unsigned int word = 0; word < VM_PLIC_WORDS; word++)
		ck_assert_uint_eq(in(PENDING(word)), 0);
}
END_TEST

/* Chapter 1.3 */

START_TEST(every_context_that_enables_a_source_is_notified)
{
	route(9, 0);
	route(9, 2);
	raise_line(9);
	ck_assert(harts.external[0]);
	ck_assert(!harts.external[1]);
	ck_assert(harts.external[2]);
	ck_assert_uint_eq(in(CLAIM(2)), 9);
	ck_assert(!harts.external[0]);
	ck_assert(!harts.external[2]);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

START_TEST(a_notification_stays_while_another_source_is_pending)
{
	route(9, 0);
	route(40, 0);
	raise_line(9);
	raise_line(40);
	ck_assert_uint_eq(in(CLAIM(0)), 9);
	ck_assert(harts.external[0]);
	ck_assert_uint_eq(harts.changes, 1);
	ck_assert_uint_eq(in(CLAIM(0)), 40);
	ck_assert(!harts.external[0]);
	ck_assert_uint_eq(harts.changes, 2);
}
END_TEST

START_TEST(a_source_that_waits_notifies_who_enables_it)
{
	raise_line(33);
	ck_assert(is_pending(33));
	out(PRIORITY(33), 1);
	ck_assert_uint_eq(harts.changes, 0);
	enable(1, 33);
	ck_assert(harts.external[1]);
	disable(1, 33);
	ck_assert(!harts.external[1]);
	ck_assert(is_pending(33));
}
END_TEST

/* Chapters 1.4 and 4 */

START_TEST(the_lowest_number_wins_among_equals)
{
	static const unsigned int numbers[] = { 70, 32, 64, 1, 31 };
	static const unsigned int sorted[] = { 1, 31, 32, 64, 70 };

	for (size_t i = 0; i < 5; i++) {
		route(numbers[i], 0);
		raise_line(numbers[i]);
	}
	for (size_t i = 0; i < 5; i++)
		ck_assert_uint_eq(in(CLAIM(0)), sorted[i]);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

START_TEST(the_highest_priority_wins_over_lower_numbers)
{
	for (unsigned int priority = 1; priority <= 7; priority++) {
		route(10 * priority, 0);
		out(PRIORITY(10 * priority), priority);
		raise_line(10 * priority);
	}
	for (unsigned int priority = 7; priority; priority--)
		ck_assert_uint_eq(in(CLAIM(0)), 10 * priority);
}
END_TEST

START_TEST(priority_zero_never_interrupts)
{
	enable(0, 5);
	raise_line(5);
	ck_assert(is_pending(5));
	ck_assert(!harts.external[0]);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
	out(PRIORITY(5), 1);
	ck_assert(harts.external[0]);
	out(PRIORITY(5), 0);
	ck_assert(!harts.external[0]);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

START_TEST(a_priority_keeps_any_value_of_its_three_bits)
{
	for (uint32_t value = 0; value < 8; value++) {
		out(PRIORITY(SOURCES), value);
		ck_assert_uint_eq(in(PRIORITY(SOURCES)), value);
		out(PRIORITY(1), EVERYTHING - 7 + value);
		ck_assert_uint_eq(in(PRIORITY(1)), value);
	}
}
END_TEST

START_TEST(what_is_no_source_has_no_priority)
{
	out(PRIORITY(0), 7);
	ck_assert_uint_eq(in(PRIORITY(0)), 0);
	for (unsigned int n = SOURCES + 1; n <= VM_PLIC_SOURCES_MAX; n++) {
		out(PRIORITY(n), 7);
		ck_assert_uint_eq(in(PRIORITY(n)), 0);
	}
}
END_TEST

/* Chapter 5 */

START_TEST(pending_bits_show_the_lines_and_ignore_writes)
{
	raise_line(1);
	raise_line(31);
	raise_line(32);
	raise_line(70);
	out(PENDING(0), 0);
	out(PENDING(1), EVERYTHING);
	ck_assert_uint_eq(in(PENDING(0)), 0x80000002);
	ck_assert_uint_eq(in(PENDING(1)), 0x00000001);
	ck_assert_uint_eq(in(PENDING(2)), 0x00000040);
	ck_assert_uint_eq(in(PENDING(3)), 0);
}
END_TEST

/* Chapter 6 */

START_TEST(enable_bits_exist_where_sources_do)
{
	for (unsigned int context = 0; context < CONTEXTS; context++) {
		for (unsigned int word = 0; word < VM_PLIC_WORDS; word++)
			out(ENABLE(context, word), EVERYTHING);
		ck_assert_uint_eq(in(ENABLE(context, 0)), 0xfffffffe);
		ck_assert_uint_eq(in(ENABLE(context, 1)), 0xffffffff);
		ck_assert_uint_eq(in(ENABLE(context, 2)), 0x0000007f);
		for (unsigned int word = 3; word < VM_PLIC_WORDS; word++)
			ck_assert_uint_eq(in(ENABLE(context, word)), 0);
	}
	ck_assert_uint_eq(in(ENABLE(CONTEXTS, 0)), 0);
}
END_TEST

START_TEST(contexts_have_enable_bits_of_their_own)
{
	out(ENABLE(0, 1), 0x11111111);
	out(ENABLE(1, 1), 0x22222222);
	out(ENABLE(2, 1), 0x44444444);
	ck_assert_uint_eq(in(ENABLE(0, 1)), 0x11111111);
	ck_assert_uint_eq(in(ENABLE(1, 1)), 0x22222222);
	ck_assert_uint_eq(in(ENABLE(2, 1)), 0x44444444);
}
END_TEST

/* Chapter 7 */

START_TEST(a_threshold_masks_priorities_up_to_its_own)
{
	route(5, 1);
	out(PRIORITY(5), (uint32_t)_i);
	raise_line(5);
	for (uint32_t threshold = 0; threshold < 8; threshold++) {
		out(THRESHOLD(1), threshold);
		ck_assert_uint_eq(in(THRESHOLD(1)), threshold);
		ck_assert(harts.external[1] == ((uint32_t)_i > threshold));
	}
	out(THRESHOLD(1), 0);
	ck_assert(harts.external[1] == (_i > 0));
}
END_TEST

START_TEST(contexts_have_thresholds_of_three_bits_of_their_own)
{
	out(THRESHOLD(0), EVERYTHING);
	out(THRESHOLD(2), 0xfffffffa);
	ck_assert_uint_eq(in(THRESHOLD(0)), 7);
	ck_assert_uint_eq(in(THRESHOLD(1)), 0);
	ck_assert_uint_eq(in(THRESHOLD(2)), 2);
}
END_TEST

/* Chapter 8 */

START_TEST(a_claim_of_nothing_returns_zero_and_changes_nothing)
{
	raise_line(6);
	out(PRIORITY(6), 3);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
	ck_assert(is_pending(6));
}
END_TEST

START_TEST(a_claim_does_not_heed_the_threshold)
{
	route(6, 0);
	out(THRESHOLD(0), 7);
	raise_line(6);
	ck_assert(!harts.external[0]);
	ck_assert_uint_eq(in(CLAIM(0)), 6);
	ck_assert(!is_pending(6));
	ck_assert_uint_eq(harts.changes, 0);
}
END_TEST

START_TEST(a_claim_takes_only_what_the_context_enables)
{
	route(6, 0);
	route(7, 1);
	raise_line(6);
	raise_line(7);
	ck_assert_uint_eq(in(CLAIM(1)), 7);
	ck_assert_uint_eq(in(CLAIM(1)), 0);
	ck_assert_uint_eq(in(CLAIM(2)), 0);
	ck_assert_uint_eq(in(CLAIM(0)), 6);
}
END_TEST

/* Chapter 9 */

START_TEST(completion_need_not_be_of_the_last_claim)
{
	route(6, 0);
	route(7, 0);
	raise_line(6);
	raise_line(7);
	ck_assert_uint_eq(in(CLAIM(0)), 6);
	ck_assert_uint_eq(in(CLAIM(0)), 7);
	out(COMPLETE(0), 6);
	ck_assert(is_pending(6));
	ck_assert(!is_pending(7));
}
END_TEST

START_TEST(completion_may_come_from_another_context)
{
	route(6, 0);
	route(6, 1);
	raise_line(6);
	ck_assert_uint_eq(in(CLAIM(0)), 6);
	out(COMPLETE(1), 6);
	ck_assert(is_pending(6));
}
END_TEST

START_TEST(completion_of_what_is_not_enabled_is_ignored)
{
	route(6, 0);
	raise_line(6);
	ck_assert_uint_eq(in(CLAIM(0)), 6);
	out(COMPLETE(1), 6);
	ck_assert(!is_pending(6));
	disable(0, 6);
	out(COMPLETE(0), 6);
	ck_assert(!is_pending(6));
	enable(0, 6);
	out(COMPLETE(0), 6);
	ck_assert(is_pending(6));
}
END_TEST

/* Linux masks an interrupt by its priority and completes it meanwhile. */
START_TEST(completion_of_what_has_priority_zero_counts)
{
	route(6, 0);
	raise_line(6);
	ck_assert_uint_eq(in(CLAIM(0)), 6);
	out(PRIORITY(6), 0);
	out(COMPLETE(0), 6);
	ck_assert(is_pending(6));
	ck_assert(!harts.external[0]);
	out(PRIORITY(6), 1);
	ck_assert(harts.external[0]);
}
END_TEST

START_TEST(completion_of_what_is_no_source_is_ignored)
{
	enable(0, SOURCES);
	raise_line(SOURCES);
	out(COMPLETE(0), no_sources[_i]);
	ck_assert(is_pending(SOURCES));
	ck_assert_uint_eq(harts.changes, 0);
}
END_TEST

START_TEST(completion_without_a_claim_changes_nothing)
{
	route(6, 0);
	out(COMPLETE(0), 6);
	ck_assert(!is_pending(6));
	raise_line(6);
	out(COMPLETE(0), 6);
	ck_assert(is_pending(6));
	ck_assert_uint_eq(in(CLAIM(0)), 6);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

/* Chapter 3 */

static const unsigned int reserved[] = {
	0x1080,
	0x1ffc,
	ENABLE(CONTEXTS, 0),
	ENABLES_END - 4,
	ENABLES_END,
	0x1ffffc,
	THRESHOLD(0) + 8,
	THRESHOLD(0) + 0xffc,
	THRESHOLD(CONTEXTS),
	CLAIM(CONTEXTS),
	THRESHOLD(15871),
	CLAIM(15871),
	VM_PLIC_SIZE - 4,
	VM_PLIC_SIZE,
	VM_PLIC_SIZE + 4,
	UINT32_MAX - 3,
	/* Inside a register. */
	PRIORITY(5) + 1,
	PENDING(0) + 2,
	ENABLE(0, 0) + 3,
	THRESHOLD(0) + 1,
	CLAIM(0) + 2,
};

START_TEST(where_no_register_is_reads_are_zero_and_writes_ignored)
{
	struct vm_plic_context_state before_of[CONTEXTS], after_of[CONTEXTS];
	struct vm_plic_state before, after;

	route(5, 0);
	raise_line(5);
	vm_plic_save(&plic, &before, before_of);
	ck_assert_uint_eq(in(reserved[_i]), 0);
	out(reserved[_i], EVERYTHING);
	ck_assert_uint_eq(in(reserved[_i]), 0);
	vm_plic_save(&plic, &after, after_of);
	ck_assert_mem_eq(&before, &after, sizeof(before));
	ck_assert_mem_eq(before_of, after_of, sizeof(before_of));
	ck_assert_uint_eq(harts.changes, 1);
}
END_TEST

static unsigned int last_context;

static void note_context(void *ctx, unsigned int context, bool level)
{
	(void)ctx;
	last_context = level ? context : 0;
}

START_TEST(the_last_source_of_the_last_context_works)
{
	static struct vm_plic_context all[VM_PLIC_CONTEXTS_MAX];
	const struct vm_plic_ops note_ops = { note_context };

	ck_assert_int_eq(vm_plic_init(&plic, all, VM_PLIC_CONTEXTS_MAX,
				      VM_PLIC_SOURCES_MAX, &note_ops, NULL),
			 0);
	out(0xffc, 7);
	out(0x1f1ffc, EVERYTHING);
	raise_line(1023);
	ck_assert_uint_eq(in(0x107c), 0x80000000);
	ck_assert_uint_eq(in(0x1f1ffc), EVERYTHING);
	ck_assert_uint_eq(last_context, 15871);
	out(0x3fff000, 7);
	ck_assert_uint_eq(last_context, 0);
	ck_assert_uint_eq(in(0x3fff004), 1023);
}
END_TEST

START_TEST(one_source_is_enough)
{
	ck_assert_int_eq(vm_plic_init(&plic, contexts, 1, 1, &ops, &harts), 0);
	out(ENABLE(0, 0), EVERYTHING);
	ck_assert_uint_eq(in(ENABLE(0, 0)), 2);
	out(PRIORITY(1), 1);
	raise_line(1);
	ck_assert_uint_eq(in(CLAIM(0)), 1);
}
END_TEST

static TCase *all_tests(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, init_without_a_callback_is_refused,
		  every_register_is_zero_after_reset,
		  a_gateway_makes_one_request_until_it_is_completed,
		  a_line_that_is_high_at_completion_asks_again,
		  a_line_that_is_low_at_completion_asks_when_it_rises,
		  a_request_is_not_taken_back_when_the_line_falls,
		  a_line_that_is_raised_twice_asks_once,
		  every_context_that_enables_a_source_is_notified,
		  a_notification_stays_while_another_source_is_pending,
		  a_source_that_waits_notifies_who_enables_it,
		  the_lowest_number_wins_among_equals,
		  the_highest_priority_wins_over_lower_numbers,
		  priority_zero_never_interrupts,
		  a_priority_keeps_any_value_of_its_three_bits,
		  what_is_no_source_has_no_priority,
		  pending_bits_show_the_lines_and_ignore_writes,
		  enable_bits_exist_where_sources_do,
		  contexts_have_enable_bits_of_their_own,
		  contexts_have_thresholds_of_three_bits_of_their_own,
		  a_claim_of_nothing_returns_zero_and_changes_nothing,
		  a_claim_does_not_heed_the_threshold,
		  a_claim_takes_only_what_the_context_enables,
		  completion_need_not_be_of_the_last_claim,
		  completion_may_come_from_another_context,
		  completion_of_what_is_not_enabled_is_ignored,
		  completion_of_what_has_priority_zero_counts,
		  completion_without_a_claim_changes_nothing,
		  the_last_source_of_the_last_context_works,
		  one_source_is_enough);
	ADD_TEST_OVER(tcase, init_with_a_size_out_of_range_is_refused,
		      bad_sizes);
	tcase_add_loop_test(tcase, a_threshold_masks_priorities_up_to_its_own,
			    0, 8);
	ADD_TEST_OVER(tcase, a_line_that_leads_nowhere_is_ignored, no_sources);
	ADD_TEST_OVER(tcase, completion_of_what_is_no_source_is_ignored,
		      no_sources);
	ADD_TEST_OVER(tcase,
		      where_no_register_is_reads_are_zero_and_writes_ignored,
		      reserved);
	return tcase;
}

int main(void)
{
	Suite *suite = suite_create("plic");

	suite_add_tcase(suite, all_tests());
	return run_suite(suite);
}
