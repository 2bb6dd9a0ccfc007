/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Marks what the library exports, and results that must not be dropped.
 *
 * Threading: nothing here has state.
 */
#ifndef VM_MEMORY_API_H
#define VM_MEMORY_API_H

#define VM_MEM_API   __attribute__((visibility("default")))
#define VM_MEM_CHECK __attribute__((warn_unused_result))

#endif
