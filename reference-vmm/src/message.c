/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int fail(enum exit_code code, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/*
	 * dprintf() writes once, so that lines of two threads do not mix.  In
	 * raw mode a line feed alone would leave the column.
	 */
	dprintf(STDERR_FILENO, "reference-vmm: %s%s\n", line,
		isatty(STDERR_FILENO) ? "\r" : "");
	return code;
}

int host_error(const char *what, int r)
{
	return fail(EXIT_HOST_ERROR, "%s: %s", what, strerror(-r));
}
