/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Operations on the IOTLB and on views. */
#include <string.h>

#include "model_parts.h"

const char *model_do_iotlb_map(struct model *model, struct source *source)
{
	uint64_t first = model_take(source, GRANULES);
	uint64_t n = 1 + model_take(source, 8);
	vm_gpa gpa = model_take(source, LOW_PAGES * PAGE / GRANULE) * GRANULE;
	unsigned int perm = (unsigned int)model_take(source, 4);
	bool add = model_take(source, 4);

	if (first + n > GRANULES)
		n = GRANULES - first;
	if (add)
		EXPECT(!vm_iotlb_map(
			model->iotlb,
			&(struct vm_iotlb_mapping){ first * GRANULE,
						    n * GRANULE, gpa, perm }));
	else
		EXPECT(!vm_iotlb_unmap(model->iotlb, first * GRANULE,
				       n * GRANULE));
	for (uint64_t i = 0; i < n; i++) {
		model->granules[first + i].mapped = add;
		model->granules[first + i].gpa = gpa + i * GRANULE;
		model->granules[first + i].perm = perm;
	}
	return NULL;
}

/* May a byte of the I/O address space be accessed, and where is it? */
static uint8_t *byte_behind(const struct model *model, uint64_t iova,
			    unsigned int perm)
{
	uint64_t i = iova / GRANULE;

	if (i >= GRANULES || !model->granules[i].mapped ||
	    perm & ~model->granules[i].perm)
		return NULL;
	return model_byte_at(model, model->granules[i].gpa + iova % GRANULE);
}

static const char *read_view(const struct model *model,
			     const struct vm_mem *view, uint64_t iova,
			     uint64_t len)
{
	uint8_t real[4 * GRANULE], naive[4 * GRANULE];
	int expected = 0;

	for (uint64_t i = 0; i < len; i++) {
		const uint8_t *byte =
			byte_behind(model, iova + i, VM_MEM_PERM_READ);

		if (!byte)
			expected = -EFAULT;
		else
			naive[i] = *byte;
	}
	EXPECT(vm_mem_read(view, iova, real, len) == expected);
	EXPECT(expected || !memcmp(real, naive, len));
	return NULL;
}

static const char *write_view(struct model *model, const struct vm_mem *view,
			      uint64_t iova, uint64_t len, uint8_t value)
{
	int expected = 0;

	for (uint64_t i = 0; i < len; i++) {
		if (!byte_behind(model, iova + i, VM_MEM_PERM_WRITE))
			expected = -EFAULT;
	}
	EXPECT(vm_mem_fill(view, iova, value, len) == expected);
	for (uint64_t i = 0; !expected && i < len; i++) {
		vm_gpa gpa = model->granules[(iova + i) / GRANULE].gpa +
			     (iova + i) % GRANULE;

		model_set_byte(model, gpa, value);
		model_mark(model, gpa, 1);
	}
	return NULL;
}

const char *model_do_view(struct model *model, struct source *source)
{
	struct vm_mem *view;
	const char *error = NULL;

	EXPECT(!vm_iotlb_new_view(model->iotlb, model->mem, &view));
	for (int i = 0; i < 8 && !error; i++) {
		uint64_t iova = model_take(source, (GRANULES + 4) * GRANULE);
		uint64_t len = model_take(source, 2 * GRANULE);

		error = read_view(model, view, iova, len);
		if (!error)
			error = write_view(model, view, iova, len,
					   (uint8_t)model_take(source, 256));
	}
	vm_mem_free(view);
	return error;
}
