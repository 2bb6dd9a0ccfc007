/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <vm-device/bus.h>

/* A device that remembers its last access and answers with a pattern. */
struct probe {
	uint64_t off;
	size_t len;
	uint8_t written[8];
	unsigned int reads, writes;
};

static void probe_read(void *device, uint64_t off, void *data, size_t len)
{
	struct probe *probe = device;

	probe->off = off;
	probe->len = len;
	probe->reads++;
	memset(data, 0x5a, len);
}

static void probe_write(void *device, uint64_t off, const void *data,
			size_t len)
{
	struct probe *probe = device;

	probe->off = off;
	probe->len = len;
	probe->writes++;
	memcpy(probe->written, data, len);
}

static const struct vm_bus_ops probe_ops = { probe_read, probe_write };
static struct vm_bus bus;
static struct probe probe;

/* The program is linked with --wrap=reallocarray. */
void *__real_reallocarray(void *at, size_t count, size_t size);
void *__wrap_reallocarray(void *at, size_t count, size_t size);
static bool memory_is_full;

void *__wrap_reallocarray(void *at, size_t count, size_t size)
{
	return memory_is_full ? NULL : __real_reallocarray(at, count, size);
}

static void setup(void)
{
	vm_bus_init(&bus);
	memset(&probe, 0, sizeof(probe));
}

static void teardown(void)
{
	vm_bus_fini(&bus);
}

static int add(uint64_t base, uint64_t size)
{
	return vm_bus_add(&bus, &(struct vm_bus_range){ base, size, &probe_ops,
							&probe });
}

START_TEST(read_reaches_the_device_with_its_offset)
{
	uint8_t data[4] = { 0 };

	ck_assert_int_eq(add(0x1000, 0x100), 0);
	ck_assert_int_eq(vm_bus_read(&bus, 0x1010, data, 4), 0);
	ck_assert_uint_eq(probe.off, 0x10);
	ck_assert_uint_eq(probe.len, 4);
	ck_assert_mem_eq(data, "\x5a\x5a\x5a\x5a", 4);
}
END_TEST

START_TEST(write_reaches_the_device_with_its_offset)
{
	ck_assert_int_eq(add(0x1000, 0x100), 0);
	ck_assert_int_eq(vm_bus_write(&bus, 0x10ff, "x", 1), 0);
	ck_assert_uint_eq(probe.off, 0xff);
	ck_assert_uint_eq(probe.written[0], 'x');
}
END_TEST

START_TEST(access_of_no_bytes_reaches_nobody)
{
	ck_assert_int_eq(add(0, 8), 0);
	ck_assert_int_eq(vm_bus_read(&bus, 0, NULL, 0), 0);
	ck_assert_int_eq(vm_bus_write(&bus, 0, NULL, 0), 0);
	ck_assert_uint_eq(probe.reads + probe.writes, 0);
}
END_TEST

START_TEST(read_of_a_hole_gives_all_ones)
{
	uint8_t data[2] = { 0 };

	ck_assert_int_eq(vm_bus_read(&bus, 0x1000, data, 2), -ENOENT);
	ck_assert_mem_eq(data, "\xff\xff", 2);
	ck_assert_int_eq(vm_bus_write(&bus, 0x1000, data, 2), -ENOENT);
}
END_TEST

START_TEST(access_past_the_end_of_a_range_reaches_nobody)
{
	uint8_t data[8] = { 0 };

	ck_assert_int_eq(add(0x1000, 0x10), 0);
	ck_assert_int_eq(add(0x1010, 0x10), 0);
	ck_assert_int_eq(vm_bus_read(&bus, 0x100c, data, 8), -ENOENT);
	ck_assert_mem_eq(data, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	ck_assert_int_eq(vm_bus_write(&bus, 0x100c, data, 8), -ENOENT);
	ck_assert_uint_eq(probe.reads + probe.writes, 0);
}
END_TEST

START_TEST(range_may_end_with_the_last_address)
{
	uint8_t data[2];

	ck_assert_int_eq(add(UINT64_MAX - 7, 8), 0);
	ck_assert_int_eq(vm_bus_read(&bus, UINT64_MAX, data, 1), 0);
	ck_assert_uint_eq(probe.off, 7);
	ck_assert_int_eq(vm_bus_read(&bus, UINT64_MAX, data, 2), -ENOENT);
}
END_TEST

START_TEST(range_may_cover_the_whole_space_but_one_byte)
{
	uint8_t data[1];

	ck_assert_int_eq(add(0, UINT64_MAX), 0);
	ck_assert_int_eq(vm_bus_read(&bus, UINT64_MAX - 1, data, 1), 0);
	ck_assert_int_eq(vm_bus_read(&bus, UINT64_MAX, data, 1), -ENOENT);
}
END_TEST

START_TEST(add_refuses_a_range_without_size_or_ops)
{
	static const struct vm_bus_ops no_read = { NULL, probe_write };
	static const struct vm_bus_ops no_write = { probe_read, NULL };
	struct vm_bus_range range = { 0, 8, NULL, &probe };

	ck_assert_int_eq(add(0x1000, 0), -EINVAL);
	ck_assert_int_eq(vm_bus_add(&bus, &range), -EINVAL);
	range.ops = &no_read;
	ck_assert_int_eq(vm_bus_add(&bus, &range), -EINVAL);
	range.ops = &no_write;
	ck_assert_int_eq(vm_bus_add(&bus, &range), -EINVAL);
}
END_TEST

START_TEST(add_refuses_a_range_that_wraps)
{
	ck_assert_int_eq(add(UINT64_MAX, 2), -EOVERFLOW);
	ck_assert_int_eq(add(1, UINT64_MAX), 0);
}
END_TEST

START_TEST(add_without_memory_leaves_the_bus_as_it_was)
{
	uint64_t base = 0;
	int r;

	ck_assert_int_eq(add(base, 8), 0);
	memory_is_full = true;
	do {
		base += 8;
		r = add(base, 8);
	} while (!r);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_ptr_null(vm_bus_find(&bus, base));
	ck_assert_uint_eq(vm_bus_find(&bus, base - 1)->base, base - 8);
	memory_is_full = false;
	ck_assert_int_eq(add(base, 8), 0);
}
END_TEST

static const struct {
	uint64_t base, size;
	int result;
} neighbours[] = {
	/* Around a range at [0x1000, 0x1010). */
	{ 0x0ff0, 0x10, 0 },	     { 0x0ff0, 0x11, -EEXIST },
	{ 0x1000, 0x10, -EEXIST },   { 0x1004, 0x04, -EEXIST },
	{ 0x100f, 0x01, -EEXIST },   { 0x1010, 0x10, 0 },
	{ 0x0800, 0x1000, -EEXIST },
};

START_TEST(add_refuses_exactly_what_overlaps)
{
	ck_assert_int_eq(add(0x1000, 0x10), 0);
	ck_assert_int_eq(add(neighbours[_i].base, neighbours[_i].size),
			 neighbours[_i].result);
}
END_TEST

START_TEST(removed_range_no_longer_answers)
{
	ck_assert_int_eq(add(0x1000, 0x10), 0);
	ck_assert_int_eq(add(0x2000, 0x10), 0);
	ck_assert_int_eq(vm_bus_remove(&bus, 0x1004), -ENOENT);
	ck_assert_int_eq(vm_bus_remove(&bus, 0x1000), 0);
	ck_assert_int_eq(vm_bus_remove(&bus, 0x1000), -ENOENT);
	ck_assert_ptr_null(vm_bus_find(&bus, 0x1000));
	ck_assert_uint_eq(vm_bus_find(&bus, 0x200f)->base, 0x2000);
}
END_TEST

START_TEST(fini_leaves_an_empty_bus_that_can_be_used)
{
	ck_assert_int_eq(add(0x1000, 0x10), 0);
	vm_bus_fini(&bus);
	ck_assert_ptr_null(vm_bus_find(&bus, 0x1000));
	ck_assert_int_eq(add(0x1000, 0x10), 0);
}
END_TEST

/* The model: one owner, or none, for each of 256 addresses. */
START_TEST(random_operations_agree_with_a_table_of_owners)
{
	uint16_t owner[256] = { 0 };
	unsigned int seed = 1;

	for (int i = 0; i < 100000; i++) {
		uint64_t base = (unsigned int)rand_r(&seed) % 256;
		uint64_t size = 1 + (unsigned int)rand_r(&seed) % 16;
		const struct vm_bus_range *found;
		int want = 0;

		if (rand_r(&seed) % 2) {
			for (uint64_t a = base; a < base + size && a < 256; a++)
				want = owner[a] ? -EEXIST : want;
			if (base + size > 256)
				continue;
			ck_assert_int_eq(add(base, size), want);
			for (uint64_t a = base; !want && a < base + size; a++)
				owner[a] = (uint16_t)(base + 1);
		} else {
			want = owner[base] == base + 1 ? 0 : -ENOENT;
			ck_assert_int_eq(vm_bus_remove(&bus, base), want);
			for (int a = 0; !want && a < 256; a++)
				owner[a] = owner[a] == base + 1 ? 0 : owner[a];
		}
		found = vm_bus_find(&bus, base);
		ck_assert_uint_eq(found ? found->base + 1 : 0, owner[base]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus");
	TCase *tcase = tcase_create("bus");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, read_reaches_the_device_with_its_offset);
	tcase_add_test(tcase, write_reaches_the_device_with_its_offset);
	tcase_add_test(tcase, access_of_no_bytes_reaches_nobody);
	tcase_add_test(tcase, read_of_a_hole_gives_all_ones);
	tcase_add_test(tcase, access_past_the_end_of_a_range_reaches_nobody);
	tcase_add_test(tcase, range_may_end_with_the_last_address);
	tcase_add_test(tcase, range_may_cover_the_whole_space_but_one_byte);
	tcase_add_test(tcase, add_refuses_a_range_without_size_or_ops);
	tcase_add_test(tcase, add_refuses_a_range_that_wraps);
	tcase_add_test(tcase, add_without_memory_leaves_the_bus_as_it_was);
	tcase_add_loop_test(tcase, add_refuses_exactly_what_overlaps, 0,
			    sizeof(neighbours) / sizeof(neighbours[0]));
	tcase_add_test(tcase, removed_range_no_longer_answers);
	tcase_add_test(tcase, fini_leaves_an_empty_bus_that_can_be_used);
	tcase_add_test(tcase, random_operations_agree_with_a_table_of_owners);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
