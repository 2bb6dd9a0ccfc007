/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The main() that every test program shares. */
#ifndef VM_ALLOCATOR_TESTS_RUN_H
#define VM_ALLOCATOR_TESTS_RUN_H

#include <check.h>
#include <stddef.h>

static inline int run_tests(const char *unit, const TTest *const *tests,
			    size_t count)
{
	Suite *suite = suite_create(unit);
	TCase *tcase = tcase_create(unit);
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_set_timeout(tcase, 300);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}

#endif
