/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Any file: which format it is, EFI zboot and compressed files included. */
#include "kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_kernel(data, size, vm_load_probe);
	return 0;
}
