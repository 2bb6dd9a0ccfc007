/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/reader.h>

#include <stdlib.h>

#include "machines.h"
#include "raw.h"
#include "tree.h"

static struct raw raw;

static int read_raw(void)
{
	struct vm_fdt_reader reader;

	return vm_fdt_reader_init(&reader, raw.space, raw.size);
}

/* Property "p" in the root and its child "c". */
static void make_small(void)
{
	raw_start(&raw);
	raw_begin(&raw, "");
	raw_prop(&raw, 0, "abc", 3);
	raw_begin(&raw, "c");
	raw_prop(&raw, 0, "", 0);
	raw_end(&raw);
	raw_end(&raw);
	raw_finish(&raw, "p\0q", 4);
}

START_TEST(a_small_tree_is_accepted)
{
	make_small();
	ck_assert_int_eq(read_raw(), 0);
	/* Version 16 lacks the last field of the header. */
	raw_set(&raw, 5, 16);
	ck_assert_int_eq(read_raw(), 0);
}
END_TEST

START_TEST(a_blob_may_be_shorter_than_its_buffer)
{
	struct vm_fdt_reader reader;

	make_small();
	ck_assert_int_eq(
		vm_fdt_reader_init(&reader, raw.space, sizeof(raw.space)), 0);
	ck_assert_uint_eq(vm_fdt_reader_get_size(&reader), raw.size);
}
END_TEST

START_TEST(no_operations_are_skipped)
{
	struct vm_fdt_reader reader;

	raw_start(&raw);
	raw_begin(&raw, "");
	raw_put(&raw, FDT_NOP);
	raw_prop(&raw, 0, "", 0);
	raw_put(&raw, FDT_NOP);
	raw_begin(&raw, "c");
	raw_end(&raw);
	raw_put(&raw, FDT_NOP);
	raw_end(&raw);
	raw_finish(&raw, "p", 2);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw.space, raw.size), 0);
	ck_assert_int_ge(vm_fdt_find_node(&reader, "/c"), 0);
}
END_TEST

START_TEST(an_unaligned_or_absent_blob_is_refused)
{
	struct vm_fdt_reader reader;

	make_small();
	ck_assert_int_eq(vm_fdt_reader_init(&reader, NULL, 100), -EINVAL);
	ck_assert_int_eq(vm_fdt_reader_init(&reader, raw_bytes(&raw) + 4,
					    sizeof(raw.space) - 4),
			 -EINVAL);
}
END_TEST

/* An exact copy of each length, so that the sanitizer sees its end. */
START_TEST(a_blob_cut_short_anywhere_is_refused)
{
	struct vm_fdt_reader reader;
	void *copy;

	make_small();
	for (size_t size = 0; size < raw.size; size++) {
		copy = malloc(size ? size : 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, raw.space, size);
		ck_assert_int_eq(vm_fdt_reader_init(&reader, copy, size),
				 -EBADMSG);
		free(copy);
	}
}
END_TEST

static const struct {
	size_t field;
	uint32_t value;
} bad_fields[] = {
	{ 0, 0xd00dfeee }, /* magic */
	{ 1, 0 }, /* total size */
	{ 1, 39 }, /* less than the header */
	{ 1, 60 }, /* less than the blocks */
	{ 1, 0x10000000 }, /* more than there is */
	{ 1, 0xffffffff }, /* */
	{ 2, 0xfffffffc }, /* structure */
	{ 2, 0 }, /* in the header */
	{ 2, 58 }, /* not aligned */
	{ 3, 0xffffffff }, /* strings */
	{ 3, 0 }, /* in the header */
	{ 4, 0xfffffff8 }, /* reservations */
	{ 4, 0 }, /* in the header */
	{ 5, 15 }, /* version */
	{ 5, 0 }, /* */
	{ 6, 18 }, /* needs a later version */
	{ 8, 0xffffffff }, /* size of the strings */
	{ 9, 0xffffffff }, /* of the structure */
	{ 9, 8 }, /* cuts it off */
};

START_TEST(a_header_with_a_bad_field_is_refused)
{
	make_small();
	raw_set(&raw, bad_fields[_i].field, bad_fields[_i].value);
	ck_assert_int_eq(read_raw(), -EBADMSG);
}
END_TEST

static void named_root(void)
{
	raw_begin(&raw, "root");
	raw_end(&raw);
}

static void no_root(void)
{
}

static void two_roots(void)
{
	raw_begin(&raw, "");
	raw_end(&raw);
	raw_begin(&raw, "");
	raw_end(&raw);
}

static void property_before_the_root(void)
{
	raw_prop(&raw, 0, "", 0);
	raw_begin(&raw, "");
	raw_end(&raw);
}

static void property_after_the_root(void)
{
	raw_begin(&raw, "");
	raw_end(&raw);
	raw_prop(&raw, 0, "", 0);
}

static void property_after_a_child(void)
{
	raw_begin(&raw, "");
	raw_begin(&raw, "c");
	raw_end(&raw);
	raw_prop(&raw, 0, "", 0);
	raw_end(&raw);
}

static void missing_end(void)
{
	raw_begin(&raw, "");
	raw_begin(&raw, "c");
	raw_end(&raw);
}

static void end_too_many(void)
{
	raw_begin(&raw, "");
	raw_end(&raw);
	raw_end(&raw);
}

static void unknown_token(void)
{
	raw_begin(&raw, "");
	raw_put(&raw, 7);
	raw_end(&raw);
}

static void nameless_child(void)
{
	raw_begin(&raw, "");
	raw_begin(&raw, "");
	raw_end(&raw);
	raw_end(&raw);
}

static void child_with_a_slash(void)
{
	raw_begin(&raw, "");
	raw_begin(&raw, "a/b");
	raw_end(&raw);
	raw_end(&raw);
}

static void child_with_two_ats(void)
{
	raw_begin(&raw, "");
	raw_begin(&raw, "a@1@2");
	raw_end(&raw);
	raw_end(&raw);
}

static void child_without_an_address(void)
{
	raw_begin(&raw, "");
	raw_begin(&raw, "a@");
	raw_end(&raw);
	raw_end(&raw);
}

static void nested_too_deep(void)
{
	raw_begin(&raw, "");
	for (int i = 1; i < VM_FDT_MAX_DEPTH + 1; i++)
		raw_begin(&raw, "d");
	for (int i = 0; i < VM_FDT_MAX_DEPTH + 1; i++)
		raw_end(&raw);
}

static void property_without_a_name(void)
{
	raw_begin(&raw, "");
	raw_prop(&raw, 1, "", 0);
	raw_end(&raw);
}

static void property_with_a_bad_name(void)
{
	raw_begin(&raw, "");
	raw_prop(&raw, 2, "", 0);
	raw_end(&raw);
}

static void property_named_outside_the_strings(void)
{
	raw_begin(&raw, "");
	raw_prop(&raw, 5, "", 0);
	raw_end(&raw);
}

static void property_named_far_away(void)
{
	raw_begin(&raw, "");
	raw_prop(&raw, 0x80000000, "", 0);
	raw_end(&raw);
}

static void property_longer_than_the_blob(void)
{
	raw_begin(&raw, "");
	raw_put(&raw, FDT_PROP);
	raw_put(&raw, 0x7fffffff);
	raw_put(&raw, 0);
	raw_end(&raw);
}

static void property_whose_length_wraps(void)
{
	raw_begin(&raw, "");
	raw_put(&raw, FDT_PROP);
	raw_put(&raw, 0xfffffffd);
	raw_put(&raw, 0);
	raw_end(&raw);
}

/* Its length leads back to its own start: a walk that believes it never ends. */
static void property_that_follows_itself(void)
{
	raw_begin(&raw, "");
	raw_put(&raw, FDT_PROP);
	raw_put(&raw, 0xfffffff4);
	raw_put(&raw, 0);
	raw_end(&raw);
}

static void (*const bad_structures[])(void) = {
	named_root,
	no_root,
	two_roots,
	property_before_the_root,
	property_after_the_root,
	property_after_a_child,
	missing_end,
	end_too_many,
	unknown_token,
	nameless_child,
	child_with_a_slash,
	child_with_two_ats,
	child_without_an_address,
	nested_too_deep,
	property_without_a_name,
	property_with_a_bad_name,
	property_named_outside_the_strings,
	property_named_far_away,
	property_longer_than_the_blob,
	property_whose_length_wraps,
	property_that_follows_itself,
};

START_TEST(a_broken_structure_is_refused)
{
	raw_start(&raw);
	bad_structures[_i]();
	raw_finish(&raw, "p\0a b", 6);
	ck_assert_int_eq(read_raw(), -EBADMSG);
}
END_TEST

/* A name without end makes each property cost as much as all strings. */
START_TEST(a_property_name_of_more_than_255_characters_is_refused)
{
	static char strings[258];

	for (size_t len = 255; len <= 256; len++) {
		memset(strings, 'x', len);
		strings[len] = '\0';
		raw_start(&raw);
		raw_begin(&raw, "");
		raw_prop(&raw, 0, "", 0);
		raw_end(&raw);
		raw_finish(&raw, strings, len + 1);
		ck_assert_int_eq(read_raw(), len == 255 ? 0 : -EBADMSG);
	}
}
END_TEST

START_TEST(sixty_four_levels_are_accepted)
{
	raw_start(&raw);
	raw_begin(&raw, "");
	for (int i = 1; i < VM_FDT_MAX_DEPTH; i++)
		raw_begin(&raw, "d");
	for (int i = 0; i < VM_FDT_MAX_DEPTH; i++)
		raw_end(&raw);
	raw_finish(&raw, "", 1);
	ck_assert_int_eq(read_raw(), 0);
}
END_TEST

/* Whatever one byte becomes, reading ends and stays inside the blob. */
START_TEST(no_single_byte_can_do_harm)
{
	static uint64_t copy[1024];
	struct vm_fdt_writer w;
	struct vm_fdt_reader reader;
	uint8_t *bytes = (uint8_t *)copy;
	const void *blob;
	char path[64];
	size_t size;
	int node;

	vm_fdt_writer_init_heap(&w, 0);
	machines[0].write(&w);
	ck_assert_int_eq(vm_fdt_writer_finish(&w, &blob, &size), 0);
	ck_assert_uint_le(size, sizeof(copy));
	for (size_t i = 0; i < size; i++) {
		memcpy(copy, blob, size);
		bytes[i] ^= (uint8_t)(1u << (i % 8));
		if (vm_fdt_reader_init(&reader, copy, size))
			continue;
		node = vm_fdt_find_compatible(&reader, -1, "virtio,mmio");
		if (node >= 0)
			ck_assert_int_eq(vm_fdt_get_path(&reader, node, path,
							 sizeof(path)),
					 0);
		vm_fdt_find_node(&reader, "serial0");
		vm_fdt_find_phandle(&reader, 77);
	}
	vm_fdt_writer_fini(&w);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

int main(void)
{
	Suite *suite = suite_create("blob");
	TCase *tc = tcase_create("blobs");

	tcase_add_test(tc, a_small_tree_is_accepted);
	tcase_add_test(tc, a_blob_may_be_shorter_than_its_buffer);
	tcase_add_test(tc, no_operations_are_skipped);
	tcase_add_test(tc, an_unaligned_or_absent_blob_is_refused);
	tcase_add_test(tc, a_blob_cut_short_anywhere_is_refused);
	LOOP(tc, a_header_with_a_bad_field_is_refused, bad_fields);
	LOOP(tc, a_broken_structure_is_refused, bad_structures);
	tcase_add_test(tc,
		       a_property_name_of_more_than_255_characters_is_refused);
	tcase_add_test(tc, sixty_four_levels_are_accepted);
	tcase_add_test(tc, no_single_byte_can_do_harm);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
