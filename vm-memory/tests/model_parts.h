/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* What the parts of the model share. */
#ifndef VM_MEMORY_TESTS_MODEL_PARTS_H
#define VM_MEMORY_TESTS_MODEL_PARTS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include <vm-memory/atomic.h>
#include <vm-memory/dirty.h>
#include <vm-memory/guest_memory.h>
#include <vm-memory/iotlb.h>

#include "model.h"

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

uint64_t model_take(struct source *source, uint64_t below);
vm_gpa model_take_gpa(const struct model *model, struct source *source);
uint64_t model_take_len(struct source *source);
struct model_region *model_find(const struct model *model, vm_gpa gpa);
uint8_t *model_byte_at(const struct model *model, vm_gpa gpa);
uint8_t model_get_byte(const struct model *model, vm_gpa gpa);
void model_set_byte(const struct model *model, vm_gpa gpa, uint8_t value);
int model_status_of(const struct model *model, vm_gpa gpa, uint64_t len);
void model_mark(const struct model *model, vm_gpa gpa, uint64_t len);
void model_peek(const struct model *model, vm_gpa gpa, uint8_t *out,
		uint64_t len);
void model_poke(struct model *model, vm_gpa gpa, const uint8_t *in,
		uint64_t len);
void model_take_bytes(struct source *source, uint8_t *bytes, size_t len);

typedef const char *model_operation(struct model *, struct source *);

/* model_access.c */
model_operation model_do_read;
model_operation model_do_write;
model_operation model_do_fill;
model_operation model_do_copy;
model_operation model_do_word;
model_operation model_do_slice;
model_operation model_do_iovec;
model_operation model_do_file;
model_operation model_do_find;
model_operation model_do_mark;
model_operation model_do_clear;
model_operation model_do_is_dirty;
model_operation model_do_fetch;

/* model_change.c */
model_operation model_do_add;
model_operation model_do_remove;
model_operation model_do_resize;
model_operation model_do_track;
model_operation model_do_discard;
model_operation model_do_old_map;

/* model_view.c */
model_operation model_do_iotlb_map;
model_operation model_do_view;

#endif
