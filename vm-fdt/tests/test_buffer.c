/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "tree.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "../src/internal.h"

static uint64_t buffer[8192];

/* A tree with names, phandles, forward references and labels in it. */
static void write_tree(struct vm_fdt_writer *w)
{
	uint32_t phandle = vm_fdt_alloc_phandles(w, 40);
	char name[32];

	begin_root(w);
	for (uint32_t i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "node%u", i);
		vm_fdt_begin_node(w, name);
		vm_fdt_add_phandle(w, phandle + i);
		vm_fdt_add_reference(w, "next", phandle + (i + 1) % 40);
		snprintf(name, sizeof(name), "prop-%u", i);
		vm_fdt_add_string(w, name, "some text of its own");
		snprintf(name, sizeof(name), "label%u", i);
		vm_fdt_add_label(w, name);
		vm_fdt_end_node(w);
	}
	vm_fdt_end_node(w);
}

/* Grows by as little as it may, so that every record moves many times. */
struct stingy {
	size_t limit;
	size_t held;
	unsigned int calls;
};

static void *stingy_resize(void *context, void *block, size_t old_size,
			   size_t size)
{
	struct stingy *stingy = context;
	void *fresh;

	stingy->calls++;
	ck_assert_uint_eq(stingy->held, old_size);
	if (size > stingy->limit)
		return NULL;
	stingy->held = size;
	fresh = size ? malloc(size) : NULL;
	if (fresh && block)
		memcpy(fresh, block, old_size);
	free(block);
	return fresh;
}

START_TEST(a_growing_writer_makes_the_same_blob_as_one_in_a_buffer)
{
	struct stingy stingy = { .limit = SIZE_MAX };
	struct vm_fdt_allocator allocator = { stingy_resize, &stingy };
	struct vm_fdt_writer growing, fixed;
	const void *one, *other;

	vm_fdt_writer_init_growing(&growing, &allocator, 0);
	write_tree(&growing);
	vm_fdt_writer_init(&fixed, buffer, sizeof(buffer), 0);
	write_tree(&fixed);
	one = finish_blob(&growing);
	other = finish_blob(&fixed);
	ck_assert_uint_ge(stingy.calls, 3);
	ck_assert_uint_eq(fdt_totalsize(one), fdt_totalsize(other));
	ck_assert_mem_eq(one, other, fdt_totalsize(one));
	vm_fdt_writer_fini(&growing);
	ck_assert_uint_eq(stingy.held, 0);
	vm_fdt_writer_fini(&fixed);
}
END_TEST

START_TEST(an_allocator_without_memory_ends_in_enomem)
{
	struct stingy stingy = { .limit = 8192 };
	struct vm_fdt_allocator allocator = { stingy_resize, &stingy };
	struct vm_fdt_writer w;

	vm_fdt_writer_init_growing(&w, &allocator, 0);
	write_tree(&w);
	ck_assert_int_eq(vm_fdt_writer_get_failure(&w)->error, -ENOMEM);
	ck_assert_str_eq(w.failure.reason, "no memory for the tree");
	vm_fdt_writer_fini(&w);
	ck_assert_uint_eq(stingy.held, 0);
}
END_TEST

START_TEST(an_allocator_without_any_memory_ends_in_enomem)
{
	struct stingy stingy = { .limit = 0 };
	struct vm_fdt_allocator allocator = { stingy_resize, &stingy };
	struct vm_fdt_writer w;

	vm_fdt_writer_init_growing(&w, &allocator, 0);
	ck_assert_int_eq(vm_fdt_add_reservation(&w, 1, 1), -ENOMEM);
	vm_fdt_set_boot_cpu(&w, 1);
	ck_assert_uint_eq(vm_fdt_alloc_phandles(&w, 1), 1);
	ck_assert_int_eq(vm_fdt_begin_node_at(&w, "a", 0), -ENOMEM);
	ck_assert_int_eq(vm_fdt_add_reg(&w, NULL, 1), -ENOMEM);
	ck_assert_int_eq(vm_fdt_add_label(&w, "label"), -ENOMEM);
	expect_failure(&w, -ENOMEM, "", "no memory for the tree");
}
END_TEST

/*
 * Every buffer size from nothing to enough: each call in turn is the one that
 * finds no room, and none writes past the end (the sanitizer watches).
 */
START_TEST(a_buffer_too_small_at_any_point_ends_in_enospc)
{
	struct vm_fdt_writer w;
	const void *blob;
	size_t enough = 0, size;
	uint8_t *exact;
	int r;

	for (size_t room = 0; !enough; room += 8) {
		exact = malloc(room ? room : 1);
		ck_assert_ptr_nonnull(exact);
		vm_fdt_writer_init(&w, exact, room, 0);
		vm_fdt_add_reservation(&w, 0x1000, 0x1000);
		write_tree(&w);
		r = vm_fdt_writer_finish(&w, &blob, &size);
		if (!r)
			enough = room;
		else
			ck_assert_int_eq(r, -ENOSPC);
		ck_assert(!r ||
			  !strcmp(w.failure.reason, "the buffer is too small"));
		vm_fdt_writer_fini(&w);
		free(exact);
	}
	/* What the manual says of the records. */
	ck_assert_uint_le(enough, size + 42 * 16 + 40 * 16 + 86 * (32 + 8) +
					  40 * 32 + 40 * 40);
}
END_TEST

START_TEST(a_buffer_is_used_up_to_its_aligned_end)
{
	struct vm_fdt_writer w;

	memset(buffer, 0xa5, sizeof(buffer));
	vm_fdt_writer_init(&w, buffer, 8191 * 8 + 7, 0);
	write_tree(&w);
	finish_blob(&w);
	ck_assert_uint_eq(buffer[8191], 0xa5a5a5a5a5a5a5a5);
	vm_fdt_writer_fini(&w);
}
END_TEST

/* The check comes before anything is read, so the value may be a lie. */
START_TEST(a_value_past_2_gib_is_refused_before_it_is_touched)
{
	struct vm_fdt_writer w;

	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_prop(&w, "huge", buffer, 0x7fffffff),
			 -EOVERFLOW);
	expect_failure(&w, -EOVERFLOW, "/:huge",
		       "the tree is larger than 2 GiB");
	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_cells(&w, "huge", (uint32_t *)buffer,
					  SIZE_MAX / 4),
			 -EOVERFLOW);
	vm_fdt_writer_fini(&w);
	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_u64s(&w, "huge", buffer, SIZE_MAX / 8),
			 -EOVERFLOW);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_tree_past_2_gib_is_refused_before_it_grows)
{
	struct stingy stingy = { .limit = 8192 };
	struct vm_fdt_allocator allocator = { stingy_resize, &stingy };
	struct vm_fdt_writer w;

	vm_fdt_writer_init_growing(&w, &allocator, 0);
	begin_root(&w);
	ck_assert_int_eq(vm_fdt_add_prop(&w, "huge", buffer, 0x7fffff00),
			 -EOVERFLOW);
	expect_failure(&w, -EOVERFLOW, "/", "the tree is larger than 2 GiB");
	vm_fdt_writer_init_growing(&w, &allocator, 0);
	begin_root(&w);
	ck_assert_int_eq(vm_fdt_add_prop(&w, "huge", buffer, 0x70000000),
			 -ENOMEM);
	expect_failure(&w, -ENOMEM, "/", "no memory for the tree");
}
END_TEST

#define VAST (UINT64_C(1) << 31)

/* Address space for the largest tree, of which only what is written counts. */
static void *vast_resize(void *context, void *block, size_t old_size,
			 size_t size)
{
	void **space = context;

	(void)old_size;
	if (!size) {
		munmap(*space, VAST);
		return NULL;
	}
	if (!block)
		*space = mmap(NULL, VAST, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			      0);
	return *space == MAP_FAILED ? NULL : *space;
}

/* All but @left bytes of 2 GiB are taken by a value that is never written. */
static void begin_vast(struct vm_fdt_writer *w, void **space, size_t left)
{
	struct vm_fdt_allocator allocator = { vast_resize, space };

	vm_fdt_writer_init_growing(w, &allocator, 0);
	begin_root(w);
	vm_fdt_add_empty(w, "big");
	vm_fdt_begin_node(w, "node");
	ck_assert_ptr_nonnull(
		vmfdt_begin_prop(w, "big",
				 VMFDT_MAX_SIZE - VMFDT_PROP_SIZE - w->head -
					 w->strings - w->tail - left));
}

START_TEST(each_call_that_needs_room_past_2_gib_is_refused)
{
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;
	void *space;

	begin_vast(&w, &space, 16);
	ck_assert_int_eq(vm_fdt_begin_node(&w, "child"), -EOVERFLOW);
	vm_fdt_writer_fini(&w);
	begin_vast(&w, &space, 16);
	ck_assert_int_eq(vm_fdt_add_u64(&w, "big2", 1), -EOVERFLOW);
	vm_fdt_writer_fini(&w);
	begin_vast(&w, &space, 0);
	ck_assert_int_eq(vm_fdt_end_node(&w), -EOVERFLOW);
	vm_fdt_writer_fini(&w);
	begin_vast(&w, &space, 8);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_end_node(&w), 0);
	ck_assert_int_eq(vm_fdt_writer_finish(&w, &blob, &size), -EOVERFLOW);
	vm_fdt_writer_fini(&w);
	begin_vast(&w, &space, 12);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_writer_finish(&w, &blob, &size), 0);
	ck_assert_uint_gt(size, VAST - 1024);
	ck_assert_int_eq(fdt_check_full(blob, size), 0);
	vm_fdt_writer_fini(&w);
}
END_TEST

START_TEST(a_long_property_name_is_cut_in_the_failure)
{
	struct vm_fdt_writer w;
	char name[100];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	begin_tree(&w);
	ck_assert_int_eq(vm_fdt_add_empty(&w, name), -EINVAL);
	ck_assert_uint_eq(strlen(w.failure.where), 41);
	vm_fdt_writer_fini(&w);
}
END_TEST

static Suite *buffer_suite(void)
{
	Suite *suite = suite_create("buffer");
	TCase *tc = tcase_create("room");

	tcase_add_test(tc,
		       a_growing_writer_makes_the_same_blob_as_one_in_a_buffer);
	tcase_add_test(tc, an_allocator_without_memory_ends_in_enomem);
	tcase_add_test(tc, an_allocator_without_any_memory_ends_in_enomem);
	tcase_add_test(tc, a_buffer_too_small_at_any_point_ends_in_enospc);
	tcase_add_test(tc, a_buffer_is_used_up_to_its_aligned_end);
	tcase_add_test(tc, a_value_past_2_gib_is_refused_before_it_is_touched);
	tcase_add_test(tc, a_tree_past_2_gib_is_refused_before_it_grows);
	tcase_add_test(tc, each_call_that_needs_room_past_2_gib_is_refused);
	tcase_add_test(tc, a_long_property_name_is_cut_in_the_failure);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(buffer_suite());
}
