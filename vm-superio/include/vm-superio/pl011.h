/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * PrimeCell serial port PL011 (ARM DDI 0183, revision r1p3 with FIFOs of 16):
 * a pure register model with the callbacks of <vm-superio/serial.h>.
 *
 * It differs from the manual as the 16550A does from its data sheet:
 *  - a character takes no time, and 32 idle bit times pass at once: the
 *    receive timeout is raised as soon as characters have come;
 *  - characters are 8 bits wide, whatever the line settings;
 *  - transmitter and receiver work whether or not they are enabled in
 *    UARTCR, so that a guest which trusts its firmware can print.
 * There is no DMA and no infrared.
 *
 * Threading: no lock inside.  Calls on one vm_pl011 must be serialised by the
 * caller.  Callbacks run inside the call that caused them and must not call
 * back into the same vm_pl011.
 */
#ifndef VM_SUPERIO_PL011_H
#define VM_SUPERIO_PL011_H

#include <vm-superio/api.h>
#include <vm-superio/serial.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VM_PL011_SIZE 0x1000u

/* Allocated by the caller; every member is private to the library. */
struct vm_pl011 {
	const struct vm_serial_ops *ops;
	void *ctx;
	uint16_t ibrd;
	uint16_t cr;
	uint16_t imsc;
	uint16_t ris;
	uint8_t fbrd;
	uint8_t lcr_h;
	uint8_t ifls;
	uint8_t ilpr;
	uint8_t dmacr;
	uint8_t rsr;
	uint8_t inputs; /* modem inputs at the pins, loopback or not */
	uint8_t lines; /* modem inputs as the chip sees them */
	uint8_t outputs;
	uint8_t rx_head;
	uint8_t rx_len;
	uint8_t rx_held; /* what the rx_ready callback waits for */
	bool overrun; /* no character was received since one was lost */
	bool tx_low; /* the transmit FIFO is at its trigger level or below */
	bool irq;
	uint16_t rx[VM_SERIAL_FIFO]; /* with their errors, as in UARTDR */
	struct vm_serial_queue tx;
};

#define VM_PL011_STATE_VERSION 1u

/* Everything that the guest can observe; plain data without padding. */
struct vm_pl011_state {
	uint32_t version; /* VM_PL011_STATE_VERSION */
	uint16_t ibrd;
	uint16_t cr;
	uint16_t imsc;
	uint16_t ris;
	uint16_t tx_len;
	uint8_t rx_len;
	uint8_t fbrd;
	uint8_t lcr_h;
	uint8_t ifls;
	uint8_t ilpr;
	uint8_t dmacr;
	uint8_t rsr;
	uint8_t inputs;
	uint8_t overrun; /* 0 or 1 */
	uint8_t reserved; /* zero */
	uint16_t rx[VM_SERIAL_FIFO];
	uint8_t tx[VM_SERIAL_TX_QUEUE];
};

/**
 * vm_pl011_init - make a port in its reset state
 * @uart: uninitialised storage
 * @ops: callbacks; must outlive @uart
 * @ctx: passed to every callback
 *
 * CTS, DSR and DCD start active, as if a terminal were connected.  Nothing
 * needs to be undone when @uart is no longer used.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @ops lacks tx or irq
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_pl011_init(
	struct vm_pl011 *uart, const struct vm_serial_ops *ops, void *ctx);

/**
 * vm_pl011_read - the guest reads a register
 * @uart: an initialised port
 * @off: offset of the register; a narrower access gets the low bytes
 *
 * Returns the register's value, or 0 where @off is none.
 */
VM_SUPERIO_API uint32_t vm_pl011_read(struct vm_pl011 *uart, unsigned int off);

/**
 * vm_pl011_write - the guest writes a register
 * @uart: an initialised port
 * @off: offset of the register; elsewhere the write is ignored
 * @value: the word
 *
 * A character that the guest transmits into a full FIFO is lost.
 */
VM_SUPERIO_API void vm_pl011_write(struct vm_pl011 *uart, unsigned int off,
				   uint32_t value);

/** vm_pl011_flush - as vm_serial_flush() */
VM_SUPERIO_API size_t vm_pl011_flush(struct vm_pl011 *uart);

/** vm_pl011_rx_room - as vm_serial_rx_room() */
VM_SUPERIO_API size_t vm_pl011_rx_room(const struct vm_pl011 *uart);

/**
 * vm_pl011_rx_ready - as vm_serial_rx_ready()
 * @uart: an initialised port
 *
 * A driver listens when the receive or the receive timeout interrupt is
 * enabled.
 */
VM_SUPERIO_API size_t vm_pl011_rx_ready(struct vm_pl011 *uart);

/** vm_pl011_push - as vm_serial_push() */
VM_SUPERIO_API size_t vm_pl011_push(struct vm_pl011 *uart, const uint8_t *data,
				    size_t len);

/**
 * vm_pl011_receive - one character as the wire delivers it
 * @uart: an initialised port
 * @byte: the character; a break reads as 0 whatever it is
 * @errors: VM_SERIAL_PARITY_ERROR and so on, or 0; other bits are ignored
 *
 * Without room the chip overruns: UARTRSR.OE is set and the character is lost.
 * In loopback mode the character is not seen.
 */
VM_SUPERIO_API void vm_pl011_receive(struct vm_pl011 *uart, uint8_t byte,
				     uint8_t errors);

/** vm_pl011_set_inputs - as vm_serial_set_inputs() */
VM_SUPERIO_API void vm_pl011_set_inputs(struct vm_pl011 *uart, uint8_t lines);

/**
 * vm_pl011_save - take a snapshot
 * @uart: an initialised port
 * @ret_state: receives it, every byte
 */
VM_SUPERIO_API void vm_pl011_save(const struct vm_pl011 *uart,
				  struct vm_pl011_state *ret_state);

/**
 * vm_pl011_restore - continue from a snapshot
 * @uart: an initialised port; its callbacks stay
 * @state: as vm_pl011_save() made it
 *
 * The irq and outputs callbacks are brought up to date.  Where output is
 * queued the VMM should call vm_pl011_flush().  A failure changes nothing.
 *
 * Returns:
 *	0 on success
 *	-EBADMSG, @state is of another version or no port can be in that state
 */
VM_SUPERIO_API VM_SUPERIO_CHECK int vm_pl011_restore(
	struct vm_pl011 *uart, const struct vm_pl011_state *state);

#ifdef __cplusplus
}
#endif

#endif
