/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a name may be (Devicetree Specification 0.4, sections 2.2.1 and
 * 2.2.4), and property names by record.
 */
#include "internal.h"

#define MAX_NAME 31u

#define NAME_BUCKETS 64u

#define N 1u /* may be in a node name or unit address */
#define P 2u /* may be in a property name */
#define S 4u /* may start a node name */
#define L 8u /* may be in a label */

/* May be in the name of a property that is read: dtc lets it. */
#define STAR 16u

#define BOTH   (N | P)
#define DIGIT  (N | P | L)
#define LETTER (N | P | S | L)
#define UNDER  (N | P | L)

static const uint8_t classes[256] = {
	['#'] = P,	['*'] = STAR,	['+'] = BOTH,	['-'] = BOTH,
	['.'] = BOTH,	[','] = BOTH,	['?'] = P,	['_'] = UNDER,
	['0'] = DIGIT,	['1'] = DIGIT,	['2'] = DIGIT,	['3'] = DIGIT,
	['4'] = DIGIT,	['5'] = DIGIT,	['6'] = DIGIT,	['7'] = DIGIT,
	['8'] = DIGIT,	['9'] = DIGIT,	['A'] = LETTER, ['B'] = LETTER,
	['C'] = LETTER, ['D'] = LETTER, ['E'] = LETTER, ['F'] = LETTER,
	['G'] = LETTER, ['H'] = LETTER, ['I'] = LETTER, ['J'] = LETTER,
	['K'] = LETTER, ['L'] = LETTER, ['M'] = LETTER, ['N'] = LETTER,
	['O'] = LETTER, ['P'] = LETTER, ['Q'] = LETTER, ['R'] = LETTER,
	['S'] = LETTER, ['T'] = LETTER, ['U'] = LETTER, ['V'] = LETTER,
	['W'] = LETTER, ['X'] = LETTER, ['Y'] = LETTER, ['Z'] = LETTER,
	['a'] = LETTER, ['b'] = LETTER, ['c'] = LETTER, ['d'] = LETTER,
	['e'] = LETTER, ['f'] = LETTER, ['g'] = LETTER, ['h'] = LETTER,
	['i'] = LETTER, ['j'] = LETTER, ['k'] = LETTER, ['l'] = LETTER,
	['m'] = LETTER, ['n'] = LETTER, ['o'] = LETTER, ['p'] = LETTER,
	['q'] = LETTER, ['r'] = LETTER, ['s'] = LETTER, ['t'] = LETTER,
	['u'] = LETTER, ['v'] = LETTER, ['w'] = LETTER, ['x'] = LETTER,
	['y'] = LETTER, ['z'] = LETTER,
};

const char *const vmfdt_known_names[VMFDT_KIND_COUNT] = {
	[VMFDT_KIND_NONE] = "",
	[VMFDT_KIND_ADDRESS_CELLS] = "#address-cells",
	[VMFDT_KIND_SIZE_CELLS] = "#size-cells",
	[VMFDT_KIND_INTERRUPT_CELLS] = "#interrupt-cells",
	[VMFDT_KIND_CLOCK_CELLS] = "#clock-cells",
	[VMFDT_KIND_MSI_CELLS] = "#msi-cells",
	[VMFDT_KIND_INTERRUPT_PARENT] = "interrupt-parent",
	[VMFDT_KIND_PHANDLE] = "phandle",
	[VMFDT_KIND_COMPATIBLE] = "compatible",
	[VMFDT_KIND_MODEL] = "model",
	[VMFDT_KIND_STATUS] = "status",
	[VMFDT_KIND_DEVICE_TYPE] = "device_type",
	[VMFDT_KIND_REG] = "reg",
	[VMFDT_KIND_RANGES] = "ranges",
	[VMFDT_KIND_DMA_RANGES] = "dma-ranges",
	[VMFDT_KIND_INTERRUPT_CONTROLLER] = "interrupt-controller",
	[VMFDT_KIND_INTERRUPT_MAP] = "interrupt-map",
	[VMFDT_KIND_INTERRUPTS] = "interrupts",
	[VMFDT_KIND_INTERRUPTS_EXTENDED] = "interrupts-extended",
	[VMFDT_KIND_MSI_PARENT] = "msi-parent",
	[VMFDT_KIND_MSI_MAP] = "msi-map",
	[VMFDT_KIND_CLOCKS] = "clocks",
};

/*
 * Length of the run of characters of @class that @name starts with, taken into
 * the hash (FNV-1a) on the way.
 */
static uint32_t scan(const char *name, unsigned int class, uint32_t *hash)
{
	uint32_t n = 0, h = *hash;

	while (classes[(uint8_t)name[n]] & class) {
		h = (h ^ (uint8_t)name[n]) * 16777619u;
		n++;
	}
	*hash = h;
	return n;
}

/*
 * Checks what comes before the @ in a node name; returns its length, or 0 if it
 * will not do.
 */
uint32_t vmfdt_scan_base(const char *name, uint32_t flags, uint32_t *hash)
{
	uint32_t len = scan(name, N, hash);

	if (flags & VM_FDT_RELAXED_NAMES)
		return len > VMFDT_MAX_RELAXED_NAME ? 0 : len;
	return len > MAX_NAME || !(classes[(uint8_t)name[0]] & S) ? 0 : len;
}

/* Length of a unit address; 0 if it will not do. */
uint32_t vmfdt_scan_unit(const char *unit, uint32_t *hash)
{
	uint32_t len = scan(unit, N, hash);

	return unit[len] || len > VMFDT_MAX_RELAXED_NAME ? 0 : len;
}

/* The rules for trees that are read are the relaxed ones, and dtc's star. */
bool vmfdt_is_node_name(const char *name)
{
	uint32_t hash = VMFDT_HASH_SEED;
	uint32_t len = vmfdt_scan_base(name, VM_FDT_RELAXED_NAMES, &hash);

	if (len && name[len] == '@')
		return vmfdt_scan_unit(name + len + 1, &hash);
	return len && !name[len];
}

bool vmfdt_is_prop_name(const char *name)
{
	uint32_t hash = VMFDT_HASH_SEED, len = scan(name, P | STAR, &hash);

	return len && len <= VMFDT_MAX_RELAXED_NAME && !name[len];
}

bool vmfdt_is_label(const char *label)
{
	uint32_t hash = VMFDT_HASH_SEED, len = scan(label, L, &hash);

	return len && len <= MAX_NAME && !label[len] &&
	       !(label[0] >= '0' && label[0] <= '9');
}

static enum vmfdt_kind kind_of(const char *name)
{
	enum vmfdt_kind kind = VMFDT_KIND_COUNT - 1;

	while (kind != VMFDT_KIND_NONE && strcmp(vmfdt_known_names[kind], name))
		kind--;
	return kind;
}

/* Returns 0 on failure, which is then recorded. */
static uint32_t add_name(struct vm_fdt_writer *w, const char *text,
			 uint32_t len, uint32_t *bucket)
{
	struct vmfdt_name *name;
	uint32_t record;

	/* The record, and as much as it will take of the strings block. */
	if (vmfdt_make_room(w, (uint32_t)sizeof(*name) + 2 * len + 10))
		return 0;
	record = vmfdt_new_record(w, (uint32_t)sizeof(*name) + len + 1);
	name = vmfdt_record(w, record);
	name->next = *bucket;
	name->list = w->names;
	name->follower = 0;
	name->offset = w->strings;
	name->user = 0;
	name->kind = kind_of(text);
	memcpy(name->text, text, len + 1);
	w->strings += len + 1;
	w->names = record;
	*bucket = record;
	return record;
}

/* The record of a name; a new one if it is met for the first time. */
static uint32_t find_or_add(struct vm_fdt_writer *w, const char *text)
{
	uint32_t hash = VMFDT_HASH_SEED, len = scan(text, P, &hash);
	uint32_t *bucket = &w->name_buckets[hash % NAME_BUCKETS];
	bool relaxed = w->flags & VM_FDT_RELAXED_NAMES;
	const struct vmfdt_name *name;

	if (!len || text[len] ||
	    len > (relaxed ? VMFDT_MAX_RELAXED_NAME : MAX_NAME)) {
		vmfdt_fail(w, -EINVAL, "not a property name", text);
		return 0;
	}
	for (uint32_t record = *bucket; record; record = name->next) {
		name = vmfdt_record(w, record);
		if (!strcmp(name->text, text))
			return record;
	}
	return add_name(w, text, len, bucket);
}

/* What vmfdt_intern() does when its guess was wrong. */
struct vmfdt_name *vmfdt_find_name(struct vm_fdt_writer *w, const char *text)
{
	uint32_t record = find_or_add(w, text);
	struct vmfdt_name *name;

	if (!record)
		return NULL;
	if (w->last_name) {
		name = vmfdt_record(w, w->last_name);
		name->follower = record;
	}
	name = vmfdt_record(w, record);
	w->last_name = record;
	w->next_name = name->follower;
	return name;
}
