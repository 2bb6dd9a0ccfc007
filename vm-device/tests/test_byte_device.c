/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vm-device/byte_device.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t *expected_lock;
static uint8_t registers[8];

static void check_lock(void)
{
	if (expected_lock)
		ck_assert_int_eq(pthread_mutex_trylock(expected_lock), EBUSY);
}

static uint8_t model_read(void *model, unsigned int off)
{
	check_lock();
	return ((uint8_t *)model)[off];
}

static void model_write(void *model, unsigned int off, uint8_t value)
{
	check_lock();
	((uint8_t *)model)[off] = value;
}

static struct vm_byte_device device = { model_read, model_write, registers,
					NULL };
static struct vm_bus bus;

static void setup(void)
{
	struct vm_bus_range range = { 0x60, sizeof(registers),
				      &vm_byte_device_ops, &device };

	memset(registers, 0, sizeof(registers));
	device.lock = NULL;
	expected_lock = NULL;
	vm_bus_init(&bus);
	ck_assert_int_eq(vm_bus_add(&bus, &range), 0);
}

static void teardown(void)
{
	vm_bus_fini(&bus);
}

START_TEST(access_is_split_into_bytes_lowest_address_first)
{
	uint8_t data[4] = { 0 };

	ck_assert_int_eq(vm_bus_write(&bus, 0x62, "\x11\x22\x33\x44", 4), 0);
	ck_assert_mem_eq(registers, "\0\0\x11\x22\x33\x44\0\0", 8);
	ck_assert_int_eq(vm_bus_read(&bus, 0x63, data, 2), 0);
	ck_assert_mem_eq(data, "\x22\x33\0\0", 4);
}
END_TEST

struct latch {
	uint8_t value;
	unsigned int off;
};

static uint8_t latch_read(struct latch *latch, unsigned int off)
{
	latch->off = off;
	return latch->value;
}

static void latch_write(struct latch *latch, unsigned int off, uint8_t value)
{
	latch->off = off;
	latch->value = value;
}

VM_BYTE_DEVICE_ADAPT(latch)

START_TEST(adapted_model_is_reached)
{
	struct latch latch = { 0 };
	uint8_t data = 0;

	device.read = latch_byte_read;
	device.write = latch_byte_write;
	device.model = &latch;
	ck_assert_int_eq(vm_bus_write(&bus, 0x63, "x", 1), 0);
	ck_assert_uint_eq(latch.value, 'x');
	ck_assert_uint_eq(latch.off, 3);
	ck_assert_int_eq(vm_bus_read(&bus, 0x65, &data, 1), 0);
	ck_assert_uint_eq(data, 'x');
	ck_assert_uint_eq(latch.off, 5);
}
END_TEST

START_TEST(lock_is_held_during_an_access_and_only_then)
{
	uint8_t data[2];

	device.lock = expected_lock = &lock;
	ck_assert_int_eq(vm_bus_write(&bus, 0x60, "ab", 2), 0);
	ck_assert_int_eq(vm_bus_read(&bus, 0x60, data, 2), 0);
	ck_assert_int_eq(pthread_mutex_trylock(&lock), 0);
	pthread_mutex_unlock(&lock);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("byte_device");
	TCase *tcase = tcase_create("byte_device");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, access_is_split_into_bytes_lowest_address_first);
	tcase_add_test(tcase, adapted_model_is_reached);
	tcase_add_test(tcase, lock_is_held_during_an_access_and_only_then);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
