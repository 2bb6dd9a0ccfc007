/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the tests of the writer share. */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <check.h>
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include <vm-fdt/property.h>

/* Begins a root with the properties that it must have; cells are 2 and 2. */
static inline void begin_root(struct vm_fdt_writer *w)
{
	vm_fdt_begin_node(w, "");
	vm_fdt_add_u32(w, "#address-cells", 2);
	vm_fdt_add_u32(w, "#size-cells", 2);
	vm_fdt_add_string(w, "model", "test");
	vm_fdt_add_string(w, "compatible", "test");
}

/* Begins a whole tree in memory of the C library. */
static inline void begin_tree(struct vm_fdt_writer *w)
{
	vm_fdt_writer_init_heap(w, 0);
	begin_root(w);
}

/* Finishes without the root's end; libfdt must agree with every byte. */
static inline const void *finish_blob(struct vm_fdt_writer *w)
{
	const void *blob = NULL;
	size_t size = 0;
	int r = vm_fdt_writer_finish(w, &blob, &size);

	ck_assert_msg(r == 0, "%s: %s", w->failure.where, w->failure.reason);
	ck_assert_int_eq(fdt_check_full(blob, size), 0);
	ck_assert_uint_eq(fdt_totalsize(blob), size);
	return blob;
}

static inline const void *finish_tree(struct vm_fdt_writer *w)
{
	vm_fdt_end_node(w);
	return finish_blob(w);
}

/* The writer has failed with @error at @where and stays so. */
static inline void expect_failure(struct vm_fdt_writer *w, int error,
				  const char *where, const char *reason)
{
	const struct vm_fdt_failure *failure = vm_fdt_writer_get_failure(w);
	const void *blob = NULL;
	size_t size = 0;

	ck_assert_int_eq(vm_fdt_writer_finish(w, &blob, &size), error);
	ck_assert_ptr_null(blob);
	ck_assert_uint_eq(size, 0);
	ck_assert_int_eq(failure->error, error);
	ck_assert_str_eq(failure->where, where);
	ck_assert_str_eq(failure->reason, reason);
	vm_fdt_writer_fini(w);
}

/* The node at @path in a blob. */
static inline int node_at(const void *blob, const char *path)
{
	int node = fdt_path_offset(blob, path);

	ck_assert_msg(node >= 0, "no node %s", path);
	return node;
}

static inline void expect_prop(const void *blob, const char *path,
			       const char *name, const void *value, int len)
{
	int found = -1;
	const void *prop = fdt_getprop(blob, node_at(blob, path), name, &found);

	ck_assert_msg(prop, "%s has no %s", path, name);
	ck_assert_int_eq(found, len);
	ck_assert_mem_eq(prop, value, (size_t)len);
}

/* Runs the suite; the exit status of the program. */
static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
