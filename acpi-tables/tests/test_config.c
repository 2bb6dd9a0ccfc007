/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Descriptions of machines that cannot be, each one step from one that can. */
#include <errno.h>
#include <string.h>

#include "configs.h"
#include "run.h"

static struct acpi_config config;
static struct acpi_ioapic ioapics[2];
static struct acpi_isa_override overrides[2];
static struct acpi_serial serials[ACPI_MAX_SERIALS + 1];
static struct acpi_virtio_mmio virtio[2];
static struct acpi_irq button;
static uint32_t apic_ids[ACPI_MAX_CPUS + 1];

static void setup(void)
{
	config = *full_config();
	memcpy(ioapics, config.ioapics, sizeof(ioapics));
	memcpy(overrides, config.overrides, sizeof(overrides));
	memcpy(serials, config.serials, 3 * sizeof(serials[0]));
	memcpy(virtio, config.virtio, sizeof(virtio));
	button = *config.power_button;
	for (uint32_t i = 0; i <= ACPI_MAX_CPUS; i++)
		apic_ids[i] = 2 * i;
	for (uint32_t i = 3; i <= ACPI_MAX_SERIALS; i++)
		serials[i] = (struct acpi_serial){ (uint16_t)(0x1000 + 8 * i),
						   { 40 + i, 0 } };
	config.ioapics = ioapics;
	config.overrides = overrides;
	config.serials = serials;
	config.virtio = virtio;
	config.virtio_count = 2;
	config.power_button = &button;
	config.apic_ids = apic_ids;
}

static int build(void)
{
	static uint8_t buf[1 << 18];
	size_t len;

	return acpi_tables_build(&config, 0, buf, sizeof(buf), &len);
}

/* Changes to the machine of setup() that leave it possible. */
static void nothing(void)
{
}

static void most_cpus(void)
{
	config.cpu_count = ACPI_MAX_CPUS;
}

static void most_serials(void)
{
	config.serial_count = ACPI_MAX_SERIALS;
}

static void no_sleep_registers(void)
{
	config.sleep_control = 0;
	config.sleep_status = 0;
}

static void serial_at_the_last_ports(void)
{
	serials[0].port = 0xfff8;
}

static void neighbouring_windows(void)
{
	virtio[1].base = virtio[0].base + virtio[0].size;
}

static void (*const possible[])(void) = {
	nothing,
	most_cpus,
	most_serials,
	no_sleep_registers,
	serial_at_the_last_ports,
	neighbouring_windows,
};

START_TEST(a_possible_machine_is_described)
{
	possible[_i]();
	ck_assert_int_eq(build(), 0);
}
END_TEST

static void no_cpus(void)
{
	config.cpu_count = 0;
}

static void too_many_cpus(void)
{
	config.cpu_count = ACPI_MAX_CPUS + 1;
}

static void equal_apic_ids(void)
{
	apic_ids[7] = apic_ids[200];
}

static void broadcast_apic_id(void)
{
	apic_ids[0] = UINT32_MAX;
}

static void equal_ioapic_ids(void)
{
	ioapics[1].id = ioapics[0].id;
}

static void equal_gsi_bases(void)
{
	ioapics[1].gsi_base = ioapics[0].gsi_base;
}

static void override_past_isa(void)
{
	overrides[0].isa = 16;
}

static void override_twice(void)
{
	overrides[1].isa = overrides[0].isa;
}

static void shared_override(void)
{
	overrides[0].irq.flags |= AML_IRQ_SHARED;
}

static void sleep_status_alone(void)
{
	config.sleep_control = 0;
}

static void sleep_control_alone(void)
{
	config.sleep_status = 0;
}

static void sleep_registers_in_one_place(void)
{
	config.sleep_status = config.sleep_control;
}

static void sleep_type_of_four_bits(void)
{
	config.s5_type = 8;
}

static void reset_register_in_a_serial_port(void)
{
	config.reset_port = serials[0].port + 7;
}

static void too_many_serials(void)
{
	config.serial_count = ACPI_MAX_SERIALS + 1;
}

static void serial_past_the_last_port(void)
{
	serials[0].port = 0xfff9;
}

static void overlapping_serials(void)
{
	serials[1].port = serials[0].port - 7;
}

static void overlapping_windows(void)
{
	virtio[1].base = virtio[0].base + virtio[0].size - 1;
}

static void equal_windows(void)
{
	virtio[1].base = virtio[0].base;
}

static void empty_window(void)
{
	virtio[0].size = 0;
}

static void wrapping_window(void)
{
	virtio[1].base = UINT64_MAX;
	virtio[1].size = 2;
}

static void too_many_windows(void)
{
	config.virtio_count = ACPI_MAX_VIRTIO_MMIO + 1;
}

static void unknown_irq_flag(void)
{
	virtio[0].irq.flags = 0x10;
}

static void exclusive_irq_twice(void)
{
	button.gsi = virtio[0].irq.gsi;
	virtio[0].irq.flags = button.flags;
}

static void shared_irq_of_two_triggers(void)
{
	serials[0].irq.flags |= AML_IRQ_EDGE;
}

static void (*const impossible[])(void) = {
	no_cpus,
	too_many_cpus,
	equal_apic_ids,
	broadcast_apic_id,
	equal_ioapic_ids,
	equal_gsi_bases,
	override_past_isa,
	override_twice,
	shared_override,
	sleep_status_alone,
	sleep_control_alone,
	sleep_registers_in_one_place,
	sleep_type_of_four_bits,
	reset_register_in_a_serial_port,
	too_many_serials,
	serial_past_the_last_port,
	overlapping_serials,
	overlapping_windows,
	equal_windows,
	empty_window,
	wrapping_window,
	too_many_windows,
	unknown_irq_flag,
	exclusive_irq_twice,
	shared_irq_of_two_triggers,
};

START_TEST(an_impossible_machine_is_refused)
{
	impossible[_i]();
	ck_assert_int_eq(build(), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_set_timeout(tcase, 60);
	ADD_TEST_OVER(tcase, a_possible_machine_is_described, possible);
	ADD_TEST_OVER(tcase, an_impossible_machine_is_refused, impossible);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
