/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any sequence of calls of the writer.  Whatever it is, the writer that grows
 * and the one in a buffer agree; what is finished is accepted by the reader and
 * by libfdt, and a naive search finds no two names alike.
 */
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <vm-fdt/property.h>
#include <vm-fdt/reader.h>
#include <vm-fdt/value.h>

static const char *const props[] = {
	"#address-cells",
	"#size-cells",
	"#interrupt-cells",
	"#clock-cells",
	"#msi-cells",
	"interrupt-parent",
	"phandle",
	"compatible",
	"model",
	"status",
	"device_type",
	"reg",
	"ranges",
	"dma-ranges",
	"interrupt-controller",
	"interrupt-map",
	"interrupts",
	"interrupts-extended",
	"msi-parent",
	"msi-map",
	"clocks",
	"a",
	"b",
	"not a name",
};

static const char *const nodes[] = {
	"a", "b", "c@0", "c@1", "c@2,1", "c@00", "bad name", "soc", "__x__",
};

struct input {
	const uint8_t *data;
	size_t size;
};

static uint8_t next(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

static uint32_t next_cell(struct input *input)
{
	uint32_t value = next(input);

	/* Mostly small; sometimes near the top. */
	return value < 200 ? value : ~(value - 200);
}

static void add_cells(struct vm_fdt_writer *w, struct input *input)
{
	const char *name =
		props[next(input) % (sizeof(props) / sizeof(props[0]))];
	uint32_t cells[12];
	size_t count = next(input) % 13;

	for (size_t i = 0; i < count; i++)
		cells[i] = next_cell(input);
	vm_fdt_add_cells(w, name, cells, count);
}

static void add_bytes(struct vm_fdt_writer *w, struct input *input)
{
	const char *name =
		props[next(input) % (sizeof(props) / sizeof(props[0]))];
	size_t len = next(input) % 32;

	if (len > input->size)
		len = input->size;
	vm_fdt_add_prop(w, name, input->data, len);
	input->data += len;
	input->size -= len;
}

static void add_reg(struct vm_fdt_writer *w, struct input *input)
{
	struct vm_fdt_range ranges[3];
	size_t count = next(input) % 4;

	for (size_t i = 0; i < count; i++) {
		ranges[i].address = next_cell(input);
		ranges[i].size = next_cell(input);
	}
	vm_fdt_add_reg(w, ranges, count);
}

/* A name made of input, with whatever is in it. */
static void begin_named(struct vm_fdt_writer *w, struct input *input)
{
	char name[40];
	size_t len = next(input) % sizeof(name);

	for (size_t i = 0; i < len; i++)
		name[i] = (char)next(input);
	name[len] = '\0';
	vm_fdt_begin_node(w, name);
}

static void call(struct vm_fdt_writer *w, struct input *input)
{
	char label[4] = "l_0";

	switch (next(input) % 16) {
	case 0:
	case 1:
	case 2:
		vm_fdt_begin_node(w, nodes[next(input) %
					   (sizeof(nodes) / sizeof(nodes[0]))]);
		break;
	case 3:
		vm_fdt_begin_node_at(w, "c", next_cell(input));
		break;
	case 4:
		begin_named(w, input);
		break;
	case 5:
	case 6:
	case 7:
		vm_fdt_end_node(w);
		break;
	case 8:
	case 9:
	case 10:
		add_cells(w, input);
		break;
	case 11:
		add_bytes(w, input);
		break;
	case 12:
		add_reg(w, input);
		break;
	case 13:
		vm_fdt_add_phandle(w, next_cell(input));
		break;
	case 14:
		vm_fdt_add_reference(w, "b", next_cell(input));
		break;
	default:
		label[2] = (char)next(input);
		vm_fdt_add_label(w, label);
		break;
	}
}

static int write_tree(struct vm_fdt_writer *w, struct input input,
		      const void **blob, size_t *size)
{
	uint32_t reservations = next(&input) % 4;

	while (reservations--)
		vm_fdt_add_reservation(w, next_cell(&input), next_cell(&input));
	vm_fdt_begin_node(w, "");
	if (next(&input) % 2) {
		vm_fdt_add_u32(w, "#address-cells", 1);
		vm_fdt_add_u32(w, "#size-cells", 1);
		vm_fdt_add_string(w, "model", "m");
		vm_fdt_add_string(w, "compatible", "c");
	}
	while (input.size && !w->failure.error)
		call(w, &input);
	while (w->depth && !w->failure.error)
		vm_fdt_end_node(w);
	return vm_fdt_writer_finish(w, blob, size);
}

static void check_node(const void *blob, int node)
{
	const char *name, *other;
	int a, b;

	fdt_for_each_property_offset(a, blob, node)
	{
		fdt_getprop_by_offset(blob, a, &name, NULL);
		for (b = fdt_next_property_offset(blob, a); b >= 0;
		     b = fdt_next_property_offset(blob, b)) {
			fdt_getprop_by_offset(blob, b, &other, NULL);
			if (!strcmp(name, other))
				abort();
		}
	}
	fdt_for_each_subnode(a, blob, node)
	{
		name = fdt_get_name(blob, a, NULL);
		for (b = fdt_next_subnode(blob, a); b >= 0;
		     b = fdt_next_subnode(blob, b)) {
			if (!strcmp(name, fdt_get_name(blob, b, NULL)))
				abort();
		}
		check_node(blob, a);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint64_t buffer[8192];
	struct vm_fdt_writer growing, fixed;
	struct input input = { data, size };
	const void *blob, *other;
	struct vm_fdt_reader reader;
	size_t blob_size, other_size, room;
	uint32_t flags;
	int r;

	if (size > 4000)
		return 0;
	flags = next(&input) & (VM_FDT_RELAXED_NAMES | VM_FDT_FRAGMENT);
	room = 8 * (size_t)next(&input);
	vm_fdt_writer_init_heap(&growing, flags);
	r = write_tree(&growing, input, &blob, &blob_size);
	vm_fdt_writer_init(&fixed, buffer, sizeof(buffer), flags);
	if (write_tree(&fixed, input, &other, &other_size) != r)
		abort();
	if (!r) {
		if (blob_size != other_size || memcmp(blob, other, blob_size) ||
		    fdt_check_full(blob, blob_size) ||
		    vm_fdt_reader_init(&reader, blob, blob_size))
			abort();
		check_node(blob, 0);
	}
	vm_fdt_writer_fini(&fixed);
	/* Where there is too little room, nothing else goes wrong. */
	vm_fdt_writer_init(&fixed, buffer, room, flags);
	r = write_tree(&fixed, input, &other, &other_size);
	if (!r && memcmp(blob, other, blob_size))
		abort();
	vm_fdt_writer_fini(&fixed);
	vm_fdt_writer_fini(&growing);
	return 0;
}
