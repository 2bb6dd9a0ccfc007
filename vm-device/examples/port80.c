/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* A port I/O bus with one device, which shows the POST codes of a firmware. */
#include <stdio.h>

#include <vm-device/bus.h>

static void post_read(void *device, uint64_t off, void *data, size_t len)
{
	unsigned char *code = device;

	(void)off;
	for (size_t i = 0; i < len; i++)
		((unsigned char *)data)[i] = *code;
}

static void post_write(void *device, uint64_t off, const void *data, size_t len)
{
	unsigned char *code = device;

	(void)off;
	*code = ((const unsigned char *)data)[len - 1];
	printf("POST code %#x\n", *code);
}

static const struct vm_bus_ops post_ops = { post_read, post_write };

int main(void)
{
	unsigned char code = 0, answer;
	struct vm_bus_range range = { 0x80, 1, &post_ops, &code };
	struct vm_bus ports;
	int r;

	vm_bus_init(&ports);
	r = vm_bus_add(&ports, &range);
	if (!r)
		r = vm_bus_write(&ports, 0x80, "\x41", 1);
	if (!r)
		r = vm_bus_read(&ports, 0x80, &answer, 1);
	vm_bus_fini(&ports);
	return r || answer != 0x41;
}
