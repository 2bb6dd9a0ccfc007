/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Loads the fixed devices of a platform, finds room and an interrupt line for
 * another one, and shows who has what.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <vm-allocator/layout.h>
#include <vm-allocator/range_info.h>

static const struct vm_layout_entry devices[] = {
	{ "uart", 0x09000000, 0x1000, 33 },
	{ "rtc", 0x09010000, 0x1000, 34 },
};

static const struct vm_layout platform = { devices, 2 };

static int plug(struct vm_range_allocator *mmio, struct vm_id_allocator *irqs)
{
	struct vm_range_request request = {
		.size = 0x200,
		.align = 0x1000,
		.name = "virtio-blk0",
	};
	uint64_t base;
	uint32_t irq;
	char text[512];
	int r;

	r = vm_layout_load(&platform, mmio, irqs, NULL);
	if (!r)
		r = vm_range_alloc(mmio, &request, &base);
	if (!r)
		r = vm_id_alloc(irqs, &irq);
	if (r)
		return r;
	printf("virtio-blk0 at 0x%" PRIx64 ", irq %" PRIu32 "\n", base, irq);
	vm_range_dump(mmio, text, sizeof(text));
	fputs(text, stdout);
	return 0;
}

int main(void)
{
	struct vm_range_allocator *mmio = NULL;
	struct vm_id_allocator *irqs = NULL;
	int r;

	r = vm_range_new(0x09000000, 0x01000000, NULL, &mmio);
	if (!r)
		r = vm_id_new(32, 63, NULL, &irqs);
	if (!r)
		r = plug(mmio, irqs);
	if (r)
		fprintf(stderr, "device_slots: %s\n", strerror(-r));
	vm_id_free(irqs);
	vm_range_free(mmio);
	return r != 0;
}
