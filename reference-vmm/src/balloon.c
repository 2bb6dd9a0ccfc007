/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* --balloon: memory that the guest lends. */
#include <virtio-devices/balloon.h>

#include "keys.h"
#include "message.h"
#include "vmm.h"

static void balloon_free(void *impl)
{
	vm_virtio_balloon_free(impl);
}

int balloon_new(struct virtio *virtio, char *value)
{
	struct vm_virtio_balloon_config config = { .host = virtio_host(
							   virtio) };
	bool deflate_on_oom = false, free_page_reporting = false;
	const struct key keys[] = {
		{ "size", KEY_SIZE, &config.target },
		{ "deflate_on_oom", KEY_SWITCH, &deflate_on_oom },
		{ "free_page_reporting", KEY_SWITCH, &free_page_reporting },
	};
	struct vm_virtio_balloon *balloon;
	int r;

	r = keys_parse("--balloon", value, keys,
		       sizeof(keys) / sizeof(keys[0]));
	if (r != OPTIONS_RUN)
		return r;
	if (config.target % VM_VIRTIO_BALLOON_PAGE ||
	    config.target > VM_VIRTIO_BALLOON_MAX)
		return fail(EXIT_BAD_CONFIG,
			    "--balloon: size= is a multiple of %d bytes, at "
			    "most %llu",
			    VM_VIRTIO_BALLOON_PAGE,
			    (unsigned long long)VM_VIRTIO_BALLOON_MAX);
	if (deflate_on_oom)
		config.features |= VIRTQ_BIT(VIRTIO_BALLOON_F_DEFLATE_ON_OOM);
	if (free_page_reporting)
		config.features |= VIRTQ_BIT(VIRTIO_BALLOON_F_PAGE_REPORTING);
	r = vm_virtio_balloon_new(&config, &balloon);
	if (r)
		return host_error(virtio->name, r);
	virtio->impl = balloon;
	virtio->free = balloon_free;
	virtio->device = vm_virtio_balloon_device(balloon);
	return OPTIONS_RUN;
}
