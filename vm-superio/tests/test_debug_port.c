/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/debug_port.h>

#include "run.h"

static const struct {
	uint8_t first, last;
	enum vm_debug_origin origin;
	const char *name;
} ranges[] = {
	{ 0x00, 0x1f, VM_DEBUG_FIRMWARE, "firmware" },
	{ 0x20, 0x3f, VM_DEBUG_BOOTLOADER, "bootloader" },
	{ 0x40, 0x5f, VM_DEBUG_KERNEL, "kernel" },
	{ 0x60, 0x7f, VM_DEBUG_USERSPACE, "userspace" },
	{ 0x80, 0xff, VM_DEBUG_CUSTOM, "custom" },
};

START_TEST(a_progress_code_tells_who_wrote_it)
{
	for (unsigned int code = 0; code < 256; code++) {
		bool in_range =
			code >= ranges[_i].first && code <= ranges[_i].last;
		bool is = vm_debug_origin((uint8_t)code) == ranges[_i].origin;

		ck_assert_int_eq(is, in_range);
	}
	ck_assert_str_eq(vm_debug_origin_name(ranges[_i].origin),
			 ranges[_i].name);
}
END_TEST

START_TEST(an_origin_that_is_none_is_unknown)
{
	ck_assert_str_eq(vm_debug_origin_name((enum vm_debug_origin)5),
			 "unknown");
}
END_TEST

START_TEST(only_123_at_the_start_of_the_page_says_that_the_guest_is_up)
{
	ck_assert(vm_boot_timer_write(0, 123));
	ck_assert(!vm_boot_timer_write(0, 122));
	ck_assert(!vm_boot_timer_write(0, 123 + 256));
	ck_assert(!vm_boot_timer_write(1, 123));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("debug_port");
	TCase *tcase = tcase_create("all");

	ADD_TESTS(tcase, an_origin_that_is_none_is_unknown,
		  only_123_at_the_start_of_the_page_says_that_the_guest_is_up);
	ADD_TEST_OVER(tcase, a_progress_code_tells_who_wrote_it, ranges);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
