/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/coalesced.h>

#include "machine.h"

static struct machine m;
static struct kvm_exit exit_;
static struct kvm_coalesced_write write_;

/* Three writes to 0x20010 and one to port 0x80, then a halt. */
static const uint8_t write_code[] = {
	0xb8, 0x00, 0x20, /* mov $0x2000, %ax */
	0x8e, 0xd8, /* mov %ax, %ds */
	0xc6, 0x06, 0x10, 0x00, 0x11, /* movb $0x11, 0x10 */
	0xc7, 0x06, 0x10, 0x00, 0x33, 0x22, /* movw $0x2233, 0x10 */
	0xb0, 0x44, 0xe6, 0x80, /* out $0x44 to port 0x80 */
	0xf4, /* hlt */
};

static const struct kvm_coalesced_write expected[] = {
	{ .addr = 0x20010, .len = 1, .data = { 0x11 } },
	{ .addr = 0x20010, .len = 2, .data = { 0x33, 0x22 } },
	{ .addr = 0x80, .len = 1, .data = { 0x44 }, .space = KVM_IOEVENT_PIO },
};

START_TEST(writes_are_collected_in_order)
{
	machine_init(&m, write_code, sizeof(write_code));
	ck_assert_int_eq(kvm_vm_add_coalesced(&m.vm, KVM_IOEVENT_MMIO, 0x20000,
					      0x100),
			 0);
	ck_assert_int_eq(kvm_vm_add_coalesced(&m.vm, KVM_IOEVENT_PIO, 0x80, 1),
			 0);
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), 0);
	for (int i = 0; fake && i < 3; i++)
		ck_assert_int_eq(kvm_fake_push_coalesced(fake, 0, &expected[i]),
				 0);
	expect_exit(KVM_EXIT_HLT);
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_HLT);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), 1);
		ck_assert_uint_eq(write_.addr, expected[i].addr);
		ck_assert_uint_eq(write_.len, expected[i].len);
		ck_assert_int_eq(write_.space, expected[i].space);
		ck_assert_mem_eq(write_.data, expected[i].data, write_.len);
	}
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), 0);
	machine_fini(&m);
}
END_TEST

START_TEST(removed_zone_exits_again)
{
	machine_init(&m, write_code, sizeof(write_code));
	ck_assert_int_eq(kvm_vm_add_coalesced(&m.vm, KVM_IOEVENT_MMIO, 0x20000,
					      0x100),
			 0);
	ck_assert_int_eq(kvm_vm_remove_coalesced(&m.vm, KVM_IOEVENT_MMIO,
						 0x20000, 0x100),
			 0);
	ck_assert_int_eq(kvm_vm_remove_coalesced(&m.vm, KVM_IOEVENT_MMIO,
						 0x20000, 0x100),
			 0);
	expect_mmio(0x20010, 1, "\x11");
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_MMIO);
	machine_fini(&m);
}
END_TEST

static struct kvm_coalesced_mmio_ring *ring_of(void)
{
	return (void *)((uint8_t *)m.vcpu.run +
			KVM_COALESCED_MMIO_PAGE_OFFSET * 4096);
}

START_TEST(ring_wraps_at_its_end)
{
	struct kvm_coalesced_write write = { .len = 8 };

	machine_init(&m, "", 0);
	for (uint64_t i = 0; i < 1000; i++) {
		write.addr = i;
		ck_assert_int_eq(kvm_fake_push_coalesced(fake, 0, &write), 0);
		ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), 1);
		ck_assert_uint_eq(write_.addr, i);
	}
	for (int i = 0; i < 169; i++)
		ck_assert_int_eq(kvm_fake_push_coalesced(fake, 0, &write), 0);
	ck_assert_int_eq(kvm_fake_push_coalesced(fake, 0, &write), -ENOSPC);
	machine_fini(&m);
}
END_TEST

START_TEST(impossible_ring_returns_ebadmsg)
{
	struct kvm_coalesced_write write = { .len = 8 };

	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_fake_push_coalesced(fake, 0, &write), 0);
	ring_of()->coalesced_mmio[0].len = 9;
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), -EBADMSG);
	/* The entry is skipped, so that the ring goes on. */
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), 0);
	ring_of()->last = 170;
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), -EBADMSG);
	ring_of()->last = 0;
	ring_of()->first = UINT32_MAX;
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), -EBADMSG);
	ck_assert_uint_eq(m.vcpu.handle.failed, KVM_CALL_DECODE);
	machine_fini(&m);
}
END_TEST

START_TEST(mapping_without_a_ring_is_not_supported)
{
	machine_init(&m, "", 0);
	m.vcpu.run_size = 4096;
	ck_assert_int_eq(kvm_vcpu_pop_coalesced(&m.vcpu, &write_), -ENOTSUP);
	m.vcpu.run_size = m.vm.run_size;
	machine_fini(&m);
}
END_TEST

#define COMMON_TESTS writes_are_collected_in_order, removed_zone_exits_again

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("coalesced", COMMON_TESTS);
	return RUN_TESTS("coalesced", COMMON_TESTS, ring_wraps_at_its_end,
			 impossible_ring_returns_ebadmsg,
			 mapping_without_a_ring_is_not_supported);
}
