/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/editor.h>

#include "tree.h"

static uint64_t buffer[4096], overlay[4096];
static struct vm_fdt_editor editor;

#define STR(text) text, sizeof(text)

/* A bus with a labelled device, phandle 1; the label of its path may lie. */
static void open_base_with(const char *symbol, size_t len)
{
	struct vm_fdt_writer w;
	const void *blob;
	size_t size;

	vm_fdt_writer_init_heap(&w, VM_FDT_RELAXED_NAMES);
	begin_root(&w);
	vm_fdt_begin_node(&w, "bus");
	vm_fdt_begin_node(&w, "device");
	vm_fdt_add_phandle(&w, 1);
	vm_fdt_add_string(&w, "status", "okay");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "__symbols__");
	vm_fdt_add_prop(&w, "device", symbol, len);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(vm_fdt_writer_finish(&w, &blob, &size), 0);
	ck_assert_int_eq(vm_fdt_editor_init(&editor, buffer, sizeof(buffer),
					    blob, size),
			 0);
	vm_fdt_writer_fini(&w);
}

static void open_base(void)
{
	open_base_with(STR("/bus/device"));
}

static void begin_overlay(struct vm_fdt_writer *w)
{
	vm_fdt_writer_init(w, overlay, sizeof(overlay),
			   VM_FDT_FRAGMENT | VM_FDT_RELAXED_NAMES);
	vm_fdt_begin_node(w, "");
}

static int apply(struct vm_fdt_writer *w)
{
	const void *blob;
	size_t size;

	vm_fdt_end_node(w);
	ck_assert_int_eq(vm_fdt_writer_finish(w, &blob, &size), 0);
	return vm_fdt_apply_overlay(&editor, overlay, size);
}

static int find(const char *path)
{
	return vm_fdt_find_node(&editor.reader, path);
}

START_TEST(an_overlay_adds_and_changes_by_path)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_string(&w, "target-path", "/bus");
	vm_fdt_begin_node(&w, "__overlay__");
	vm_fdt_add_u32(&w, "width", 8);
	vm_fdt_begin_node(&w, "device");
	vm_fdt_add_string(&w, "status", "disabled");
	vm_fdt_end_node(&w);
	vm_fdt_begin_node(&w, "second");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(apply(&w), 0);
	ck_assert_int_ge(find("/bus/second"), 0);
	ck_assert(!vm_fdt_is_enabled(&editor.reader, find("/bus/device")));
	expect_prop(buffer, "/bus", "width", "\0\0\0\x8", 4);
}
END_TEST

/* What dtc -@ makes of &device { friend = <&me>; me: inner { }; }. */
static void add_fragment(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "fragment@0");
	vm_fdt_add_u32(w, "target", 0xffffffff);
	vm_fdt_begin_node(w, "__overlay__");
	vm_fdt_add_u32(w, "friend", 1);
	vm_fdt_begin_node(w, "inner");
	vm_fdt_add_phandle(w, 1);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
}

static void add_fixups(struct vm_fdt_writer *w, const void *places, size_t len)
{
	vm_fdt_begin_node(w, "__fixups__");
	vm_fdt_add_prop(w, "device", places, len);
	vm_fdt_end_node(w);
}

static void add_local_fixups(struct vm_fdt_writer *w, const char *prop,
			     const void *offsets, size_t len)
{
	vm_fdt_begin_node(w, "__local_fixups__");
	vm_fdt_begin_node(w, "fragment@0");
	vm_fdt_begin_node(w, "__overlay__");
	vm_fdt_add_prop(w, prop, offsets, len);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
}

START_TEST(an_overlay_refers_by_label_and_is_renumbered)
{
	struct vm_fdt_writer w;
	uint32_t phandle = 0;

	begin_overlay(&w);
	add_fragment(&w);
	add_fixups(&w, STR("/fragment@0:target:0"));
	add_local_fixups(&w, "friend", "\0\0\0\0", 4);
	ck_assert_int_eq(apply(&w), 0);
	ck_assert_int_eq(vm_fdt_get_u32(&editor.reader, find("/bus/device"),
					"friend", &phandle),
			 0);
	/* The tree has 1 already. */
	ck_assert_uint_eq(phandle, 2);
	ck_assert_int_eq(vm_fdt_find_phandle(&editor.reader, 2),
			 find("/bus/device/inner"));
}
END_TEST

START_TEST(an_overlay_for_another_tree_is_refused)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_string(&w, "target-path", "/nowhere");
	vm_fdt_begin_node(&w, "__overlay__");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(apply(&w), -ENOENT);
	/* The tree is lost, and says so. */
	ck_assert_int_eq(vm_fdt_editor_finish(&editor, &(size_t){ 0 }),
			 -EBADMSG);
	ck_assert_int_eq(find("/bus"), -EBADMSG);
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a", 1), -EBADMSG);
	ck_assert_int_eq(vm_fdt_remove_prop(&editor, 0, "a"), -EBADMSG);
	ck_assert_int_eq(vm_fdt_add_node(&editor, 0, "a"), -EBADMSG);
	ck_assert_int_eq(vm_fdt_remove_node(&editor, 8), -EBADMSG);
	begin_overlay(&w);
	ck_assert_int_eq(apply(&w), -EBADMSG);
	open_base();
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a", 1), 0);
}
END_TEST

START_TEST(an_overlay_that_does_not_fit_is_refused)
{
	static const uint8_t large[30000];
	struct vm_fdt_writer w;

	begin_overlay(&w);
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_string(&w, "target-path", "/bus");
	vm_fdt_begin_node(&w, "__overlay__");
	vm_fdt_add_prop(&w, "large", large, sizeof(large));
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	open_base();
	ck_assert_int_eq(vm_fdt_set_prop(&editor, 0, "full", large, 5000), 0);
	ck_assert_int_eq(apply(&w), -ENOSPC);
}
END_TEST

START_TEST(what_is_not_a_tree_is_not_an_overlay)
{
	ck_assert_int_eq(vm_fdt_apply_overlay(&editor, NULL, 100), -EINVAL);
	ck_assert_int_eq(vm_fdt_apply_overlay(&editor, (char *)overlay + 4,
					      100),
			 -EINVAL);
	memset(overlay, 0, 100);
	ck_assert_int_eq(vm_fdt_apply_overlay(&editor, overlay, 100), -EBADMSG);
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a", 1), 0);
}
END_TEST

/* Places to patch that libfdt would believe. */
static const struct {
	const char *places;
	size_t len;
} bad_fixups[] = {
	{ STR("") },
	{ "", 0 },
	{ "/fragment@0:target:0", 20 },
	{ STR("fragment@0:target:0") },
	{ STR("/fragment@0") },
	{ STR("/fragment@0:target") },
	{ STR("/fragment@0:target:") },
	{ STR("/fragment@0:target:x") },
	{ STR("/fragment@0:target:-4") },
	{ STR("/fragment@0:target:0x0") },
	{ STR("/fragment@0:target:4294967294") },
	{ STR("/fragment@0:target:0\0:") },
};

START_TEST(a_fixup_that_lies_is_refused)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	add_fragment(&w);
	add_fixups(&w, bad_fixups[_i].places, bad_fixups[_i].len);
	ck_assert_int_eq(apply(&w), -EBADMSG);
	/* It was seen before anything was done. */
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a", 1), 0);
}
END_TEST

static const struct {
	const char *prop, *offsets;
	size_t len;
} bad_local_fixups[] = {
	{ "friend", "\0\0\0", 3 },
	{ "friend", "\0\0\0\1", 4 },
	{ "friend", "\xff\xff\xff\xfe", 4 },
	{ "friend", "\0\0\0\0\x7f\xff\xff\xff", 8 },
	{ "stranger", "\0\0\0\0", 4 },
};

START_TEST(a_local_fixup_that_lies_is_refused)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	add_fragment(&w);
	add_fixups(&w, STR("/fragment@0:target:0"));
	add_local_fixups(&w, bad_local_fixups[_i].prop,
			 bad_local_fixups[_i].offsets,
			 bad_local_fixups[_i].len);
	ck_assert_int_eq(apply(&w), -EBADMSG);
	ck_assert_int_eq(vm_fdt_set_u32(&editor, 0, "a", 1), 0);
}
END_TEST

START_TEST(a_local_fixup_of_a_node_that_is_not_there_is_refused)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	add_fragment(&w);
	vm_fdt_begin_node(&w, "__local_fixups__");
	vm_fdt_begin_node(&w, "fragment@1");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(apply(&w), -EBADMSG);
}
END_TEST

static const struct {
	const char *path;
	size_t len;
} bad_targets[] = {
	{ "/bus", 4 },
	{ "", 0 },
	{ STR("") },
	{ STR("bus") },
};

START_TEST(a_target_that_is_no_path_is_refused)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_prop(&w, "target-path", bad_targets[_i].path,
			bad_targets[_i].len);
	vm_fdt_begin_node(&w, "__overlay__");
	vm_fdt_end_node(&w);
	vm_fdt_end_node(&w);
	ck_assert_int_eq(apply(&w), -EBADMSG);
}
END_TEST

START_TEST(a_tree_whose_symbols_are_no_paths_takes_no_overlay)
{
	struct vm_fdt_writer w;

	open_base_with(bad_targets[_i].path, bad_targets[_i].len);
	begin_overlay(&w);
	add_fragment(&w);
	add_fixups(&w, STR("/fragment@0:target:0"));
	ck_assert_int_eq(apply(&w), -EBADMSG);
}
END_TEST

START_TEST(a_result_nested_too_deep_is_refused)
{
	struct vm_fdt_writer w;

	begin_overlay(&w);
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_string(&w, "target-path", "/bus/device");
	vm_fdt_begin_node(&w, "__overlay__");
	for (int i = 3; i < VM_FDT_MAX_DEPTH; i++)
		vm_fdt_begin_node(&w, "d");
	for (int i = 1; i < VM_FDT_MAX_DEPTH; i++)
		vm_fdt_end_node(&w);
	/* Two levels of the fragment go, three of the target come. */
	ck_assert_int_eq(apply(&w), 0);
	begin_overlay(&w);
	vm_fdt_begin_node(&w, "fragment@0");
	vm_fdt_add_string(&w, "target-path", "/bus/device/d");
	vm_fdt_begin_node(&w, "__overlay__");
	for (int i = 3; i < VM_FDT_MAX_DEPTH; i++)
		vm_fdt_begin_node(&w, "e");
	for (int i = 1; i < VM_FDT_MAX_DEPTH; i++)
		vm_fdt_end_node(&w);
	ck_assert_int_eq(apply(&w), -EBADMSG);
}
END_TEST

#define LOOP(tc, test, table) \
	tcase_add_loop_test(tc, test, 0, sizeof(table) / sizeof((table)[0]))

static Suite *overlay_suite(void)
{
	Suite *suite = suite_create("overlay");
	TCase *tc = tcase_create("overlays");

	tcase_add_checked_fixture(tc, open_base, NULL);
	tcase_add_test(tc, an_overlay_adds_and_changes_by_path);
	tcase_add_test(tc, an_overlay_refers_by_label_and_is_renumbered);
	tcase_add_test(tc, an_overlay_for_another_tree_is_refused);
	tcase_add_test(tc, an_overlay_that_does_not_fit_is_refused);
	tcase_add_test(tc, what_is_not_a_tree_is_not_an_overlay);
	LOOP(tc, a_fixup_that_lies_is_refused, bad_fixups);
	LOOP(tc, a_local_fixup_that_lies_is_refused, bad_local_fixups);
	tcase_add_test(tc,
		       a_local_fixup_of_a_node_that_is_not_there_is_refused);
	LOOP(tc, a_target_that_is_no_path_is_refused, bad_targets);
	LOOP(tc, a_tree_whose_symbols_are_no_paths_takes_no_overlay,
	     bad_targets);
	tcase_add_test(tc, a_result_nested_too_deep_is_refused);
	suite_add_tcase(suite, tc);
	return suite;
}

int main(void)
{
	return run_suite(overlay_suite());
}
