/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef KVM_IOCTLS_API_H
#define KVM_IOCTLS_API_H

#define KVM_IOCTLS_API	 __attribute__((visibility("default")))
#define KVM_IOCTLS_CHECK __attribute__((warn_unused_result))

#endif
