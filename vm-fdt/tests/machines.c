/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "machines.h"

#include <vm-fdt/arm.h>
#include <vm-fdt/devices.h>
#include <vm-fdt/pci.h>
#include <vm-fdt/property.h>
#include <vm-fdt/riscv.h>
#include <vm-fdt/x86.h>

#define EDGE VM_FDT_IRQ_EDGE_RISING
#define HIGH VM_FDT_IRQ_LEVEL_HIGH
#define LOW  VM_FDT_IRQ_LEVEL_LOW

static const uint8_t seed[32] = "not random, for a test to read!";

static void add_start(struct vm_fdt_writer *w, const char *console,
		      uint64_t ram)
{
	const struct vm_fdt_range memory[] = {
		{ ram, UINT64_C(1) << 30 },
		{ UINT64_C(1) << 36, UINT64_C(1) << 31 },
	};
	const struct vm_fdt_reserved reserved = {
		.name = "restricted-dma-pool",
		.range = { ram + 0x8000000, 0x1000000 },
		.compatible = "restricted-dma-pool",
		.phandle = vm_fdt_alloc_phandles(w, 1),
	};
	const struct vm_fdt_alias alias = { "serial0", console };
	const struct vm_fdt_chosen chosen = {
		.bootargs = "console=ttyS0 root=/dev/vda",
		.stdout_path = console,
		.initrd = { ram + 0x4000000, 0x123456 },
		.kaslr_seed = 0x0123456789abcdef,
		.rng_seed = seed,
		.rng_seed_size = sizeof(seed),
		.pci_probe_only = true,
	};

	vm_fdt_add_memory(w, memory, 2);
	vm_fdt_add_reserved_memory(w, &reserved, 1);
	vm_fdt_add_aliases(w, &alias, 1);
	vm_fdt_add_chosen(w, &chosen);
}

static void add_arm_timer(struct vm_fdt_writer *w, uint32_t cpus)
{
	const struct vm_fdt_arm_timer timer = {
		.secure = vm_fdt_gic_ppi(13, LOW, cpus),
		.physical = vm_fdt_gic_ppi(14, LOW, cpus),
		.virtual_timer = vm_fdt_gic_ppi(11, LOW, cpus),
		.hypervisor = vm_fdt_gic_ppi(10, LOW, cpus),
	};
	const struct vm_fdt_irq pmu = vm_fdt_gic_ppi(7, HIGH, cpus);

	vm_fdt_add_arm_timer(w, &timer);
	vm_fdt_add_arm_pmu(w, &pmu);
}

static void add_arm_devices(struct vm_fdt_writer *w)
{
	uint32_t clock = vm_fdt_alloc_phandles(w, 1);
	const struct vm_fdt_uart uart = {
		.reg = { 0x40000000, 0x1000 },
		.irq = vm_fdt_gic_spi(4, EDGE),
		.clock_frequency = 1843200,
		.current_speed = 115200,
	};
	const struct vm_fdt_primecell pl011 = {
		.reg = { 0x40001000, 0x1000 },
		.irq = vm_fdt_gic_spi(5, HIGH),
		.clock = clock,
	};
	const struct vm_fdt_primecell pl031 = {
		.reg = { 0x40002000, 0x1000 },
		.irq = vm_fdt_gic_spi(33, HIGH),
		.clock = clock,
	};
	struct vm_fdt_device virtio = { .reg = { 0x40003000, 0x200 } };

	vm_fdt_add_fixed_clock(w, "apb-pclk", clock, 24000000);
	vm_fdt_add_ns16550a(w, &uart);
	vm_fdt_add_pl011(w, &pl011);
	vm_fdt_add_pl031(w, &pl031);
	for (uint32_t i = 0; i < 2; i++, virtio.reg.address += 0x200) {
		virtio.irq = vm_fdt_gic_spi(40 + i, EDGE);
		vm_fdt_add_virtio_mmio(w, &virtio);
	}
}

static void write_aarch64_gicv3(struct vm_fdt_writer *w)
{
	static const uint64_t mpidr[] = { 0, 1, 0x100, 0x101 };
	static const struct vm_fdt_range redistributors[] = {
		{ 0x3ff00000, 0x40000 },
		{ 0x3fe00000, 0x40000 },
	};
	uint32_t gic = vm_fdt_alloc_phandles(w, 2);
	const struct vm_fdt_arm_cpus cpus = {
		.mpidr = mpidr,
		.count = 4,
		.topology = { 1, 2, 2, 1 },
	};
	const struct vm_fdt_gicv3 gicv3 = {
		.phandle = gic,
		.distributor = { 0x3fff0000, 0x10000 },
		.redistributors = redistributors,
		.redistributor_count = 2,
		.redistributor_stride = 0x20000,
		.maintenance = vm_fdt_gic_ppi(9, HIGH, 0),
		.its = { 0x3fd00000, 0x20000 },
		.its_phandle = gic + 1,
	};
	static const struct vm_fdt_pci_window windows[] = {
		{ VM_FDT_PCI_IO, false, 0, { 0x7fff0000, 0x10000 } },
		{ VM_FDT_PCI_MEMORY32,
		  false,
		  0x50000000,
		  { 0x50000000, 0x20000000 } },
		{ VM_FDT_PCI_MEMORY64,
		  true,
		  0x8000000000,
		  { 0x8000000000, 0x8000000000 } },
	};
	struct vm_fdt_irq intx[4];
	const struct vm_fdt_pci_host pci = {
		.config = { 0x70000000, 0x1000000 },
		.last_bus = 15,
		.windows = windows,
		.window_count = 3,
		.intx = intx,
		.msi_controller = gic + 1,
	};

	for (uint32_t i = 0; i < 4; i++) {
		intx[i] = vm_fdt_gic_spi(60 + i, HIGH);
		intx[i].parent = gic;
	}
	vm_fdt_begin_root(w, "c-vmm", "linux,dummy-virt", gic);
	add_start(w, "/serial@40000000", 0x80000000);
	vm_fdt_add_arm_cpus(w, &cpus);
	vm_fdt_add_psci(w, VM_FDT_PSCI_HVC);
	vm_fdt_add_gicv3(w, &gicv3);
	add_arm_timer(w, 0);
	add_arm_devices(w);
	vm_fdt_add_pci_host(w, &pci);
	vm_fdt_end_node(w);
}

static void write_aarch64_gicv2(struct vm_fdt_writer *w)
{
	static const uint64_t mpidr[] = { 0, 0x100000000 };
	uint32_t gic = vm_fdt_alloc_phandles(w, 2);
	const struct vm_fdt_arm_cpus cpus = {
		.mpidr = mpidr,
		.count = 2,
		.compatible = "arm,cortex-a57",
		.phandle = vm_fdt_alloc_phandles(w, 2),
	};
	const struct vm_fdt_gicv2 gicv2 = {
		.phandle = gic,
		.distributor = { 0x3fff0000, 0x10000 },
		.cpu = { 0x3ffd0000, 0x20000 },
		.maintenance = vm_fdt_gic_ppi(9, HIGH, 2),
		.hypervisor = { 0x3ffc0000, 0x10000 },
		.virtual_cpu = { 0x3ffa0000, 0x20000 },
		.v2m = { 0x3ff90000, 0x1000 },
		.v2m_phandle = gic + 1,
	};
	static const struct vm_fdt_pci_window window = {
		VM_FDT_PCI_MEMORY32,
		false,
		0x50000000,
		{ 0x50000000, 0x20000000 },
	};
	struct vm_fdt_pci_line lines[] = {
		{ 1, 1, vm_fdt_gic_spi(60, EDGE) },
		{ 2, 1, vm_fdt_gic_spi(61, EDGE) },
	};
	const struct vm_fdt_pci_host pci = {
		.config = { 0x70000000, 0x1000000 },
		.cam = true,
		.domain = 1,
		.windows = &window,
		.window_count = 1,
		.lines = lines,
		.line_count = 2,
		.msi_controller = gic + 1,
		.phandle = vm_fdt_alloc_phandles(w, 1),
	};

	lines[0].irq.parent = gic;
	lines[1].irq.parent = gic;
	vm_fdt_begin_root(w, "c-vmm", "linux,dummy-virt", gic);
	add_start(w, "/serial@40000000", 0x80000000);
	vm_fdt_add_arm_cpus(w, &cpus);
	vm_fdt_add_psci(w, VM_FDT_PSCI_SMC);
	vm_fdt_add_gicv2(w, &gicv2);
	add_arm_timer(w, 2);
	add_arm_devices(w);
	vm_fdt_add_pci_host(w, &pci);
	vm_fdt_end_node(w);
}

#define HARTS 4

static uint32_t add_harts(struct vm_fdt_writer *w,
			  const struct vm_fdt_topology *topology)
{
	static const uint64_t harts[HARTS] = { 0, 1, 2, 3 };
	const struct vm_fdt_riscv_cpus cpus = {
		.hart_id = harts,
		.count = HARTS,
		.timebase_frequency = 10000000,
		.isa = "rv64imafdch_zicbom_zicboz_zba_zbb_sstc_svpbmt",
		.mmu_type = "riscv,sv48",
		.cbom_block_size = 64,
		.cboz_block_size = 64,
		.intc_phandle = vm_fdt_alloc_phandles(w, HARTS),
		.topology = *topology,
	};

	vm_fdt_add_riscv_cpus(w, &cpus);
	return cpus.intc_phandle;
}

static void add_riscv_devices(struct vm_fdt_writer *w,
			      struct vm_fdt_irq (*irq)(uint32_t source))
{
	const struct vm_fdt_uart uart = {
		.reg = { 0x10000000, 0x100 },
		.irq = irq(10),
		.clock_frequency = 3686400,
	};
	const struct vm_fdt_device rtc = {
		.reg = { 0x101000, 0x1000 },
		.irq = irq(11),
	};
	const struct vm_fdt_syscon syscon = {
		.compatible = "sifive,test1",
		.reg = { 0x100000, 0x1000 },
		.phandle = vm_fdt_alloc_phandles(w, 1),
		.poweroff = true,
		.reboot = true,
		.poweroff_value = 0x5555,
		.reboot_value = 0x7777,
	};
	struct vm_fdt_device virtio = { .reg = { 0x10001000, 0x1000 } };

	vm_fdt_add_ns16550a(w, &uart);
	vm_fdt_add_goldfish_rtc(w, &rtc);
	vm_fdt_add_syscon(w, &syscon);
	for (uint32_t i = 1; i <= 2; i++, virtio.reg.address += 0x1000) {
		virtio.irq = irq(i);
		vm_fdt_add_virtio_mmio(w, &virtio);
	}
}

static struct vm_fdt_irq plic_irq(uint32_t source)
{
	return vm_fdt_plic_irq(source);
}

static struct vm_fdt_irq aplic_irq(uint32_t source)
{
	return vm_fdt_aplic_irq(source, HIGH);
}

static void write_riscv64_plic(struct vm_fdt_writer *w)
{
	static const uint32_t contexts[] = {
		VM_FDT_PLIC_NO_CONTEXT,
		VM_FDT_RISCV_SUPERVISOR_EXTERNAL,
	};
	static const struct vm_fdt_topology flat = { 0, 0, 0, 0 };
	struct vm_fdt_plic plic = {
		.reg = { 0xc000000, 0x4000000 },
		.phandle = vm_fdt_alloc_phandles(w, 1),
		.sources = 31,
		.hart_count = HARTS,
		.contexts = contexts,
		.context_count = 2,
	};

	vm_fdt_begin_root(w, "c-vmm", "riscv-virtio", 0);
	vm_fdt_add_label(w, "machine");
	add_start(w, "/soc/serial@10000000", 0x80000000);
	plic.intc_phandle = add_harts(w, &flat);
	vm_fdt_begin_bus(w, "soc");
	vm_fdt_add_u32(w, "interrupt-parent", plic.phandle);
	vm_fdt_add_label(w, "soc");
	vm_fdt_add_plic(w, &plic);
	add_riscv_devices(w, plic_irq);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
}

static void write_riscv64_aia(struct vm_fdt_writer *w)
{
	static const struct vm_fdt_topology smt = { 2, 1, 1, 2 };
	static const struct vm_fdt_range groups[] = {
		{ 0x28000000, 0x2000 },
		{ 0x29000000, 0x2000 },
	};
	struct vm_fdt_imsic imsic = {
		.groups = groups,
		.group_count = 2,
		.phandle = vm_fdt_alloc_phandles(w, 1),
		.ids = 255,
		.guest_ids = 127,
		.hart_index_bits = 1,
		.group_index_bits = 1,
		.group_index_shift = 24,
		.hart_count = HARTS,
	};
	const struct vm_fdt_aplic aplic = {
		.reg = { 0xd000000, 0x8000 },
		.phandle = vm_fdt_alloc_phandles(w, 1),
		.sources = 96,
		.imsic = imsic.phandle,
	};
	static const struct vm_fdt_pci_window windows[] = {
		{ VM_FDT_PCI_MEMORY32,
		  false,
		  0x40000000,
		  { 0x40000000, 0x40000000 } },
	};
	struct vm_fdt_irq intx[4];
	const struct vm_fdt_pci_host pci = {
		.config = { 0x30000000, 0x10000000 },
		.last_bus = 255,
		.windows = windows,
		.window_count = 1,
		.intx = intx,
		.msi_controller = imsic.phandle,
	};

	for (uint32_t i = 0; i < 4; i++) {
		intx[i] = vm_fdt_aplic_irq(32 + i, HIGH);
		intx[i].parent = aplic.phandle;
	}
	vm_fdt_begin_root(w, "c-vmm", "riscv-virtio", 0);
	add_start(w, "/soc/serial@10000000", 0x80000000);
	imsic.intc_phandle = add_harts(w, &smt);
	vm_fdt_begin_bus(w, "soc");
	vm_fdt_add_u32(w, "interrupt-parent", aplic.phandle);
	vm_fdt_add_imsic(w, &imsic);
	vm_fdt_add_aplic(w, &aplic);
	add_riscv_devices(w, aplic_irq);
	vm_fdt_add_pci_host(w, &pci);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
}

/* An APLIC without IMSICs, as KVM emulates it where the host has none. */
static void write_riscv64_aplic(struct vm_fdt_writer *w)
{
	static const struct vm_fdt_topology flat = { 0, 0, 0, 0 };
	struct vm_fdt_aplic aplic = {
		.reg = { 0xd000000, 0x8000 },
		.phandle = vm_fdt_alloc_phandles(w, 1),
		.sources = 96,
		.hart_count = HARTS,
	};

	vm_fdt_begin_root(w, "c-vmm", "riscv-virtio", 0);
	add_start(w, "/soc/serial@10000000", 0x80000000);
	aplic.intc_phandle = add_harts(w, &flat);
	vm_fdt_begin_bus(w, "soc");
	vm_fdt_add_u32(w, "interrupt-parent", aplic.phandle);
	vm_fdt_add_aplic(w, &aplic);
	add_riscv_devices(w, aplic_irq);
	vm_fdt_end_node(w);
	vm_fdt_end_node(w);
}

static void write_x86_64(struct vm_fdt_writer *w)
{
	static const uint64_t apic_id[] = { 0, 1, 0x100 };
	static const struct vm_fdt_x86_cpus cpus = {
		.apic_id = apic_id,
		.count = 3,
		.compatible = "intel,x86",
	};
	static const struct vm_fdt_range lapic = { 0xfee00000, 0x1000 };
	static const struct vm_fdt_range ioapic = { 0xfec00000, 0x1000 };
	static const struct vm_fdt_range hpet = { 0xfed00000, 0x400 };
	uint32_t phandle = vm_fdt_alloc_phandles(w, 1);
	const struct vm_fdt_uart uart = {
		.reg = { 0xd0000000, 8 },
		.irq = vm_fdt_ioapic_irq(4, EDGE),
		.clock_frequency = 1843200,
		.reg_shift = 2,
		.reg_io_width = 4,
	};
	const struct vm_fdt_device virtio[] = {
		{ { 0xd0001000, 0x1000 }, vm_fdt_ioapic_irq(5, HIGH) },
		{ { 0xd0002000, 0x1000 }, vm_fdt_ioapic_irq(6, LOW) },
		{ { 0xd0003000, 0x1000 },
		  vm_fdt_ioapic_irq(7, VM_FDT_IRQ_EDGE_FALLING) },
	};

	vm_fdt_begin_root(w, "c-vmm", "linux,dummy-virt", phandle);
	add_start(w, "/serial@d0000000", 0);
	vm_fdt_add_x86_cpus(w, &cpus);
	vm_fdt_add_lapic(w, 0, &lapic);
	vm_fdt_add_ioapic(w, phandle, &ioapic);
	vm_fdt_add_hpet(w, &hpet);
	vm_fdt_add_ns16550a(w, &uart);
	for (int i = 0; i < 3; i++)
		vm_fdt_add_virtio_mmio(w, &virtio[i]);
	vm_fdt_end_node(w);
}

const struct machine machines[] = {
	{ "aarch64-gicv2", write_aarch64_gicv2 },
	{ "aarch64-gicv3", write_aarch64_gicv3 },
	{ "riscv64-aia", write_riscv64_aia },
	{ "riscv64-aplic", write_riscv64_aplic },
	{ "riscv64-plic", write_riscv64_plic },
	{ "x86_64", write_x86_64 },
	{ NULL, NULL },
};
