/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "vmm.h"

/*
 * Opens /dev/null for each of stdin, stdout and stderr that is closed, so
 * that no file of ours gets their number.
 */
static int fill_standard_fds(void)
{
	int fd;

	/* The lowest free number is taken, so this ends above stderr. */
	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			return fail(EXIT_HOST_ERROR,
				    "/dev/null: cannot open: %s",
				    strerror(errno));
	} while (fd <= STDERR_FILENO);
	close(fd);
	return OPTIONS_RUN;
}

int main(int argc, char **argv)
{
	struct options options;
	int r;

	r = fill_standard_fds();
	if (r == OPTIONS_RUN)
		r = options_parse(&options, argc, argv);
	if (r == OPTIONS_RUN)
		r = vmm_run(&options);
	return r;
}
