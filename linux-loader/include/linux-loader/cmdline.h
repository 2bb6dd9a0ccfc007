/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Kernel command lines, built in the caller's buffer.
 *
 * A line is parameters for the kernel, and optionally " -- " and arguments for
 * init.  Whatever is added goes to its own side of the " -- ".  A value with
 * spaces stands in double quotes; only printable ASCII is taken, because the
 * kernel splits at some of the other bytes.
 *
 * Nothing is allocated.  The text is terminated by a zero at all times, and an
 * addition that fails leaves it as it was.
 *
 *	char buf[2048];
 *	struct vm_cmdline line;
 *
 *	r = vm_cmdline_init(&line, buf, sizeof(buf));
 *	if (!r)
 *		r = vm_cmdline_add(&line, "console", "ttyS0");
 *
 * Threading: a command line is used by one thread at a time.
 */
#ifndef LINUX_LOADER_CMDLINE_H
#define LINUX_LOADER_CMDLINE_H

#include <stddef.h>
#include <stdint.h>

#include <linux-loader/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_cmdline - a command line under construction
 * @text: the line; read it, do not write it
 * @capacity: bytes in the buffer, with the terminating zero
 * @len: bytes in @text without the terminating zero
 * @kernel_len: bytes of the kernel's part, without " -- "
 */
struct vm_cmdline {
	char *text;
	size_t capacity;
	size_t len;
	size_t kernel_len;
};

/**
 * vm_cmdline_init - begin an empty command line
 * @line: the object
 * @buf: where the text is built; must outlive @line
 * @capacity: bytes in @buf: the kernel's limit and 1 for the zero
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @capacity is 0
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_init(struct vm_cmdline *line,
					      char *buf, size_t capacity);

/**
 * vm_cmdline_parse - begin a command line with an existing one
 * @line: the object
 * @buf: where the text is built; must outlive @line
 * @capacity: bytes in @buf
 * @text: the existing line, copied with single spaces; the first "--" that
 *	stands alone and outside of quotes begins the arguments of init, and
 *	later ones belong to those
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @capacity is 0
 *	-EBADMSG, @text has an odd number of double quotes, or a byte that is
 *		not printable ASCII
 *	-ENOSPC, @text is longer than the buffer
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_parse(struct vm_cmdline *line,
					       char *buf, size_t capacity,
					       const char *text);

/**
 * vm_cmdline_add - add a parameter, key=value
 * @line: the command line
 * @key: not empty and not "--", without spaces, quotes or '='
 * @value: the value, or NULL for a parameter that is only a key; if it has
 *	spaces it has to have its double quotes
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @key or @value is not as above
 *	-ENOSPC, it does not fit
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_add(struct vm_cmdline *line,
					     const char *key,
					     const char *value);

/**
 * vm_cmdline_add_list - add a parameter with several values, key=a,b,c
 * @line: the command line
 * @key: as in vm_cmdline_add()
 * @values: each as in vm_cmdline_add(), not NULL
 * @count: how many; at least one
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @key or one of @values is not as above, or @count is 0
 *	-ENOSPC, it does not fit
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_add_list(struct vm_cmdline *line,
						  const char *key,
						  const char *const *values,
						  size_t count);

/**
 * vm_cmdline_set - give a parameter a value, whatever it had
 * @line: the command line
 * @key: as in vm_cmdline_add()
 * @value: as in vm_cmdline_add()
 *
 * Every parameter of that key is removed and the new one is added at the end
 * of the kernel's part.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @key or @value is not as in vm_cmdline_add()
 *	-ENOSPC, it does not fit; the line is as it was
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_set(struct vm_cmdline *line,
					     const char *key,
					     const char *value);

/**
 * vm_cmdline_remove - remove every parameter of a key
 * @line: the command line
 * @key: compared as the kernel does: '-' and '_' are the same
 *
 * Returns the number of parameters that were removed.
 */
VM_LOAD_API size_t vm_cmdline_remove(struct vm_cmdline *line, const char *key);

/**
 * vm_cmdline_get - find the value of a parameter
 * @line: the command line
 * @key: compared as the kernel does: '-' and '_' are the same
 * @ret_value: where a pointer into the text goes, without the quotes around
 *	the value; not terminated, valid until @line changes.  A parameter
 *	without '=' has an empty value.
 * @ret_len: where its length goes
 *
 * Of several the last counts, as it does for most of the kernel's parameters.
 *
 * Returns:
 *	0 on success
 *	-ENOENT, there is no such parameter
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_get(const struct vm_cmdline *line,
					     const char *key,
					     const char **ret_value,
					     size_t *ret_len);

/**
 * vm_cmdline_add_text - add parameters as somebody typed them
 * @line: the command line
 * @text: any parameters, also with " -- " and arguments for init
 *
 * Each side of a " -- " goes to its own side of the line.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @text has an odd number of double quotes, or a byte that is
 *		not printable ASCII
 *	-ENOSPC, it does not fit
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_add_text(struct vm_cmdline *line,
						  const char *text);

/**
 * vm_cmdline_add_init_args - add arguments for init, behind " -- "
 * @line: the command line
 * @text: the arguments
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, as in vm_cmdline_add_text()
 *	-ENOSPC, it does not fit
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_add_init_args(struct vm_cmdline *line,
						       const char *text);

/**
 * vm_cmdline_add_virtio_mmio - add a device, virtio_mmio.device=4K@0x1000:5:1
 * @line: the command line
 * @size: bytes of its window, not 0; printed in K, M or G where that is exact
 * @gpa: first byte of its window
 * @irq: its interrupt
 * @id: its number, negative for none
 *
 * Only for kernels with CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0
 *	-EOVERFLOW, @gpa + @size wraps
 *	-ENOSPC, it does not fit
 */
VM_LOAD_API VM_LOAD_CHECK int vm_cmdline_add_virtio_mmio(
	struct vm_cmdline *line, uint64_t size, uint64_t gpa, uint32_t irq,
	int id);

#ifdef __cplusplus
}
#endif

#endif
