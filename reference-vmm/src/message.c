/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "message.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 1, 0))) static void vsay(const char *format,
						       va_list args)
{
	char line[PATH_MAX + 1024];

	vsnprintf(line, sizeof(line), format, args);
	/* In raw mode a line feed alone would leave the column. */
	fprintf(stderr, "reference-vmm: %s%s\n", line,
		isatty(STDERR_FILENO) ? "\r" : "");
}

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
}

int fail(enum exit_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsay(format, args);
	va_end(args);
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
