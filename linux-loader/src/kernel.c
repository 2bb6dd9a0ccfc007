/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/bzimage.h>
#include <linux-loader/elf.h>
#include <linux-loader/image.h>
#include <linux-loader/kernel.h>

#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Shorter than the header of any format, compressed files aside. */
#define SMALLEST_KERNEL 64u

void loader_kernel_init(struct vm_load_kernel *kernel,
			enum vm_load_format format, uint64_t file_size)
{
	memset(kernel, 0, sizeof(*kernel));
	kernel->format = format;
	kernel->file_size = file_size;
	kernel->alignment = 1;
	kernel->initrd_max = UINT64_MAX;
}

struct magic {
	size_t offset;
	size_t len;
	const char *bytes;
	const char *what;
};

/* Files that people pass for a kernel, and what they are instead. */
static const struct magic mistakes[] = {
	{ 0, 6, "070701", "it is a cpio archive (an initramfs), not a kernel" },
	{ 0, 6, "070702", "it is a cpio archive (an initramfs), not a kernel" },
	{ 0, 4, "\x27\x05\x19\x56", "it is a U-Boot image, not a kernel" },
	{ 0, 4, "\xd0\x0d\xfe\xed", "it is a device tree, not a kernel" },
	{ 0, 8, "!<arch>\n", "it is an archive, not a kernel" },
	{ 0, 2, "#!", "it is a script, not a kernel" },
	{ 0x24, 4, "\x18\x28\x6f\x01", "kernel is for arm (32-bit zImage)" },
	{ 0, 2, "MZ", "it is an EFI program without a kernel header" },
};

static int not_a_kernel(const struct loader_head *head, struct vm_load_why *why)
{
	const struct magic *m = mistakes;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++, m++) {
		if (m->offset + m->len <= head->len &&
		    !memcmp(head->data + m->offset, m->bytes, m->len))
			return loader_fail(why, -EBADMSG, "%s", m->what);
	}
	if (head->file_size < SMALLEST_KERNEL)
		return loader_fail(why, -EBADMSG,
				   "its %" PRIu64
				   " bytes are too few for a kernel",
				   head->file_size);
	return loader_fail(why, -EBADMSG,
			   "it is not a kernel (no bzImage, ELF or Image "
			   "header)");
}

static int parse_any(int fd, const struct loader_head *head,
		     struct vm_load_kernel *ret, struct vm_load_why *why)
{
	if (loader_is_elf(head->data, head->len))
		return loader_parse_elf(fd, head, ret, why);
	if (loader_is_bzimage(head->data, head->len))
		return loader_parse_bzimage(fd, head, ret, why);
	if (loader_is_image(head->data, head->len))
		return loader_parse_image(fd, head, ret, why);
	if (loader_is_zboot(head->data, head->len))
		return loader_parse_zboot(fd, head, ret, why);
	if (loader_compression(head->data, head->len) ==
	    VM_LOAD_COMPRESSION_NONE)
		return not_a_kernel(head, why);
	loader_parse_compressed(head, ret);
	return 0;
}

/* A format, or all of them: what the public functions differ in. */
struct prober {
	bool (*is)(const uint8_t *head, size_t len);
	int (*parse)(int fd, const struct loader_head *head,
		     struct vm_load_kernel *ret, struct vm_load_why *why);
	const char *refusal;
};

static int probe(const struct prober *prober, int fd,
		 struct vm_load_kernel *ret, struct vm_load_why *why)
{
	struct vm_load_kernel kernel;
	struct loader_head head;
	int r;

	r = loader_head_read(fd, &head, why);
	if (r)
		return r;
	if (prober->is && !prober->is(head.data, head.len))
		return loader_fail(why, -EBADMSG, "%s", prober->refusal);
	r = prober->parse(fd, &head, &kernel, why);
	if (r)
		return r;
	*ret = kernel;
	return 0;
}

int vm_load_probe(int fd, struct vm_load_kernel *ret, struct vm_load_why *why)
{
	static const struct prober any = { NULL, parse_any, NULL };

	return probe(&any, fd, ret, why);
}

int vm_load_probe_bzimage(int fd, struct vm_load_kernel *ret,
			  struct vm_load_why *why)
{
	static const struct prober bzimage = { loader_is_bzimage,
					       loader_parse_bzimage,
					       "it is not a bzImage" };

	return probe(&bzimage, fd, ret, why);
}

int vm_load_probe_elf(int fd, struct vm_load_kernel *ret,
		      struct vm_load_why *why)
{
	static const struct prober elf = { loader_is_elf, loader_parse_elf,
					   "it is not an ELF file" };

	return probe(&elf, fd, ret, why);
}

int vm_load_probe_image(int fd, struct vm_load_kernel *ret,
			struct vm_load_why *why)
{
	static const struct prober image = {
		loader_is_image, loader_parse_image,
		"it is not an arm64 or riscv64 Image"
	};

	return probe(&image, fd, ret, why);
}

int vm_load_probe_raw(int fd, enum vm_load_arch arch, uint64_t address,
		      struct vm_load_kernel *ret, struct vm_load_why *why)
{
	uint64_t size, end;
	int r;

	r = loader_file_size(fd, &size, why);
	if (r)
		return r;
	if (__builtin_add_overflow(address, size, &end))
		return loader_fail(why, -EOVERFLOW,
				   "its %" PRIu64
				   " bytes end past the address space",
				   size);
	loader_kernel_init(ret, VM_LOAD_FORMAT_RAW, size);
	ret->arch = arch;
	ret->address = address;
	ret->mem_size = size;
	ret->segments[0] = (struct vm_load_segment){ 0, size, 0, size };
	ret->segment_count = 1;
	ret->entries = 1u << VM_LOAD_ENTRY_NATIVE;
	return 0;
}

static const char *entry_name(enum vm_load_entry entry)
{
	switch (entry) {
	case VM_LOAD_ENTRY_LINUX64:
		return "64-bit Linux entry";
	case VM_LOAD_ENTRY_LINUX32:
		return "32-bit Linux entry";
	case VM_LOAD_ENTRY_PVH:
		return "PVH entry";
	case VM_LOAD_ENTRY_NATIVE:
		return "native entry";
	}
	return NULL;
}

int vm_load_get_entry(const struct vm_load_kernel *kernel, uint64_t base,
		      enum vm_load_entry entry, uint64_t *ret,
		      struct vm_load_why *why)
{
	const char *name = entry_name(entry);
	uint64_t gpa;

	if (!name)
		return loader_fail(why, -EINVAL, "there is no entry %d",
				   (int)entry);
	if (!(kernel->entries & 1u << entry))
		return loader_fail(why, -ENOENT, "kernel (%s for %s) has no %s",
				   vm_load_format_name(kernel->format),
				   vm_load_arch_name(kernel->arch), name);
	if (__builtin_add_overflow(base, kernel->entry[entry], &gpa))
		return loader_fail(why, -EOVERFLOW,
				   "the %s is past the address space", name);
	*ret = gpa;
	return 0;
}

const char *vm_load_format_name(enum vm_load_format format)
{
	switch (format) {
	case VM_LOAD_FORMAT_BZIMAGE:
		return "bzImage";
	case VM_LOAD_FORMAT_ELF:
		return "ELF";
	case VM_LOAD_FORMAT_IMAGE:
		return "Image";
	case VM_LOAD_FORMAT_RAW:
		return "raw";
	case VM_LOAD_FORMAT_ZBOOT:
		return "EFI zboot";
	case VM_LOAD_FORMAT_COMPRESSED:
		return "compressed file";
	}
	return "unknown";
}

const char *vm_load_arch_name(enum vm_load_arch arch)
{
	switch (arch) {
	case VM_LOAD_ARCH_UNKNOWN:
		break;
	case VM_LOAD_ARCH_X86_64:
		return "x86_64";
	case VM_LOAD_ARCH_I386:
		return "i386";
	case VM_LOAD_ARCH_AARCH64:
		return "aarch64";
	case VM_LOAD_ARCH_RISCV64:
		return "riscv64";
	}
	return "unknown";
}

const char *vm_load_compression_name(enum vm_load_compression compression)
{
	switch (compression) {
	case VM_LOAD_COMPRESSION_NONE:
		return "none";
	case VM_LOAD_COMPRESSION_GZIP:
		return "gzip";
	case VM_LOAD_COMPRESSION_BZIP2:
		return "bzip2";
	case VM_LOAD_COMPRESSION_LZMA:
		return "lzma";
	case VM_LOAD_COMPRESSION_XZ:
		return "xz";
	case VM_LOAD_COMPRESSION_LZO:
		return "lzo";
	case VM_LOAD_COMPRESSION_LZ4:
		return "lz4";
	case VM_LOAD_COMPRESSION_ZSTD:
		return "zstd";
	}
	return "unknown";
}
