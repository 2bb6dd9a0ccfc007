/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The main() of a test program: one suite, one case. */
#ifndef TESTS_RUNNER_H
#define TESTS_RUNNER_H

#include <check.h>
#include <stdlib.h>

static inline int run_tests(const char *name, const TTest *const *tests,
			    size_t count)
{
	TCase *tcase = tcase_create(name);
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, 120);
	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define RUN_TESTS(name, ...)                                      \
	run_tests(name, (const TTest *const[]){ __VA_ARGS__ },    \
		  sizeof((const TTest *const[]){ __VA_ARGS__ }) / \
			  sizeof(const TTest *))

#endif
