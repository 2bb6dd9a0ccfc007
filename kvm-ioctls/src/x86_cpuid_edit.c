/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <kvm-ioctls/cpuid.h>

#define LEAF_FEATURES	  0x1u
#define FEATURES_EDX_HTT  (1u << 28)
#define LEAF_CACHE	  0x4u
#define LEAF_TOPOLOGY	  0xbu
#define LEAF_TOPOLOGY_V2  0x1fu
#define LEVEL_THREAD	  (1u << 8)
#define LEVEL_CORE	  (2u << 8)
#define LEAF_AMD_SIZES	  0x80000008u
#define LEAF_AMD_CACHE	  0x8000001du
#define LEAF_AMD_TOPOLOGY 0x8000001eu

struct kvm_cpuid_entry2 *kvm_cpuid_find(struct kvm_cpuid2 *cpuid,
					uint32_t function, uint32_t index)
{
	for (uint32_t i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == function &&
		    (entry->index == index ||
		     !(entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX)))
			return entry;
	}
	return NULL;
}

int kvm_cpuid_add(struct kvm_cpuid2 **cpuid,
		  const struct kvm_cpuid_entry2 *entry)
{
	/* The caller's may be an entry of the table, which may move. */
	const struct kvm_cpuid_entry2 copy = *entry;
	uint32_t nent = (*cpuid)->nent;
	struct kvm_cpuid2 *larger;

	larger = realloc(*cpuid, sizeof(*larger) + (nent + 1) * sizeof(copy));
	if (!larger)
		return -ENOMEM;
	larger->entries[nent] = copy;
	larger->nent = nent + 1;
	*cpuid = larger;
	return 0;
}

void kvm_cpuid_remove(struct kvm_cpuid2 *cpuid, uint32_t function)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < cpuid->nent; i++) {
		if (cpuid->entries[i].function != function)
			cpuid->entries[kept++] = cpuid->entries[i];
	}
	cpuid->nent = kept;
}

/* Bits that hold the numbers 0 to @count - 1. */
static uint32_t width_of(uint32_t count)
{
	uint32_t width = 0;

	while (1u << width < count)
		width++;
	return width;
}

/* Replaces the bits of *@value that @mask has. */
static void put(uint32_t *value, uint32_t mask, uint32_t bits)
{
	*value = (*value & ~mask) | (bits & mask);
}

static void set_cache(struct kvm_cpuid_entry2 *entry, uint32_t cores)
{
	uint32_t level = entry->eax >> 5 & 7;
	uint32_t sharing = level > 2 ? cores : 1;

	/* Type 0 is the entry behind the last cache. */
	if (!(entry->eax & 0x1f))
		return;
	put(&entry->eax, 0xfffu << 14, (sharing - 1) << 14);
	/* Cores in the package; the bits are reserved in AMD's leaf. */
	if (entry->function == LEAF_CACHE)
		put(&entry->eax, 0x3fu << 26, (cores - 1) << 26);
}

static void set_entry(struct kvm_cpuid_entry2 *entry, uint32_t id,
		      uint32_t cores)
{
	switch (entry->function) {
	case LEAF_FEATURES:
		put(&entry->ebx, 0xffffu << 16, id << 24 | cores << 16);
		put(&entry->edx, FEATURES_EDX_HTT,
		    cores > 1 ? FEATURES_EDX_HTT : 0);
		break;
	case LEAF_CACHE:
	case LEAF_AMD_CACHE:
		set_cache(entry, cores);
		break;
	case LEAF_AMD_SIZES:
		put(&entry->ecx, 0xf0ff, width_of(cores) << 12 | (cores - 1));
		break;
	case LEAF_AMD_TOPOLOGY:
		entry->eax = id;
		put(&entry->ebx, 0xffff, id);
		put(&entry->ecx, 0x7ff, 0);
		break;
	default:
		break;
	}
}

static int add_level(struct kvm_cpuid2 **cpuid, uint32_t index, uint32_t type,
		     uint32_t count, uint32_t id)
{
	struct kvm_cpuid_entry2 entry = {
		.function = LEAF_TOPOLOGY,
		.index = index,
		.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
		.eax = width_of(count),
		.ebx = count,
		.ecx = index | type,
		.edx = id,
	};

	return kvm_cpuid_add(cpuid, &entry);
}

int kvm_cpuid_set_topology(struct kvm_cpuid2 **cpuid, uint32_t id,
			   uint32_t cores)
{
	int r;

	if (!cores || cores > KVM_CPUID_CORES_MAX || id >= cores)
		return -EINVAL;
	for (uint32_t i = 0; i < (*cpuid)->nent; i++)
		set_entry(&(*cpuid)->entries[i], id, cores);
	kvm_cpuid_remove(*cpuid, LEAF_TOPOLOGY_V2);
	kvm_cpuid_remove(*cpuid, LEAF_TOPOLOGY);
	r = add_level(cpuid, 0, LEVEL_THREAD, 1, id);
	if (r)
		return r;
	return add_level(cpuid, 1, LEVEL_CORE, cores, id);
}
