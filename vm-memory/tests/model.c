/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include "model.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <vm-memory/atomic.h>
#include <vm-memory/dirty.h>
#include <vm-memory/guest_memory.h>
#include <vm-memory/iotlb.h>

#define PAGE	    UINT64_C(4096)
#define LOW_PAGES   16 /* regions lie below this page... */
#define HIGH_PAGES  4 /* ...or at the very top */
#define MAX_REGIONS 6
#define MAX_PAGES   6 /* of a region */
#define MAX_LEN	    (3 * PAGE)
#define MIN_MARK    256
#define GRANULE	    1024 /* of the model of the IOTLB */
#define GRANULES    64

/* Stops at the first difference, naming what was expected. */
#define EXPECT(condition)                  \
	do {                               \
		if (!(condition))          \
			return #condition; \
	} while (0)

struct model_region {
	vm_gpa gpa;
	uint64_t size, capacity;
	uint8_t bytes[MAX_PAGES * PAGE];
	bool dirty[MAX_PAGES * PAGE / MIN_MARK];
};

struct model {
	struct vm_mem_atomic atomic;
	struct vm_mem *mem; /* the current map */
	struct vm_mem *old; /* a map that has been current once, */
	bool old_pages[LOW_PAGES]; /* and what it backs */
	uint64_t tracking;
	struct model_region *regions[MAX_REGIONS];
	size_t count;
	int fd;
	struct vm_iotlb *iotlb;
	struct {
		bool mapped;
		vm_gpa gpa;
		unsigned int perm;
	} granules[GRANULES];
};

/* xorshift64: what matters is that a seed can be replayed. */
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t take(struct source *source, uint64_t below)
{
	uint64_t value = 0;

	if (!source->bytes)
		return next_random(&source->seed) % below;
	for (uint64_t range = 1; range && range < below && source->left;
	     range <<= 8) {
		value = value << 8 | *source->bytes++;
		source->left--;
	}
	return value % below;
}

bool source_is_empty(const struct source *source)
{
	return source->bytes && !source->left;
}

/* An address that has a good chance of being at the edge of something. */
static vm_gpa take_gpa(const struct model *model, struct source *source)
{
	const struct model_region *region;
	uint64_t kind = take(source, 16);

	if (kind < 12 && model->count) {
		region = model->regions[take(source, model->count)];
		if (kind < 6)
			return region->gpa + take(source, region->size);
		return region->gpa + (kind & 1 ? region->size : 0) +
		       take(source, 32) - 16;
	}
	if (kind < 14)
		return take(source, LOW_PAGES * PAGE);
	if (kind < 15)
		return -take(source, HIGH_PAGES * PAGE + 64) - 1;
	return take(source, UINT64_MAX);
}

static uint64_t take_len(struct source *source)
{
	uint64_t kind = take(source, 16);

	if (kind < 8)
		return take(source, 17);
	if (kind < 12)
		return UINT64_C(1) << take(source, 4);
	if (kind < 15)
		return take(source, MAX_LEN + 1);
	return take(source, UINT64_MAX);
}

static struct model_region *find(const struct model *model, vm_gpa gpa)
{
	for (size_t i = 0; i < model->count; i++) {
		if (gpa - model->regions[i]->gpa < model->regions[i]->size)
			return model->regions[i];
	}
	return NULL;
}

static uint8_t *byte_at(const struct model *model, vm_gpa gpa)
{
	struct model_region *region = find(model, gpa);

	return region ? &region->bytes[gpa - region->gpa] : NULL;
}

static uint8_t get_byte(const struct model *model, vm_gpa gpa)
{
	const uint8_t *byte = byte_at(model, gpa);

	return byte ? *byte : 0;
}

static void set_byte(const struct model *model, vm_gpa gpa, uint8_t value)
{
	uint8_t *byte = byte_at(model, gpa);

	if (byte)
		*byte = value;
}

static int status_of(const struct model *model, vm_gpa gpa, uint64_t len)
{
	if (len && gpa + (len - 1) < gpa)
		return -EOVERFLOW;
	for (uint64_t i = 0; i < len; i++) {
		if (!byte_at(model, gpa + i))
			return -EFAULT;
	}
	return 0;
}

static void mark(const struct model *model, vm_gpa gpa, uint64_t len)
{
	struct model_region *region;

	for (uint64_t i = 0; model->tracking && i < len; i++) {
		region = find(model, gpa + i);
		if (region)
			region->dirty[(gpa + i - region->gpa) /
				      model->tracking] = true;
	}
}

/* Copies model bytes out of, or into, a buffer. */
static void peek(const struct model *model, vm_gpa gpa, uint8_t *out,
		 uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		out[i] = get_byte(model, gpa + i);
}

static void poke(struct model *model, vm_gpa gpa, const uint8_t *in,
		 uint64_t len)
{
	for (uint64_t i = 0; i < len; i++)
		set_byte(model, gpa + i, in[i]);
	mark(model, gpa, len);
}

static void take_bytes(struct source *source, uint8_t *bytes, size_t len)
{
	uint8_t value = (uint8_t)take(source, 256);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(value + i * 37);
}

static const char *do_read(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, gpa, len);
	uint8_t real[MAX_LEN], naive[MAX_LEN];
	int order;

	if (len > MAX_LEN && !expected)
		return NULL;
	EXPECT(vm_mem_read(model->mem, gpa, real, len) == expected);
	EXPECT(vm_mem_check_range(model->mem, gpa, len) == expected);
	if (expected)
		return NULL;
	peek(model, gpa, naive, len);
	EXPECT(!memcmp(real, naive, len));
	EXPECT(!vm_mem_compare(model->mem, gpa, naive, len, &order) && !order);
	return NULL;
}

static const char *do_write(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, gpa, len);
	uint8_t bytes[MAX_LEN];

	if (len > MAX_LEN && !expected)
		return NULL;
	take_bytes(source, bytes, sizeof(bytes));
	EXPECT(vm_mem_write(model->mem, gpa, bytes, len) == expected);
	if (!expected)
		poke(model, gpa, bytes, len);
	return NULL;
}

static const char *do_fill(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	uint8_t value = (uint8_t)take(source, 256);
	int expected = status_of(model, gpa, len);

	EXPECT(vm_mem_fill(model->mem, gpa, value, len) == expected);
	for (uint64_t i = 0; !expected && i < len; i++)
		set_byte(model, gpa + i, value);
	if (!expected)
		mark(model, gpa, len);
	return NULL;
}

static const char *do_copy(struct model *model, struct source *source)
{
	vm_gpa src = take_gpa(model, source);
	vm_gpa dst = take(source, 2) ? src + take(source, 64) - 32
				     : take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, src, len);
	uint8_t bytes[MAX_LEN];

	if (!expected)
		expected = status_of(model, dst, len);
	if (len > MAX_LEN && !expected)
		return NULL;
	EXPECT(vm_mem_copy(model->mem, dst, src, len) == expected);
	if (!expected) {
		peek(model, src, bytes, len);
		poke(model, dst, bytes, len);
	}
	return NULL;
}

static const char *do_word(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source) & ~take(source, 4);
	uint32_t value = (uint32_t)take(source, UINT32_MAX);
	int expected = gpa % 4 ? -EINVAL : status_of(model, gpa, 4);
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
	poke(model, gpa, (const uint8_t *)&desired, 4);
	EXPECT(!vm_mem_cas32(model->mem, gpa, VM_MEM_ACQ_REL, &naive, value));
	EXPECT(naive == desired);
	return NULL;
}

/* A slice exists if the range is backed and its ends are in one region. */
static const char *do_slice(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, gpa, len);
	struct vm_mem_slice slice;
	uint8_t bytes[64];
	uint64_t part;

	if (len && !expected && find(model, gpa) != find(model, gpa + len - 1))
		expected = -EFAULT;
	EXPECT(vm_mem_get_slice(model->mem, gpa, len, &slice) == expected);
	if (expected || !len)
		return NULL;
	EXPECT(slice.len == len);
	part = len < sizeof(bytes) ? len : sizeof(bytes);
	take_bytes(source, bytes, sizeof(bytes));
	EXPECT(!vm_mem_slice_write(&slice, len - part, bytes, part));
	poke(model, gpa + len - part, bytes, part);
	return NULL;
}

static const char *do_iovec(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, gpa, len);
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
	peek(model, gpa, naive, len);
	for (int i = 0; i < n; i++) {
		EXPECT(!memcmp(iov[i].iov_base, naive + done, iov[i].iov_len));
		done += iov[i].iov_len;
	}
	EXPECT(done == len);
	return NULL;
}

/* From memory to a file and back again, somewhere else. */
static const char *do_file(struct model *model, struct source *source)
{
	vm_gpa src = take_gpa(model, source);
	vm_gpa dst = take_gpa(model, source);
	uint64_t off = take(source, 8);
	uint64_t len = take(source, MAX_LEN + 1);
	int64_t expected = status_of(model, src, len);
	uint8_t bytes[MAX_LEN];

	if (!expected)
		expected = (int64_t)len;
	EXPECT(vm_mem_pwrite_fd(model->mem, src, model->fd, off, len) ==
	       expected);
	if (expected < 0)
		return NULL;
	peek(model, src, bytes, len);
	if (status_of(model, dst, len))
		expected = status_of(model, dst, len);
	EXPECT(vm_mem_pread_fd(model->mem, dst, model->fd, off, len) ==
	       expected);
	if (expected >= 0)
		poke(model, dst, bytes, len);
	return NULL;
}

static const char *do_find(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	const struct model_region *region = find(model, gpa);
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

static const char *do_mark(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, gpa, len);
	uint64_t log = take(source, UINT64_MAX);

	EXPECT(vm_mem_mark_dirty(model->mem, gpa, len) == expected);
	if (!expected)
		mark(model, gpa, len);
	expected = status_of(model, gpa, 40 * 64);
	EXPECT(vm_mem_merge_dirty_log(model->mem, gpa, 64, &log, 40) ==
	       expected);
	for (unsigned int i = 0; !expected && i < 40; i++) {
		if (log >> i & 1)
			mark(model, gpa + i * 64, 64);
	}
	return NULL;
}

static const char *do_is_dirty(struct model *model, struct source *source)
{
	vm_gpa gpa = take_gpa(model, source);
	uint64_t len = take_len(source);
	int expected = status_of(model, gpa, len);
	const struct model_region *region;

	if (!expected && !model->tracking)
		expected = -EINVAL;
	for (uint64_t i = 0; !expected && i < len; i++) {
		region = find(model, gpa + i);
		EXPECT(region);
		expected = region->dirty[(gpa + i - region->gpa) /
					 model->tracking];
	}
	EXPECT(vm_mem_is_dirty(model->mem, gpa, len) == expected);
	return NULL;
}

static const char *do_fetch(struct model *model, struct source *source)
{
	uint64_t words[MAX_PAGES * PAGE / MIN_MARK / 64 + 1];
	struct vm_mem_region_info info;
	struct model_region *region;
	size_t index;

	if (!model->count || !model->tracking)
		return NULL;
	index = take(source, model->count);
	EXPECT(!vm_mem_get_region(model->mem, index, &info));
	EXPECT(!vm_mem_fetch_dirty(model->mem, index, words, 8));
	region = find(model, info.gpa);
	EXPECT(region);
	for (uint64_t i = 0; i * model->tracking < region->size; i++) {
		EXPECT((words[i / 64] >> i % 64 & 1) == region->dirty[i]);
		region->dirty[i] = false;
	}
	return NULL;
}

/* Puts a new map in place; the one before stays as the old one, if kept. */
static void swap_map(struct model *model, struct vm_mem *mem, bool keep)
{
	if (keep) {
		vm_mem_free(model->old);
		model->old = vm_mem_ref(model->mem);
		for (vm_gpa page = 0; page < LOW_PAGES; page++)
			model->old_pages[page] = find(model, page * PAGE);
	}
	vm_mem_atomic_set(&model->atomic, mem);
	vm_mem_atomic_refresh(&model->atomic, &model->mem);
}

static bool overlaps(const struct model *model, vm_gpa gpa, uint64_t size,
		     const struct model_region *except)
{
	for (size_t i = 0; i < model->count; i++) {
		const struct model_region *region = model->regions[i];

		if (region != except && gpa + (size - 1) >= region->gpa &&
		    gpa <= region->gpa + (region->size - 1))
			return true;
	}
	return false;
}

static const char *do_add(struct model *model, struct source *source)
{
	uint64_t size = (1 + take(source, MAX_PAGES)) * PAGE;
	uint64_t capacity = size + take(source, MAX_PAGES) * PAGE;
	vm_gpa gpa = take(source, 4) ? take(source, LOW_PAGES) * PAGE
				     : -(1 + take(source, HIGH_PAGES)) * PAGE;
	struct vm_mem_backing backing = {
		.kind = take(source, 2) ? VM_MEM_ANON : VM_MEM_MEMFD,
	};
	const struct vm_mem_range range = { gpa, size, &backing };
	struct model_region *region;
	struct vm_mem *mem;
	int r;

	if (capacity > MAX_PAGES * PAGE)
		capacity = MAX_PAGES * PAGE;
	backing.capacity = capacity;
	r = vm_mem_add_region(model->mem, &range, &mem);
	if (gpa + (capacity - 1) < gpa) {
		EXPECT(r == -EOVERFLOW);
		return NULL;
	}
	if (overlaps(model, gpa, size, NULL)) {
		EXPECT(r == -EEXIST);
		return NULL;
	}
	EXPECT(!r);
	swap_map(model, mem, model->count + 1 < MAX_REGIONS);
	region = calloc(1, sizeof(*region));
	if (!region)
		abort();
	region->gpa = gpa;
	region->size = size;
	region->capacity = capacity;
	model->regions[model->count++] = region;
	return NULL;
}

static const char *do_remove(struct model *model, struct source *source)
{
	struct model_region *region;
	struct vm_mem *mem;
	size_t index;

	if (!model->count)
		return NULL;
	index = take(source, model->count);
	region = model->regions[index];
	EXPECT(vm_mem_remove_region(model->mem, region->gpa,
				    region->size + PAGE, &mem) == -ENOENT);
	EXPECT(!vm_mem_remove_region(model->mem, region->gpa, region->size,
				     &mem));
	swap_map(model, mem, true);
	free(region);
	model->regions[index] = model->regions[--model->count];
	return NULL;
}

static const char *do_resize(struct model *model, struct source *source)
{
	uint64_t size = (1 + take(source, MAX_PAGES)) * PAGE;
	struct model_region *region;
	struct vm_mem *mem;
	int r;

	if (!model->count)
		return NULL;
	region = model->regions[take(source, model->count)];
	r = vm_mem_resize_region(model->mem, region->gpa, size, &mem);
	if (size > region->capacity) {
		EXPECT(r == -ENOSPC);
		return NULL;
	}
	if (overlaps(model, region->gpa, size, region)) {
		EXPECT(r == -EEXIST);
		return NULL;
	}
	EXPECT(!r);
	swap_map(model, mem, true);
	region->size = size;
	return NULL;
}

static const char *do_track(struct model *model, struct source *source)
{
	static const uint64_t sizes[] = { 0, MIN_MARK, PAGE, 4 * PAGE };
	uint64_t tracking = sizes[take(source, 4)];
	struct vm_mem *mem;

	EXPECT(!vm_mem_set_tracking(model->mem, tracking, &mem));
	swap_map(model, mem, true);
	for (size_t i = 0; tracking != model->tracking && i < model->count; i++)
		memset(model->regions[i]->dirty, 0,
		       sizeof(model->regions[i]->dirty));
	model->tracking = tracking;
	EXPECT(vm_mem_get_tracking(model->mem) == tracking);
	return NULL;
}

static const char *do_discard(struct model *model, struct source *source)
{
	vm_gpa gpa = take(source, LOW_PAGES) * PAGE;
	uint64_t len = (1 + take(source, 3)) * PAGE;
	int expected = status_of(model, gpa, len);

	EXPECT(vm_mem_discard(model->mem, gpa, len) == expected);
	for (uint64_t i = 0; !expected && i < len; i++)
		set_byte(model, gpa + i, 0);
	if (!expected)
		mark(model, gpa, len);
	return NULL;
}

static const char *do_old_map(struct model *model, struct source *source)
{
	vm_gpa page = take(source, LOW_PAGES);

	if (!model->old)
		return NULL;
	EXPECT(vm_mem_check_range(model->old, page * PAGE, PAGE) ==
	       (model->old_pages[page] ? 0 : -EFAULT));
	return NULL;
}

static const char *do_iotlb_map(struct model *model, struct source *source)
{
	uint64_t first = take(source, GRANULES);
	uint64_t n = 1 + take(source, 8);
	vm_gpa gpa = take(source, LOW_PAGES * PAGE / GRANULE) * GRANULE;
	unsigned int perm = (unsigned int)take(source, 4);
	bool add = take(source, 4);

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
	return byte_at(model, model->granules[i].gpa + iova % GRANULE);
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

		set_byte(model, gpa, value);
		mark(model, gpa, 1);
	}
	return NULL;
}

static const char *do_view(struct model *model, struct source *source)
{
	struct vm_mem *view;
	const char *error = NULL;

	EXPECT(!vm_iotlb_new_view(model->iotlb, model->mem, &view));
	for (int i = 0; i < 8 && !error; i++) {
		uint64_t iova = take(source, (GRANULES + 4) * GRANULE);
		uint64_t len = take(source, 2 * GRANULE);

		error = read_view(model, view, iova, len);
		if (!error)
			error = write_view(model, view, iova, len,
					   (uint8_t)take(source, 256));
	}
	vm_mem_free(view);
	return error;
}

struct model *model_new(void)
{
	struct model *model = calloc(1, sizeof(*model));
	struct vm_mem *mem;

	if (!model || vm_mem_new(NULL, 0, &mem) < 0 ||
	    vm_iotlb_new(4 * GRANULES, &model->iotlb) < 0)
		abort();
	vm_mem_atomic_init(&model->atomic, mem);
	model->mem = vm_mem_atomic_get(&model->atomic);
	model->fd = memfd_create("model", MFD_CLOEXEC);
	if (model->fd < 0)
		abort();
	return model;
}

void model_free(struct model *model)
{
	vm_mem_free(model->old);
	vm_mem_free(model->mem);
	vm_mem_atomic_fini(&model->atomic);
	vm_iotlb_free(model->iotlb);
	for (size_t i = 0; i < model->count; i++)
		free(model->regions[i]);
	close(model->fd);
	free(model);
}

const char *model_step(struct model *model, struct source *source)
{
	typedef const char *operation(struct model *, struct source *);
	/* What changes the map is dear, so it is rarer than what uses it. */
	static operation *const often[] = {
		do_read,  do_write, do_fill,	 do_copy, do_word,  do_slice,
		do_iovec, do_mark,  do_is_dirty, do_find, do_fetch,
	};
	static operation *const seldom[] = {
		do_add,	    do_add,	do_remove,    do_resize, do_track,
		do_discard, do_old_map, do_iotlb_map, do_view,	 do_file,
	};

	if (model->count == MAX_REGIONS || !take(source, 400))
		return do_remove(model, source);
	if (take(source, 16))
		return often[take(source, sizeof(often) / sizeof(often[0]))](
			model, source);
	return seldom[take(source, sizeof(seldom) / sizeof(seldom[0]))](model,
									source);
}
