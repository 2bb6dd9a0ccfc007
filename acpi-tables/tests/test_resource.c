/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Resource descriptors against ACPI 6.5, section 6.4. */
#include <errno.h>
#include <string.h>

#include <acpi-tables/aml.h>

#include "run.h"

/* Buffer, length, size prefix, size: a template's start when it is short. */
#define TEMPLATE_START 4u

static struct aml aml;
static uint8_t buf[256];
static size_t len;

static void setup(void)
{
	aml_init(&aml, buf, sizeof(buf));
	aml_resources(&aml);
}

/* The template is these bytes and the end tag. */
static void expect(const void *bytes, size_t count)
{
	aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
	ck_assert_uint_eq(len, TEMPLATE_START + count + 2);
	ck_assert_uint_eq(buf[3], count + 2);
	ck_assert_mem_eq(buf + TEMPLATE_START, bytes, count);
}

static void expect_refused(void)
{
	aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), -EINVAL);
}

/* Section 6.4.2.5, table 6.33. */
START_TEST(io_port_descriptor)
{
	aml_io(&aml, 0x3f8, 8);
	expect("\x47\x01\xf8\x03\xf8\x03\x01\x08", 8);
}
END_TEST

/* Section 6.4.3.6, table 6.57. */
static const struct {
	unsigned int flags;
	uint8_t bits;
} irqs[] = { { 0, 0x01 },
	     { AML_IRQ_EDGE, 0x03 },
	     { AML_IRQ_ACTIVE_LOW | AML_IRQ_SHARED, 0x0d } };

START_TEST(extended_interrupt_descriptor)
{
	uint8_t bytes[] = {
		0x89, 6, 0, irqs[_i].bits, 1, 0x78, 0x56, 0x34, 0x12
	};

	aml_interrupt(&aml, 0x12345678, irqs[_i].flags);
	expect(bytes, sizeof(bytes));
}
END_TEST

/* Section 6.4.3.4, table 6.42. */
START_TEST(fixed_32_bit_memory_descriptor)
{
	aml_memory32_fixed(&aml, 0xd0000000, 0x1000);
	expect("\x86\x09\x00\x01\x00\x00\x00\xd0\x00\x10\x00\x00", 12);
}
END_TEST

/* Section 6.4.3.5.1, table 6.44. */
START_TEST(qword_address_space_descriptor)
{
	static const uint8_t bytes[] = {
		0x8a, 43,   0,	  0x00, 0x0d, 0x01, 0,	  0, 0, 0, 0,	 0,
		0,    0,    0x00, 0x00, 0x00, 0x00, 0x80, 0, 0, 0, 0xff, 0x0f,
		0x00, 0x00, 0x80, 0,	0,    0,    0,	  0, 0, 0, 0,	 0,
		0,    0,    0x00, 0x10, 0,    0,    0,	  0, 0, 0,
	};

	aml_qword_memory(&aml, UINT64_C(0x8000000000), 0x1000);
	expect(bytes, sizeof(bytes));
}
END_TEST

START_TEST(ranges_may_end_where_their_space_ends)
{
	aml_io(&aml, 0xfff8, 8);
	aml_io(&aml, 0, 255);
	aml_memory32_fixed(&aml, 0xffffffff, 1);
	aml_memory32_fixed(&aml, 0, 0xffffffff);
	aml_qword_memory(&aml, UINT64_MAX, 1);
	aml_qword_memory(&aml, 0, UINT64_MAX);
	aml_end(&aml);
	ck_assert_int_eq(aml_finish(&aml, &len), 0);
}
END_TEST

static void io_of_no_ports(void)
{
	aml_io(&aml, 0x3f8, 0);
}

static void io_of_256_ports(void)
{
	aml_io(&aml, 0, 256);
}

static void io_past_the_end(void)
{
	aml_io(&aml, 0xfff9, 8);
}

static void interrupt_with_unknown_flag(void)
{
	aml_interrupt(&aml, 4, 1);
}

static void empty_memory(void)
{
	aml_memory32_fixed(&aml, 0, 0);
}

static void memory_past_4_gib(void)
{
	aml_memory32_fixed(&aml, 0xfffff000, 0x1001);
}

static void empty_qword_memory(void)
{
	aml_qword_memory(&aml, 0, 0);
}

static void qword_memory_that_wraps(void)
{
	aml_qword_memory(&aml, UINT64_MAX, 2);
}

static void (*const breaches[])(void) = {
	io_of_no_ports,	    io_of_256_ports,
	io_past_the_end,    interrupt_with_unknown_flag,
	empty_memory,	    memory_past_4_gib,
	empty_qword_memory, qword_memory_that_wraps,
};

START_TEST(a_descriptor_that_describes_nothing_is_refused)
{
	breaches[_i]();
	expect_refused();
}
END_TEST

START_TEST(a_descriptor_outside_a_template_is_refused)
{
	aml_init(&aml, buf, sizeof(buf));
	aml_interrupt(&aml, 4, 0);
	ck_assert_int_eq(aml_finish(&aml, &len), -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("resource");
	TCase *tcase = tcase_create("all");

	tcase_add_checked_fixture(tcase, setup, NULL);
	ADD_TESTS(tcase, io_port_descriptor, fixed_32_bit_memory_descriptor,
		  qword_address_space_descriptor,
		  ranges_may_end_where_their_space_ends,
		  a_descriptor_outside_a_template_is_refused);
	ADD_TEST_OVER(tcase, extended_interrupt_descriptor, irqs);
	ADD_TEST_OVER(tcase, a_descriptor_that_describes_nothing_is_refused,
		      breaches);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
