/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Ways for a guest to tell the host something with a single write:
 *  - the debug console, I/O port 0xe9 of Bochs and its successors;
 *  - progress codes at I/O port 0x80, with the ranges of Cloud Hypervisor;
 *  - the boot timer, a page of MMIO to which Firecracker's guests write 123
 *    when they are up.
 * None has a state, so there is nothing to save, and the functions here only
 * say what a write means.
 *
 * Threading: no state; any thread may call any function.
 */
#ifndef VM_SUPERIO_DEBUG_PORT_H
#define VM_SUPERIO_DEBUG_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <vm-superio/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* I/O ports. */
#define VM_DEBUG_CODE_PORT    0x80u
#define VM_DEBUG_CONSOLE_PORT 0xe9u

/* What the debug console reads as, which tells a guest that it is there. */
#define VM_DEBUG_CONSOLE_PRESENT 0xe9u

/* The byte that the guest writes to the boot timer, and the timer's size. */
#define VM_BOOT_TIMER_MAGIC 123u
#define VM_BOOT_TIMER_SIZE  0x1000u

/* Who wrote a progress code. */
enum vm_debug_origin {
	VM_DEBUG_FIRMWARE, /* 0x00 to 0x1f */
	VM_DEBUG_BOOTLOADER, /* 0x20 to 0x3f */
	VM_DEBUG_KERNEL, /* 0x40 to 0x5f */
	VM_DEBUG_USERSPACE, /* 0x60 to 0x7f */
	VM_DEBUG_CUSTOM, /* 0x80 to 0xff */
};

/** vm_debug_origin - who wrote the progress @code */
VM_SUPERIO_API enum vm_debug_origin vm_debug_origin(uint8_t code);

/** vm_debug_origin_name - "firmware" and so on; a static string */
VM_SUPERIO_API const char *vm_debug_origin_name(enum vm_debug_origin origin);

/**
 * vm_boot_timer_write - the guest writes to the boot timer's page
 * @off: offset in the page
 * @value: what it wrote
 *
 * Returns whether that says that the guest is up.
 */
VM_SUPERIO_API bool vm_boot_timer_write(unsigned int off, uint64_t value);

#ifdef __cplusplus
}
#endif

#endif
