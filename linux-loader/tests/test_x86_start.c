/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/x86_start.h>

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RAM_SIZE UINT64_C(0x8000000)
#define INFO	 0x7000u

static uint8_t file[BZ_SIZE], elf[ELF_SIZE], seen[BZ_CODE];
static struct vm_load_x86_start start;
static struct vm_load_memmap map;
static struct vm_load_kernel k;
static struct vm_load_why why;
static struct vm_load_x86_cpu cpu;
static struct vm_mem *mem;
static int fd, initrds[2];

static void setup(void)
{
	bzimage_make(file);
	fd = file_of(file, BZ_SIZE);
	initrds[0] = file_of("first", 5);
	initrds[1] = file_of("second", 6);
	ck_assert_int_eq(vm_load_probe(fd, &k, &why), 0);
	map.count = 0;
	ck_assert_int_eq(vm_load_memmap_add(&map, 0, RAM_SIZE, VM_LOAD_MEM_RAM),
			 0);
	ck_assert_int_eq(vm_load_memmap_add(&map, 0x9fc00, 0x60400,
					    VM_LOAD_MEM_RESERVED),
			 0);
	mem = memory_make(0, RAM_SIZE);
	start = (struct vm_load_x86_start){ .kernel_fd = fd,
					    .kernel = &k,
					    .entry = VM_LOAD_ENTRY_LINUX64,
					    .cmdline = "console=ttyS0",
					    .initrd_fds = initrds,
					    .initrd_count = 2,
					    .memmap = &map,
					    .rsdp = 0xe0000,
					    .setup_data = 0x8000,
					    .layout = { .gdt = 0x500,
							.info = INFO,
							.page_tables = 0x9000,
							.cmdline = 0x20000 } };
}

static void teardown(void)
{
	vm_mem_free(mem);
	close(fd);
	close(initrds[0]);
	close(initrds[1]);
}

static void starts(void)
{
	ck_assert_msg(!vm_load_x86_start(mem, &start, &cpu, &why), "%s",
		      why.text);
	ck_assert_int_eq(vm_mem_read(mem, INFO, seen, 4096), 0);
}

static void refuses(int error, const char *text)
{
	struct vm_load_x86_cpu before;

	memset(&cpu, 0x5a, sizeof(cpu));
	before = cpu;
	ck_assert_int_eq(vm_load_x86_start(mem, &start, &cpu, &why), error);
	ck_assert_str_eq(why.text, text);
	ck_assert_mem_eq(&cpu, &before, sizeof(cpu));
}

/* An ELF kernel with a PVH note in place of the bzImage. */
static void use_elf(void)
{
	static const struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 2,
		.ph = { { 1, 0x1000, 0x100000, 0x100000, 0x800, 0x800, 4 },
			{ 4, 0x2000, 0, 0, 20, 20, 4 } },
	};
	static const uint8_t entry[4] = { 0x40, 0x00, 0x10, 0x00 };

	elf_make(elf, &spec);
	note_make(elf + 0x2000, "Xen", 18, entry, 4, 4);
	close(fd);
	fd = file_of(elf, ELF_SIZE);
	start.kernel_fd = fd;
	ck_assert_int_eq(vm_load_probe(fd, &k, &why), 0);
}

START_TEST(a_bzimage_is_started_by_its_64_bit_entry)
{
	const uint64_t initrd = RAM_SIZE - 0x2000;

	starts();
	ck_assert_uint_eq(cpu.rip, 0x1000200);
	ck_assert_uint_eq(cpu.rsi, INFO);
	ck_assert_uint_eq(cpu.efer, 0x500);
	ck_assert_uint_eq(le32(seen + 0x218), initrd);
	ck_assert_uint_eq(le32(seen + 0x21c), 0x1006);
	ck_assert_uint_eq(le32(seen + 0x228), 0x20000);
	ck_assert_uint_eq(le64(seen + 0x070), 0xe0000);
	ck_assert_uint_eq(le64(seen + 0x250), 0x8000);
	ck_assert_int_eq(vm_mem_read(mem, 0x1000000, seen, BZ_CODE), 0);
	ck_assert_mem_eq(seen, file + BZ_START, BZ_CODE);
	ck_assert_int_eq(vm_mem_read(mem, initrd, seen, 0x1006), 0);
	ck_assert_mem_eq(seen, "first", 6);
	ck_assert_mem_eq(seen + 0x1000, "second", 6);
	ck_assert_int_eq(vm_mem_read(mem, 0x20000, seen, 14), 0);
	ck_assert_str_eq((const char *)seen, "console=ttyS0");
}
END_TEST

START_TEST(a_bzimage_is_started_by_its_32_bit_entry)
{
	start.entry = VM_LOAD_ENTRY_LINUX32;
	starts();
	ck_assert_uint_eq(cpu.rip, 0x1000000);
	ck_assert_uint_eq(cpu.rsi, INFO);
	ck_assert_uint_eq(cpu.cr0, 0x11);
	ck_assert_uint_eq(le32(seen + 0x228), 0x20000);
}
END_TEST

START_TEST(an_elf_kernel_is_started_by_pvh)
{
	use_elf();
	start.entry = VM_LOAD_ENTRY_PVH;
	starts();
	ck_assert_uint_eq(cpu.rip, 0x100040);
	ck_assert_uint_eq(cpu.rbx, INFO);
	ck_assert_uint_eq(le32(seen), 0x336ec578);
	ck_assert_uint_eq(le64(seen + 24), 0x20000);
}
END_TEST

START_TEST(an_elf_kernel_is_started_by_its_64_bit_entry)
{
	use_elf();
	starts();
	ck_assert_uint_eq(cpu.rip, 0x100000);
	ck_assert_uint_eq(cpu.rsi, INFO);
}
END_TEST

START_TEST(the_best_entry_is_pvh_then_64_bit_then_32_bit)
{
	ck_assert_int_eq(vm_load_x86_default_entry(&k), VM_LOAD_ENTRY_LINUX64);
	k.entries = 1u << VM_LOAD_ENTRY_LINUX32;
	ck_assert_int_eq(vm_load_x86_default_entry(&k), VM_LOAD_ENTRY_LINUX32);
	use_elf();
	ck_assert_int_eq(vm_load_x86_default_entry(&k), VM_LOAD_ENTRY_PVH);
}
END_TEST

START_TEST(an_entry_that_the_kernel_lacks_is_refused)
{
	start.entry = VM_LOAD_ENTRY_PVH;
	refuses(-ENOENT, "kernel (bzImage for x86_64) has no PVH entry");
	start.entry = VM_LOAD_ENTRY_NATIVE;
	refuses(-ENOENT, "kernel (bzImage for x86_64) has no native entry");
	k.entries = 1u << VM_LOAD_ENTRY_NATIVE;
	refuses(-EINVAL, "kernel is not for x86");
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	static char long_line[3000];

	memset(long_line, 'x', sizeof(long_line) - 1);
	start.cmdline = long_line;
	refuses(-ENOSPC, "command line has 2999 bytes, the kernel takes 2047");
	start.cmdline = "";
	k.mem_size = RAM_SIZE;
	refuses(-ENOSPC,
		"kernel needs 131072 KiB from 0x1000000 on, which the machine "
		"does not have");
}
END_TEST

START_TEST(a_layout_that_cannot_be_is_refused)
{
	start.layout.gdt = 0x501;
	refuses(-EINVAL, "the first CPU's tables cannot be placed");
	start.layout.gdt = 0x500;
	start.layout.info = RAM_SIZE;
	refuses(-EFAULT, "zero page at 0x8000000 is not in guest memory");
	start.layout.info = INFO;
	start.layout.cmdline = RAM_SIZE;
	refuses(-EFAULT, "command line of 14 bytes at 0x8000000 is not in "
			 "guest memory");
}
END_TEST

START_TEST(files_that_changed_are_refused)
{
	ck_assert_int_eq(ftruncate(fd, BZ_START), 0);
	refuses(-EBADMSG, "kernel changed from 9216 to 1024 bytes");
	ck_assert_int_eq(ftruncate(initrds[1], 0), 0);
	refuses(-EBADMSG, "it is empty");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("x86_start");
	TCase *tc = tcase_create("x86_start");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_bzimage_is_started_by_its_64_bit_entry);
	tcase_add_test(tc, a_bzimage_is_started_by_its_32_bit_entry);
	tcase_add_test(tc, an_elf_kernel_is_started_by_pvh);
	tcase_add_test(tc, an_elf_kernel_is_started_by_its_64_bit_entry);
	tcase_add_test(tc, the_best_entry_is_pvh_then_64_bit_then_32_bit);
	tcase_add_test(tc, an_entry_that_the_kernel_lacks_is_refused);
	tcase_add_test(tc, what_does_not_fit_is_refused);
	tcase_add_test(tc, a_layout_that_cannot_be_is_refused);
	tcase_add_test(tc, files_that_changed_are_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
