/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "configs.h"
#include "run.h"

#define BASE UINT64_C(0xe0000)

static uint8_t buf[32768];
static size_t len;

static uint64_t field(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | at[size];
	return value;
}

/* The table at a guest-physical address, as a guest finds and checks it. */
static const uint8_t *table_at(uint64_t base, uint64_t gpa,
			       const char *signature)
{
	const uint8_t *table = buf + (gpa - base);
	uint64_t size;

	ck_assert_uint_ge(gpa, base);
	ck_assert_uint_le(gpa - base, len - ACPI_HEADER_SIZE);
	ck_assert_uint_eq(gpa % 16, 0);
	ck_assert_mem_eq(table, signature, 4);
	size = field(table + 4, 4);
	ck_assert_uint_le(size, len - (gpa - base));
	ck_assert_uint_eq(acpi_checksum(table, size), 0);
	return table;
}

static const struct acpi_config *config_of(int which)
{
	return which ? full_config() : &least_config;
}

static void walk(uint64_t base)
{
	const uint8_t *fadt, *xsdt;

	ck_assert_mem_eq(buf, "RSD PTR ", 8);
	ck_assert_uint_eq(acpi_checksum(buf, 20), 0);
	ck_assert_uint_eq(acpi_checksum(buf, 36), 0);
	xsdt = table_at(base, field(buf + 24, 8), "XSDT");
	ck_assert_uint_eq(field(xsdt + 4, 4), 36 + 2 * 8);
	fadt = table_at(base, field(xsdt + 36, 8), "FACP");
	table_at(base, field(fadt + 140, 8), "DSDT");
	table_at(base, field(xsdt + 44, 8), "APIC");
	ck_assert_ptr_eq(xsdt + 36 + 2 * 8, buf + len);
}

START_TEST(a_guest_finds_every_table_from_the_rsdp)
{
	memset(buf, 0xff, sizeof(buf));
	ck_assert_int_eq(acpi_tables_build(config_of(_i), BASE, buf,
					   sizeof(buf), &len),
			 0);
	walk(BASE);
	ck_assert_uint_eq(buf[len], 0xff);
}
END_TEST

START_TEST(a_machine_without_oem_is_ours)
{
	ck_assert_int_eq(acpi_tables_build(&least_config, BASE, buf,
					   sizeof(buf), &len),
			 0);
	ck_assert_mem_eq(buf + 9, "C-VMM ", 6);
	ck_assert_int_eq(acpi_tables_build(full_config(), BASE, buf,
					   sizeof(buf), &len),
			 0);
	ck_assert_mem_eq(buf + 9, "TESTER", 6);
}
END_TEST

START_TEST(any_buffer_too_small_is_no_space_and_not_overrun)
{
	uint8_t *small;
	size_t whole;

	ck_assert_int_eq(acpi_tables_build(config_of(_i), BASE, buf,
					   sizeof(buf), &whole),
			 0);
	/* All lengths of the small machine's tables, some of the large. */
	for (size_t cap = 0; cap < whole; cap += _i ? 13 : 1) {
		small = malloc(cap ? cap : 1);
		ck_assert_ptr_nonnull(small);
		if (acpi_tables_build(config_of(_i), BASE, small, cap, &len) !=
		    -ENOSPC)
			ck_abort_msg("%zu of %zu bytes", cap, whole);
		free(small);
	}
	ck_assert_int_eq(
		acpi_tables_build(config_of(_i), BASE, buf, whole, &len), 0);
}
END_TEST

START_TEST(a_base_that_is_no_multiple_of_16_is_refused)
{
	for (unsigned int off = 1; off < 16; off++)
		ck_assert_int_eq(acpi_tables_build(&least_config, BASE + off,
						   buf, sizeof(buf), &len),
				 -EINVAL);
}
END_TEST

START_TEST(tables_may_end_at_the_last_address_and_not_behind_it)
{
	uint64_t base;

	ck_assert_int_eq(
		acpi_tables_build(&least_config, 0, buf, sizeof(buf), &len), 0);
	base = -(uint64_t)((len + 15) / 16 * 16);
	ck_assert_int_eq(acpi_tables_build(&least_config, base, buf,
					   sizeof(buf), &len),
			 0);
	walk(base);
	ck_assert_int_eq(acpi_tables_build(&least_config, base + 16, buf,
					   sizeof(buf), &len),
			 -EOVERFLOW);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("build");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, a_guest_finds_every_table_from_the_rsdp, 0,
			    2);
	tcase_add_loop_test(
		tcase, any_buffer_too_small_is_no_space_and_not_overrun, 0, 2);
	ADD_TESTS(tcase, a_machine_without_oem_is_ours,
		  a_base_that_is_no_multiple_of_16_is_refused,
		  tables_may_end_at_the_last_address_and_not_behind_it);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
