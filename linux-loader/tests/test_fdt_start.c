/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/fdt.h>
#include <linux-loader/fdt_start.h>

#include <check.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define RAM	 UINT64_C(0x80000000)
#define RAM_SIZE UINT64_C(0x2000000)

static uint8_t image[IMAGE_FILE], seen[IMAGE_FILE];
static struct vm_load_fdt_started started;
static struct vm_load_fdt_start start;
static struct vm_load_memmap map;
static struct vm_load_kernel k;
static struct vm_load_why why;
static struct vm_mem *mem;
static int fd, initrd;

static void setup(void)
{
	image_make(image, VM_LOAD_ARCH_RISCV64, 0x200000, 0x800000, 0);
	fd = file_of(image, IMAGE_FILE);
	initrd = file_of("initramfs", 9);
	ck_assert_int_eq(vm_load_probe(fd, &k, &why), 0);
	map.count = 0;
	ck_assert_int_eq(
		vm_load_memmap_add(&map, RAM, RAM_SIZE, VM_LOAD_MEM_RAM), 0);
	mem = memory_make(RAM, RAM_SIZE);
	start = (struct vm_load_fdt_start){ .kernel_fd = fd,
					    .kernel = &k,
					    .arch = VM_LOAD_ARCH_RISCV64,
					    .cmdline = "console=ttyS0",
					    .initrd_fds = &initrd,
					    .initrd_count = 1,
					    .memmap = &map,
					    .fdt_size = 0x10000 };
}

static void teardown(void)
{
	vm_mem_free(mem);
	close(fd);
	close(initrd);
}

START_TEST(kernel_and_initrd_are_loaded_and_chosen_names_them)
{
	ck_assert_msg(!vm_load_fdt_start(mem, &start, &started, &why), "%s",
		      why.text);
	ck_assert_uint_eq(started.entry, RAM + 0x200000);
	ck_assert_uint_eq(started.place.kernel, RAM + 0x200000);
	ck_assert_uint_eq(started.chosen.initrd_start, RAM + RAM_SIZE - 0x1000);
	ck_assert_uint_eq(started.chosen.initrd_end,
			  RAM + RAM_SIZE - 0x1000 + 9);
	ck_assert_str_eq(started.chosen.bootargs, "console=ttyS0");
	ck_assert_uint_eq(started.place.fdt, RAM + RAM_SIZE - 0x200000);
	ck_assert_int_eq(vm_mem_read(mem, started.entry, seen, IMAGE_FILE), 0);
	ck_assert_mem_eq(seen, image, IMAGE_FILE);
	ck_assert_int_eq(vm_mem_read(mem, started.chosen.initrd_start, seen, 9),
			 0);
	ck_assert_mem_eq(seen, "initramfs", 9);
}
END_TEST

START_TEST(without_an_initrd_chosen_names_none)
{
	start.initrd_count = 0;
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why), 0);
	ck_assert_uint_eq(started.chosen.initrd_start, 0);
	ck_assert_uint_eq(started.chosen.initrd_end, 0);
}
END_TEST

START_TEST(a_start_that_cannot_be_leaves_the_answer_alone)
{
	struct vm_load_fdt_started before;
	int empty = file_of("", 0);

	memset(&started, 0x5a, sizeof(started));
	before = started;
	start.arch = VM_LOAD_ARCH_AARCH64;
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why),
			 -EINVAL);
	ck_assert_str_eq(why.text,
			 "kernel is for riscv64, the machine is aarch64");
	start.arch = VM_LOAD_ARCH_RISCV64;
	k.entries = 0;
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why),
			 -ENOENT);
	k.entries = 1u << VM_LOAD_ENTRY_NATIVE;
	k.mem_size = RAM_SIZE;
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why),
			 -ENOSPC);
	k.mem_size = 0x800000;
	start.flags = 2;
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why),
			 -EINVAL);
	start.flags = 0;
	start.initrd_fds = &empty;
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why),
			 -EBADMSG);
	start.initrd_fds = &initrd;
	ck_assert_int_eq(ftruncate(fd, 100), 0);
	ck_assert_int_eq(vm_load_fdt_start(mem, &start, &started, &why),
			 -EBADMSG);
	ck_assert_mem_eq(&started, &before, sizeof(started));
	close(empty);
}
END_TEST

START_TEST(arm64_is_entered_with_the_tree_in_x0)
{
	struct vm_load_arm64_cpu cpu;

	ck_assert_int_eq(vm_load_arm64_enter(0x40000000, 0x48000000, &cpu), 0);
	ck_assert_uint_eq(cpu.pc, 0x40000000);
	ck_assert_uint_eq(cpu.x[0], 0x48000000);
	ck_assert_uint_eq(cpu.x[1] | cpu.x[2] | cpu.x[3], 0);
	ck_assert_uint_eq(cpu.pstate, 0x3c5);
	ck_assert_int_eq(vm_load_arm64_enter(0x40000000, 0x48000004, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_arm64_enter(0x40000002, 0x48000000, &cpu),
			 -EINVAL);
}
END_TEST

START_TEST(riscv64_is_entered_with_hart_and_tree_in_a0_and_a1)
{
	struct vm_load_riscv64_cpu cpu;

	ck_assert_int_eq(vm_load_riscv64_enter(0x80200000, 3, 0x88000000, &cpu),
			 0);
	ck_assert_uint_eq(cpu.pc, 0x80200000);
	ck_assert_uint_eq(cpu.a0, 3);
	ck_assert_uint_eq(cpu.a1, 0x88000000);
	ck_assert_int_eq(vm_load_riscv64_enter(0x80200000, 0, 0x88000004, &cpu),
			 -EINVAL);
	ck_assert_int_eq(vm_load_riscv64_enter(0x80200001, 0, 0x88000000, &cpu),
			 -EINVAL);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("fdt_start");
	TCase *tc = tcase_create("fdt_start");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, kernel_and_initrd_are_loaded_and_chosen_names_them);
	tcase_add_test(tc, without_an_initrd_chosen_names_none);
	tcase_add_test(tc, a_start_that_cannot_be_leaves_the_answer_alone);
	tcase_add_test(tc, arm64_is_entered_with_the_tree_in_x0);
	tcase_add_test(tc, riscv64_is_entered_with_hart_and_tree_in_a0_and_a1);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
