/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A program from outside this repository: it knows two of the libraries by
 * what they install.  A driver offers a request and room for the answer in a
 * virtqueue, the device answers with the request, the driver checks it.
 */
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <string.h>

#include <virtio-queue/cursor.h>
#include <virtio-queue/virtq.h>
#include <vm-memory/guest_memory.h>

#define DESC	0x0000
#define AVAIL	0x1000
#define USED	0x2000
#define REQUEST 0x3000
#define ANSWER	0x4000

static const char request[] = "what a guest says";

static int offer_request(const struct vm_mem *mem)
{
	const struct vring_desc table[] = {
		{ REQUEST, sizeof(request), VRING_DESC_F_NEXT, 1 },
		{ ANSWER, sizeof(request), VRING_DESC_F_WRITE, 0 },
	};
	const uint16_t avail[] = { 0, 1, 0 }; /* flags, index, first head */
	int r;

	r = vm_mem_write(mem, REQUEST, request, sizeof(request));
	if (r)
		return r;
	r = vm_mem_write(mem, DESC, table, sizeof(table));
	if (r)
		return r;
	return vm_mem_write(mem, AVAIL, avail, sizeof(avail));
}

static int answer(const struct virtq_chain *chain, uint32_t *ret_len)
{
	struct virtq_reader reader;
	struct virtq_writer writer;
	char copy[sizeof(request)];
	int r;

	virtq_reader_init(&reader, chain);
	virtq_writer_init(&writer, chain);
	r = virtq_reader_read(&reader, copy, sizeof(copy));
	if (r)
		return r;
	r = virtq_writer_write(&writer, copy, sizeof(copy));
	if (r)
		return r;
	*ret_len = virtq_writer_done(&writer);
	return 0;
}

static int serve(struct virtq *vq)
{
	struct virtq_seg segs[2];
	struct virtq_chain chain = { .segs = segs, .max_segs = 2 };
	uint32_t len;
	int r;

	r = virtq_pop(vq, &chain);
	if (r != 1)
		return r < 0 ? r : -1;
	r = answer(&chain, &len);
	if (r)
		return r;
	r = virtq_push(vq, chain.head, len);
	if (r)
		return r;
	return virtq_flush(vq) ? 0 : -1;
}

static int check_answer(const struct vm_mem *mem)
{
	struct {
		uint16_t flags, index;
		struct vring_used_elem first;
	} used;
	char copy[sizeof(request)];
	int r;

	r = vm_mem_read(mem, USED, &used, sizeof(used));
	if (r)
		return r;
	r = vm_mem_read(mem, ANSWER, copy, sizeof(copy));
	if (r)
		return r;
	if (used.index != 1 || used.first.len != sizeof(request))
		return -1;
	return memcmp(copy, request, sizeof(request)) ? -1 : 0;
}

static int run(const struct vm_mem *mem)
{
	const struct virtq_config config = {
		.features = 1ULL << VIRTIO_F_VERSION_1,
		.desc = DESC,
		.driver = AVAIL,
		.device = USED,
		.size = 4,
		.max_size = 4,
	};
	struct virtq vq = { 0 };
	int r;

	r = virtq_activate(&vq, &config, mem);
	if (r)
		return r;
	r = offer_request(mem);
	if (!r)
		r = serve(&vq);
	if (!r)
		r = check_answer(mem);
	virtq_reset(&vq);
	return r;
}

int main(void)
{
	const struct vm_mem_range range = { .gpa = 0, .size = 0x10000 };
	struct vm_mem *mem;
	int r;

	r = vm_mem_new(&range, 1, &mem);
	if (r) {
		fprintf(stderr, "no memory: %s\n", strerror(-r));
		return 1;
	}
	r = run(mem);
	vm_mem_free(mem);
	if (r)
		fprintf(stderr, "the request was not answered: %d\n", r);
	return r != 0;
}
