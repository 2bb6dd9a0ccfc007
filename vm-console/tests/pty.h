/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A pseudo-terminal to test on. */
#ifndef TEST_PTY_H
#define TEST_PTY_H

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>

/* Opens one; what is written to *ret_user is what a person types. */
static inline void open_pty(int *ret_user, int *ret_terminal)
{
	*ret_user = posix_openpt(O_RDWR | O_NOCTTY);
	ck_assert_int_ge(*ret_user, 0);
	ck_assert_int_eq(grantpt(*ret_user), 0);
	ck_assert_int_eq(unlockpt(*ret_user), 0);
	*ret_terminal = open(ptsname(*ret_user), O_RDWR | O_NOCTTY);
	ck_assert_int_ge(*ret_terminal, 0);
}

#endif
