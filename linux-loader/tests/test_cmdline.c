/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/cmdline.h>

#include <check.h>
#include <errno.h>
#include <string.h>

static char buf[128];
static struct vm_cmdline line;

static void begin(const char *text)
{
	ck_assert_int_eq(vm_cmdline_parse(&line, buf, sizeof(buf), text), 0);
}

static void is(const char *text)
{
	ck_assert_str_eq(line.text, text);
	ck_assert_uint_eq(line.len, strlen(text));
}

START_TEST(a_new_line_is_empty)
{
	ck_assert_int_eq(vm_cmdline_init(&line, buf, 1), 0);
	is("");
	ck_assert_int_eq(vm_cmdline_init(&line, buf, 0), -EINVAL);
	ck_assert_int_eq(vm_cmdline_parse(&line, buf, 0, ""), -EINVAL);
}
END_TEST

START_TEST(parameters_are_separated_by_one_space)
{
	begin("");
	ck_assert_int_eq(vm_cmdline_add(&line, "console", "ttyS0"), 0);
	ck_assert_int_eq(vm_cmdline_add(&line, "quiet", NULL), 0);
	ck_assert_int_eq(vm_cmdline_add(&line, "root", "PARTUUID=a-b"), 0);
	ck_assert_int_eq(vm_cmdline_add(&line, "empty", ""), 0);
	is("console=ttyS0 quiet root=PARTUUID=a-b empty=");
}
END_TEST

START_TEST(a_value_with_spaces_stands_in_quotes)
{
	begin("");
	ck_assert_int_eq(vm_cmdline_add(&line, "dyndbg", "\"file a.c +p\""), 0);
	ck_assert_int_eq(vm_cmdline_add(&line, "a", "b c"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_add(&line, "a", "\"b c\" d"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_add(&line, "a", "\"b"), -EINVAL);
	is("dyndbg=\"file a.c +p\"");
}
END_TEST

static const char *const bad_keys[] = { "",	" ",	    "a b",
					"a=b",	"a\"b\"",   "a\n",
					"\x7f", "\xc3\xa0", "--" };

START_TEST(a_key_is_one_word)
{
	const char *value = "v";

	begin("x");
	ck_assert_int_eq(vm_cmdline_add(&line, bad_keys[_i], "v"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_add(&line, bad_keys[_i], NULL), -EINVAL);
	ck_assert_int_eq(vm_cmdline_set(&line, bad_keys[_i], "v"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_add_list(&line, bad_keys[_i], &value, 1),
			 -EINVAL);
	is("x");
}
END_TEST

START_TEST(values_are_printable_ascii)
{
	const char *values[] = { "ok", "\t" };

	begin("x");
	ck_assert_int_eq(vm_cmdline_add(&line, "a", "\n"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_add(&line, "a", "\xc3\xa0"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_set(&line, "a", "b c"), -EINVAL);
	ck_assert_int_eq(vm_cmdline_add_list(&line, "a", values, 2), -EINVAL);
	is("x");
}
END_TEST

START_TEST(several_values_are_joined_by_commas)
{
	static const char *const values[] = { "ttyS0", "115200", "n8" };

	begin("");
	ck_assert_int_eq(vm_cmdline_add_list(&line, "console", values, 3), 0);
	ck_assert_int_eq(vm_cmdline_add_list(&line, "one", values, 1), 0);
	ck_assert_int_eq(vm_cmdline_add_list(&line, "none", values, 0),
			 -EINVAL);
	is("console=ttyS0,115200,n8 one=ttyS0");
}
END_TEST

START_TEST(kernel_parameters_stay_before_the_arguments_of_init)
{
	begin("");
	ck_assert_int_eq(vm_cmdline_add_init_args(&line, "single"), 0);
	is("-- single");
	ck_assert_int_eq(vm_cmdline_add(&line, "a", "1"), 0);
	is("a=1 -- single");
	ck_assert_int_eq(vm_cmdline_add_init_args(&line, " -x  -- y "), 0);
	is("a=1 -- single -x -- y");
	ck_assert_int_eq(vm_cmdline_add(&line, "b", "2"), 0);
	is("a=1 b=2 -- single -x -- y");
	ck_assert_uint_eq(line.kernel_len, strlen("a=1 b=2"));
}
END_TEST

START_TEST(text_goes_to_both_sides)
{
	begin("a -- b");
	ck_assert_int_eq(vm_cmdline_add_text(&line, "  c=\"x -- y\" -- d "), 0);
	is("a c=\"x -- y\" -- b d");
	ck_assert_int_eq(vm_cmdline_add_text(&line, "-- e"), 0);
	is("a c=\"x -- y\" -- b d e");
	ck_assert_int_eq(vm_cmdline_add_text(&line, "  "), 0);
	ck_assert_int_eq(vm_cmdline_add_text(&line, "--"), 0);
	ck_assert_int_eq(vm_cmdline_add_init_args(&line, ""), 0);
	is("a c=\"x -- y\" -- b d e");
	ck_assert_int_eq(vm_cmdline_add_text(&line, "f"), 0);
	is("a c=\"x -- y\" f -- b d e");
}
END_TEST

/* Lines, how they are kept, and where the kernel's part ends. */
static const struct {
	const char *text;
	const char *kept;
	size_t kernel_len;
} lines[] = {
	{ "", "", 0 },
	{ "   ", "", 0 },
	{ "a", "a", 1 },
	{ "  a  b ", "a b", 3 },
	{ "a  b  --  c   d", "a b -- c d", 3 },
	{ "a=\"b  c\"   d", "a=\"b  c\" d", 10 },
	{ "a -- b", "a -- b", 1 },
	{ "a   --   b", "a -- b", 1 },
	{ "-- b", "-- b", 0 },
	{ "a --", "a", 1 },
	{ "a -- b -- c", "a -- b -- c", 1 },
	{ "a --b c--", "a --b c--", 9 },
	{ "a=\"x -- y\" -- z", "a=\"x -- y\" -- z", 10 },
	{ "\"--\" a", "\"--\" a", 6 },
};

START_TEST(a_line_is_parsed_into_its_two_sides)
{
	begin(lines[_i].text);
	is(lines[_i].kept);
	ck_assert_uint_eq(line.kernel_len, lines[_i].kernel_len);
}
END_TEST

START_TEST(text_that_cannot_be_a_line_is_refused)
{
	static const char *const bad[] = { "a=\"b", "a\tb", "a\nb", "\xa0" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ck_assert_int_eq(vm_cmdline_parse(&line, buf, sizeof(buf),
						  bad[i]),
				 -EBADMSG);
		begin("x");
		ck_assert_int_eq(vm_cmdline_add_text(&line, bad[i]), -EBADMSG);
		ck_assert_int_eq(vm_cmdline_add_init_args(&line, bad[i]),
				 -EBADMSG);
		is("x");
	}
}
END_TEST

/* What is added to "abc" in a buffer of 8 bytes fits exactly or not. */
START_TEST(the_capacity_counts_the_terminating_zero)
{
	static const char *const long_values[] = { "1", "2" };
	static const char *const short_values[] = { "1" };
	char small[9] = "";

	small[8] = 'x';
	ck_assert_int_eq(vm_cmdline_parse(&line, small, 8, "abcdefgh"),
			 -ENOSPC);
	ck_assert_int_eq(vm_cmdline_parse(&line, small, 8, "abcdefg"), 0);
	ck_assert_int_eq(vm_cmdline_parse(&line, small, 8, "abc"), 0);
	ck_assert_int_eq(vm_cmdline_add(&line, "de", "f"), -ENOSPC);
	ck_assert_int_eq(vm_cmdline_add(&line, "defg", NULL), -ENOSPC);
	ck_assert_int_eq(vm_cmdline_add_list(&line, "d", long_values, 2),
			 -ENOSPC);
	ck_assert_int_eq(vm_cmdline_add_text(&line, "defg"), -ENOSPC);
	ck_assert_int_eq(vm_cmdline_add_init_args(&line, "d"), -ENOSPC);
	is("abc");
	ck_assert_int_eq(vm_cmdline_add_list(&line, "d", short_values, 1), 0);
	is("abc d=1");
	ck_assert_int_eq(small[8], 'x');
}
END_TEST

START_TEST(text_that_fits_on_one_side_only_changes_neither)
{
	char small[12];

	ck_assert_int_eq(vm_cmdline_parse(&line, small, 12, "-- i"), 0);
	ck_assert_int_eq(vm_cmdline_add_text(&line, "k -- jjjjj"), -ENOSPC);
	is("-- i");
	ck_assert_uint_eq(line.kernel_len, 0);
	ck_assert_int_eq(vm_cmdline_add_text(&line, "k -- jjjj"), 0);
	is("k -- i jjjj");
}
END_TEST

START_TEST(a_value_is_found)
{
	const char *value;
	size_t len;

	begin("a=1 b c=\"x y\" a=2 d= e=\"f\"g -- a=3 z=4");
	ck_assert_int_eq(vm_cmdline_get(&line, "a", &value, &len), 0);
	ck_assert_uint_eq(len, 1);
	ck_assert_mem_eq(value, "2", 1);
	ck_assert_int_eq(vm_cmdline_get(&line, "b", &value, &len), 0);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(vm_cmdline_get(&line, "c", &value, &len), 0);
	ck_assert_uint_eq(len, 3);
	ck_assert_mem_eq(value, "x y", 3);
	ck_assert_int_eq(vm_cmdline_get(&line, "d", &value, &len), 0);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(vm_cmdline_get(&line, "e", &value, &len), 0);
	ck_assert_uint_eq(len, 4);
	ck_assert_int_eq(vm_cmdline_get(&line, "z", &value, &len), -ENOENT);
	ck_assert_int_eq(vm_cmdline_get(&line, "", &value, &len), -ENOENT);
	ck_assert_int_eq(vm_cmdline_get(&line, "cc", &value, &len), -ENOENT);
}
END_TEST

START_TEST(keys_are_compared_as_the_kernel_does)
{
	const char *value;
	size_t len;

	begin("virtio-mmio.device=1");
	ck_assert_int_eq(
		vm_cmdline_get(&line, "virtio_mmio.device", &value, &len), 0);
	ck_assert_int_eq(
		vm_cmdline_get(&line, "virtio-mmio.device", &value, &len), 0);
	ck_assert_int_eq(vm_cmdline_get(&line, "virtio.mmio.device", &value,
					&len),
			 -ENOENT);
}
END_TEST

/* Lines, the key that is removed, how often, and what is left. */
static const struct {
	const char *text;
	const char *key;
	size_t count;
	const char *left;
} removals[] = {
	{ "", "a", 0, "" },
	{ "a", "a", 1, "" },
	{ "a=1", "a", 1, "" },
	{ "a b", "a", 1, "b" },
	{ "a b", "b", 1, "a" },
	{ "a b c", "b", 1, "a c" },
	{ "a a a", "a", 3, "" },
	{ "a b a c a", "a", 3, "b c" },
	{ "ab a=1 b", "a", 1, "ab b" },
	{ "a -- b", "a", 1, "-- b" },
	{ "a c -- a", "a", 1, "c -- a" },
	{ "a c -- a", "c", 1, "a -- a" },
	{ "-- a", "a", 0, "-- a" },
	{ "a  b -- c", "a", 1, "b -- c" },
	{ "x=\"a b\" b", "b", 1, "x=\"a b\"" },
	{ "b", "", 0, "b" },
};

START_TEST(a_key_is_removed_wherever_it_stands)
{
	begin(removals[_i].text);
	ck_assert_uint_eq(vm_cmdline_remove(&line, removals[_i].key),
			  removals[_i].count);
	is(removals[_i].left);
	ck_assert_int_eq(vm_cmdline_add(&line, "new", NULL), 0);
	ck_assert_int_eq(strncmp(line.text + line.kernel_len - 3, "new", 3), 0);
}
END_TEST

START_TEST(setting_a_key_replaces_it)
{
	begin("console=tty0 quiet console=ttyS0 -- x");
	ck_assert_int_eq(vm_cmdline_set(&line, "console", "hvc0"), 0);
	is("quiet console=hvc0 -- x");
	ck_assert_int_eq(vm_cmdline_set(&line, "new", NULL), 0);
	is("quiet console=hvc0 new -- x");
}
END_TEST

START_TEST(setting_a_key_uses_the_room_that_it_frees)
{
	char small[8];

	ck_assert_int_eq(vm_cmdline_parse(&line, small, 8, "k=1 abc"), 0);
	ck_assert_int_eq(vm_cmdline_set(&line, "k", "12"), -ENOSPC);
	is("k=1 abc");
	ck_assert_int_eq(vm_cmdline_set(&line, "k", "2"), 0);
	is("abc k=2");
	ck_assert_int_eq(vm_cmdline_parse(&line, small, 8, "k"), 0);
	ck_assert_int_eq(vm_cmdline_set(&line, "k", "123456"), -ENOSPC);
	is("k");
	ck_assert_int_eq(vm_cmdline_set(&line, "k", "12345"), 0);
	is("k=12345");
	ck_assert_int_eq(vm_cmdline_init(&line, small, 8), 0);
	ck_assert_int_eq(vm_cmdline_set(&line, "k", "12345"), 0);
	is("k=12345");
}
END_TEST

/* Windows and how the driver reads them. */
static const struct {
	uint64_t size;
	uint64_t gpa;
	uint32_t irq;
	int id;
	const char *text;
} devices[] = {
	{ 4096, 0x1000, 5, 42, "virtio_mmio.device=4K@0x1000:5:42" },
	{ 4096, 0x1000, 5, -1, "virtio_mmio.device=4K@0x1000:5" },
	{ 512, 0xd0000000, 5, 0, "virtio_mmio.device=512@0xd0000000:5:0" },
	{ 1536, 0, 0, 1, "virtio_mmio.device=1536@0x0:0:1" },
	{ 1 << 20, 1, 1, 1, "virtio_mmio.device=1M@0x1:1:1" },
	{ 3 << 20, 1, 1, 1, "virtio_mmio.device=3M@0x1:1:1" },
	{ 1 << 30, 1, 1, 1, "virtio_mmio.device=1G@0x1:1:1" },
	{ UINT64_C(1) << 40, 1, 1, 1, "virtio_mmio.device=1024G@0x1:1:1" },
	{ 1, UINT64_MAX - 1, UINT32_MAX, INT32_MAX,
	  "virtio_mmio.device=1@0xfffffffffffffffe:4294967295:2147483647" },
};

START_TEST(a_virtio_mmio_device_is_written_as_the_driver_reads_it)
{
	begin("");
	ck_assert_int_eq(vm_cmdline_add_virtio_mmio(
				 &line, devices[_i].size, devices[_i].gpa,
				 devices[_i].irq, devices[_i].id),
			 0);
	is(devices[_i].text);
}
END_TEST

START_TEST(a_virtio_mmio_device_without_a_window_is_refused)
{
	char small[16];

	begin("");
	ck_assert_int_eq(vm_cmdline_add_virtio_mmio(&line, 0, 0, 0, 0),
			 -EINVAL);
	ck_assert_int_eq(vm_cmdline_add_virtio_mmio(&line, 2, UINT64_MAX, 0, 0),
			 -EOVERFLOW);
	is("");
	ck_assert_int_eq(vm_cmdline_init(&line, small, sizeof(small)), 0);
	ck_assert_int_eq(vm_cmdline_add_virtio_mmio(&line, 1, 0, 0, 0),
			 -ENOSPC);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cmdline");
	TCase *tc = tcase_create("cmdline");

	tcase_add_test(tc, a_new_line_is_empty);
	tcase_add_test(tc, parameters_are_separated_by_one_space);
	tcase_add_test(tc, a_value_with_spaces_stands_in_quotes);
	tcase_add_loop_test(tc, a_key_is_one_word, 0,
			    sizeof(bad_keys) / sizeof(*bad_keys));
	tcase_add_test(tc, values_are_printable_ascii);
	tcase_add_test(tc, several_values_are_joined_by_commas);
	tcase_add_test(tc, kernel_parameters_stay_before_the_arguments_of_init);
	tcase_add_test(tc, text_goes_to_both_sides);
	tcase_add_loop_test(tc, a_line_is_parsed_into_its_two_sides, 0,
			    sizeof(lines) / sizeof(*lines));
	tcase_add_test(tc, text_that_cannot_be_a_line_is_refused);
	tcase_add_test(tc, the_capacity_counts_the_terminating_zero);
	tcase_add_test(tc, text_that_fits_on_one_side_only_changes_neither);
	tcase_add_test(tc, a_value_is_found);
	tcase_add_test(tc, keys_are_compared_as_the_kernel_does);
	tcase_add_loop_test(tc, a_key_is_removed_wherever_it_stands, 0,
			    sizeof(removals) / sizeof(*removals));
	tcase_add_test(tc, setting_a_key_replaces_it);
	tcase_add_test(tc, setting_a_key_uses_the_room_that_it_frees);
	tcase_add_loop_test(
		tc, a_virtio_mmio_device_is_written_as_the_driver_reads_it, 0,
		sizeof(devices) / sizeof(*devices));
	tcase_add_test(tc, a_virtio_mmio_device_without_a_window_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
