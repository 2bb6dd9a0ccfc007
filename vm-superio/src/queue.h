/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The transmit queue of the serial ports.  Its last VM_SERIAL_FIFO bytes are
 * the FIFO that the guest sees; those before have left the chip already and
 * wait for the sink of the VMM.
 */
#ifndef VM_SUPERIO_QUEUE_H
#define VM_SUPERIO_QUEUE_H

#include <vm-superio/serial.h>

#define QUEUE_MASK (VM_SERIAL_TX_QUEUE - 1u)

/* While the queue is no longer than this, the FIFO in it is empty. */
#define QUEUE_LOW (VM_SERIAL_TX_QUEUE - VM_SERIAL_FIFO)

static inline uint32_t queue_len(const struct vm_serial_queue *queue)
{
	return queue->tail - queue->head;
}

/* How many bytes are in the FIFO. */
static inline uint32_t queue_fifo_len(const struct vm_serial_queue *queue)
{
	uint32_t len = queue_len(queue);

	return len > QUEUE_LOW ? len - QUEUE_LOW : 0;
}

/* Append where there is known to be room. */
static inline void queue_put(struct vm_serial_queue *queue, uint8_t byte)
{
	queue->bytes[queue->tail++ & QUEUE_MASK] = byte;
}

/* Append; false where the queue is full. */
bool queue_push(struct vm_serial_queue *queue, uint8_t byte);

/* Offer everything to the sink: one run, and another where the ring wraps. */
void queue_drain(struct vm_serial_queue *queue, const struct vm_serial_ops *ops,
		 void *ctx);

/* Drop what is in the FIFO. */
void queue_clear_fifo(struct vm_serial_queue *queue);

/* Copy the content out, oldest first, and in. */
void queue_save(const struct vm_serial_queue *queue,
		uint8_t bytes[static VM_SERIAL_TX_QUEUE]);
void queue_restore(struct vm_serial_queue *queue,
		   const uint8_t bytes[static VM_SERIAL_TX_QUEUE],
		   uint32_t len);

#endif
