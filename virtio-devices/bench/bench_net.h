/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef VIRTIO_DEVICES_BENCH_NET_H
#define VIRTIO_DEVICES_BENCH_NET_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void must(int r)
{
	if (r < 0) {
		fprintf(stderr, "bench_devices: %s\n", strerror(-r));
		exit(1);
	}
}

/* See bench_devices.c; each is done @n times. */
void net_tx(uint64_t n);
void net_tx_32(uint64_t n);
void net_rx(uint64_t n);
void net_rx_32(uint64_t n);

#endif
