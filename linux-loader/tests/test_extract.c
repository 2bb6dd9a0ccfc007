/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "make.h"
#include "pack.h"

#include <linux-loader/extract.h>

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLAIN 200000u

static uint8_t plain[PLAIN], packed[PLAIN + 65536], seen[PLAIN + 1];
static struct vm_load_payload payload;
static struct vm_load_why why;
static size_t packed_len;
static int out;

/* Compressible, but not so well that it all fits one chunk of input. */
static void setup(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < PLAIN; i++) {
		x = x * 1103515245u + 12345u;
		plain[i] = i & 2 ? (uint8_t)(i >> 8) : (uint8_t)(x >> 16);
	}
	out = file_of("", 0);
}

static void teardown(void)
{
	close(out);
}

static void prepare(const struct packing *packing)
{
	packed_len = packing->make(plain, PLAIN, packed, sizeof(packed));
	ck_assert_uint_ne(packed_len, 0);
	payload = (struct vm_load_payload){ packing->compression, 0, packed_len,
					    0 };
}

static int extract(uint64_t limit)
{
	int fd = file_of(packed, packed_len);
	uint64_t size = 0;
	int r = vm_load_extract(fd, &payload, out, limit, &size, &why);

	if (!r)
		ck_assert_uint_eq(size, PLAIN);
	close(fd);
	return r;
}

static void check_plain(void)
{
	ck_assert_int_eq(pread(out, seen, sizeof(seen), 0), PLAIN);
	ck_assert_mem_eq(seen, plain, PLAIN);
}

START_TEST(what_was_packed_comes_out)
{
	prepare(&packings[_i]);
	ck_assert_msg(extract(PLAIN) == 0, "%s", why.text);
	check_plain();
}
END_TEST

START_TEST(the_size_that_the_file_states_is_checked)
{
	prepare(&packings[_i]);
	payload.size = PLAIN;
	ck_assert_msg(extract(PLAIN) == 0, "%s", why.text);
	payload.size = PLAIN + 1;
	ck_assert_int_eq(extract(PLAIN), -EBADMSG);
	ck_assert_str_eq(why.text, "payload has 200000 bytes instead of "
				   "200001");
}
END_TEST

START_TEST(no_more_comes_out_than_the_limit)
{
	prepare(&packings[_i]);
	ck_assert_int_eq(extract(PLAIN - 1), -ENOSPC);
	ck_assert_str_eq(why.text, "more than 199999 bytes come out of it");
	ck_assert_int_eq(extract(0), -ENOSPC);
}
END_TEST

START_TEST(a_longer_file_is_cut_to_what_came_out)
{
	prepare(&packings[_i]);
	ck_assert_int_eq(ftruncate(out, PLAIN * 2), 0);
	ck_assert_int_eq(lseek(out, 5, SEEK_SET), 5);
	ck_assert_int_eq(extract(PLAIN), 0);
	ck_assert_int_eq(lseek(out, 0, SEEK_CUR), 5);
	check_plain();
}
END_TEST

START_TEST(a_payload_that_is_cut_off_is_refused)
{
	size_t whole;

	prepare(&packings[_i]);
	whole = packed_len;
	for (size_t i = 1; i < 16; i++) {
		payload.length = packed_len = whole * i / 16;
		ck_assert_int_eq(extract(PLAIN), -EBADMSG);
		ck_assert_str_eq(why.text, "compressed payload is damaged or "
					   "cut off");
	}
}
END_TEST

START_TEST(a_payload_that_lost_its_last_bytes_is_refused)
{
	prepare(&packings[_i]);
	/* Only this one has neither a checksum nor a size at its end. */
	if (payload.compression == VM_LOAD_COMPRESSION_LZMA)
		return;
	for (size_t i = 1; i < 9; i++) {
		payload.length = --packed_len;
		ck_assert_int_eq(extract(PLAIN), -EBADMSG);
	}
}
END_TEST

START_TEST(a_payload_that_is_not_what_it_says_is_refused)
{
	prepare(&packings[_i]);
	memset(packed, 0xff, packed_len);
	ck_assert_int_eq(extract(PLAIN), -EBADMSG);
}
END_TEST

/* Only gzip, xz and their checksums promise to notice each of these. */
START_TEST(a_payload_with_a_flipped_bit_does_no_harm)
{
	size_t at;
	int r;

	prepare(&packings[_i]);
	for (size_t i = 0; i < 16; i++) {
		at = packed_len * i / 16;
		packed[at] ^= 0x10;
		r = extract(2 * PLAIN);
		ck_assert(r == 0 || r == -EBADMSG || r == -ENOSPC ||
			  r == -ENOTSUP);
		packed[at] ^= 0x10;
	}
	ck_assert_int_eq(extract(PLAIN), 0);
}
END_TEST

START_TEST(what_follows_the_payload_is_refused)
{
	prepare(&packings[_i]);
	memset(packed + packed_len, 0x55, 64);
	packed_len += 64;
	payload.length = packed_len;
	ck_assert_int_eq(extract(PLAIN), -EBADMSG);
}
END_TEST

START_TEST(a_payload_is_found_inside_of_its_file)
{
	int fd;

	prepare(&packings[_i]);
	fd = file_of("", 0);
	ck_assert_int_eq(pwrite(fd, packed, packed_len, 12345),
			 (ssize_t)packed_len);
	ck_assert_int_eq(pwrite(fd, "more", 4, (off_t)(12345 + packed_len)), 4);
	payload.offset = 12345;
	ck_assert_int_eq(vm_load_extract(fd, &payload, out, PLAIN, NULL, &why),
			 0);
	check_plain();
	close(fd);
}
END_TEST

START_TEST(a_file_that_became_shorter_is_told)
{
	prepare(&packings[_i]);
	payload.length++;
	ck_assert_int_eq(extract(PLAIN), -EBADMSG);
	ck_assert_str_eq(why.text, "it became shorter while it was read");
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_told)
{
	int fd;

	prepare(&packings[_i]);
	fd = file_of(packed, packed_len);
	ck_assert_int_eq(vm_load_extract(fd, &payload, -1, PLAIN, NULL, &why),
			 -EBADF);
	ck_assert_str_eq(why.text, "cannot write what comes out of it");
	ck_assert_int_eq(vm_load_extract(-1, &payload, out, PLAIN, NULL, &why),
			 -EBADF);
	ck_assert_str_eq(why.text, "cannot read it");
	close(fd);
}
END_TEST

START_TEST(a_payload_that_is_not_compressed_is_copied)
{
	packed_len = PLAIN;
	memcpy(packed, plain, PLAIN);
	payload = (struct vm_load_payload){ .length = PLAIN };
	ck_assert_int_eq(extract(PLAIN), 0);
	check_plain();
	ck_assert_int_eq(extract(PLAIN - 1), -ENOSPC);
}
END_TEST

START_TEST(a_build_knows_what_it_can_decompress)
{
	for (unsigned int i = 1; i <= VM_LOAD_COMPRESSION_ZSTD; i++)
		ck_assert(
			vm_load_has_compression((enum vm_load_compression)i) ==
			(find_packing((enum vm_load_compression)i) != NULL));
	ck_assert(vm_load_has_compression(VM_LOAD_COMPRESSION_NONE));
}
END_TEST

START_TEST(what_cannot_be_decompressed_is_named)
{
	payload.length = packed_len = 64;
	payload.compression = VM_LOAD_COMPRESSION_BZIP2;
	ck_assert(!vm_load_has_compression(payload.compression));
	ck_assert_int_eq(extract(PLAIN), -ENOTSUP);
	ck_assert_str_eq(why.text, "this build cannot decompress bzip2");
	payload.compression = VM_LOAD_COMPRESSION_LZO;
	ck_assert_int_eq(extract(PLAIN), -ENOTSUP);
	ck_assert_str_eq(why.text, "this build cannot decompress lzo");
}
END_TEST

START_TEST(a_payload_of_nothing_is_refused)
{
	packed_len = 1;
	payload = (struct vm_load_payload){ .length = 0 };
	ck_assert_int_eq(extract(PLAIN), -EINVAL);
	ck_assert_str_eq(why.text, "there is nothing to extract");
	payload = (struct vm_load_payload){ .offset = 2, .length = UINT64_MAX };
	ck_assert_int_eq(extract(PLAIN), -EINVAL);
}
END_TEST

/* Headers that ask for a dictionary, with nothing behind them. */
static const struct dictionary {
	enum vm_load_compression compression;
	int error;
	uint8_t header[16];
} dictionaries[] = {
	/* LZMA_alone: properties, dictionary size, unknown size. */
	{ VM_LOAD_COMPRESSION_LZMA,
	  -EBADMSG,
	  { 0x5d, 0x00, 0x00, 0x00, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff } },
	{ VM_LOAD_COMPRESSION_LZMA,
	  -ENOTSUP,
	  { 0x5d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff } },
	/* RFC 8878, 3.1.1.1: magic, descriptor, windows of 2^27 and 2^28. */
	{ VM_LOAD_COMPRESSION_ZSTD,
	  -EBADMSG,
	  { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x88, 0xff, 0xff, 0xff } },
	{ VM_LOAD_COMPRESSION_ZSTD,
	  -ENOTSUP,
	  { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x90 } },
};

START_TEST(a_dictionary_of_more_than_128_mib_is_refused)
{
	const struct dictionary *d = &dictionaries[_i];

	if (!vm_load_has_compression(d->compression))
		return;
	packed_len = sizeof(d->header);
	memcpy(packed, d->header, packed_len);
	payload = (struct vm_load_payload){ d->compression, 0, packed_len, 0 };
	ck_assert_int_eq(extract(PLAIN), d->error);
	ck_assert_str_eq(why.text,
			 d->error == -ENOTSUP
				 ? "compressed payload wants a dictionary of "
				   "more than 128 MiB"
				 : "compressed payload is damaged or cut off");
}
END_TEST

START_TEST(lz4_frames_may_follow_one_another)
{
	uint64_t size;
	size_t len;
	int fd;

	const struct packing *lz4 = find_packing(VM_LOAD_COMPRESSION_LZ4);

	if (!lz4)
		return;
	prepare(lz4);
	len = packed_len;
	packed_len = lz4->make(plain, 1000, packed + len, sizeof(packed) - len);
	payload.length = len + packed_len;
	fd = file_of(packed, payload.length);
	ck_assert_int_eq(
		vm_load_extract(fd, &payload, out, 2 * PLAIN, &size, &why), 0);
	ck_assert_uint_eq(size, PLAIN + 1000);
	close(fd);
}
END_TEST

/* Block sizes that no legacy frame has. */
static const uint32_t blocks[] = { 0, 0x00808081 + 100000, UINT32_MAX };

START_TEST(an_lz4_block_of_a_wrong_size_is_refused)
{
	const struct packing *lz4 = find_packing(VM_LOAD_COMPRESSION_LZ4);

	if (!lz4)
		return;
	prepare(lz4);
	put_le(packed + 4, 4, blocks[_i]);
	ck_assert_int_eq(extract(PLAIN), -EBADMSG);
}
END_TEST

START_TEST(a_vmlinux_comes_out_of_a_bzimage)
{
	static uint8_t file[BZ_START + BZ_PAYLOAD + sizeof(packed)];
	size_t length, code;
	struct vm_load_kernel kernel;
	int fd;

	prepare(&packings[_i]);
	bzimage_make(file);
	memcpy(file + BZ_START + BZ_PAYLOAD, packed, packed_len);
	length = packed_len + packings[_i].appended;
	put_le(file + BZ_START + BZ_PAYLOAD + length - 4, 4, PLAIN);
	code = (BZ_PAYLOAD + length + 15) / 16 * 16;
	put_le(file + 0x1f4, 4, code / 16);
	put_le(file + 0x24c, 4, length);
	fd = file_of(file, BZ_START + code);
	ck_assert_msg(!vm_load_probe(fd, &kernel, &why), "%s", why.text);
	ck_assert_uint_eq(kernel.payload.size, PLAIN);
	ck_assert_msg(!vm_load_extract(fd, &kernel.payload, out, PLAIN, NULL,
				       &why),
		      "%s", why.text);
	check_plain();
	close(fd);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("extract");
	TCase *tc = tcase_create("extract");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, what_was_packed_comes_out, 0, packing_count);
	tcase_add_loop_test(tc, the_size_that_the_file_states_is_checked, 0,
			    packing_count);
	tcase_add_loop_test(tc, no_more_comes_out_than_the_limit, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_longer_file_is_cut_to_what_came_out, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_payload_that_is_cut_off_is_refused, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_payload_that_lost_its_last_bytes_is_refused,
			    0, packing_count);
	tcase_add_loop_test(tc, a_payload_that_is_not_what_it_says_is_refused,
			    0, packing_count);
	tcase_add_loop_test(tc, a_payload_with_a_flipped_bit_does_no_harm, 0,
			    packing_count);
	tcase_add_loop_test(tc, what_follows_the_payload_is_refused, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_payload_is_found_inside_of_its_file, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_file_that_became_shorter_is_told, 0,
			    packing_count);
	tcase_add_loop_test(tc, a_file_that_cannot_be_written_is_told, 0,
			    packing_count);
	tcase_add_test(tc, a_payload_that_is_not_compressed_is_copied);
	tcase_add_test(tc, a_build_knows_what_it_can_decompress);
	tcase_add_test(tc, what_cannot_be_decompressed_is_named);
	tcase_add_test(tc, a_payload_of_nothing_is_refused);
	tcase_add_loop_test(tc, a_dictionary_of_more_than_128_mib_is_refused, 0,
			    sizeof(dictionaries) / sizeof(*dictionaries));
	tcase_add_test(tc, lz4_frames_may_follow_one_another);
	tcase_add_loop_test(tc, an_lz4_block_of_a_wrong_size_is_refused, 0,
			    sizeof(blocks) / sizeof(*blocks));
	tcase_add_loop_test(tc, a_vmlinux_comes_out_of_a_bzimage, 0,
			    packing_count);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
