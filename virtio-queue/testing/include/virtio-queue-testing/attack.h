/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What a hostile driver may try, each attack by name.
 *
 * A device passes if it survives every one of them: no crash, no endless loop,
 * and a queue that either goes on or says that it is broken.
 *
 * Threading: as driver.h.
 */
#ifndef VIRTIO_QUEUE_TESTING_ATTACK_H
#define VIRTIO_QUEUE_TESTING_ATTACK_H

#include <stdbool.h>

#include <virtio-queue-testing/driver.h>

#ifdef __cplusplus
extern "C" {
#endif

/** enum virtq_attack - attacks on a running queue */
enum virtq_attack {
	/* A descriptor whose successor is itself. */
	VIRTQ_ATTACK_SELF_LOOP,
	/* A circle through the whole ring. */
	VIRTQ_ATTACK_LONG_LOOP,
	/* A chain head, or packed buffer id, beyond the queue size. */
	VIRTQ_ATTACK_HEAD_RANGE,
	/* A successor that does not exist or is not available. */
	VIRTQ_ATTACK_NEXT_RANGE,
	VIRTQ_ATTACK_INDIRECT_NESTED,
	/* An indirect descriptor that has a successor. */
	VIRTQ_ATTACK_INDIRECT_CHAINED,
	/* A table of 0, 15 and 24 bytes. */
	VIRTQ_ATTACK_INDIRECT_EMPTY,
	VIRTQ_ATTACK_INDIRECT_SHORT,
	VIRTQ_ATTACK_INDIRECT_RAGGED,
	/* A table of nearly 4 GiB. */
	VIRTQ_ATTACK_INDIRECT_HUGE,
	/* A table outside guest memory. */
	VIRTQ_ATTACK_INDIRECT_HOLE,
	/* A table whose end is beyond 2^64. */
	VIRTQ_ATTACK_INDIRECT_WRAP,
	/* A buffer whose end is beyond 2^64. */
	VIRTQ_ATTACK_ADDRESS_WRAP,
	VIRTQ_ATTACK_ZERO_LENGTH,
	/* More than 4 GiB in one chain. */
	VIRTQ_ATTACK_TOTAL_LENGTH,
	/* A buffer outside guest memory: found when it is used. */
	VIRTQ_ATTACK_BUFFER_HOLE,
	VIRTQ_ATTACK_WRITE_ORDER,
	/* More chains than descriptors.  Packed: all descriptors, which the
	 * same attack repeated before their completion offers once more. */
	VIRTQ_ATTACK_AVAIL_JUMP,
	/* The avail index goes back, or the wrap counter is wrong. */
	VIRTQ_ATTACK_AVAIL_BACK,
	VIRTQ_ATTACK_COUNT,
};

/** enum virtq_config_attack - attacks on the configuration of a queue */
enum virtq_config_attack {
	VIRTQ_CONFIG_ATTACK_SIZE_ZERO,
	VIRTQ_CONFIG_ATTACK_SIZE_THREE,
	VIRTQ_CONFIG_ATTACK_SIZE_HUGE,
	VIRTQ_CONFIG_ATTACK_DESC_UNALIGNED,
	VIRTQ_CONFIG_ATTACK_DRIVER_UNALIGNED,
	VIRTQ_CONFIG_ATTACK_DEVICE_UNALIGNED,
	/* Each area outside guest memory. */
	VIRTQ_CONFIG_ATTACK_DESC_HOLE,
	VIRTQ_CONFIG_ATTACK_DRIVER_HOLE,
	VIRTQ_CONFIG_ATTACK_DEVICE_HOLE,
	/* An area whose end is beyond 2^64. */
	VIRTQ_CONFIG_ATTACK_WRAP,
	/* The device area over the driver area, and over the descriptors. */
	VIRTQ_CONFIG_ATTACK_DEVICE_ON_DRIVER,
	VIRTQ_CONFIG_ATTACK_DEVICE_ON_DESC,
	VIRTQ_CONFIG_ATTACK_DRIVER_ON_DESC,
	VIRTQ_CONFIG_ATTACK_COUNT,
};

/** virtq_attack_name - the attack in words, for test output */
const char *virtq_attack_name(enum virtq_attack attack);

/** virtq_config_attack_name - the attack in words, for test output */
const char *virtq_config_attack_name(enum virtq_config_attack attack);

/**
 * virtq_attack_fault - what virtq_pop() has to find
 * @attack: the attack
 * @is_packed: on which ring
 *
 * Returns VIRTQ_FAULT_NONE if virtq_pop() has no reason to fail: what is wrong
 * is found later, or is legal in that ring.
 */
enum virtq_fault virtq_attack_fault(enum virtq_attack attack, bool is_packed);

/**
 * virtq_driver_attack - carry out an attack
 * @driver: a driver with nothing outstanding, of at least 4 descriptors
 * @attack: which
 *
 * Puts the attack where the device looks next and exposes it.  The driver must
 * not be used any more afterwards, except for attacks and to free it.
 */
void virtq_driver_attack(struct virtq_driver *driver, enum virtq_attack attack);

/**
 * virtq_config_attack_error - what virtq_activate() has to return
 * @attack: the attack
 * @is_packed: for which ring
 */
int virtq_config_attack_error(enum virtq_config_attack attack, bool is_packed);

/**
 * virtq_config_spoil - carry out an attack on a configuration
 * @config: a good configuration, to be spoilt
 * @mem: guest memory that ends below 2^63
 * @attack: which
 */
void virtq_config_spoil(struct virtq_config *config, const struct vm_mem *mem,
			enum virtq_config_attack attack);

#ifdef __cplusplus
}
#endif

#endif
