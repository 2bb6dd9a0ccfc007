/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * dump least|full DIRECTORY: write each table of one of the machines in
 * configs.h to a file of its own, for the ACPI compiler to take apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

static void write_file(const char *dir, const char *name, const void *data,
		       size_t len)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.dat", dir, name);
	file = fopen(path, "wb");
	if (!file || fwrite(data, 1, len, file) != len || fclose(file)) {
		perror(path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "DSDT", "FACP", "APIC", "XSDT" };
	static uint8_t buf[32768];
	const struct acpi_config *config = &least_config;
	uint32_t table_len;
	const char *dir;
	uint8_t *at;
	size_t len;

	if (argc != 3)
		return 2;
	if (!strcmp(argv[1], "full"))
		config = full_config();
	dir = argv[2];
	if (acpi_tables_build(config, 0xe0000, buf, sizeof(buf), &len))
		return 1;
	write_file(dir, "RSDP", buf, ACPI_RSDP_SIZE);
	at = buf + 48;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (memcmp(at, names[i], 4))
			return 1;
		memcpy(&table_len, at + 4, sizeof(table_len));
		write_file(dir, names[i], at, table_len);
		at += (table_len + 15) / 16 * 16;
	}
	return 0;
}
