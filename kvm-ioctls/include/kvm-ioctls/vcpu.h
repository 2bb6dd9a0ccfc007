/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A virtual CPU: running it, kicking it, and the state that all
 * architectures share.  x86.h, arm64.h, riscv64_hart.h and reg.h have the rest.
 *
 * Threading: a vCPU belongs to the thread that runs it.  KVM lets any thread
 * issue its ioctls, but they wait for KVM_RUN to return; only
 * kvm_vcpu_kick() is made to be called from other threads.
 *
 * Kicking.  To make another thread's kvm_vcpu_run() return:
 *
 *	// once: the signal needs a handler, and the handler has nothing to do
 *	struct sigaction act = { .sa_handler = do_nothing };
 *	sigaction(SIGUSR1, &act, NULL);
 *
 *	// the thread that wants something
 *	atomic_store(&stop, true);
 *	r = kvm_vcpu_kick(&vcpu, vcpu_thread, SIGUSR1);
 *
 *	// the vCPU's thread
 *	for (;;) {
 *		r = kvm_vcpu_run(&vcpu, &exit);
 *		if (r == -EINTR) {
 *			kvm_vcpu_clear_kick(&vcpu);
 *			if (atomic_load(&stop))
 *				break;
 *			continue;
 *		}
 *		...
 *	}
 *
 * No kick is lost, whenever it comes.  kvm_vcpu_kick() first sets
 * immediate_exit in struct kvm_run, then sends the signal.  A thread that has
 * not entered KVM_RUN finds the flag there; one that has passed the check is
 * interrupted by the signal; and the flag stays set until the thread has
 * seen -EINTR and cleared it, after which it looks at what was wanted.  Look
 * only after clearing: a request made in between would be overlooked.
 * SIG_IGN will not do as the handler, and the signal must not be blocked in
 * the vCPU's thread.  A signal that arrives late costs one more -EINTR.
 */
#ifndef KVM_IOCTLS_VCPU_H
#define KVM_IOCTLS_VCPU_H

#include <pthread.h>
#include <signal.h>

#include <kvm-ioctls/exit.h>
#include <kvm-ioctls/vm.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kvm_vcpu_fd - a virtual CPU
 * @handle: its descriptor
 * @run_size: bytes mapped at @run
 * @ring_entries: of its dirty ring; 0 without
 * @run: what the kernel and the VMM share: inputs such as
 *	request_interrupt_window, outputs such as cr8, and the register copies
 *	of KVM_CAP_SYNC_REGS in run->s.regs
 */
struct kvm_vcpu_fd {
	struct kvm_handle handle;
	uint32_t run_size;
	uint32_t ring_entries;
	struct kvm_run *run;
};

/**
 * kvm_vcpu_init - KVM_CREATE_VCPU: add a vCPU and map its kvm_run
 * @vcpu: storage for the handle; it need not be initialised
 * @vm: virtual machine; need not outlive @vcpu
 * @id: the vCPU's id, on x86 also its local APIC id
 *
 * On failure @vcpu is closed, and kvm_explain() on it says why.
 *
 * Returns:
 *	0 on success
 *	-EEXIST, the machine has a vCPU with this @id
 *	-EINVAL, @id is not less than kvm_max_vcpu_id(), or kvm_max_vcpus()
 *	is reached
 *	-ENOMEM, -EMFILE, ... straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_init(struct kvm_vcpu_fd *vcpu,
						  struct kvm_vm_fd *vm,
						  unsigned long id);

/**
 * kvm_vcpu_fini - close a virtual CPU and unmap its struct kvm_run
 * @vcpu: an initialised or zeroed handle
 */
KVM_IOCTLS_API void kvm_vcpu_fini(struct kvm_vcpu_fd *vcpu);

/**
 * kvm_vcpu_run - KVM_RUN: run the guest until it needs the VMM
 * @vcpu: virtual CPU
 * @ret_exit: receives why it came back; its pointers lead into struct kvm_run
 *	and are good until the next kvm_vcpu_run() or kvm_vcpu_fini()
 *
 * Where an exit asks for an answer (I/O input, MMIO read, RDMSR, hypercall),
 * write it through @ret_exit's pointer and run again.
 *
 * KVM_EXIT_MEMORY_FAULT, with which KVM fails the call, is returned as an
 * exit like any other: memory_fault.error keeps the errno.
 *
 * Returns:
 *	0, @ret_exit is valid
 *	-EINTR, a signal or kvm_vcpu_kick() came first
 *	-EAGAIN, the vCPU's state changed while it waited to be started (INIT
 *	on x86): run again
 *	-EBADMSG, KVM's answer contradicts itself: see kvm_exit_decode()
 *	-EFAULT, the guest touched memory that the host cannot provide
 *	-ENOEXEC, arm64: the vCPU was not initialised
 *	-EPERM, arm64: an SVE vCPU was not finalised
 *	other errors straight from the kernel
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_run(struct kvm_vcpu_fd *vcpu,
						 struct kvm_exit *ret_exit);

/**
 * kvm_vcpu_complete_io - finish the exit at hand without running the guest
 * @vcpu: virtual CPU whose last exit has been answered
 * @ret_exit: receives the next part of the exit, if it has one
 *
 * The kernel applies the answer to an I/O or MMIO exit at the next KVM_RUN;
 * until then the registers do not show it.  Call this, by the vCPU's thread,
 * before reading state to be saved.  It counts as a kick: the next
 * kvm_vcpu_run() returns -EINTR unless kvm_vcpu_clear_kick() comes first.
 *
 * Returns:
 *	0, the exit is done
 *	1, @ret_exit is another part: answer it and call again
 *	negative, as kvm_vcpu_run() except for -EINTR
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_complete_io(
	struct kvm_vcpu_fd *vcpu, struct kvm_exit *ret_exit);

/**
 * kvm_vcpu_kick - make a vCPU's kvm_vcpu_run() return -EINTR
 * @vcpu: virtual CPU
 * @thread: the thread that runs it, alive or at least not joined
 * @signo: a signal with a handler, which @thread does not block
 *
 * May be called from any thread, and from a signal handler.  See the top of
 * this header.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @signo is not a signal
 *	-EAGAIN, @signo is a real-time signal and its queue is full: use
 *	another signal
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_kick(struct kvm_vcpu_fd *vcpu,
						  pthread_t thread, int signo);

/**
 * kvm_vcpu_set_immediate_exit - have the next kvm_vcpu_run() return -EINTR
 * @vcpu: virtual CPU
 *
 * Async-signal-safe: it is what a signal handler that knows its thread's vCPU
 * may call, where signals come from elsewhere than kvm_vcpu_kick().
 */
KVM_IOCTLS_API void kvm_vcpu_set_immediate_exit(struct kvm_vcpu_fd *vcpu);

/**
 * kvm_vcpu_clear_kick - acknowledge kicks
 * @vcpu: virtual CPU of the calling thread
 *
 * Call it after -EINTR and before looking at what was wanted.
 */
KVM_IOCTLS_API void kvm_vcpu_clear_kick(struct kvm_vcpu_fd *vcpu);

/**
 * kvm_vcpu_set_signal_mask - KVM_SET_SIGNAL_MASK: blocked inside KVM_RUN
 * @vcpu: virtual CPU
 * @mask: the mask while the guest runs; NULL leaves the thread's own
 *
 * The older way to kick: block the signal in the thread, unblock it here.  It
 * costs more in each KVM_RUN than kvm_vcpu_kick()'s flag.
 *
 * Returns: 0 on success, or a negative errno.
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_signal_mask(
	struct kvm_vcpu_fd *vcpu, const sigset_t *mask);

/**
 * kvm_vcpu_get_mp_state - KVM_GET_MP_STATE: running, halted, waiting
 * @vcpu: virtual CPU
 * @ret_state: receives KVM_MP_STATE_*
 *
 * Returns:
 *	0 on success
 *	-EINVAL or -ENOTSUP, not with this architecture or machine
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_get_mp_state(
	struct kvm_vcpu_fd *vcpu, struct kvm_mp_state *ret_state);

/**
 * kvm_vcpu_set_mp_state - KVM_SET_MP_STATE: the opposite
 * @vcpu: virtual CPU
 * @state: KVM_MP_STATE_*
 *
 * Returns:
 *	0 on success
 *	-EINVAL, the architecture does not have this state, or as above
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_set_mp_state(
	struct kvm_vcpu_fd *vcpu, const struct kvm_mp_state *state);

/**
 * kvm_vcpu_enable_cap - KVM_ENABLE_CAP: turn a capability on for one vCPU
 * @vcpu: virtual CPU
 * @cap: capability, flags and arguments; the padding must be 0
 *
 * Returns:
 *	0 or a positive number that belongs to the capability
 *	-EINVAL, the kernel does not know the capability or its arguments
 */
KVM_IOCTLS_API KVM_IOCTLS_CHECK int kvm_vcpu_enable_cap(
	struct kvm_vcpu_fd *vcpu, const struct kvm_enable_cap *cap);

#ifdef __cplusplus
}
#endif

#endif
