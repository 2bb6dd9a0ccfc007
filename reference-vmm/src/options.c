/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "message.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PAGE_SIZE     4096

static const char help[] =
	"usage: reference-vmm --kernel PATH [FLAG...]\n"
	"\n"
	"Boots a Linux kernel in a KVM virtual machine.\n"
	"\n"
	"  --kernel PATH          bzImage, Image or vmlinux, also compressed\n"
	"  --initramfs PATH       initial RAM file system\n"
	"  --cmdline STRING       kernel command line (console=ttyS0)\n"
	"  --cpus boot=N          virtual CPUs, 1 to 64 (boot=1)\n"
	"  --memory size=SIZE     guest memory, suffix K, M, G or T (size=512M)\n"
	"  --serial MODE          tty, off or file=PATH (tty)\n"
	"  --disk path=PATH[,readonly=on|off][,direct=on|off][,id=NAME]\n"
	"         [,queues=N][,bps=SIZE][,iops=N]\n"
	"                         virtio disk on a raw file or block device\n"
	"  --net tap=NAME|fd=N[,mac=MAC][,mtu=N][,queues=N][,bps=SIZE]\n"
	"        [,offload_{csum,tso,ufo,uso}=on|off]\n"
	"                         virtio network card on a tap\n"
	"  --rng src=PATH         virtio entropy device\n"
	"  --console tty|off|file=PATH[,name=NAME]\n"
	"                         port of the virtio console: a console, or with a\n"
	"                         name a port for programs\n"
	"  --vsock cid=N,socket=PATH\n"
	"                         virtio sockets, bridged to Unix sockets\n"
	"  --balloon size=SIZE[,deflate_on_oom=on|off][,free_page_reporting=on|off]\n"
	"                         virtio memory balloon\n"
	"  --stats                print what the devices counted at the end;\n"
	"                         SIGUSR1 prints it at once\n"
	"  --boot-protocol NAME   auto, linux or, on x86_64, pvh (auto)\n"
	"  --version              print the version\n"
	"  --help                 print this\n"
	"\n"
	"The serial console is stdin and stdout; messages are on stderr.  On a\n"
	"terminal, Ctrl-A x leaves and Ctrl-A Ctrl-A sends a Ctrl-A.\n"
	"There may be several disks, network cards, entropy devices and ports.\n"
	"\n"
	"Exit codes: 0 the guest powered off or rebooted, 1 host error,\n"
	"2 usage, 3 bad configuration or image, 4 KVM unavailable,\n"
	"5 the guest crashed.\n";

static int set_cpus(struct options *options, const char *value)
{
	const char *number = key_value(value, "boot");
	uint64_t n;

	if (!number || !parse_number(number, &n))
		return fail(EXIT_BAD_USAGE,
			    "--cpus %s: expected boot=N, such as boot=2",
			    value);
	if (n < 1 || n > MAX_CPUS)
		return fail(EXIT_BAD_CONFIG,
			    "--cpus %s: a guest has 1 to %d CPUs", value,
			    MAX_CPUS);
	options->cpus = (unsigned int)n;
	return OPTIONS_RUN;
}

static int set_memory(struct options *options, const char *value)
{
	const char *size = key_value(value, "size");

	if (!size || !parse_size(size, &options->memory))
		return fail(EXIT_BAD_USAGE,
			    "--memory %s: expected size=SIZE, such as "
			    "size=512M or size=2G",
			    value);
	if (!options->memory || options->memory % PAGE_SIZE)
		return fail(EXIT_BAD_CONFIG,
			    "--memory %s: the size must be a multiple of %d "
			    "bytes and not 0",
			    value, PAGE_SIZE);
	return OPTIONS_RUN;
}

static int set_serial(struct options *options, const char *value)
{
	options->serial_path = key_value(value, "file");
	if (options->serial_path && *options->serial_path)
		options->serial = STREAM_FILE;
	else if (!strcmp(value, "tty"))
		options->serial = STREAM_TTY;
	else if (!strcmp(value, "off"))
		options->serial = STREAM_OFF;
	else
		return fail(EXIT_BAD_USAGE,
			    "--serial %s: expected tty, off or file=PATH",
			    value);
	return OPTIONS_RUN;
}

static int set_protocol(struct options *options, const char *value)
{
	static const char *const names[] = {
		[BOOT_AUTO] = "auto",
		[BOOT_LINUX] = "linux",
		[BOOT_PVH] = "pvh",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(value, names[i])) {
			options->protocol = (enum boot_protocol)i;
			return OPTIONS_RUN;
		}
	}
	return fail(EXIT_BAD_USAGE,
		    "--boot-protocol %s: expected auto, linux or pvh", value);
}

enum flag {
	KERNEL,
	INITRAMFS,
	CMDLINE,
	CPUS,
	MEMORY,
	SERIAL,
	DISK,
	NET,
	RNG,
	CONSOLE,
	VSOCK,
	BALLOON,
	PROTOCOL,
	STATS,
	SHOW_VERSION,
	SHOW_HELP,
};

static const struct option flags[] = {
	[KERNEL] = { "kernel", required_argument, NULL, KERNEL },
	[INITRAMFS] = { "initramfs", required_argument, NULL, INITRAMFS },
	[CMDLINE] = { "cmdline", required_argument, NULL, CMDLINE },
	[CPUS] = { "cpus", required_argument, NULL, CPUS },
	[MEMORY] = { "memory", required_argument, NULL, MEMORY },
	[SERIAL] = { "serial", required_argument, NULL, SERIAL },
	[DISK] = { "disk", required_argument, NULL, DISK },
	[NET] = { "net", required_argument, NULL, NET },
	[RNG] = { "rng", required_argument, NULL, RNG },
	[CONSOLE] = { "console", required_argument, NULL, CONSOLE },
	[VSOCK] = { "vsock", required_argument, NULL, VSOCK },
	[BALLOON] = { "balloon", required_argument, NULL, BALLOON },
	[PROTOCOL] = { "boot-protocol", required_argument, NULL, PROTOCOL },
	[STATS] = { "stats", no_argument, NULL, STATS },
	[SHOW_VERSION] = { "version", no_argument, NULL, SHOW_VERSION },
	[SHOW_HELP] = { "help", no_argument, NULL, SHOW_HELP },
	{ NULL, 0, NULL, 0 },
};

static int answer(const char *text)
{
	if (fputs(text, stdout) < 0 || fflush(stdout))
		return host_error("stdout", -errno);
	return EXIT_GUEST_DONE;
}

static int add_device(struct options *options, enum device_kind kind,
		      char *value)
{
	if (options->device_count == MAX_DEVICES)
		return fail(EXIT_BAD_CONFIG,
			    "a guest has at most %d virtio devices",
			    MAX_DEVICES);
	options->devices[options->device_count++] =
		(struct device_option){ kind, value };
	return OPTIONS_RUN;
}

static int add_port(struct options *options, char *value)
{
	if (options->port_count == MAX_PORTS)
		return fail(EXIT_BAD_CONFIG,
			    "--console: there are at most %d ports", MAX_PORTS);
	options->ports[options->port_count++] = value;
	if (options->port_count > 1)
		return OPTIONS_RUN;
	return add_device(options, DEVICE_CONSOLE, value);
}

static int set(struct options *options, enum flag flag, char *value)
{
	switch (flag) {
	case KERNEL:
		options->kernel = value;
		return OPTIONS_RUN;
	case INITRAMFS:
		options->initramfs = value;
		return OPTIONS_RUN;
	case CMDLINE:
		options->cmdline = value;
		return OPTIONS_RUN;
	case CPUS:
		return set_cpus(options, value);
	case MEMORY:
		return set_memory(options, value);
	case SERIAL:
		return set_serial(options, value);
	case DISK:
		return add_device(options, DEVICE_DISK, value);
	case NET:
		return add_device(options, DEVICE_NET, value);
	case RNG:
		return add_device(options, DEVICE_RNG, value);
	case CONSOLE:
		return add_port(options, value);
	case VSOCK:
		return add_device(options, DEVICE_VSOCK, value);
	case BALLOON:
		return add_device(options, DEVICE_BALLOON, value);
	case PROTOCOL:
		return set_protocol(options, value);
	case STATS:
		options->stats = true;
		return OPTIONS_RUN;
	case SHOW_VERSION:
		return answer("reference-vmm " VERSION "\n");
	case SHOW_HELP:
		return answer(help);
	}
	return EXIT_BAD_USAGE;
}

/* Edits that turn @a into @b; @b is one of our flags and so is short. */
static size_t distance(const char *a, const char *b)
{
	size_t row[32], len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			best = row[j] + 1 < best ? row[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[len];
}

/* getopt_long() has met something that is no flag of ours, or half of one. */
static int refuse(const char *arg, int found)
{
	const char *nearest = NULL;
	size_t least = 5; /* farther than this is another word */
	char name[32];

	if (strncmp(arg, "--", 2))
		return fail(EXIT_BAD_USAGE,
			    "%s: expected a flag; --help lists them", arg);
	if (found == ':')
		return fail(EXIT_BAD_USAGE, "%s: its value is missing", arg);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(arg + 2, "="),
		 arg + 2);
	for (const struct option *flag = flags; flag->name; flag++) {
		size_t edits = distance(name, flag->name);

		if (!edits)
			return fail(EXIT_BAD_USAGE, "--%s: takes no value",
				    name);
		if (edits < least) {
			least = edits;
			nearest = flag->name;
		}
	}
	if (nearest)
		return fail(EXIT_BAD_USAGE,
			    "--%s: unknown flag; did you mean --%s?", name,
			    nearest);
	return fail(EXIT_BAD_USAGE, "--%s: unknown flag; --help lists them",
		    name);
}

static bool may_repeat(enum flag flag)
{
	return flag == DISK || flag == NET || flag == RNG || flag == CONSOLE;
}

int options_parse(struct options *options, int argc, char **argv)
{
	bool given[ARRAY_SIZE(flags)] = { false };
	int flag, r = OPTIONS_RUN;

	*options = (struct options){
		.cmdline = "console=ttyS0",
		.cpus = 1,
		.memory = UINT64_C(512) << 20,
	};
	while (r == OPTIONS_RUN && optind < argc) {
		const char *arg = argv[optind];

		/* "+": stop at what is no flag; ":": tell what is missing. */
		flag = getopt_long(argc, argv, "+:", flags, NULL);
		if (flag < 0 || flag >= SHOW_HELP + 1)
			return refuse(arg, flag);
		if (given[flag] && !may_repeat((enum flag)flag))
			return fail(EXIT_BAD_USAGE, "--%s: given twice",
				    flags[flag].name);
		given[flag] = true;
		r = set(options, (enum flag)flag, optarg);
	}
	if (r == OPTIONS_RUN && !options->kernel)
		return fail(EXIT_BAD_USAGE,
			    "--kernel: missing; name the kernel to boot");
	return r;
}
