/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Guest memory and file descriptors: no bounce buffer, one system call.
 *
 * One system call takes up to 64 pieces of memory.  A range has one piece in
 * each region that it spans, and in an I/O view one in each mapping that does
 * not continue the last in memory.
 *
 * Threading: may run on any thread; descriptors are borrowed for the call.
 */
#ifndef VM_MEMORY_IO_H
#define VM_MEMORY_IO_H

#include <stdint.h>

#include <vm-memory/address.h>
#include <vm-memory/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vm_mem;

/**
 * vm_mem_read_fd - read from a stream into guest memory
 * @mem: guest memory map
 * @gpa: first byte to fill
 * @fd: a pipe, socket, terminal, tap or file, at its current position
 * @len: bytes wanted; 0 is a no-op
 *
 * One transfer, as readv(2) does it: one packet of a tap, what a pipe holds
 * now.  The guest range is checked as a whole first.  Retries on EINTR, marks
 * dirty exactly what arrived.
 *
 * A range of more than 64 pieces is filled up to the end of the 64th, and the
 * rest of a packet that does not fit is lost as if @len were less.
 *
 * Returns:
 *	the bytes that arrived, at most @len; 0 is the end of the file
 *	-EFAULT, some byte of the range is not backed by a region, or the view
 *	does not allow to write it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 *	what readv(2) says, -EAGAIN and -EBADF among it
 */
VM_MEM_API VM_MEM_CHECK int64_t vm_mem_read_fd(const struct vm_mem *mem,
					       vm_gpa gpa, int fd,
					       uint64_t len);

/**
 * vm_mem_pread_fd - read a part of a file into guest memory
 * @mem: guest memory map
 * @gpa: first byte to fill
 * @fd: a file that can seek
 * @off: where in the file to start
 * @len: bytes wanted; 0 is a no-op
 *
 * Goes on until @len bytes have arrived, the file ends or a read fails.  An
 * error after some bytes have arrived is told as a short count: ask for the
 * rest to see it.
 *
 * Returns:
 *	the bytes that arrived; less than @len at the end of the file
 *	-EFAULT, some byte of the range is not backed by a region, or the view
 *	does not allow to write it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64, or @off + @len past 2^63
 *	what preadv(2) says, -EBADF and -ESPIPE among it
 */
VM_MEM_API VM_MEM_CHECK int64_t vm_mem_pread_fd(const struct vm_mem *mem,
						vm_gpa gpa, int fd,
						uint64_t off, uint64_t len);

/**
 * vm_mem_write_fd - write guest memory to a stream
 * @mem: guest memory map
 * @gpa: first byte to send
 * @fd: a pipe, socket, terminal, tap or file, at its current position
 * @len: bytes to send; 0 is a no-op
 *
 * One transfer, as writev(2) does it.  Retries on EINTR.
 *
 * A range of more than 64 pieces is sent up to the end of the 64th: of a
 * packet the beginning, which a short count tells.
 *
 * Returns:
 *	the bytes that were taken, at most @len
 *	-EFAULT, some byte of the range is not backed by a region, or the view
 *	does not allow to read it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 *	what writev(2) says, -EAGAIN and -EBADF among it
 */
VM_MEM_API VM_MEM_CHECK int64_t vm_mem_write_fd(const struct vm_mem *mem,
						vm_gpa gpa, int fd,
						uint64_t len);

/**
 * vm_mem_pwrite_fd - write guest memory to a part of a file
 * @mem: guest memory map
 * @gpa: first byte to write
 * @fd: a file that can seek
 * @off: where in the file to start
 * @len: bytes to write; 0 is a no-op
 *
 * Goes on until @len bytes are written or a write fails.  An error after some
 * bytes have been written is told as a short count.
 *
 * Returns:
 *	the bytes that were written
 *	-EFAULT, some byte of the range is not backed by a region, or the view
 *	does not allow to read it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64, or @off + @len past 2^63
 *	what pwritev(2) says, -EBADF and -ESPIPE among it
 */
VM_MEM_API VM_MEM_CHECK int64_t vm_mem_pwrite_fd(const struct vm_mem *mem,
						 vm_gpa gpa, int fd,
						 uint64_t off, uint64_t len);

/**
 * vm_mem_map_file - map a file copy-on-write over part of a region
 * @mem: guest memory map
 * @gpa: first byte to replace
 * @len: bytes to replace
 * @fd: the file; the caller may close it afterwards
 * @off: where in the file to start
 *
 * Loads a kernel or a disk image without copying it: pages come from the page
 * cache, and a page that is written becomes private.  @gpa's offset in its
 * region, @len and @off are multiples of the host's page size; bytes between
 * the end of the file and the end of its last page read as zero.  Marks dirty.
 *
 * The pages that were there are gone, and with them what the region's flags
 * did to them.  In a shared region the new pages are this process's own:
 * another process that maps the region's file does not see them.  If the file
 * is truncated later, the lost pages raise SIGBUS: see sigbus.h.  Not for use
 * while the guest or another thread is using the range.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, something is not page-aligned, @len is 0, the file ends before
 *	the range does, or the region consists of huge pages
 *	-ENOTSUP, the memory is the caller's, who owns what is mapped there
 *	-EFAULT, the range is not backed by a single region, or the view does
 *	not allow both to read and to write it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64, or @off + @len past 2^63
 *	what fstat(2) and mmap(2) say, -EBADF and -ENODEV among it
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_map_file(const struct vm_mem *mem,
					    vm_gpa gpa, uint64_t len, int fd,
					    uint64_t off);

/**
 * vm_mem_discard - give pages back to the host
 * @mem: guest memory map
 * @gpa: first byte
 * @len: bytes; 0 is a no-op
 *
 * For balloons and virtio-mem.  The pages read as zero afterwards; those of a
 * private file as the file does.  In a shared region they are gone for every
 * process, and from the file.  Marks dirty.
 *
 * The range is checked as a whole first.  If the host refuses one region's
 * part, those before it are gone already.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, something is not a multiple of the page size of its region
 *	-ENOTSUP, the memory is the caller's, or both shared and locked, the
 *	file cannot have holes, or the kernel lacks MADV_DONTNEED_LOCKED
 *	-EFAULT, some byte of the range is not backed by a region, or the view
 *	does not allow to write it
 *	-EOVERFLOW, @gpa + @len wraps past 2^64
 *	what madvise(2) says
 */
VM_MEM_API VM_MEM_CHECK int vm_mem_discard(const struct vm_mem *mem, vm_gpa gpa,
					   uint64_t len);

#ifdef __cplusplus
}
#endif

#endif
