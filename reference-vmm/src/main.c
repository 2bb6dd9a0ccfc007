/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
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
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* The lowest free number is taken, and that is this one. */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			return host_error("/dev/null", -errno);
	}
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
