/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the test programs share: registering tests and running a suite. */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <check.h>
#include <stdlib.h>

/* Adds the tests named by the arguments to the test case. */
#define ADD_TESTS(tcase, ...)                                                 \
	do {                                                                  \
		const TTest *const tests[] = { __VA_ARGS__ };                 \
                                                                              \
		for (size_t n = 0; n < sizeof(tests) / sizeof(tests[0]); n++) \
			tcase_add_test(tcase, tests[n]);                      \
	} while (0)

/* Adds a test that runs once for each element of the array. */
#define ADD_TEST_OVER(tcase, test, array) \
	tcase_add_loop_test(tcase, test, 0, sizeof(array) / sizeof((array)[0]))

static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
