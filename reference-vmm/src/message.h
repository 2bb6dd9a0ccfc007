/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the user hears: one line on stderr for each thing that goes wrong. */
#ifndef REFERENCE_VMM_MESSAGE_H
#define REFERENCE_VMM_MESSAGE_H

/* As README.md documents them. */
enum exit_code {
	EXIT_GUEST_DONE = 0, /* the guest powered off or rebooted */
	EXIT_HOST_ERROR = 1,
	EXIT_BAD_USAGE = 2,
	EXIT_BAD_CONFIG = 3, /* a flag's value or an image */
	EXIT_NO_KVM = 4,
	EXIT_GUEST_CRASHED = 5,
};

/* Prints "reference-vmm: ...". */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* Says it and returns @code, for `return fail(...)`. */
__attribute__((format(printf, 2, 3))) int fail(enum exit_code code,
					       const char *format, ...);

/* The same for a negative errno that only the host can be blamed for. */
int host_error(const char *what, int r);

#endif
