/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-superio/debug_port.h>

enum vm_debug_origin vm_debug_origin(uint8_t code)
{
	if (code >= 0x80)
		return VM_DEBUG_CUSTOM;
	return (enum vm_debug_origin)(code / 0x20);
}

const char *vm_debug_origin_name(enum vm_debug_origin origin)
{
	switch (origin) {
	case VM_DEBUG_FIRMWARE:
		return "firmware";
	case VM_DEBUG_BOOTLOADER:
		return "bootloader";
	case VM_DEBUG_KERNEL:
		return "kernel";
	case VM_DEBUG_USERSPACE:
		return "userspace";
	case VM_DEBUG_CUSTOM:
		return "custom";
	}
	return "unknown";
}

bool vm_boot_timer_write(unsigned int off, uint64_t value)
{
	return off == 0 && value == VM_BOOT_TIMER_MAGIC;
}
