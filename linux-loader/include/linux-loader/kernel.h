/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a kernel file is and what it asks for.
 *
 * vm_load_probe() looks at a file, whatever its format and whatever the host,
 * and fills one plain struct that placement (place.h), loading (load.h) and
 * the boot parameters (x86_boot.h) work from.  The file is hostile until
 * proved otherwise: each header is copied once, the copy is checked, and no
 * size in it makes this library allocate or loop.
 *
 * Every address in struct vm_load_kernel is an offset from the kernel's base,
 * the first byte of its lowest segment; only @address says where that base
 * wants to be.
 *
 * Threading: no state is shared; different threads may work on different
 * structs.  The file offset of a descriptor is neither used nor moved.
 */
#ifndef LINUX_LOADER_KERNEL_H
#define LINUX_LOADER_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_load_why - the reason of a failure, for a person
 * @text: one clause without a full stop or a file name, such as "kernel
 *	truncated: its header promises 14184960 bytes, the file has 3546608"
 *
 * A function that takes one fills it whenever it fails and leaves it alone
 * when it succeeds.  Each accepts NULL.
 */
struct vm_load_why {
	char text[160];
};

enum vm_load_format {
	VM_LOAD_FORMAT_BZIMAGE, /* x86, Documentation/arch/x86/boot.rst */
	VM_LOAD_FORMAT_ELF, /* vmlinux, firmware or unikernel */
	VM_LOAD_FORMAT_IMAGE, /* arm64 or riscv64 Image */
	VM_LOAD_FORMAT_RAW, /* bytes for a given address */
	VM_LOAD_FORMAT_ZBOOT, /* EFI zboot: an Image compressed inside */
	VM_LOAD_FORMAT_COMPRESSED, /* a compressed file, such as Image.gz */
};

enum vm_load_arch {
	VM_LOAD_ARCH_UNKNOWN, /* compressed: extract it to know */
	VM_LOAD_ARCH_X86_64,
	VM_LOAD_ARCH_I386,
	VM_LOAD_ARCH_AARCH64,
	VM_LOAD_ARCH_RISCV64,
};

enum vm_load_compression {
	VM_LOAD_COMPRESSION_NONE,
	VM_LOAD_COMPRESSION_GZIP,
	VM_LOAD_COMPRESSION_BZIP2, /* recognised, never decompressed */
	VM_LOAD_COMPRESSION_LZMA,
	VM_LOAD_COMPRESSION_XZ,
	VM_LOAD_COMPRESSION_LZO, /* recognised, never decompressed */
	VM_LOAD_COMPRESSION_LZ4, /* legacy frames, which kernels use, and others */
	VM_LOAD_COMPRESSION_ZSTD,
};

/* The ways into a kernel. */
enum vm_load_entry {
	VM_LOAD_ENTRY_LINUX64, /* x86: 64-bit Linux boot protocol */
	VM_LOAD_ENTRY_LINUX32, /* x86: 32-bit Linux boot protocol */
	VM_LOAD_ENTRY_PVH, /* x86: Xen's PVH, 32-bit */
	VM_LOAD_ENTRY_NATIVE, /* arm64 and riscv64 boot protocols; raw */
};
#define VM_LOAD_ENTRY_COUNT 4

/**
 * struct vm_load_segment - a piece of the file and where it goes
 * @file_offset: its first byte in the file
 * @file_size: bytes to take from the file
 * @offset: where it goes, counted from the kernel's base
 * @mem_size: bytes that it occupies; those past @file_size are zeroed
 */
struct vm_load_segment {
	uint64_t file_offset;
	uint64_t file_size;
	uint64_t offset;
	uint64_t mem_size;
};
#define VM_LOAD_SEGMENT_MAX 32

/**
 * struct vm_load_payload - the compressed part of a file
 * @compression: how it is compressed
 * @offset: its first byte in the file
 * @length: its length in the file
 * @size: its size when decompressed, 0 when the file does not say
 */
struct vm_load_payload {
	enum vm_load_compression compression;
	uint64_t offset;
	uint64_t length;
	uint64_t size;
};

/* The most that a bzImage's setup header can hold: it starts at 0x1f1. */
#define VM_LOAD_SETUP_HEADER_MAX 0x90

/**
 * struct vm_load_kernel - a kernel file, understood
 * @format: what the file is
 * @arch: what CPU it is for
 * @file_size: bytes in the file
 * @segments: what to load; none in a ZBOOT or COMPRESSED file, which has to
 *	be extracted first (extract.h)
 * @segment_count: how many of them there are
 * @payload: the compressed part of a BZIMAGE, ZBOOT or COMPRESSED file
 * @address: guest-physical address that the base prefers, or, unless
 *	@relocatable, requires
 * @relocatable: the base may be elsewhere, at or above @address, such that
 *	(base - @text_offset) is a multiple of @alignment
 * @alignment: a power of two
 * @text_offset: distance of the base from an aligned address; an Image of
 *	arm64 or riscv64 asks for one
 * @mem_size: bytes from the base that belong to the kernel until it has read
 *	its memory map: init_size, image_size, or the end of the last segment.
 *	More than the file, so nothing may be put right behind the file.
 * @entries: one bit (1u << enum vm_load_entry) for each way in
 * @entry: the ways in, as offsets from the base
 * @cmdline_max: the longest command line, without its terminating zero
 * @initrd_max: the highest address that a byte of the initrd may have
 * @protocol: version of the boot protocol of a bzImage, such as 0x020f
 * @xloadflags: of a bzImage
 * @setup_header: the bzImage's own header, from offset 0x1f1 of the file
 * @setup_header_len: how much of it there is; 0 for the other formats
 */
struct vm_load_kernel {
	enum vm_load_format format;
	enum vm_load_arch arch;
	uint64_t file_size;
	struct vm_load_segment segments[VM_LOAD_SEGMENT_MAX];
	size_t segment_count;
	struct vm_load_payload payload;
	uint64_t address;
	bool relocatable;
	uint64_t alignment;
	uint64_t text_offset;
	uint64_t mem_size;
	uint32_t entries;
	uint64_t entry[VM_LOAD_ENTRY_COUNT];
	uint32_t cmdline_max;
	uint64_t initrd_max;
	uint16_t protocol;
	uint16_t xloadflags;
	uint8_t setup_header[VM_LOAD_SETUP_HEADER_MAX];
	size_t setup_header_len;
};

/**
 * vm_load_probe - find out what a kernel file is
 * @fd: a regular file open for reading; borrowed for the call
 * @ret: where the answer goes
 * @why: the reason of a failure, or NULL
 *
 * Understands what vm_load_probe_bzimage(), vm_load_probe_elf() and
 * vm_load_probe_image() do, EFI zboot images, and files compressed with gzip,
 * bzip2, lzma, xz, lzo, lz4 or zstd.  A kernel for another architecture than
 * the host's is an answer, not a failure.
 *
 * Returns:
 *	0 on success
 *	-EISDIR, @fd is a directory
 *	-EBADMSG, not a regular file, empty, not a kernel, truncated, or its
 *		headers contradict themselves
 *	-ENOTSUP, a kernel of a kind that this library does not load: a
 *		protocol older than 2.06, a zImage, a big-endian ELF, an
 *		architecture that has no enum vm_load_arch
 *	other, from fstat() or pread()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_probe(int fd, struct vm_load_kernel *ret,
					    struct vm_load_why *why);

/**
 * vm_load_probe_raw - treat a file as bytes that go to a given address
 * @fd: a regular file open for reading; borrowed for the call
 * @arch: what CPU it is for
 * @address: guest-physical address of its first byte
 * @ret: where the answer goes
 * @why: the reason of a failure, or NULL
 *
 * For firmware and other blobs.  The only way in is VM_LOAD_ENTRY_NATIVE, at
 * the first byte.
 *
 * Returns:
 *	0 on success
 *	-EISDIR, @fd is a directory
 *	-EBADMSG, not a regular file, or empty
 *	-EOVERFLOW, @address plus the size of the file wraps
 *	other, from fstat()
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_probe_raw(int fd, enum vm_load_arch arch,
						uint64_t address,
						struct vm_load_kernel *ret,
						struct vm_load_why *why);

/**
 * vm_load_get_entry - address of a way into a placed kernel
 * @kernel: from a probe
 * @base: guest-physical address of its base
 * @entry: which way
 * @ret: where the guest-physical address goes
 * @why: the reason of a failure, or NULL
 *
 * Returns:
 *	0 on success
 *	-ENOENT, the kernel has no such entry
 *	-EINVAL, @entry is not an enum vm_load_entry
 *	-EOVERFLOW, @base plus the entry wraps
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_get_entry(
	const struct vm_load_kernel *kernel, uint64_t base,
	enum vm_load_entry entry, uint64_t *ret, struct vm_load_why *why);

/**
 * vm_load_format_name - name of a format for a person, such as "bzImage"
 * @format: which
 *
 * Returns a static string, "unknown" for a value that has no name.
 */
VM_LOAD_API const char *vm_load_format_name(enum vm_load_format format);

/**
 * vm_load_arch_name - name of an architecture as uname -m spells it
 * @arch: which
 *
 * Returns a static string, "unknown" for a value that has no name.
 */
VM_LOAD_API const char *vm_load_arch_name(enum vm_load_arch arch);

/**
 * vm_load_compression_name - name of a compression, such as "gzip"
 * @compression: which
 *
 * Returns a static string, "unknown" for a value that has no name.
 */
VM_LOAD_API const char *vm_load_compression_name(
	enum vm_load_compression compression);

#ifdef __cplusplus
}
#endif

#endif
