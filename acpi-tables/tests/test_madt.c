/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The MADT against ACPI 6.5, section 5.2.12. */
#include <errno.h>
#include <string.h>

#include "configs.h"
#include "run.h"

static uint8_t buf[8192];
static size_t len;

static void write_madt(const struct acpi_config *config)
{
	ck_assert_int_eq(acpi_madt_write(config, buf, sizeof(buf), &len), 0);
	ck_assert_mem_eq(buf, "APIC", 4);
	ck_assert_uint_eq(buf[8], 6);
	ck_assert_uint_eq(acpi_checksum(buf, len), 0);
}

START_TEST(least_machine_has_one_processor_and_its_nmi)
{
	write_madt(&least_config);
	ck_assert_uint_eq(len, 44 + 8 + 6);
	ck_assert_mem_eq(buf + 36, "\0\0\xe0\xfe\0\0\0\0", 8);
	ck_assert_mem_eq(buf + 44, "\x00\x08\0\0\x01\0\0\0", 8);
	ck_assert_mem_eq(buf + 52, "\x04\x06\xff\0\0\x01", 6);
}
END_TEST

START_TEST(processors_from_255_on_have_x2apic_structures)
{
	const struct acpi_config *config = full_config();
	size_t off = 44;

	write_madt(config);
	ck_assert_mem_eq(buf + 40, "\x01\0\0\0", 4);
	for (uint8_t i = 0; i < 255; i++, off += 8) {
		uint8_t bytes[8] = { 0, 8, i, i, 1 };

		ck_assert_mem_eq(buf + off, bytes, 8);
	}
	for (unsigned int i = 255; i < MANY_CPUS; i++, off += 16) {
		uint8_t low = (uint8_t)i, high = (uint8_t)(i >> 8);
		uint8_t bytes[16] = { 9, 16, 0, 0, low, high, 0,
				      0, 1,  0, 0, 0,	low,  high };

		ck_assert_mem_eq(buf + off, bytes, 16);
	}
	/* Two I/O APICs, two overrides, and the NMI of both kinds. */
	ck_assert_mem_eq(buf + off, "\x01\x0c\x01\0\0\0\xc0\xfe\0\0\0\0", 12);
	off += 12;
	ck_assert_mem_eq(buf + off, "\x01\x0c\x02\0\0\x10\xc0\xfe\x18\0\0\0",
			 12);
	off += 12;
	ck_assert_mem_eq(buf + off, "\x02\x0a\0\0\x02\0\0\0\x05\0", 10);
	off += 10;
	ck_assert_mem_eq(buf + off, "\x02\x0a\0\x09\x09\0\0\0\x0f\0", 10);
	off += 10;
	ck_assert_mem_eq(buf + off, "\x04\x06\xff\0\0\x01", 6);
	off += 6;
	ck_assert_mem_eq(buf + off, "\x0a\x0c\0\0\xff\xff\xff\xff\x01\0\0\0",
			 12);
	ck_assert_uint_eq(len, off + 12);
}
END_TEST

START_TEST(a_large_apic_id_alone_needs_the_x2apic_structure)
{
	static const uint32_t ids[] = { 254, 255, 0xfffffffe };
	struct acpi_config config = least_config;

	config.apic_ids = ids;
	config.cpu_count = 3;
	write_madt(&config);
	ck_assert_uint_eq(len, 44 + 8 + 16 + 16 + 6 + 12);
	ck_assert_mem_eq(buf + 44, "\x00\x08\x00\xfe", 4);
	ck_assert_mem_eq(buf + 52, "\x09\x10\0\0\xff\0\0\0", 8);
	ck_assert_mem_eq(buf + 68, "\x09\x10\0\0\xfe\xff\xff\xff", 8);
}
END_TEST

START_TEST(errors_are_told)
{
	struct acpi_config config = least_config;

	ck_assert_int_eq(acpi_madt_write(&config, buf, 57, &len), -ENOSPC);
	config.cpu_count = 0;
	ck_assert_int_eq(acpi_madt_write(&config, buf, sizeof(buf), &len),
			 -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("madt");
	TCase *tcase = tcase_create("all");

	ADD_TESTS(tcase, least_machine_has_one_processor_and_its_nmi,
		  processors_from_255_on_have_x2apic_structures,
		  a_large_apic_id_alone_needs_the_x2apic_structure,
		  errors_are_told);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
