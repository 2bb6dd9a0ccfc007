/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Memory that the guest lends, VIRTIO 1.2 sections 5.5.6 and 5.5.6.7.
 *
 * All ranges are the driver's words.  Each is checked against guest memory, and
 * only then reaches vm_mem_discard(), which knows what may be discarded.
 */
#include <virtio-queue/cursor.h>
#include <vm-memory/endian.h>
#include <vm-memory/io.h>
#include <vm-memory/region.h>

#include "balloon_internal.h"

/* Page numbers that are copied at a time: 1 KiB of stack. */
#define BATCH 256u

/* Adjacent pages, all in guest memory; none if the length is 0. */
struct run {
	vm_gpa gpa;
	uint64_t len;
};

static void refuse(struct vm_virtio_balloon *balloon)
{
	vm_virtio_device_count_error(&balloon->device, VM_VIRTIO_ERROR_REQUEST);
}

/* Is it all guest memory?  If not, it is skipped. */
static bool is_inside(struct vm_virtio_balloon *balloon, vm_gpa gpa,
		      uint64_t len)
{
	if (!vm_mem_check_range(balloon->device.host.mem, gpa, len))
		return true;
	balloon->counters.outside++;
	refuse(balloon);
	return false;
}

/*
 * A free page with a promised content may become zeroes, if that is the
 * content, and nothing else (5.5.6.7.2).
 */
static bool may_discard(const struct vm_virtio_balloon *balloon,
			const struct vm_mem_region_info *region)
{
	bool has_promise =
		balloon->serving != BALLOON_INFLATE &&
		vm_virtio_device_has_feature(&balloon->device,
					     VIRTIO_BALLOON_F_PAGE_POISON);

	return !has_promise || (!balloon->config.poison_val &&
				region->kind != VM_MEM_FILE_PRIVATE);
}

/* Gives back those whole pages of the host that are in a part of a region. */
static void discard_part(struct vm_virtio_balloon *balloon, vm_gpa gpa,
			 uint64_t len, const struct vm_mem_region_info *region)
{
	uint64_t mask = region->page_size - 1;
	uint64_t head = -gpa & mask;
	uint64_t tail = (gpa + len) & mask;

	balloon->counters.kept += len;
	if (head + tail >= len || !may_discard(balloon, region))
		return;
	len -= head + tail;
	if (vm_mem_discard(balloon->device.host.mem, gpa + head, len)) {
		vm_virtio_device_count_error(&balloon->device,
					     VM_VIRTIO_ERROR_IO);
		return;
	}
	balloon->counters.kept -= len;
	balloon->counters.discarded += len;
}

/* Gives back a range of guest memory, region by region. */
static void discard(struct vm_virtio_balloon *balloon, vm_gpa gpa, uint64_t len)
{
	const struct vm_mem *mem = balloon->device.host.mem;
	struct vm_mem_region_info region;
	uint64_t part;
	size_t index;

	for (; len; gpa += part, len -= part) {
		if (vm_mem_find_region(mem, gpa, &index) ||
		    vm_mem_get_region(mem, index, &region))
			return;
		part = region.gpa + region.size - gpa;
		if (part > len)
			part = len;
		discard_part(balloon, gpa, part, &region);
	}
}

/* Adds a page to a run, or gives the run back and starts another one. */
static void put_page(struct vm_virtio_balloon *balloon, struct run *run,
		     vm_gpa gpa)
{
	if (!is_inside(balloon, gpa, VM_VIRTIO_BALLOON_PAGE))
		return;
	balloon->counters.inflated++;
	if (run->len && gpa == run->gpa + run->len) {
		run->len += VM_VIRTIO_BALLOON_PAGE;
	} else if (run->len && gpa + VM_VIRTIO_BALLOON_PAGE == run->gpa) {
		run->gpa = gpa;
		run->len += VM_VIRTIO_BALLOON_PAGE;
	} else {
		discard(balloon, run->gpa, run->len);
		*run = (struct run){ gpa, VM_VIRTIO_BALLOON_PAGE };
	}
}

/* Have the queue served again when others have had their turn. */
static enum virtq_verdict postpone(struct vm_virtio_balloon *balloon)
{
	struct vm_virtio_host *host = &balloon->device.host;

	host->kick(host->context, balloon->serving);
	return VIRTQ_BUSY;
}

enum virtq_verdict balloon_inflate(void *context,
				   const struct virtq_chain *chain,
				   uint32_t *ret_len)
{
	struct vm_virtio_balloon *balloon = context;
	uint64_t count = chain->readable_len / sizeof(uint32_t);
	uint32_t numbers[BATCH];
	struct virtq_reader reader;
	struct run run = { 0 };

	(void)ret_len;
	if (chain->writable_len || chain->readable_len % sizeof(uint32_t) ||
	    count > VM_VIRTIO_BALLOON_PAGES) {
		refuse(balloon);
		return VIRTQ_DONE;
	}
	if (count > balloon->left)
		return postpone(balloon);
	balloon->left -= count;
	virtq_reader_init(&reader, chain);
	while (count) {
		size_t batch = count < BATCH ? (size_t)count : BATCH;

		if (virtq_reader_read(&reader, numbers,
				      batch * sizeof(*numbers))) {
			refuse(balloon);
			break;
		}
		for (size_t i = 0; i < batch; i++)
			put_page(balloon, &run,
				 (vm_gpa)vm_mem_le32(numbers[i]) *
					 VM_VIRTIO_BALLOON_PAGE);
		count -= batch;
	}
	discard(balloon, run.gpa, run.len);
	return VIRTQ_DONE;
}

enum virtq_verdict balloon_deflate(void *context,
				   const struct virtq_chain *chain,
				   uint32_t *ret_len)
{
	struct vm_virtio_balloon *balloon = context;

	/* The pages are there as soon as they are touched. */
	(void)ret_len;
	balloon->counters.deflated += chain->readable_len / sizeof(uint32_t);
	return VIRTQ_DONE;
}

/*
 * Gives back what is reported from @off on in one element, as far as this
 * notification may; returns how far it got.  A cut is where no page of the
 * host is.
 */
static uint64_t report_seg(struct vm_virtio_balloon *balloon,
			   const struct virtq_seg *seg, uint64_t off)
{
	vm_gpa gpa = seg->gpa + off;
	uint64_t len =
		VM_VIRTIO_BALLOON_REPORT - gpa % VM_VIRTIO_BALLOON_REPORT;

	if (!is_inside(balloon, seg->gpa, seg->len))
		return seg->len - off;
	if (len > seg->len - off)
		len = seg->len - off;
	if (len > balloon->left)
		return 0;
	balloon->left -= len;
	balloon->counters.reported += len;
	discard(balloon, gpa, len);
	return len;
}

enum virtq_verdict balloon_report(void *context,
				  const struct virtq_chain *chain,
				  uint32_t *ret_len)
{
	struct vm_virtio_balloon *balloon = context;
	const struct virtq_seg *seg = chain->segs + chain->readable_segs;
	const struct virtq_seg *end = seg + chain->writable_segs;
	uint64_t off = balloon->report_done, step;

	/* The buffers themselves are what is free; none of them is written. */
	(void)ret_len;
	if (chain->readable_len) {
		refuse(balloon);
		return VIRTQ_DONE;
	}
	while (seg < end) {
		if (off >= seg->len) {
			off -= seg->len;
			seg++;
			continue;
		}
		step = report_seg(balloon, seg, off);
		if (!step)
			return postpone(balloon);
		off += step;
		balloon->report_done += step;
	}
	balloon->report_done = 0;
	return VIRTQ_DONE;
}
