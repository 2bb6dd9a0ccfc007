/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/dirty.h>

#include "machine.h"

#define PAGES	     (GUEST_RAM_SIZE / 0x1000)
#define RING_ENTRIES 4096

static struct machine m;
static struct kvm_exit exit_;

/* Writes to pages 3, 9 and 3 again, then halts. */
static const uint8_t write_code[] = {
	0xc6, 0x06, 0x10, 0x30, 0x01, /* movb $1, 0x3010 */
	0xc6, 0x06, 0x00, 0x90, 0x02, /* movb $2, 0x9000 */
	0xc6, 0x06, 0x20, 0x30, 0x03, /* movb $3, 0x3020 */
	0xf4, /* hlt */
};

static void log_slot(uint32_t flags)
{
	const struct kvm_userspace_memory_region region = {
		.flags = flags,
		.memory_size = GUEST_RAM_SIZE,
		.userspace_addr = (uintptr_t)m.ram,
	};

	ck_assert_int_eq(kvm_vm_set_user_memory_region(&m.vm, &region), 0);
}

static void run_guest(void)
{
	if (fake) {
		ck_assert_int_eq(kvm_fake_push_dirty(fake, 0, 0, 3), 0);
		ck_assert_int_eq(kvm_fake_push_dirty(fake, 0, 0, 9), 0);
	}
	expect_exit(KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
}

START_TEST(bitmap_has_the_pages_that_were_written)
{
	uint64_t bitmap = 0;

	machine_init(&m, write_code, sizeof(write_code));
	log_slot(KVM_MEM_LOG_DIRTY_PAGES);
	run_guest();
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 0, &bitmap), 0);
	ck_assert_uint_eq(bitmap >> 3 & 1, 1);
	ck_assert_uint_eq(bitmap >> 9 & 1, 1);
	ck_assert_uint_eq(bitmap >> 12 & 1, 0);
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 0, &bitmap), 0);
	ck_assert_uint_eq(bitmap, 0);
	machine_fini(&m);
}
END_TEST

START_TEST(cleared_pages_leave_the_bitmap_one_by_one)
{
	const struct kvm_enable_cap cap = {
		.cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		.args = { KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE },
	};
	uint64_t bitmap = 0, clear = UINT64_C(1) << 3;

	machine_init(&m, write_code, sizeof(write_code));
	ck_assert_int_eq(kvm_vm_enable_cap(&m.vm, &cap), 0);
	log_slot(KVM_MEM_LOG_DIRTY_PAGES);
	run_guest();
	ck_assert_int_eq(kvm_vm_clear_dirty_log(&m.vm, 0, 0, PAGES, &clear), 0);
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 0, &bitmap), 0);
	ck_assert_uint_eq(bitmap >> 3 & 1, 0);
	ck_assert_uint_eq(bitmap >> 9 & 1, 1);
	ck_assert_int_eq(kvm_vm_clear_dirty_log(&m.vm, 0, 1, PAGES, &clear),
			 -EINVAL);
	ck_assert_int_eq(kvm_vm_clear_dirty_log(&m.vm, 0, 0, 3, &clear),
			 -EINVAL);
	machine_fini(&m);
}
END_TEST

START_TEST(slot_that_does_not_log_returns_enoent)
{
	uint64_t bitmap = 0;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 0, &bitmap), -ENOENT);
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 7, &bitmap), -ENOENT);
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 0x7fff, &bitmap), -EINVAL);
	ck_assert_int_eq(kvm_vm_clear_dirty_log(&m.vm, 0, 0, PAGES, &bitmap),
			 -ENOENT);
	ck_assert_uint_eq(m.vm.handle.failed, (uint32_t)KVM_CLEAR_DIRTY_LOG);
	machine_fini(&m);
}
END_TEST

START_TEST(bitmap_is_searched_up_to_its_last_page)
{
	const uint64_t bitmap[] = { UINT64_C(1) << 63 | 1, 0, 1u << 2 };

	ck_assert_uint_eq(kvm_dirty_bitmap_words(0), 0);
	ck_assert_uint_eq(kvm_dirty_bitmap_words(64), 1);
	ck_assert_uint_eq(kvm_dirty_bitmap_words(65), 2);
	ck_assert_uint_eq(kvm_dirty_bitmap_next(bitmap, 192, 0), 0);
	ck_assert_uint_eq(kvm_dirty_bitmap_next(bitmap, 192, 1), 63);
	ck_assert_uint_eq(kvm_dirty_bitmap_next(bitmap, 192, 64), 130);
	ck_assert_uint_eq(kvm_dirty_bitmap_next(bitmap, 192, 131), 192);
	ck_assert_uint_eq(kvm_dirty_bitmap_next(bitmap, 130, 64), 130);
	ck_assert_uint_eq(kvm_dirty_bitmap_next(bitmap, 0, 0), 0);
}
END_TEST

/* A machine whose only vCPU has a ring. */
static void init_ring(struct kvm_dirty_ring *ring)
{
	machine_init(&m, write_code, sizeof(write_code));
	kvm_vcpu_fini(&m.vcpu);
	kvm_vm_fini(&m.vm);
	ck_assert_int_eq(kvm_vm_init(&m.vm, &m.kvm, 0), 0);
	ck_assert_int_eq(kvm_vm_enable_dirty_ring(&m.vm, RING_ENTRIES), 0);
	log_slot(KVM_MEM_LOG_DIRTY_PAGES);
	machine_add_vcpu(&m);
	ck_assert_int_eq(kvm_dirty_ring_init(ring, &m.vcpu), 0);
}

START_TEST(ring_has_the_pages_that_were_written)
{
	struct kvm_dirty_ring ring;
	struct kvm_dirty_page page;
	uint64_t seen = 0, bitmap;
	int count = 0;

	init_ring(&ring);
	run_guest();
	while (kvm_dirty_ring_pop(&ring, &page) == 1) {
		ck_assert_uint_eq(page.slot, 0);
		ck_assert_uint_lt(page.offset, PAGES);
		seen |= UINT64_C(1) << page.offset;
		count++;
	}
	ck_assert_uint_eq(seen >> 3 & 1, 1);
	ck_assert_uint_eq(seen >> 9 & 1, 1);
	ck_assert_int_eq(kvm_vm_reset_dirty_rings(&m.vm), count);
	ck_assert_int_eq(kvm_vm_reset_dirty_rings(&m.vm), 0);
	ck_assert_int_eq(kvm_vm_get_dirty_log(&m.vm, 0, &bitmap), -ENXIO);
	kvm_dirty_ring_fini(&ring);
	machine_fini(&m);
}
END_TEST

START_TEST(ring_is_refused_where_it_was_not_enabled)
{
	struct kvm_dirty_ring ring = { .entries = NULL };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_dirty_ring_init(&ring, &m.vcpu), -EINVAL);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_ARGUMENT);
	kvm_dirty_ring_fini(&ring);
	ck_assert_int_eq(kvm_vm_enable_dirty_ring(&m.vm, RING_ENTRIES),
			 -EINVAL);
	machine_fini(&m);
}
END_TEST

START_TEST(ring_has_a_possible_size)
{
	struct kvm_vm_fd vm;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_init(&vm, &m.kvm, 0), 0);
	ck_assert_int_eq(kvm_vm_enable_dirty_ring(&vm, 1000), -EINVAL);
	ck_assert_int_eq(kvm_vm_enable_dirty_ring(&vm, 1u << 30), -E2BIG);
	ck_assert_uint_eq(vm.ring_entries, 0);
	kvm_vm_fini(&vm);
	machine_fini(&m);
}
END_TEST

START_TEST(ring_wraps_at_its_end)
{
	struct kvm_dirty_ring ring;
	struct kvm_dirty_page page;

	init_ring(&ring);
	for (int i = 0; i < 3 * RING_ENTRIES; i++) {
		ck_assert_int_eq(kvm_fake_push_dirty(fake, 0, 0, i % PAGES), 0);
		ck_assert_int_eq(kvm_dirty_ring_pop(&ring, &page), 1);
		ck_assert_uint_eq(page.offset, (uint64_t)i % PAGES);
		ck_assert_int_eq(kvm_dirty_ring_pop(&ring, &page), 0);
		if (i % 1000 == 0)
			ck_assert_int_ge(kvm_vm_reset_dirty_rings(&m.vm), 1);
	}
	kvm_dirty_ring_fini(&ring);
	machine_fini(&m);
}
END_TEST

START_TEST(older_kernels_have_the_ring_under_another_name)
{
	struct kvm_enable_cap cap;
	struct kvm_vm_fd vm;

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_init(&vm, &m.kvm, 0), 0);
	ck_assert_int_eq(
		kvm_fake_set_extension(fake, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 0),
		0);
	ck_assert_int_eq(kvm_vm_enable_dirty_ring(&vm, RING_ENTRIES), 0);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_ENABLE_CAP, 0, &cap,
					       sizeof(cap)),
			 0);
	ck_assert_uint_eq(cap.cap, KVM_CAP_DIRTY_LOG_RING);
	ck_assert_uint_eq(cap.args[0], RING_ENTRIES * 16);
	kvm_vm_fini(&vm);
	ck_assert_int_eq(
		kvm_fake_set_extension(fake, KVM_CAP_DIRTY_LOG_RING, 0), 0);
	ck_assert_int_eq(kvm_vm_init(&vm, &m.kvm, 0), 0);
	ck_assert_int_eq(kvm_vm_enable_dirty_ring(&vm, RING_ENTRIES), -ENOTSUP);
	ck_assert_int_eq(kvm_vm_reset_dirty_rings(&vm), -EINVAL);
	kvm_vm_fini(&vm);
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS                                       \
	bitmap_has_the_pages_that_were_written,            \
		cleared_pages_leave_the_bitmap_one_by_one, \
		slot_that_does_not_log_returns_enoent,     \
		bitmap_is_searched_up_to_its_last_page,    \
		ring_has_the_pages_that_were_written,      \
		ring_is_refused_where_it_was_not_enabled,  \
		ring_has_a_possible_size

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("dirty", COMMON_TESTS);
	return RUN_TESTS("dirty", COMMON_TESTS, ring_wraps_at_its_end,
			 older_kernels_have_the_ring_under_another_name);
}
