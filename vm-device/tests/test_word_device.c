/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <vm-device/word_device.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct block {
	uint32_t words[4];
	unsigned int reads;
	unsigned int writes;
	bool is_locked;
};

static void check_lock(const struct block *block)
{
	if (block->is_locked)
		ck_assert_int_eq(pthread_mutex_trylock(&lock), EBUSY);
}

static uint32_t block_read(struct block *block, unsigned int off)
{
	check_lock(block);
	ck_assert_uint_eq(off % 4, 0);
	block->reads++;
	return block->words[off / 4];
}

static void block_write(struct block *block, unsigned int off, uint32_t value)
{
	check_lock(block);
	ck_assert_uint_eq(off % 4, 0);
	block->writes++;
	block->words[off / 4] = value;
}

VM_WORD_DEVICE_ADAPT(block)

static struct block block;
static struct vm_word_device device = { block_word_read, block_word_write,
					&block, NULL };
static struct vm_bus bus;

static void setup(void)
{
	struct vm_bus_range range = { 0x1000, sizeof(block.words),
				      &vm_word_device_ops, &device };

	block = (struct block){
		{ 0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c }, 0, 0, false
	};
	device.lock = NULL;
	vm_bus_init(&bus);
	ck_assert_int_eq(vm_bus_add(&bus, &range), 0);
}

static void teardown(void)
{
	vm_bus_fini(&bus);
}

/* The registers hold the numbers of their bytes. */
START_TEST(read_of_any_width_anywhere_gives_the_bytes_there)
{
	uint8_t data[16];

	for (size_t off = 0; off < 16; off++) {
		for (size_t len = 1; off + len <= 16; len++) {
			ck_assert_int_eq(
				vm_bus_read(&bus, 0x1000 + off, data, len), 0);
			for (size_t i = 0; i < len; i++)
				ck_assert_uint_eq(data[i], off + i);
		}
	}
}
END_TEST

/* A register may change when it is read. */
START_TEST(read_touches_each_register_once)
{
	uint8_t data[16];

	for (size_t off = 0; off < 16; off++) {
		for (size_t len = 1; off + len <= 16; len++) {
			block.reads = 0;
			ck_assert_int_eq(
				vm_bus_read(&bus, 0x1000 + off, data, len), 0);
			ck_assert_uint_eq(block.reads,
					  (off + len - 1) / 4 - off / 4 + 1);
		}
	}
}
END_TEST

START_TEST(write_changes_the_registers_that_it_covers_and_no_other)
{
	static const uint8_t data[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					  0xff, 0xff, 0xff, 0xff };

	for (size_t off = 0; off < 16; off++) {
		for (size_t len = 1; off + len <= 16; len++) {
			memset(block.words, 0, sizeof(block.words));
			ck_assert_int_eq(
				vm_bus_write(&bus, 0x1000 + off, data, len), 0);
			for (size_t i = 0; i < 4; i++) {
				bool covered =
					off <= i * 4 && off + len >= i * 4 + 4;

				ck_assert_uint_eq(block.words[i],
						  covered ? UINT32_MAX : 0);
			}
		}
	}
}
END_TEST

START_TEST(words_are_little_endian)
{
	ck_assert_int_eq(vm_bus_write(&bus, 0x1004, "\x11\x22\x33\x44", 4), 0);
	ck_assert_uint_eq(block.words[1], 0x44332211);
	ck_assert_uint_eq(block.writes, 1);
}
END_TEST

START_TEST(lock_is_held_during_an_access_and_only_then)
{
	uint8_t data[4];

	device.lock = &lock;
	block.is_locked = true;
	ck_assert_int_eq(vm_bus_write(&bus, 0x1000, "abcd", 4), 0);
	ck_assert_int_eq(vm_bus_read(&bus, 0x1000, data, 4), 0);
	ck_assert_int_eq(pthread_mutex_trylock(&lock), 0);
	pthread_mutex_unlock(&lock);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("word_device");
	TCase *tcase = tcase_create("word_device");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, read_of_any_width_anywhere_gives_the_bytes_there);
	tcase_add_test(tcase, read_touches_each_register_once);
	tcase_add_test(tcase,
		       write_changes_the_registers_that_it_covers_and_no_other);
	tcase_add_test(tcase, words_are_little_endian);
	tcase_add_test(tcase, lock_is_held_during_an_access_and_only_then);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
