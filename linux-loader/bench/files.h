/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Kernel files of the size of the stock ones, for the benchmarks. */
#ifndef BENCH_FILES_H
#define BENCH_FILES_H

#include <linux-loader/kernel.h>
#include <vm-memory/guest_memory.h>

#define RAM_SIZE (UINT64_C(256) << 20)

struct kernel_file {
	int fd;
	struct vm_load_kernel kernel;
};

/* A bzImage of 14,186,432 bytes; exits if it cannot be made. */
const struct kernel_file *bzimage_file(void);

/* An ELF file of 53,443,444 bytes, of which 46,294,580 are loaded. */
const struct kernel_file *vmlinux_file(void);

/* The smallest ELF file with a PVH note. */
const struct kernel_file *pvh_file(void);

/* 256 MiB of guest memory from 0 on, made anew by each call. */
struct vm_mem *memory(void);

#endif
