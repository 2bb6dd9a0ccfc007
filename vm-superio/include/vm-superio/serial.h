/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * 16550A serial port (National Semiconductor PC16550D): a pure register model.
 *
 * The model owns no file descriptor, thread or clock.  What the guest sends
 * leaves through a sink, what the VMM has for the guest is pushed in, and the
 * interrupt output is a level on a callback.
 *
 * Where a chip without a clock and a wire differs from the data sheet:
 *  - a character takes no time, so the transmitter is empty (LSR.THRE and
 *    LSR.TEMT) whenever the transmit queue can take another 16 bytes;
 *  - four idle character times pass at once: characters below the trigger
 *    level raise the character timeout indication without delay;
 *  - characters are 8 bits wide: word length, parity, stop bits and divisor
 *    are kept for the guest to read back and alter no data;
 *  - a character received before the FIFOs are switched on stays readable
 *    when they are.  Linux enables the receive interrupt first and the FIFOs
 *    second, so whatever arrived in between would be lost.
 *
 * Threading: no lock inside.  Calls on one vm_serial must be serialised by the
 * caller, typically by a mutex that the vCPU threads and the I/O thread take.
 * Callbacks run inside the call that caused them and must not call back into
 * the same vm_serial.
 */
#ifndef VM_SUPERIO_SERIAL_H
#define VM_SUPERIO_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-superio/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Registers, each one byte wide; MMIO strides are the VMM's to divide out. */
#define VM_SERIAL_SIZE 8u

/* Depth of the FIFOs that the guest sees. */
#define VM_SERIAL_FIFO 16u

/*
 * Output that the sink has not taken yet.  Its last VM_SERIAL_FIFO bytes are
 * the transmit FIFO: once they are in use, the guest is told to wait.
 */
#define VM_SERIAL_TX_QUEUE 1024u

/* Modem inputs, as bits of MSR. */
#define VM_SERIAL_CTS 0x10u
#define VM_SERIAL_DSR 0x20u
#define VM_SERIAL_RI  0x40u
#define VM_SERIAL_DCD 0x80u

/* Outputs: the low half of MCR, and the break condition as in LCR. */
#define VM_SERIAL_DTR	0x01u
#define VM_SERIAL_RTS	0x02u
#define VM_SERIAL_OUT1	0x04u
#define VM_SERIAL_OUT2	0x08u
#define VM_SERIAL_BREAK 0x40u

/* What may be wrong with a received character: bits of LSR. */
#define VM_SERIAL_PARITY_ERROR	0x04u
#define VM_SERIAL_FRAMING_ERROR 0x08u
#define VM_SERIAL_BREAK_ERROR	0x10u

/**
 * struct vm_serial_ops - what a port drives, this one or a PL011
 * @tx: takes the first bytes of a run and returns how many, at most @len.
 *	Fewer is back-pressure: the rest stays queued until vm_serial_flush().
 * @tx_wake: optional.  Without it every byte is offered to @tx at once.  With
 *	it bytes gather in the queue and @tx_wake is called when one enters an
 *	empty queue; the VMM then calls vm_serial_flush() when it suits, often
 *	from another thread.
 * @irq: level of the INTR output, called on each change; it starts low
 * @rx_ready: optional.  The receiver can take input again after it had to be
 *	held back; see vm_serial_rx_ready() and vm_serial_push().
 * @outputs: optional.  VM_SERIAL_DTR and so on, called on each change; all
 *	start inactive.
 */
struct vm_serial_ops {
	size_t (*tx)(void *ctx, const uint8_t *data, size_t len);
	void (*tx_wake)(void *ctx);
	void (*irq)(void *ctx, bool level);
	void (*rx_ready)(void *ctx);
	void (*outputs)(void *ctx, uint8_t lines);
};

/* Output on its way to the sink; private to the library. */
struct vm_serial_queue {
	uint32_t head; /* both count up for ever */
	uint32_t tail;
	uint8_t bytes[VM_SERIAL_TX_QUEUE];
};

/* Allocated by the caller; every member is private to the library. */
struct vm_serial {
	const struct vm_serial_ops *ops;
	void *ctx;
	uint32_t tx_fast; /* bytes that THR may take without a side effect */
	uint8_t ier;
	uint8_t fcr;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t lsr;
	uint8_t msr;
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
	uint8_t inputs; /* modem inputs at the pins, loopback or not */
	uint8_t outputs;
	uint8_t rx_head;
	uint8_t rx_len;
	uint8_t rx_bad; /* characters behind the first that have errors */
	uint8_t rx_held; /* what the rx_ready callback waits for */
	bool thre_pending;
	bool irq;
	uint8_t rx[VM_SERIAL_FIFO];
	uint8_t rx_errors[VM_SERIAL_FIFO];
	struct vm_serial_queue tx;
};

#define VM_SERIAL_STATE_VERSION 1u

/**
 * struct vm_serial_state - everything that the guest can observe
 *
 * Plain data without padding, in the byte order of the host.  @lsr holds the
 * error bits only and @msr the delta bits only; the rest follows from the
 * other members.  Unused bytes are zero.
 */
struct vm_serial_state {
	uint32_t version; /* VM_SERIAL_STATE_VERSION */
	uint16_t tx_len;
	uint8_t rx_len;
	uint8_t thre_pending; /* 0 or 1 */
	uint8_t ier;
	uint8_t fcr;
	uint8_t lcr;
	uint8_t mcr;
	uint8_t lsr;
	uint8_t msr;
	uint8_t scr;
	uint8_t dll;
	uint8_t dlm;
	uint8_t inputs;
	uint8_t reserved[2];
	uint8_t rx[VM_SERIAL_FIFO];
	uint8_t rx_errors[VM_SERIAL_FIFO];
	uint8_t tx[VM_SERIAL_TX_QUEUE];
};

/**
 * vm_serial_init - make a port in its reset state
 * @serial: uninitialised storage
 * @ops: callbacks; must outlive @serial
 * @ctx: passed to every callback
 *
 * CTS, DSR and DCD start active, as if a terminal were connected.  Nothing
 * needs to be undone when @serial is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @ops lacks tx or irq
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_serial_init(
	struct vm_serial *serial, const struct vm_serial_ops *ops, void *ctx);

/**
 * vm_serial_reset - pulse the chip's master reset
 * @serial: an initialised port
 *
 * As the data sheet's table of reset values; the scratch register, the divisor
 * and the modem inputs keep theirs.  Queued output stays queued.
 */
VM_SUPERIO_API void vm_serial_reset(struct vm_serial *serial);

/**
 * vm_serial_read - the guest reads a register
 * @serial: an initialised port
 * @off: register, 0 to 7
 *
 * Reading has the side effects of the chip.  Returns the register's value, or
 * 0xff where @off is not a register.
 */
VM_SUPERIO_API uint8_t vm_serial_read(struct vm_serial *serial,
				      unsigned int off);

/**
 * vm_serial_write - the guest writes a register
 * @serial: an initialised port
 * @off: register, 0 to 7
 * @value: the byte
 *
 * A write to a register that is read-only, or to none, is ignored.  A character
 * that the guest transmits against LSR.THRE into a full queue is lost.
 */
VM_SUPERIO_API void vm_serial_write(struct vm_serial *serial, unsigned int off,
				    uint8_t value);

/**
 * vm_serial_flush - offer queued output to the sink
 * @serial: an initialised port
 *
 * Call it after tx_wake, and when a sink that took too little can take more.
 * At most two runs are offered.  Returns the number of bytes still queued.
 */
VM_SUPERIO_API size_t vm_serial_flush(struct vm_serial *serial);

/**
 * vm_serial_rx_room - how many characters the receiver can take
 * @serial: an initialised port
 *
 * Returns 0 to VM_SERIAL_FIFO; 0 in loopback mode, where the receiver is cut
 * off the line.
 */
VM_SUPERIO_API size_t vm_serial_rx_room(const struct vm_serial *serial);

/**
 * vm_serial_rx_ready - how many characters a listening driver can take
 * @serial: an initialised port
 *
 * As vm_serial_rx_room() while the guest has the receive interrupt enabled,
 * else 0.  Drivers empty the FIFO when they open the port and enable that
 * interrupt last, so a VMM that pushes no more than this loses no input.  A
 * driver that only probes, with all interrupts enabled but OUT2 inactive, does
 * not count.  A guest that polls with all interrupts off is served by
 * vm_serial_rx_room().
 *
 * When the answer is 0 the rx_ready callback tells, once, that the receiver is
 * empty and the driver listens.
 */
VM_SUPERIO_API size_t vm_serial_rx_ready(struct vm_serial *serial);

/**
 * vm_serial_push - input for the guest
 * @serial: an initialised port
 * @data: characters
 * @len: how many; 0 is a no-op
 *
 * Takes what there is room for, see vm_serial_rx_room(), and never overruns.
 * Returns how many were taken; where that is fewer than @len the rx_ready
 * callback tells, once, that the receiver is empty and on the line.
 */
VM_SUPERIO_API size_t vm_serial_push(struct vm_serial *serial,
				     const uint8_t *data, size_t len);

/**
 * vm_serial_receive - one character as the wire delivers it
 * @serial: an initialised port
 * @byte: the character; a break reads as 0 whatever it is
 * @errors: VM_SERIAL_PARITY_ERROR and so on, or 0; other bits are ignored
 *
 * For a VMM whose line cannot wait.  Without room the chip overruns: LSR.OE is
 * set and the character is lost, or with the FIFOs off replaces the unread one.
 * In loopback mode the character is not seen.
 */
VM_SUPERIO_API void vm_serial_receive(struct vm_serial *serial, uint8_t byte,
				      uint8_t errors);

/**
 * vm_serial_set_inputs - change the modem inputs
 * @serial: an initialised port
 * @lines: active ones of VM_SERIAL_CTS, _DSR, _RI and _DCD
 */
VM_SUPERIO_API void vm_serial_set_inputs(struct vm_serial *serial,
					 uint8_t lines);

/**
 * vm_serial_save - take a snapshot
 * @serial: an initialised port
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_serial_save(const struct vm_serial *serial,
				   struct vm_serial_state *ret_state);

/**
 * vm_serial_restore - continue from a snapshot
 * @serial: an initialised port; its callbacks stay
 * @state: as vm_serial_save() made it
 *
 * The irq and outputs callbacks are brought up to date.  Where output is
 * queued the VMM should call vm_serial_flush().  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or no port can be in that state
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_serial_restore(
	struct vm_serial *serial, const struct vm_serial_state *state);

#ifdef __cplusplus
}
#endif

#endif
