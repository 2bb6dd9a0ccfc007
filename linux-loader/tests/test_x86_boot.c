/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/x86_boot.h>

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define GPA 0x7000u

static uint8_t page[VM_LOAD_X86_INFO_SIZE + 2], file[BZ_SIZE];
static struct vm_load_kernel kernel, elf;
static struct vm_load_memmap map;
static struct vm_load_x86_info info;
static struct vm_load_why why;
static struct vm_mem *mem;

static void setup(void)
{
	int fd;

	bzimage_make(file);
	fd = file_of(file, BZ_SIZE);
	ck_assert_int_eq(vm_load_probe(fd, &kernel, &why), 0);
	close(fd);
	elf = (struct vm_load_kernel){ .format = VM_LOAD_FORMAT_ELF,
				       .arch = VM_LOAD_ARCH_X86_64,
				       .initrd_max = 0x7fffffff };
	map.count = 0;
	ck_assert_int_eq(vm_load_memmap_add(&map, 0, 0x9fc00, VM_LOAD_MEM_RAM),
			 0);
	ck_assert_int_eq(vm_load_memmap_add(&map, 0xe0000, 0x20000,
					    VM_LOAD_MEM_RESERVED),
			 0);
	ck_assert_int_eq(vm_load_memmap_add(&map, 0x100000000, 0x40000000,
					    VM_LOAD_MEM_RAM),
			 0);
	info = (struct vm_load_x86_info){ .memmap = &map,
					  .cmdline = 0x20000,
					  .initrd = 0x5000000,
					  .initrd_size = 0x123456,
					  .rsdp = 0xe0000,
					  .setup_data = 0x8000 };
	mem = memory_make(0, 0x20000);
	ck_assert_int_eq(vm_mem_fill(mem, 0, 0xee, 0x20000), 0);
}

static void teardown(void)
{
	vm_mem_free(mem);
}

static const uint8_t *zero_page(const struct vm_load_kernel *k, uint64_t base)
{
	ck_assert_msg(!vm_load_zero_page_write(mem, GPA, k, base, &info, &why),
		      "%s", why.text);
	ck_assert_int_eq(vm_mem_read(mem, GPA - 1, page, sizeof(page)), 0);
	ck_assert_uint_eq(page[0], 0xee);
	ck_assert_uint_eq(page[sizeof(page) - 1], 0xee);
	return page + 1;
}

static const uint8_t *start_info(void)
{
	ck_assert_msg(!vm_load_pvh_write(mem, GPA, &info, &why), "%s",
		      why.text);
	ck_assert_int_eq(vm_mem_read(mem, GPA - 1, page, sizeof(page)), 0);
	ck_assert_uint_eq(page[0], 0xee);
	ck_assert_uint_eq(page[sizeof(page) - 1], 0xee);
	return page + 1;
}

START_TEST(the_zero_page_has_the_header_and_what_the_loader_writes)
{
	const uint8_t *zp = zero_page(&kernel, 0x1000000);

	ck_assert_uint_eq(zp[0x1f1], 1);
	ck_assert_uint_eq(le16(zp + 0x1fe), 0xaa55);
	ck_assert_mem_eq(zp + 0x202, "HdrS", 4);
	ck_assert_uint_eq(le16(zp + 0x206), 0x20f);
	ck_assert_uint_eq(zp[0x210], 0xff);
	ck_assert_uint_eq(zp[0x211], 0x01);
	ck_assert_uint_eq(le32(zp + 0x214), 0x1000000);
	ck_assert_uint_eq(le32(zp + 0x218), 0x5000000);
	ck_assert_uint_eq(le32(zp + 0x21c), 0x123456);
	ck_assert_uint_eq(le32(zp + 0x228), 0x20000);
	ck_assert_uint_eq(le32(zp + 0x260), 0x3378000);
	ck_assert_uint_eq(le64(zp + 0x070), 0xe0000);
	ck_assert_uint_eq(le64(zp + 0x250), 0x8000);
}
END_TEST

START_TEST(the_zero_page_is_zero_outside_of_what_is_written)
{
	static const struct {
		size_t from, to;
	} zero[] = {
		{ 0x000, 0x070 }, { 0x078, 0x1e8 },	      { 0x1e9, 0x1f1 },
		{ 0x26c, 0x2d0 }, { 0x2d0 + 3 * 20, 0x1000 },
	};
	const uint8_t *zp = zero_page(&kernel, 0x1000000);

	for (size_t i = 0; i < sizeof(zero) / sizeof(*zero); i++) {
		for (size_t at = zero[i].from; at < zero[i].to; at++)
			ck_assert_msg(!zp[at], "0x%zx is 0x%x", at, zp[at]);
	}
}
END_TEST

START_TEST(the_zero_page_has_the_memory_map_as_e820)
{
	const uint8_t *zp = zero_page(&kernel, 0x1000000);

	ck_assert_uint_eq(zp[0x1e8], 3);
	ck_assert_uint_eq(le64(zp + 0x2d0), 0);
	ck_assert_uint_eq(le64(zp + 0x2d8), 0x9fc00);
	ck_assert_uint_eq(le32(zp + 0x2e0), 1);
	ck_assert_uint_eq(le64(zp + 0x2e4), 0xe0000);
	ck_assert_uint_eq(le64(zp + 0x2ec), 0x20000);
	ck_assert_uint_eq(le32(zp + 0x2f4), 2);
	ck_assert_uint_eq(le64(zp + 0x2f8), 0x100000000);
	ck_assert_uint_eq(le64(zp + 0x300), 0x40000000);
	ck_assert_uint_eq(le32(zp + 0x308), 1);
}
END_TEST

START_TEST(the_zero_page_holds_a_full_memory_map)
{
	const uint8_t *zp;

	map.count = 0;
	for (uint64_t i = 0; i < VM_LOAD_MEMMAP_MAX; i++)
		ck_assert_int_eq(vm_load_memmap_add(&map, i * 0x2000, 0x1000,
						    VM_LOAD_MEM_RAM),
				 0);
	zp = zero_page(&kernel, 0x1000000);
	ck_assert_uint_eq(zp[0x1e8], 128);
	ck_assert_uint_eq(le64(zp + 0x2d0 + 127 * 20), 127 * 0x2000);
	ck_assert_uint_eq(zp[0xcd0], 0);
}
END_TEST

START_TEST(an_elf_kernel_gets_a_header)
{
	const uint8_t *zp = zero_page(&elf, 0x1000000);

	ck_assert_uint_eq(le16(zp + 0x1fe), 0xaa55);
	ck_assert_mem_eq(zp + 0x202, "HdrS", 4);
	ck_assert_uint_eq(le16(zp + 0x206), 0x20c);
	ck_assert_uint_eq(zp[0x210], 0xff);
	ck_assert_uint_eq(zp[0x211], 0x01);
	ck_assert_uint_eq(le16(zp + 0x236), 0x03);
	ck_assert_uint_eq(le32(zp + 0x228), 0x20000);
	ck_assert_uint_eq(le32(zp + 0x218), 0x5000000);
}
END_TEST

START_TEST(a_32_bit_elf_kernel_reaches_no_address_above_4_gib)
{
	elf.arch = VM_LOAD_ARCH_I386;
	ck_assert_uint_eq(le16(zero_page(&elf, 0x1000000) + 0x236), 0);
	info.cmdline = UINT64_C(1) << 32;
	ck_assert_int_eq(vm_load_zero_page_write(mem, GPA, &elf, 0x1000000,
						 &info, &why),
			 -EINVAL);
	ck_assert_str_eq(why.text, "kernel takes no addresses above 4 GiB");
}
END_TEST

START_TEST(without_an_initrd_the_zero_page_names_none)
{
	const uint8_t *zp;

	info.initrd_size = 0;
	memset(kernel.setup_header + (0x218 - 0x1f1), 0xff, 8);
	zp = zero_page(&kernel, 0x1000000);
	ck_assert_uint_eq(le32(zp + 0x218), 0);
	ck_assert_uint_eq(le32(zp + 0x21c), 0);
}
END_TEST

START_TEST(addresses_above_4_gib_are_split)
{
	const uint8_t *zp;

	kernel.initrd_max = UINT64_MAX;
	info.cmdline = 0x123456789a;
	info.initrd = 0x2345678000;
	info.initrd_size = 0x345678000;
	zp = zero_page(&kernel, 0x1000000);
	ck_assert_uint_eq(le32(zp + 0x228), 0x3456789a);
	ck_assert_uint_eq(le32(zp + 0x0c8), 0x12);
	ck_assert_uint_eq(le32(zp + 0x218), 0x45678000);
	ck_assert_uint_eq(le32(zp + 0x0c0), 0x23);
	ck_assert_uint_eq(le32(zp + 0x21c), 0x45678000);
	ck_assert_uint_eq(le32(zp + 0x0c4), 0x3);
}
END_TEST

static int refused(uint64_t base)
{
	return vm_load_zero_page_write(mem, GPA, &kernel, base, &info, &why);
}

START_TEST(a_kernel_that_takes_none_is_told_no_address_above_4_gib)
{
	const uint64_t high = UINT64_C(1) << 32;

	kernel.xloadflags = 1;
	kernel.initrd_max = UINT64_MAX;
	ck_assert_int_eq(refused(high), -EINVAL);
	ck_assert_str_eq(why.text, "kernel takes no addresses above 4 GiB");
	info.cmdline = high;
	ck_assert_int_eq(refused(0), -EINVAL);
	info.cmdline = 0;
	info.initrd = high - info.initrd_size + 1;
	ck_assert_int_eq(refused(0), -EINVAL);
	info.initrd = high - info.initrd_size;
	ck_assert_int_eq(refused(0), 0);
	info.initrd = high;
	info.initrd_size = 0;
	ck_assert_int_eq(refused(0), 0);
}
END_TEST

START_TEST(an_initrd_past_what_the_kernel_reaches_is_refused)
{
	info.initrd = 0x80000000 - info.initrd_size;
	ck_assert_int_eq(refused(0), 0);
	info.initrd++;
	ck_assert_int_eq(refused(0), -EINVAL);
	ck_assert_str_eq(why.text, "initramfs ends at 0x80000000, the kernel "
				   "reaches 0x7fffffff");
	info.initrd = UINT64_MAX;
	ck_assert_int_eq(refused(0), -EOVERFLOW);
	ck_assert_str_eq(why.text, "initramfs ends past the address space");
}
END_TEST

START_TEST(a_kernel_without_the_field_gets_no_setup_data)
{
	kernel.protocol = 0x0208;
	ck_assert_int_eq(refused(0), -EINVAL);
	ck_assert_str_eq(why.text, "kernel takes no setup_data");
	info.setup_data = 0;
	ck_assert_int_eq(refused(0), 0);
}
END_TEST

START_TEST(the_zero_page_is_for_x86_only)
{
	kernel.arch = VM_LOAD_ARCH_RISCV64;
	ck_assert_int_eq(refused(0), -EINVAL);
	ck_assert_str_eq(why.text, "kernel is for riscv64, not x86");
	kernel.arch = VM_LOAD_ARCH_I386;
	ck_assert_int_eq(refused(0), 0);
}
END_TEST

START_TEST(a_structure_outside_of_memory_is_refused)
{
	ck_assert_int_eq(vm_load_zero_page_write(mem, 0x1f001, &kernel, 0,
						 &info, &why),
			 -EFAULT);
	ck_assert_str_eq(why.text,
			 "zero page at 0x1f001 is not in guest memory");
	ck_assert_int_eq(vm_load_zero_page_write(mem, UINT64_MAX, &kernel, 0,
						 &info, &why),
			 -EOVERFLOW);
	ck_assert_int_eq(vm_load_pvh_write(mem, 0x1f001, &info, &why), -EFAULT);
	ck_assert_str_eq(why.text,
			 "start info at 0x1f001 is not in guest memory");
	ck_assert_int_eq(vm_load_pvh_write(mem, UINT64_MAX, &info, &why),
			 -EOVERFLOW);
}
END_TEST

START_TEST(the_start_info_of_pvh_has_its_fields)
{
	const uint8_t *si = start_info();

	ck_assert_uint_eq(le32(si), 0x336ec578);
	ck_assert_uint_eq(le32(si + 4), 1);
	ck_assert_uint_eq(le32(si + 8), 0);
	ck_assert_uint_eq(le32(si + 12), 1);
	ck_assert_uint_eq(le64(si + 16), GPA + 56);
	ck_assert_uint_eq(le64(si + 24), 0x20000);
	ck_assert_uint_eq(le64(si + 32), 0xe0000);
	ck_assert_uint_eq(le64(si + 40), GPA + 88);
	ck_assert_uint_eq(le32(si + 48), 3);
	ck_assert_uint_eq(le32(si + 52), 0);
	/* the module */
	ck_assert_uint_eq(le64(si + 56), 0x5000000);
	ck_assert_uint_eq(le64(si + 64), 0x123456);
	ck_assert_uint_eq(le64(si + 72), 0);
	ck_assert_uint_eq(le64(si + 80), 0);
	/* the second entry of the memory map */
	ck_assert_uint_eq(le64(si + 112), 0xe0000);
	ck_assert_uint_eq(le64(si + 120), 0x20000);
	ck_assert_uint_eq(le32(si + 128), 2);
	ck_assert_uint_eq(le32(si + 132), 0);
}
END_TEST

START_TEST(without_an_initrd_pvh_has_no_module)
{
	const uint8_t *si;

	info.initrd_size = 0;
	si = start_info();
	ck_assert_uint_eq(le32(si + 12), 0);
	ck_assert_uint_eq(le64(si + 16), 0);
}
END_TEST

START_TEST(pvh_holds_a_full_memory_map)
{
	const uint8_t *si;

	map.count = 0;
	for (uint64_t i = 0; i < VM_LOAD_MEMMAP_MAX; i++)
		ck_assert_int_eq(vm_load_memmap_add(&map, i * 0x2000, 0x1000,
						    VM_LOAD_MEM_RAM),
				 0);
	si = start_info();
	ck_assert_uint_eq(le32(si + 48), 128);
	ck_assert_uint_eq(le64(si + 88 + 127 * 24), 127 * 0x2000);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("x86_boot");
	TCase *tc = tcase_create("x86_boot");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc,
		       the_zero_page_has_the_header_and_what_the_loader_writes);
	tcase_add_test(tc, the_zero_page_is_zero_outside_of_what_is_written);
	tcase_add_test(tc, the_zero_page_has_the_memory_map_as_e820);
	tcase_add_test(tc, the_zero_page_holds_a_full_memory_map);
	tcase_add_test(tc, an_elf_kernel_gets_a_header);
	tcase_add_test(tc, a_32_bit_elf_kernel_reaches_no_address_above_4_gib);
	tcase_add_test(tc, without_an_initrd_the_zero_page_names_none);
	tcase_add_test(tc, addresses_above_4_gib_are_split);
	tcase_add_test(tc,
		       a_kernel_that_takes_none_is_told_no_address_above_4_gib);
	tcase_add_test(tc, an_initrd_past_what_the_kernel_reaches_is_refused);
	tcase_add_test(tc, a_kernel_without_the_field_gets_no_setup_data);
	tcase_add_test(tc, the_zero_page_is_for_x86_only);
	tcase_add_test(tc, a_structure_outside_of_memory_is_refused);
	tcase_add_test(tc, the_start_info_of_pvh_has_its_fields);
	tcase_add_test(tc, without_an_initrd_pvh_has_no_module);
	tcase_add_test(tc, pvh_holds_a_full_memory_map);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
