/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/x86.h>

#include "machine.h"

static struct machine m;

/* A machine in which no vCPU exists yet. */
static void open_vm(void)
{
	open_kvm(&m.kvm);
	ck_assert_int_eq(kvm_vm_init(&m.vm, &m.kvm, 0), 0);
}

static void close_vm(void)
{
	kvm_vm_fini(&m.vm);
	kvm_fini(&m.kvm);
	kvm_fake_free(fake);
	fake = NULL;
}

START_TEST(tss_lies_below_four_gigabytes)
{
	open_vm();
	ck_assert_int_eq(kvm_vm_set_tss_addr(&m.vm, 0xfffbd000), 0);
	ck_assert_int_eq(kvm_vm_set_tss_addr(&m.vm, 0xffffffff), -EINVAL);
	close_vm();
}
END_TEST

START_TEST(identity_map_comes_before_the_vcpus)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_set_identity_map_addr(&m.vm, 0xfffbc000),
			 -EINVAL);
	machine_fini(&m);
	open_vm();
	ck_assert_int_eq(kvm_vm_set_identity_map_addr(&m.vm, 0xfffbc000), 0);
	close_vm();
}
END_TEST

START_TEST(boot_cpu_is_chosen_before_the_vcpus)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_set_boot_cpu_id(&m.vm, 1), -EBUSY);
	machine_fini(&m);
	open_vm();
	ck_assert_int_eq(kvm_vm_set_boot_cpu_id(&m.vm, 1), 0);
	close_vm();
}
END_TEST

START_TEST(split_irqchip_has_local_apics_only)
{
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC };
	struct kvm_lapic_state lapic;

	open_vm();
	ck_assert_int_eq(kvm_vm_create_split_irqchip(&m.vm, 100000), -EINVAL);
	ck_assert_int_eq(kvm_vm_create_split_irqchip(&m.vm, 24), 0);
	ck_assert_int_eq(kvm_vm_create_split_irqchip(&m.vm, 24), -EEXIST);
	ck_assert_int_eq(kvm_vcpu_init(&m.vcpu, &m.vm, 0), 0);
	ck_assert_int_eq(kvm_vcpu_get_lapic(&m.vcpu, &lapic), 0);
	if (!fake)
		ck_assert_int_eq(kvm_vm_get_irqchip(&m.vm, &chip), -ENXIO);
	kvm_vcpu_fini(&m.vcpu);
	close_vm();
}
END_TEST

START_TEST(pit_exists_once)
{
	open_vm();
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), 0);
	ck_assert_int_eq(kvm_vm_create_pit2(&m.vm, KVM_PIT_SPEAKER_DUMMY), 0);
	ck_assert_int_eq(kvm_vm_create_pit2(&m.vm, 0), -EEXIST);
	ck_assert_int_eq(kvm_vm_create_pit(&m.vm), -EEXIST);
	close_vm();
}
END_TEST

START_TEST(pit_needs_an_irqchip)
{
	open_vm();
	ck_assert_int_eq(kvm_vm_create_pit2(&m.vm, 0), -ENOENT);
	close_vm();
}
END_TEST

START_TEST(pit_registers_are_what_they_were_set_to)
{
	struct kvm_pit_state2 pit, back;

	open_vm();
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), 0);
	ck_assert_int_eq(kvm_vm_get_pit2(&m.vm, &pit), -ENXIO);
	memset(&pit, 0, sizeof(pit));
	ck_assert_int_eq(kvm_vm_set_pit2(&m.vm, &pit), -ENXIO);
	ck_assert_int_eq(kvm_vm_create_pit2(&m.vm, 0), 0);
	ck_assert_int_eq(kvm_vm_get_pit2(&m.vm, &pit), 0);
	pit.channels[2].count = 1234;
	ck_assert_int_eq(kvm_vm_set_pit2(&m.vm, &pit), 0);
	ck_assert_int_eq(kvm_vm_get_pit2(&m.vm, &back), 0);
	ck_assert_uint_eq(back.channels[2].count, 1234);
	close_vm();
}
END_TEST

START_TEST(irqchip_registers_are_what_they_were_set_to)
{
	struct kvm_irqchip chip = { .chip_id = KVM_IRQCHIP_IOAPIC }, back;

	open_vm();
	ck_assert_int_eq(kvm_vm_get_irqchip(&m.vm, &chip), -ENXIO);
	ck_assert_int_eq(kvm_vm_set_irqchip(&m.vm, &chip), -ENXIO);
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), 0);
	ck_assert_int_eq(kvm_vm_get_irqchip(&m.vm, &chip), 0);
	chip.chip.ioapic.ioregsel = 0x12;
	ck_assert_int_eq(kvm_vm_set_irqchip(&m.vm, &chip), 0);
	back.chip_id = KVM_IRQCHIP_IOAPIC;
	ck_assert_int_eq(kvm_vm_get_irqchip(&m.vm, &back), 0);
	ck_assert_uint_eq(back.chip.ioapic.ioregsel, 0x12);
	back.chip_id = KVM_NR_IRQCHIPS;
	ck_assert_int_eq(kvm_vm_get_irqchip(&m.vm, &back), -EINVAL);
	close_vm();
}
END_TEST

START_TEST(clock_is_what_it_was_set_to)
{
	struct kvm_clock_data clock = { .clock = UINT64_C(3600000000000) };
	struct kvm_clock_data back;

	open_vm();
	ck_assert_int_eq(kvm_vm_set_clock(&m.vm, &clock), 0);
	ck_assert_int_eq(kvm_vm_get_clock(&m.vm, &back), 0);
	ck_assert_uint_ge(back.clock, clock.clock);
	ck_assert_uint_lt(back.clock, clock.clock + UINT64_C(60000000000));
	close_vm();
}
END_TEST

START_TEST(pc_routes_name_both_pics_and_the_ioapic)
{
	struct kvm_routes routes = { .table = NULL };
	unsigned int per_chip[KVM_NR_IRQCHIPS] = { 0 };

	ck_assert_int_eq(kvm_routes_add_pc(&routes), 0);
	ck_assert_uint_eq(routes.table->nr, 8 + 8 + 24);
	for (uint32_t i = 0; i < routes.table->nr; i++) {
		const struct kvm_irq_routing_entry *entry =
			&routes.table->entries[i];
		bool slave = entry->u.irqchip.irqchip == KVM_IRQCHIP_PIC_SLAVE;

		per_chip[entry->u.irqchip.irqchip]++;
		ck_assert_uint_eq(entry->u.irqchip.pin,
				  slave ? entry->gsi - 8 : entry->gsi);
	}
	ck_assert_uint_eq(per_chip[KVM_IRQCHIP_PIC_MASTER], 8);
	ck_assert_uint_eq(per_chip[KVM_IRQCHIP_PIC_SLAVE], 8);
	ck_assert_uint_eq(per_chip[KVM_IRQCHIP_IOAPIC], 24);
	ck_assert_int_eq(kvm_routes_add_pc(&routes), -EEXIST);
	kvm_routes_fini(&routes);
}
END_TEST

START_TEST(ticks_are_reinjected_by_a_pit_only)
{
	open_vm();
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), 0);
	ck_assert_int_eq(kvm_vm_reinject_control(&m.vm, false), -ENXIO);
	ck_assert_int_eq(kvm_vm_create_pit2(&m.vm, 0), 0);
	ck_assert_int_eq(kvm_vm_reinject_control(&m.vm, false), 0);
	close_vm();
}
END_TEST

START_TEST(msr_filter_takes_ranges_of_the_allowed_size)
{
	uint8_t bitmap[8] = { 0 };
	struct kvm_msr_filter filter = {
		.flags = KVM_MSR_FILTER_DEFAULT_ALLOW,
		.ranges = { { .flags = KVM_MSR_FILTER_READ,
			      .nmsrs = 8,
			      .base = 0x174,
			      .bitmap = bitmap } },
	};

	open_vm();
	ck_assert_int_eq(kvm_vm_set_msr_filter(&m.vm, &filter), 0);
	filter.ranges[0].nmsrs = UINT32_MAX;
	ck_assert_int_eq(kvm_vm_set_msr_filter(&m.vm, &filter), -EINVAL);
	close_vm();
}
END_TEST

#define COMMON_TESTS                                                       \
	tss_lies_below_four_gigabytes, split_irqchip_has_local_apics_only, \
		identity_map_comes_before_the_vcpus,                       \
		boot_cpu_is_chosen_before_the_vcpus, pit_exists_once,      \
		pit_registers_are_what_they_were_set_to,                   \
		irqchip_registers_are_what_they_were_set_to,               \
		clock_is_what_it_was_set_to,                               \
		pc_routes_name_both_pics_and_the_ioapic

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("x86_vm", COMMON_TESTS,
				 ticks_are_reinjected_by_a_pit_only,
				 msr_filter_takes_ranges_of_the_allowed_size);
	return RUN_TESTS("x86_vm", COMMON_TESTS, pit_needs_an_irqchip);
}
