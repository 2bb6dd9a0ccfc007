/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The command line of reference-vmm; `--help` and README.md describe it. */
#ifndef REFERENCE_VMM_OPTIONS_H
#define REFERENCE_VMM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "stream.h"

#define MAX_CPUS    64
#define MAX_DEVICES 16
#define MAX_PORTS   8

enum boot_protocol { BOOT_AUTO, BOOT_LINUX, BOOT_PVH };

enum device_kind {
	DEVICE_DISK,
	DEVICE_NET,
	DEVICE_RNG,
	DEVICE_CONSOLE,
	DEVICE_VSOCK,
	DEVICE_BALLOON,
};

/* One virtio device, in the order of the command line. */
struct device_option {
	enum device_kind kind;
	char *value; /* a list for keys.h; of a console, its first port's */
};

struct options {
	const char *kernel;
	const char *initramfs; /* NULL: none */
	const char *cmdline;
	unsigned int cpus;
	uint64_t memory; /* bytes, a multiple of 4096 */
	enum stream_mode serial;
	const char *serial_path; /* for STREAM_FILE */
	enum boot_protocol protocol;
	struct device_option devices[MAX_DEVICES];
	unsigned int device_count;
	char *ports[MAX_PORTS]; /* of the one console: lists for keys.h */
	unsigned int port_count;
	bool stats; /* at the end */
};

/* What options_parse() wants the process to do. */
#define OPTIONS_RUN (-1)

/*
 * Fills @options, whose strings point into @argv.  Returns OPTIONS_RUN, or
 * the exit code when there is nothing to run: --help, --version or a mistake,
 * which has been printed.
 */
int options_parse(struct options *options, int argc, char **argv);

#endif
