/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_SUPERIO_API_H
#define VM_SUPERIO_API_H

#define VM_SUPERIO_API	 __attribute__((visibility("default")))
#define VM_SUPERIO_CHECK __attribute__((warn_unused_result))

#endif
