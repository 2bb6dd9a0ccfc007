/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <kvm-ioctls/vcpu.h>

#include "internal.h"

/* The kernel has 64 signals; libc's sigset_t has room for more. */
#define KERNEL_SIGSET_SIZE 8

int kvm_vcpu_init(struct kvm_vcpu_fd *vcpu, struct kvm_vm_fd *vm,
		  unsigned long id)
{
	void *run;
	int r;

	vcpu->run = NULL;
	vcpu->run_size = 0;
	vcpu->ring_entries = vm->ring_entries;
	r = kvm_handle_create(&vcpu->handle, &vm->handle, KVM_CREATE_VCPU, id);
	if (r < 0)
		return r;
	run = mmap(NULL, vm->run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		   vcpu->handle.fd, 0);
	if (run == MAP_FAILED) {
		r = -errno;
		kvm_vcpu_fini(vcpu);
		return kvm_fail(&vcpu->handle, KVM_CALL_MMAP, r);
	}
	vcpu->run = run;
	vcpu->run_size = vm->run_size;
	return 0;
}

void kvm_vcpu_fini(struct kvm_vcpu_fd *vcpu)
{
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	vcpu->run = NULL;
	kvm_handle_close(&vcpu->handle);
}

static int decode(struct kvm_vcpu_fd *vcpu, struct kvm_exit *ret_exit)
{
	int r = kvm_exit_decode(vcpu->run, vcpu->run_size, ret_exit);

	return r < 0 ? kvm_fail(&vcpu->handle, KVM_CALL_DECODE, r) : 0;
}

/*
 * KVM fails the call when the guest touches memory that it may not, and the
 * exit reason holds the details.  The reason is cleared, so that it cannot be
 * taken for news when a later call fails with the same errno and without one.
 */
static int decode_memory_fault(struct kvm_vcpu_fd *vcpu, int err,
			       struct kvm_exit *ret_exit)
{
	int r;

	if ((err != -EFAULT && err != -EHWPOISON) ||
	    vcpu->run->exit_reason != KVM_EXIT_MEMORY_FAULT)
		return err;
	r = decode(vcpu, ret_exit);
	if (r < 0)
		return r;
	ret_exit->memory_fault.error = err;
	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
	return 0;
}

int kvm_vcpu_run(struct kvm_vcpu_fd *vcpu, struct kvm_exit *ret_exit)
{
	int r = kvm_call_once(&vcpu->handle, KVM_RUN, 0);

	if (r < 0)
		return decode_memory_fault(vcpu, r, ret_exit);
	return decode(vcpu, ret_exit);
}

int kvm_vcpu_complete_io(struct kvm_vcpu_fd *vcpu, struct kvm_exit *ret_exit)
{
	int r;

	kvm_vcpu_set_immediate_exit(vcpu);
	r = kvm_vcpu_run(vcpu, ret_exit);
	if (r == -EINTR)
		return 0;
	return r < 0 ? r : 1;
}

int kvm_vcpu_kick(struct kvm_vcpu_fd *vcpu, pthread_t thread, int signo)
{
	int r;

	kvm_vcpu_set_immediate_exit(vcpu);
	r = pthread_kill(thread, signo);
	return r ? kvm_fail(&vcpu->handle, KVM_CALL_KICK, -r) : 0;
}

void kvm_vcpu_set_immediate_exit(struct kvm_vcpu_fd *vcpu)
{
	/*
	 * What the kicker wants is visible before the flag is.  Pairs with the
	 * fence in kvm_vcpu_clear_kick().
	 */
	__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
}

void kvm_vcpu_clear_kick(struct kvm_vcpu_fd *vcpu)
{
	/*
	 * The flag is down before the caller looks at what is wanted: were it
	 * the other way round, a kick in between would be cleared unseen.
	 * Pairs with the store in kvm_vcpu_set_immediate_exit().
	 */
	__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

int kvm_vcpu_set_signal_mask(struct kvm_vcpu_fd *vcpu, const sigset_t *mask)
{
	struct {
		uint32_t len;
		uint8_t sigset[KERNEL_SIGSET_SIZE];
	} arg = { .len = KERNEL_SIGSET_SIZE };

	if (!mask)
		return kvm_call(&vcpu->handle, KVM_SET_SIGNAL_MASK, 0);
	memcpy(arg.sigset, mask, sizeof(arg.sigset));
	return kvm_call_ptr(&vcpu->handle, KVM_SET_SIGNAL_MASK, &arg);
}

int kvm_vcpu_get_mp_state(struct kvm_vcpu_fd *vcpu,
			  struct kvm_mp_state *ret_state)
{
	return kvm_call_ptr(&vcpu->handle, KVM_GET_MP_STATE, ret_state);
}

int kvm_vcpu_set_mp_state(struct kvm_vcpu_fd *vcpu,
			  const struct kvm_mp_state *state)
{
	return kvm_call_ptr(&vcpu->handle, KVM_SET_MP_STATE, state);
}

int kvm_vcpu_enable_cap(struct kvm_vcpu_fd *vcpu,
			const struct kvm_enable_cap *cap)
{
	return kvm_call_ptr(&vcpu->handle, KVM_ENABLE_CAP, cap);
}
