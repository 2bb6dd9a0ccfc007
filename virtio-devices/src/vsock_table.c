/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Connections by their ports.
 *
 * A sorted array: the guest chooses most of the ports, and in an array there
 * is no choice that makes a search longer.  To add a connection moves 64 KiB
 * at most, which is less than what its socket costs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vsock_internal.h"

struct vsock_entry {
	uint64_t key;
	struct vsock_conn *conn;
};

int vsock_table_init(struct vsock_table *table, uint32_t max)
{
	table->entries = calloc(max, sizeof(*table->entries));
	return table->entries ? 0 : -ENOMEM;
}

void vsock_table_fini(struct vsock_table *table)
{
	free(table->entries);
}

static uint64_t make_key(uint32_t guest_port, uint32_t host_port)
{
	return (uint64_t)guest_port << 32 | host_port;
}

/* The first entry whose key is not below @key, or the end. */
static uint32_t find_place(const struct vsock_table *table, uint64_t key)
{
	uint32_t first = 0, end = table->count;

	while (first < end) {
		uint32_t middle = first + (end - first) / 2;

		if (table->entries[middle].key < key)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

struct vsock_conn *vsock_table_find(const struct vsock_table *table,
				    uint32_t guest_port, uint32_t host_port)
{
	uint64_t key = make_key(guest_port, host_port);
	uint32_t i = find_place(table, key);

	if (i == table->count || table->entries[i].key != key)
		return NULL;
	return table->entries[i].conn;
}

void vsock_table_add(struct vsock_table *table, struct vsock_conn *conn)
{
	uint64_t key = make_key(conn->guest_port, conn->host_port);
	uint32_t i = find_place(table, key);
	struct vsock_entry *place = &table->entries[i];

	memmove(place + 1, place, (table->count - i) * sizeof(*place));
	*place = (struct vsock_entry){ key, conn };
	table->count++;
}

void vsock_table_remove(struct vsock_table *table, struct vsock_conn *conn)
{
	uint64_t key = make_key(conn->guest_port, conn->host_port);
	uint32_t i = find_place(table, key);
	struct vsock_entry *place = &table->entries[i];

	table->count--;
	memmove(place, place + 1, (table->count - i) * sizeof(*place));
}
