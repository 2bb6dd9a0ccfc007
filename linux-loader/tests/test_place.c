/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/place.h>

#include <check.h>
#include <errno.h>
#include <string.h>

#define KIB 1024u
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static struct vm_load_memmap map;
static struct vm_load_request request;
static struct vm_load_placement place;
static struct vm_load_why why;

static void add(uint64_t gpa, uint64_t size, enum vm_load_mem_type type)
{
	ck_assert_int_eq(vm_load_memmap_add(&map, gpa, size, type), 0);
}

/* A PC: low memory, and the rest around the hole below 4 GiB. */
static void pc(uint64_t size)
{
	uint64_t low = size < 3 * GIB ? size : 3 * GIB;

	map.count = 0;
	add(0, 0x9fc00, VM_LOAD_MEM_RAM);
	if (low > MIB)
		add(MIB, low - MIB, VM_LOAD_MEM_RAM);
	add(4 * GIB, size - low, VM_LOAD_MEM_RAM);
	request = (struct vm_load_request){ .memmap = &map,
					    .arch = VM_LOAD_ARCH_X86_64 };
}

/* A board with its memory in one piece. */
static void board(enum vm_load_arch arch, uint64_t base, uint64_t size)
{
	map.count = 0;
	add(base, size, VM_LOAD_MEM_RAM);
	request = (struct vm_load_request){ .memmap = &map, .arch = arch };
}

/* What the stock Debian kernels ask for. */
static const struct vm_load_kernel bzimage = {
	.format = VM_LOAD_FORMAT_BZIMAGE,
	.arch = VM_LOAD_ARCH_X86_64,
	.segment_count = 1,
	.address = 16 * MIB,
	.relocatable = true,
	.alignment = 2 * MIB,
	.mem_size = 0x3378000,
	.cmdline_max = 2047,
	.initrd_max = 0x7fffffff,
};

static const struct vm_load_kernel vmlinux = {
	.format = VM_LOAD_FORMAT_ELF,
	.arch = VM_LOAD_ARCH_X86_64,
	.segment_count = 1,
	.address = 16 * MIB,
	.alignment = 1,
	.mem_size = 0x2e00000,
	.cmdline_max = 2047,
	.initrd_max = 0x7fffffff,
};

static const struct vm_load_kernel arm64 = {
	.format = VM_LOAD_FORMAT_IMAGE,
	.arch = VM_LOAD_ARCH_AARCH64,
	.segment_count = 1,
	.relocatable = true,
	.alignment = 2 * MIB,
	.mem_size = 0x1ab0000,
	.cmdline_max = 2047,
	.initrd_max = UINT64_MAX,
};

static const struct vm_load_kernel riscv64 = {
	.format = VM_LOAD_FORMAT_IMAGE,
	.arch = VM_LOAD_ARCH_RISCV64,
	.segment_count = 1,
	.relocatable = true,
	.alignment = 2 * MIB,
	.text_offset = 2 * MIB,
	.mem_size = 0x1e6b000,
	.cmdline_max = 1023,
	.initrd_max = UINT64_MAX,
};

static void places(const struct vm_load_kernel *kernel)
{
	ck_assert_msg(!vm_load_place(kernel, &request, &place, &why), "%s",
		      why.text);
}

static void refuses(const struct vm_load_kernel *kernel, int error,
		    const char *text)
{
	struct vm_load_placement before;

	memset(&place, 0x5a, sizeof(place));
	before = place;
	ck_assert_int_eq(vm_load_place(kernel, &request, &place, &why), error);
	ck_assert_str_eq(why.text, text);
	ck_assert_mem_eq(&place, &before, sizeof(place));
}

START_TEST(a_bzimage_goes_to_its_preferred_address)
{
	pc(512 * MIB);
	places(&bzimage);
	ck_assert_uint_eq(place.kernel, 0x1000000);
	ck_assert_uint_eq(place.kernel_end, 0x1000000 + 0x3378000);
	ck_assert_uint_eq(place.initrd, 0);
	ck_assert_uint_eq(place.fdt, 0);
}
END_TEST

START_TEST(a_bzimage_goes_higher_when_its_place_is_taken)
{
	pc(512 * MIB);
	add(17 * MIB, MIB, VM_LOAD_MEM_RESERVED);
	places(&bzimage);
	ck_assert_uint_eq(place.kernel, 18 * MIB);
}
END_TEST

START_TEST(a_fixed_kernel_is_refused_when_its_place_is_taken)
{
	pc(512 * MIB);
	add(17 * MIB, MIB, VM_LOAD_MEM_RESERVED);
	refuses(&vmlinux, -ENOSPC,
		"kernel needs 47104 KiB at 0x1000000, where the machine has "
		"no such memory");
}
END_TEST

START_TEST(init_size_has_to_fit_and_not_only_the_file)
{
	pc(0x1000000 + 0x3378000);
	places(&bzimage);
	pc(0x1000000 + 0x3378000 - 1);
	refuses(&bzimage, -ENOSPC,
		"kernel needs 52704 KiB from 0x1000000 on, which the machine "
		"does not have");
}
END_TEST

START_TEST(an_initrd_goes_to_the_top_of_low_memory)
{
	pc(512 * MIB);
	request.initrd_size = 3 * MIB + 1;
	places(&bzimage);
	ck_assert_uint_eq(place.initrd, 509 * MIB - 4096);
}
END_TEST

START_TEST(an_initrd_stays_below_initrd_addr_max)
{
	pc(5 * GIB);
	request.initrd_size = 100 * MIB;
	places(&bzimage);
	ck_assert_uint_eq(place.initrd, 2 * GIB - 100 * MIB);
}
END_TEST

START_TEST(an_initrd_without_a_limit_stays_below_the_hole)
{
	struct vm_load_kernel kernel = bzimage;

	pc(5 * GIB);
	kernel.initrd_max = UINT64_MAX;
	request.initrd_size = 100 * MIB;
	places(&kernel);
	ck_assert_uint_eq(place.initrd, 3 * GIB - 100 * MIB);
}
END_TEST

START_TEST(an_initrd_fills_memory_up_to_the_kernel_and_not_a_page_more)
{
	uint64_t end = 0x1000000 + 0x3378000;

	pc(128 * MIB);
	request.initrd_size = 128 * MIB - end;
	places(&bzimage);
	ck_assert_uint_eq(place.initrd, end);
	request.initrd_size++;
	refuses(&bzimage, -ENOSPC,
		"initramfs of 61985 KiB does not fit beside the kernel into "
		"memory below 0x80000000");
}
END_TEST

START_TEST(an_initrd_may_go_below_the_kernel_when_it_fits_there)
{
	pc(0x1000000 + 0x3378000);
	request.initrd_size = 15 * MIB;
	places(&bzimage);
	ck_assert_uint_eq(place.initrd, MIB);
	request.initrd_size++;
	refuses(&bzimage, -ENOSPC,
		"initramfs of 15361 KiB does not fit beside the kernel into "
		"memory below 0x80000000");
}
END_TEST

START_TEST(an_initrd_larger_than_memory_is_refused)
{
	pc(512 * MIB);
	request.initrd_size = UINT64_MAX;
	refuses(&bzimage, -ENOSPC,
		"initramfs of 18014398509481984 KiB does not fit beside the kernel into "
		"memory below 0x80000000");
}
END_TEST

START_TEST(nothing_of_x86_goes_below_1_mib_nor_above_4_gib)
{
	struct vm_load_kernel kernel = bzimage;

	map.count = 0;
	add(0, 0x9fc00, VM_LOAD_MEM_RAM);
	add(4 * GIB, GIB, VM_LOAD_MEM_RAM);
	request = (struct vm_load_request){ .memmap = &map,
					    .arch = VM_LOAD_ARCH_X86_64 };
	kernel.mem_size = 64 * KIB;
	refuses(&kernel, -ENOSPC,
		"kernel needs 64 KiB from 0x1000000 on, which the machine "
		"does not have");
	add(MIB, 32 * MIB, VM_LOAD_MEM_RAM);
	kernel.mem_size = 17 * MIB;
	request.initrd_size = 16 * MIB;
	refuses(&kernel, -ENOSPC,
		"initramfs of 16384 KiB does not fit beside the kernel into "
		"memory below 0x80000000");
	kernel = vmlinux;
	kernel.address = 0x1000;
	kernel.mem_size = 0x1000;
	refuses(&kernel, -ENOSPC, "kernel wants to be at 0x1000, below 1 MiB");
	kernel.format = VM_LOAD_FORMAT_RAW;
	request.initrd_size = 0;
	places(&kernel);
	kernel = vmlinux;
	kernel.address = 4 * GIB;
	refuses(&kernel, -ENOSPC,
		"kernel needs 47104 KiB at 0x100000000, where the machine has "
		"no such memory");
}
END_TEST

START_TEST(a_command_line_may_be_as_long_as_the_kernel_takes)
{
	pc(512 * MIB);
	request.cmdline_len = 2047;
	places(&bzimage);
	request.cmdline_len = 2048;
	refuses(&bzimage, -ENOSPC,
		"command line has 2048 bytes, the kernel takes 2047");
}
END_TEST

START_TEST(a_kernel_of_another_architecture_is_refused_by_name)
{
	pc(512 * MIB);
	refuses(&arm64, -EINVAL,
		"kernel is for aarch64, the machine is x86_64");
	refuses(&riscv64, -EINVAL,
		"kernel is for riscv64, the machine is x86_64");
	board(VM_LOAD_ARCH_AARCH64, GIB, GIB);
	refuses(&bzimage, -EINVAL,
		"kernel is for x86_64, the machine is aarch64");
}
END_TEST

START_TEST(an_i386_kernel_runs_on_x86_64)
{
	struct vm_load_kernel kernel = bzimage;

	pc(512 * MIB);
	kernel.arch = VM_LOAD_ARCH_I386;
	places(&kernel);
	request.arch = VM_LOAD_ARCH_I386;
	refuses(&bzimage, -EINVAL, "kernel is for x86_64, the machine is i386");
}
END_TEST

START_TEST(a_compressed_kernel_has_to_be_extracted_first)
{
	struct vm_load_kernel kernel = {
		.format = VM_LOAD_FORMAT_COMPRESSED,
		.payload.compression = VM_LOAD_COMPRESSION_GZIP,
	};

	pc(512 * MIB);
	refuses(&kernel, -EINVAL,
		"kernel is compressed (gzip) and has to be extracted first");
}
END_TEST

START_TEST(an_arm64_image_goes_to_the_start_of_memory)
{
	board(VM_LOAD_ARCH_AARCH64, GIB, GIB);
	request.initrd_size = MIB;
	request.fdt_size = 64 * KIB;
	places(&arm64);
	ck_assert_uint_eq(place.kernel, GIB);
	ck_assert_uint_eq(place.kernel_end, GIB + 0x1ab0000);
	ck_assert_uint_eq(place.initrd, 2 * GIB - MIB);
	ck_assert_uint_eq(place.fdt, 2 * GIB - 2 * MIB);
}
END_TEST

START_TEST(an_image_goes_to_text_offset_from_an_aligned_base)
{
	struct vm_load_kernel kernel = arm64;

	kernel.text_offset = 0x80000;
	board(VM_LOAD_ARCH_AARCH64, GIB + 4096, GIB);
	places(&kernel);
	ck_assert_uint_eq(place.kernel, GIB + 2 * MIB + 0x80000);
}
END_TEST

START_TEST(image_size_has_to_fit_and_not_only_the_file)
{
	board(VM_LOAD_ARCH_AARCH64, GIB, 0x1ab0000);
	places(&arm64);
	board(VM_LOAD_ARCH_AARCH64, GIB, 0x1ab0000 - 1);
	refuses(&arm64, -ENOSPC,
		"kernel needs 27328 KiB in one piece, which the machine does "
		"not have");
}
END_TEST

START_TEST(an_arm64_initrd_is_within_32_gib_of_the_kernel)
{
	board(VM_LOAD_ARCH_AARCH64, GIB, 64 * GIB);
	request.initrd_size = MIB;
	places(&arm64);
	ck_assert_uint_eq(place.initrd, 33 * GIB - MIB);
}
END_TEST

START_TEST(a_device_tree_that_does_not_fit_is_refused)
{
	board(VM_LOAD_ARCH_AARCH64, GIB, 32 * MIB);
	request.initrd_size = 5 * MIB;
	request.fdt_size = 64 * KIB;
	refuses(&arm64, -ENOSPC,
		"device tree of 64 KiB does not fit beside the kernel into "
		"memory below 0x840000000");
}
END_TEST

START_TEST(a_riscv64_image_leaves_2_mib_in_front)
{
	board(VM_LOAD_ARCH_RISCV64, 0x80000000, GIB);
	request.initrd_size = MIB;
	request.fdt_size = 64 * KIB;
	places(&riscv64);
	ck_assert_uint_eq(place.kernel, 0x80200000);
	ck_assert_uint_eq(place.initrd, 0x80000000 + GIB - MIB);
	ck_assert_uint_eq(place.fdt, 0x80000000 + GIB - 2 * MIB);
}
END_TEST

START_TEST(memory_at_the_end_of_the_address_space_does_not_wrap)
{
	struct vm_load_kernel kernel = arm64;

	board(VM_LOAD_ARCH_AARCH64, UINT64_MAX - 64 * MIB, 64 * MIB);
	kernel.alignment = 128 * MIB;
	refuses(&kernel, -ENOSPC,
		"kernel needs 27328 KiB in one piece, which the machine does "
		"not have");
	kernel.alignment = 2 * MIB;
	request.initrd_size = MIB;
	places(&kernel);
	ck_assert_uint_ge(place.initrd, place.kernel_end);
}
END_TEST

START_TEST(a_map_without_room_for_another_entry_is_told)
{
	pc(512 * MIB);
	for (uint64_t i = 0; map.count < VM_LOAD_MEMMAP_MAX; i++)
		add(8 * GIB + 2 * i * MIB, MIB, VM_LOAD_MEM_RAM);
	refuses(&bzimage, -ENOSPC, "memory map is too fragmented");
}
END_TEST

START_TEST(a_raw_blob_takes_no_command_line)
{
	struct vm_load_kernel kernel = {
		.format = VM_LOAD_FORMAT_RAW,
		.arch = VM_LOAD_ARCH_X86_64,
		.segment_count = 1,
		.address = MIB,
		.alignment = 1,
		.mem_size = 4096,
	};

	pc(512 * MIB);
	request.cmdline_len = 10;
	places(&kernel);
	ck_assert_uint_eq(place.kernel, MIB);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("place");
	TCase *x86 = tcase_create("x86"), *fdt = tcase_create("fdt");

	tcase_add_test(x86, a_bzimage_goes_to_its_preferred_address);
	tcase_add_test(x86, a_bzimage_goes_higher_when_its_place_is_taken);
	tcase_add_test(x86, a_fixed_kernel_is_refused_when_its_place_is_taken);
	tcase_add_test(x86, init_size_has_to_fit_and_not_only_the_file);
	tcase_add_test(x86, an_initrd_goes_to_the_top_of_low_memory);
	tcase_add_test(x86, an_initrd_stays_below_initrd_addr_max);
	tcase_add_test(x86, an_initrd_without_a_limit_stays_below_the_hole);
	tcase_add_test(
		x86,
		an_initrd_fills_memory_up_to_the_kernel_and_not_a_page_more);
	tcase_add_test(x86,
		       an_initrd_may_go_below_the_kernel_when_it_fits_there);
	tcase_add_test(x86, an_initrd_larger_than_memory_is_refused);
	tcase_add_test(x86, nothing_of_x86_goes_below_1_mib_nor_above_4_gib);
	tcase_add_test(x86, a_command_line_may_be_as_long_as_the_kernel_takes);
	tcase_add_test(x86,
		       a_kernel_of_another_architecture_is_refused_by_name);
	tcase_add_test(x86, an_i386_kernel_runs_on_x86_64);
	tcase_add_test(x86, a_compressed_kernel_has_to_be_extracted_first);
	tcase_add_test(x86, a_map_without_room_for_another_entry_is_told);
	tcase_add_test(x86, a_raw_blob_takes_no_command_line);
	suite_add_tcase(suite, x86);
	tcase_add_test(fdt, an_arm64_image_goes_to_the_start_of_memory);
	tcase_add_test(fdt, an_image_goes_to_text_offset_from_an_aligned_base);
	tcase_add_test(fdt, image_size_has_to_fit_and_not_only_the_file);
	tcase_add_test(fdt, an_arm64_initrd_is_within_32_gib_of_the_kernel);
	tcase_add_test(fdt, a_device_tree_that_does_not_fit_is_refused);
	tcase_add_test(fdt, a_riscv64_image_leaves_2_mib_in_front);
	tcase_add_test(fdt,
		       memory_at_the_end_of_the_address_space_does_not_wrap);
	suite_add_tcase(suite, fdt);
	return run_suite(suite);
}
