/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/x86_boot.h>

#include "internal.h"
#include "setup_header.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Documentation/arch/x86/zero-page.rst */
#define ZP_RSDP		   0x070u
#define ZP_RAMDISK_IMAGE   0x0c0u /* the upper halves of the header's fields */
#define ZP_RAMDISK_SIZE	   0x0c4u
#define ZP_CMD_LINE_PTR	   0x0c8u
#define ZP_E820_COUNT	   0x1e8u
#define ZP_E820		   0x2d0u
#define ZP_E820_ENTRY_SIZE 20u

/* xen/include/public/arch-x86/hvm/start_info.h */
#define PVH_MAGIC	0x336ec578u
#define PVH_SIZE	56u
#define PVH_MODULE_SIZE 32u
#define PVH_MEMMAP_SIZE 24u

/* What a vmlinux would have had in its bzImage. */
static void make_header(const struct vm_load_kernel *kernel, uint8_t *page)
{
	if (kernel->arch == VM_LOAD_ARCH_X86_64)
		put_le16(page + HDR_XLOADFLAGS, XLF_KERNEL_64 | XLF_ABOVE_4G);
	put_le16(page + HDR_BOOT_FLAG, BOOT_FLAG);
	put_le32(page + HDR_MAGIC, HDRS);
	put_le16(page + HDR_VERSION, 0x020c);
	page[HDR_LOADFLAGS] = LOADED_HIGH;
}

/* Whether the kernel can be told of addresses above 4 GiB. */
static bool reaches_high(const struct vm_load_kernel *kernel)
{
	if (kernel->setup_header_len)
		return kernel->xloadflags & XLF_ABOVE_4G;
	return kernel->arch == VM_LOAD_ARCH_X86_64;
}

static int check_info(const struct vm_load_kernel *kernel, uint64_t base,
		      const struct vm_load_x86_info *info,
		      struct vm_load_why *why)
{
	uint64_t last;

	if (kernel->arch != VM_LOAD_ARCH_X86_64 &&
	    kernel->arch != VM_LOAD_ARCH_I386)
		return loader_fail(why, -EINVAL, "kernel is for %s, not x86",
				   vm_load_arch_name(kernel->arch));
	if (info->setup_data && kernel->setup_header_len &&
	    kernel->protocol < 0x0209)
		return loader_fail(why, -EINVAL, "kernel takes no setup_data");
	if (__builtin_add_overflow(info->initrd, info->initrd_size, &last))
		return loader_fail(why, -EOVERFLOW,
				   "initramfs ends past the address space");
	last -= info->initrd_size ? 1 : 0;
	if (info->initrd_size && last > kernel->initrd_max)
		return loader_fail(why, -EINVAL,
				   "initramfs ends at 0x%" PRIx64
				   ", the kernel reaches 0x%" PRIx64,
				   last, kernel->initrd_max);
	if (!reaches_high(kernel) &&
	    (base >= LOADER_4GIB || info->cmdline >= LOADER_4GIB ||
	     (info->initrd_size && last >= LOADER_4GIB)))
		return loader_fail(why, -EINVAL,
				   "kernel takes no addresses above 4 GiB");
	return 0;
}

static void put_e820(uint8_t *page, const struct vm_load_memmap *map)
{
	uint8_t *p = page + ZP_E820;

	page[ZP_E820_COUNT] = (uint8_t)map->count;
	for (size_t i = 0; i < map->count; i++, p += ZP_E820_ENTRY_SIZE) {
		put_le64(p, map->entries[i].gpa);
		put_le64(p + 8, map->entries[i].size);
		put_le32(p + 16, map->entries[i].type);
	}
}

/* A field of the header whose upper half is elsewhere in the zero page. */
static void put_split(uint8_t *page, size_t low, size_t high, uint64_t value)
{
	put_le32(page + low, (uint32_t)value);
	put_le32(page + high, (uint32_t)(value >> 32));
}

int vm_load_zero_page_write(const struct vm_mem *mem, uint64_t gpa,
			    const struct vm_load_kernel *kernel, uint64_t base,
			    const struct vm_load_x86_info *info,
			    struct vm_load_why *why)
{
	uint8_t page[VM_LOAD_X86_INFO_SIZE] = { 0 };
	int r;

	r = check_info(kernel, base, info, why);
	if (r)
		return r;
	memcpy(page + HDR_START, kernel->setup_header,
	       kernel->setup_header_len);
	if (!kernel->setup_header_len)
		make_header(kernel, page);
	page[HDR_TYPE_OF_LOADER] = LOADER_UNDEFINED;
	put_le32(page + HDR_CODE32_START, (uint32_t)base);
	put_split(page, HDR_CMD_LINE_PTR, ZP_CMD_LINE_PTR, info->cmdline);
	/* Zero without an initrd, whatever the file had there. */
	put_split(page, HDR_RAMDISK_IMAGE, ZP_RAMDISK_IMAGE,
		  info->initrd_size ? info->initrd : 0);
	put_split(page, HDR_RAMDISK_SIZE, ZP_RAMDISK_SIZE, info->initrd_size);
	put_le64(page + ZP_RSDP, info->rsdp);
	put_le64(page + HDR_SETUP_DATA, info->setup_data);
	put_e820(page, info->memmap);
	r = vm_mem_write(mem, gpa, page, sizeof(page));
	if (r)
		return loader_fail(why, r,
				   "zero page at 0x%" PRIx64
				   " is not in guest memory",
				   gpa);
	return 0;
}

static void put_pvh_module(uint8_t *page, uint64_t gpa,
			   const struct vm_load_x86_info *info)
{
	uint8_t *p = page + PVH_SIZE;

	if (!info->initrd_size)
		return;
	put_le32(page + 12, 1); /* nr_modules */
	put_le64(page + 16, gpa + PVH_SIZE);
	put_le64(p, info->initrd);
	put_le64(p + 8, info->initrd_size);
}

static void put_pvh_memmap(uint8_t *page, uint64_t gpa,
			   const struct vm_load_memmap *map)
{
	uint8_t *p = page + PVH_SIZE + PVH_MODULE_SIZE;

	put_le64(page + 40, gpa + PVH_SIZE + PVH_MODULE_SIZE);
	put_le32(page + 48, (uint32_t)map->count);
	for (size_t i = 0; i < map->count; i++, p += PVH_MEMMAP_SIZE) {
		put_le64(p, map->entries[i].gpa);
		put_le64(p + 8, map->entries[i].size);
		put_le32(p + 16, map->entries[i].type);
	}
}

int vm_load_pvh_write(const struct vm_mem *mem, uint64_t gpa,
		      const struct vm_load_x86_info *info,
		      struct vm_load_why *why)
{
	uint8_t page[VM_LOAD_X86_INFO_SIZE] = { 0 };
	int r;

	put_le32(page, PVH_MAGIC);
	put_le32(page + 4, 1); /* the version that has a memory map */
	put_le64(page + 24, info->cmdline);
	put_le64(page + 32, info->rsdp);
	put_pvh_module(page, gpa, info);
	put_pvh_memmap(page, gpa, info->memmap);
	r = vm_mem_write(mem, gpa, page, sizeof(page));
	if (r)
		return loader_fail(why, r,
				   "start info at 0x%" PRIx64
				   " is not in guest memory",
				   gpa);
	return 0;
}
