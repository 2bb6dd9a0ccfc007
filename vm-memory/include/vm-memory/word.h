/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Atomic access to single words of guest memory, with an explicit order.
 *
 * This is how a device synchronises with a driver that runs on another CPU:
 * the other side of each pairing is in the guest.  A word is naturally
 * aligned and in native byte order; all three supported architectures are
 * little-endian, and so is every virtio structure.
 *
 * Threading: may run on any thread, concurrently with the guest.
 */
#ifndef VM_MEMORY_WORD_H
#define VM_MEMORY_WORD_H

#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/* A guest writes and reads its memory as whatever type it likes. */
typedef uint16_t __attribute__((may_alias)) vm_mem_word16;
typedef uint32_t __attribute__((may_alias)) vm_mem_word32;
typedef uint64_t __attribute__((may_alias)) vm_mem_word64;

/**
 * enum vm_mem_order - memory order of an atomic access
 * @VM_MEM_RELAXED: atomicity only
 * @VM_MEM_ACQUIRE: later accesses stay after it; for loads and exchanges
 * @VM_MEM_RELEASE: earlier accesses stay before it; for stores and exchanges
 * @VM_MEM_ACQ_REL: both; for exchanges
 * @VM_MEM_SEQ_CST: one total order with all other SEQ_CST accesses
 */
enum vm_mem_order {
	VM_MEM_RELAXED = __ATOMIC_RELAXED,
	VM_MEM_ACQUIRE = __ATOMIC_ACQUIRE,
	VM_MEM_RELEASE = __ATOMIC_RELEASE,
	VM_MEM_ACQ_REL = __ATOMIC_ACQ_REL,
	VM_MEM_SEQ_CST = __ATOMIC_SEQ_CST,
};

/**
 * vm_mem_load16 - load a 16-bit word
 * @mem: guest memory map
 * @gpa: address, a multiple of the word's size
 * @order: VM_MEM_RELAXED, _ACQUIRE or _SEQ_CST
 * @ret: the word
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @gpa is not aligned or @order is not one for loads
 *	-EFAULT, the word is not backed by a region, or the view does not allow
 *	to read it or shows memory there that is not aligned
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_load16(const struct vm_mem *mem, vm_gpa gpa,
					  enum vm_mem_order order,
					  uint16_t *ret);

/** vm_mem_load32 - as vm_mem_load16(), for a 32-bit word */
VM_MEM_API VM_MEM_CHECK int vm_mem_load32(const struct vm_mem *mem, vm_gpa gpa,
					  enum vm_mem_order order,
					  uint32_t *ret);

/** vm_mem_load64 - as vm_mem_load16(), for a 64-bit word */
VM_MEM_API VM_MEM_CHECK int vm_mem_load64(const struct vm_mem *mem, vm_gpa gpa,
					  enum vm_mem_order order,
					  uint64_t *ret);

/**
 * vm_mem_store16 - store a 16-bit word
 * @mem: guest memory map
 * @gpa: address, a multiple of the word's size
 * @order: VM_MEM_RELAXED, _RELEASE or _SEQ_CST
 * @value: the word
 *
 * Marks dirty.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @gpa is not aligned or @order is not one for stores
 *	-EFAULT, the word is not backed by a region, or the view does not allow
 *	to write it or shows memory there that is not aligned
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_store16(const struct vm_mem *mem, vm_gpa gpa,
					   enum vm_mem_order order,
					   uint16_t value);

/** vm_mem_store32 - as vm_mem_store16(), for a 32-bit word */
VM_MEM_API VM_MEM_CHECK int vm_mem_store32(const struct vm_mem *mem, vm_gpa gpa,
					   enum vm_mem_order order,
					   uint32_t value);

/** vm_mem_store64 - as vm_mem_store16(), for a 64-bit word */
VM_MEM_API VM_MEM_CHECK int vm_mem_store64(const struct vm_mem *mem, vm_gpa gpa,
					   enum vm_mem_order order,
					   uint64_t value);

/**
 * vm_mem_cas32 - exchange a 32-bit word if it has the expected value
 * @mem: guest memory map
 * @gpa: address, a multiple of the word's size
 * @order: any; the exchange is at least as strong
 * @expected: the value to replace; on mismatch, the value found instead
 * @desired: the value to store
 *
 * Never fails spuriously.  Marks dirty if it stores.  There is none for 16
 * bits because not every architecture has one: riscv64 would have to retry as
 * long as the guest keeps writing the other half of the word.
 *
 * Returns:
 *	1 if the word has been exchanged
 *	0 if it had another value, which is in @expected now
 *	-EINVAL, @gpa is not aligned or @order is none
 *	-EFAULT, the word is not backed by a region, or the view does not allow
 *	both to read and to write it or shows memory there that is not aligned
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_cas32(const struct vm_mem *mem, vm_gpa gpa,
					 enum vm_mem_order order,
					 uint32_t *expected, uint32_t desired);

/** vm_mem_cas64 - as vm_mem_cas32(), for a 64-bit word */
VM_MEM_API VM_MEM_CHECK int vm_mem_cas64(const struct vm_mem *mem, vm_gpa gpa,
					 enum vm_mem_order order,
					 uint64_t *expected, uint64_t desired);

#ifdef __cplusplus
}
#endif

#endif
