/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "kernel.h"

#include <linux-loader/elf.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_kernel(data, size, vm_load_probe_elf);
	return 0;
}
