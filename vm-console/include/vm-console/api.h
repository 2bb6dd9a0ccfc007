/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_CONSOLE_API_H
#define VM_CONSOLE_API_H

/* Marks what the library exports. */
#define VM_CONSOLE_API __attribute__((visibility("default")))

/* Marks a result that must not be ignored. */
#define VM_CONSOLE_CHECK __attribute__((warn_unused_result))

#endif
