/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/interrupt.h>

#include "builder.h"

int vm_fdt_add_irqs(struct vm_fdt_writer *w, const struct vm_fdt_irq *irqs,
		    size_t count)
{
	const struct vm_fdt_irq *first = NULL;
	size_t cells = 0;
	uint8_t *at;

	for (size_t i = 0; i < count; i++) {
		if (!irqs[i].count)
			continue;
		if (!first)
			first = &irqs[i];
		if (irqs[i].parent != first->parent ||
		    irqs[i].count > VM_FDT_IRQ_MAX_CELLS)
			return vmfdt_fail(w, -EINVAL,
					  "not lines of one controller",
					  "interrupts");
		cells += irqs[i].count;
	}
	if (!first)
		return w->failure.error;
	vmfdt_add_nonzero(w, "interrupt-parent", first->parent);
	at = vmfdt_begin_prop(w, "interrupts", 4 * cells);
	for (size_t i = 0; at && i < count; i++) {
		for (size_t j = 0; j < irqs[i].count; j++, at += 4)
			vmfdt_put32(at, irqs[i].cells[j]);
	}
	return w->failure.error;
}
