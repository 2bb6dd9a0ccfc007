/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The FADT against ACPI 6.5, section 5.2.9, by offset of its fields. */
#include <errno.h>
#include <string.h>

#include "configs.h"
#include "run.h"

#define FADT_SIZE 276u

static uint8_t buf[512];
static size_t len;

static uint64_t field(size_t off, size_t size)
{
	uint64_t value = 0;

	while (size--)
		value = value << 8 | buf[off + size];
	return value;
}

static void write_fadt(const struct acpi_config *config)
{
	memset(buf, 0xff, sizeof(buf));
	ck_assert_int_eq(acpi_fadt_write(config, UINT64_C(0x123456789a), buf,
					 sizeof(buf), &len),
			 0);
	ck_assert_uint_eq(len, FADT_SIZE);
	ck_assert_uint_eq(acpi_checksum(buf, len), 0);
}

START_TEST(it_is_a_fadt_of_revision_6_with_a_64_bit_dsdt)
{
	write_fadt(&least_config);
	ck_assert_mem_eq(buf, "FACP", 4);
	ck_assert_uint_eq(field(4, 4), FADT_SIZE);
	ck_assert_uint_eq(field(8, 1), 6);
	ck_assert_uint_eq(field(131, 1), 5);
	ck_assert_uint_eq(field(36, 4), 0);
	ck_assert_uint_eq(field(40, 4), 0);
	ck_assert_uint_eq(field(140, 8), UINT64_C(0x123456789a));
}
END_TEST

START_TEST(hardware_is_reduced_and_has_no_fixed_registers)
{
	write_fadt(full_config());
	ck_assert_uint_eq(field(112, 4) >> 20 & 1, 1);
	for (size_t off = 46; off < 109; off++)
		ck_assert_uint_eq(buf[off], 0);
	for (size_t off = 148; off < 244; off++)
		ck_assert_uint_eq(buf[off], 0);
}
END_TEST

/* Generic address: system I/O, 8 bits wide, byte access, the port. */
START_TEST(registers_are_bytes_at_io_ports)
{
	write_fadt(full_config());
	ck_assert_mem_eq(buf + 116, "\x01\x08\x00\x01\x64\0\0\0\0\0\0\0", 12);
	ck_assert_uint_eq(buf[128], 0xfe);
	ck_assert_mem_eq(buf + 244, "\x01\x08\0\x01\x00\x06\0\0\0\0\0\0", 12);
	ck_assert_mem_eq(buf + 256, "\x01\x08\0\x01\x01\x06\0\0\0\0\0\0", 12);
	ck_assert_uint_eq(field(112, 4), 0x100475);
}
END_TEST

START_TEST(absent_registers_are_all_zero_and_not_announced)
{
	static const uint8_t zeros[24];

	write_fadt(&least_config);
	ck_assert_mem_eq(buf + 116, zeros, 13);
	ck_assert_mem_eq(buf + 244, zeros, 24);
	ck_assert_uint_eq(field(112, 4), 0x100075);
}
END_TEST

/* Section 5.2.9.3: IAPC_BOOT_ARCH. */
static const struct {
	bool serial, i8042, rtc;
	uint16_t arch;
} archs[] = {
	{ false, false, false, 0x34 }, { true, false, false, 0x35 },
	{ false, true, false, 0x37 },  { false, false, true, 0x14 },
	{ true, true, true, 0x17 },
};

START_TEST(boot_architecture_says_what_to_probe_for)
{
	static const struct acpi_serial serial = { 0x3f8, { 4, 0 } };
	struct acpi_config config = least_config;

	config.serials = &serial;
	config.serial_count = archs[_i].serial;
	config.has_i8042 = archs[_i].i8042;
	config.has_rtc = archs[_i].rtc;
	write_fadt(&config);
	ck_assert_uint_eq(field(109, 2), archs[_i].arch);
}
END_TEST

START_TEST(errors_are_told)
{
	struct acpi_config config = least_config;

	ck_assert_int_eq(acpi_fadt_write(&config, 0, buf, FADT_SIZE - 1, &len),
			 -ENOSPC);
	config.cpu_count = 0;
	ck_assert_int_eq(acpi_fadt_write(&config, 0, buf, sizeof(buf), &len),
			 -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fadt");
	TCase *tcase = tcase_create("all");

	ADD_TESTS(tcase, it_is_a_fadt_of_revision_6_with_a_64_bit_dsdt,
		  hardware_is_reduced_and_has_no_fixed_registers,
		  registers_are_bytes_at_io_ports,
		  absent_registers_are_all_zero_and_not_announced,
		  errors_are_told);
	ADD_TEST_OVER(tcase, boot_architecture_says_what_to_probe_for, archs);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
