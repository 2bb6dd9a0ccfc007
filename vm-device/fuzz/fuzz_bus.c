/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Operations on a bus from the input; a device checks what the bus promises. */
#include <stdlib.h>
#include <string.h>

#include <vm-device/bus.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct op {
	uint64_t base, size;
	uint8_t kind;
};

static void check(void *device, uint64_t off, size_t len)
{
	uint64_t size = (uint64_t)(uintptr_t)device;

	if (!len || off >= size || len > size - off)
		abort();
}

static void check_read(void *device, uint64_t off, void *data, size_t len)
{
	check(device, off, len);
	memset(data, 0, len);
}

static void check_write(void *device, uint64_t off, const void *data,
			size_t len)
{
	(void)data;
	check(device, off, len);
}

static const struct vm_bus_ops ops = { check_read, check_write };

static void run(struct vm_bus *bus, const struct op *op)
{
	struct vm_bus_range range = { op->base, op->size, &ops,
				      (void *)(uintptr_t)op->size };
	uint8_t buf[16] = { 0 };

	switch (op->kind % 4) {
	case 0:
		if (vm_bus_add(bus, &range) == 0 && !vm_bus_find(bus, op->base))
			abort();
		break;
	case 1:
		if (vm_bus_remove(bus, op->base) == 0 &&
		    vm_bus_find(bus, op->base))
			abort();
		break;
	case 2:
		vm_bus_read(bus, op->base, buf, op->size % 16);
		break;
	default:
		vm_bus_write(bus, op->base, buf, op->size % 16);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vm_bus bus;
	struct op op;

	vm_bus_init(&bus);
	for (; size >= 17; data += 17, size -= 17) {
		memcpy(&op.base, data, 8);
		memcpy(&op.size, data + 8, 8);
		op.kind = data[16];
		run(&bus, &op);
	}
	vm_bus_fini(&bus);
	return 0;
}
