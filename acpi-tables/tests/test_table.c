/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <acpi-tables/table.h>

#include "run.h"

static const struct acpi_oem oem = {
	.id = { 'O', 'E', 'M', 'I', 'D', '6' },
	.table_id = { 'T', 'A', 'B', 'L', 'E', 'I', 'D', '8' },
	.revision = 0x04030201,
};

static uint8_t buf[128];
static size_t len;

static uint8_t sum(const uint8_t *bytes, size_t count)
{
	uint8_t total = 0;

	while (count--)
		total = (uint8_t)(total + *bytes++);
	return total;
}

START_TEST(checksum_completes_to_zero)
{
	ck_assert_uint_eq(acpi_checksum("", 0), 0);
	ck_assert_uint_eq(acpi_checksum("\x01\x02", 2), 0xfd);
	ck_assert_uint_eq(acpi_checksum("\x80\x80", 2), 0x00);
	ck_assert_uint_eq(acpi_checksum("\xff", 1), 0x01);
}
END_TEST

/* Section 5.2.6: System Description Table Header. */
START_TEST(header_is_that_of_the_specification)
{
	struct acpi_table table;

	acpi_table_init(&table, buf, sizeof(buf), "TEST", 7, &oem);
	acpi_table_put(&table, 0x0102030405060708, 8);
	acpi_table_put(&table, 0xabcdef, 2);
	acpi_table_bytes(&table, "xyz", 3);
	acpi_table_bytes(&table, NULL, 0);
	ck_assert_int_eq(acpi_table_finish(&table, &len), 0);
	ck_assert_uint_eq(len, 36 + 8 + 2 + 3);
	ck_assert_mem_eq(buf, "TEST\x31\0\0\0\x07", 9);
	ck_assert_mem_eq(buf + 10, "OEMID6TABLEID8\x01\x02\x03\x04", 18);
	ck_assert_mem_eq(buf + 36, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
	ck_assert_mem_eq(buf + 44, "\xef\xcdxyz", 5);
	ck_assert_uint_eq(sum(buf, len), 0);
}
END_TEST

START_TEST(checksum_ignores_what_was_in_the_buffer)
{
	struct acpi_table table;

	memset(buf, 0xff, sizeof(buf));
	acpi_table_init(&table, buf, sizeof(buf), "TEST", 1, NULL);
	ck_assert_int_eq(acpi_table_finish(&table, &len), 0);
	ck_assert_uint_eq(len, 36);
	ck_assert_uint_eq(sum(buf, len), 0);
	ck_assert_uint_eq(buf[36], 0xff);
}
END_TEST

START_TEST(a_buffer_too_small_for_the_table_is_no_space)
{
	struct acpi_table table;

	for (size_t cap = 0; cap < 37; cap++) {
		memset(buf, 0xcc, sizeof(buf));
		acpi_table_init(&table, buf, cap, "TEST", 1, &oem);
		acpi_table_put(&table, 1, 1);
		ck_assert_int_eq(acpi_table_finish(&table, &len), -ENOSPC);
		ck_assert_uint_eq(buf[cap], 0xcc);
	}
	acpi_table_init(&table, buf, 37, "TEST", 1, &oem);
	acpi_table_put(&table, 1, 1);
	ck_assert_int_eq(acpi_table_finish(&table, &len), 0);
}
END_TEST

static const char *const bad_signatures[] = { "", "ABC", "ABCDE" };

START_TEST(a_signature_not_of_four_characters_is_refused)
{
	struct acpi_table table;

	acpi_table_init(&table, buf, sizeof(buf), bad_signatures[_i], 1, NULL);
	ck_assert_int_eq(acpi_table_finish(&table, &len), -EINVAL);
}
END_TEST

static const size_t bad_sizes[] = { 0, 9, SIZE_MAX };

START_TEST(an_integer_not_of_1_to_8_bytes_is_refused)
{
	struct acpi_table table;

	acpi_table_init(&table, buf, sizeof(buf), "TEST", 1, NULL);
	acpi_table_put(&table, 0, bad_sizes[_i]);
	acpi_table_put(&table, 0, 1);
	ck_assert_int_eq(acpi_table_finish(&table, &len), -EINVAL);
}
END_TEST

START_TEST(a_table_longer_than_its_length_field_is_refused)
{
	struct acpi_table table;

	acpi_table_init(&table, buf, sizeof(buf), "TEST", 1, NULL);
	table.len = (size_t)UINT32_MAX + 1;
	ck_assert_int_eq(acpi_table_finish(&table, &len), -EINVAL);
}
END_TEST

/* Section 5.2.5.3: Root System Description Pointer. */
START_TEST(rsdp_has_both_checksums_and_no_rsdt)
{
	ck_assert_int_eq(acpi_rsdp_write(&oem, 0x1122334455667788, buf,
					 ACPI_RSDP_SIZE),
			 0);
	ck_assert_mem_eq(buf, "RSD PTR ", 8);
	ck_assert_mem_eq(buf + 9, "OEMID6\x02\0\0\0\0\x24\0\0\0", 15);
	ck_assert_mem_eq(buf + 24, "\x88\x77\x66\x55\x44\x33\x22\x11", 8);
	ck_assert_mem_eq(buf + 33, "\0\0", 3);
	ck_assert_uint_eq(sum(buf, 20), 0);
	ck_assert_uint_eq(sum(buf, 36), 0);
}
END_TEST

START_TEST(rsdp_of_35_bytes_is_no_space)
{
	ck_assert_int_eq(acpi_rsdp_write(NULL, 0, buf, 35), -ENOSPC);
}
END_TEST

/* Section 5.2.8: Extended System Description Table. */
START_TEST(xsdt_lists_64_bit_addresses)
{
	static const uint64_t tables[] = { 0xe0150, UINT64_C(0x100000000) };

	ck_assert_int_eq(
		acpi_xsdt_write(NULL, tables, 2, buf, sizeof(buf), &len), 0);
	ck_assert_uint_eq(len, 52);
	ck_assert_mem_eq(buf, "XSDT\x34\0\0\0\x01", 9);
	ck_assert_mem_eq(buf + 36, "\x50\x01\x0e\0\0\0\0\0\0\0\0\0\x01\0\0\0",
			 16);
	ck_assert_uint_eq(sum(buf, len), 0);
	ck_assert_int_eq(acpi_xsdt_write(NULL, tables, 2, buf, 51, &len),
			 -ENOSPC);
	ck_assert_int_eq(acpi_xsdt_write(NULL, NULL, 0, buf, 36, &len), 0);
	ck_assert_uint_eq(len, 36);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = tcase_create("all");

	ADD_TESTS(tcase, checksum_completes_to_zero,
		  header_is_that_of_the_specification,
		  checksum_ignores_what_was_in_the_buffer,
		  a_buffer_too_small_for_the_table_is_no_space,
		  a_table_longer_than_its_length_field_is_refused,
		  rsdp_has_both_checksums_and_no_rsdt,
		  rsdp_of_35_bytes_is_no_space, xsdt_lists_64_bit_addresses);
	ADD_TEST_OVER(tcase, a_signature_not_of_four_characters_is_refused,
		      bad_signatures);
	ADD_TEST_OVER(tcase, an_integer_not_of_1_to_8_bytes_is_refused,
		      bad_sizes);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
