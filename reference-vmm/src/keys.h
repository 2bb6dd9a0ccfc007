/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Numbers, sizes, and lists of the form "name=value,name". */
#ifndef REFERENCE_VMM_KEYS_H
#define REFERENCE_VMM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_type {
	KEY_TEXT, /* const char * */
	KEY_SWITCH, /* bool: on or off */
	KEY_NUMBER, /* uint64_t */
	KEY_WORD, /* bool: the name alone */
	KEY_SIZE, /* uint64_t, with a suffix K, M, G or T if it likes */
};

/* One name that a list may have, and where its value goes. */
struct key {
	const char *name;
	enum key_type type;
	void *value;
};

/*
 * Takes a list apart in place; a comma that is doubled is part of a value.
 * @flag is whose list it is, for messages.  OPTIONS_RUN or an exit code.
 */
int keys_parse(const char *flag, char *list, const struct key *keys,
	       size_t count);

/* The value behind "key=", or NULL when @text is about something else. */
const char *key_value(const char *text, const char *key);

/* The whole of @text as a number, or as a size with its suffix. */
bool parse_number(const char *text, uint64_t *ret);
bool parse_size(const char *text, uint64_t *ret);

#endif
