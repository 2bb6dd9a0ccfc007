/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <vm-fdt/writer.h>

#include "internal.h"

#define RESERVATION_SIZE 16u

/* The table of nodes has a bucket for each value of so many bits. */
#define NODE_BITS 9

_Static_assert(sizeof(((struct vm_fdt_writer *)NULL)->node_buckets) ==
		       sizeof(uint32_t) << NODE_BITS,
	       "the table is as large as that");

static void prepare(struct vm_fdt_writer *w, uint32_t flags)
{
	memset(w, 0, sizeof(*w));
	w->flags = flags;
	if (flags & ~(VM_FDT_RELAXED_NAMES | VM_FDT_FRAGMENT))
		vmfdt_fail(w, -EINVAL, "an unknown flag", NULL);
}

/* Leaves room for the header, which is written last. */
static void start(struct vm_fdt_writer *w)
{
	if (!w->failure.error && !vmfdt_make_room(w, VMFDT_HEADER_SIZE))
		w->head = VMFDT_HEADER_SIZE;
}

void vm_fdt_writer_init(struct vm_fdt_writer *w, void *buffer, size_t size,
			uint32_t flags)
{
	prepare(w, flags);
	if (!buffer || (uintptr_t)buffer % 8) {
		vmfdt_fail(w, -EINVAL, "the buffer is not aligned to 8", NULL);
		return;
	}
	w->buffer = buffer;
	w->capacity =
		size > VMFDT_MAX_SIZE ? VMFDT_MAX_SIZE : (uint32_t)size & ~7u;
	start(w);
}

void vm_fdt_writer_init_growing(struct vm_fdt_writer *w,
				const struct vm_fdt_allocator *allocator,
				uint32_t flags)
{
	prepare(w, flags);
	w->allocator = *allocator;
	start(w);
}

void vm_fdt_writer_fini(struct vm_fdt_writer *w)
{
	if (w->allocator.resize && w->buffer)
		w->allocator.resize(w->allocator.context, w->buffer,
				    w->capacity, 0);
	memset(w, 0, sizeof(*w));
}

void vm_fdt_set_boot_cpu(struct vm_fdt_writer *w, uint32_t id)
{
	w->boot_cpu = id;
}

const struct vm_fdt_failure *vm_fdt_writer_get_failure(
	const struct vm_fdt_writer *w)
{
	return &w->failure;
}

static int check_reservation(struct vm_fdt_writer *w, uint64_t address,
			     uint64_t size)
{
	uint64_t end, from, to;

	if (w->state != VM_FDT_WRITER_RESERVING)
		return vmfdt_fail(w, -EINVAL, "a reservation after the root",
				  NULL);
	if (!size)
		return vmfdt_fail(w, -EINVAL, "an empty reservation", NULL);
	if (__builtin_add_overflow(address, size - 1, &end))
		return vmfdt_fail(w, -EOVERFLOW, "a reservation wraps", NULL);
	for (uint32_t at = VMFDT_HEADER_SIZE; at < w->head;
	     at += RESERVATION_SIZE) {
		from = vmfdt_get64(w->buffer + at);
		to = from + vmfdt_get64(w->buffer + at + 8) - 1;
		if (address <= to && from <= end)
			return vmfdt_fail(w, -EEXIST,
					  "two reservations overlap", NULL);
	}
	return 0;
}

int vm_fdt_add_reservation(struct vm_fdt_writer *w, uint64_t address,
			   uint64_t size)
{
	if (w->failure.error)
		return w->failure.error;
	if (check_reservation(w, address, size) ||
	    vmfdt_make_room(w, RESERVATION_SIZE))
		return w->failure.error;
	vmfdt_put64(w->buffer + w->head, address);
	vmfdt_put64(w->buffer + w->head + 8, size);
	w->head += RESERVATION_SIZE;
	return 0;
}

/* Ends the reservation block and begins the structure block. */
static int begin_structure(struct vm_fdt_writer *w)
{
	if (vmfdt_make_room(w, RESERVATION_SIZE))
		return w->failure.error;
	memset(w->buffer + w->head, 0, RESERVATION_SIZE);
	w->head += RESERVATION_SIZE;
	w->structure = w->head;
	w->state = VM_FDT_WRITER_WRITING;
	return 0;
}

static bool has_sibling(const struct vm_fdt_writer *w, uint32_t first,
			const char *name, uint32_t parent, uint32_t hash)
{
	const struct vmfdt_node *node;

	for (uint32_t record = first; record; record = node->next) {
		node = vmfdt_record(w, record);
		if (node->hash == hash && node->parent == parent &&
		    !strcmp((const char *)w->buffer + node->name, name))
			return true;
	}
	return false;
}

/*
 * Writes the head of a node and makes it the innermost one.  The caller has set
 * its unit address; @hash is that of its name.
 */
int vmfdt_open_node(struct vm_fdt_writer *w, const char *name, uint32_t len,
		    uint32_t hash)
{
	uint32_t padded = (len + 4) & ~3u, parent = 0, record, *bucket;
	struct vm_fdt_writer_frame *frame = &w->frames[w->depth];
	struct vmfdt_node *node;

	if (w->depth)
		parent = frame[-1].node;
	/* The product's high bits depend on all bits of what goes in. */
	hash = (hash ^ parent) * 2654435761u;
	bucket = &w->node_buckets[hash >> (32 - NODE_BITS)];
	if (vmfdt_make_room(w, 4 + padded + (uint32_t)sizeof(*node)))
		return w->failure.error;
	if (has_sibling(w, *bucket, name, parent, hash))
		return vmfdt_fail(w, -EEXIST, "two children have this name",
				  name);
	record = vmfdt_new_record(w, sizeof(*node));
	node = vmfdt_record(w, record);
	node->next = *bucket;
	node->hash = hash;
	node->parent = parent;
	node->name = w->head + 4;
	*bucket = record;
	vmfdt_put32(w->buffer + w->head, VMFDT_BEGIN_NODE);
	vmfdt_put32(w->buffer + w->head + padded, 0);
	memcpy(w->buffer + w->head + 4, name, len);
	w->head += 4 + padded;
	frame->node = record;
	frame->interrupt_parent = parent ? frame[-1].interrupt_parent : 0;
	frame->interrupt_cells =
		parent ? frame[-1].interrupt_cells : (int8_t)-1;
	memset(frame->cells, -1, sizeof(frame->cells));
	w->depth++;
	w->node = record;
	w->seen = 0;
	w->accepting = true;
	return 0;
}

/* What both ways to begin a node have to look at first. */
static int may_begin(struct vm_fdt_writer *w)
{
	if (w->failure.error)
		return w->failure.error;
	if (w->state >= VM_FDT_WRITER_CLOSED)
		return vmfdt_fail(w, -EINVAL, "a second root", NULL);
	if (w->depth == VM_FDT_MAX_DEPTH)
		return vmfdt_fail(w, -EINVAL, "more than 64 levels", NULL);
	return w->accepting ? vmfdt_seal(w) : 0;
}

static uint32_t fold(uint64_t address)
{
	return (uint32_t)(address ^ address >> 32);
}

/* The unit address as a number, where it is one and written as one. */
static void read_unit(struct vm_fdt_writer *w, const char *unit, uint32_t len)
{
	uint64_t address = 0;

	w->unit_is_number = false;
	if (len > 16 || (unit[0] == '0' && len > 1))
		return;
	for (; *unit; unit++) {
		if (*unit >= '0' && *unit <= '9')
			address = address << 4 | (uint64_t)(*unit - '0');
		else if (*unit >= 'a' && *unit <= 'f')
			address = address << 4 | (uint64_t)(*unit - 'a' + 10);
		else
			return;
	}
	w->unit_address = address;
	w->unit_is_number = true;
}

static int begin_root(struct vm_fdt_writer *w, const char *name)
{
	if (*name)
		return vmfdt_fail(w, -EINVAL, "the root's name is empty", name);
	if (begin_structure(w))
		return w->failure.error;
	w->unit = 0;
	return vmfdt_open_node(w, name, 0, 0);
}

int vm_fdt_begin_node(struct vm_fdt_writer *w, const char *name)
{
	uint32_t hash = VMFDT_HASH_SEED, unit_hash = 0, len, unit_len;

	if (may_begin(w))
		return w->failure.error;
	if (!w->depth)
		return begin_root(w, name);
	len = vmfdt_scan_base(name, w->flags, &hash);
	w->unit = 0;
	if (len && name[len] == '@') {
		unit_len = vmfdt_scan_unit(name + len + 1, &unit_hash);
		read_unit(w, name + len + 1, unit_len);
		hash ^= w->unit_is_number ? fold(w->unit_address) : unit_hash;
		w->unit = w->head + 4 + len + 1;
		len = unit_len ? len + 1 + unit_len : 0;
	}
	if (!len || name[len])
		return vmfdt_fail(w, -EINVAL, "not a node name", name);
	return vmfdt_open_node(w, name, len, hash);
}

/* Writes @value in hexadecimal and returns the number of digits. */
static uint32_t put_hex(char *at, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t len = (67u - (uint32_t)__builtin_clzll(value | 1)) / 4;

	for (uint32_t i = len; i-- > 0; value >>= 4)
		at[i] = digits[value & 15];
	return len;
}

int vm_fdt_begin_node_at(struct vm_fdt_writer *w, const char *name,
			 uint64_t address)
{
	uint32_t hash = VMFDT_HASH_SEED, len;
	char whole[64];

	if (may_begin(w))
		return w->failure.error;
	len = vmfdt_scan_base(name, w->flags, &hash);
	if (!w->depth || !len || name[len] || len > sizeof(whole) - 18)
		return vmfdt_fail(w, -EINVAL, "not a node name", name);
	memcpy(whole, name, len);
	whole[len++] = '@';
	w->unit = w->head + 4 + len;
	w->unit_address = address;
	w->unit_is_number = true;
	len += put_hex(whole + len, address);
	whole[len] = '\0';
	return vmfdt_open_node(w, whole, len, hash ^ fold(address));
}

int vm_fdt_end_node(struct vm_fdt_writer *w)
{
	if (w->failure.error)
		return w->failure.error;
	if (!w->depth)
		return vmfdt_fail(w, -EINVAL, "no node is open", NULL);
	if (w->accepting && vmfdt_seal(w))
		return w->failure.error;
	if ((w->depth == 1 && vmfdt_add_symbols(w)) || vmfdt_make_room(w, 4))
		return w->failure.error;
	vmfdt_put32(w->buffer + w->head, VMFDT_END_NODE);
	w->head += 4;
	w->depth--;
	if (!w->depth)
		w->state = VM_FDT_WRITER_CLOSED;
	return 0;
}

static void write_strings(struct vm_fdt_writer *w)
{
	const struct vmfdt_name *name;

	for (uint32_t record = w->names; record; record = name->list) {
		name = vmfdt_record(w, record);
		memcpy(w->buffer + w->head + name->offset, name->text,
		       strlen(name->text) + 1);
	}
}

/* Specification 0.4, section 5.2; the blocks follow one another. */
static void write_header(struct vm_fdt_writer *w)
{
	const uint32_t fields[] = {
		VMFDT_MAGIC,
		w->head + w->strings,
		w->structure,
		w->head,
		VMFDT_HEADER_SIZE,
		17,
		16,
		w->boot_cpu,
		w->strings,
		w->head - w->structure,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		vmfdt_put32(w->buffer + 4 * i, fields[i]);
}

int vm_fdt_writer_finish(struct vm_fdt_writer *w, const void **ret_blob,
			 size_t *ret_size)
{
	if (w->failure.error)
		return w->failure.error;
	if (w->state < VM_FDT_WRITER_CLOSED)
		return vmfdt_fail(w, -EINVAL,
				  w->depth ? "the node has not ended"
					   : "there is no root",
				  NULL);
	if (w->state == VM_FDT_WRITER_CLOSED) {
		if (vmfdt_check_references(w) || vmfdt_make_room(w, 4))
			return w->failure.error;
		vmfdt_put32(w->buffer + w->head, VMFDT_END);
		w->head += 4;
		write_strings(w);
		write_header(w);
		w->state = VM_FDT_WRITER_FINISHED;
	}
	*ret_blob = w->buffer;
	*ret_size = w->head + w->strings;
	return 0;
}
