/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The kernel inside of a compressed file: vmlinux out of a bzImage, an Image
 * out of Image.gz or of an EFI zboot file.
 *
 * The decompressors are zlib, liblzma, liblz4 and libzstd, each used if it was
 * there when linux-loader was built.  They see hostile bytes; what they may
 * produce is bounded by the caller, and so is what this library allocates.
 *
 * Threading: no state is shared.
 */
#ifndef LINUX_LOADER_EXTRACT_H
#define LINUX_LOADER_EXTRACT_H

#include <stdbool.h>
#include <stdint.h>

#include <linux-loader/api.h>
#include <linux-loader/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * vm_load_has_compression - whether this build can decompress something
 * @compression: what
 */
VM_LOAD_API bool vm_load_has_compression(enum vm_load_compression compression);

/**
 * vm_load_extract - decompress the payload of a file into another file
 * @fd: the file that was probed; borrowed for the call
 * @payload: from the probe
 * @out_fd: a file open for writing, such as a memfd; borrowed for the call.
 *	The payload goes to its beginning, and the file is truncated behind
 *	it.  Its file offset is neither used nor moved.
 * @limit: the most bytes that may come out
 * @ret_size: where the size of what came out goes, or NULL
 * @why: the reason of a failure, or NULL
 *
 * After a failure the content of @out_fd is undefined.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @payload is empty or wraps: there is nothing to extract
 *	-ENOTSUP, this build lacks the decompressor, or there never is one, or
 *		@payload wants a dictionary of more than 128 MiB
 *	-EBADMSG, the payload is damaged, truncated, or has another size than
 *		it says
 *	-ENOSPC, more than @limit bytes come out
 *	-ENOMEM, no memory for the decompressor
 *	other, from reading @fd or writing @out_fd
 */
VM_LOAD_API VM_LOAD_CHECK int vm_load_extract(
	int fd, const struct vm_load_payload *payload, int out_fd,
	uint64_t limit, uint64_t *ret_size, struct vm_load_why *why);

#ifdef __cplusplus
}
#endif

#endif
