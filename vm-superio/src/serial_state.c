/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "serial_internal.h"
#include "state.h"

_Static_assert(sizeof(struct vm_serial_state) ==
		       20 + 2 * VM_SERIAL_FIFO + VM_SERIAL_TX_QUEUE,
	       "the saved state has no padding");

void vm_serial_save(const struct vm_serial *serial,
		    struct vm_serial_state *ret_state)
{
	bool thri = serial->ier & UART_IER_THRI;
	uint8_t at;

	*ret_state = (struct vm_serial_state){
		.version = VM_SERIAL_STATE_VERSION,
		.tx_len = (uint16_t)queue_len(&serial->tx),
		.rx_len = serial->rx_len,
		.thre_pending = thri && serial->thre_pending,
		.ier = serial->ier,
		.fcr = serial->fcr,
		.lcr = serial->lcr,
		.mcr = serial->mcr,
		.lsr = serial->lsr & LSR_ERRORS,
		.msr = serial->msr & UART_MSR_ANY_DELTA,
		.scr = serial->scr,
		.dll = serial->dll,
		.dlm = serial->dlm,
		.inputs = serial->inputs,
	};
	for (uint8_t i = 0; i < serial->rx_len; i++) {
		at = (serial->rx_head + i) % VM_SERIAL_FIFO;
		ret_state->rx[i] = serial->rx[at];
		ret_state->rx_errors[i] = i ? serial->rx_errors[at] : 0;
	}
	queue_save(&serial->tx, ret_state->tx);
}

static bool registers_are_valid(const struct vm_serial_state *state)
{
	bool fifo = state->fcr & UART_FCR_ENABLE_FIFO;

	if (state->ier & ~IER_MASK || state->mcr & ~MCR_MASK ||
	    state->fcr & ~FCR_MASK || (state->fcr && !fifo))
		return false;
	if (state->lsr & ~LSR_ERRORS || state->msr & ~UART_MSR_ANY_DELTA ||
	    state->inputs & 0x0f)
		return false;
	return state_is_zero(state->reserved, sizeof(state->reserved));
}

static bool queues_are_valid(const struct vm_serial_state *state)
{
	uint8_t depth = state->fcr ? VM_SERIAL_FIFO : 1;

	if (state->tx_len > VM_SERIAL_TX_QUEUE || state->rx_len > depth)
		return false;
	/* The interrupt needs to be enabled and the transmitter empty. */
	if (state->thre_pending > 1 ||
	    (state->thre_pending &&
	     (!(state->ier & UART_IER_THRI) || state->tx_len > QUEUE_LOW)))
		return false;
	for (uint8_t i = 0; i < state->rx_len; i++)
		if (state->rx_errors[i] & (i ? ~RX_ERRORS : ~0))
			return false;
	return state_is_zero(&state->rx[state->rx_len],
			     sizeof(state->rx) - state->rx_len) &&
	       state_is_zero(&state->rx_errors[state->rx_len],
			     sizeof(state->rx_errors) - state->rx_len) &&
	       state_is_zero(&state->tx[state->tx_len],
			     sizeof(state->tx) - state->tx_len);
}

int vm_serial_restore(struct vm_serial *serial,
		      const struct vm_serial_state *state)
{
	if (state->version != VM_SERIAL_STATE_VERSION ||
	    !registers_are_valid(state) || !queues_are_valid(state))
		return -EBADMSG;
	queue_restore(&serial->tx, state->tx, state->tx_len);
	serial->ier = state->ier;
	serial->fcr = state->fcr;
	serial->lcr = state->lcr;
	serial->mcr = state->mcr;
	serial->scr = state->scr;
	serial->dll = state->dll;
	serial->dlm = state->dlm;
	serial->inputs = state->inputs;
	serial->rx_head = 0;
	serial->rx_len = state->rx_len;
	serial->rx_bad = 0;
	for (uint8_t i = 0; i < VM_SERIAL_FIFO; i++)
		if (state->rx_errors[i])
			serial->rx_bad++;
	memcpy(serial->rx, state->rx, sizeof(serial->rx));
	memcpy(serial->rx_errors, state->rx_errors, sizeof(serial->rx_errors));
	/* With the derived bits in place settling sees no transition. */
	serial->lsr = state->lsr;
	if (state->tx_len <= QUEUE_LOW)
		serial->lsr |= UART_LSR_THRE;
	serial->thre_pending = state->thre_pending;
	serial->msr = serial_modem_lines(serial) | state->msr;
	serial_settle(serial);
	return 0;
}
