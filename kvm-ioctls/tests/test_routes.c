/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>

#include <kvm-ioctls/irq.h>

#include "runner.h"
#include "starve.h"

START_TEST(an_entry_holds_what_was_given)
{
	struct kvm_routes routes = { .table = NULL };
	const struct kvm_irq_routing_entry *entry;

	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 5, 2, 6), 0);
	ck_assert_int_eq(kvm_routes_add_msi(&routes, 24, UINT64_C(0x1fee00000),
					    0x4021),
			 0);
	ck_assert_int_eq(
		kvm_routes_add_msi_devid(&routes, 25, 0x8080000, 3, 0x108), 0);
	ck_assert_uint_eq(routes.table->nr, 3);
	entry = routes.table->entries;
	ck_assert_uint_eq(entry->gsi, 5);
	ck_assert_uint_eq(entry->type, KVM_IRQ_ROUTING_IRQCHIP);
	ck_assert_uint_eq(entry->u.irqchip.irqchip, 2);
	ck_assert_uint_eq(entry->u.irqchip.pin, 6);
	entry++;
	ck_assert_uint_eq(entry->type, KVM_IRQ_ROUTING_MSI);
	ck_assert_uint_eq(entry->u.msi.address_hi, 1);
	ck_assert_uint_eq(entry->u.msi.address_lo, 0xfee00000);
	ck_assert_uint_eq(entry->u.msi.data, 0x4021);
	ck_assert_uint_eq(entry->flags, 0);
	entry++;
	ck_assert_uint_eq(entry->flags, KVM_MSI_VALID_DEVID);
	ck_assert_uint_eq(entry->u.msi.devid, 0x108);
	kvm_routes_fini(&routes);
	ck_assert_ptr_null(routes.table);
}
END_TEST

START_TEST(an_entry_of_any_type_can_be_added)
{
	const struct kvm_irq_routing_entry sint = {
		.gsi = 9,
		.type = KVM_IRQ_ROUTING_HV_SINT,
		.u.hv_sint = { .vcpu = 3, .sint = 2 },
	};
	struct kvm_routes routes = { .table = NULL };

	ck_assert_int_eq(kvm_routes_add(&routes, &sint), 0);
	ck_assert_mem_eq(&routes.table->entries[0], &sint, sizeof(sint));
	ck_assert_int_eq(kvm_routes_add(&routes, &sint), -EEXIST);
	kvm_routes_fini(&routes);
}
END_TEST

START_TEST(a_gsi_reaches_one_pin_of_each_chip)
{
	struct kvm_routes routes = { .table = NULL };

	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 1, 0, 1), 0);
	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 1, 2, 1), 0);
	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 1, 2, 3), -EEXIST);
	ck_assert_int_eq(kvm_routes_add_msi(&routes, 1, 0, 0), -EEXIST);
	ck_assert_int_eq(kvm_routes_add_msi(&routes, 2, 0, 0), 0);
	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 2, 0, 2), -EEXIST);
	ck_assert_uint_eq(routes.table->nr, 3);
	kvm_routes_fini(&routes);
}
END_TEST

START_TEST(remove_drops_all_routes_of_a_gsi)
{
	struct kvm_routes routes = { .table = NULL };

	ck_assert_int_eq(kvm_routes_remove(&routes, 1), -ENOENT);
	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 1, 0, 1), 0);
	ck_assert_int_eq(kvm_routes_add_msi(&routes, 7, 0, 0), 0);
	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 1, 2, 1), 0);
	ck_assert_int_eq(kvm_routes_remove(&routes, 1), 0);
	ck_assert_uint_eq(routes.table->nr, 1);
	ck_assert_uint_eq(routes.table->entries[0].gsi, 7);
	ck_assert_int_eq(kvm_routes_remove(&routes, 1), -ENOENT);
	kvm_routes_fini(&routes);
}
END_TEST

START_TEST(a_table_grows_to_the_kernels_limit)
{
	struct kvm_routes routes = { .table = NULL };

	for (uint32_t gsi = 0; gsi < 4096; gsi++)
		ck_assert_int_eq(kvm_routes_add_msi(&routes, gsi, gsi, 0), 0);
	ck_assert_int_eq(kvm_routes_add_msi(&routes, 4096, 0, 0), -ENOSPC);
	ck_assert_int_eq(kvm_routes_add(&routes,
					&(struct kvm_irq_routing_entry){
						.gsi = 9999, .type = 2 }),
			 -ENOSPC);
	ck_assert_uint_eq(routes.table->nr, 4096);
	ck_assert_uint_eq(routes.table->entries[4095].u.msi.address_lo, 4095);
	kvm_routes_fini(&routes);
}
END_TEST

#if CAN_STARVE
START_TEST(a_route_without_memory_returns_enomem)
{
	struct kvm_routes routes = { .table = NULL };
	void *hoard[64] = { NULL };
	uint32_t nr;
	int r = 0;

	starve(true);
	/* The heap's reserve would do for many routes: take it away. */
	for (size_t size = 1 << 20, i = 0; size >= 256 && i < 64;) {
		hoard[i] = malloc(size);
		if (hoard[i])
			i++;
		else
			size /= 2;
	}
	for (uint32_t gsi = 0; r == 0 && gsi < 4096; gsi++)
		r = kvm_routes_add_msi(&routes, gsi, gsi, 0);
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	nr = routes.table ? routes.table->nr : 0;
	ck_assert_int_eq(kvm_routes_add_msi(&routes, 4095, 7, 0), 0);
	ck_assert_uint_eq(routes.table->nr, nr + 1);
	ck_assert_uint_eq(routes.table->entries[nr].u.msi.address_lo, 7);
	kvm_routes_fini(&routes);
	for (size_t i = 0; i < 64; i++)
		free(hoard[i]);
}
END_TEST
#else
#define a_route_without_memory_returns_enomem a_table_grows_to_the_kernels_limit
#endif

int main(void)
{
	return RUN_TESTS("routes", an_entry_holds_what_was_given,
			 an_entry_of_any_type_can_be_added,
			 a_gsi_reaches_one_pin_of_each_chip,
			 remove_drops_all_routes_of_a_gsi,
			 a_table_grows_to_the_kernels_limit,
			 a_route_without_memory_returns_enomem);
}
