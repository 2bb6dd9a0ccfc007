/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Command lines: the input is a capacity, then operations of one letter with
 * a text up to the next newline.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux-loader/cmdline.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct vm_cmdline *line)
{
	if (line->len >= line->capacity || line->kernel_len > line->len ||
	    strlen(line->text) != line->len)
		abort();
	/* What follows the kernel's part is its separator. */
	if (line->kernel_len != line->len &&
	    strncmp(line->text + line->kernel_len,
		    line->kernel_len ? " -- " : "-- ",
		    line->kernel_len ? 4 : 3))
		abort();
}

static int change(struct vm_cmdline *line, char op, char *text)
{
	char *equals = strchr(text, '=');
	const char *value = NULL, *values[2];
	size_t len;

	switch (op) {
	case 't':
		return vm_cmdline_add_text(line, text);
	case 'i':
		return vm_cmdline_add_init_args(line, text);
	case 'r':
		return vm_cmdline_remove(line, text) > line->capacity;
	case 'g':
		if (!vm_cmdline_get(line, text, &value, &len) &&
		    (value < line->text ||
		     value + len > line->text + line->len))
			abort();
		return 0;
	}
	if (equals) {
		*equals = '\0';
		value = equals + 1;
	}
	values[0] = values[1] = value ? value : "";
	if (op == 's')
		return vm_cmdline_set(line, text, value);
	if (op == 'l')
		return vm_cmdline_add_list(line, text, values, 2);
	return vm_cmdline_add(line, text, value);
}

static void run(struct vm_cmdline *line, const uint8_t *data, size_t size)
{
	char before[256], text[128];
	const uint8_t *end;
	size_t len;

	for (; size > 1; data += len, size -= len) {
		end = memchr(data, '\n', size);
		len = end ? (size_t)(end - data) + 1 : size;
		if (len - 1 >= sizeof(text) || len < 2)
			continue;
		memcpy(text, data + 1, len - 1);
		text[len - 1 - (end != NULL)] = '\0';
		if (!end)
			text[len - 1] = '\0';
		memcpy(before, line->text, line->len + 1);
		/* Whatever is refused leaves the line as it was. */
		if (change(line, (char)data[0], text) &&
		    strcmp(before, line->text))
			abort();
		check(line);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vm_cmdline line;
	char *buf;

	if (!size)
		return 0;
	/* An exact allocation, so that a sanitizer sees its end. */
	buf = malloc(data[0] ? data[0] : 1);
	if (buf && !vm_cmdline_init(&line, buf, data[0]))
		run(&line, data + 1, size - 1);
	free(buf);
	return 0;
}
