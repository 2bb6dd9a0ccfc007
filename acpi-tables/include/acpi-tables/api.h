/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef ACPI_TABLES_API_H
#define ACPI_TABLES_API_H

#define ACPI_TABLES_API	  __attribute__((visibility("default")))
#define ACPI_TABLES_CHECK __attribute__((warn_unused_result))

#endif
