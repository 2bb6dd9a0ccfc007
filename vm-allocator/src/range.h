/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VM_ALLOCATOR_SRC_RANGE_H
#define VM_ALLOCATOR_SRC_RANGE_H

#include <vm-allocator/range.h>

#include "gap_tree.h"

struct vm_range_allocator {
	struct vm_range space;
	uint64_t used;
	size_t count;
	struct vm_gap_tree tree;
};

#endif
