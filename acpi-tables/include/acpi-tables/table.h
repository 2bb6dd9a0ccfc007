/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * System description tables: the header that all share, the root tables, and
 * a writer for tables that this library does not know.
 *
 * Threading: no shared state; a writer is used by one thread at a time.
 */
#ifndef ACPI_TABLES_TABLE_H
#define ACPI_TABLES_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <acpi-tables/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ACPI 6.5, sections 5.2.5.3 and 5.2.6. */
#define ACPI_RSDP_SIZE	 36u
#define ACPI_HEADER_SIZE 36u

/* Who made the tables; the characters are not NUL-terminated. */
struct acpi_oem {
	char id[6];
	char table_id[8];
	uint32_t revision;
};

/* A table being written; every member is private to the library. */
struct acpi_table {
	uint8_t *buf;
	size_t cap;
	size_t len;
	int error;
};

/**
 * acpi_checksum - the byte that completes a table
 * @data: table with its checksum byte 0
 * @len: bytes
 *
 * Returns the value with which all @len bytes add up to 0 modulo 256.
 */
ACPI_TABLES_API uint8_t acpi_checksum(const void *data, size_t len);

/**
 * acpi_table_init - start a table with its header
 * @table: uninitialised storage
 * @buf: @cap bytes; must outlive @table
 * @cap: room in @buf
 * @signature: four characters
 * @revision: of the table's layout
 * @oem: copied, or NULL for this library's own
 *
 * Errors stick and are returned by acpi_table_finish().
 */
ACPI_TABLES_API void acpi_table_init(struct acpi_table *table, void *buf,
				     size_t cap, const char *signature,
				     uint8_t revision,
				     const struct acpi_oem *oem);

/**
 * acpi_table_put - append an integer, least significant byte first
 * @table: the table
 * @value: the integer
 * @size: bytes of it to append, 1 to 8
 */
ACPI_TABLES_API void acpi_table_put(struct acpi_table *table, uint64_t value,
				    size_t size);

/** acpi_table_bytes - append @len bytes */
ACPI_TABLES_API void acpi_table_bytes(struct acpi_table *table,
				      const void *data, size_t len);

/**
 * acpi_table_finish - fill in length and checksum
 * @table: the table
 * @ret_len: receives the table's length
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, the buffer is too small
 *	-EINVAL, the signature is not of four characters, an integer is not of
 *	1 to 8 bytes, or the table is longer than 4 GiB
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_table_finish(
	struct acpi_table *table, size_t *ret_len);

/**
 * acpi_rsdp_write - Root System Description Pointer, revision 2
 * @oem: NULL for this library's own
 * @xsdt: guest-physical address of the XSDT
 * @buf: destination; a guest without EFI finds it only at a multiple of 16 in
 *	[0xe0000, 0x100000), or where its boot protocol says
 * @cap: room in @buf, at least ACPI_RSDP_SIZE
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, the buffer is too small
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_rsdp_write(
	const struct acpi_oem *oem, uint64_t xsdt, void *buf, size_t cap);

/**
 * acpi_xsdt_write - Extended System Description Table
 * @oem: NULL for this library's own
 * @tables: guest-physical addresses, the FADT's first; not the DSDT's
 * @count: how many
 * @buf: destination
 * @cap: room in @buf
 * @ret_len: receives the table's length
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, the buffer is too small
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int acpi_xsdt_write(
	const struct acpi_oem *oem, const uint64_t *tables, size_t count,
	void *buf, size_t cap, size_t *ret_len);

#ifdef __cplusplus
}
#endif

#endif
