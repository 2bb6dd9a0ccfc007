/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/x86_cpu.h>

#include <check.h>
#include <errno.h>
#include <string.h>

#define GDT	   0x500u
#define TABLES	   0x9000u
#define ZERO_PAGE  0x7000u
#define START_INFO 0x6000u
#define ENTRY	   0x1000200u

static struct vm_load_x86_cpu cpu;
static struct vm_mem *mem;

static void setup(void)
{
	mem = memory_make(0, 0x10000);
	ck_assert_int_eq(vm_mem_fill(mem, 0, 0xee, 0x10000), 0);
	memset(&cpu, 0x5a, sizeof(cpu));
}

static void teardown(void)
{
	vm_mem_free(mem);
}

static uint64_t guest64(uint64_t gpa)
{
	uint8_t bytes[8];

	ck_assert_int_eq(vm_mem_read(mem, gpa, bytes, sizeof(bytes)), 0);
	return le64(bytes);
}

/* What a processor finds for an address: SDM volume 3, 4.5. */
static uint64_t translate(uint64_t cr3, uint64_t addr)
{
	uint64_t e = guest64(cr3 + (addr >> 39 & 511) * 8);

	ck_assert_uint_eq(e & 0xfff, 3);
	e = guest64((e & ~UINT64_C(0xfff)) + (addr >> 30 & 511) * 8);
	ck_assert_uint_eq(e & 0xfff, 3);
	e = guest64((e & ~UINT64_C(0xfff)) + (addr >> 21 & 511) * 8);
	ck_assert_uint_eq(e & 0x1fffff, 0x83);
	return (e & ~UINT64_C(0x1fffff)) | (addr & 0x1fffff);
}

static void enter_linux64(void)
{
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT, TABLES, ENTRY,
						   ZERO_PAGE, &cpu),
			 0);
}

START_TEST(linux64_is_entered_in_long_mode_with_paging)
{
	enter_linux64();
	ck_assert_uint_eq(cpu.rip, ENTRY);
	ck_assert_uint_eq(cpu.rsi, ZERO_PAGE);
	ck_assert_uint_eq(cpu.rbx, 0);
	ck_assert_uint_eq(cpu.rflags, 2);
	ck_assert_uint_eq(cpu.cr0, 0x80000011);
	ck_assert_uint_eq(cpu.cr3, TABLES);
	ck_assert_uint_eq(cpu.cr4, 0x20);
	ck_assert_uint_eq(cpu.efer, 0x500);
	ck_assert_uint_eq(cpu.code.selector, 0x10);
	ck_assert_uint_eq(cpu.code.l, 1);
	ck_assert_uint_eq(cpu.code.db, 0);
	ck_assert_uint_eq(cpu.data.selector, 0x18);
	ck_assert_uint_eq(cpu.gdt_base, GDT);
	ck_assert_uint_eq(cpu.gdt_limit, 31);
}
END_TEST

START_TEST(the_page_tables_map_the_low_4_gib_to_themselves)
{
	enter_linux64();
	for (uint64_t addr = 0; addr < UINT64_C(1) << 32; addr += 0x1fffff)
		ck_assert_uint_eq(translate(cpu.cr3, addr), addr);
	ck_assert_uint_eq(guest64(TABLES + 8), 0);
	ck_assert_uint_eq(guest64(TABLES + 0x1000 + 32), 0);
	ck_assert_uint_eq(guest64(TABLES - 8), UINT64_C(0xeeeeeeeeeeeeeeee));
	ck_assert_uint_eq(guest64(TABLES + VM_LOAD_X86_PAGE_TABLES_SIZE),
			  UINT64_C(0xeeeeeeeeeeeeeeee));
}
END_TEST

START_TEST(the_gdt_of_linux64_has_flat_64_bit_code)
{
	enter_linux64();
	ck_assert_uint_eq(guest64(GDT), 0);
	ck_assert_uint_eq(guest64(GDT + 0x10), UINT64_C(0x00af9b000000ffff));
	ck_assert_uint_eq(guest64(GDT + 0x18), UINT64_C(0x00cf93000000ffff));
	ck_assert_uint_eq(guest64(GDT + 0x20), UINT64_C(0xeeeeeeeeeeeeeeee));
}
END_TEST

START_TEST(linux32_is_entered_in_protected_mode_without_paging)
{
	ck_assert_int_eq(vm_load_x86_enter_linux32(mem, GDT, 0x1000000,
						   ZERO_PAGE, &cpu),
			 0);
	ck_assert_uint_eq(cpu.rip, 0x1000000);
	ck_assert_uint_eq(cpu.rsi, ZERO_PAGE);
	ck_assert_uint_eq(cpu.rbx, 0);
	ck_assert_uint_eq(cpu.cr0, 0x11);
	ck_assert_uint_eq(cpu.cr3 | cpu.cr4 | cpu.efer, 0);
	ck_assert_uint_eq(cpu.code.l, 0);
	ck_assert_uint_eq(cpu.code.db, 1);
	ck_assert_uint_eq(cpu.code.limit, UINT32_MAX);
	ck_assert_uint_eq(guest64(GDT + 0x10), UINT64_C(0x00cf9b000000ffff));
	ck_assert_uint_eq(guest64(GDT + 0x18), UINT64_C(0x00cf93000000ffff));
}
END_TEST

START_TEST(pvh_is_entered_as_its_document_says)
{
	ck_assert_int_eq(vm_load_x86_enter_pvh(mem, GDT, 0x1000400, START_INFO,
					       &cpu),
			 0);
	ck_assert_uint_eq(cpu.rip, 0x1000400);
	ck_assert_uint_eq(cpu.rbx, START_INFO);
	ck_assert_uint_eq(cpu.rsi, 0);
	ck_assert_uint_eq(cpu.rflags, 2);
	/* Of the writable bits of CR0 only PE; ET is always set. */
	ck_assert_uint_eq(cpu.cr0 & ~UINT64_C(0x10), 1);
	ck_assert_uint_eq(cpu.cr4, 0);
	ck_assert_uint_eq(cpu.task.type, 11);
	ck_assert_uint_eq(cpu.task.limit, 0x67);
	ck_assert_uint_eq(cpu.task.s, 0);
	ck_assert_uint_eq(guest64(GDT + cpu.task.selector),
			  UINT64_C(0x00008b0000000067));
}
END_TEST

static const uint64_t high = UINT64_C(1) << 32;

START_TEST(what_is_not_aligned_or_not_low_is_refused)
{
	struct vm_load_x86_cpu before = cpu;

	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT + 4, TABLES, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT, TABLES + 8, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, high, TABLES, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT, high, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT, TABLES, high,
						   ZERO_PAGE, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT, TABLES, ENTRY,
						   high, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux32(mem, GDT + 1, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_linux32(mem, high, ENTRY, ZERO_PAGE,
						   &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_pvh(mem, GDT, high, START_INFO,
					       &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_x86_enter_pvh(mem, GDT, ENTRY, high, &cpu),
			 -EINVAL);
	ck_assert_mem_eq(&cpu, &before, sizeof(cpu));
}
END_TEST

START_TEST(tables_outside_of_memory_are_refused)
{
	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, 0x20000, TABLES, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EFAULT);
	ck_assert_int_eq(vm_load_x86_enter_linux32(mem, 0x20000, ENTRY,
						   ZERO_PAGE, &cpu),
			 -EFAULT);
	ck_assert_int_eq(vm_load_x86_enter_pvh(mem, 0x20000, ENTRY, START_INFO,
					       &cpu),
			 -EFAULT);
}
END_TEST

/* Memory that ends after 1 to 5 of the 6 tables. */
START_TEST(page_tables_that_stick_out_of_memory_are_refused)
{
	uint64_t tables = 0x10000 - (uint64_t)_i * 0x1000;

	ck_assert_int_eq(vm_load_x86_enter_linux64(mem, GDT, tables, ENTRY,
						   ZERO_PAGE, &cpu),
			 _i == 6 ? 0 : -EFAULT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("x86_cpu");
	TCase *tc = tcase_create("x86_cpu");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, linux64_is_entered_in_long_mode_with_paging);
	tcase_add_test(tc, the_page_tables_map_the_low_4_gib_to_themselves);
	tcase_add_test(tc, the_gdt_of_linux64_has_flat_64_bit_code);
	tcase_add_test(tc, linux32_is_entered_in_protected_mode_without_paging);
	tcase_add_test(tc, pvh_is_entered_as_its_document_says);
	tcase_add_test(tc, what_is_not_aligned_or_not_low_is_refused);
	tcase_add_test(tc, tables_outside_of_memory_are_refused);
	tcase_add_loop_test(
		tc, page_tables_that_stick_out_of_memory_are_refused, 0, 7);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
