/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the files that read and change trees share; built on libfdt. */
#ifndef VM_FDT_TREE_H
#define VM_FDT_TREE_H

#include <errno.h>
#include <libfdt.h>

#include <vm-fdt/reader.h>

int vmfdt_errno(int error);
int vmfdt_check_node(const void *blob, int node);

#endif
