/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Multiple APIC Description Table: ACPI 6.5, section 5.2.12. */
#include "internal.h"

#define MADT_REVISION 6u

#define FLAG_PCAT_COMPAT 0x01u

/* Interrupt controller structures: table 5.21. */
enum {
	TYPE_LOCAL_APIC = 0,
	TYPE_IO_APIC = 1,
	TYPE_SOURCE_OVERRIDE = 2,
	TYPE_LOCAL_APIC_NMI = 4,
	TYPE_LOCAL_X2APIC = 9,
	TYPE_LOCAL_X2APIC_NMI = 10,
};

#define CPU_ENABLED 0x01u

/* Processor UIDs and APIC ids from here on need the x2APIC structures. */
#define X2APIC_FIRST 255u

#define ALL_CPUS	0xffu
#define ALL_X2APIC_CPUS 0xffffffffu
#define NMI_LINT	1u

/* MPS INTI flags: table 5.26. */
#define INTI_ACTIVE_HIGH 0x01u
#define INTI_ACTIVE_LOW	 0x03u
#define INTI_EDGE	 0x04u
#define INTI_LEVEL	 0x0cu

#define BUS_ISA 0u

static bool needs_x2apic(const struct acpi_config *config, size_t cpu)
{
	return cpu >= X2APIC_FIRST || config->apic_ids[cpu] >= X2APIC_FIRST;
}

/* Sections 5.2.12.2 and 5.2.12.12; returns whether it was the second. */
static bool put_cpu(struct acpi_table *table, const struct acpi_config *config,
		    size_t cpu)
{
	if (!needs_x2apic(config, cpu)) {
		acpi_table_put(table, TYPE_LOCAL_APIC, 1);
		acpi_table_put(table, 8, 1);
		acpi_table_put(table, cpu, 1);
		acpi_table_put(table, config->apic_ids[cpu], 1);
		acpi_table_put(table, CPU_ENABLED, 4);
		return false;
	}
	acpi_table_put(table, TYPE_LOCAL_X2APIC, 1);
	acpi_table_put(table, 16, 1);
	acpi_table_put(table, 0, 2);
	acpi_table_put(table, config->apic_ids[cpu], 4);
	acpi_table_put(table, CPU_ENABLED, 4);
	acpi_table_put(table, cpu, 4);
	return true;
}

/* Section 5.2.12.3. */
static void put_ioapic(struct acpi_table *table,
		       const struct acpi_ioapic *ioapic)
{
	acpi_table_put(table, TYPE_IO_APIC, 1);
	acpi_table_put(table, 12, 1);
	acpi_table_put(table, ioapic->id, 1);
	acpi_table_put(table, 0, 1);
	acpi_table_put(table, ioapic->addr, 4);
	acpi_table_put(table, ioapic->gsi_base, 4);
}

/* Section 5.2.12.5. */
static void put_override(struct acpi_table *table,
			 const struct acpi_isa_override *override)
{
	unsigned int flags = override->irq.flags;
	unsigned int inti =
		flags & AML_IRQ_ACTIVE_LOW ? INTI_ACTIVE_LOW : INTI_ACTIVE_HIGH;

	inti |= flags & AML_IRQ_EDGE ? INTI_EDGE : INTI_LEVEL;
	acpi_table_put(table, TYPE_SOURCE_OVERRIDE, 1);
	acpi_table_put(table, 10, 1);
	acpi_table_put(table, BUS_ISA, 1);
	acpi_table_put(table, override->isa, 1);
	acpi_table_put(table, override->irq.gsi, 4);
	acpi_table_put(table, inti, 2);
}

/* Sections 5.2.12.7 and 5.2.12.13. */
static void put_nmi(struct acpi_table *table, bool x2apic)
{
	acpi_table_put(table, TYPE_LOCAL_APIC_NMI, 1);
	acpi_table_put(table, 6, 1);
	acpi_table_put(table, ALL_CPUS, 1);
	acpi_table_put(table, 0, 2);
	acpi_table_put(table, NMI_LINT, 1);
	if (!x2apic)
		return;
	acpi_table_put(table, TYPE_LOCAL_X2APIC_NMI, 1);
	acpi_table_put(table, 12, 1);
	acpi_table_put(table, 0, 2);
	acpi_table_put(table, ALL_X2APIC_CPUS, 4);
	acpi_table_put(table, NMI_LINT, 1);
	acpi_table_put(table, 0, 3);
}

int acpi_madt_write(const struct acpi_config *config, void *buf, size_t cap,
		    size_t *ret_len)
{
	struct acpi_table table;
	bool x2apic = false;
	int r = acpi_config_check(config);

	if (r)
		return r;
	acpi_table_init(&table, buf, cap, "APIC", MADT_REVISION, config->oem);
	acpi_table_put(&table, config->lapic_addr, 4);
	acpi_table_put(&table, config->has_pic ? FLAG_PCAT_COMPAT : 0, 4);
	for (size_t i = 0; i < config->cpu_count; i++)
		x2apic |= put_cpu(&table, config, i);
	for (size_t i = 0; i < config->ioapic_count; i++)
		put_ioapic(&table, &config->ioapics[i]);
	for (size_t i = 0; i < config->override_count; i++)
		put_override(&table, &config->overrides[i]);
	put_nmi(&table, x2apic);
	return acpi_table_finish(&table, ret_len);
}
