/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What the files of the writer share.
 *
 * The buffer of a writer has two ends.  The blob grows up from its start: the
 * header, the reservations, the structure block.  Records grow down from its
 * end; they are named by their distance from it, so that a buffer that grows
 * moves them as one block and no reference changes.  The strings block has its
 * room set aside from the moment a name is met and is written when the tree is
 * finished, from the text in the records.
 */
#ifndef VM_FDT_INTERNAL_H
#define VM_FDT_INTERNAL_H

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <vm-fdt/writer.h>

/* Tokens and sizes of Devicetree Specification 0.4, section 5.2 and 5.4. */
#define VMFDT_MAGIC	  0xd00dfeedu
#define VMFDT_BEGIN_NODE  1u
#define VMFDT_END_NODE	  2u
#define VMFDT_PROP	  3u
#define VMFDT_END	  9u
#define VMFDT_HEADER_SIZE 40u
#define VMFDT_PROP_SIZE	  12u

/* Readers hold offsets in an int. */
#define VMFDT_MAX_SIZE ((uint32_t)INT_MAX & ~7u)

/* Of nodes, unit addresses and properties, where the rules are relaxed. */
#define VMFDT_MAX_RELAXED_NAME 255u

#define VMFDT_HASH_SEED 2166136261u

/* No cell count of any binding comes near this. */
#define VMFDT_MAX_CELLS 16

/* The properties that the writer checks, in the order of the checks. */
enum vmfdt_kind {
	VMFDT_KIND_NONE,
	VMFDT_KIND_ADDRESS_CELLS,
	VMFDT_KIND_SIZE_CELLS,
	VMFDT_KIND_INTERRUPT_CELLS,
	VMFDT_KIND_CLOCK_CELLS,
	VMFDT_KIND_MSI_CELLS,
	VMFDT_KIND_INTERRUPT_PARENT,
	VMFDT_KIND_PHANDLE,
	VMFDT_KIND_COMPATIBLE,
	VMFDT_KIND_MODEL,
	VMFDT_KIND_STATUS,
	VMFDT_KIND_DEVICE_TYPE,
	VMFDT_KIND_REG,
	VMFDT_KIND_RANGES,
	VMFDT_KIND_DMA_RANGES,
	VMFDT_KIND_INTERRUPT_CONTROLLER,
	VMFDT_KIND_INTERRUPT_MAP,
	VMFDT_KIND_INTERRUPTS,
	VMFDT_KIND_INTERRUPTS_EXTENDED,
	VMFDT_KIND_MSI_PARENT,
	VMFDT_KIND_MSI_MAP,
	VMFDT_KIND_CLOCKS,
	VMFDT_KIND_COUNT,
	/* A value given to vm_fdt_add_reference(), of whatever name. */
	VMFDT_KIND_REFERENCE = VMFDT_KIND_COUNT,
};

_Static_assert(
	VMFDT_KIND_COUNT <=
		sizeof(((struct vm_fdt_writer *)NULL)->values) /
			sizeof(((struct vm_fdt_writer *)NULL)->values[0]),
	"a writer has a value for each kind");

/* Index into cells[], in the order of the kinds. */
enum vmfdt_cells {
	VMFDT_CELLS_ADDRESS,
	VMFDT_CELLS_SIZE,
	VMFDT_CELLS_INTERRUPT,
	VMFDT_CELLS_CLOCK,
	VMFDT_CELLS_MSI,
	VMFDT_CELLS_COUNT,
};

/* A property name, met once and then known by its record. */
struct vmfdt_name {
	uint32_t next; /* of the same bucket */
	uint32_t list; /* all names, the latest first */
	uint32_t follower;
	uint32_t offset; /* in the strings block */
	uint32_t user; /* record of the last node with this property */
	uint32_t kind;
	char text[];
};

struct vmfdt_node {
	uint32_t next; /* of the same bucket */
	uint32_t hash;
	uint32_t parent; /* record; 0 for the root */
	uint32_t name; /* offset of the name in the buffer */
};

struct vmfdt_phandle {
	uint32_t next; /* of the same bucket */
	uint32_t phandle;
	int8_t cells[VMFDT_CELLS_COUNT];
};

/* A property with phandles in it whose definition was not there yet. */
struct vmfdt_reference {
	uint32_t next;
	uint32_t kind;
	uint32_t node;
	uint32_t offset; /* of the value in the buffer */
	uint32_t length;
	uint32_t parent; /* phandle of the interrupt parent */
	int8_t cells[VMFDT_CELLS_COUNT];
};

struct vmfdt_label {
	uint32_t next;
	uint32_t node;
	char text[32];
};

static inline void vmfdt_put32(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static inline void vmfdt_put64(uint8_t *at, uint64_t value)
{
	vmfdt_put32(at, (uint32_t)(value >> 32));
	vmfdt_put32(at + 4, (uint32_t)value);
}

static inline uint32_t vmfdt_get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	       (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t vmfdt_get64(const uint8_t *at)
{
	return (uint64_t)vmfdt_get32(at) << 32 | vmfdt_get32(at + 4);
}

static inline struct vm_fdt_writer_frame *vmfdt_innermost(
	struct vm_fdt_writer *w)
{
	return &w->frames[w->depth - 1];
}

static inline void *vmfdt_record(const struct vm_fdt_writer *w,
				 uint32_t reference)
{
	return w->buffer + w->capacity - reference;
}

/* buffer.c */
int vmfdt_grow(struct vm_fdt_writer *w, uint32_t need);
uint32_t vmfdt_new_record(struct vm_fdt_writer *w, uint32_t size);
size_t vmfdt_path(const struct vm_fdt_writer *w, uint32_t node, char *out,
		  size_t size);
int vmfdt_fail(struct vm_fdt_writer *w, int error, const char *reason,
	       const char *prop);
int vmfdt_fail_at(struct vm_fdt_writer *w, uint32_t node, int error,
		  const char *reason, const char *prop);

static inline bool vmfdt_has_room(const struct vm_fdt_writer *w, uint32_t need)
{
	return need <= w->capacity - w->head - w->strings - w->tail;
}

/*
 * Makes room for @need more bytes of blob and records together.  What was read
 * from vmfdt_record() before is stale afterwards.
 */
static inline int vmfdt_make_room(struct vm_fdt_writer *w, uint32_t need)
{
	return vmfdt_has_room(w, need) ? 0 : vmfdt_grow(w, need);
}

/* names.c */
extern const char *const vmfdt_known_names[VMFDT_KIND_COUNT];
uint32_t vmfdt_scan_base(const char *name, uint32_t flags, uint32_t *hash);
uint32_t vmfdt_scan_unit(const char *unit, uint32_t *hash);
bool vmfdt_is_node_name(const char *name);
bool vmfdt_is_prop_name(const char *name);
bool vmfdt_is_label(const char *label);
struct vmfdt_name *vmfdt_find_name(struct vm_fdt_writer *w, const char *text);

/*
 * Returns the record of a property name, or NULL and the failure is recorded.
 *
 * Nodes of a kind list the same properties in the same order, so each name
 * remembers which one came after it, and that one is tried first.
 */
static inline struct vmfdt_name *vmfdt_intern(struct vm_fdt_writer *w,
					      const char *text)
{
	struct vmfdt_name *name;

	if (w->next_name) {
		name = vmfdt_record(w, w->next_name);
		if (!strcmp(name->text, text)) {
			w->last_name = w->next_name;
			w->next_name = name->follower;
			return name;
		}
	}
	return vmfdt_find_name(w, text);
}

/* writer.c */
int vmfdt_open_node(struct vm_fdt_writer *w, const char *name, uint32_t len,
		    uint32_t hash);

/* property.c */
uint8_t *vmfdt_begin_prop(struct vm_fdt_writer *w, const char *name,
			  size_t len);

/* check.c */
int vmfdt_seal(struct vm_fdt_writer *w);

/* phandle.c */
int vmfdt_define_phandle(struct vm_fdt_writer *w, uint32_t phandle,
			 const int8_t *cells);
const struct vmfdt_phandle *vmfdt_find_phandle(const struct vm_fdt_writer *w,
					       uint32_t phandle);
int vmfdt_refer(struct vm_fdt_writer *w, const struct vmfdt_reference *ref);
int vmfdt_check_references(struct vm_fdt_writer *w);

/* label.c */
int vmfdt_add_symbols(struct vm_fdt_writer *w);

#endif
