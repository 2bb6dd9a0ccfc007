/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>

#include <virtio-queue/fault.h>

struct fault_info {
	const char *name;
	int error;
};

static const struct fault_info faults[] = {
	[VIRTQ_FAULT_NONE] = { "no fault", 0 },
	[VIRTQ_FAULT_AVAIL_JUMP] = { "more chains than descriptors", -EBADMSG },
	[VIRTQ_FAULT_HEAD_RANGE] = { "chain head out of range", -EBADMSG },
	[VIRTQ_FAULT_LIST_CUT] = { "list not available throughout", -EBADMSG },
	[VIRTQ_FAULT_LIST_ENDLESS] = { "list without end", -EBADMSG },
	[VIRTQ_FAULT_TOO_LONG] = { "chain too long", -ELOOP },
	[VIRTQ_FAULT_NEXT_RANGE] = { "next descriptor out of range", -EBADMSG },
	[VIRTQ_FAULT_ZERO_LENGTH] = { "descriptor of length 0", -EBADMSG },
	[VIRTQ_FAULT_WRITE_ORDER] = { "readable after writable descriptor",
				      -EBADMSG },
	[VIRTQ_FAULT_ADDRESS_WRAP] = { "buffer address wraps", -EOVERFLOW },
	[VIRTQ_FAULT_TOTAL_LENGTH] = { "chain of more than 4 GiB", -EBADMSG },
	[VIRTQ_FAULT_INDIRECT_UNNEGOTIATED] = { "indirect without the feature",
						-EBADMSG },
	[VIRTQ_FAULT_INDIRECT_NESTED] = { "indirect table in indirect table",
					  -EBADMSG },
	[VIRTQ_FAULT_INDIRECT_CHAINED] = { "indirect table not last",
					   -EBADMSG },
	[VIRTQ_FAULT_INDIRECT_LENGTH] = { "indirect table of bad length",
					  -EBADMSG },
	[VIRTQ_FAULT_INDIRECT_UNBACKED] = { "indirect table outside memory",
					    -EFAULT },
};

static const struct fault_info *fault_info(enum virtq_fault fault)
{
	static const struct fault_info unknown = { "unknown fault", -EBADMSG };
	size_t index = (size_t)fault;

	if (index >= sizeof(faults) / sizeof(faults[0]))
		return &unknown;
	return &faults[index];
}

int virtq_fault_errno(enum virtq_fault fault)
{
	return fault_info(fault)->error;
}

bool virtq_fault_is_fatal(enum virtq_fault fault)
{
	return fault > VIRTQ_FAULT_NONE && fault <= VIRTQ_FAULT_LIST_ENDLESS;
}

const char *virtq_fault_name(enum virtq_fault fault)
{
	return fault_info(fault)->name;
}
