/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vm-device/bus.h>

/* Inclusive, because a range may end with the last byte of the space. */
static uint64_t last_addr(const struct vm_bus_range *range)
{
	return range->base + (range->size - 1);
}

/* The index of the first range that ends at @addr or behind it. */
static size_t lower_bound(const struct vm_bus *bus, uint64_t addr)
{
	size_t low = 0, high = bus->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (last_addr(&bus->ranges[mid]) < addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int reserve(struct vm_bus *bus)
{
	size_t capacity = bus->capacity ? 2 * bus->capacity : 8;
	struct vm_bus_range *ranges;

	if (bus->count < bus->capacity)
		return 0;
	ranges = reallocarray(bus->ranges, capacity, sizeof(*ranges));
	if (!ranges)
		return -ENOMEM;
	bus->ranges = ranges;
	bus->capacity = capacity;
	return 0;
}

void vm_bus_init(struct vm_bus *bus)
{
	*bus = (struct vm_bus){ 0 };
}

void vm_bus_fini(struct vm_bus *bus)
{
	free(bus->ranges);
	vm_bus_init(bus);
}

int vm_bus_add(struct vm_bus *bus, const struct vm_bus_range *range)
{
	uint64_t last;
	size_t at;
	int r;

	if (!range->size || !range->ops || !range->ops->read ||
	    !range->ops->write)
		return -EINVAL;
	if (__builtin_add_overflow(range->base, range->size - 1, &last))
		return -EOVERFLOW;
	at = lower_bound(bus, range->base);
	if (at < bus->count && bus->ranges[at].base <= last)
		return -EEXIST;
	r = reserve(bus);
	if (r)
		return r;
	memmove(&bus->ranges[at + 1], &bus->ranges[at],
		(bus->count - at) * sizeof(*range));
	bus->ranges[at] = *range;
	bus->count++;
	return 0;
}

int vm_bus_remove(struct vm_bus *bus, uint64_t base)
{
	size_t at = lower_bound(bus, base);

	if (at == bus->count || bus->ranges[at].base != base)
		return -ENOENT;
	bus->count--;
	memmove(&bus->ranges[at], &bus->ranges[at + 1],
		(bus->count - at) * sizeof(*bus->ranges));
	return 0;
}

const struct vm_bus_range *vm_bus_find(const struct vm_bus *bus, uint64_t addr)
{
	size_t at = lower_bound(bus, addr);

	if (at == bus->count || bus->ranges[at].base > addr)
		return NULL;
	return &bus->ranges[at];
}

/* The range that holds the whole access, for which @len is at least 1. */
static const struct vm_bus_range *find_whole(const struct vm_bus *bus,
					     uint64_t addr, size_t len)
{
	const struct vm_bus_range *range = vm_bus_find(bus, addr);

	if (!range || len - 1 > last_addr(range) - addr)
		return NULL;
	return range;
}

int vm_bus_read(const struct vm_bus *bus, uint64_t addr, void *data, size_t len)
{
	const struct vm_bus_range *range;

	if (!len)
		return 0;
	range = find_whole(bus, addr, len);
	if (!range) {
		memset(data, 0xff, len);
		return -ENOENT;
	}
	range->ops->read(range->device, addr - range->base, data, len);
	return 0;
}

int vm_bus_write(const struct vm_bus *bus, uint64_t addr, const void *data,
		 size_t len)
{
	const struct vm_bus_range *range;

	if (!len)
		return 0;
	range = find_whole(bus, addr, len);
	if (!range)
		return -ENOENT;
	range->ops->write(range->device, addr - range->base, data, len);
	return 0;
}
