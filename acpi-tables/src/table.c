/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <acpi-tables/table.h>

/* Offsets in the header: ACPI 6.5, section 5.2.6. */
#define HEADER_LENGTH	4u
#define HEADER_CHECKSUM 9u

/* Offsets in the RSDP: section 5.2.5.3. */
#define RSDP_CHECKSUM	     8u
#define RSDP_OEM_ID	     9u
#define RSDP_REVISION	     15u
#define RSDP_LENGTH	     20u
#define RSDP_XSDT	     24u
#define RSDP_EXT_CHECKSUM    32u
#define RSDP_REVISION_1_SIZE 20u

#define XSDT_REVISION 1u

static const struct acpi_oem default_oem = {
	.id = { 'C', '-', 'V', 'M', 'M', ' ' },
	.table_id = { 'C', '-', 'V', 'M', 'M', ' ', ' ', ' ' },
	.revision = 1,
};

/* What stands for the compiler that made the table. */
static const char creator_id[4] = { 'C', 'V', 'M', 'M' };
#define CREATOR_REVISION 1u

static void store_le(uint8_t *dst, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = (uint8_t)(value >> 8 * i);
}

uint8_t acpi_checksum(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint8_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return (uint8_t)-sum;
}

static void fail(struct acpi_table *table, int error)
{
	if (!table->error)
		table->error = error;
}

void acpi_table_bytes(struct acpi_table *table, const void *data, size_t len)
{
	if (len > table->cap - table->len)
		fail(table, -ENOSPC);
	if (table->error || !len)
		return;
	memcpy(table->buf + table->len, data, len);
	table->len += len;
}

void acpi_table_put(struct acpi_table *table, uint64_t value, size_t size)
{
	uint8_t bytes[8];

	if (!size || size > sizeof(bytes)) {
		fail(table, -EINVAL);
		return;
	}
	store_le(bytes, value, size);
	acpi_table_bytes(table, bytes, size);
}

void acpi_table_init(struct acpi_table *table, void *buf, size_t cap,
		     const char *signature, uint8_t revision,
		     const struct acpi_oem *oem)
{
	if (!oem)
		oem = &default_oem;
	*table = (struct acpi_table){ .buf = buf, .cap = cap };
	if (strlen(signature) != 4)
		fail(table, -EINVAL);
	acpi_table_bytes(table, signature, 4);
	acpi_table_put(table, 0, 4); /* length, to come */
	acpi_table_put(table, revision, 1);
	acpi_table_put(table, 0, 1); /* checksum, to come */
	acpi_table_bytes(table, oem->id, sizeof(oem->id));
	acpi_table_bytes(table, oem->table_id, sizeof(oem->table_id));
	acpi_table_put(table, oem->revision, 4);
	acpi_table_bytes(table, creator_id, sizeof(creator_id));
	acpi_table_put(table, CREATOR_REVISION, 4);
}

int acpi_table_finish(struct acpi_table *table, size_t *ret_len)
{
	if (table->len > UINT32_MAX)
		fail(table, -EINVAL);
	if (table->error)
		return table->error;
	store_le(table->buf + HEADER_LENGTH, table->len, 4);
	table->buf[HEADER_CHECKSUM] = 0;
	table->buf[HEADER_CHECKSUM] = acpi_checksum(table->buf, table->len);
	*ret_len = table->len;
	return 0;
}

int acpi_rsdp_write(const struct acpi_oem *oem, uint64_t xsdt, void *buf,
		    size_t cap)
{
	uint8_t *rsdp = buf;

	if (cap < ACPI_RSDP_SIZE)
		return -ENOSPC;
	if (!oem)
		oem = &default_oem;
	memset(rsdp, 0, ACPI_RSDP_SIZE);
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + RSDP_OEM_ID, oem->id, sizeof(oem->id));
	rsdp[RSDP_REVISION] = 2;
	store_le(rsdp + RSDP_LENGTH, ACPI_RSDP_SIZE, 4);
	store_le(rsdp + RSDP_XSDT, xsdt, 8);
	/* The first checksum is over what revision 1 had of the table. */
	rsdp[RSDP_CHECKSUM] = acpi_checksum(rsdp, RSDP_REVISION_1_SIZE);
	rsdp[RSDP_EXT_CHECKSUM] = acpi_checksum(rsdp, ACPI_RSDP_SIZE);
	return 0;
}

int acpi_xsdt_write(const struct acpi_oem *oem, const uint64_t *tables,
		    size_t count, void *buf, size_t cap, size_t *ret_len)
{
	struct acpi_table table;

	acpi_table_init(&table, buf, cap, "XSDT", XSDT_REVISION, oem);
	for (size_t i = 0; i < count; i++)
		acpi_table_put(&table, tables[i], 8);
	return acpi_table_finish(&table, ret_len);
}
