/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "pl011_internal.h"
#include "state.h"

_Static_assert(sizeof(struct vm_pl011_state) ==
		       24 + 2 * VM_SERIAL_FIFO + VM_SERIAL_TX_QUEUE,
	       "the saved state has no padding");

void vm_pl011_save(const struct vm_pl011 *uart,
		   struct vm_pl011_state *ret_state)
{
	*ret_state = (struct vm_pl011_state){
		.version = VM_PL011_STATE_VERSION,
		.ibrd = uart->ibrd,
		.cr = uart->cr,
		.imsc = uart->imsc,
		.ris = uart->ris,
		.tx_len = (uint16_t)queue_len(&uart->tx),
		.rx_len = uart->rx_len,
		.fbrd = uart->fbrd,
		.lcr_h = uart->lcr_h,
		.ifls = uart->ifls,
		.ilpr = uart->ilpr,
		.dmacr = uart->dmacr,
		.rsr = uart->rsr,
		.inputs = uart->inputs,
		.overrun = uart->overrun,
	};
	for (uint8_t i = 0; i < uart->rx_len; i++)
		ret_state->rx[i] =
			uart->rx[(uart->rx_head + i) % VM_SERIAL_FIFO];
	queue_save(&uart->tx, ret_state->tx);
}

static bool registers_are_valid(const struct vm_pl011_state *state)
{
	return !(state->cr & ~CR_MASK) && !(state->imsc & ~INT_MASK) &&
	       !(state->ris & ~INT_MASK) && !(state->fbrd & ~FBRD_MASK) &&
	       !(state->ifls & ~IFLS_MASK) && !(state->dmacr & ~DMACR_MASK) &&
	       !(state->rsr & ~(DR_ERRORS >> 8 | RSR_OE)) &&
	       !(state->inputs & 0x0f) && state->overrun <= 1 &&
	       !state->reserved;
}

static bool queues_are_valid(const struct vm_pl011_state *state)
{
	uint8_t depth = state->lcr_h & LCR_H_FEN ? VM_SERIAL_FIFO : 1;

	if (state->tx_len > VM_SERIAL_TX_QUEUE || state->rx_len > depth)
		return false;
	for (uint8_t i = 0; i < VM_SERIAL_FIFO; i++)
		if (state->rx[i] & ~(i < state->rx_len ? DR_ERRORS | 0xff : 0u))
			return false;
	return state_is_zero(&state->tx[state->tx_len],
			     sizeof(state->tx) - state->tx_len);
}

int vm_pl011_restore(struct vm_pl011 *uart, const struct vm_pl011_state *state)
{
	if (state->version != VM_PL011_STATE_VERSION ||
	    !registers_are_valid(state) || !queues_are_valid(state))
		return -EBADMSG;
	uart->ibrd = state->ibrd;
	uart->cr = state->cr;
	uart->imsc = state->imsc;
	uart->ris = state->ris;
	uart->fbrd = state->fbrd;
	uart->lcr_h = state->lcr_h;
	uart->ifls = state->ifls;
	uart->ilpr = state->ilpr;
	uart->dmacr = state->dmacr;
	uart->rsr = state->rsr;
	uart->inputs = state->inputs;
	uart->overrun = state->overrun;
	uart->rx_head = 0;
	uart->rx_len = state->rx_len;
	memcpy(uart->rx, state->rx, sizeof(uart->rx));
	queue_restore(&uart->tx, state->tx, state->tx_len);
	/* With the derived members in place settling sees no transition. */
	uart->lines = pl011_modem_lines(uart);
	uart->tx_low = pl011_tx_is_low(uart);
	pl011_settle(uart);
	return 0;
}
