/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "../src/queue.h"

#include <string.h>

#include "run.h"

static struct vm_serial_queue queue;
static uint8_t bytes[VM_SERIAL_TX_QUEUE];
static size_t runs, taken, sink_room;

static size_t sink(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	runs++;
	if (len > sink_room)
		len = sink_room;
	memcpy(bytes + taken, data, len);
	taken += len;
	sink_room -= len;
	return len;
}

static const struct vm_serial_ops ops = { .tx = sink };

static void setup(void)
{
	memset(&queue, 0, sizeof(queue));
	runs = 0;
	taken = 0;
	sink_room = SIZE_MAX;
}

static void fill(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		ck_assert(queue_push(&queue, (uint8_t)i));
}

START_TEST(a_full_queue_takes_no_byte)
{
	fill(VM_SERIAL_TX_QUEUE);
	ck_assert(!queue_push(&queue, 1));
	ck_assert_uint_eq(queue_len(&queue), VM_SERIAL_TX_QUEUE);
}
END_TEST

START_TEST(the_fifo_is_the_last_16_bytes)
{
	fill(QUEUE_LOW);
	ck_assert_uint_eq(queue_fifo_len(&queue), 0);
	fill(5);
	ck_assert_uint_eq(queue_fifo_len(&queue), 5);
	queue_clear_fifo(&queue);
	ck_assert_uint_eq(queue_len(&queue), QUEUE_LOW);
	queue_clear_fifo(&queue);
	ck_assert_uint_eq(queue_len(&queue), QUEUE_LOW);
}
END_TEST

START_TEST(an_empty_queue_does_not_call_the_sink)
{
	queue_drain(&queue, &ops, NULL);
	ck_assert_uint_eq(runs, 0);
}
END_TEST

START_TEST(a_wrapped_queue_leaves_in_two_runs_and_in_order)
{
	fill(VM_SERIAL_TX_QUEUE);
	sink_room = 1000;
	queue_drain(&queue, &ops, NULL);
	ck_assert_uint_eq(runs, 1);
	fill(900);
	taken = 0;
	runs = 0;
	sink_room = SIZE_MAX;
	queue_drain(&queue, &ops, NULL);
	ck_assert_uint_eq(runs, 2);
	ck_assert_uint_eq(taken, 924);
	for (uint32_t i = 0; i < taken; i++)
		ck_assert_uint_eq(bytes[i], (i < 24 ? 1000 + i : i - 24) & 255);
}
END_TEST

START_TEST(counters_that_overflow_do_no_harm)
{
	queue.head = queue.tail = UINT32_MAX - 3;
	fill(10);
	ck_assert_uint_eq(queue_len(&queue), 10);
	queue_drain(&queue, &ops, NULL);
	ck_assert_uint_eq(queue_len(&queue), 0);
	for (uint32_t i = 0; i < 10; i++)
		ck_assert_uint_eq(bytes[i], i);
}
END_TEST

START_TEST(a_restored_queue_has_the_saved_bytes)
{
	struct vm_serial_queue other;
	uint8_t saved[VM_SERIAL_TX_QUEUE] = { 0 };

	queue.head = queue.tail = 1020;
	fill(10);
	queue_save(&queue, saved);
	queue_restore(&other, saved, 10);
	ck_assert_uint_eq(queue_len(&other), 10);
	queue_drain(&other, &ops, NULL);
	ck_assert_uint_eq(taken, 10);
	for (uint32_t i = 0; i < 10; i++)
		ck_assert_uint_eq(bytes[i], i);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("queue");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, a_full_queue_takes_no_byte,
		  the_fifo_is_the_last_16_bytes,
		  an_empty_queue_does_not_call_the_sink,
		  a_wrapped_queue_leaves_in_two_runs_and_in_order,
		  counters_that_overflow_do_no_harm,
		  a_restored_queue_has_the_saved_bytes);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
