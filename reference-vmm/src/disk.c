/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* --disk: a raw file or a block device of the host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <virtio-devices/block.h>

#include "keys.h"
#include "message.h"
#include "vmm.h"

#define NS_PER_S UINT64_C(1000000000)

struct disk {
	struct vm_block_image image;
	struct vm_block_engine engine;
	struct vm_virtio_block *block;
};

static void disk_free(void *impl)
{
	struct disk *disk = impl;

	vm_virtio_block_free(disk->block);
	vm_block_engine_free(&disk->engine);
	vm_block_image_close(&disk->image);
	free(disk);
}

static const char *open_error(int r, unsigned int flags)
{
	bool is_direct = flags & VM_BLOCK_DIRECT;

	switch (r) {
	case -EBUSY:
		return "another process uses it; a disk has one writer, or "
		       "readers with readonly=on";
	case -ENOTBLK:
		return "neither a file nor a block device";
	case -EINVAL:
		return is_direct ? "its file system has no O_DIRECT; leave "
				   "out direct=on"
				 : strerror(EINVAL);
	case -EACCES:
	case -EROFS:
		return flags & VM_BLOCK_READ_ONLY
			       ? strerror(-r)
			       : "no permission to write; readonly=on will do "
				 "without";
	default:
		return strerror(-r);
	}
}

static int open_image(struct disk *disk, const char *path, unsigned int flags)
{
	int r = vm_block_image_open(&disk->image, path, flags);

	if (r) {
		disk->image.fd = -1;
		return fail(EXIT_BAD_CONFIG, "--disk %s: cannot open: %s", path,
			    open_error(r, flags));
	}
	if (!disk->image.size)
		return fail(EXIT_BAD_CONFIG,
			    "--disk %s: it has no sector; truncate -s SIZE "
			    "makes it larger",
			    path);
	return OPTIONS_RUN;
}

int disk_new(struct virtio *virtio, char *value)
{
	struct vm_virtio_block_config config = { .host = virtio_host(virtio) };
	const char *path = NULL;
	bool is_read_only = false, is_direct = false;
	uint64_t queues = 1, bps = 0, iops = 0;
	const struct key keys[] = {
		{ "path", KEY_TEXT, &path },
		{ "readonly", KEY_SWITCH, &is_read_only },
		{ "direct", KEY_SWITCH, &is_direct },
		{ "id", KEY_TEXT, &config.id },
		{ "queues", KEY_NUMBER, &queues },
		{ "bps", KEY_SIZE, &bps },
		{ "iops", KEY_NUMBER, &iops },
	};
	struct disk *disk;
	int r;

	r = keys_parse("--disk", value, keys, sizeof(keys) / sizeof(keys[0]));
	if (r != OPTIONS_RUN)
		return r;
	if (!path)
		return fail(EXIT_BAD_USAGE, "--disk: path= is missing");
	if (queues < 1 || queues > VM_VIRTIO_MAX_QUEUES)
		return fail(EXIT_BAD_CONFIG, "--disk %s: queues= is 1 to %d",
			    path, VM_VIRTIO_MAX_QUEUES);
	disk = calloc(1, sizeof(*disk));
	if (!disk)
		return host_error(virtio->name, -ENOMEM);
	virtio->impl = disk;
	virtio->free = disk_free;
	r = open_image(disk, path,
		       (is_read_only ? VM_BLOCK_READ_ONLY : 0) |
			       (is_direct ? VM_BLOCK_DIRECT : 0));
	if (r != OPTIONS_RUN)
		return r;
	config.image = &disk->image;
	config.queue_count = (uint16_t)queues;
	config.bytes = (struct vm_rate_limit){ bps, NS_PER_S, 0 };
	config.ops = (struct vm_rate_limit){ iops, NS_PER_S, 0 };
	r = vm_block_engine_new(&disk->image, &config.engine);
	if (!r) {
		disk->engine = config.engine;
		r = vm_virtio_block_new(&config, &disk->block);
	}
	if (r)
		return host_error(virtio->name, r);
	virtio->device = vm_virtio_block_device(disk->block);
	return OPTIONS_RUN;
}
