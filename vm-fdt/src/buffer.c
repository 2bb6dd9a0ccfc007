/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* The two-ended buffer of a writer, and the first failure that it keeps. */
#include "internal.h"

#define FIRST_CAPACITY 4096u

/* What is left of the name of a property in a failure. */
#define MAX_PROP 39u

/* The end of a long path tells more than its start. */
static void write_where(struct vm_fdt_failure *failure, const char *path,
			size_t len, const char *prop)
{
	char *where = failure->where;
	size_t prop_len = prop ? strlen(prop) : 0, room;

	if (prop_len > MAX_PROP)
		prop_len = MAX_PROP;
	room = sizeof(failure->where) - 1 - (prop ? prop_len + 1 : 0);
	if (len > room) {
		path += len - (room - 3);
		len = room - 3;
		memcpy(where, "...", 3);
		where += 3;
	}
	memcpy(where, path, len);
	where += len;
	if (prop) {
		*where++ = ':';
		memcpy(where, prop, prop_len);
		where += prop_len;
	}
	*where = '\0';
}

int vmfdt_fail_at(struct vm_fdt_writer *w, uint32_t node, int error,
		  const char *reason, const char *prop)
{
	char path[VM_FDT_MAX_DEPTH * 64];
	size_t len;

	if (w->failure.error)
		return w->failure.error;
	w->accepting = false;
	w->failure.error = error;
	w->failure.reason = reason;
	len = vmfdt_path(w, node, path, sizeof(path));
	if (len >= sizeof(path))
		len = sizeof(path) - 1;
	write_where(&w->failure, path, len, prop);
	return error;
}

int vmfdt_fail(struct vm_fdt_writer *w, int error, const char *reason,
	       const char *prop)
{
	uint32_t node = w->depth ? vmfdt_innermost(w)->node : 0;

	return vmfdt_fail_at(w, node, error, reason, prop);
}

/* The records move to the end of the larger buffer. */
int vmfdt_grow(struct vm_fdt_writer *w, uint32_t need)
{
	uint32_t used = w->head + w->strings + w->tail, capacity = w->capacity;
	uint8_t *buffer;

	if (need > VMFDT_MAX_SIZE - used)
		return vmfdt_fail(w, -EOVERFLOW,
				  "the tree is larger than 2 GiB", NULL);
	if (!w->allocator.resize)
		return vmfdt_fail(w, -ENOSPC, "the buffer is too small", NULL);
	if (!capacity)
		capacity = FIRST_CAPACITY;
	while (capacity < used + need)
		capacity = capacity > VMFDT_MAX_SIZE / 2 ? VMFDT_MAX_SIZE
							 : 2 * capacity;
	buffer = w->allocator.resize(w->allocator.context, w->buffer,
				     w->capacity, capacity);
	if (!buffer)
		return vmfdt_fail(w, -ENOMEM, "no memory for the tree", NULL);
	memmove(buffer + capacity - w->tail, buffer + w->capacity - w->tail,
		w->tail);
	w->buffer = buffer;
	w->capacity = capacity;
	return 0;
}

/* Returns 0 on failure, which is then recorded. */
uint32_t vmfdt_new_record(struct vm_fdt_writer *w, uint32_t size)
{
	size = (size + 7) & ~7u;
	if (vmfdt_make_room(w, size))
		return 0;
	w->tail += size;
	return w->tail;
}

/*
 * Writes the path of @node, cut off at @size bytes, and returns the length of
 * the whole; @node 0 is no node and has an empty path.
 */
size_t vmfdt_path(const struct vm_fdt_writer *w, uint32_t node, char *out,
		  size_t size)
{
	uint32_t above[VM_FDT_MAX_DEPTH];
	const struct vmfdt_node *record;
	size_t depth = 0, len = 0;

	for (; node; node = record->parent) {
		record = vmfdt_record(w, node);
		above[depth++] = record->name;
	}
	for (size_t i = depth; i-- > 0;) {
		const char *name = (const char *)w->buffer + above[i];

		/* The root's empty name shows only where it stands alone. */
		if (i == depth - 1 && depth > 1)
			continue;
		if (len < size)
			out[len] = '/';
		for (len++; *name; name++, len++) {
			if (len < size)
				out[len] = *name;
		}
	}
	if (size)
		out[len < size ? len : size - 1] = '\0';
	return len;
}
