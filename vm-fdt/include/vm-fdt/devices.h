/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Devices that machines of several architectures have.
 *
 * The bindings are those of the Linux kernel, Documentation/devicetree/
 * bindings; each function names its file there.  What a structure leaves zero
 * is left out of the node.
 *
 * Threading: as the writer.
 */
#ifndef VM_FDT_DEVICES_H
#define VM_FDT_DEVICES_H

#include <vm-fdt/interrupt.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct vm_fdt_device - registers and a line
 * @reg: where the registers are
 * @irq: the line
 */
struct vm_fdt_device {
	struct vm_fdt_range reg;
	struct vm_fdt_irq irq;
};

/**
 * vm_fdt_add_virtio_mmio - add a virtio device on MMIO (virtio/mmio.yaml)
 * @w: writer
 * @device: its registers and line
 *
 * It is coherent, as DMA by a program that shares memory with the guest is.
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_virtio_mmio(struct vm_fdt_writer *w,
				      const struct vm_fdt_device *device);

/**
 * vm_fdt_add_goldfish_rtc - add a clock of nanoseconds
 *	(rtc/google,goldfish-rtc.yaml)
 * @w: writer
 * @device: its registers and line
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_goldfish_rtc(struct vm_fdt_writer *w,
				       const struct vm_fdt_device *device);

/**
 * struct vm_fdt_uart - a 16550
 * @reg: where the registers are
 * @irq: the line
 * @clock_frequency: in Hz; 16 times the highest baud rate
 * @current_speed: baud rate that it is set to
 * @reg_shift: registers are 1 << @reg_shift bytes apart
 * @reg_io_width: bytes of an access to one
 */
struct vm_fdt_uart {
	struct vm_fdt_range reg;
	struct vm_fdt_irq irq;
	uint32_t clock_frequency;
	uint32_t current_speed;
	uint32_t reg_shift;
	uint32_t reg_io_width;
};

/**
 * vm_fdt_add_ns16550a - add a 16550 with its FIFO (serial/8250.yaml)
 * @w: writer
 * @uart: what it is like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_ns16550a(struct vm_fdt_writer *w,
				   const struct vm_fdt_uart *uart);

/**
 * struct vm_fdt_primecell - a device of Arm's PrimeCell family
 * @reg: where the registers are
 * @irq: the line
 * @clock: phandle of the clock, see vm_fdt_add_fixed_clock(); not 0
 */
struct vm_fdt_primecell {
	struct vm_fdt_range reg;
	struct vm_fdt_irq irq;
	uint32_t clock;
};

/**
 * vm_fdt_add_pl011 - add a UART (serial/pl011.yaml)
 * @w: writer
 * @device: what it is like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_pl011(struct vm_fdt_writer *w,
				const struct vm_fdt_primecell *device);

/**
 * vm_fdt_add_pl031 - add a clock of seconds (rtc/arm,pl031.yaml)
 * @w: writer
 * @device: what it is like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_pl031(struct vm_fdt_writer *w,
				const struct vm_fdt_primecell *device);

/**
 * vm_fdt_add_fixed_clock - add a clock that cannot be set
 *	(clock/fixed-clock.yaml)
 * @w: writer
 * @name: of the node and of the output
 * @phandle: by which devices refer to it
 * @frequency: in Hz
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_fixed_clock(struct vm_fdt_writer *w, const char *name,
				      uint32_t phandle, uint32_t frequency);

/**
 * struct vm_fdt_syscon - a register that ends or restarts the machine
 * @compatible: what it is, beyond "syscon"; such as "sifive,test1"
 * @reg: where the registers are
 * @phandle: taken for it
 * @poweroff: there is a way to power off: write @poweroff_value
 * @reboot: there is a way to restart: write @reboot_value
 * @poweroff_offset: of the 32-bit register to write
 * @poweroff_value: what to write
 * @reboot_offset: of the 32-bit register to write
 * @reboot_value: what to write
 */
struct vm_fdt_syscon {
	const char *compatible;
	struct vm_fdt_range reg;
	uint32_t phandle;
	bool poweroff;
	bool reboot;
	uint32_t poweroff_offset;
	uint32_t poweroff_value;
	uint32_t reboot_offset;
	uint32_t reboot_value;
};

/**
 * vm_fdt_add_syscon - add the register, and nodes poweroff and reboot in it
 *	(mfd/syscon.yaml, power/reset/syscon-poweroff.yaml and syscon-reboot.yaml)
 * @w: writer
 * @syscon: what they are like
 *
 * Returns: 0, or the error of @w.
 */
VM_FDT_API int vm_fdt_add_syscon(struct vm_fdt_writer *w,
				 const struct vm_fdt_syscon *syscon);

#ifdef __cplusplus
}
#endif

#endif
