/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* Operations that use memory. */
#include <string.h>
#include <sys/uio.h>

#include "model_parts.h"

const char *model_do_read(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);
	uint8_t real[MAX_LEN], naive[MAX_LEN];
	int order;

	if (len > MAX_LEN && !expected)
		return NULL;
	EXPECT(vm_mem_read(model->mem, gpa, real, len) == expected);
	EXPECT(vm_mem_check_range(model->mem, gpa, len) == expected);
	if (expected)
		return NULL;
	model_peek(model, gpa, naive, len);
	EXPECT(!memcmp(real, naive, len));
	EXPECT(!vm_mem_compare(model->mem, gpa, naive, len, &order) && !order);
	return NULL;
}

const char *model_do_write(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);
	uint8_t bytes[MAX_LEN];

	if (len > MAX_LEN && !expected)
		return NULL;
	model_take_bytes(source, bytes, sizeof(bytes));
	EXPECT(vm_mem_write(model->mem, gpa, bytes, len) == expected);
	if (!expected)
		model_poke(model, gpa, bytes, len);
	return NULL;
}

const char *model_do_fill(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	uint8_t value = (uint8_t)model_take(source, 256);
	int expected = model_status_of(model, gpa, len);

	EXPECT(vm_mem_fill(model->mem, gpa, value, len) == expected);
	for (uint64_t i = 0; !expected && i < len; i++)
		model_set_byte(model, gpa + i, value);
	if (!expected)
		model_mark(model, gpa, len);
	return NULL;
}

const char *model_do_copy(struct model *model, struct source *source)
{
	vm_gpa src = model_take_gpa(model, source);
	vm_gpa dst = model_take(source, 2) ? src + model_take(source, 64) - 32
					   : model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, src, len);
	uint8_t bytes[MAX_LEN];

	if (!expected)
		expected = model_status_of(model, dst, len);
	if (len > MAX_LEN && !expected)
		return NULL;
	EXPECT(vm_mem_copy(model->mem, dst, src, len) == expected);
	if (!expected) {
		model_peek(model, src, bytes, len);
		model_poke(model, dst, bytes, len);
	}
	return NULL;
}

const char *model_do_word(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source) & ~model_take(source, 4);
	uint32_t value = (uint32_t)model_take(source, UINT32_MAX);
	int expected = gpa % 4 ? -EINVAL : model_status_of(model, gpa, 4);
	uint32_t real, naive, desired = ~value;

	EXPECT(vm_mem_store32(model->mem, gpa, VM_MEM_RELEASE, value) ==
	       expected);
	EXPECT(vm_mem_load32(model->mem, gpa, VM_MEM_ACQUIRE, &real) ==
	       expected);
	naive = value;
	EXPECT(vm_mem_cas32(model->mem, gpa, VM_MEM_ACQ_REL, &naive, desired) ==
	       (expected ? expected : 1));
	if (expected)
		return NULL;
	EXPECT(real == value);
	model_poke(model, gpa, (const uint8_t *)&desired, 4);
	EXPECT(!vm_mem_cas32(model->mem, gpa, VM_MEM_ACQ_REL, &naive, value));
	EXPECT(naive == desired);
	return NULL;
}

/* A slice exists if the range is backed and its ends are in one region. */
const char *model_do_slice(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);
	struct vm_mem_slice slice;
	uint8_t bytes[64];
	uint64_t part;

	if (len && !expected &&
	    model_find(model, gpa) != model_find(model, gpa + len - 1))
		expected = -EFAULT;
	EXPECT(vm_mem_get_slice(model->mem, gpa, len, &slice) == expected);
	if (expected || !len)
		return NULL;
	EXPECT(slice.len == len);
	part = len < sizeof(bytes) ? len : sizeof(bytes);
	model_take_bytes(source, bytes, sizeof(bytes));
	EXPECT(!vm_mem_slice_write(&slice, len - part, bytes, part));
	model_poke(model, gpa + len - part, bytes, part);
	return NULL;
}

const char *model_do_iovec(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);
	struct iovec iov[MAX_REGIONS];
	uint8_t naive[MAX_LEN];
	uint64_t done = 0;
	int n;

	if (len > MAX_LEN && !expected)
		return NULL;
	n = vm_mem_get_iovec(model->mem, gpa, len, VM_MEM_PERM_READ, iov,
			     MAX_REGIONS);
	if (expected) {
		EXPECT(n == expected);
		return NULL;
	}
	model_peek(model, gpa, naive, len);
	for (int i = 0; i < n; i++) {
		EXPECT(!memcmp(iov[i].iov_base, naive + done, iov[i].iov_len));
		done += iov[i].iov_len;
	}
	EXPECT(done == len);
	return NULL;
}

/* From memory to a file and back again, somewhere else. */
const char *model_do_file(struct model *model, struct source *source)
{
	vm_gpa src = model_take_gpa(model, source);
	vm_gpa dst = model_take_gpa(model, source);
	uint64_t off = model_take(source, 8);
	uint64_t len = model_take(source, MAX_LEN + 1);
	int64_t expected = model_status_of(model, src, len);
	uint8_t bytes[MAX_LEN];

	if (!expected)
		expected = (int64_t)len;
	EXPECT(vm_mem_pwrite_fd(model->mem, src, model->fd, off, len) ==
	       expected);
	if (expected < 0)
		return NULL;
	model_peek(model, src, bytes, len);
	if (model_status_of(model, dst, len))
		expected = model_status_of(model, dst, len);
	EXPECT(vm_mem_pread_fd(model->mem, dst, model->fd, off, len) ==
	       expected);
	if (expected >= 0)
		model_poke(model, dst, bytes, len);
	return NULL;
}

const char *model_do_find(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	const struct model_region *region = model_find(model, gpa);
	struct vm_mem_region_info info;
	size_t index;
	int r = vm_mem_find_region(model->mem, gpa, &index);

	EXPECT(r == (region ? 0 : -EFAULT));
	if (!region)
		return NULL;
	EXPECT(!vm_mem_get_region(model->mem, index, &info));
	EXPECT(info.gpa == region->gpa && info.size == region->size);
	EXPECT(vm_mem_region_count(model->mem) == model->count);
	return NULL;
}

const char *model_do_mark(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);
	uint64_t log = model_take(source, UINT64_MAX);

	EXPECT(vm_mem_mark_dirty(model->mem, gpa, len) == expected);
	if (!expected)
		model_mark(model, gpa, len);
	expected = model_status_of(model, gpa, 40 * 64);
	EXPECT(vm_mem_merge_dirty_log(model->mem, gpa, 64, &log, 40) ==
	       expected);
	for (unsigned int i = 0; !expected && i < 40; i++) {
		if (log >> i & 1)
			model_mark(model, gpa + i * 64, 64);
	}
	return NULL;
}

const char *model_do_clear(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);

	EXPECT(vm_mem_clear_dirty(model->mem, gpa, len) == expected);
	for (size_t i = 0; !expected && i < model->count; i++) {
		struct model_region *region = model->regions[i];
		uint64_t step = model->tracking ? model->tracking : UINT64_MAX;

		for (uint64_t off = 0; off < region->size; off += step) {
			uint64_t end = region->size - off < step ? region->size
								 : off + step;

			if (region->gpa + off - gpa < len &&
			    region->gpa + (end - 1) - gpa < len)
				region->dirty[off / step] = false;
			if (end == region->size)
				break;
		}
	}
	return NULL;
}

const char *model_do_is_dirty(struct model *model, struct source *source)
{
	vm_gpa gpa = model_take_gpa(model, source);
	uint64_t len = model_take_len(source);
	int expected = model_status_of(model, gpa, len);
	const struct model_region *region;

	if (!expected && !model->tracking)
		expected = -EINVAL;
	for (uint64_t i = 0; !expected && i < len; i++) {
		region = model_find(model, gpa + i);
		EXPECT(region);
		expected = region->dirty[(gpa + i - region->gpa) /
					 model->tracking];
	}
	EXPECT(vm_mem_is_dirty(model->mem, gpa, len) == expected);
	return NULL;
}

const char *model_do_fetch(struct model *model, struct source *source)
{
	uint64_t words[MAX_PAGES * PAGE / MIN_MARK / 64 + 1];
	struct vm_mem_region_info info;
	struct model_region *region;
	size_t index;

	if (!model->count || !model->tracking)
		return NULL;
	index = model_take(source, model->count);
	EXPECT(!vm_mem_get_region(model->mem, index, &info));
	EXPECT(!vm_mem_fetch_dirty(model->mem, index, words, 8));
	region = model_find(model, info.gpa);
	EXPECT(region);
	for (uint64_t i = 0; i * model->tracking < region->size; i++) {
		EXPECT((words[i / 64] >> i % 64 & 1) == region->dirty[i]);
		region->dirty[i] = false;
	}
	return NULL;
}
