/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/image.h>

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Documentation/arch/{arm64/booting,riscv/boot-image-header}.rst */
#define IMAGE_HEADER_SIZE 64u
#define IMAGE_TEXT_OFFSET 8u
#define IMAGE_SIZE	  16u
#define IMAGE_FLAGS	  24u
#define IMAGE_MAGIC	  56u

#define MAGIC_ARM64 0x644d5241u /* "ARM\x64" */
#define MAGIC_RISCV 0x05435352u /* "RSC\x05" */

#define FLAG_BIG_ENDIAN 1u
#define IMAGE_ALIGNMENT (2 * LOADER_MIB)

#define ARM64_OLD_TEXT_OFFSET 0x80000u
#define ARM64_OLD_BSS	      (16 * LOADER_MIB)

/* COMMAND_LINE_SIZE is 2048 on arm64 and 1024 on riscv64. */
#define ARM64_CMDLINE_MAX 2047u
#define RISCV_CMDLINE_MAX 1023u

bool loader_is_image(const uint8_t *head, size_t len)
{
	uint32_t magic;

	if (len < IMAGE_HEADER_SIZE)
		return false;
	magic = get_le32(head + IMAGE_MAGIC);
	return magic == MAGIC_ARM64 || magic == MAGIC_RISCV;
}

static void set_arch(const uint8_t *data, struct vm_load_kernel *k)
{
	if (get_le32(data + IMAGE_MAGIC) == MAGIC_ARM64) {
		k->arch = VM_LOAD_ARCH_AARCH64;
		k->cmdline_max = ARM64_CMDLINE_MAX;
	} else {
		k->arch = VM_LOAD_ARCH_RISCV64;
		k->cmdline_max = RISCV_CMDLINE_MAX;
	}
}

/* What the kernel needs from its first byte on, and where that goes. */
static int find_size(const struct loader_head *head, struct vm_load_kernel *k,
		     struct vm_load_why *why)
{
	uint64_t size = get_le64(head->data + IMAGE_SIZE), end;

	k->text_offset = get_le64(head->data + IMAGE_TEXT_OFFSET);
	if (!size && k->arch == VM_LOAD_ARCH_RISCV64)
		return loader_fail(why, -EBADMSG,
				   "Image header has image_size 0");
	if (!size) {
		k->text_offset = ARM64_OLD_TEXT_OFFSET;
		size = head->file_size + ARM64_OLD_BSS;
	} else if (get_le64(head->data + IMAGE_FLAGS) & FLAG_BIG_ENDIAN) {
		return loader_fail(why, -ENOTSUP, "kernel is for big-endian %s",
				   vm_load_arch_name(k->arch));
	}
	if (__builtin_add_overflow(k->text_offset, size, &end))
		return loader_fail(why, -EBADMSG,
				   "Image header wants 0x%" PRIx64
				   " bytes at 0x%" PRIx64,
				   size, k->text_offset);
	k->mem_size = size > head->file_size ? size : head->file_size;
	return 0;
}

/* An Image that is an EFI program as well says twice what it is for. */
static int check_efi(int fd, const struct loader_head *head,
		     const struct vm_load_kernel *k, struct vm_load_why *why)
{
	enum vm_load_arch arch;
	int r;

	if (memcmp(head->data, "MZ", 2))
		return 0;
	r = loader_pe_check(fd, head, &arch, why);
	if (!r && arch != k->arch)
		return loader_fail(why, -EBADMSG,
				   "Image header is for %s, its PE header for "
				   "%s",
				   vm_load_arch_name(k->arch),
				   vm_load_arch_name(arch));
	return r;
}

int loader_parse_image(int fd, const struct loader_head *head,
		       struct vm_load_kernel *k, struct vm_load_why *why)
{
	int r;

	loader_kernel_init(k, VM_LOAD_FORMAT_IMAGE, head->file_size);
	set_arch(head->data, k);
	r = find_size(head, k, why);
	if (!r)
		r = check_efi(fd, head, k, why);
	if (r)
		return r;
	k->relocatable = true;
	k->alignment = IMAGE_ALIGNMENT;
	k->segments[0] = (struct vm_load_segment){ 0, head->file_size, 0,
						   head->file_size };
	k->segment_count = 1;
	k->entries = 1u << VM_LOAD_ENTRY_NATIVE;
	return 0;
}
