/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What every test program here needs. */
#ifndef VM_MEMORY_TESTS_SUPPORT_H
#define VM_MEMORY_TESTS_SUPPORT_H

#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <vm-memory/guest_memory.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#define KIB  UINT64_C(1024)
#define MIB  (KIB * 1024)
#define GIB  (MIB * 1024)
#define PAGE UINT64_C(4096)

/* A map of plain anonymous memory. */
static inline struct vm_mem *map_of(const struct vm_mem_range *ranges,
				    size_t count)
{
	struct vm_mem *mem = NULL;

	ck_assert_int_eq(vm_mem_new(ranges, count, &mem), 0);
	ck_assert_ptr_nonnull(mem);
	return mem;
}

#define MAP_OF(...)                                                   \
	map_of((const struct vm_mem_range[]){ __VA_ARGS__ },          \
	       sizeof((const struct vm_mem_range[]){ __VA_ARGS__ }) / \
		       sizeof(struct vm_mem_range))

/* A file of len bytes, of which byte i is i * 7 + 1. */
static inline int patterned_file(uint64_t len)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	uint8_t *bytes = malloc(len ? len : 1);

	ck_assert_int_ge(fd, 0);
	ck_assert_ptr_nonnull(bytes);
	for (uint64_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 7 + 1);
	ck_assert_int_eq(pwrite(fd, bytes, len, 0), (ssize_t)len);
	free(bytes);
	return fd;
}

static inline int run_tests(const char *name, const TTest *const *tests,
			    size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 120);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define RUN_TESTS(name, ...)                                        \
	int main(void)                                              \
	{                                                           \
		const TTest *const tests[] = { __VA_ARGS__ };       \
                                                                    \
		return run_tests(name, tests,                       \
				 sizeof(tests) / sizeof(tests[0])); \
	}

#endif
