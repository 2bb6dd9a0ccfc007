/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Offsets in a bzImage, which are those in the zero page as well, from
 * Documentation/arch/x86/boot.rst, "Details of Header Fields".
 */
#ifndef LINUX_LOADER_SETUP_HEADER_H
#define LINUX_LOADER_SETUP_HEADER_H

#define HDR_START	    0x1f1u /* setup_sects */
#define HDR_SYSSIZE	    0x1f4u
#define HDR_BOOT_FLAG	    0x1feu
#define HDR_JUMP	    0x200u
#define HDR_JUMP_END	    0x202u
#define HDR_MAGIC	    0x202u
#define HDR_VERSION	    0x206u
#define HDR_TYPE_OF_LOADER  0x210u
#define HDR_LOADFLAGS	    0x211u
#define HDR_CODE32_START    0x214u
#define HDR_RAMDISK_IMAGE   0x218u
#define HDR_RAMDISK_SIZE    0x21cu
#define HDR_CMD_LINE_PTR    0x228u
#define HDR_INITRD_ADDR_MAX 0x22cu
#define HDR_ALIGNMENT	    0x230u
#define HDR_RELOCATABLE	    0x234u
#define HDR_XLOADFLAGS	    0x236u
#define HDR_CMDLINE_SIZE    0x238u
#define HDR_PAYLOAD_OFFSET  0x248u
#define HDR_PAYLOAD_LENGTH  0x24cu
#define HDR_SETUP_DATA	    0x250u
#define HDR_PREF_ADDRESS    0x258u
#define HDR_INIT_SIZE	    0x260u

#define HDRS		 0x53726448u /* "HdrS" */
#define BOOT_FLAG	 0xaa55u
#define LOADED_HIGH	 0x01u
#define XLF_KERNEL_64	 0x01u
#define XLF_ABOVE_4G	 0x02u
#define LOADER_UNDEFINED 0xffu

/* The 64-bit entry, from the first byte of the protected-mode part. */
#define ENTRY_64 0x200u

#endif
