/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "message.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int fail(enum exit_code code, const char *format, ...)
{
	char line[PATH_MAX + 1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* In raw mode a line feed alone would leave the column. */
	fprintf(stderr, "reference-vmm: %s%s\n", line,
		isatty(STDERR_FILENO) ? "\r" : "");
	return code;
}

int host_error(const char *what, int r)
{
	const char *remedy = "";

	if (r == -EMFILE)
		remedy = "; raise the limit of open files, ulimit -n";
	else if (r == -EAGAIN)
		remedy = "; raise the limits of processes and of memory, "
			 "ulimit -u and -v";
	return fail(EXIT_HOST_ERROR, "%s: %s%s", what, strerror(-r), remedy);
}
