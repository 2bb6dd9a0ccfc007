/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Writing a flattened device tree.
 *
 * The tree is written from the root down, once, in order: a node is begun,
 * its properties are added, then its children are begun and ended, then it is
 * ended.  What comes out is a blob of format version 17 (Devicetree
 * Specification 0.4, chapter 5) that a kernel, libfdt and dtc read.
 *
 * The writer refuses what those readers would only trip over later: two
 * properties or two siblings of one name, a unit address that is not that of
 * reg, a reg or ranges that is no multiple of its cells, a phandle that nothing
 * defines, a root without model.  Every rule is at the function that it binds.
 *
 * Errors stick.  The first call that fails records what was wrong and where;
 * from then on every call does nothing and returns that same error.  So the
 * result of each call may be ignored and only that of vm_fdt_writer_finish()
 * must be looked at; vm_fdt_writer_get_failure() then says what to mend.
 *
 * Memory: one buffer holds the tree and, while it is being written, the
 * writer's own records at its far end: 16 bytes for each node and each
 * phandle, 32 and its text for each different property name, 32 for a property
 * that refers to a phandle before that is defined, 40 for each label.
 *
 * Threading: a writer belongs to one thread at a time; different writers are
 * independent.
 */
#ifndef VM_FDT_WRITER_H
#define VM_FDT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <vm-fdt/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nodes nest at most this deep, the root included. */
#define VM_FDT_MAX_DEPTH 64

/*
 * Accept names of up to 255 characters, and node names that do not start with a
 * letter: trees of real hardware have such names.  The set of characters stays
 * that of the specification.
 */
#define VM_FDT_RELAXED_NAMES (1u << 0)

/*
 * The blob is an overlay, or a piece that another program completes: do not
 * ask for what only a complete tree has (the properties of the root, the cell
 * counts of a parent, a definition for each phandle, reg for each unit
 * address).
 */
#define VM_FDT_FRAGMENT (1u << 1)

/**
 * struct vm_fdt_range - a range of addresses
 * @address: the first one
 * @size: how many
 */
struct vm_fdt_range {
	uint64_t address;
	uint64_t size;
};

/**
 * struct vm_fdt_failure - why a tree could not be written
 * @error: the negative errno that every call now returns; 0 while all is well
 * @reason: the rule that was broken; NULL while all is well
 * @where: the node that broke it, and after a colon the property, or the name
 *	that will not do; the start of a very long path is left out
 */
struct vm_fdt_failure {
	int error;
	const char *reason;
	char where[112];
};

/**
 * struct vm_fdt_allocator - where a growing writer takes its buffer from
 * @resize: returns a block of @size bytes, aligned to 8, that begins with
 *	what @block held (@block, of @old_size bytes, is then gone; it is NULL
 *	the first time); or NULL, and then @block is as it was.  With a @size
 *	of 0 it frees @block.
 * @context: handed to @resize
 */
struct vm_fdt_allocator {
	void *(*resize)(void *context, void *block, size_t old_size,
			size_t size);
	void *context;
};

/* Private: how far the writer has got. */
enum vm_fdt_writer_state {
	VM_FDT_WRITER_RESERVING,
	VM_FDT_WRITER_WRITING,
	VM_FDT_WRITER_CLOSED,
	VM_FDT_WRITER_FINISHED,
};

/* Private: a node that has begun and not ended. */
struct vm_fdt_writer_frame {
	uint32_t node; /* its record */
	/*
	 * The interrupt parent of its children: a node around them that has so
	 * many #interrupt-cells, or if that is -1 this phandle, 0 for none.
	 */
	uint32_t interrupt_parent;
	int8_t interrupt_cells;
	int8_t cells[5]; /* its own #*-cells; -1 where it has none */
};

/* struct vm_fdt_writer - a tree that is being written; the fields are private. */
struct vm_fdt_writer {
	uint8_t *buffer;
	uint32_t capacity;
	uint32_t head; /* bytes of blob at the start of the buffer */
	uint32_t tail; /* bytes of records at its end */
	uint32_t strings; /* bytes that the strings block will take */
	uint32_t structure;
	uint32_t flags;
	uint32_t boot_cpu;
	uint32_t last_phandle;
	enum vm_fdt_writer_state state;
	uint32_t depth;
	/* The innermost node: its record, its properties, its unit address. */
	bool accepting;
	uint32_t node;
	uint32_t seen;
	struct {
		uint32_t offset;
		uint32_t length;
	} values[24];
	uint32_t unit;
	bool unit_is_number;
	uint64_t unit_address;
	/* Records: lists of all, and tables to find one. */
	uint32_t names;
	uint32_t last_name;
	uint32_t next_name; /* followed it the last time */
	uint32_t references;
	uint32_t labels;
	uint32_t name_buckets[64];
	uint32_t node_buckets[512];
	uint32_t phandle_buckets[64];
	struct vm_fdt_writer_frame frames[VM_FDT_MAX_DEPTH];
	struct vm_fdt_allocator allocator;
	struct vm_fdt_failure failure;
};

/**
 * vm_fdt_writer_init - start a tree in the caller's buffer
 * @w: writer to prepare
 * @buffer: aligned to 8; borrowed until vm_fdt_writer_fini(); the finished
 *	tree starts at its first byte
 * @size: its length in bytes
 * @flags: VM_FDT_RELAXED_NAMES, VM_FDT_FRAGMENT or 0
 *
 * A tree that does not fit ends in -ENOSPC.  A @buffer that is NULL or not
 * aligned, or an unknown flag, ends in -EINVAL.
 */
VM_FDT_API void vm_fdt_writer_init(struct vm_fdt_writer *w, void *buffer,
				   size_t size, uint32_t flags);

/**
 * vm_fdt_writer_init_growing - start a tree in a buffer that grows
 * @w: writer to prepare
 * @allocator: copied; what it points at must outlive @w
 * @flags: VM_FDT_RELAXED_NAMES, VM_FDT_FRAGMENT or 0
 *
 * When @allocator has no more memory the tree ends in -ENOMEM.
 */
VM_FDT_API void vm_fdt_writer_init_growing(
	struct vm_fdt_writer *w, const struct vm_fdt_allocator *allocator,
	uint32_t flags);

/**
 * vm_fdt_writer_init_heap - start a tree in memory of the C library
 * @w: writer to prepare
 * @flags: VM_FDT_RELAXED_NAMES, VM_FDT_FRAGMENT or 0
 *
 * The one function of the writer that a freestanding build leaves out.
 */
VM_FDT_API void vm_fdt_writer_init_heap(struct vm_fdt_writer *w,
					uint32_t flags);

/**
 * vm_fdt_writer_fini - release what a writer holds
 * @w: a writer, finished or not, or a zeroed struct
 *
 * The blob of a growing writer is gone after this; one in the caller's buffer
 * stays.
 */
VM_FDT_API void vm_fdt_writer_fini(struct vm_fdt_writer *w);

/**
 * vm_fdt_set_boot_cpu - name the CPU that boots
 * @w: writer
 * @id: the value of its reg; 0 unless this is called
 */
VM_FDT_API void vm_fdt_set_boot_cpu(struct vm_fdt_writer *w, uint32_t id);

/**
 * vm_fdt_add_reservation - reserve memory in the reservation block
 * @w: writer
 * @address: first byte that the kernel must not use
 * @size: bytes; not 0
 *
 * Only before the root; takes time in proportion to how many there are.
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @size is 0, or the root has begun
 *	-EOVERFLOW, @address + @size wraps
 *	-EEXIST, it overlaps an earlier reservation
 *	-ENOSPC or -ENOMEM, no room
 */
VM_FDT_API int vm_fdt_add_reservation(struct vm_fdt_writer *w, uint64_t address,
				      uint64_t size);

/**
 * vm_fdt_begin_node - begin a node inside the innermost open one
 * @w: writer
 * @name: "" for the root, which comes first; else a name of 1 to 31 characters
 *	out of [0-9A-Za-z,._+-] that starts with a letter, and if the node has
 *	reg (or ranges without reg) an @ and the unit address
 *
 * This ends the properties of the node around it, which are now checked (see
 * vm_fdt_add_prop()).
 *
 * Returns:
 *	0 on success
 *	-EINVAL, @name is not as above, a second root, more than
 *	VM_FDT_MAX_DEPTH levels, or a property of the node around it is wrong
 *	-EEXIST, a sibling has this name
 *	-ENOSPC or -ENOMEM, no room
 *	-EOVERFLOW, the tree would exceed 2 GiB
 */
VM_FDT_API int vm_fdt_begin_node(struct vm_fdt_writer *w, const char *name);

/**
 * vm_fdt_begin_node_at - begin a node whose name ends in a unit address
 * @w: writer
 * @name: what comes before the @
 * @address: the unit address, the first address of reg
 *
 * Returns: as vm_fdt_begin_node().
 */
VM_FDT_API int vm_fdt_begin_node_at(struct vm_fdt_writer *w, const char *name,
				    uint64_t address);

/**
 * vm_fdt_end_node - end the innermost open node
 * @w: writer
 *
 * Returns:
 *	0 on success
 *	-EINVAL, no node is open, or one of its properties is wrong
 *	-ENOSPC or -ENOMEM, no room
 *	-EOVERFLOW, the tree would exceed 2 GiB
 */
VM_FDT_API int vm_fdt_end_node(struct vm_fdt_writer *w);

/**
 * vm_fdt_writer_finish - complete the tree
 * @w: writer whose root has ended
 * @ret_blob: where to store the address of the blob; it stays with @w
 * @ret_size: where to store its length in bytes
 *
 * Returns (also when called again):
 *	0 on success
 *	-EINVAL, a node is open or there is no root
 *	-ENOENT, a phandle is referred to and not defined
 *	-ENOSPC or -ENOMEM, no room
 *	-EOVERFLOW, the tree would exceed 2 GiB
 *	else the first error of @w
 */
VM_FDT_API VM_FDT_CHECK int vm_fdt_writer_finish(struct vm_fdt_writer *w,
						 const void **ret_blob,
						 size_t *ret_size);

/**
 * vm_fdt_writer_get_failure - what went wrong first, and where
 * @w: writer
 *
 * Returns: a description that lives as long as @w and changes no more once its
 * error is set.
 */
VM_FDT_API const struct vm_fdt_failure *vm_fdt_writer_get_failure(
	const struct vm_fdt_writer *w);

#ifdef __cplusplus
}
#endif

#endif
