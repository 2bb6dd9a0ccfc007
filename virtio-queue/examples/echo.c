/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A device that sends back what it is sent, and a driver for it in the same
 * process, which stands in for the guest.
 */
#include <stdio.h>
#include <string.h>

#include <virtio-queue-testing/driver.h>
#include <virtio-queue/cursor.h>
#include <virtio-queue/drain.h>

/* [device] */
/* Copies the readable part of a chain to the writable one. */
static enum virtq_verdict echo(void *context, const struct virtq_chain *chain,
			       uint32_t *ret_len)
{
	struct virtq_reader reader;
	struct virtq_writer writer;
	char text[64];
	size_t len = sizeof(text);

	(void)context;
	virtq_reader_init(&reader, chain);
	virtq_writer_init(&writer, chain);
	if (len > virtq_reader_left(&reader))
		len = virtq_reader_left(&reader);
	if (virtq_reader_read(&reader, text, len) ||
	    virtq_writer_write(&writer, text, len))
		return VIRTQ_DONE; /* with 0 bytes: the driver cheated */
	*ret_len = virtq_writer_done(&writer);
	return VIRTQ_DONE;
}

/* What a device does when the driver has notified it. */
static int on_notification(struct virtq *vq, void (*interrupt)(void))
{
	struct virtq_seg segs[16];
	struct virtq_chain chain = { .segs = segs, .max_segs = 16 };
	struct virtq_drain_result result;
	int r;

	r = virtq_drain(vq, &chain, 256, echo, NULL, &result);
	if (result.notify)
		interrupt();
	return r; /* -EBADMSG: set DEVICE_NEEDS_RESET */
}
/* [device] */

static void interrupt(void)
{
	puts("interrupt");
}

/* The guest: sends a request and shows the answer. */
static int converse(struct vm_mem *mem, struct virtq_driver *driver,
		    struct virtq *vq)
{
	const struct virtq_buf bufs[] = { { 0x8000, 6, false },
					  { 0x9000, 16, true } };
	struct virtq_driver_used used;
	char answer[16] = "";

	if (vm_mem_write(mem, 0x8000, "hello", 6) ||
	    virtq_driver_add(driver, bufs, 2, VIRTQ_DRIVER_DIRECT, 0))
		return 1;
	if (virtq_driver_publish(driver) && on_notification(vq, interrupt))
		return 1;
	if (virtq_driver_get(driver, &used) != 1 ||
	    vm_mem_read(mem, 0x9000, answer, sizeof(answer)))
		return 1;
	printf("%u bytes: %s\n", used.len, answer);
	return strcmp(answer, "hello") != 0;
}

int main(void)
{
	const struct vm_mem_range range = { 0, 0x10000, NULL };
	uint64_t features = VIRTQ_BIT(VIRTIO_F_VERSION_1) | VIRTQ_RING_FEATURES;
	struct virtq_driver *driver;
	struct virtq_config config;
	struct virtq vq = { 0 };
	struct vm_mem *mem;
	vm_gpa tables;
	int r;

	if (vm_mem_new(&range, 1, &mem))
		return 1;
	tables = virtq_layout(&config, 8, features, 0);
	r = virtq_driver_new(mem, &config, tables, &driver);
	if (!r) {
		r = virtq_activate(&vq, &config, mem);
		if (!r)
			r = converse(mem, driver, &vq);
		virtq_reset(&vq);
		virtq_driver_free(driver);
	}
	vm_mem_free(mem);
	return r ? 1 : 0;
}
