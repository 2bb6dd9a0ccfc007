/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/* What a count is doubled to before the kernel's answer is disbelieved. */
#define GROWTH_LIMIT (1u << 20)

int kvm_call_once(struct kvm_handle *handle, unsigned long request,
		  unsigned long arg)
{
	int r;

	if (handle->backend) {
		r = handle->backend->ioctl(handle->backend, handle->fd, request,
					   arg);
	} else {
		r = ioctl(handle->fd, request, arg);
		if (r < 0)
			r = -errno;
	}
	return r < 0 ? kvm_fail(handle, (uint32_t)request, r) : r;
}

int kvm_call(struct kvm_handle *handle, unsigned long request,
	     unsigned long arg)
{
	int r;

	do {
		r = kvm_call_once(handle, request, arg);
	} while (r == -EINTR);
	return r == -ENOTTY ? -ENOTSUP : r;
}

int kvm_handle_call(struct kvm_handle *handle, struct kvm_handle *parent,
		    unsigned long request, unsigned long arg)
{
	int r;

	*handle = (struct kvm_handle){
		.fd = parent->fd,
		.backend = parent->backend,
	};
	r = kvm_call(handle, request, arg);
	handle->fd = -1;
	return r;
}

int kvm_handle_adopt(struct kvm_handle *handle, int fd)
{
	handle->fd = fd;
	if (fd > 0)
		return 0;
	handle->fd = fcntl(fd, F_DUPFD_CLOEXEC, 1);
	if (handle->fd < 0)
		return kvm_fail(handle, KVM_CALL_OPEN, -errno);
	close(fd);
	return 0;
}

int kvm_handle_create(struct kvm_handle *handle, struct kvm_handle *parent,
		      unsigned long request, unsigned long arg)
{
	int fd = kvm_handle_call(handle, parent, request, arg);
	int r;

	if (fd < 0)
		return fd;
	r = kvm_handle_adopt(handle, fd);
	if (r < 0)
		close(fd);
	return r;
}

void kvm_handle_close(struct kvm_handle *handle)
{
	/* A zeroed handle was never opened: none adopts descriptor 0. */
	if (handle->fd > 0)
		close(handle->fd);
	handle->fd = -1;
}

void kvm_set_cloexec(int fd)
{
	/* Fails on a bad descriptor only, and this one is fresh. */
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static size_t read_count(const void *structure, size_t count_size)
{
	uint32_t count32;
	uint64_t count64;

	if (count_size == sizeof(count32)) {
		memcpy(&count32, structure, sizeof(count32));
		return count32;
	}
	memcpy(&count64, structure, sizeof(count64));
	return (size_t)count64;
}

static void write_count(void *structure, size_t count_size, size_t count)
{
	uint32_t count32 = (uint32_t)count;
	uint64_t count64 = count;

	memcpy(structure,
	       count_size == sizeof(count32) ? (void *)&count32
					     : (void *)&count64,
	       count_size);
}

int kvm_call_growing(struct kvm_handle *handle, const struct kvm_growth *growth,
		     void *ret_structure)
{
	size_t count = growth->first_count, told;
	void *buf;
	int r;

	for (;;) {
		buf = calloc(1,
			     growth->header_size + count * growth->entry_size);
		if (!buf)
			return kvm_fail(handle, KVM_CALL_ALLOC, -ENOMEM);
		write_count(buf, growth->count_size, count);
		r = kvm_call_ptr(handle, growth->request, buf);
		if (r >= 0)
			break;
		told = read_count(buf, growth->count_size);
		free(buf);
		if (r != -E2BIG || count >= GROWTH_LIMIT)
			return r;
		/* Some calls say how much they need, others nothing. */
		count = told > count && told < GROWTH_LIMIT ? told : count * 2;
	}
	/* The caller walks as many entries as are told. */
	if (read_count(buf, growth->count_size) > count) {
		free(buf);
		return kvm_fail(handle, (uint32_t)growth->request, -EBADMSG);
	}
	memcpy(ret_structure, &buf, sizeof(buf));
	return 0;
}
