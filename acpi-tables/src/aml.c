/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "aml_internal.h"

/* ACPI 6.5, section 20.3: the byte values of AML. */
enum {
	ZERO_OP = 0x00,
	ONE_OP = 0x01,
	NAME_OP = 0x08,
	BYTE_PREFIX = 0x0a,
	WORD_PREFIX = 0x0b,
	DWORD_PREFIX = 0x0c,
	STRING_PREFIX = 0x0d,
	QWORD_PREFIX = 0x0e,
	SCOPE_OP = 0x10,
	BUFFER_OP = 0x11,
	PACKAGE_OP = 0x12,
	METHOD_OP = 0x14,
	DUAL_NAME_PREFIX = 0x2e,
	MULTI_NAME_PREFIX = 0x2f,
	EXT_OP_PREFIX = 0x5b,
	LOCAL0_OP = 0x60,
	ARG0_OP = 0x68,
	STORE_OP = 0x70,
	NOTIFY_OP = 0x86,
	EXT_DEVICE_OP = 0x82,
	EQUAL_OP = 0x93,
	IF_OP = 0xa0,
	ELSE_OP = 0xa1,
	RETURN_OP = 0xa4,
	ONES_OP = 0xff,
};

/* End tag of a resource template; a checksum of 0 is not checked. */
#define END_TAG 0x0079u

#define METHOD_SERIALIZED 0x08u

/* Section 20.2.4: one byte holds 6 bits, further ones make it 4 + 8n. */
#define PKG_LENGTH_MAX 4u

#define NAME_SEG 4u

void aml_fail(struct aml *aml, int error)
{
	if (!aml->error)
		aml->error = error;
}

/* Opens a gap of @len bytes at @at; false where that cannot be done. */
static bool insert(struct aml *aml, size_t at, size_t len)
{
	if (aml->error)
		return false;
	if (len > aml->cap - aml->len) {
		aml_fail(aml, -ENOSPC);
		return false;
	}
	memmove(aml->buf + at + len, aml->buf + at, aml->len - at);
	aml->len += len;
	return true;
}

void aml_bytes(struct aml *aml, const void *data, size_t len)
{
	size_t at = aml->len;

	if (len && insert(aml, at, len))
		memcpy(aml->buf + at, data, len);
}

static void store_le(uint8_t *dst, uint64_t value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		dst[i] = (uint8_t)(value >> 8 * i);
}

void aml_put(struct aml *aml, uint64_t value, size_t len)
{
	size_t at = aml->len;

	if (insert(aml, at, len))
		store_le(aml->buf + at, value, len);
}

bool aml_is_in(const struct aml *aml, enum aml_kind kind)
{
	return aml->depth && aml->blocks[aml->depth - 1].kind == kind;
}

/* An object begins: allowed where statements are, or as an element. */
static void begin_object(struct aml *aml)
{
	if (aml_is_in(aml, AML_BUFFER) || aml_is_in(aml, AML_RESOURCES))
		aml_fail(aml, -EINVAL);
	else if (aml_is_in(aml, AML_PACKAGE))
		aml->blocks[aml->depth - 1].elements++;
}

/* A term that is not an object, so not an element of a package either. */
static void begin_term(struct aml *aml)
{
	if (aml->depth && aml->blocks[aml->depth - 1].kind >= AML_PACKAGE)
		aml_fail(aml, -EINVAL);
}

static void open_block(struct aml *aml, enum aml_kind kind)
{
	if (aml->depth == AML_DEPTH)
		aml_fail(aml, -EINVAL);
	if (aml->error)
		return;
	aml->blocks[aml->depth++] = (struct aml_block){
		.start = aml->len,
		.kind = kind,
	};
}

/* Length of the shortest encoding of an integer that is not a constant. */
static size_t integer_size(uint64_t value)
{
	if (value <= UINT8_MAX)
		return 1;
	if (value <= UINT16_MAX)
		return 2;
	return value <= UINT32_MAX ? 4 : 8;
}

static uint8_t integer_prefix(size_t size)
{
	switch (size) {
	case 1:
		return BYTE_PREFIX;
	case 2:
		return WORD_PREFIX;
	case 4:
		return DWORD_PREFIX;
	}
	return QWORD_PREFIX;
}

/* Section 20.2.5.4: the size of a buffer stands before its bytes. */
static void insert_buffer_size(struct aml *aml, size_t start)
{
	size_t count = aml->len - start;
	size_t size = integer_size(count);

	if (!insert(aml, start, 1 + size))
		return;
	aml->buf[start] = integer_prefix(size);
	store_le(aml->buf + start + 1, count, size);
}

static void insert_element_count(struct aml *aml, const struct aml_block *block)
{
	if (block->elements > UINT8_MAX)
		aml_fail(aml, -EINVAL);
	else if (insert(aml, block->start, 1))
		aml->buf[block->start] = (uint8_t)block->elements;
}

/* Section 20.2.4: the length counts its own bytes. */
static void insert_pkg_length(struct aml *aml, size_t start)
{
	size_t len = aml->len - start;
	size_t size = 1;

	if (len + size > 0x3f)
		for (size = 2; (len + size) >> (8 * size - 4); size++)
			if (size == PKG_LENGTH_MAX) {
				aml_fail(aml, -EINVAL);
				return;
			}
	len += size;
	if (!insert(aml, start, size))
		return;
	if (size == 1) {
		aml->buf[start] = (uint8_t)len;
		return;
	}
	aml->buf[start] = (uint8_t)((size - 1) << 6 | (len & 0x0f));
	store_le(aml->buf + start + 1, len >> 4, size - 1);
}

void aml_end(struct aml *aml)
{
	const struct aml_block *block;

	if (!aml->depth)
		aml_fail(aml, -EINVAL);
	if (aml->error)
		return;
	block = &aml->blocks[aml->depth - 1];
	if (block->kind == AML_RESOURCES)
		aml_put(aml, END_TAG, 2);
	if (block->kind == AML_RESOURCES || block->kind == AML_BUFFER)
		insert_buffer_size(aml, block->start);
	if (block->kind == AML_PACKAGE)
		insert_element_count(aml, block);
	insert_pkg_length(aml, block->start);
	aml->if_end = block->kind == AML_IF ? aml->len : 0;
	aml->depth--;
}

static bool is_name_char(char c, bool first)
{
	return (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

/* Length of the name at the start of @path, or 0 where there is none. */
static size_t name_len(const char *path)
{
	size_t len = 0;

	while (is_name_char(path[len], !len))
		len++;
	return len <= NAME_SEG ? len : 0;
}

/* Number of names in "ABCD.EFGH", or 0 where that is not what it is. */
static size_t count_names(const char *path)
{
	size_t count = 0;
	size_t len;

	for (;;) {
		len = name_len(path);
		if (!len || ++count > UINT8_MAX)
			return 0;
		path += len;
		if (!*path)
			return count;
		if (*path++ != '.')
			return 0;
	}
}

/* Section 20.2.2: names are four characters, padded with underscores. */
static void put_names(struct aml *aml, const char *path)
{
	char seg[NAME_SEG];
	size_t len;

	do {
		len = name_len(path);
		memset(seg, '_', sizeof(seg));
		memcpy(seg, path, len);
		aml_bytes(aml, seg, sizeof(seg));
		path += len;
	} while (*path++ == '.');
}

static void put_path(struct aml *aml, const char *path)
{
	size_t prefix = *path == '\\' ? 1 : strspn(path, "^");
	size_t count;

	aml_bytes(aml, path, prefix);
	path += prefix;
	/* "\" alone is the root, and "^" the parent: a path with no name. */
	if (prefix && !*path) {
		aml_put(aml, 0, 1);
		return;
	}
	count = count_names(path);
	if (!count) {
		aml_fail(aml, -EINVAL);
		return;
	}
	if (count == 2) {
		aml_put(aml, DUAL_NAME_PREFIX, 1);
	} else if (count > 2) {
		aml_put(aml, MULTI_NAME_PREFIX, 1);
		aml_put(aml, count, 1);
	}
	put_names(aml, path);
}

void aml_scope(struct aml *aml, const char *path)
{
	begin_term(aml);
	aml_put(aml, SCOPE_OP, 1);
	open_block(aml, AML_TERMS);
	put_path(aml, path);
}

void aml_device(struct aml *aml, const char *path)
{
	begin_term(aml);
	aml_put(aml, EXT_OP_PREFIX | EXT_DEVICE_OP << 8, 2);
	open_block(aml, AML_TERMS);
	put_path(aml, path);
}

void aml_method(struct aml *aml, const char *path, unsigned int args,
		bool serialized)
{
	begin_term(aml);
	if (args > 7)
		aml_fail(aml, -EINVAL);
	aml_put(aml, METHOD_OP, 1);
	open_block(aml, AML_TERMS);
	put_path(aml, path);
	aml_put(aml, serialized ? args | METHOD_SERIALIZED : args, 1);
}

void aml_package(struct aml *aml)
{
	begin_object(aml);
	aml_put(aml, PACKAGE_OP, 1);
	open_block(aml, AML_PACKAGE);
}

void aml_buffer(struct aml *aml)
{
	begin_object(aml);
	aml_put(aml, BUFFER_OP, 1);
	open_block(aml, AML_BUFFER);
}

void aml_resources(struct aml *aml)
{
	begin_object(aml);
	aml_put(aml, BUFFER_OP, 1);
	open_block(aml, AML_RESOURCES);
}

void aml_if(struct aml *aml)
{
	begin_term(aml);
	aml_put(aml, IF_OP, 1);
	open_block(aml, AML_IF);
}

void aml_else(struct aml *aml)
{
	if (!aml->if_end || aml->if_end != aml->len)
		aml_fail(aml, -EINVAL);
	aml_put(aml, ELSE_OP, 1);
	open_block(aml, AML_TERMS);
}

void aml_name(struct aml *aml, const char *path)
{
	begin_term(aml);
	aml_put(aml, NAME_OP, 1);
	put_path(aml, path);
}

void aml_integer(struct aml *aml, uint64_t value)
{
	size_t size = integer_size(value);

	begin_object(aml);
	if (value <= 1) {
		aml_put(aml, value ? ONE_OP : ZERO_OP, 1);
	} else if (value == UINT64_MAX) {
		aml_put(aml, ONES_OP, 1);
	} else {
		aml_put(aml, integer_prefix(size), 1);
		aml_put(aml, value, size);
	}
}

void aml_string(struct aml *aml, const char *text)
{
	begin_object(aml);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c > 0x7f)
			aml_fail(aml, -EINVAL);
	aml_put(aml, STRING_PREFIX, 1);
	aml_bytes(aml, text, strlen(text) + 1);
}

/* Value of a capital hexadecimal digit, or -1. */
static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * Section 19.6.37: three letters of five bits each and four digits make 31
 * bits, whose most significant byte comes first.
 */
void aml_eisa_id(struct aml *aml, const char *id)
{
	uint32_t value = 0;
	bool bad = strlen(id) != 7;

	for (size_t i = 0; !bad && i < 3; i++) {
		bad = id[i] < 'A' || id[i] > 'Z';
		value = value << 5 | ((uint32_t)(id[i] - 'A' + 1) & 0x1f);
	}
	for (size_t i = 3; !bad && i < 7; i++) {
		bad = hex_value(id[i]) < 0;
		value = value << 4 | ((uint32_t)hex_value(id[i]) & 0x0f);
	}
	if (bad)
		aml_fail(aml, -EINVAL);
	begin_object(aml);
	aml_put(aml, DWORD_PREFIX, 1);
	aml_put(aml, __builtin_bswap32(value), 4);
}

void aml_path(struct aml *aml, const char *path)
{
	begin_object(aml);
	put_path(aml, path);
}

void aml_arg(struct aml *aml, unsigned int index)
{
	begin_term(aml);
	if (index > 6)
		aml_fail(aml, -EINVAL);
	aml_put(aml, ARG0_OP + index, 1);
}

void aml_local(struct aml *aml, unsigned int index)
{
	begin_term(aml);
	if (index > 7)
		aml_fail(aml, -EINVAL);
	aml_put(aml, LOCAL0_OP + index, 1);
}

void aml_return(struct aml *aml)
{
	begin_term(aml);
	aml_put(aml, RETURN_OP, 1);
}

void aml_equal(struct aml *aml)
{
	begin_term(aml);
	aml_put(aml, EQUAL_OP, 1);
}

void aml_store(struct aml *aml)
{
	begin_term(aml);
	aml_put(aml, STORE_OP, 1);
}

void aml_notify(struct aml *aml, const char *path)
{
	begin_term(aml);
	aml_put(aml, NOTIFY_OP, 1);
	put_path(aml, path);
}

void aml_init(struct aml *aml, void *buf, size_t cap)
{
	*aml = (struct aml){ .buf = buf, .cap = cap };
}

int aml_finish(struct aml *aml, size_t *ret_len)
{
	if (aml->depth)
		aml_fail(aml, -EINVAL);
	if (aml->error)
		return aml->error;
	*ret_len = aml->len;
	return 0;
}
