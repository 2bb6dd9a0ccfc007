/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * RISC-V platform-level interrupt controller (RISC-V PLIC specification 1.0.0;
 * Linux: sifive,plic-1.0.0) with level-sensitive gateways.
 *
 * Sources are numbered from 1.  A context is what takes interrupts, one
 * privilege mode of one hart; a VMM whose harts have no machine mode has one
 * context for each hart.
 *
 * Threading: no lock inside.  Calls on one vm_plic must be serialised by the
 * caller: those of every hart and those of the devices' threads.  Callbacks
 * run inside the call that caused them and must not call back into the same
 * vm_plic.
 */
#ifndef VM_SUPERIO_PLIC_H
#define VM_SUPERIO_PLIC_H

#include <stdbool.h>
#include <stdint.h>

#include <vm-superio/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The register map; a range that ends behind the page of the last context,
 * at VM_PLIC_CONTEXT_PAGES + contexts * VM_PLIC_CONTEXT_PAGE, is enough.
 */
#define VM_PLIC_SIZE	      0x4000000u
#define VM_PLIC_CONTEXT_PAGES 0x200000u
#define VM_PLIC_CONTEXT_PAGE  0x1000u

/* The most that the map has room for. */
#define VM_PLIC_SOURCES_MAX  1023u
#define VM_PLIC_CONTEXTS_MAX 15872u

/* The highest priority and threshold. */
#define VM_PLIC_PRIORITY_MAX 7u

/* Words of a bitmap of sources; bit n % 32 of word n / 32 is source n. */
#define VM_PLIC_WORDS 32u

/**
 * struct vm_plic_ops - what the controller drives
 * @set_external: level of the external interrupt of context number @context,
 *	called on each change; it starts low.  On KVM it is KVM_INTERRUPT with
 *	KVM_INTERRUPT_SET or KVM_INTERRUPT_UNSET, on the hart's vCPU.
 */
struct vm_plic_ops {
	void (*set_external)(void *ctx, unsigned int context, bool level);
};

/* Allocated by the caller; every member is private to the library. */
struct vm_plic_context {
	uint32_t enabled[VM_PLIC_WORDS];
	uint8_t threshold;
	bool external;
};

/* Allocated by the caller; every member is private to the library. */
struct vm_plic {
	const struct vm_plic_ops *ops;
	void *ctx;
	struct vm_plic_context *contexts;
	unsigned int context_count;
	unsigned int sources;
	uint32_t level[VM_PLIC_WORDS]; /* the devices' lines */
	uint32_t pending[VM_PLIC_WORDS];
	uint32_t claimed[VM_PLIC_WORDS]; /* and not yet completed */
	/* above[t] has the sources whose priority is greater than t. */
	uint32_t above[VM_PLIC_PRIORITY_MAX + 1][VM_PLIC_WORDS];
};

#define VM_PLIC_STATE_VERSION 1u

/*
 * Everything that the guest can observe, but for the contexts; plain data
 * without padding.  The lines of the devices are part of it.
 */
struct vm_plic_state {
	uint32_t version; /* VM_PLIC_STATE_VERSION */
	uint32_t sources;
	uint32_t contexts;
	uint32_t level[VM_PLIC_WORDS];
	uint32_t pending[VM_PLIC_WORDS];
	uint32_t claimed[VM_PLIC_WORDS];
	uint8_t priority[VM_PLIC_SOURCES_MAX + 1];
};

/* One for each context; plain data without padding. */
struct vm_plic_context_state {
	uint32_t enabled[VM_PLIC_WORDS];
	uint32_t threshold;
};

/**
 * vm_plic_init - make a controller in its reset state
 * @plic: uninitialised storage
 * @contexts: uninitialised storage for @context_count elements; must outlive
 *	@plic
 * @context_count: 1 to VM_PLIC_CONTEXTS_MAX
 * @sources: the highest number of a source, 1 to VM_PLIC_SOURCES_MAX
 * @ops: callbacks; must outlive @plic
 * @ctx: passed to every callback
 *
 * All registers are zero, so nothing is enabled.  An access takes time in
 * proportion to @context_count times @sources / 32 at the most.  Nothing needs
 * to be undone when @plic is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @context_count or @sources is out of range, or @ops lacks
 *	set_external
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_plic_init(
	struct vm_plic *plic, struct vm_plic_context *contexts,
	unsigned int context_count, unsigned int sources,
	const struct vm_plic_ops *ops, void *ctx);

/**
 * vm_plic_read - the guest reads a register
 * @plic: an initialised controller
 * @off: offset of the 32-bit register
 *
 * Reading a claim register claims.  Returns the register's value, or 0 where
 * @off is none.
 */
VM_SUPERIO_API uint32_t vm_plic_read(struct vm_plic *plic, unsigned int off);

/**
 * vm_plic_write - the guest writes a register
 * @plic: an initialised controller
 * @off: offset of the 32-bit register; elsewhere the write is ignored
 * @value: the word; of a priority or threshold the low three bits count
 */
VM_SUPERIO_API void vm_plic_write(struct vm_plic *plic, unsigned int off,
				  uint32_t value);

/**
 * vm_plic_set_level - a device drives its line
 * @plic: an initialised controller
 * @source: its number; a number that is no source is ignored, like a line
 *	that leads nowhere
 * @level: whether it asks for service; it starts low
 *
 * A request that was made stays until it is claimed, even if the line falls.
 */
VM_SUPERIO_API void vm_plic_set_level(struct vm_plic *plic, unsigned int source,
				      bool level);

/**
 * vm_plic_save - take a snapshot
 * @plic: an initialised controller
 * @ret_state: receives it, every byte
 * @ret_contexts: receives that of the contexts, as many as vm_plic_init() was
 *	told
 */
VM_SUPERIO_API void vm_plic_save(const struct vm_plic *plic,
				 struct vm_plic_state *ret_state,
				 struct vm_plic_context_state *ret_contexts);

/**
 * vm_plic_restore - continue from a snapshot
 * @plic: an initialised controller; its callbacks stay
 * @state: as vm_plic_save() made it
 * @contexts: likewise, as many as vm_plic_init() was told
 *
 * The callback is brought up to date.  It does not matter whether the devices
 * are restored before or after.  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version, or of a controller with other
 *	numbers of sources or contexts, or no controller can be in it
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_plic_restore(
	struct vm_plic *plic, const struct vm_plic_state *state,
	const struct vm_plic_context_state *contexts);

#ifdef __cplusplus
}
#endif

#endif
