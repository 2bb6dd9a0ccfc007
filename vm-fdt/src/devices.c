/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/devices.h>

#include "builder.h"

int vm_fdt_add_virtio_mmio(struct vm_fdt_writer *w,
			   const struct vm_fdt_device *device)
{
	vmfdt_begin_device(w, "virtio", "virtio,mmio", NULL, &device->reg);
	vm_fdt_add_irqs(w, &device->irq, 1);
	vm_fdt_add_empty(w, "dma-coherent");
	return vm_fdt_end_node(w);
}

int vm_fdt_add_goldfish_rtc(struct vm_fdt_writer *w,
			    const struct vm_fdt_device *device)
{
	vmfdt_begin_device(w, "rtc", "google,goldfish-rtc", NULL, &device->reg);
	vm_fdt_add_irqs(w, &device->irq, 1);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_ns16550a(struct vm_fdt_writer *w, const struct vm_fdt_uart *uart)
{
	vmfdt_begin_device(w, "serial", "ns16550a", NULL, &uart->reg);
	vm_fdt_add_irqs(w, &uart->irq, 1);
	vmfdt_add_nonzero(w, "clock-frequency", uart->clock_frequency);
	vmfdt_add_nonzero(w, "current-speed", uart->current_speed);
	vmfdt_add_nonzero(w, "reg-shift", uart->reg_shift);
	vmfdt_add_nonzero(w, "reg-io-width", uart->reg_io_width);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_pl011(struct vm_fdt_writer *w,
		     const struct vm_fdt_primecell *device)
{
	static const char *const names[] = { "uartclk", "apb_pclk" };
	const uint32_t clocks[] = { device->clock, device->clock };

	vmfdt_begin_device(w, "serial", "arm,pl011", "arm,primecell",
			   &device->reg);
	vm_fdt_add_irqs(w, &device->irq, 1);
	vm_fdt_add_cells(w, "clocks", clocks, 2);
	vm_fdt_add_strings(w, "clock-names", names, 2);
	return vm_fdt_end_node(w);
}

int vm_fdt_add_pl031(struct vm_fdt_writer *w,
		     const struct vm_fdt_primecell *device)
{
	vmfdt_begin_device(w, "rtc", "arm,pl031", "arm,primecell",
			   &device->reg);
	vm_fdt_add_irqs(w, &device->irq, 1);
	vm_fdt_add_u32(w, "clocks", device->clock);
	vm_fdt_add_string(w, "clock-names", "apb_pclk");
	return vm_fdt_end_node(w);
}

int vm_fdt_add_fixed_clock(struct vm_fdt_writer *w, const char *name,
			   uint32_t phandle, uint32_t frequency)
{
	vm_fdt_begin_node(w, name);
	vm_fdt_add_string(w, "compatible", "fixed-clock");
	vm_fdt_add_u32(w, "#clock-cells", 0);
	vm_fdt_add_u32(w, "clock-frequency", frequency);
	vm_fdt_add_string(w, "clock-output-names", name);
	vm_fdt_add_phandle(w, phandle);
	return vm_fdt_end_node(w);
}

/* What to write where; regmap is for kernels that do not ask the parent. */
static void add_write(struct vm_fdt_writer *w, const char *name,
		      const char *compatible, uint32_t regmap, uint32_t offset,
		      uint32_t value)
{
	vm_fdt_begin_node(w, name);
	vm_fdt_add_string(w, "compatible", compatible);
	vm_fdt_add_reference(w, "regmap", regmap);
	vm_fdt_add_u32(w, "offset", offset);
	vm_fdt_add_u32(w, "value", value);
	vm_fdt_end_node(w);
}

int vm_fdt_add_syscon(struct vm_fdt_writer *w,
		      const struct vm_fdt_syscon *syscon)
{
	const char *const compatible[] = { syscon->compatible, "syscon",
					   "simple-mfd" };
	size_t known = syscon->compatible ? 0 : 1;

	vm_fdt_begin_node_at(w, "syscon", syscon->reg.address);
	vm_fdt_add_strings(w, "compatible", compatible + known, 3 - known);
	vm_fdt_add_reg(w, &syscon->reg, 1);
	vm_fdt_add_phandle(w, syscon->phandle);
	if (syscon->poweroff)
		add_write(w, "poweroff", "syscon-poweroff", syscon->phandle,
			  syscon->poweroff_offset, syscon->poweroff_value);
	if (syscon->reboot)
		add_write(w, "reboot", "syscon-reboot", syscon->phandle,
			  syscon->reboot_offset, syscon->reboot_value);
	return vm_fdt_end_node(w);
}
