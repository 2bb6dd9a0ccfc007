/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef ACPI_TABLES_AML_INTERNAL_H
#define ACPI_TABLES_AML_INTERNAL_H

#include <acpi-tables/aml.h>

enum aml_kind {
	AML_TERMS, /* statements, declarations, expressions */
	AML_IF,
	AML_PACKAGE,
	AML_BUFFER,
	AML_RESOURCES,
};

/* Keep the first error. */
void aml_fail(struct aml *aml, int error);

/* Append @len bytes of @value, least significant first. */
void aml_put(struct aml *aml, uint64_t value, size_t len);

/* Whether the innermost open block is of @kind. */
bool aml_is_in(const struct aml *aml, enum aml_kind kind);

#endif
