/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>

#include <virtio-queue/drain.h>

/* Serves one chain that was popped with the result @popped. */
static int serve(struct virtq *vq, struct virtq_chain *chain, int popped,
		 virtq_handler handler, void *context,
		 struct virtq_drain_result *result)
{
	uint32_t len = 0;
	int r;

	if (popped < 0) {
		result->rejected++;
		result->last_fault = chain->fault;
		return virtq_push(vq, chain->head, 0);
	}
	switch (handler(context, chain, &len)) {
	case VIRTQ_DONE:
		break;
	case VIRTQ_TAKEN:
		result->served++;
		return 0;
	case VIRTQ_BUSY:
		result->more = true;
		return virtq_undo_pop(vq, chain->head);
	}
	result->served++;
	if (len <= chain->head.writable)
		return virtq_push(vq, chain->head, len);
	r = virtq_push(vq, chain->head, 0);
	return r ? r : -EINVAL;
}

/* Serves what is available, until @result->more or the ring is empty. */
static int serve_all(struct virtq *vq, struct virtq_chain *chain,
		     uint32_t budget, virtq_handler handler, void *context,
		     struct virtq_drain_result *result)
{
	int popped, r = 0;

	while (!r && !result->more) {
		if (result->served + result->rejected == budget) {
			result->more = virtq_has_avail(vq);
			return 0;
		}
		popped = virtq_pop(vq, chain);
		if (!popped || popped == -EINVAL || virtq_is_broken(vq))
			return popped;
		r = serve(vq, chain, popped, handler, context, result);
	}
	return r;
}

int virtq_drain(struct virtq *vq, struct virtq_chain *chain, uint32_t budget,
		virtq_handler handler, void *context,
		struct virtq_drain_result *ret)
{
	struct virtq_drain_result result = { 0 };
	uint32_t rounds = 0;
	int r;

	for (;;) {
		virtq_disable_notification(vq);
		r = serve_all(vq, chain, budget, handler, context, &result);
		if (virtq_flush(vq))
			result.notify = true;
		if (r || result.more || !virtq_enable_notification(vq))
			break;
		/* A driver that takes back what it showed spends the budget. */
		result.more = rounds++ == budget;
	}
	*ret = result;
	return r;
}
