/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "fdt_boot.h"

#include <errno.h>
#include <linux-loader/fdt.h>
#include <stdio.h>
#include <sys/random.h>

#include "message.h"
#include "vmm.h"

/* 115200 baud, of which a virtual UART takes no notice. */
#define UART_CLOCK 1843200

size_t machine_memory(uint64_t size,
		      struct vm_mem_range ranges[MACHINE_RANGES_MAX])
{
	ranges[0] = (struct vm_mem_range){ .gpa = RAM, .size = size };
	return 1;
}

int machine_load(struct vmm *vmm, const struct boot *boot)
{
	const struct options *options = vmm->options;
	struct vm_load_memmap map = { .count = 0 };
	struct vm_load_fdt_start start = {
		.kernel_fd = boot->kernel,
		.kernel = &boot->image,
		.arch = MACHINE_ARCH,
		.cmdline = options->cmdline,
		.initrd_fds = &boot->initrd,
		.initrd_count = boot->initrd >= 0,
		.memmap = &map,
		.fdt_size = VM_LOAD_FDT_MAX,
	};
	struct vm_load_why why = { "its memory map is too long" };

	if (options->protocol == BOOT_PVH)
		return fail(EXIT_BAD_CONFIG,
			    "--boot-protocol pvh: only x86_64 has it");
	if (vm_load_memmap_add_memory(&map, vmm->mem) ||
	    vm_load_fdt_start(vmm->mem, &start, &vmm->machine.started, &why))
		return fail(EXIT_BAD_CONFIG, "--kernel %s: %s", options->kernel,
			    why.text);
	return OPTIONS_RUN;
}

static void add_chosen(const struct vmm *vmm, const struct fdt_board *board,
		       struct vm_fdt_writer *tree)
{
	const struct vm_load_chosen *told = &vmm->machine.started.chosen;
	struct {
		uint64_t kaslr;
		uint8_t rng[32];
	} seeds;
	char path[32];
	struct vm_fdt_chosen chosen = {
		.bootargs = told->bootargs,
		.stdout_path = path,
		.initrd = { told->initrd_start,
			    told->initrd_end - told->initrd_start },
	};

	snprintf(path, sizeof(path), "/serial@%llx",
		 (unsigned long long)board->uart.address);
	/* A kernel can do without; this early in a host's life it may have to. */
	if (getrandom(&seeds, sizeof(seeds), GRND_NONBLOCK) == sizeof(seeds)) {
		chosen.kaslr_seed = seeds.kaslr;
		chosen.rng_seed = seeds.rng;
		chosen.rng_seed_size = sizeof(seeds.rng);
	}
	vm_fdt_add_chosen(tree, &chosen);
}

static void add_virtio(const struct vmm *vmm, const struct fdt_board *board,
		       struct vm_fdt_writer *tree)
{
	for (unsigned int i = 0; i < vmm->options->device_count; i++) {
		const struct vm_fdt_device device = {
			.reg = { virtio_address(i), VM_VIRTIO_MMIO_SIZE },
			.irq = board->virtio_line(vmm, VIRTIO_IRQ + i),
		};

		vm_fdt_add_virtio_mmio(tree, &device);
	}
}

/* The writer keeps its first error until the end. */
static void describe(struct vmm *vmm, const struct fdt_board *board,
		     struct vm_fdt_writer *tree)
{
	struct vm_fdt_range ram = { RAM, vmm->options->memory };
	struct vm_fdt_uart uart = {
		.reg = board->uart,
		.irq = board->uart_irq,
		.clock_frequency = UART_CLOCK,
	};

	vm_fdt_begin_root(tree, "c-vmm", "linux,dummy-virt",
			  board->interrupt_parent);
	add_chosen(vmm, board, tree);
	vm_fdt_add_memory(tree, &ram, 1);
	vm_fdt_add_ns16550a(tree, &uart);
	board->describe(vmm, tree);
	add_virtio(vmm, board, tree);
	vm_fdt_end_node(tree);
}

int fdt_boot_write(struct vmm *vmm, const struct fdt_board *board)
{
	struct vm_load_why why = { "no memory" };
	struct vm_fdt_writer tree;
	const void *blob;
	size_t size;
	int r;

	vm_fdt_writer_init_heap(&tree, 0);
	describe(vmm, board, &tree);
	r = vm_fdt_writer_finish(&tree, &blob, &size);
	if (r)
		fail(EXIT_HOST_ERROR, "device tree: %s: %s", tree.failure.where,
		     tree.failure.reason);
	else if (vm_load_fdt_into(vmm->mem, vmm->machine.started.place.fdt,
				  blob, size, &why))
		r = fail(EXIT_HOST_ERROR, "device tree: %s", why.text);
	vm_fdt_writer_fini(&tree);
	return r ? EXIT_HOST_ERROR : OPTIONS_RUN;
}
