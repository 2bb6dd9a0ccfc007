/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#ifndef TESTING_INTERNAL_H
#define TESTING_INTERNAL_H

#include <pthread.h>
#include <sys/types.h>

#include <kvm-ioctls-testing/fake.h>
#include <kvm-ioctls/dirty.h>

#include "store.h"

#define PAGE_SIZE 4096u

/* As the kernel has them on x86; the others have no page of port data. */
#define RUN_PAGES	  3
#define PIO_PAGE	  1
#define DIRTY_RING_PAGE	  64
#define MAX_RING_ENTRIES  65536u
#define MIN_RING_ENTRIES  (PAGE_SIZE / sizeof(struct kvm_dirty_gfn))
#define MAX_VCPU_ID	  4096
#define FAKE_MAX_VCPUS	  1024
#define FAKE_MAX_MEMSLOTS 509
#define MAX_CPUID_ENTRIES 256
#define MAX_SPLIT_PINS	  4096
#define MAX_ROUTES	  4096

/* riscv64's <asm/kvm.h> has it since Linux 6.5. */
#ifndef KVM_NR_IRQCHIPS
#define KVM_NR_IRQCHIPS 1
#endif

/* Kinds of what an object's store holds; ioctl requests are kinds as well. */
enum item_kind {
	ITEM_EXTENSION = 1,
	ITEM_REPLY,
	ITEM_EXIT,
	ITEM_ANSWER,
	ITEM_SLOT,
	ITEM_DIRTY,
	ITEM_IRQFD,
	ITEM_IOEVENT,
	ITEM_ATTR,
	ITEM_REG,
	ITEM_MSR,
	ITEM_ENABLED,
	ITEM_PENDING,
};

enum object_type { OBJECT_KVM, OBJECT_VM, OBJECT_VCPU, OBJECT_DEVICE };

/*
 * One descriptor that the fake gave out: a memfd, which is told from another
 * by its inode, so that a stranger's descriptor of the same number is not
 * taken for it.
 */
struct object {
	struct object *next;
	struct object *vm; /* of a vCPU or device */
	enum object_type type;
	dev_t dev;
	ino_t ino;
	unsigned long id; /* vCPU id, or device type */
	struct store state;
	/* Virtual machines */
	unsigned int vcpus;
	uint32_t ring_entries;
	bool has_irqchip;
	bool has_pit;
	/* vCPUs */
	struct kvm_run *run;
	size_t map_size;
	uint32_t ring_next;
	bool wants_answer;
};

struct kvm_fake {
	struct kvm_backend backend;
	pthread_mutex_t lock;
	struct object *objects;
	struct store store; /* extensions, replies, exits, answers */
	struct store calls; /* of their own, for they are many */
};

/* An exit to come: what is put into struct kvm_run, and KVM_RUN's result. */
struct scripted_exit {
	int result;
	uint32_t reason;
	uint16_t flags;
	uint8_t payload[256];
	uint32_t data_size;
	uint8_t data[PAGE_SIZE];
};

/* Makes a memfd and the object behind it; returns the descriptor. */
int fake_new_object(struct kvm_fake *fake, enum object_type type,
		    struct object *vm, unsigned long id, size_t map_size);

int fake_extension(struct kvm_fake *fake, unsigned long cap);

/* The vCPU of this id in whichever machine, or NULL. */
struct object *fake_vcpu(struct kvm_fake *fake, unsigned long id);

/* Each handles the requests of one type of object, under the lock. */
int fake_vm_ioctl(struct kvm_fake *fake, struct object *vm,
		  unsigned long request, unsigned long arg);
int fake_vcpu_ioctl(struct kvm_fake *fake, struct object *vcpu,
		    unsigned long request, unsigned long arg);
int fake_dirty_ioctl(struct kvm_fake *fake, struct object *vm,
		     unsigned long request, unsigned long arg);
int fake_attr_ioctl(struct object *object, unsigned long request,
		    unsigned long arg);

/* What only some architecture has; -ENOTTY for what it does not know. */
int fake_arch_system_ioctl(struct kvm_fake *fake, unsigned long request,
			   unsigned long arg);
int fake_arch_vm_ioctl(struct object *vm, unsigned long request,
		       unsigned long arg);
int fake_arch_vcpu_ioctl(struct object *vcpu, unsigned long request,
			 unsigned long arg);

/*
 * SET stores what it is given under its own number, GET gives what @set
 * stored, or zeroes.
 */
int fake_set_state(struct object *object, unsigned long request,
		   unsigned long arg);
int fake_get_state(struct object *object, unsigned long request,
		   unsigned long set, unsigned long arg);

/* KVM_RUN; takes and drops the lock itself. */
int fake_run(struct kvm_fake *fake, struct object *vcpu);

/* Bytes of the structure behind an argument, its variable part included. */
size_t fake_argument_size(unsigned long request, unsigned long arg);

/* The pointer that an ioctl's argument is. */
static inline void *fake_pointer(unsigned long arg)
{
	return (void *)arg;
}

#endif
