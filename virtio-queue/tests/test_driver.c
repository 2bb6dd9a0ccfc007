/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The testing library's driver: what it refuses and what it finds out. */
#include "support.h"

START_TEST(the_areas_have_to_be_in_memory)
{
	struct virtq_driver *driver = NULL;
	struct vm_mem *mem = rig_memory();
	struct virtq_config config;
	const vm_gpa good[3] = { 0, 0x1000, 0x2000 };

	for (unsigned int i = 0; i < 3; i++) {
		config = (struct virtq_config){ .features = ring(_i),
						.desc = good[0],
						.driver = good[1],
						.device = good[2],
						.size = 4 };
		*(i == 0   ? &config.desc
		  : i == 1 ? &config.driver
			   : &config.device) = HOLE;
		ck_assert_int_eq(virtq_driver_new(mem, &config, 0, &driver),
				 -EFAULT);
		ck_assert_ptr_null(driver);
	}
	virtq_driver_free(NULL);
	vm_mem_free(mem);
}
END_TEST

START_TEST(an_area_that_wraps_is_refused)
{
	struct virtq_driver *driver = NULL;
	struct vm_mem *mem = rig_memory();
	struct virtq_config config = { .features = ring(_i),
				       .desc = UINT64_MAX - 15,
				       .size = 4 };

	ck_assert_int_eq(virtq_driver_new(mem, &config, 0, &driver),
			 -EOVERFLOW);
	vm_mem_free(mem);
}
END_TEST

START_TEST(a_full_ring_takes_no_more)
{
	struct virtq_buf bufs[VIRTQ_DRIVER_TABLE + 1] = { { DATA, 1, false } };
	struct rig rig;

	rig_init(&rig, ring(_i) | INDIRECT, 4);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs,
					  VIRTQ_DRIVER_TABLE + 1,
					  VIRTQ_DRIVER_INDIRECT, 0),
			 -ENOSPC);
	rig_add(&rig, 2, 1, 0);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 2,
					  VIRTQ_DRIVER_DIRECT, 0),
			 -ENOSPC);
	rig_add_form(&rig, 2, 2, VIRTQ_DRIVER_INDIRECT, 0);
	ck_assert_int_eq(virtq_driver_add(rig.driver, bufs, 1,
					  VIRTQ_DRIVER_INDIRECT, 0),
			 -ENOSPC);
	rig_fini(&rig);
}
END_TEST

START_TEST(tables_outside_memory_are_refused)
{
	struct virtq_buf buf = { DATA, 1, false };
	struct virtq_driver *driver;
	struct vm_mem *mem = rig_memory();
	struct virtq_config config;

	virtq_layout(&config, 4, ring(_i) | INDIRECT, 0);
	ck_assert_int_eq(virtq_driver_new(mem, &config, HOLE, &driver), 0);
	ck_assert_int_eq(virtq_driver_add(driver, &buf, 1,
					  VIRTQ_DRIVER_INDIRECT, 0),
			 -EFAULT);
	ck_assert(!virtq_driver_publish(driver));
	virtq_driver_free(driver);
	vm_mem_free(mem);
}
END_TEST

/* A device that has never seen the driver's chain completes it anyhow. */
static void forge_used(struct rig *rig, uint64_t id, uint64_t len)
{
	const uint64_t flags =
		VIRTQ_DESC_F_AVAIL | VIRTQ_DESC_F_USED | VIRTQ_DESC_F_WRITE;
	uint64_t word = rig->vq.is_packed ? len | id << 32 | flags << 48
					  : id | len << 32;
	const uint16_t one = 1;

	if (rig->vq.is_packed) {
		ck_assert_int_eq(vm_mem_write(rig->mem, rig->config.desc + 8,
					      &word, 8),
				 0);
		return;
	}
	ck_assert_int_eq(
		vm_mem_write(rig->mem, rig->config.device + 4, &word, 8), 0);
	ck_assert_int_eq(
		vm_mem_write(rig->mem, rig->config.device + 2, &one, 2), 0);
}

START_TEST(a_completion_that_cannot_be_is_found)
{
	const struct {
		uint64_t id, len;
		int result;
	} forged[] = { { 0, BUF_SIZE, 1 },
		       { 0, BUF_SIZE + 1, -EBADMSG },
		       { 1, 0, -EBADMSG },
		       { 4, 0, -EBADMSG } };
	struct virtq_driver_used used;
	struct rig rig;

	rig_init(&rig, ring(_i / 4), 4);
	rig_add(&rig, 0, 1, 0);
	virtq_driver_publish(rig.driver);
	forge_used(&rig, forged[_i % 4].id, forged[_i % 4].len);
	ck_assert_int_eq(virtq_driver_get(rig.driver, &used),
			 forged[_i % 4].result);
	rig_fini(&rig);
}
END_TEST

/* Split, in order: the second chain's element does for the first one's. */
START_TEST(an_index_short_of_the_chain_that_it_names_is_found)
{
	struct virtq_driver_used used;
	struct rig rig;

	rig_init(&rig, IN_ORDER, 4);
	rig_add(&rig, 0, 1, 0);
	rig_add(&rig, 0, 1, 1);
	virtq_driver_publish(rig.driver);
	forge_used(&rig, 1, 5);
	ck_assert_int_eq(virtq_driver_get(rig.driver, &used), 1);
	ck_assert_uint_eq(used.token, 0);
	ck_assert_uint_eq(used.len, BUF_SIZE);
	ck_assert_int_eq(virtq_driver_get(rig.driver, &used), -EBADMSG);
	rig_fini(&rig);
}
END_TEST

RUN_TESTS("driver", BOTH_RINGS(the_areas_have_to_be_in_memory),
	  BOTH_RINGS(an_area_that_wraps_is_refused),
	  BOTH_RINGS(a_full_ring_takes_no_more),
	  BOTH_RINGS(tables_outside_memory_are_refused),
	  TIMES(a_completion_that_cannot_be_is_found, 8),
	  ONCE(an_index_short_of_the_chain_that_it_names_is_found))
