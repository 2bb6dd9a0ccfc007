/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The DSDT piece by piece; the script iasl compares it with compiled ASL. */
#include <errno.h>
#include <string.h>

#include "configs.h"
#include "run.h"

static uint8_t buf[1 << 20];
static size_t len;

static void write_dsdt(const struct acpi_config *config)
{
	ck_assert_int_eq(acpi_dsdt_write(config, buf, sizeof(buf), &len), 0);
	ck_assert_mem_eq(buf, "DSDT", 4);
	ck_assert_uint_eq(buf[8], 2);
	ck_assert_uint_eq(acpi_checksum(buf, len), 0);
}

static bool contains(const void *bytes, size_t count)
{
	return memmem(buf, len, bytes, count) != NULL;
}

START_TEST(least_machine_has_only_an_empty_scope)
{
	write_dsdt(&least_config);
	ck_assert_uint_eq(len, 36 + 7);
	ck_assert_mem_eq(buf + 36, "\x10\x06\\_SB_", 7);
}
END_TEST

/* Section 7.4.2.6. */
START_TEST(s5_is_there_with_the_sleep_registers)
{
	struct acpi_config config = least_config;

	config.sleep_control = 0x600;
	config.sleep_status = 0x601;
	config.s5_type = 7;
	write_dsdt(&config);
	ck_assert_mem_eq(buf + 36, "\x08\\_S5_\x12\x07\x04\x0a\x07\0\0\0", 14);
}
END_TEST

START_TEST(a_device_appears_for_each_of_the_full_machine)
{
	write_dsdt(full_config());
	ck_assert(contains("COM1", 4));
	ck_assert(contains("COM2", 4));
	ck_assert(contains("COM3", 4));
	ck_assert(!contains("COM4", 4));
	ck_assert(contains("ACPI0013", 9));
	ck_assert(contains("\x86\\\x2e_SB_PWRB\x0a\x80", 13));
	ck_assert(contains("V000", 4));
	ck_assert(contains("V003", 4));
	ck_assert(!contains("V004", 4));
}
END_TEST

START_TEST(without_a_button_there_is_no_event_device)
{
	struct acpi_config config = *full_config();

	config.power_button = NULL;
	write_dsdt(&config);
	ck_assert(!contains("PWRB", 4));
	ck_assert(!contains("GED_", 4));
}
END_TEST

START_TEST(as_many_virtio_devices_as_promised_have_names)
{
	static struct acpi_virtio_mmio virtio[ACPI_MAX_VIRTIO_MMIO];
	struct acpi_config config = least_config;

	for (uint32_t i = 0; i < ACPI_MAX_VIRTIO_MMIO; i++) {
		virtio[i].base = 0xc0000000 + i * 0x1000;
		virtio[i].size = 0x1000;
		virtio[i].irq.gsi = 16 + i;
	}
	config.virtio = virtio;
	config.virtio_count = ACPI_MAX_VIRTIO_MMIO;
	write_dsdt(&config);
	ck_assert(contains("V000", 4));
	ck_assert(contains("VA5C", 4));
	ck_assert(contains("VFFF", 4));
}
END_TEST

START_TEST(errors_are_told)
{
	struct acpi_config config = least_config;

	for (size_t cap = 0; cap < 43; cap++)
		ck_assert_int_eq(acpi_dsdt_write(&config, buf, cap, &len),
				 -ENOSPC);
	config.cpu_count = 0;
	ck_assert_int_eq(acpi_dsdt_write(&config, buf, sizeof(buf), &len),
			 -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dsdt");
	TCase *tcase = tcase_create("all");

	tcase_set_timeout(tcase, 60);
	ADD_TESTS(tcase, least_machine_has_only_an_empty_scope,
		  s5_is_there_with_the_sleep_registers,
		  a_device_appears_for_each_of_the_full_machine,
		  without_a_button_there_is_no_event_device,
		  as_many_virtio_devices_as_promised_have_names,
		  errors_are_told);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
