/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Where things are in the guest-physical and port space of an x86 guest. */
#ifndef REFERENCE_VMM_X86_LAYOUT_H
#define REFERENCE_VMM_X86_LAYOUT_H

#define GIB (UINT64_C(1) << 30)

/* RAM below 4 GiB ends where the hole for devices begins. */
#define LOW_RAM_MAX (3 * GIB)
#define HIGH_RAM    (4 * GIB)

/* Read by the kernel when it starts, and its own RAM from then on. */
#define GDT	    0x500
#define BOOT_INFO   0x7000 /* the zero page, or PVH's start info */
#define PAGE_TABLES 0x9000
#define CMDLINE	    0x20000

/* Not RAM: on a PC the BIOS's data, the VGA window and the ROMs. */
#define LEGACY_HOLE	0x9fc00
#define LEGACY_HOLE_END 0x100000
/* Where ACPI 6.5, section 5.2.5.1 has a kernel search for the RSDP. */
#define ACPI_TABLES 0xe0000
/* Where a PC enters its BIOS: jumping there is one way to reboot. */
#define RESET_VECTOR 0xffff0

#define IOAPIC 0xfec00000u
#define LAPIC  0xfee00000u
/* Pages that KVM needs for real mode on some Intel processors. */
#define KVM_IDENTITY 0xfeffc000u
#define KVM_TSS	     0xfeffd000u

#define COM1	     0x3f8
#define I8042	     0x60
#define I8042_RESET  0xfe
#define ACPI_SLEEP   0x600
#define ACPI_S5_TYPE 5
#define POWER_GSI    5

#endif
