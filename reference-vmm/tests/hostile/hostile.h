/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest that attacks its virtio devices, and afterwards finds out whether
 * they still work for a driver that obeys.  It runs without anything below it:
 * an address is a pointer, there are no interrupts, and all that it waits for
 * is bounded.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(n)	     (UINT64_C(1) << (n))

/* Where the VMM has its devices. */
#define DEVICES	    0xd0000000u
#define DEVICE_SIZE 0x1000u

/*
 * The machine has 64 MiB; the program ends well below RINGS.  A device is told
 * of no memory but that from RINGS on, and no buffer is outside of DATA, so
 * that no attack that is carried out hits the program.
 */
#define RINGS	    UINT64_C(0x1800000)
#define RING_STRIDE 0x400
#define DRIVER_AREA 0x200
#define DEVICE_AREA 0x280
#define TABLES	    0x3c0
#define DATA	    UINT64_C(0x2000000)
#define DATA_END    UINT64_C(0x3000000)
#define RAM_END	    UINT64_C(0x4000000)

#define MAX_QUEUES  16
#define ALL_QUEUES  MAX_QUEUES
#define QUEUE_SIZE  32
#define BUFFER_SIZE 0x4000u

/* The driver's side of a queue; the three areas are as in 2.7 and 2.8. */
struct ring {
	uint64_t desc;
	uint64_t driver;
	uint64_t device;
	uint64_t tables; /* room for indirect tables */
	uint16_t size;
	bool is_packed;
	uint16_t next; /* free-running: how many descriptors were offered */
	uint16_t used; /* how many were taken back */
};

struct device {
	unsigned int index;
	uint64_t regs;
	uint32_t id;
	uint64_t offered;
	uint64_t features;
	unsigned int queue_count;
	struct ring rings[MAX_QUEUES];
};

struct buffer {
	uint64_t addr;
	uint32_t len;
	bool is_writable;
};

/* main.c */
uint32_t random(void);
void say(const struct device *device, const char *what, const char *after);

/* driver.c: what a driver that obeys does, and what an attack is made of. */
uint32_t get32(uint64_t addr);
void put8(uint64_t addr, uint8_t value);
void put16(uint64_t addr, uint16_t value);
void put32(uint64_t addr, uint32_t value);
void put64(uint64_t addr, uint64_t value);
/* @len is a multiple of 8: whoever emulates instructions is slow with bytes. */
void fill(uint64_t addr, uint64_t value, uint32_t len);

uint32_t reg_read(const struct device *device, unsigned int reg);
void reg_write(const struct device *device, unsigned int reg, uint32_t value);
bool device_find(struct device *device, unsigned int index);
bool device_negotiate(struct device *device, uint64_t wanted);
void device_set_queue(const struct device *device, unsigned int queue,
		      const struct ring *ring);
/* Up to DRIVER_OK, with one queue or with ALL_QUEUES. */
bool device_start(struct device *device, uint64_t wanted, unsigned int queue);
void device_kick(const struct device *device, uint32_t queue);
/* Waits, but not for long, for a sign that a notification was seen. */
void device_settle(const struct device *device, unsigned int queue);

/* Puts a descriptor at a free-running position of the ring. */
void ring_put(const struct ring *ring, uint16_t pos, uint64_t addr,
	      uint32_t len, uint16_t flags, uint16_t link);
/* Makes what was put at ring->next visible: in split, @head, @count times. */
void ring_expose(struct ring *ring, uint16_t head, uint16_t count);
/* Puts a chain of @count buffers, and exposes it. */
void ring_offer(struct ring *ring, const struct buffer *buffers,
		unsigned int count);
bool ring_has_used(const struct ring *ring);

/* works.c: reset the device, and have one request of each kind carried out. */
bool device_works(struct device *device);

/* The attacks; each leaves the device as it happens to be. */
void attack_register(const struct device *device);
void attack_registers(struct device *device);
void attack_status(struct device *device);
void attack_configs(struct device *device);
void attack_rings(struct device *device);
void attack_requests(struct device *device, unsigned int rounds);

#endif
