/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef ACPI_TABLES_INTERNAL_H
#define ACPI_TABLES_INTERNAL_H

#include <acpi-tables/config.h>

/* I/O ports of a 16550. */
#define SERIAL_PORTS 8u

/* 0, or -EINVAL where the description contradicts itself. */
int acpi_config_check(const struct acpi_config *config);

#endif
