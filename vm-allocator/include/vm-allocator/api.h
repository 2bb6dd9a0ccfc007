/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_ALLOCATOR_API_H
#define VM_ALLOCATOR_API_H

#define VM_ALLOCATOR_API   __attribute__((visibility("default")))
#define VM_ALLOCATOR_CHECK __attribute__((warn_unused_result))

#endif
