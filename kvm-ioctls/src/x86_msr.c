/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/x86_vcpu.h>

#include "internal.h"
#include "x86_internal.h"

/* One call must have fewer than the kernel's limit of 256. */
#define BATCH 128

/*
 * struct kvm_msrs with room for a batch; the flexible array of the original
 * cannot be a member.
 */
struct msr_batch {
	uint32_t nmsrs;
	uint32_t pad;
	struct kvm_msr_entry entries[BATCH];
};

static uint32_t fill(struct msr_batch *batch,
		     const struct kvm_msr_entry *entries, uint32_t count)
{
	uint32_t n = count < BATCH ? count : BATCH;

	batch->nmsrs = n;
	batch->pad = 0;
	memcpy(batch->entries, entries, n * sizeof(*entries));
	return n;
}

/* Returns: how many of the batch the kernel took, never more than there are. */
static int call(struct kvm_handle *handle, unsigned long request,
		struct msr_batch *batch, uint32_t n)
{
	int r = kvm_call_ptr(handle, request, batch);

	if (r > (int)n)
		return kvm_fail(handle, (uint32_t)request, -EBADMSG);
	return r;
}

int kvm_x86_get_msrs(struct kvm_handle *handle, struct kvm_msr_entry *entries,
		     uint32_t count)
{
	struct msr_batch batch;
	uint32_t done = 0, n;
	int r;

	while (done < count) {
		n = fill(&batch, entries + done, count - done);
		r = call(handle, KVM_GET_MSRS, &batch, n);
		if (r < 0)
			return r;
		memcpy(entries + done, batch.entries,
		       (uint32_t)r * sizeof(*entries));
		done += (uint32_t)r;
		if ((uint32_t)r < n)
			break;
	}
	return (int)done;
}

int kvm_vcpu_get_msrs(struct kvm_vcpu_fd *vcpu, struct kvm_msr_entry *entries,
		      uint32_t count)
{
	return kvm_x86_get_msrs(&vcpu->handle, entries, count);
}

int kvm_vcpu_set_msrs(struct kvm_vcpu_fd *vcpu,
		      const struct kvm_msr_entry *entries, uint32_t count)
{
	struct msr_batch batch;
	uint32_t done = 0, n;
	int r;

	while (done < count) {
		n = fill(&batch, entries + done, count - done);
		r = call(&vcpu->handle, KVM_SET_MSRS, &batch, n);
		if (r < 0)
			return r;
		done += (uint32_t)r;
		if ((uint32_t)r < n)
			break;
	}
	return (int)done;
}
