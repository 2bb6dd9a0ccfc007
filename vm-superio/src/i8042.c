/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-superio/i8042.h>

#include "state.h"

/* Status register. */
#define STATUS_OBF     0x01u /* a byte waits at the data port */
#define STATUS_SYS     0x04u /* mirrors CONTROL_SYS */
#define STATUS_COMMAND 0x08u /* the last write went to the command port */
#define STATUS_UNLOCK  0x10u /* the keyboard lock is open */
#define STATUS_TIMEOUT 0x40u /* the byte is no answer: nobody is there */

/* Controller command byte. */
#define CONTROL_KBD_INT 0x01u
#define CONTROL_SYS	0x04u
#define CONTROL_KBD_OFF 0x10u
#define CONTROL_AUX_OFF 0x20u
#define CONTROL_XLATE	0x40u
#define CONTROL_MASK	0x7fu

/* Output port. */
#define OUTPORT_NO_RESET 0x01u
#define OUTPORT_A20	 0x02u

/* Commands that the command port takes; the first group has an operand. */
enum {
	CMD_WRITE_CONTROL = 0x60,
	CMD_WRITE_OUTPORT = 0xd1,
	CMD_KBD_LOOP = 0xd2,
	CMD_AUX_LOOP = 0xd3,
	CMD_AUX_SEND = 0xd4,

	CMD_READ_CONTROL = 0x20,
	CMD_AUX_DISABLE = 0xa7,
	CMD_AUX_ENABLE = 0xa8,
	CMD_AUX_TEST = 0xa9,
	CMD_SELF_TEST = 0xaa,
	CMD_KBD_TEST = 0xab,
	CMD_KBD_DISABLE = 0xad,
	CMD_KBD_ENABLE = 0xae,
	CMD_READ_INPORT = 0xc0,
	CMD_READ_OUTPORT = 0xd0,
	CMD_READ_TEST = 0xe0,
	CMD_PULSE_OUTPORT = 0xf0, /* to 0xff */
};

/* Answers. */
#define ANSWER_SELF_TEST_OK 0x55u
#define ANSWER_KBD_TEST_OK  0x00u
#define ANSWER_AUX_STUCK    0x01u /* clock line stuck: no such port */
#define ANSWER_INPORT	    0x80u /* keyboard not inhibited */
#define ANSWER_NO_DEVICE    0xfeu

static void update_irq(struct vm_i8042 *i8042)
{
	bool level =
		i8042->status & STATUS_OBF && i8042->control & CONTROL_KBD_INT;

	if (level == i8042->irq)
		return;
	i8042->irq = level;
	if (i8042->ops->irq)
		i8042->ops->irq(i8042->ctx, level);
}

static void answer(struct vm_i8042 *i8042, uint8_t byte, uint8_t flags)
{
	i8042->output = byte;
	i8042->status &= (uint8_t)~STATUS_TIMEOUT;
	i8042->status |= (uint8_t)(STATUS_OBF | flags);
}

static void set_control(struct vm_i8042 *i8042, uint8_t value)
{
	i8042->control = value & CONTROL_MASK;
	i8042->status &= (uint8_t)~STATUS_SYS;
	i8042->status |= i8042->control & CONTROL_SYS;
}

static void set_outport(struct vm_i8042 *i8042, uint8_t value)
{
	/* The line springs back: the machine that it resets drives it high. */
	i8042->outport = value | OUTPORT_NO_RESET;
	if (!(value & OUTPORT_NO_RESET))
		i8042->ops->reset(i8042->ctx);
}

static void run_command(struct vm_i8042 *i8042, uint8_t command)
{
	switch (command) {
	case CMD_WRITE_CONTROL:
	case CMD_WRITE_OUTPORT:
	case CMD_KBD_LOOP:
	case CMD_AUX_LOOP:
	case CMD_AUX_SEND:
		i8042->command = command;
		break;
	case CMD_READ_CONTROL:
		answer(i8042, i8042->control, 0);
		break;
	case CMD_AUX_DISABLE:
		set_control(i8042, i8042->control | CONTROL_AUX_OFF);
		break;
	case CMD_AUX_ENABLE:
		set_control(i8042, i8042->control & (uint8_t)~CONTROL_AUX_OFF);
		break;
	case CMD_AUX_TEST:
		answer(i8042, ANSWER_AUX_STUCK, 0);
		break;
	case CMD_SELF_TEST:
		set_control(i8042, i8042->control | CONTROL_SYS);
		answer(i8042, ANSWER_SELF_TEST_OK, 0);
		break;
	case CMD_KBD_TEST:
		answer(i8042, ANSWER_KBD_TEST_OK, 0);
		break;
	case CMD_KBD_DISABLE:
		set_control(i8042, i8042->control | CONTROL_KBD_OFF);
		break;
	case CMD_KBD_ENABLE:
		set_control(i8042, i8042->control & (uint8_t)~CONTROL_KBD_OFF);
		break;
	case CMD_READ_INPORT:
		answer(i8042, ANSWER_INPORT, 0);
		break;
	case CMD_READ_OUTPORT:
		answer(i8042, i8042->outport, 0);
		break;
	case CMD_READ_TEST:
		answer(i8042, 0, 0);
		break;
	default:
		/* Bits that are 0 are pulsed low; bit 0 is the reset line. */
		if (command >= CMD_PULSE_OUTPORT &&
		    !(command & OUTPORT_NO_RESET))
			i8042->ops->reset(i8042->ctx);
	}
}

static void take_operand(struct vm_i8042 *i8042, uint8_t command, uint8_t byte)
{
	switch (command) {
	case CMD_WRITE_CONTROL:
		set_control(i8042, byte);
		break;
	case CMD_WRITE_OUTPORT:
		set_outport(i8042, byte);
		break;
	case CMD_KBD_LOOP:
	case CMD_AUX_LOOP:
		/* From the keyboard port in both cases: there is no other. */
		answer(i8042, byte, 0);
		break;
	default:
		/* A byte for the keyboard, or with CMD_AUX_SEND the mouse. */
		answer(i8042, ANSWER_NO_DEVICE, STATUS_TIMEOUT);
	}
}

uint8_t vm_i8042_read(struct vm_i8042 *i8042, unsigned int off)
{
	if (off == VM_I8042_COMMAND)
		return i8042->status;
	if (off != VM_I8042_DATA)
		return 0xff;
	i8042->status &= (uint8_t) ~(STATUS_OBF | STATUS_TIMEOUT);
	update_irq(i8042);
	return i8042->output;
}

void vm_i8042_write(struct vm_i8042 *i8042, unsigned int off, uint8_t value)
{
	uint8_t command = i8042->command;

	if (off != VM_I8042_COMMAND && off != VM_I8042_DATA)
		return;
	/* A new command cancels one that still waits for its operand. */
	i8042->command = 0;
	if (off == VM_I8042_COMMAND) {
		i8042->status |= STATUS_COMMAND;
		run_command(i8042, value);
	} else {
		i8042->status &= (uint8_t)~STATUS_COMMAND;
		take_operand(i8042, command, value);
	}
	update_irq(i8042);
}

void vm_i8042_save(const struct vm_i8042 *i8042,
		   struct vm_i8042_state *ret_state)
{
	*ret_state = (struct vm_i8042_state){
		.version = VM_I8042_STATE_VERSION,
		.status = i8042->status,
		.control = i8042->control,
		.outport = i8042->outport,
		.output = i8042->output,
		.command = i8042->command,
	};
}

static bool state_is_valid(const struct vm_i8042_state *state)
{
	uint8_t flags = STATUS_OBF | STATUS_SYS | STATUS_COMMAND |
			STATUS_UNLOCK | STATUS_TIMEOUT;

	if (state->version != VM_I8042_STATE_VERSION ||
	    state->status & ~flags || !(state->status & STATUS_UNLOCK) ||
	    state->control & ~CONTROL_MASK ||
	    (state->status ^ state->control) & CONTROL_SYS ||
	    !(state->outport & OUTPORT_NO_RESET))
		return false;
	if (state->status & STATUS_TIMEOUT && !(state->status & STATUS_OBF))
		return false;
	if (!state_is_zero(state->reserved, sizeof(state->reserved)))
		return false;
	switch (state->command) {
	case 0:
	case CMD_WRITE_CONTROL:
	case CMD_WRITE_OUTPORT:
	case CMD_KBD_LOOP:
	case CMD_AUX_LOOP:
	case CMD_AUX_SEND:
		return true;
	}
	return false;
}

int vm_i8042_restore(struct vm_i8042 *i8042, const struct vm_i8042_state *state)
{
	if (!state_is_valid(state))
		return -EBADMSG;
	i8042->status = state->status;
	i8042->control = state->control;
	i8042->outport = state->outport;
	i8042->output = state->output;
	i8042->command = state->command;
	update_irq(i8042);
	return 0;
}

int vm_i8042_init(struct vm_i8042 *i8042, const struct vm_i8042_ops *ops,
		  void *ctx)
{
	if (!ops->reset)
		return -EINVAL;
	memset(i8042, 0, sizeof(*i8042));
	i8042->ops = ops;
	i8042->ctx = ctx;
	i8042->status = STATUS_UNLOCK;
	i8042->outport = OUTPORT_NO_RESET | OUTPORT_A20;
	/* As firmware leaves it: ports on, keyboard codes translated. */
	set_control(i8042, CONTROL_SYS | CONTROL_XLATE);
	return 0;
}
