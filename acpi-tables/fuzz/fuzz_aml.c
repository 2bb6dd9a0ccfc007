/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any sequence of writer calls into any buffer: the writer stays within the
 * buffer, and what fits a buffer is the same in a larger one.
 *
 * Input: buffer size (2 bytes), then per call a byte that names it, a byte of
 * argument and, where it takes a string, characters up to a NUL.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include <acpi-tables/aml.h>

#define LARGE 65536u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t len;
};

static uint8_t take(struct input *input)
{
	if (!input->len)
		return 0;
	input->len--;
	return *input->data++;
}

static void take_string(struct input *input, char text[static 32])
{
	size_t n = 0;

	while (n < 31 && (text[n] = (char)take(input)))
		n++;
	text[n] = '\0';
}

static void call_with_string(struct aml *aml, unsigned int which, uint8_t arg,
			     struct input *input)
{
	char text[32];

	take_string(input, text);
	switch (which) {
	case 0:
		aml_scope(aml, text);
		break;
	case 1:
		aml_device(aml, text);
		break;
	case 2:
		aml_method(aml, text, arg & 15, arg >> 7);
		break;
	case 3:
		aml_name(aml, text);
		break;
	case 4:
		aml_string(aml, text);
		break;
	case 5:
		aml_eisa_id(aml, text);
		break;
	case 6:
		aml_path(aml, text);
		break;
	case 7:
		aml_notify(aml, text);
		break;
	}
}

static void call_without_string(struct aml *aml, unsigned int which,
				uint8_t arg)
{
	static const uint8_t zeros[255];
	uint64_t wide = arg * UINT64_C(0x0101010101010101) >> (arg & 63);

	switch (which) {
	case 0:
		aml_package(aml);
		break;
	case 1:
		aml_buffer(aml);
		break;
	case 2:
		aml_resources(aml);
		break;
	case 3:
		aml_if(aml);
		break;
	case 4:
		aml_else(aml);
		break;
	case 5:
		aml_integer(aml, wide);
		break;
	case 6:
		aml_arg(aml, arg);
		break;
	case 7:
		aml_local(aml, arg);
		break;
	case 8:
		aml_return(aml);
		break;
	case 9:
		aml_equal(aml);
		break;
	case 10:
		aml_store(aml);
		break;
	case 11:
		aml_bytes(aml, zeros, arg);
		break;
	case 12:
		aml_io(aml, (uint16_t)wide, arg);
		break;
	case 13:
		aml_interrupt(aml, (uint32_t)wide, arg & 31);
		break;
	case 14:
		aml_memory32_fixed(aml, (uint32_t)wide, arg);
		break;
	case 15:
		aml_qword_memory(aml, wide, arg);
		break;
	}
}

static int write_aml(struct input input, uint8_t *buf, size_t cap,
		     size_t *ret_len)
{
	struct aml aml;
	uint8_t op, arg;

	aml_init(&aml, buf, cap);
	while (input.len) {
		op = take(&input);
		arg = take(&input);
		if (op < 0x40)
			aml_end(&aml);
		else if (op < 0x80)
			call_with_string(&aml, op & 7, arg, &input);
		else
			call_without_string(&aml, op & 15, arg);
	}
	return aml_finish(&aml, ret_len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t small[LARGE + 1], large[LARGE];
	struct input input = { data, size };
	size_t cap, small_len, large_len;
	int r;

	cap = take(&input);
	cap |= (size_t)take(&input) << 8;
	memset(small, 0xcc, sizeof(small));
	r = write_aml(input, small, cap, &small_len);
	assert(small[cap] == 0xcc);
	if (r)
		return 0;
	assert(small_len <= cap);
	r = write_aml(input, large, sizeof(large), &large_len);
	assert(!r && large_len == small_len);
	assert(!memcmp(small, large, small_len));
	return 0;
}
