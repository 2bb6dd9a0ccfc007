/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <stdatomic.h>

#include "hostile.h"

/* In the zero page of the Linux boot protocol. */
#define CMDLINE_PTR 0x228

#define COM1 0x3f8
#define LSR  (COM1 + 5)
#define THRE 0x20

/* How many times a device is started for nonsense, alone and in company. */
#define ROUNDS 32

/* entry.S */
_Noreturn void power_off(void);
void start_other(void);
void hostile_main(uint64_t zero_page);
_Noreturn void hostile_other(void);

/* How long the other processor may take to start. */
#define PATIENCE 100000000

/* What the other processor is to attack, or NULL, and how often it has. */
static struct device *_Atomic victim;
static atomic_uint accesses;
static atomic_bool is_busy;

/* The same numbers in every run; the high bits are the better ones. */
uint32_t random(void)
{
	static uint64_t state = 1;

	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(state >> 33);
}

static void pause(void)
{
	__asm__ volatile("pause");
}

static void write_char(uint8_t c)
{
	uint8_t status;

	do {
		__asm__ volatile("inb %1, %0"
				 : "=a"(status)
				 : "d"((uint16_t)LSR));
	} while (!(status & THRE));
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)COM1));
}

static void write_text(const char *text)
{
	while (*text)
		write_char((uint8_t)*text++);
}

void say(const struct device *device, const char *what, const char *after)
{
	write_char((uint8_t)('0' + device->index));
	write_char(' ');
	write_text(what);
	if (after) {
		write_char(' ');
		write_text(after);
	}
	write_char('\n');
}

static void prove(struct device *device, const char *after)
{
	if (!device_works(device))
		say(device, "does not work after", after);
}

/* The whole program but for the other processor, on one device. */
static void attack(struct device *device)
{
	/* No zeroes, which are page 0 for a balloon. */
	fill(DATA, UINT64_C(0x8080808080808080), 0x30000);
	attack_registers(device);
	prove(device, "registers");
	attack_status(device);
	prove(device, "status");
	attack_configs(device);
	prove(device, "queue addresses");
	attack_rings(device);
	prove(device, "rings");
	attack_requests(device, ROUNDS);
	prove(device, "requests");
}

/* Both at once, where nothing is sure but that it must not matter. */
static void attack_together(struct device *device)
{
	unsigned int before = accesses;

	victim = device;
	attack_requests(device, ROUNDS);
	for (unsigned int i = 0; accesses == before && i < PATIENCE; i++)
		pause();
	if (accesses == before)
		say(device, "was attacked by one processor only", NULL);
	victim = NULL;
	while (is_busy)
		pause();
	prove(device, "two processors");
}

_Noreturn void hostile_other(void)
{
	for (;;) {
		struct device *device;

		/* Before the look, so that who takes the victim away sees it. */
		is_busy = true;
		device = victim;
		if (device) {
			attack_register(device);
			accesses++;
		}
		is_busy = false;
		pause();
	}
}

static void attack_all(struct device *devices, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		attack(&devices[i]);
	start_other();
	for (unsigned int i = 0; i < count; i++)
		attack_together(&devices[i]);
}

/* With a command line that begins with o, for obey, there is no attack. */
void hostile_main(uint64_t zero_page)
{
	static struct device devices[10];
	uint64_t cmdline = get32(zero_page + CMDLINE_PTR);
	unsigned int count = 0;

	while (count < COUNT(devices) && device_find(&devices[count], count))
		count++;
	if ((get32(cmdline) & 0xff) != 'o')
		attack_all(devices, count);
	for (unsigned int i = 0; i < count; i++) {
		if (device_works(&devices[i]))
			say(&devices[i], "works", NULL);
	}
	power_off();
}
