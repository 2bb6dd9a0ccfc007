/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "queue.h"

#include <string.h>

bool queue_push(struct vm_serial_queue *queue, uint8_t byte)
{
	if (queue_len(queue) == VM_SERIAL_TX_QUEUE)
		return false;
	queue_put(queue, byte);
	return true;
}

void queue_drain(struct vm_serial_queue *queue, const struct vm_serial_ops *ops,
		 void *ctx)
{
	uint32_t pos, run;
	size_t taken;

	while (queue_len(queue)) {
		pos = queue->head & QUEUE_MASK;
		run = VM_SERIAL_TX_QUEUE - pos;
		if (run > queue_len(queue))
			run = queue_len(queue);
		taken = ops->tx(ctx, &queue->bytes[pos], run);
		queue->head += taken < run ? (uint32_t)taken : run;
		if (taken < run)
			return;
	}
}

void queue_clear_fifo(struct vm_serial_queue *queue)
{
	queue->tail -= queue_fifo_len(queue);
}

void queue_save(const struct vm_serial_queue *queue,
		uint8_t bytes[static VM_SERIAL_TX_QUEUE])
{
	for (uint32_t i = 0; i < queue_len(queue); i++)
		bytes[i] = queue->bytes[(queue->head + i) & QUEUE_MASK];
}

void queue_restore(struct vm_serial_queue *queue,
		   const uint8_t bytes[static VM_SERIAL_TX_QUEUE], uint32_t len)
{
	queue->head = 0;
	queue->tail = len;
	memcpy(queue->bytes, bytes, sizeof(queue->bytes));
}
