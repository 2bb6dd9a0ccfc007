/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kvm-ioctls/irq.h>

/* What the kernel accepts in one table, KVM_MAX_IRQ_ROUTES. */
#define MAX_ROUTES	4096
#define INITIAL_ENTRIES 32

void kvm_routes_fini(struct kvm_routes *routes)
{
	free(routes->table);
	routes->table = NULL;
	routes->capacity = 0;
}

static int grow(struct kvm_routes *routes)
{
	uint32_t capacity =
		routes->capacity ? routes->capacity * 2 : INITIAL_ENTRIES;
	struct kvm_irq_routing *table;

	if (capacity > MAX_ROUTES)
		return -ENOSPC;
	table = realloc(routes->table,
			sizeof(*table) + capacity * sizeof(table->entries[0]));
	if (!table)
		return -ENOMEM;
	if (!routes->table)
		memset(table, 0, sizeof(*table));
	routes->table = table;
	routes->capacity = capacity;
	return 0;
}

/* The kernel routes a GSI to one pin of several chips, or to one message. */
static bool collides(const struct kvm_irq_routing_entry *a,
		     const struct kvm_irq_routing_entry *b)
{
	if (a->gsi != b->gsi)
		return false;
	return a->type != KVM_IRQ_ROUTING_IRQCHIP ||
	       b->type != KVM_IRQ_ROUTING_IRQCHIP ||
	       a->u.irqchip.irqchip == b->u.irqchip.irqchip;
}

int kvm_routes_add(struct kvm_routes *routes,
		   const struct kvm_irq_routing_entry *entry)
{
	uint32_t nr = routes->table ? routes->table->nr : 0;
	int r;

	for (uint32_t i = 0; i < nr; i++) {
		if (collides(&routes->table->entries[i], entry))
			return -EEXIST;
	}
	if (nr == routes->capacity) {
		r = grow(routes);
		if (r < 0)
			return r;
	}
	routes->table->entries[nr] = *entry;
	routes->table->nr = nr + 1;
	return 0;
}

int kvm_routes_add_irqchip(struct kvm_routes *routes, uint32_t gsi,
			   uint32_t irqchip, uint32_t pin)
{
	struct kvm_irq_routing_entry entry = {
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_IRQCHIP,
		.u.irqchip = { .irqchip = irqchip, .pin = pin },
	};

	return kvm_routes_add(routes, &entry);
}

static struct kvm_irq_routing_entry msi_entry(uint32_t gsi, uint64_t address,
					      uint32_t data)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi,
		.type = KVM_IRQ_ROUTING_MSI,
		.u.msi = {
			.address_lo = (uint32_t)address,
			.address_hi = (uint32_t)(address >> 32),
			.data = data,
		},
	};
}

int kvm_routes_add_msi(struct kvm_routes *routes, uint32_t gsi,
		       uint64_t address, uint32_t data)
{
	struct kvm_irq_routing_entry entry = msi_entry(gsi, address, data);

	return kvm_routes_add(routes, &entry);
}

int kvm_routes_add_msi_devid(struct kvm_routes *routes, uint32_t gsi,
			     uint64_t address, uint32_t data, uint32_t devid)
{
	struct kvm_irq_routing_entry entry = msi_entry(gsi, address, data);

	entry.flags = KVM_MSI_VALID_DEVID;
	entry.u.msi.devid = devid;
	return kvm_routes_add(routes, &entry);
}

int kvm_routes_remove(struct kvm_routes *routes, uint32_t gsi)
{
	uint32_t nr = routes->table ? routes->table->nr : 0;
	struct kvm_irq_routing_entry *entries;
	uint32_t kept = 0;

	if (!nr)
		return -ENOENT;
	entries = routes->table->entries;
	for (uint32_t i = 0; i < nr; i++) {
		if (entries[i].gsi != gsi)
			entries[kept++] = entries[i];
	}
	routes->table->nr = kept;
	return kept == nr ? -ENOENT : 0;
}
