/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * usage: uart irq N	give ttyS0 the interrupt N; with 0 its driver polls
 *        uart losses	print what the driver of ttyS0 has lost or misread
 *
 * What a guest's busybox has no command for.  An interrupt is changed only while
 * nobody else has the port open.
 */
#include <fcntl.h>
#include <linux/serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static int set_irq(int tty, int irq)
{
	struct serial_struct serial;

	if (ioctl(tty, TIOCGSERIAL, &serial))
		return -1;
	serial.irq = irq;
	return ioctl(tty, TIOCSSERIAL, &serial);
}

static int print_losses(int tty)
{
	struct serial_icounter_struct counts;

	if (ioctl(tty, TIOCGICOUNT, &counts))
		return -1;
	printf("overrun %d dropped %d frame %d parity %d break %d\n",
	       counts.overrun, counts.buf_overrun, counts.frame, counts.parity,
	       counts.brk);
	return 0;
}

int main(int argc, char **argv)
{
	int tty = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK);
	int r;

	if (argc == 3 && !strcmp(argv[1], "irq"))
		r = set_irq(tty, atoi(argv[2]));
	else
		r = print_losses(tty);
	if (r)
		perror("uart");
	return r ? 1 : 0;
}
