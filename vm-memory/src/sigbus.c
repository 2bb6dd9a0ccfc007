/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vm-memory/sigbus.h>

#include "atomic_window.h"
#include "internal.h"

/*
 * All of this is async-signal-safe: loads, atomics, and system calls made
 * directly, because mmap(3) and madvise(3) promise nothing of the kind.
 */

static const struct mem_entry *find_hva(const struct vm_mem *mem,
					const void *addr)
{
	for (size_t i = 0; i < mem->count; i++) {
		const struct mem_entry *entry = &mem->entries[i];

		if ((uintptr_t)addr - (uintptr_t)entry->hva < mem_size(entry))
			return entry;
	}
	return NULL;
}

/* Puts a fresh page where the old one has been lost. */
static int replace_page(struct mem_region *region, uint64_t page)
{
	uint64_t size = region->page_size;
	void *hva = region->hva + page * size;

	if (syscall(SYS_mmap, hva, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
		    0) < 0)
		return -errno;
	if (region->backing.flags & VM_MEM_NODUMP)
		syscall(SYS_madvise, hva, size, MADV_DONTDUMP);
	atomic_fetch_add_explicit(&region->lost_bytes, size,
				  memory_order_relaxed);
	return 0;
}

/*
 * Of several threads that fault on one page, the one that marks it replaces
 * it; the others fault until that is done.  Replacing it once more would lose
 * what has been written meanwhile.  Only hardware can lose a replacement.
 */
static int recover_page(struct mem_region *region, uint64_t page, int code)
{
	int saved = errno;
	int r = 0;

	if (mem_bitmap_set_page(region->lost, page) || code == BUS_MCEERR_AR)
		r = replace_page(region, page);
	if (r < 0)
		mem_bitmap_clear_page(region->lost, page);
	errno = saved;
	return r;
}

int vm_mem_recover(const struct vm_mem *mem, int code, const void *addr,
		   vm_gpa *ret_gpa)
{
	const struct mem_entry *entry;
	struct mem_part part;
	uint64_t off, size;
	int r;

	if (code != BUS_ADRERR && code != BUS_MCEERR_AR)
		return -EINVAL;
	entry = find_hva(mem, addr);
	if (!entry || entry->region->backing.kind == VM_MEM_CALLER)
		return -ENOENT;
	size = entry->region->page_size;
	off = (uint64_t)((const uint8_t *)addr - entry->hva);
	off &= ~(size - 1);
	r = recover_page(entry->region, (mem_region_off(entry) + off) / size,
			 code);
	if (r < 0)
		return r;
	part = (struct mem_part){ entry, entry->hva + off, size };
	mem_mark(&part);
	*ret_gpa = entry->gpa + off;
	return 0;
}

int vm_mem_atomic_recover(struct vm_mem_atomic *atomic, int code,
			  const void *addr, vm_gpa *ret_gpa)
{
	uint64_t *readers = mem_window_enter(atomic);
	int r;

	r = vm_mem_recover(__atomic_load_n(&atomic->current, __ATOMIC_SEQ_CST),
			   code, addr, ret_gpa);
	mem_window_leave(readers);
	return r;
}

int vm_mem_is_lost(const struct vm_mem *mem, vm_gpa gpa, uint64_t len)
{
	struct mem_part part;
	struct mem_walk walk;
	int r = mem_walk(mem, gpa, len, VM_MEM_PERM_NONE, &walk);

	while (!r && mem_next(&walk, &part))
		r = mem_bitmap_any(part.entry->region->lost, part.hva,
				   part.len);
	return r;
}
