/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Fixed ACPI Description Table: ACPI 6.5, section 5.2.9. */
#include "internal.h"

#define FADT_REVISION	    6u
#define FADT_MINOR_REVISION 5u

#define PROFILE_UNSPECIFIED 0u

/* IAPC_BOOT_ARCH: section 5.2.9.3. */
#define ARCH_LEGACY_DEVICES 0x01u
#define ARCH_8042	    0x02u
#define ARCH_NO_VGA	    0x04u
#define ARCH_NO_ASPM	    0x10u
#define ARCH_NO_CMOS_RTC    0x20u

/* Fixed feature flags: table 5.10. */
#define FLAG_WBINVD	(1u << 0)
#define FLAG_PROC_C1	(1u << 2)
#define FLAG_PWR_BUTTON (1u << 4) /* is no fixed hardware */
#define FLAG_SLP_BUTTON (1u << 5) /* likewise */
#define FLAG_FIX_RTC	(1u << 6) /* RTC wake is no fixed hardware */
#define FLAG_RESET_REG	(1u << 10)
#define FLAG_HW_REDUCED (1u << 20)

/* Generic Address Structure: section 5.2.3.2. */
#define SPACE_SYSTEM_IO 1u
#define ACCESS_BYTE	1u

/* A register one byte wide at an I/O port, or none. */
static void put_register(struct acpi_table *table, uint16_t port)
{
	acpi_table_put(table, port ? SPACE_SYSTEM_IO : 0, 1);
	acpi_table_put(table, port ? 8 : 0, 1);
	acpi_table_put(table, 0, 1);
	acpi_table_put(table, port ? ACCESS_BYTE : 0, 1);
	acpi_table_put(table, port, 8);
}

static void put_zeros(struct acpi_table *table, size_t count)
{
	while (count--)
		acpi_table_put(table, 0, 1);
}

static uint32_t boot_arch(const struct acpi_config *config)
{
	uint32_t arch = ARCH_NO_VGA | ARCH_NO_ASPM;

	if (config->serial_count || config->has_i8042)
		arch |= ARCH_LEGACY_DEVICES;
	if (config->has_i8042)
		arch |= ARCH_8042;
	if (!config->has_rtc)
		arch |= ARCH_NO_CMOS_RTC;
	return arch;
}

static uint32_t feature_flags(const struct acpi_config *config)
{
	uint32_t flags = FLAG_WBINVD | FLAG_PROC_C1 | FLAG_PWR_BUTTON |
			 FLAG_SLP_BUTTON | FLAG_FIX_RTC | FLAG_HW_REDUCED;

	if (config->reset_port)
		flags |= FLAG_RESET_REG;
	return flags;
}

int acpi_fadt_write(const struct acpi_config *config, uint64_t dsdt, void *buf,
		    size_t cap, size_t *ret_len)
{
	struct acpi_table table;
	int r = acpi_config_check(config);

	if (r)
		return r;
	acpi_table_init(&table, buf, cap, "FACP", FADT_REVISION, config->oem);
	acpi_table_put(&table, 0, 4); /* FIRMWARE_CTRL: no FACS */
	acpi_table_put(&table, 0, 4); /* DSDT: see X_DSDT */
	acpi_table_put(&table, 0, 1);
	acpi_table_put(&table, PROFILE_UNSPECIFIED, 1);
	/* From SCI_INT to CENTURY: fixed hardware, which is not there. */
	put_zeros(&table, 109 - 46);
	acpi_table_put(&table, boot_arch(config), 2);
	acpi_table_put(&table, 0, 1);
	acpi_table_put(&table, feature_flags(config), 4);
	put_register(&table, config->reset_port);
	acpi_table_put(&table, config->reset_port ? config->reset_value : 0, 1);
	acpi_table_put(&table, 0, 2); /* ARM_BOOT_ARCH */
	acpi_table_put(&table, FADT_MINOR_REVISION, 1);
	acpi_table_put(&table, 0, 8); /* X_FIRMWARE_CTRL: no FACS */
	acpi_table_put(&table, dsdt, 8);
	/* From X_PM1a_EVT_BLK to X_GPE1_BLK: fixed hardware again. */
	put_zeros(&table, 244 - 148);
	put_register(&table, config->sleep_control);
	put_register(&table, config->sleep_status);
	acpi_table_put(&table, 0, 8); /* hypervisor vendor identity */
	return acpi_table_finish(&table, ret_len);
}
