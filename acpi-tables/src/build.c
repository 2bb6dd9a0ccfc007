/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Tables start on multiples of this; the RSDP is searched for on them. */
#define ALIGNMENT 16u

/* What is left of the buffer, and where the guest will see it. */
struct area {
	uint8_t *at;
	size_t room;
	uint64_t gpa;
};

/* Returns the address of the table of @len bytes here and goes past it. */
static uint64_t take(struct area *area, size_t len)
{
	uint64_t gpa = area->gpa;
	size_t pad = -len % ALIGNMENT;

	/* Without room for the padding there is none for a table either. */
	if (pad > area->room - len)
		pad = area->room - len;
	memset(area->at + len, 0, pad);
	area->at += len + pad;
	area->room -= len + pad;
	area->gpa += len + pad;
	return gpa;
}

static int build(const struct acpi_config *config, struct area *area,
		 uint64_t *ret_xsdt, uint64_t *ret_end)
{
	uint64_t dsdt, tables[2];
	size_t len;
	int r;

	r = acpi_dsdt_write(config, area->at, area->room, &len);
	if (r)
		return r;
	dsdt = take(area, len);
	r = acpi_fadt_write(config, dsdt, area->at, area->room, &len);
	if (r)
		return r;
	tables[0] = take(area, len);
	r = acpi_madt_write(config, area->at, area->room, &len);
	if (r)
		return r;
	tables[1] = take(area, len);
	r = acpi_xsdt_write(config->oem, tables, 2, area->at, area->room, &len);
	if (r)
		return r;
	*ret_xsdt = area->gpa;
	*ret_end = area->gpa + len;
	return 0;
}

int acpi_tables_build(const struct acpi_config *config, uint64_t base,
		      void *buf, size_t cap, size_t *ret_len)
{
	struct area area = { buf, cap, base };
	uint64_t end, xsdt;
	int r = acpi_config_check(config);

	if (r)
		return r;
	if (base % ALIGNMENT)
		return -EINVAL;
	if (cap < ACPI_RSDP_SIZE)
		return -ENOSPC;
	take(&area, ACPI_RSDP_SIZE);
	r = build(config, &area, &xsdt, &end);
	if (r)
		return r;
	if (end - 1 < base)
		return -EOVERFLOW;
	*ret_len = (size_t)(end - base);
	return acpi_rsdp_write(config->oem, xsdt, buf, cap);
}
