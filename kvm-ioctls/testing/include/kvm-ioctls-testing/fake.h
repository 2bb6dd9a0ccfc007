/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A KVM for tests: the other side of the ioctl boundary, in user space.
 *
 *	r = kvm_fake_new(&fake);
 *	r = kvm_fake_push_io(fake, 0, &(struct kvm_exit_io){ ... });
 *	r = kvm_fake_push_exit(fake, 0, KVM_EXIT_HLT);
 *	r = kvm_fake_init(fake, &kvm);
 *	... a VMM that is given &kvm instead of opening /dev/kvm ...
 *	kvm_fake_free(fake);
 *
 * It keeps what it is told: memory slots, vCPUs, registers, MSRs, interrupt
 * chips, irqfds, ioeventfds, device attributes; it gives the errors that the
 * kernel gives for what is missing, twice, misaligned or overlapping; and it
 * records every call.  It does not run a guest: KVM_RUN returns the exits
 * that the test pushed, in order, and with none left waits for a kick.
 *
 * Threading: any thread may call any function.
 */
#ifndef KVM_IOCTLS_TESTING_FAKE_H
#define KVM_IOCTLS_TESTING_FAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kvm-ioctls/api.h>
#include <kvm-ioctls/coalesced.h>
#include <kvm-ioctls/exit.h>
#include <kvm-ioctls/kvm.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kvm_fake;

/**
 * kvm_fake_new - make a fake
 * @ret_fake: receives it; to be freed with kvm_fake_free()
 *
 * Returns: 0 or -ENOMEM.
 */
KVM_IOCTLS_CHECK int kvm_fake_new(struct kvm_fake **ret_fake);

/**
 * kvm_fake_free - free a fake
 * @fake: NULL is fine; no handle that came of it may be used any more
 */
void kvm_fake_free(struct kvm_fake *fake);

/**
 * kvm_fake_init - open the fake as kvm_init() opens /dev/kvm
 * @fake: must outlive @kvm and all that is made of it
 * @kvm: storage for the handle
 *
 * Returns: 0, -EMFILE and the like, or what the test made it return.
 */
KVM_IOCTLS_CHECK int kvm_fake_init(struct kvm_fake *fake, struct kvm_fd *kvm);

/**
 * kvm_fake_set_extension - what KVM_CHECK_EXTENSION says
 * @fake: fake
 * @cap: KVM_CAP_*; those that a usual kernel has are set from the beginning
 * @value: 0 takes it away; KVM_ENABLE_CAP then refuses it too
 *
 * Returns: 0 or -ENOMEM.
 */
KVM_IOCTLS_CHECK int kvm_fake_set_extension(struct kvm_fake *fake,
					    unsigned int cap, int value);

/**
 * struct kvm_fake_reply - how one call goes
 * @request: the ioctl
 * @skip: how many calls of it go as usual before
 * @result: what it returns: 0, a positive number, or a negative errno
 * @data: copied to where the call's argument points; NULL for nothing
 * @size: bytes at @data
 */
struct kvm_fake_reply {
	unsigned long request;
	unsigned int skip;
	int result;
	const void *data;
	size_t size;
};

/**
 * kvm_fake_push_reply - script one call
 * @fake: fake
 * @reply: copied, with what @data points to
 *
 * The call is recorded but otherwise has no effect.
 *
 * Returns: 0 or -ENOMEM.
 */
KVM_IOCTLS_CHECK int kvm_fake_push_reply(struct kvm_fake *fake,
					 const struct kvm_fake_reply *reply);

/**
 * kvm_fake_push_run - script one KVM_RUN
 * @fake: fake
 * @vcpu_id: of the vCPU, which need not exist yet
 * @run: exit_reason, flags and the union are what the VMM will see
 * @result: what KVM_RUN returns: 0 or a negative errno
 *
 * Returns: 0 or -ENOMEM.
 */
KVM_IOCTLS_CHECK int kvm_fake_push_run(struct kvm_fake *fake,
				       unsigned long vcpu_id,
				       const struct kvm_run *run, int result);

/**
 * kvm_fake_push_exit - script an exit that is no more than its reason
 * @fake: fake
 * @vcpu_id: of the vCPU, which need not exist yet
 * @reason: KVM_EXIT_*
 *
 * Returns: 0 or -ENOMEM.
 */
KVM_IOCTLS_CHECK int kvm_fake_push_exit(struct kvm_fake *fake,
					unsigned long vcpu_id, uint32_t reason);

/**
 * kvm_fake_push_io - script accesses to a port
 * @fake: fake
 * @vcpu_id: of the vCPU, which need not exist yet
 * @io: as kvm_vcpu_run() will give it; data is needed for a write
 *
 * Returns: 0, -ENOMEM, or -EINVAL when the data is larger than a page.
 */
KVM_IOCTLS_CHECK int kvm_fake_push_io(struct kvm_fake *fake,
				      unsigned long vcpu_id,
				      const struct kvm_exit_io *io);

/**
 * kvm_fake_push_mmio - script an access to memory without a slot
 * @fake: fake
 * @vcpu_id: of the vCPU, which need not exist yet
 * @mmio: as kvm_vcpu_run() will give it; data is needed for a write
 *
 * Returns: 0, -ENOMEM, or -EINVAL when it is longer than 8 bytes.
 */
KVM_IOCTLS_CHECK int kvm_fake_push_mmio(struct kvm_fake *fake,
					unsigned long vcpu_id,
					const struct kvm_exit_mmio *mmio);

/**
 * kvm_fake_get_answer - what the VMM answered to a read
 * @fake: fake
 * @vcpu_id: of the vCPU
 * @index: 0 for the first port input or MMIO read of this vCPU, and so on
 * @buf: receives the bytes
 * @size: bytes in @buf
 *
 * An answer is given when the VMM runs the vCPU again.
 *
 * Returns: the length of the answer, or -ENOENT when there is none yet.
 */
KVM_IOCTLS_CHECK int kvm_fake_get_answer(struct kvm_fake *fake,
					 unsigned long vcpu_id,
					 unsigned int index, void *buf,
					 size_t size);

/**
 * kvm_fake_push_coalesced - put a write into a vCPU's coalesced ring
 * @fake: fake
 * @vcpu_id: of the vCPU, which must exist
 * @write: the write
 *
 * Returns: 0, -ENOENT without the vCPU, -ENOSPC when the ring is full.
 */
KVM_IOCTLS_CHECK int kvm_fake_push_coalesced(
	struct kvm_fake *fake, unsigned long vcpu_id,
	const struct kvm_coalesced_write *write);

/**
 * kvm_fake_push_dirty - note a page that the guest wrote
 * @fake: fake
 * @vcpu_id: of the vCPU, which must exist
 * @slot: a memory slot
 * @page: offset in it, in pages
 *
 * It goes into the dirty ring of the vCPU when rings are enabled, and else
 * into the bitmap of the slot.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is no such vCPU, slot or page, or the slot does not log
 *	-ENOSPC, the ring is full
 *	-ENOMEM
 */
KVM_IOCTLS_CHECK int kvm_fake_push_dirty(struct kvm_fake *fake,
					 unsigned long vcpu_id, uint32_t slot,
					 uint64_t page);

/**
 * kvm_fake_count - how often an ioctl was called
 * @fake: fake
 * @request: the ioctl
 */
unsigned int kvm_fake_count(struct kvm_fake *fake, unsigned long request);

/**
 * kvm_fake_get_argument - what an ioctl was called with
 * @fake: fake
 * @request: the ioctl
 * @index: 0 for the first call of it, and so on
 * @buf: receives the structure as it was at the call, or an unsigned long
 *	where the argument is not a pointer
 * @size: bytes in @buf
 *
 * Returns: the length of the argument, or -ENOENT when there was no such call.
 */
KVM_IOCTLS_CHECK int kvm_fake_get_argument(struct kvm_fake *fake,
					   unsigned long request,
					   unsigned int index, void *buf,
					   size_t size);

#ifdef __cplusplus
}
#endif

#endif
