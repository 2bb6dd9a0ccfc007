/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The header of a device tree. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <linux-loader/fdt.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vm_mem_range range = { 0, 0x10000, NULL };
	struct vm_load_why why = { "" };
	static struct vm_mem *mem;

	if (!mem && vm_mem_new(&range, 1, &mem))
		abort();
	if (vm_load_fdt_into(mem, 0, data, size, &why) && !why.text[0])
		abort();
	return 0;
}
