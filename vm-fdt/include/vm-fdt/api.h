/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* How the functions of this library are declared. */
#ifndef VM_FDT_API_H
#define VM_FDT_API_H

#define VM_FDT_API   __attribute__((visibility("default")))
#define VM_FDT_CHECK __attribute__((warn_unused_result))

#endif
