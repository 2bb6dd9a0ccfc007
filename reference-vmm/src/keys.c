/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "options.h"

const char *key_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(text, key, len) || text[len] != '=')
		return NULL;
	return text + len + 1;
}

/* A decimal number that fits; *ret_end is what follows. */
static bool scan_number(const char *text, uint64_t *ret, const char **ret_end)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	*ret_end = end;
	return !errno;
}

bool parse_number(const char *text, uint64_t *ret)
{
	const char *end;

	return scan_number(text, ret, &end) && !*end;
}

bool parse_size(const char *text, uint64_t *ret)
{
	static const char suffixes[] = "KMGT";
	const char *end, *suffix;
	uint64_t n, unit = 1;

	if (!scan_number(text, &n, &end))
		return false;
	if (*end) {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1])
			return false;
		unit = UINT64_C(1024) << (10 * (suffix - suffixes));
	}
	return !__builtin_mul_overflow(n, unit, ret);
}

static bool parse_switch(const char *text, bool *ret)
{
	*ret = !strcmp(text, "on");
	return *ret || !strcmp(text, "off");
}

static int set(const char *flag, const struct key *key, const char *text)
{
	const char *expected = "a value";
	bool is_good = false;

	switch (key->type) {
	case KEY_TEXT:
		*(const char **)key->value = text;
		is_good = *text;
		break;
	case KEY_SWITCH:
		is_good = parse_switch(text, key->value);
		expected = "on or off";
		break;
	case KEY_WORD:
		*(bool *)key->value = true;
		return OPTIONS_RUN;
	case KEY_NUMBER:
		is_good = parse_number(text, key->value);
		expected = "a number";
		break;
	case KEY_SIZE:
		is_good = parse_size(text, key->value);
		expected = "a size such as 64M";
		break;
	}
	if (!is_good)
		return fail(EXIT_BAD_USAGE, "%s: %s=%s: expected %s", flag,
			    key->name, text, expected);
	return OPTIONS_RUN;
}

/* Cuts the first item off @list, and takes the doubling of its commas back. */
static char *next_item(char **list)
{
	char *item = *list, *from = item, *to = item;

	while (*from && (*from != ',' || from[1] == ',')) {
		from += *from == ',';
		*to++ = *from++;
	}
	*list = *from ? from + 1 : from;
	*to = '\0';
	return item;
}

/* "path=, readonly=, tty", for whoever used another name. */
static int unknown(const char *flag, const char *item, const struct key *keys,
		   size_t count)
{
	char names[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < count && len < sizeof(names); i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len,
					"%s%s%s", i ? ", " : "", keys[i].name,
					keys[i].type == KEY_WORD ? "" : "=");
	return fail(EXIT_BAD_USAGE, "%s: %s: expected one of %s", flag, item,
		    names);
}

/* What @item gives to a key, or NULL if it is about something else. */
static const char *value_for(const char *item, const struct key *key)
{
	if (key->type == KEY_WORD)
		return strcmp(item, key->name) ? NULL : "";
	return key_value(item, key->name);
}

int keys_parse(const char *flag, char *list, const struct key *keys,
	       size_t count)
{
	int r = OPTIONS_RUN;

	while (r == OPTIONS_RUN && *list) {
		const char *item = next_item(&list), *value = NULL;
		size_t i;

		for (i = 0; i < count && !value; i++)
			value = value_for(item, &keys[i]);
		r = value ? set(flag, &keys[i - 1], value)
			  : unknown(flag, item, keys, count);
	}
	return r;
}
