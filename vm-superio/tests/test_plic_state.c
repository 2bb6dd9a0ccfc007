/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>

#include "plic_harts.h"

/* A state with all there is: waiting, claimed with and without a line. */

static struct vm_plic_state state;
static struct vm_plic_context_state states[CONTEXTS];

static void make_busy(void)
{
	route(5, 0);
	route(6, 1);
	route(40, 0);
	route(70, 2);
	out(PRIORITY(40), 7);
	out(THRESHOLD(2), 3);
	raise_line(40);
	raise_line(6);
	ck_assert_uint_eq(in(CLAIM(0)), 40);
	ck_assert_uint_eq(in(CLAIM(1)), 6);
	lower_line(6);
	raise_line(5);
	raise_line(70);
	lower_line(70);
	memset(&state, 0x5a, sizeof(state));
	memset(states, 0x5a, sizeof(states));
	vm_plic_save(&plic, &state, states);
}

START_TEST(a_restored_controller_goes_on_like_the_saved_one)
{
	struct vm_plic_context_state again_of[CONTEXTS];
	struct vm_plic_state again;

	make_busy();
	setup();
	ck_assert_int_eq(vm_plic_restore(&plic, &state, states), 0);
	memset(&again, 0xa5, sizeof(again));
	memset(again_of, 0xa5, sizeof(again_of));
	vm_plic_save(&plic, &again, again_of);
	ck_assert_mem_eq(&again, &state, sizeof(state));
	ck_assert_mem_eq(again_of, states, sizeof(states));
	ck_assert(harts.external[0]);
	ck_assert(!harts.external[1]);
	ck_assert(!harts.external[2]);
	out(THRESHOLD(2), 0);
	ck_assert(harts.external[2]);
	out(COMPLETE(1), 6);
	ck_assert(!is_pending(6));
	out(COMPLETE(0), 40);
	ck_assert_uint_eq(in(PRIORITY(40)), 7);
	ck_assert_uint_eq(in(CLAIM(0)), 40);
	ck_assert_uint_eq(in(CLAIM(0)), 5);
}
END_TEST

START_TEST(restoring_over_another_state_replaces_it)
{
	vm_plic_save(&plic, &state, states);
	for (unsigned int source = 1; source <= SOURCES; source++) {
		route(source, source % CONTEXTS);
		out(PRIORITY(source), source % 8);
		raise_line(source);
	}
	ck_assert_uint_eq(harts.changes, CONTEXTS);
	ck_assert_int_eq(vm_plic_restore(&plic, &state, states), 0);
	ck_assert_uint_eq(harts.changes, 2 * CONTEXTS);
	expect_reset_values();
}
END_TEST

START_TEST(devices_may_be_restored_before_or_after)
{
	make_busy();
	setup();
	if (_i)
		ck_assert_int_eq(vm_plic_restore(&plic, &state, states), 0);
	raise_line(40);
	raise_line(5);
	if (!_i)
		ck_assert_int_eq(vm_plic_restore(&plic, &state, states), 0);
	ck_assert(!is_pending(40));
	ck_assert_uint_eq(in(CLAIM(0)), 5);
	ck_assert_uint_eq(in(CLAIM(0)), 0);
}
END_TEST

/* One byte of a good snapshot changed to what no controller can have. */
#define AT(member) offsetof(struct vm_plic_state, member)
#define OF(member) offsetof(struct vm_plic_context_state, member)
static const struct {
	size_t off;
	uint8_t value;
} corruptions[] = {
	{ AT(version), 2 },
	{ AT(sources), SOURCES + 1 },
	{ AT(contexts), 1 },
	{ AT(contexts), CONTEXTS + 1 },
	/* Source 0, those behind the last. */
	{ AT(pending), 0x21 },
	{ AT(pending) + 8, 0xc0 },
	{ AT(claimed) + 12, 0x01 },
	{ AT(claimed) + 127, 0x80 },
	{ AT(level) + 8, 0x80 },
	{ AT(priority), 1 },
	{ AT(priority) + SOURCES + 1, 1 },
	{ AT(priority) + 1023, 1 },
	{ AT(priority) + 1, 8 },
	/* Pending and claimed at once; a line that nobody heard. */
	{ AT(pending) + 5, 0x01 },
	{ AT(level), 0x22 },
};

static const struct {
	size_t off;
	uint8_t value;
} context_corruptions[] = {
	{ OF(enabled), 0x01 },	     { OF(enabled) + 8, 0x80 },
	{ OF(enabled) + 127, 0x80 }, { OF(threshold), 8 },
	{ OF(threshold) + 3, 0x80 },
};

static void expect_refusal(void)
{
	struct vm_plic_context_state before_of[CONTEXTS], after_of[CONTEXTS];
	struct vm_plic_state before, after;

	setup();
	route(1, 1);
	raise_line(1);
	vm_plic_save(&plic, &before, before_of);
	ck_assert_int_eq(vm_plic_restore(&plic, &state, states), -EBADMSG);
	vm_plic_save(&plic, &after, after_of);
	ck_assert_mem_eq(&before, &after, sizeof(before));
	ck_assert_mem_eq(before_of, after_of, sizeof(before_of));
	ck_assert_uint_eq(harts.changes, 1);
}

START_TEST(a_state_that_no_controller_can_have_is_refused)
{
	make_busy();
	((uint8_t *)&state)[corruptions[_i].off] = corruptions[_i].value;
	expect_refusal();
}
END_TEST

START_TEST(a_context_that_no_controller_can_have_is_refused)
{
	make_busy();
	((uint8_t *)&states[CONTEXTS - 1])[context_corruptions[_i].off] =
		context_corruptions[_i].value;
	expect_refusal();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plic_state");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, a_restored_controller_goes_on_like_the_saved_one,
		  restoring_over_another_state_replaces_it);
	tcase_add_loop_test(tcase, devices_may_be_restored_before_or_after, 0,
			    2);
	ADD_TEST_OVER(tcase, a_state_that_no_controller_can_have_is_refused,
		      corruptions);
	ADD_TEST_OVER(tcase, a_context_that_no_controller_can_have_is_refused,
		      context_corruptions);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
