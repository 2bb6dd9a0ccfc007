/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux-loader/cmdline.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct span {
	const char *text;
	size_t len;
};

static struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

/* What can stand on a line: printable, and the quotes closed. */
static bool is_text(struct span s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (!is_printable(s.text[i]))
			return false;
		quoted ^= s.text[i] == '"';
	}
	return !quoted;
}

/* "--" is no parameter: it ends them. */
static bool is_key(const char *key)
{
	for (const char *c = key; *c; c++) {
		if (!is_printable(*c) || *c == ' ' || *c == '=' || *c == '"')
			return false;
	}
	return *key != '\0' && strcmp(key, "--");
}

/* A value has its spaces in quotes. */
static bool is_value(struct span s)
{
	bool quoted = false;

	for (size_t i = 0; i < s.len; i++) {
		if (!is_printable(s.text[i]) || (s.text[i] == ' ' && !quoted))
			return false;
		quoted ^= s.text[i] == '"';
	}
	return !quoted;
}

static struct span trim(struct span s)
{
	while (s.len && s.text[0] == ' ') {
		s.text++;
		s.len--;
	}
	while (s.len && s.text[s.len - 1] == ' ')
		s.len--;
	return s;
}

/* Takes the next parameter off the front of rest, as the kernel splits it. */
static bool next_token(struct span *rest, struct span *ret)
{
	bool quoted = false;
	size_t i = 0;

	*rest = trim(*rest);
	for (; i < rest->len && (quoted || rest->text[i] != ' '); i++)
		quoted ^= rest->text[i] == '"';
	*ret = (struct span){ rest->text, i };
	rest->text += i;
	rest->len -= i;
	return i != 0;
}

static bool is_separator(struct span token)
{
	return token.len == 2 && !memcmp(token.text, "--", 2);
}

/* Splits a line at its first "--" into the kernel's side and init's. */
static void split(struct span text, struct span *ret_kernel,
		  struct span *ret_init)
{
	struct span rest = text, token;

	*ret_kernel = text;
	*ret_init = (struct span){ text.text, 0 };
	while (next_token(&rest, &token)) {
		if (!is_separator(token))
			continue;
		ret_kernel->len = (size_t)(token.text - text.text);
		*ret_init = rest;
		return;
	}
}

/* Makes a hole of len bytes at the offset at, which the caller fills. */
static char *make_room(struct vm_cmdline *line, size_t at, size_t len)
{
	if (len >= line->capacity - line->len)
		return NULL;
	memmove(line->text + at + len, line->text + at, line->len - at + 1);
	line->len += len;
	return line->text + at;
}

/* Room for a parameter of len bytes at the end of the kernel's part. */
static char *make_kernel_room(struct vm_cmdline *line, size_t len)
{
	/* Without a kernel's part, init's begins the line with its "--". */
	bool before = line->kernel_len != 0;
	bool after = !before && line->len != 0;
	char *p = make_room(line, line->kernel_len, len + before + after);

	if (!p)
		return NULL;
	if (before)
		*p++ = ' ';
	if (after)
		p[len] = ' ';
	line->kernel_len += len + before;
	return p;
}

static char *put(char *to, struct span s)
{
	memcpy(to, s.text, s.len);
	return to + s.len;
}

/* Writes the parameters in a text, one space apart, or only counts them. */
static size_t put_tokens(char *to, struct span text)
{
	struct span token;
	size_t len = 0;

	while (next_token(&text, &token)) {
		if (to && len)
			to[len] = ' ';
		len += len != 0;
		if (to)
			put(to + len, token);
		len += token.len;
	}
	return len;
}

/* Adds one parameter to the kernel's part. */
static int add_kernel(struct vm_cmdline *line, struct span s)
{
	char *p = make_kernel_room(line, s.len);

	if (!p)
		return -ENOSPC;
	put(p, s);
	return 0;
}

/* What goes between the line, perhaps with more in it, and init's arguments. */
static struct span init_lead(const struct vm_cmdline *line, bool more)
{
	if (line->len != line->kernel_len)
		return span_of(" ");
	return span_of(line->len || more ? " -- " : "-- ");
}

static int add_init(struct vm_cmdline *line, struct span s)
{
	struct span lead = init_lead(line, false);
	size_t len = put_tokens(NULL, s);
	char *p;

	if (!len)
		return 0;
	p = make_room(line, line->len, lead.len + len);
	if (!p)
		return -ENOSPC;
	put_tokens(put(p, lead), s);
	return 0;
}

int vm_cmdline_init(struct vm_cmdline *line, char *buf, size_t capacity)
{
	if (!capacity)
		return -EINVAL;
	*line = (struct vm_cmdline){ .text = buf, .capacity = capacity };
	buf[0] = '\0';
	return 0;
}

int vm_cmdline_parse(struct vm_cmdline *line, char *buf, size_t capacity,
		     const char *text)
{
	int r = vm_cmdline_init(line, buf, capacity);

	return r ? r : vm_cmdline_add_text(line, text);
}

int vm_cmdline_add_text(struct vm_cmdline *line, const char *text)
{
	size_t kernel_len, init_len, len = 0;
	struct span kernel, init;

	if (!is_text(span_of(text)))
		return -EBADMSG;
	split(span_of(text), &kernel, &init);
	kernel_len = put_tokens(NULL, kernel);
	init_len = put_tokens(NULL, init);
	if (kernel_len)
		len += kernel_len + (line->len ? 1 : 0);
	if (init_len)
		len += init_len + init_lead(line, kernel_len != 0).len;
	if (len >= line->capacity - line->len)
		return -ENOSPC;
	/* Both fit, so nothing has to be undone. */
	if (kernel_len)
		put_tokens(make_kernel_room(line, kernel_len), kernel);
	return add_init(line, init);
}

int vm_cmdline_add_init_args(struct vm_cmdline *line, const char *text)
{
	if (!is_text(span_of(text)))
		return -EBADMSG;
	return add_init(line, span_of(text));
}

int vm_cmdline_add(struct vm_cmdline *line, const char *key, const char *value)
{
	struct span k = span_of(key), v;
	char *p;

	if (!is_key(key))
		return -EINVAL;
	if (!value)
		return add_kernel(line, k);
	v = span_of(value);
	if (!is_value(v))
		return -EINVAL;
	p = make_kernel_room(line, k.len + 1 + v.len);
	if (!p)
		return -ENOSPC;
	p = put(p, k);
	*p++ = '=';
	put(p, v);
	return 0;
}

int vm_cmdline_add_list(struct vm_cmdline *line, const char *key,
			const char *const *values, size_t count)
{
	size_t len = strlen(key);
	char *p;

	if (!is_key(key) || !count)
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (!is_value(span_of(values[i])))
			return -EINVAL;
		len += 1 + strlen(values[i]);
	}
	p = make_kernel_room(line, len);
	if (!p)
		return -ENOSPC;
	p = put(p, span_of(key));
	for (size_t i = 0; i < count; i++) {
		*p++ = i ? ',' : '=';
		p = put(p, span_of(values[i]));
	}
	return 0;
}

static bool is_same(char a, char b)
{
	return a == b || ((a == '-' || a == '_') && (b == '-' || b == '_'));
}

static bool has_key(struct span token, struct span key)
{
	if (token.len < key.len ||
	    (token.len > key.len && token.text[key.len] != '='))
		return false;
	for (size_t i = 0; i < key.len; i++) {
		if (!is_same(token.text[i], key.text[i]))
			return false;
	}
	return key.len != 0;
}

static bool find(const struct vm_cmdline *line, size_t from, const char *key,
		 struct span *ret)
{
	struct span rest = { line->text + from, line->kernel_len - from };

	while (next_token(&rest, ret)) {
		if (has_key(*ret, span_of(key)))
			return true;
	}
	return false;
}

/*
 * Removes a parameter and one space beside it; returns where what followed
 * begins now.
 */
static size_t cut(struct vm_cmdline *line, struct span token)
{
	size_t at = (size_t)(token.text - line->text);
	size_t len = token.len + (line->len > token.len);

	at -= at ? 1 : 0;
	memmove(line->text + at, line->text + at + len,
		line->len - at - len + 1);
	line->len -= len;
	line->kernel_len -= len < line->kernel_len ? len : line->kernel_len;
	return at;
}

size_t vm_cmdline_remove(struct vm_cmdline *line, const char *key)
{
	struct span token;
	size_t count = 0;

	for (size_t from = 0; find(line, from, key, &token); count++)
		from = cut(line, token);
	return count;
}

int vm_cmdline_set(struct vm_cmdline *line, const char *key, const char *value)
{
	size_t size = line->len ? line->len + 1 : 0, from = 0;
	struct span token;

	if (!is_key(key) || (value && !is_value(span_of(value))))
		return -EINVAL;
	/* Each parameter takes its length and a space, or the final zero. */
	while (find(line, from, key, &token)) {
		from = (size_t)(token.text - line->text) + token.len;
		size -= token.len + 1;
	}
	size += strlen(key) + 1 + (value ? 1 + strlen(value) : 0);
	if (size > line->capacity)
		return -ENOSPC;
	vm_cmdline_remove(line, key);
	return vm_cmdline_add(line, key, value);
}

int vm_cmdline_get(const struct vm_cmdline *line, const char *key,
		   const char **ret_value, size_t *ret_len)
{
	struct span token, value = { NULL, 0 };
	size_t from = 0, skip = strlen(key);

	while (find(line, from, key, &token)) {
		value.text = token.text + skip;
		value.len = token.len - skip;
		from = (size_t)(token.text - line->text) + token.len;
	}
	if (!value.text)
		return -ENOENT;
	if (value.len) { /* the '=' */
		value.text++;
		value.len--;
	}
	if (value.len >= 2 && value.text[0] == '"' &&
	    value.text[value.len - 1] == '"') {
		value.text++;
		value.len -= 2;
	}
	*ret_value = value.text;
	*ret_len = value.len;
	return 0;
}

static char *put_number(char *to, uint64_t value, unsigned int base)
{
	char digits[20], *p = digits + sizeof(digits);

	do {
		*--p = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	return put(to,
		   (struct span){ p, (size_t)(digits + sizeof(digits) - p) });
}

int vm_cmdline_add_virtio_mmio(struct vm_cmdline *line, uint64_t size,
			       uint64_t gpa, uint32_t irq, int id)
{
	char text[96], *p = put(text, span_of("virtio_mmio.device="));
	const char *unit = "\0KMG";
	uint64_t end;

	if (!size)
		return -EINVAL;
	if (__builtin_add_overflow(gpa, size, &end))
		return -EOVERFLOW;
	for (; *unit != 'G' && size % 1024 == 0; unit++)
		size /= 1024;
	p = put_number(p, size, 10);
	if (*unit)
		*p++ = *unit;
	p = put_number(put(p, span_of("@0x")), gpa, 16);
	*p++ = ':';
	p = put_number(p, irq, 10);
	if (id >= 0) {
		*p++ = ':';
		p = put_number(p, (uint64_t)id, 10);
	}
	return add_kernel(line, (struct span){ text, (size_t)(p - text) });
}
