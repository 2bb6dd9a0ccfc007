/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <virtio-devices/block_image.h>

#define ALL_FLAGS (VM_BLOCK_READ_ONLY | VM_BLOCK_DIRECT | VM_BLOCK_UNLOCKED)

/* The largest unit of a disk that is worth telling. */
#define MAX_UNIT 0x100000u

/* A page is aligned enough for any device that does not tell. */
#define SAFE_ALIGN 4096u

static uint64_t whole_sectors(uint64_t size)
{
	return size - size % VM_BLOCK_SECTOR;
}

static int measure(int fd, uint64_t *ret_size)
{
	struct stat st;
	uint64_t size;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISREG(st.st_mode))
		size = (uint64_t)st.st_size;
	else if (!S_ISBLK(st.st_mode))
		return -ENOTBLK;
	else if (ioctl(fd, BLKGETSIZE64, &size))
		return -errno;
	*ret_size = whole_sectors(size);
	return 0;
}

/* Of two VMMs, one may write and none read, or both read. */
static int lock(int fd, unsigned int flags)
{
	struct flock whole = {
		.l_type = flags & VM_BLOCK_READ_ONLY ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
	};

	if (flags & VM_BLOCK_UNLOCKED)
		return 0;
	if (!fcntl(fd, F_OFD_SETLK, &whole))
		return 0;
	return errno == EAGAIN || errno == EACCES ? -EBUSY : -errno;
}

/* A size or an alignment that makes sense. */
static bool is_size(uint32_t value)
{
	return value >= VM_BLOCK_SECTOR && value <= MAX_UNIT &&
	       !(value & (value - 1));
}

static void learn_device(struct vm_block_image *image)
{
	unsigned int physical, minimal, optimal;
	int logical;

	if (!ioctl(image->fd, BLKSSZGET, &logical) &&
	    is_size((uint32_t)logical))
		image->block_size = (uint32_t)logical;
	image->physical_size = image->block_size;
	if (!ioctl(image->fd, BLKPBSZGET, &physical) &&
	    physical > image->block_size && is_size(physical))
		image->physical_size = physical;
	if (!ioctl(image->fd, BLKIOMIN, &minimal) &&
	    minimal > image->physical_size && is_size(minimal))
		image->physical_size = minimal;
	if (!ioctl(image->fd, BLKIOOPT, &optimal))
		image->optimal_size = optimal;
	image->buffer_align = image->block_size;
}

static void learn_file(struct vm_block_image *image)
{
	struct statx stx;
	unsigned int mask = STATX_BASIC_STATS;

	image->buffer_align = SAFE_ALIGN;
#ifdef STATX_DIOALIGN
	mask |= STATX_DIOALIGN;
#endif
	if (statx(image->fd, "", AT_EMPTY_PATH, mask, &stx))
		return;
#ifdef STATX_DIOALIGN
	/* Linux 6.1 and later tell what O_DIRECT wants. */
	if (image->is_direct && stx.stx_mask & STATX_DIOALIGN &&
	    is_size(stx.stx_dio_offset_align)) {
		/* A sector's alignment is no hardship, and suits all. */
		if (is_size(stx.stx_dio_mem_align))
			image->buffer_align = stx.stx_dio_mem_align;
		else if (stx.stx_dio_mem_align < VM_BLOCK_SECTOR)
			image->buffer_align = VM_BLOCK_SECTOR;
		if (stx.stx_dio_offset_align > image->block_size)
			image->block_size = stx.stx_dio_offset_align;
	}
#endif
	image->physical_size = image->block_size;
	if (stx.stx_blksize > image->block_size && is_size(stx.stx_blksize))
		image->physical_size = stx.stx_blksize;
}

static void learn(struct vm_block_image *image)
{
	struct stat st;

	image->block_size = VM_BLOCK_SECTOR;
	image->physical_size = VM_BLOCK_SECTOR;
	if (!fstat(image->fd, &st) && S_ISBLK(st.st_mode))
		learn_device(image);
	else
		learn_file(image);
}

/* Takes ownership of @fd, also on failure. */
static int adopt(struct vm_block_image *image, int fd, unsigned int flags)
{
	struct vm_block_image found = {
		.fd = fd,
		.is_read_only = flags & VM_BLOCK_READ_ONLY,
		.is_direct = flags & VM_BLOCK_DIRECT,
	};
	int r = measure(fd, &found.size);

	if (!r)
		r = lock(fd, flags);
	if (r) {
		close(fd);
		return r;
	}
	learn(&found);
	*image = found;
	return 0;
}

int vm_block_image_open(struct vm_block_image *image, const char *path,
			unsigned int flags)
{
	/* A pipe must not make the caller wait for its other end. */
	int how = O_CLOEXEC | O_NONBLOCK;
	int fd, r;

	if (flags & ~ALL_FLAGS)
		return -EINVAL;
	how |= flags & VM_BLOCK_READ_ONLY ? O_RDONLY : O_RDWR;
	how |= flags & VM_BLOCK_DIRECT ? O_DIRECT : 0;
	fd = open(path, how);
	if (fd < 0)
		return -errno;
	/* io_uring would take it for a wish not to wait for the disk. */
	if (fcntl(fd, F_SETFL, how & O_DIRECT)) {
		r = -errno;
		close(fd);
		return r;
	}
	return adopt(image, fd, flags);
}

int vm_block_image_open_fd(struct vm_block_image *image, int fd,
			   unsigned int flags)
{
	int how = fcntl(fd, F_GETFL);
	int copy;

	if (how < 0)
		return -errno;
	if (flags & ~ALL_FLAGS ||
	    !(flags & VM_BLOCK_DIRECT) != !(how & O_DIRECT))
		return -EINVAL;
	if ((how & O_ACCMODE) == O_WRONLY || how & O_PATH ||
	    ((how & O_ACCMODE) == O_RDONLY && !(flags & VM_BLOCK_READ_ONLY)))
		return -EBADF;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return -errno;
	return adopt(image, copy, flags);
}

int vm_block_image_update(struct vm_block_image *image)
{
	return measure(image->fd, &image->size);
}

void vm_block_image_close(struct vm_block_image *image)
{
	if (image->fd >= 0 && image->block_size)
		close(image->fd);
	*image = (struct vm_block_image){ .fd = -1 };
}
