/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define PAGE_SIZE     4096

static const char help[] =
	"usage: reference-vmm --kernel PATH [FLAG...]\n"
	"\n"
	"Boots a Linux kernel in a KVM virtual machine.\n"
	"\n"
	"  --kernel PATH          bzImage or ELF vmlinux\n"
	"  --initramfs PATH       initial RAM file system\n"
	"  --cmdline STRING       kernel command line (console=ttyS0)\n"
	"  --cpus boot=N          virtual CPUs, 1 to 64 (boot=1)\n"
	"  --memory size=SIZE     guest memory, suffix K, M, G or T (size=512M)\n"
	"  --serial MODE          tty, off or file=PATH (tty)\n"
	"  --boot-protocol NAME   auto, linux (64-bit entry) or pvh (auto)\n"
	"  --version              print the version\n"
	"  --help                 print this\n"
	"\n"
	"The serial console is stdin and stdout; messages are on stderr.  On a\n"
	"terminal, Ctrl-A x leaves and Ctrl-A Ctrl-A sends a Ctrl-A.\n"
	"\n"
	"Exit codes: 0 the guest powered off or rebooted, 1 host error,\n"
	"2 usage, 3 bad configuration or image, 4 KVM unavailable,\n"
	"5 the guest crashed.\n";

static int set_path(const char **path, const char *flag, const char *value)
{
	if (!*value)
		return fail(EXIT_BAD_USAGE, "%s: the path is empty", flag);
	*path = value;
	return OPTIONS_RUN;
}

static int set_kernel(struct options *options, const char *value)
{
	return set_path(&options->kernel, "--kernel", value);
}

static int set_initramfs(struct options *options, const char *value)
{
	return set_path(&options->initramfs, "--initramfs", value);
}

static int set_cmdline(struct options *options, const char *value)
{
	options->cmdline = value;
	return OPTIONS_RUN;
}

/* The value behind "key=", or NULL when @value is about something else. */
static const char *value_of(const char *value, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(value, key, len) || value[len] != '=')
		return NULL;
	return value + len + 1;
}

/* A decimal number that fits, with nothing but *ret_end behind it. */
static bool parse_number(const char *text, uint64_t *ret, const char **ret_end)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	*ret_end = end;
	return !errno;
}

static int set_cpus(struct options *options, const char *value)
{
	const char *number = value_of(value, "boot"), *end;
	uint64_t n;

	if (!number || !parse_number(number, &n, &end) || *end)
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

static bool parse_size(const char *text, uint64_t *ret)
{
	static const char suffixes[] = "KMGT";
	const char *end, *suffix;
	uint64_t n, unit = 1;

	if (!parse_number(text, &n, &end))
		return false;
	if (*end) {
		suffix = strchr(suffixes, *end);
		if (!suffix || end[1])
			return false;
		unit = UINT64_C(1024) << (10 * (suffix - suffixes));
	}
	return !__builtin_mul_overflow(n, unit, ret);
}

static int set_memory(struct options *options, const char *value)
{
	const char *size = value_of(value, "size");

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
	const char *path = value_of(value, "file");

	if (path) {
		options->serial = SERIAL_FILE;
		return set_path(&options->serial_path, "--serial file=", path);
	}
	if (!strcmp(value, "tty"))
		options->serial = SERIAL_TTY;
	else if (!strcmp(value, "off"))
		options->serial = SERIAL_OFF;
	else
		return fail(EXIT_BAD_USAGE,
			    "--serial %s: expected tty, off or file=PATH",
			    value);
	return OPTIONS_RUN;
}

static int set_protocol(struct options *options, const char *value)
{
	if (!strcmp(value, "auto"))
		options->protocol = BOOT_AUTO;
	else if (!strcmp(value, "linux"))
		options->protocol = BOOT_LINUX;
	else if (!strcmp(value, "pvh"))
		options->protocol = BOOT_PVH;
	else
		return fail(EXIT_BAD_USAGE,
			    "--boot-protocol %s: expected auto, linux or pvh",
			    value);
	return OPTIONS_RUN;
}

static int print_help(struct options *options, const char *value)
{
	(void)options;
	(void)value;
	fputs(help, stdout);
	return EXIT_GUEST_DONE;
}

static int print_version(struct options *options, const char *value)
{
	(void)options;
	(void)value;
	puts("reference-vmm " VERSION);
	return EXIT_GUEST_DONE;
}

static const struct flag {
	const char *name;
	bool has_value;
	int (*set)(struct options *options, const char *value);
} flags[] = {
	{ "--kernel", true, set_kernel },
	{ "--initramfs", true, set_initramfs },
	{ "--cmdline", true, set_cmdline },
	{ "--cpus", true, set_cpus },
	{ "--memory", true, set_memory },
	{ "--serial", true, set_serial },
	{ "--boot-protocol", true, set_protocol },
	{ "--version", false, print_version },
	{ "--help", false, print_help },
};

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

static int unknown_flag(const char *name, size_t len)
{
	const char *nearest = NULL;
	size_t least = 5; /* farther than this is another word */
	char copy[32];

	snprintf(copy, sizeof(copy), "%.*s", (int)len, name);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		size_t edits = distance(copy, flags[i].name);

		if (edits < least) {
			least = edits;
			nearest = flags[i].name;
		}
	}
	if (nearest)
		return fail(EXIT_BAD_USAGE,
			    "%.*s: unknown flag; did you mean %s?", (int)len,
			    name, nearest);
	return fail(EXIT_BAD_USAGE, "%.*s: unknown flag; --help lists them",
		    (int)len, name);
}

static const struct flag *find_flag(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strlen(flags[i].name) == len &&
		    !strncmp(flags[i].name, name, len))
			return &flags[i];
	}
	return NULL;
}

/* Handles the flag at argv[*at] and moves *at past it and its value. */
static int parse_flag(struct options *options, char **argv, int *at,
		      bool *given)
{
	const char *arg = argv[*at], *value = NULL;
	size_t len = strcspn(arg, "=");
	const struct flag *flag = find_flag(arg, len);

	if (strncmp(arg, "--", 2))
		return fail(EXIT_BAD_USAGE,
			    "%s: expected a flag; --help lists them", arg);
	if (!flag)
		return unknown_flag(arg, len);
	if (given[flag - flags])
		return fail(EXIT_BAD_USAGE, "%s: given twice", flag->name);
	given[flag - flags] = true;
	if (arg[len] == '=')
		value = arg + len + 1;
	else if (flag->has_value)
		value = argv[++*at];
	++*at;
	if (flag->has_value != !!value)
		return fail(EXIT_BAD_USAGE, "%s: %s", flag->name,
			    flag->has_value ? "its value is missing"
					    : "takes no value");
	return flag->set(options, value);
}

int options_parse(struct options *options, int argc, char **argv)
{
	bool given[ARRAY_SIZE(flags)] = { false };
	int at = 1, r = OPTIONS_RUN;

	*options = (struct options){
		.cmdline = "console=ttyS0",
		.cpus = 1,
		.memory = UINT64_C(512) << 20,
	};
	while (at < argc && r == OPTIONS_RUN)
		r = parse_flag(options, argv, &at, given);
	if (r == OPTIONS_RUN && !options->kernel)
		return fail(EXIT_BAD_USAGE,
			    "--kernel: missing; name the kernel to boot");
	return r;
}
