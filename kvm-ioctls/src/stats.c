/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kvm-ioctls/stats.h>

#include "internal.h"

/* More than any kernel has, so that a bad header costs no more than this. */
#define MAX_NAME_SIZE 4096u
#define MAX_STATS     65536u

/*
 * The file is a header, an id string, one descriptor with its name behind it
 * for each statistic, and the values.  The header says where each begins.
 */
static int read_exactly(struct kvm_stats *stats, void *buf, size_t len,
			uint64_t off)
{
	uint8_t *to = buf;
	ssize_t n;

	while (len) {
		n = pread(stats->handle.fd, to, len, (off_t)off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return kvm_fail(&stats->handle, KVM_CALL_READ, -errno);
		if (n == 0)
			return kvm_fail(&stats->handle, KVM_CALL_READ,
					-EBADMSG);
		to += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return 0;
}

/* Room for the id, and for every descriptor with its name. */
static int alloc_text(struct kvm_stats *stats,
		      const struct kvm_stats_header *header)
{
	size_t desc_size = sizeof(struct kvm_stats_desc) + header->name_size;

	if (!header->name_size || header->name_size > MAX_NAME_SIZE ||
	    header->num_desc > MAX_STATS)
		return kvm_fail(&stats->handle, KVM_CALL_READ, -EBADMSG);
	stats->text = malloc(header->name_size + header->num_desc * desc_size);
	stats->stats = calloc(header->num_desc + 1u, sizeof(*stats->stats));
	if (!stats->text || !stats->stats)
		return kvm_fail(&stats->handle, KVM_CALL_ALLOC, -ENOMEM);
	return 0;
}

static void set_stat(struct kvm_stat *stat, const struct kvm_stats_desc *desc,
		     uint64_t data_offset)
{
	stat->type = desc->flags & KVM_STATS_TYPE_MASK;
	stat->unit = desc->flags & KVM_STATS_UNIT_MASK;
	stat->base = desc->flags & KVM_STATS_BASE_MASK;
	stat->exponent = desc->exponent;
	stat->size = desc->size;
	stat->bucket_size = desc->bucket_size;
	stat->offset = data_offset + desc->offset;
}

static int parse(struct kvm_stats *stats)
{
	struct kvm_stats_header header;
	struct kvm_stats_desc desc;
	size_t desc_size;
	char *at;
	int r;

	r = read_exactly(stats, &header, sizeof(header), 0);
	if (r < 0)
		return r;
	r = alloc_text(stats, &header);
	if (r < 0)
		return r;
	desc_size = sizeof(desc) + header.name_size;
	r = read_exactly(stats, stats->text, header.name_size,
			 header.id_offset);
	if (r < 0)
		return r;
	at = stats->text + header.name_size;
	r = read_exactly(stats, at, header.num_desc * desc_size,
			 header.desc_offset);
	if (r < 0)
		return r;
	stats->id = stats->text;
	stats->text[header.name_size - 1] = '\0';
	for (uint32_t i = 0; i < header.num_desc; i++, at += desc_size) {
		memcpy(&desc, at, sizeof(desc));
		at[desc_size - 1] = '\0';
		stats->stats[i].name = at + sizeof(desc);
		set_stat(&stats->stats[i], &desc, header.data_offset);
	}
	stats->count = header.num_desc;
	return 0;
}

static int init_stats(struct kvm_handle *parent, struct kvm_stats *stats)
{
	int r;

	memset(stats, 0, sizeof(*stats));
	r = kvm_handle_create(&stats->handle, parent, KVM_GET_STATS_FD, 0);
	if (r < 0)
		return r;
	kvm_set_cloexec(stats->handle.fd);
	r = parse(stats);
	if (r < 0)
		kvm_stats_fini(stats);
	return r;
}

int kvm_vm_init_stats(struct kvm_vm_fd *vm, struct kvm_stats *ret_stats)
{
	return init_stats(&vm->handle, ret_stats);
}

int kvm_vcpu_init_stats(struct kvm_vcpu_fd *vcpu, struct kvm_stats *ret_stats)
{
	return init_stats(&vcpu->handle, ret_stats);
}

void kvm_stats_fini(struct kvm_stats *stats)
{
	free(stats->text);
	free(stats->stats);
	stats->text = NULL;
	stats->stats = NULL;
	stats->id = NULL;
	stats->count = 0;
	kvm_handle_close(&stats->handle);
}

const struct kvm_stat *kvm_stats_find(const struct kvm_stats *stats,
				      const char *name)
{
	for (uint32_t i = 0; i < stats->count; i++) {
		if (!strcmp(stats->stats[i].name, name))
			return &stats->stats[i];
	}
	return NULL;
}

int kvm_stats_get(struct kvm_stats *stats, const struct kvm_stat *stat,
		  uint64_t *ret_values)
{
	return read_exactly(stats, ret_values, stat->size * sizeof(*ret_values),
			    stat->offset);
}
