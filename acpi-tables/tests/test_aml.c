/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The writer against the encodings of ACPI 6.5, sections 20.2.1 to 20.2.6. */
#include <errno.h>
#include <string.h>

#include <acpi-tables/aml.h>

#include "run.h"

static struct aml aml;
static uint8_t buf[512];
static size_t len;

static void setup(void)
{
	memset(buf, 0xcc, sizeof(buf));
	aml_init(&aml, buf, sizeof(buf));
}

static void expect(const void *bytes, size_t count)
{
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
	ck_assert_uint_eq(len, count);
	ck_assert_mem_eq(buf, bytes, count);
	ck_assert_uint_eq(buf[count], 0xcc);
}

#define EXPECT(...)                                      \
	do {                                             \
		const uint8_t bytes[] = { __VA_ARGS__ }; \
                                                         \
		expect(bytes, sizeof(bytes));            \
	} while (0)

static void expect_refused(void)
{
	len = 12345;
	ck_assert_int_eq(aml_finish(&aml, &len), -EINVAL);
	ck_assert_uint_eq(len, 12345);
}

START_TEST(nothing_written_is_no_bytes)
{
	expect("", 0);
}
END_TEST

/* Section 20.2.3: ComputationalData. */
static const struct {
	uint64_t value;
	uint8_t len;
	uint8_t bytes[9];
} integers[] = {
	{ 0, 1, { 0x00 } },
	{ 1, 1, { 0x01 } },
	{ 2, 2, { 0x0a, 0x02 } },
	{ 0xff, 2, { 0x0a, 0xff } },
	{ 0x100, 3, { 0x0b, 0x00, 0x01 } },
	{ 0xffff, 3, { 0x0b, 0xff, 0xff } },
	{ 0x10000, 5, { 0x0c, 0x00, 0x00, 0x01, 0x00 } },
	{ 0xffffffff, 5, { 0x0c, 0xff, 0xff, 0xff, 0xff } },
	{ UINT64_C(0x100000000), 9, { 0x0e, 0, 0, 0, 0, 1, 0, 0, 0 } },
	{ UINT64_MAX - 1,
	  9,
	  { 0x0e, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
	{ UINT64_MAX, 1, { 0xff } },
};

START_TEST(integer_takes_its_shortest_form)
{
	aml_integer(&aml, integers[_i].value);
	expect(integers[_i].bytes, integers[_i].len);
}
END_TEST

START_TEST(string_ends_with_nul)
{
	aml_string(&aml, "LNRO0005");
	expect("\x0dLNRO0005", 10);
}
END_TEST

START_TEST(string_with_a_byte_past_ascii_is_refused)
{
	aml_string(&aml, "caf\xc3\xa9");
	expect_refused();
}
END_TEST

/* Section 19.6.37, with the encodings of well-known ids. */
static const struct {
	const char *id;
	uint8_t bytes[5];
} eisa_ids[] = {
	{ "PNP0501", { 0x0c, 0x41, 0xd0, 0x05, 0x01 } },
	{ "PNP0C0C", { 0x0c, 0x41, 0xd0, 0x0c, 0x0c } },
	{ "PNP0A08", { 0x0c, 0x41, 0xd0, 0x0a, 0x08 } },
	{ "AAA0000", { 0x0c, 0x04, 0x21, 0x00, 0x00 } },
	{ "ZZZFFFF", { 0x0c, 0x6b, 0x5a, 0xff, 0xff } },
};

START_TEST(eisa_id_is_compressed)
{
	aml_eisa_id(&aml, eisa_ids[_i].id);
	expect(eisa_ids[_i].bytes, 5);
}
END_TEST

static const char *const bad_eisa_ids[] = {
	"",	   "PNP050",  "PNP05011", "pnp0501",
	"PNP05x1", "PNP050a", "PN00501",  "PNP050\x80",
};

START_TEST(what_is_no_eisa_id_is_refused)
{
	aml_eisa_id(&aml, bad_eisa_ids[_i]);
	expect_refused();
}
END_TEST

/* Section 20.2.2: NameString. */
static const struct {
	const char *path;
	uint8_t len;
	const char *bytes;
} paths[] = {
	{ "A", 4, "A___" },
	{ "_CRS", 4, "_CRS" },
	{ "X9_1", 4, "X9_1" },
	{ "\\", 2, "\\\0" },
	{ "^", 2, "^\0" },
	{ "\\_SB", 5, "\\_SB_" },
	{ "^^ABC", 6, "^^ABC_" },
	{ "_SB.COM1", 9, "\x2e_SB_COM1" },
	{ "\\_SB.PCI0.ISA", 15, "\\\x2f\x03_SB_PCI0ISA_" },
	{ "^A.B.C.D", 19,
	  "^\x2f\x04"
	  "A___B___C___D___" },
};

START_TEST(path_is_padded_and_counted)
{
	aml_path(&aml, paths[_i].path);
	expect(paths[_i].bytes, paths[_i].len);
}
END_TEST

static const char *const bad_paths[] = {
	"",    "abcd",	"ABCDE", "1ABC", "A.",	".A",  "A..B", "A B",
	"A^B", "\\\\A", "\\^A",	 "\\.A", "A.5", "A\\", "^A.b", "A-B",
};

START_TEST(what_is_no_path_is_refused)
{
	aml_path(&aml, bad_paths[_i]);
	expect_refused();
}
END_TEST

START_TEST(path_of_256_names_is_refused_and_of_255_is_not)
{
	static char path[2 * 256];
	static uint8_t big[2048];

	memset(path, '.', sizeof(path));
	for (size_t i = 0; i < 256; i++)
		path[2 * i] = 'A';
	path[511] = '\0';
	aml_path(&aml, path);
	expect_refused();

	path[509] = '\0';
	aml_init(&aml, big, sizeof(big));
	aml_path(&aml, path);
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
	ck_assert_uint_eq(len, 2 + 255 * 4);
	ck_assert_uint_eq(big[1], 255);
}
END_TEST

START_TEST(name_is_followed_by_its_object)
{
	aml_name(&aml, "_UID");
	aml_integer(&aml, 3);
	EXPECT(0x08, '_', 'U', 'I', 'D', 0x0a, 0x03);
}
END_TEST

START_TEST(device_in_a_scope_nests_its_lengths)
{
	aml_scope(&aml, "\\_SB");
	aml_device(&aml, "COM1");
	aml_name(&aml, "_UID");
	aml_integer(&aml, 0);
	aml_end(&aml);
	aml_end(&aml);
	EXPECT(0x10, 0x13, '\\', '_', 'S', 'B', '_', 0x5b, 0x82, 0x0b, 'C', 'O',
	       'M', '1', 0x08, '_', 'U', 'I', 'D', 0x00);
}
END_TEST

/* Section 20.2.5.2: MethodFlags. */
static const struct {
	unsigned int args;
	bool serialized;
	uint8_t flags;
} methods[] = { { 0, false, 0x00 }, { 7, false, 0x07 }, { 1, true, 0x09 } };

START_TEST(method_flags_hold_arguments_and_serialisation)
{
	aml_method(&aml, "_EVT", methods[_i].args, methods[_i].serialized);
	aml_end(&aml);
	EXPECT(0x14, 0x06, '_', 'E', 'V', 'T', methods[_i].flags);
}
END_TEST

/* Section 20.2.5.4: DefPackage counts elements, not bytes. */
START_TEST(package_counts_its_elements)
{
	aml_package(&aml);
	aml_integer(&aml, 5);
	aml_package(&aml);
	aml_integer(&aml, 0);
	aml_integer(&aml, 1);
	aml_end(&aml);
	aml_path(&aml, "\\");
	aml_string(&aml, "");
	aml_buffer(&aml);
	aml_end(&aml);
	aml_eisa_id(&aml, "PNP0501");
	aml_end(&aml);
	EXPECT(0x12, 0x16, 0x06, 0x0a, 0x05, 0x12, 0x04, 0x02, 0x00, 0x01, '\\',
	       0x00, 0x0d, 0x00, 0x11, 0x03, 0x0a, 0x00, 0x0c, 0x41, 0xd0, 0x05,
	       0x01);
}
END_TEST

START_TEST(package_of_256_elements_is_refused_and_of_255_is_not)
{
	aml_package(&aml);
	for (unsigned int i = 0; i < 255; i++)
		aml_integer(&aml, 0);
	aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
	ck_assert_uint_eq(len, 1 + 2 + 1 + 255);
	ck_assert_uint_eq(buf[3], 255);

	setup();
	aml_package(&aml);
	for (unsigned int i = 0; i < 256; i++)
		aml_integer(&aml, 0);
	aml_end(&aml);
	expect_refused();
}
END_TEST

START_TEST(buffer_says_its_size_before_its_bytes)
{
	aml_buffer(&aml);
	aml_bytes(&aml, "abc", 3);
	aml_end(&aml);
	EXPECT(0x11, 0x06, 0x0a, 0x03, 'a', 'b', 'c');
}
END_TEST

START_TEST(buffer_of_256_bytes_has_a_word_for_its_size)
{
	static const uint8_t zeros[256];

	aml_buffer(&aml);
	aml_bytes(&aml, zeros, sizeof(zeros));
	aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
	ck_assert_uint_eq(len, 1 + 2 + 3 + 256);
	ck_assert_mem_eq(buf, "\x11\x45\x10\x0b\x00\x01", 6);
}
END_TEST

/* ResourceTemplate () with nothing in it is a buffer with the end tag. */
START_TEST(empty_resource_template_is_an_end_tag)
{
	aml_resources(&aml);
	aml_end(&aml);
	EXPECT(0x11, 0x05, 0x0a, 0x02, 0x79, 0x00);
}
END_TEST

START_TEST(if_and_else_are_two_blocks)
{
	aml_if(&aml);
	aml_equal(&aml);
	aml_arg(&aml, 0);
	aml_integer(&aml, 5);
	aml_notify(&aml, "PWRB");
	aml_integer(&aml, 0x80);
	aml_end(&aml);
	aml_else(&aml);
	aml_store(&aml);
	aml_arg(&aml, 6);
	aml_local(&aml, 7);
	aml_return(&aml);
	aml_local(&aml, 0);
	aml_end(&aml);
	EXPECT(0xa0, 0x0c, 0x93, 0x68, 0x0a, 0x05, 0x86, 'P', 'W', 'R', 'B',
	       0x0a, 0x80, 0xa1, 0x06, 0x70, 0x6e, 0x67, 0xa4, 0x60);
}
END_TEST

/* Section 20.2.4: the four sizes of PkgLength, at each of their limits. */
static const struct {
	size_t body;
	uint8_t len;
	uint8_t bytes[4];
} pkg_lengths[] = {
	{ 62, 1, { 0x3f } },
	{ 63, 2, { 0x41, 0x04 } },
	{ 4093, 2, { 0x4f, 0xff } },
	{ 4094, 3, { 0x81, 0x00, 0x01 } },
	{ (1 << 20) - 4, 3, { 0x8f, 0xff, 0xff } },
	{ (1 << 20) - 3, 4, { 0xc1, 0x00, 0x00, 0x01 } },
	{ (1 << 28) - 5, 4, { 0xcf, 0xff, 0xff, 0xff } },
	{ (1 << 28) - 4, 0, { 0 } },
};

START_TEST(pkg_length_takes_its_shortest_form_and_counts_itself)
{
	size_t body = pkg_lengths[_i].body;
	uint8_t *big = malloc(body + 8);
	void *zeros = calloc(body, 1);

	ck_assert_ptr_nonnull(big);
	ck_assert_ptr_nonnull(zeros);
	aml_init(&aml, big, body + 8);
	/* Before the zeros the body has the path "\", which is two bytes. */
	aml_scope(&aml, "\\");
	aml_bytes(&aml, zeros, body - 2);
	aml_end(&aml);
	if (pkg_lengths[_i].len) {
		ck_assert_int_eq(aml_finish(&aml, &len), 0);
		ck_assert_uint_eq(len, 1 + pkg_lengths[_i].len + body);
		ck_assert_uint_eq(big[0], 0x10);
		ck_assert_mem_eq(big + 1, pkg_lengths[_i].bytes,
				 pkg_lengths[_i].len);
		ck_assert_uint_eq(big[1 + pkg_lengths[_i].len], '\\');
	} else {
		expect_refused();
	}
	free(zeros);
	free(big);
}
END_TEST

static void write_sample(void)
{
	aml_scope(&aml, "\\_SB");
	aml_name(&aml, "ABCD");
	aml_package(&aml);
	aml_integer(&aml, 0x1234);
	aml_resources(&aml);
	aml_io(&aml, 0x3f8, 8);
	aml_end(&aml);
	aml_string(&aml, "text");
	aml_end(&aml);
	aml_end(&aml);
}

START_TEST(a_buffer_one_byte_short_is_no_space_wherever_it_ends)
{
	uint8_t whole[64];
	size_t whole_len;

	aml_init(&aml, whole, sizeof(whole));
	write_sample();
	ck_assert_int_eq(aml_finish(&aml, &whole_len), 0);
	for (size_t cap = 0; cap < whole_len; cap++) {
		memset(buf, 0xcc, sizeof(buf));
		aml_init(&aml, buf, cap);
		write_sample();
		ck_assert_int_eq(aml_finish(&aml, &len), -ENOSPC);
		ck_assert_uint_eq(buf[cap], 0xcc);
	}
	aml_init(&aml, buf, whole_len);
	write_sample();
	expect(whole, whole_len);
}
END_TEST

START_TEST(the_first_error_sticks)
{
	aml_init(&aml, buf, 0);
	aml_integer(&aml, 2);
	aml_arg(&aml, 99);
	aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), -ENOSPC);
}
END_TEST

/* Calls that no ASL source stands for. */
static void open_block(void)
{
	aml_device(&aml, "ABCD");
}

static void end_without_block(void)
{
	aml_end(&aml);
}

static void too_deep(void)
{
	for (unsigned int i = 0; i <= AML_DEPTH; i++)
		aml_scope(&aml, "\\");
	for (unsigned int i = 0; i <= AML_DEPTH; i++)
		aml_end(&aml);
}

static void eight_arguments(void)
{
	aml_method(&aml, "ABCD", 8, false);
	aml_end(&aml);
}

static void arg_7(void)
{
	aml_arg(&aml, 7);
}

static void local_8(void)
{
	aml_local(&aml, 8);
}

static void else_first(void)
{
	aml_else(&aml);
	aml_end(&aml);
}

static void else_of_a_scope(void)
{
	aml_scope(&aml, "\\");
	aml_end(&aml);
	else_first();
}

static void else_later(void)
{
	aml_if(&aml);
	aml_arg(&aml, 0);
	aml_end(&aml);
	aml_integer(&aml, 0);
	else_first();
}

static void statement_in_package(void)
{
	aml_package(&aml);
	aml_return(&aml);
	aml_end(&aml);
}

static void object_in_resources(void)
{
	aml_resources(&aml);
	aml_integer(&aml, 0);
	aml_end(&aml);
}

static void object_in_buffer(void)
{
	aml_buffer(&aml);
	aml_string(&aml, "");
	aml_end(&aml);
}

static void (*const contract_breaches[])(void) = {
	open_block,
	end_without_block,
	too_deep,
	eight_arguments,
	arg_7,
	local_8,
	else_first,
	else_of_a_scope,
	else_later,
	object_in_resources,
	object_in_buffer,
	statement_in_package,
};

START_TEST(a_call_out_of_order_is_refused)
{
	contract_breaches[_i]();
	expect_refused();
}
END_TEST

START_TEST(as_many_blocks_as_promised_may_be_open)
{
	for (unsigned int i = 0; i < AML_DEPTH; i++)
		aml_scope(&aml, "\\");
	for (unsigned int i = 0; i < AML_DEPTH; i++)
		aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("aml");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_set_timeout(tcase, 60);
	ADD_TESTS(tcase, nothing_written_is_no_bytes, string_ends_with_nul,
		  string_with_a_byte_past_ascii_is_refused,
		  path_of_256_names_is_refused_and_of_255_is_not,
		  name_is_followed_by_its_object,
		  device_in_a_scope_nests_its_lengths,
		  package_counts_its_elements,
		  package_of_256_elements_is_refused_and_of_255_is_not,
		  buffer_says_its_size_before_its_bytes,
		  buffer_of_256_bytes_has_a_word_for_its_size,
		  empty_resource_template_is_an_end_tag,
		  if_and_else_are_two_blocks,
		  a_buffer_one_byte_short_is_no_space_wherever_it_ends,
		  the_first_error_sticks,
		  as_many_blocks_as_promised_may_be_open);
	ADD_TEST_OVER(tcase, integer_takes_its_shortest_form, integers);
	ADD_TEST_OVER(tcase, eisa_id_is_compressed, eisa_ids);
	ADD_TEST_OVER(tcase, what_is_no_eisa_id_is_refused, bad_eisa_ids);
	ADD_TEST_OVER(tcase, path_is_padded_and_counted, paths);
	ADD_TEST_OVER(tcase, what_is_no_path_is_refused, bad_paths);
	ADD_TEST_OVER(tcase, method_flags_hold_arguments_and_serialisation,
		      methods);
	ADD_TEST_OVER(tcase,
		      pkg_length_takes_its_shortest_form_and_counts_itself,
		      pkg_lengths);
	ADD_TEST_OVER(tcase, a_call_out_of_order_is_refused, contract_breaches);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
