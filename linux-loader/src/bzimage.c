/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/bzimage.h>

#include "internal.h"
#include "setup_header.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SECTOR 512u

bool loader_is_bzimage(const uint8_t *head, size_t len)
{
	return len >= HDR_MAGIC + 4 && get_le32(head + HDR_MAGIC) == HDRS;
}

/*
 * The header ends where the jump over it lands, but it is at least as long as
 * its protocol has fields.
 */
static int read_header(const struct loader_head *head, struct vm_load_kernel *k,
		       struct vm_load_why *why)
{
	size_t end, fields;
	uint16_t version;

	if (head->len < HDR_CMDLINE_SIZE)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: a bzImage header has at "
				   "least %u bytes, the file has %" PRIu64,
				   HDR_CMDLINE_SIZE, head->file_size);
	if (get_le16(head->data + HDR_BOOT_FLAG) != BOOT_FLAG)
		return loader_fail(why, -EBADMSG,
				   "bzImage header has no boot flag 0xaa55");
	version = get_le16(head->data + HDR_VERSION);
	if (version < 0x0206)
		return loader_fail(why, -ENOTSUP,
				   "kernel has boot protocol %u.%02u, older "
				   "than 2.06",
				   version >> 8, version & 0xffu);
	if (!(head->data[HDR_LOADFLAGS] & LOADED_HIGH))
		return loader_fail(why, -ENOTSUP, "kernel is a zImage");
	fields = version >= 0x020a   ? HDR_INIT_SIZE + 4
		 : version >= 0x0208 ? HDR_PAYLOAD_LENGTH + 4
				     : HDR_CMDLINE_SIZE + 4;
	end = HDR_JUMP_END + head->data[HDR_JUMP + 1];
	if (end < fields || end > HDR_START + VM_LOAD_SETUP_HEADER_MAX)
		return loader_fail(why, -EBADMSG,
				   "bzImage header of protocol %u.%02u ends at "
				   "%zu",
				   version >> 8, version & 0xffu, end);
	if (end > head->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its header ends at %zu, "
				   "the file has %" PRIu64 " bytes",
				   end, head->file_size);
	k->protocol = version;
	k->setup_header_len = end - HDR_START;
	memcpy(k->setup_header, head->data + HDR_START, k->setup_header_len);
	return 0;
}

/* The protected-mode part: behind the boot sector and setup_sects sectors. */
static int find_protected(const struct loader_head *head,
			  struct vm_load_segment *ret, struct vm_load_why *why)
{
	uint64_t sectors, start, size, promised;

	/* For the sake of kernels from before 2.00, 0 means 4. */
	sectors = head->data[HDR_START] ? head->data[HDR_START] : 4;
	start = (sectors + 1) * SECTOR;
	size = (uint64_t)get_le32(head->data + HDR_SYSSIZE) * 16;
	promised = start + (size ? size : ENTRY_64 + 1);
	if (promised > head->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its header promises "
				   "%" PRIu64 " bytes, the file has %" PRIu64,
				   promised, head->file_size);
	if (!size)
		size = head->file_size - start;
	if (size <= ENTRY_64)
		return loader_fail(why, -EBADMSG,
				   "bzImage has only %" PRIu64 " bytes of code",
				   size);
	*ret = (struct vm_load_segment){ start, size, 0, size };
	return 0;
}

/* Where the protected-mode part may go, and how much memory it takes there. */
static int find_address(const uint8_t *data, struct vm_load_kernel *k,
			struct vm_load_why *why)
{
	uint64_t pref = 0, size = k->segments[0].mem_size * 4, end;

	if (k->protocol >= 0x020a) {
		pref = get_le64(data + HDR_PREF_ADDRESS);
		size = get_le32(data + HDR_INIT_SIZE);
	}
	k->relocatable = data[HDR_RELOCATABLE] != 0;
	k->alignment = get_le32(data + HDR_ALIGNMENT);
	if (k->relocatable && !is_power_of_two(k->alignment))
		return loader_fail(why, -EBADMSG,
				   "bzImage header has alignment 0x%" PRIx64,
				   k->alignment);
	if (__builtin_add_overflow(pref, size, &end))
		return loader_fail(why, -EBADMSG,
				   "bzImage header wants 0x%" PRIx64
				   " bytes at 0x%" PRIx64,
				   size, pref);
	if (k->relocatable) {
		k->address = pref > LOADER_MIB ? pref : LOADER_MIB;
	} else {
		/* It moves itself to pref_address, so it needs both places. */
		k->alignment = 1;
		k->address = LOADER_MIB;
		size = pref > LOADER_MIB ? end - LOADER_MIB : size;
	}
	k->mem_size =
		size > k->segments[0].mem_size ? size : k->segments[0].mem_size;
	return 0;
}

/*
 * The payload may be of a kind that is unknown here: such a kernel boots all
 * the same, so this only leaves payload empty.
 */
static int find_payload(int fd, const struct loader_head *head,
			struct vm_load_kernel *k, struct vm_load_why *why)
{
	const struct vm_load_segment *code = &k->segments[0];
	uint64_t offset, length;
	uint8_t magic[8], size[4];
	int r;

	if (k->protocol < 0x0208)
		return 0;
	offset = get_le32(head->data + HDR_PAYLOAD_OFFSET);
	length = get_le32(head->data + HDR_PAYLOAD_LENGTH);
	if (!offset || length < sizeof(magic) + sizeof(size))
		return 0;
	if (offset + length > code->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its payload ends at "
				   "%" PRIu64 ", its code at %" PRIu64,
				   offset + length, code->file_size);
	offset += code->file_offset;
	r = loader_pread(fd, magic, sizeof(magic), offset, why);
	if (!r)
		r = loader_pread(fd, size, sizeof(size),
				 offset + length - sizeof(size), why);
	if (r)
		return r;
	k->payload.compression = loader_compression(magic, sizeof(magic));
	k->payload.offset = offset;
	k->payload.length = length;
	if (k->payload.compression == VM_LOAD_COMPRESSION_NONE) {
		if (!loader_is_elf(magic, sizeof(magic)))
			k->payload = (struct vm_load_payload){ 0 };
		return 0;
	}
	/*
	 * The kernel's build appends the size, except to gzip, whose own last
	 * four bytes are that.
	 */
	k->payload.size = get_le32(size);
	if (k->payload.compression != VM_LOAD_COMPRESSION_GZIP)
		k->payload.length -= sizeof(size);
	return 0;
}

static void find_entries(const uint8_t *data, struct vm_load_kernel *k)
{
	k->arch = VM_LOAD_ARCH_X86_64;
	k->entries = 1u << VM_LOAD_ENTRY_LINUX32;
	k->entry[VM_LOAD_ENTRY_LINUX32] = 0;
	if (k->protocol < 0x020c)
		return;
	k->xloadflags = get_le16(data + HDR_XLOADFLAGS);
	if (k->xloadflags & XLF_KERNEL_64) {
		k->entries |= 1u << VM_LOAD_ENTRY_LINUX64;
		k->entry[VM_LOAD_ENTRY_LINUX64] = ENTRY_64;
	} else {
		k->arch = VM_LOAD_ARCH_I386;
	}
}

int loader_parse_bzimage(int fd, const struct loader_head *head,
			 struct vm_load_kernel *k, struct vm_load_why *why)
{
	const uint8_t *data = head->data;
	int r;

	loader_kernel_init(k, VM_LOAD_FORMAT_BZIMAGE, head->file_size);
	r = read_header(head, k, why);
	if (r)
		return r;
	r = find_protected(head, &k->segments[0], why);
	if (r)
		return r;
	k->segment_count = 1;
	r = find_address(data, k, why);
	if (r)
		return r;
	r = find_payload(fd, head, k, why);
	if (r)
		return r;
	find_entries(data, k);
	k->cmdline_max = get_le32(data + HDR_CMDLINE_SIZE);
	k->initrd_max = get_le32(data + HDR_INITRD_ADDR_MAX);
	return 0;
}
