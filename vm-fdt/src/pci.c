/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/pci.h>

#include "builder.h"

#define MAX_BUS	   255
#define MAX_DEVICE 31
#define PINS	   4

/* phys.hi of an address (IEEE 1275 PCI binding, 2.2.1.1). */
#define PHYS_HI_SPACE(space)   ((uint32_t)(space) << 24)
#define PHYS_HI_PREFETCHABLE   (1u << 30)
#define PHYS_HI_DEVICE(device) ((uint32_t)(device) << 11)

static int fail(struct vm_fdt_writer *w, const char *reason, const char *prop)
{
	return vmfdt_fail(w, -EINVAL, reason, prop);
}

static int check_buses(struct vm_fdt_writer *w,
		       const struct vm_fdt_pci_host *host)
{
	uint64_t of_bus = host->cam ? 0x10000 : 0x100000;

	if (host->first_bus > host->last_bus || host->last_bus > MAX_BUS)
		return fail(w, "not bus numbers", "bus-range");
	if (host->config.size < (host->last_bus - host->first_bus + 1) * of_bus)
		return fail(w, "too small for the buses", "reg");
	return 0;
}

static int add_windows(struct vm_fdt_writer *w,
		       const struct vm_fdt_pci_host *host)
{
	const struct vm_fdt_pci_window *window = host->windows;
	uint8_t *at;

	if (!host->window_count || host->window_count > 64)
		return fail(w, "not 1 to 64 windows", "ranges");
	at = vmfdt_begin_prop(w, "ranges", 28 * host->window_count);
	for (size_t i = 0; at && i < host->window_count; i++, window++) {
		vmfdt_put32(at,
			    PHYS_HI_SPACE(window->space) |
				    (window->prefetchable ? PHYS_HI_PREFETCHABLE
							  : 0));
		vmfdt_put64(at + 4, window->bus);
		vmfdt_put64(at + 12, window->cpu.address);
		vmfdt_put64(at + 20, window->cpu.size);
		at += 28;
	}
	return w->failure.error;
}

/*
 * Length of an entry of the interrupt map, or an error: the unit address and
 * pin of a device, the controller, its unit address and specifier.
 */
static int entry_size(struct vm_fdt_writer *w,
		      const struct vm_fdt_pci_line *line)
{
	const struct vmfdt_phandle *parent =
		vmfdt_find_phandle(w, line->irq.parent);
	int address_cells;

	if (line->device > MAX_DEVICE || line->pin < 1 || line->pin > PINS ||
	    line->irq.count > VM_FDT_IRQ_MAX_CELLS)
		return fail(w, "not a line of a device", "interrupt-map");
	if (!parent)
		return vmfdt_fail(w, -ENOENT, "the controller must come before",
				  "interrupt-map");
	address_cells = parent->cells[VMFDT_CELLS_ADDRESS];
	if (address_cells < 0)
		address_cells = 0;
	return 4 * (3 + 1 + 1 + address_cells + (int)line->irq.count);
}

/* Writes one entry of @size bytes. */
static void put_line(uint8_t *at, const struct vm_fdt_pci_line *line, int size)
{
	const struct vm_fdt_irq *irq = &line->irq;
	uint8_t *specifier = at + size - 4 * irq->count;

	memset(at, 0, (size_t)size);
	vmfdt_put32(at, PHYS_HI_DEVICE(line->device));
	vmfdt_put32(at + 12, line->pin);
	vmfdt_put32(at + 16, irq->parent);
	for (uint32_t i = 0; i < irq->count; i++)
		vmfdt_put32(specifier + 4 * i, irq->cells[i]);
}

/* Writes the map; devices that differ only outside @mask share their lines. */
static int add_lines(struct vm_fdt_writer *w,
		     const struct vm_fdt_pci_line *lines, size_t count,
		     uint32_t mask)
{
	const uint32_t masks[] = { PHYS_HI_DEVICE(mask), 0, 0, 7 };
	size_t total = 0;
	uint8_t *at;
	int size;

	for (size_t i = 0; i < count; i++) {
		size = entry_size(w, &lines[i]);
		if (size < 0)
			return size;
		total += (size_t)size;
	}
	vm_fdt_add_u32(w, "#interrupt-cells", 1);
	vm_fdt_add_cells(w, "interrupt-map-mask", masks, 4);
	at = vmfdt_begin_prop(w, "interrupt-map", total);
	for (size_t i = 0; at && i < count; i++) {
		size = entry_size(w, &lines[i]);
		put_line(at, &lines[i], size);
		at += size;
	}
	return w->failure.error;
}

/* The usual rotation: devices 0 to 3 stand for all of that number modulo 4. */
static int add_intx(struct vm_fdt_writer *w, const struct vm_fdt_irq *intx)
{
	struct vm_fdt_pci_line lines[PINS * PINS];
	uint32_t device, pin;

	for (uint32_t i = 0; i < PINS * PINS; i++) {
		device = i / PINS;
		pin = i % PINS;
		lines[i].device = device;
		lines[i].pin = pin + 1;
		lines[i].irq = intx[(device + pin) % PINS];
	}
	return add_lines(w, lines, PINS * PINS, PINS - 1);
}

int vm_fdt_add_pci_host(struct vm_fdt_writer *w,
			const struct vm_fdt_pci_host *host)
{
	const uint32_t buses[] = { host->first_bus, host->last_bus };
	const uint32_t msi_map[] = { 0, host->msi_controller, 0, 0x10000 };

	vmfdt_begin_device(w, host->cam ? "pci" : "pcie",
			   host->cam ? "pci-host-cam-generic"
				     : "pci-host-ecam-generic",
			   NULL, &host->config);
	vm_fdt_add_string(w, "device_type", "pci");
	vm_fdt_add_u32(w, "#address-cells", 3);
	vm_fdt_add_u32(w, "#size-cells", 2);
	vm_fdt_add_cells(w, "bus-range", buses, 2);
	vm_fdt_add_u32(w, "linux,pci-domain", host->domain);
	if (w->failure.error || check_buses(w, host) || add_windows(w, host))
		return w->failure.error;
	if (host->intx)
		add_intx(w, host->intx);
	else if (host->line_count)
		add_lines(w, host->lines, host->line_count, MAX_DEVICE);
	if (host->msi_controller)
		vm_fdt_add_cells(w, "msi-map", msi_map, 4);
	vm_fdt_add_empty(w, "dma-coherent");
	vmfdt_add_nonzero(w, "phandle", host->phandle);
	return vm_fdt_end_node(w);
}
