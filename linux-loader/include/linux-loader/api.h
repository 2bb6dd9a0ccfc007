/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Marks of the public functions of linux-loader. */
#ifndef LINUX_LOADER_API_H
#define LINUX_LOADER_API_H

#define VM_LOAD_API   __attribute__((visibility("default")))
#define VM_LOAD_CHECK __attribute__((warn_unused_result))

#endif
