/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"

#include <linux-loader/bzimage.h>
#include <linux-loader/elf.h>
#include <linux-loader/image.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static uint8_t file[ELF_SIZE];
static struct vm_load_kernel k;
static struct vm_load_why why;

static int probe(const void *data, size_t size)
{
	int fd = file_of(data, size);
	int r = vm_load_probe(fd, &k, &why);

	close(fd);
	return r;
}

START_TEST(each_format_is_found_by_looking_at_the_file)
{
	static const struct elf_spec spec = {
		.entry = 0x100000,
		.phnum = 1,
		.ph = { { 1, 0x1000, 0x100000, 0x100000, 64, 64, 0x1000 } },
	};

	bzimage_make(file);
	ck_assert_int_eq(probe(file, BZ_SIZE), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_BZIMAGE);
	image_make(file, VM_LOAD_ARCH_RISCV64, 0x200000, 0x800000, 0);
	ck_assert_int_eq(probe(file, IMAGE_FILE), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_IMAGE);
	elf_make(file, &spec);
	ck_assert_int_eq(probe(file, ELF_SIZE), 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_ELF);
}
END_TEST

START_TEST(a_kernel_is_refused_as_a_format_that_it_is_not)
{
	int fd;

	bzimage_make(file);
	fd = file_of(file, BZ_SIZE);
	ck_assert_int_eq(vm_load_probe_elf(fd, &k, &why), -EBADMSG);
	ck_assert_str_eq(why.text, "it is not an ELF file");
	ck_assert_int_eq(vm_load_probe_image(fd, &k, &why), -EBADMSG);
	ck_assert_str_eq(why.text, "it is not an arm64 or riscv64 Image");
	close(fd);
}
END_TEST

static int probe_raw(int fd, struct vm_load_kernel *ret,
		     struct vm_load_why *why_not)
{
	return vm_load_probe_raw(fd, VM_LOAD_ARCH_X86_64, 0, ret, why_not);
}

static int (*const probes[])(int, struct vm_load_kernel *,
			     struct vm_load_why *) = {
	vm_load_probe,	   vm_load_probe_bzimage,
	vm_load_probe_elf, vm_load_probe_image,
	probe_raw,
};

START_TEST(each_probe_tells_an_empty_file)
{
	int fd = file_of("", 0);

	ck_assert_int_eq(probes[_i](fd, &k, &why), -EBADMSG);
	ck_assert_str_eq(why.text, "it is empty");
	close(fd);
}
END_TEST

START_TEST(each_probe_tells_a_directory)
{
	int fd = open("/", O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(probes[_i](fd, &k, &why), -EISDIR);
	ck_assert_str_eq(why.text, "it is a directory");
	close(fd);
}
END_TEST

static const struct mistake {
	size_t size;
	size_t at;
	const char *bytes;
	const char *why;
} mistakes[] = {
	{ 16, 0, "0123456789abcdef", "its 16 bytes are too few for a kernel" },
	{ 63, 0, "x", "its 63 bytes are too few for a kernel" },
	{ 4096, 0, "x",
	  "it is not a kernel (no bzImage, ELF or Image header)" },
	{ 4096, 0, "070701",
	  "it is a cpio archive (an initramfs), not a kernel" },
	{ 4096, 0, "070702",
	  "it is a cpio archive (an initramfs), not a kernel" },
	{ 4096, 0, "\x27\x05\x19\x56", "it is a U-Boot image, not a kernel" },
	{ 4096, 0, "\xd0\x0d\xfe\xed", "it is a device tree, not a kernel" },
	{ 4096, 0, "!<arch>\n", "it is an archive, not a kernel" },
	{ 12, 0, "#!/bin/sh\n", "it is a script, not a kernel" },
	{ 4096, 0x24, "\x18\x28\x6f\x01", "kernel is for arm (32-bit zImage)" },
	{ 4096, 0, "MZ", "it is an EFI program without a kernel header" },
};

START_TEST(what_is_not_a_kernel_is_told_by_name)
{
	const struct mistake *m = &mistakes[_i];

	memset(file, 0, sizeof(file));
	memcpy(file + m->at, m->bytes, strlen(m->bytes));
	ck_assert_int_eq(probe(file, m->size), -EBADMSG);
	ck_assert_str_eq(why.text, m->why);
}
END_TEST

START_TEST(random_bytes_are_not_a_kernel)
{
	uint32_t x = 2463534242u + (uint32_t)_i;

	for (size_t i = 0; i < sizeof(file); i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		file[i] = (uint8_t)x;
	}
	ck_assert_int_eq(probe(file, sizeof(file)), -EBADMSG);
}
END_TEST

START_TEST(a_raw_blob_goes_to_its_address)
{
	int fd = file_of("firmware", 8);

	ck_assert_int_eq(vm_load_probe_raw(fd, VM_LOAD_ARCH_RISCV64, 0x80000000,
					   &k, &why),
			 0);
	ck_assert_int_eq(k.format, VM_LOAD_FORMAT_RAW);
	ck_assert_int_eq(k.arch, VM_LOAD_ARCH_RISCV64);
	ck_assert_uint_eq(k.address, 0x80000000);
	ck_assert_uint_eq(k.mem_size, 8);
	ck_assert(!k.relocatable);
	ck_assert_uint_eq(k.segments[0].file_size, 8);
	ck_assert_uint_eq(k.entries, 1u << VM_LOAD_ENTRY_NATIVE);
	close(fd);
}
END_TEST

START_TEST(a_raw_blob_past_the_address_space_is_refused)
{
	int fd = file_of("firmware", 8);

	ck_assert_int_eq(vm_load_probe_raw(fd, VM_LOAD_ARCH_X86_64,
					   UINT64_MAX - 6, &k, &why),
			 -EOVERFLOW);
	ck_assert_str_eq(why.text, "its 8 bytes end past the address space");
	close(fd);
	fd = file_of("", 0);
	ck_assert_int_eq(vm_load_probe_raw(fd, VM_LOAD_ARCH_X86_64, 0, &k,
					   &why),
			 -EBADMSG);
	close(fd);
}
END_TEST

START_TEST(an_entry_is_an_address)
{
	uint64_t gpa = 0;

	bzimage_make(file);
	ck_assert_int_eq(probe(file, BZ_SIZE), 0);
	ck_assert_int_eq(vm_load_get_entry(&k, 0x1000000, VM_LOAD_ENTRY_LINUX64,
					   &gpa, &why),
			 0);
	ck_assert_uint_eq(gpa, 0x1000200);
	ck_assert_int_eq(vm_load_get_entry(&k, UINT64_MAX - 0x1ff,
					   VM_LOAD_ENTRY_LINUX64, &gpa, &why),
			 -EOVERFLOW);
	ck_assert_str_eq(why.text,
			 "the 64-bit Linux entry is past the address space");
}
END_TEST

START_TEST(an_entry_that_the_kernel_lacks_is_told)
{
	uint64_t gpa;

	bzimage_make(file);
	ck_assert_int_eq(probe(file, BZ_SIZE), 0);
	ck_assert_int_eq(vm_load_get_entry(&k, 0, VM_LOAD_ENTRY_PVH, &gpa,
					   &why),
			 -ENOENT);
	ck_assert_str_eq(why.text,
			 "kernel (bzImage for x86_64) has no PVH entry");
	ck_assert_int_eq(vm_load_get_entry(&k, 0, VM_LOAD_ENTRY_NATIVE, &gpa,
					   &why),
			 -ENOENT);
	k.entries = 0;
	ck_assert_int_eq(vm_load_get_entry(&k, 0, VM_LOAD_ENTRY_LINUX32, &gpa,
					   &why),
			 -ENOENT);
	ck_assert_int_eq(vm_load_get_entry(&k, 0, (enum vm_load_entry)4, &gpa,
					   &why),
			 -EINVAL);
}
END_TEST

START_TEST(everything_has_a_name)
{
	static const char *const formats[] = {
		"bzImage",	   "ELF",     "Image", "raw", "EFI zboot",
		"compressed file", "unknown",
	};
	static const char *const arches[] = {
		"unknown", "x86_64", "i386", "aarch64", "riscv64", "unknown",
	};
	static const char *const compressions[] = {
		"none", "gzip", "bzip2", "lzma",    "xz",
		"lzo",	"lz4",	"zstd",	 "unknown",
	};

	for (unsigned int i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		ck_assert_str_eq(vm_load_format_name((enum vm_load_format)i),
				 formats[i]);
	for (unsigned int i = 0; i < sizeof(arches) / sizeof(*arches); i++)
		ck_assert_str_eq(vm_load_arch_name((enum vm_load_arch)i),
				 arches[i]);
	for (unsigned int i = 0;
	     i < sizeof(compressions) / sizeof(*compressions); i++)
		ck_assert_str_eq(
			vm_load_compression_name((enum vm_load_compression)i),
			compressions[i]);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("kernel");
	TCase *tc = tcase_create("kernel");

	tcase_add_test(tc, each_format_is_found_by_looking_at_the_file);
	tcase_add_test(tc, a_kernel_is_refused_as_a_format_that_it_is_not);
	tcase_add_loop_test(tc, each_probe_tells_an_empty_file, 0, 5);
	tcase_add_loop_test(tc, each_probe_tells_a_directory, 0, 5);
	tcase_add_loop_test(tc, what_is_not_a_kernel_is_told_by_name, 0,
			    sizeof(mistakes) / sizeof(*mistakes));
	tcase_add_loop_test(tc, random_bytes_are_not_a_kernel, 0, 16);
	tcase_add_test(tc, a_raw_blob_goes_to_its_address);
	tcase_add_test(tc, a_raw_blob_past_the_address_space_is_refused);
	tcase_add_test(tc, an_entry_is_an_address);
	tcase_add_test(tc, an_entry_that_the_kernel_lacks_is_told);
	tcase_add_test(tc, everything_has_a_name);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
