/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* --net: a network card on a tap. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <virtio-devices/net.h>
#include <virtio-devices/tap.h>

#include "keys.h"
#include "message.h"
#include "vmm.h"

#define NS_PER_S UINT64_C(1000000000)

#define CSUM (VIRTQ_BIT(VIRTIO_NET_F_CSUM) | VIRTQ_BIT(VIRTIO_NET_F_GUEST_CSUM))
#define TSO                                   \
	(VIRTQ_BIT(VIRTIO_NET_F_HOST_TSO4) |  \
	 VIRTQ_BIT(VIRTIO_NET_F_HOST_TSO6) |  \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_TSO4) | \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_TSO6))
#define UFO \
	(VIRTQ_BIT(VIRTIO_NET_F_HOST_UFO) | VIRTQ_BIT(VIRTIO_NET_F_GUEST_UFO))
#define USO                                   \
	(VIRTQ_BIT(VIRTIO_NET_F_HOST_USO) |   \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_USO4) | \
	 VIRTQ_BIT(VIRTIO_NET_F_GUEST_USO6))

struct net {
	int fds[VM_VIRTIO_NET_MAX_PAIRS];
	unsigned int fd_count;
	struct vm_virtio_net *net;
};

/* What --net may say. */
struct net_options {
	const char *tap;
	const char *mac_text;
	uint8_t mac[6];
	uint64_t fd;
	uint64_t mtu;
	uint64_t queues;
	uint64_t bps;
	bool csum;
	bool tso;
	bool ufo;
	bool uso;
};

static void net_free(void *impl)
{
	struct net *net = impl;

	vm_virtio_net_free(net->net);
	for (unsigned int i = 0; i < net->fd_count; i++)
		close(net->fds[i]);
	free(net);
}

static int parse_mac(const char *text, uint8_t mac[6])
{
	int end = -1;

	/* Or else it would take signs and spaces. */
	if (strlen(text) != 17 ||
	    strspn(text, "0123456789abcdefABCDEF:") != 17 ||
	    sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0],
		   &mac[1], &mac[2], &mac[3], &mac[4], &mac[5], &end) != 6 ||
	    text[end])
		return fail(EXIT_BAD_USAGE,
			    "--net: mac=%s: expected six pairs of digits, such "
			    "as 52:54:00:12:34:56",
			    text);
	if (mac[0] & 1)
		return fail(EXIT_BAD_CONFIG,
			    "--net: mac=%s: that is an address of many; make "
			    "the first pair an even number",
			    text);
	return OPTIONS_RUN;
}

static int parse(char *value, struct net_options *options)
{
	const struct key keys[] = {
		{ "tap", KEY_TEXT, &options->tap },
		{ "fd", KEY_NUMBER, &options->fd },
		{ "mac", KEY_TEXT, &options->mac_text },
		{ "mtu", KEY_NUMBER, &options->mtu },
		{ "queues", KEY_NUMBER, &options->queues },
		{ "bps", KEY_SIZE, &options->bps },
		{ "offload_csum", KEY_SWITCH, &options->csum },
		{ "offload_tso", KEY_SWITCH, &options->tso },
		{ "offload_ufo", KEY_SWITCH, &options->ufo },
		{ "offload_uso", KEY_SWITCH, &options->uso },
	};
	int r = keys_parse("--net", value, keys,
			   sizeof(keys) / sizeof(keys[0]));

	if (r != OPTIONS_RUN)
		return r;
	if (!options->tap == !options->fd)
		return fail(EXIT_BAD_USAGE,
			    "--net: expected one of tap=NAME and fd=NUMBER");
	if (options->queues < 1 || options->queues > VM_VIRTIO_NET_MAX_PAIRS)
		return fail(EXIT_BAD_CONFIG, "--net: queues= is 1 to %d",
			    VM_VIRTIO_NET_MAX_PAIRS);
	if (options->fd && options->queues > 1)
		return fail(EXIT_BAD_CONFIG,
			    "--net: with fd= there is one queue");
	if (options->mtu && (options->mtu < VM_VIRTIO_NET_MIN_MTU ||
			     options->mtu > VM_VIRTIO_NET_MAX_MTU))
		return fail(EXIT_BAD_CONFIG, "--net: mtu= is %d to %d",
			    VM_VIRTIO_NET_MIN_MTU, VM_VIRTIO_NET_MAX_MTU);
	if (options->mac_text)
		return parse_mac(options->mac_text, options->mac);
	return OPTIONS_RUN;
}

static int tap_failed(const struct net_options *options, int r)
{
	const char *reason = strerror(-r);

	if (r == -ENODEV)
		reason = "there is no such interface; `ip tuntap add NAME mode "
			 "tap` makes one";
	else if (r == -EPERM || r == -EACCES)
		reason = "no permission; `ip tuntap add` takes the name of its "
			 "user, or pass an open one with fd=";
	else if (r == -EBUSY)
		reason = "another process uses it";
	else if (r == -EINVAL)
		reason = options->queues > 1 ? "no tap with several queues; "
					       "`ip tuntap add` takes "
					       "multi_queue"
					     : "not a tap, or one with several "
					       "queues: say queues=2";
	return fail(EXIT_BAD_CONFIG, "--net tap=%s: %s", options->tap, reason);
}

static int open_tap(struct net *net, const struct net_options *options)
{
	bool is_multi_queue = options->queues > 1;
	int r;

	for (uint64_t i = 0; i < options->queues; i++) {
		r = vm_tap_open(options->tap, is_multi_queue, &net->fds[i]);
		if (r)
			return tap_failed(options, r);
		net->fd_count++;
	}
	r = vm_tap_is_up(options->tap);
	if (!r)
		return fail(EXIT_BAD_CONFIG,
			    "--net tap=%s: it is down; `ip link set %s up`",
			    options->tap, options->tap);
	return r < 0 ? tap_failed(options, r) : OPTIONS_RUN;
}

/* A number is below that of any file of ours, or it is none of the caller's. */
static int adopt_fd(struct net *net, const struct net_options *options)
{
	int fd = options->fd > INT32_MAX ? -1 : (int)options->fd;
	int r = vm_tap_adopt(fd, NULL);

	if (r)
		return fail(EXIT_BAD_CONFIG, "--net fd=%llu: %s",
			    (unsigned long long)options->fd,
			    r == -EBADF	   ? "not an open descriptor"
			    : r == -ENOTTY ? "not a tap"
			    : r == -EBADFD ? "not connected to an interface"
			    : r == -EINVAL ? "not a tap with IFF_VNET_HDR"
					   : strerror(-r));
	net->fds[net->fd_count++] = fd;
	return OPTIONS_RUN;
}

static int make(struct virtio *virtio, struct net *net,
		const struct net_options *options)
{
	const struct vm_rate_limit limit = { options->bps, NS_PER_S, 0 };
	struct vm_virtio_net_config config = {
		.host = virtio_host(virtio),
		.fds = net->fds,
		.pairs = (uint16_t)options->queues,
		.mtu = (uint16_t)options->mtu,
		.rx_bytes = limit,
		.tx_bytes = limit,
	};
	int r;

	config.host.without =
		(options->csum ? 0 : CSUM) | (options->tso ? 0 : TSO) |
		(options->ufo ? 0 : UFO) | (options->uso ? 0 : USO);
	memcpy(config.mac, options->mac, sizeof(config.mac));
	r = vm_virtio_net_new(&config, &net->net);
	if (r)
		return host_error(virtio->name, r);
	virtio->device = vm_virtio_net_device(net->net);
	return OPTIONS_RUN;
}

int net_new(struct virtio *virtio, char *value)
{
	struct net_options options = {
		.queues = 1, .csum = true, .tso = true, .ufo = true, .uso = true
	};
	struct net *net;
	int r = parse(value, &options);

	if (r != OPTIONS_RUN)
		return r;
	net = calloc(1, sizeof(*net));
	if (!net)
		return host_error(virtio->name, -ENOMEM);
	virtio->impl = net;
	virtio->free = net_free;
	r = options.tap ? open_tap(net, &options) : adopt_fd(net, &options);
	return r == OPTIONS_RUN ? make(virtio, net, &options) : r;
}
