/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Files that have to be extracted first: EFI zboot and compressed ones. */
#include "internal.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* drivers/firmware/efi/libstub/zboot-header.S of Linux */
#define ZBOOT_HEADER_SIZE 64u
#define ZBOOT_MAGIC	  4u
#define ZBOOT_OFFSET	  8u
#define ZBOOT_LENGTH	  12u

struct compression_magic {
	enum vm_load_compression compression;
	size_t len;
	const char *bytes;
};

static const struct compression_magic compressions[] = {
	{ VM_LOAD_COMPRESSION_GZIP, 3, "\x1f\x8b\x08" },
	{ VM_LOAD_COMPRESSION_BZIP2, 3, "BZh" },
	{ VM_LOAD_COMPRESSION_LZMA, 3, "\x5d\x00\x00" },
	{ VM_LOAD_COMPRESSION_XZ, 6, "\xfd\x37zXZ\x00" },
	{ VM_LOAD_COMPRESSION_LZO, 4, "\x89LZO" },
	{ VM_LOAD_COMPRESSION_LZ4, 4, "\x02\x21\x4c\x18" },
	{ VM_LOAD_COMPRESSION_LZ4, 4, "\x04\x22\x4d\x18" },
	{ VM_LOAD_COMPRESSION_ZSTD, 4, "\x28\xb5\x2f\xfd" },
};

enum vm_load_compression loader_compression(const uint8_t *data, size_t len)
{
	const struct compression_magic *m = compressions;

	for (size_t i = 0; i < sizeof(compressions) / sizeof(*compressions);
	     i++, m++) {
		if (len >= m->len && !memcmp(data, m->bytes, m->len))
			return m->compression;
	}
	return VM_LOAD_COMPRESSION_NONE;
}

void loader_parse_compressed(const struct loader_head *head,
			     struct vm_load_kernel *k)
{
	loader_kernel_init(k, VM_LOAD_FORMAT_COMPRESSED, head->file_size);
	k->payload.compression = loader_compression(head->data, head->len);
	k->payload.length = head->file_size;
}

bool loader_is_zboot(const uint8_t *head, size_t len)
{
	return len >= ZBOOT_HEADER_SIZE && !memcmp(head, "MZ", 2) &&
	       !memcmp(head + ZBOOT_MAGIC, "zimg", 4);
}

int loader_parse_zboot(int fd, const struct loader_head *head,
		       struct vm_load_kernel *k, struct vm_load_why *why)
{
	uint64_t offset = get_le32(head->data + ZBOOT_OFFSET);
	uint64_t length = get_le32(head->data + ZBOOT_LENGTH);
	uint8_t magic[8];
	int r;

	loader_kernel_init(k, VM_LOAD_FORMAT_ZBOOT, head->file_size);
	if (offset + length > head->file_size)
		return loader_fail(why, -EBADMSG,
				   "kernel truncated: its payload ends at "
				   "%" PRIu64 ", the file has %" PRIu64
				   " bytes",
				   offset + length, head->file_size);
	if (length < sizeof(magic))
		return loader_fail(why, -EBADMSG,
				   "EFI zboot payload has only %" PRIu64
				   " bytes",
				   length);
	r = loader_pe_check(fd, head, &k->arch, why);
	if (r)
		return r;
	r = loader_pread(fd, magic, sizeof(magic), offset, why);
	if (r)
		return r;
	k->payload.compression = loader_compression(magic, sizeof(magic));
	if (k->payload.compression == VM_LOAD_COMPRESSION_NONE)
		return loader_fail(why, -ENOTSUP,
				   "EFI zboot payload is compressed in an "
				   "unknown way");
	k->payload.offset = offset;
	k->payload.length = length;
	return 0;
}
