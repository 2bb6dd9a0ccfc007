/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <pthread.h>
#include <stdbool.h>

#include <vm-memory/atomic.h>
#include <vm-memory/dirty.h>

#include "support.h"

#define READERS 3
#define SWAPS	2000
#define EXTRA	(16 * PAGE)

START_TEST(a_snapshot_outlives_the_swap)
{
	struct vm_mem *first = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem *second = MAP_OF({ PAGE, PAGE, NULL });
	struct vm_mem_atomic atomic;
	struct vm_mem *snapshot;

	vm_mem_atomic_init(&atomic, first);
	snapshot = vm_mem_atomic_get(&atomic);
	ck_assert_ptr_eq(snapshot, first);
	ck_assert(vm_mem_is_shared(snapshot));
	ck_assert(!vm_mem_atomic_refresh(&atomic, &snapshot));
	vm_mem_atomic_set(&atomic, second);
	ck_assert(!vm_mem_is_shared(snapshot));
	ck_assert_int_eq(vm_mem_check_range(snapshot, 0, PAGE), 0);
	ck_assert(vm_mem_atomic_refresh(&atomic, &snapshot));
	ck_assert_ptr_eq(snapshot, second);
	ck_assert_int_eq(vm_mem_check_range(snapshot, 0, PAGE), -EFAULT);
	vm_mem_free(snapshot);
	vm_mem_atomic_fini(&atomic);
}
END_TEST

START_TEST(replace_does_not_undo_the_change_of_another)
{
	struct vm_mem *first = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem *second = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem *third = MAP_OF({ 0, PAGE, NULL });
	struct vm_mem_atomic atomic;
	struct vm_mem *seen;

	vm_mem_atomic_init(&atomic, first);
	seen = vm_mem_atomic_get(&atomic);
	ck_assert_int_eq(vm_mem_atomic_replace(&atomic, seen, second), 0);
	ck_assert_int_eq(vm_mem_atomic_replace(&atomic, seen, third), -EAGAIN);
	vm_mem_free(third);
	vm_mem_free(seen);
	seen = vm_mem_atomic_get(&atomic);
	ck_assert_ptr_eq(seen, second);
	vm_mem_free(seen);
	vm_mem_atomic_fini(&atomic);
}
END_TEST

START_TEST(a_zeroed_holder_can_be_finished)
{
	struct vm_mem_atomic atomic;

	memset(&atomic, 0, sizeof(atomic));
	vm_mem_atomic_fini(&atomic);
}
END_TEST

struct waiting {
	struct vm_mem_atomic atomic;
	struct vm_mem *next;
	bool done;
};

static void *swap_and_tell(void *arg)
{
	struct waiting *waiting = arg;

	vm_mem_atomic_set(&waiting->atomic, waiting->next);
	__atomic_store_n(&waiting->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* A reader that has been preempted before it could take its reference. */
START_TEST(a_swap_waits_for_a_reader_without_a_reference)
{
	struct waiting waiting = { .done = false };
	pthread_t writer;

	vm_mem_atomic_init(&waiting.atomic, MAP_OF({ 0, PAGE, NULL }));
	waiting.next = MAP_OF({ 0, PAGE, NULL });
	__atomic_fetch_add(&waiting.atomic.readers[_i], 1, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(pthread_create(&writer, NULL, swap_and_tell, &waiting),
			 0);
	usleep(50000);
	ck_assert(!__atomic_load_n(&waiting.done, __ATOMIC_ACQUIRE));
	__atomic_fetch_sub(&waiting.atomic.readers[_i], 1, __ATOMIC_SEQ_CST);
	pthread_join(writer, NULL);
	ck_assert(waiting.done);
	vm_mem_atomic_fini(&waiting.atomic);
}
END_TEST

/*
 * The map alternates between one that has an extra region and one that has
 * not; the word at 0 of the former says so.  A reader that mixes two maps, or
 * uses one that has been freed, fails or trips the sanitizer.
 */
struct swapping {
	struct vm_mem_atomic atomic;
	bool stop;
};

static bool is_stopped(struct swapping *swapping)
{
	return __atomic_load_n(&swapping->stop, __ATOMIC_RELAXED);
}

static const char *use_snapshot(const struct vm_mem *mem)
{
	bool has_extra = vm_mem_region_count(mem) == 2;
	struct vm_mem_slice slice;
	uint64_t value = 1;

	if (vm_mem_check_range(mem, EXTRA, PAGE) != (has_extra ? 0 : -EFAULT))
		return "the extra region does not match the count";
	if (!has_extra)
		return NULL;
	if (vm_mem_store64(mem, EXTRA + 8, VM_MEM_RELEASE, 7) ||
	    vm_mem_load64(mem, EXTRA, VM_MEM_ACQUIRE, &value) || value)
		return "the extra region is not usable";
	if (vm_mem_get_slice(mem, EXTRA, PAGE, &slice) ||
	    vm_mem_slice_store64(&slice, 16, VM_MEM_RELEASE, 7))
		return "the extra region has no slice";
	if (vm_mem_is_dirty(mem, EXTRA, PAGE) != 1)
		return "the extra region is not dirty";
	return NULL;
}

static void *read_fresh(void *arg)
{
	struct swapping *swapping = arg;
	const char *error = NULL;

	while (!error && !is_stopped(swapping)) {
		struct vm_mem *mem = vm_mem_atomic_get(&swapping->atomic);

		error = use_snapshot(mem);
		vm_mem_free(mem);
	}
	return (void *)(uintptr_t)error;
}

static void *read_refreshed(void *arg)
{
	struct swapping *swapping = arg;
	struct vm_mem *mem = vm_mem_atomic_get(&swapping->atomic);
	const char *error = NULL;

	while (!error && !is_stopped(swapping)) {
		vm_mem_atomic_refresh(&swapping->atomic, &mem);
		error = use_snapshot(mem);
	}
	vm_mem_free(mem);
	return (void *)(uintptr_t)error;
}

static void swap_once(struct swapping *swapping)
{
	static const struct vm_mem_range extra = { EXTRA, PAGE, NULL };
	struct vm_mem *old, *new;
	int r;

	do {
		old = vm_mem_atomic_get(&swapping->atomic);
		if (vm_mem_region_count(old) == 1)
			r = vm_mem_add_region(old, &extra, &new);
		else
			r = vm_mem_remove_region(old, EXTRA, PAGE, &new);
		ck_assert_int_eq(r, 0);
		r = vm_mem_atomic_replace(&swapping->atomic, old, new);
		if (r == -EAGAIN)
			vm_mem_free(new);
		vm_mem_free(old);
	} while (r == -EAGAIN);
	ck_assert_int_eq(r, 0);
}

static void *swap_too(void *arg)
{
	for (int i = 0; i < SWAPS; i++)
		swap_once(arg);
	return NULL;
}

START_TEST(readers_see_whole_maps_while_writers_swap_them)
{
	struct vm_mem *plain = MAP_OF({ 0, PAGE, NULL });
	struct swapping swapping = { .stop = false };
	pthread_t readers[READERS], writer;
	struct vm_mem *mem;
	void *error;

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &mem), 0);
	vm_mem_free(plain);
	vm_mem_atomic_init(&swapping.atomic, mem);
	for (size_t i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&readers[i], NULL,
						i % 2 ? read_fresh
						      : read_refreshed,
						&swapping),
				 0);
	ck_assert_int_eq(pthread_create(&writer, NULL, swap_too, &swapping), 0);
	swap_too(&swapping);
	pthread_join(writer, NULL);
	__atomic_store_n(&swapping.stop, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < READERS; i++) {
		pthread_join(readers[i], &error);
		ck_assert_msg(!error, "%s", (const char *)error);
	}
	mem = vm_mem_atomic_get(&swapping.atomic);
	ck_assert_uint_eq(vm_mem_region_count(mem), 1);
	vm_mem_free(mem);
	vm_mem_atomic_fini(&swapping.atomic);
}
END_TEST

/* Marks fetched while pages are written add up to every page written. */
struct marking {
	struct vm_mem *mem;
	bool stop;
};

#define MARKED_PAGES 256

static void *write_every_page(void *arg)
{
	struct marking *marking = arg;
	int r = 0;

	for (uint64_t round = 1; round <= 200; round++) {
		for (vm_gpa page = 0; page < MARKED_PAGES; page++)
			r |= vm_mem_store64(marking->mem, page * PAGE,
					    VM_MEM_RELAXED, round);
	}
	__atomic_store_n(&marking->stop, true, __ATOMIC_RELEASE);
	return r ? NULL : arg;
}

/* Copies the value of every page that is marked, as a migration would. */
static void migrate(const struct vm_mem *mem, uint64_t *copy)
{
	uint64_t words[MARKED_PAGES / 64];

	ck_assert_int_eq(vm_mem_fetch_dirty(mem, 0, words, MARKED_PAGES / 64),
			 0);
	for (vm_gpa page = 0; page < MARKED_PAGES; page++) {
		if (words[page / 64] >> page % 64 & 1)
			ck_assert_int_eq(vm_mem_load64(mem, page * PAGE,
						       VM_MEM_RELAXED,
						       &copy[page]),
					 0);
	}
}

START_TEST(no_write_escapes_a_concurrent_fetch)
{
	struct vm_mem *plain = MAP_OF({ 0, MARKED_PAGES * PAGE, NULL });
	struct marking marking = { .stop = false };
	uint64_t copy[MARKED_PAGES] = { 0 };
	pthread_t writer;
	void *done;

	ck_assert_int_eq(vm_mem_set_tracking(plain, PAGE, &marking.mem), 0);
	vm_mem_free(plain);
	ck_assert_int_eq(
		pthread_create(&writer, NULL, write_every_page, &marking), 0);
	while (!__atomic_load_n(&marking.stop, __ATOMIC_ACQUIRE))
		migrate(marking.mem, copy);
	migrate(marking.mem, copy);
	pthread_join(writer, &done);
	ck_assert_ptr_nonnull(done);
	for (size_t page = 0; page < MARKED_PAGES; page++)
		ck_assert_uint_eq(copy[page], 200);
	vm_mem_free(marking.mem);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("atomic");
	TCase *tcase = tcase_create("atomic");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, a_snapshot_outlives_the_swap);
	tcase_add_test(tcase, replace_does_not_undo_the_change_of_another);
	tcase_add_test(tcase, a_zeroed_holder_can_be_finished);
	tcase_add_loop_test(
		tcase, a_swap_waits_for_a_reader_without_a_reference, 0, 2);
	tcase_add_test(tcase, readers_see_whole_maps_while_writers_swap_them);
	tcase_add_test(tcase, no_write_escapes_a_concurrent_fetch);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
