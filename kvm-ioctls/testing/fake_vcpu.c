/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/* vCPUs: scripted exits, kicks, and registers by their ids. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "internal.h"

/* How long to sleep between two looks for a kick. */
#define KICK_POLL_NS 20000

static int push_exit(struct kvm_fake *fake, unsigned long vcpu_id,
		     const struct scripted_exit *exit)
{
	int r;

	pthread_mutex_lock(&fake->lock);
	r = store_push(&fake->store, ITEM_EXIT, vcpu_id, exit, sizeof(*exit));
	pthread_mutex_unlock(&fake->lock);
	return r;
}

static void script(struct scripted_exit *exit, const struct kvm_run *run,
		   int result)
{
	memset(exit, 0, sizeof(*exit));
	exit->result = result;
	exit->reason = run->exit_reason;
	exit->flags = run->flags;
	memcpy(exit->payload, run->padding, sizeof(exit->payload));
}

int kvm_fake_push_run(struct kvm_fake *fake, unsigned long vcpu_id,
		      const struct kvm_run *run, int result)
{
	struct scripted_exit exit;

	script(&exit, run, result);
	return push_exit(fake, vcpu_id, &exit);
}

int kvm_fake_push_exit(struct kvm_fake *fake, unsigned long vcpu_id,
		       uint32_t reason)
{
	struct kvm_run run = { .exit_reason = reason };

	return kvm_fake_push_run(fake, vcpu_id, &run, 0);
}

int kvm_fake_push_io(struct kvm_fake *fake, unsigned long vcpu_id,
		     const struct kvm_exit_io *io)
{
	size_t size = (size_t)io->width * io->count;
	struct kvm_run run = { .exit_reason = KVM_EXIT_IO };
	struct scripted_exit exit;

	if (size > sizeof(exit.data))
		return -EINVAL;
	run.io.direction = io->is_write ? KVM_EXIT_IO_OUT : KVM_EXIT_IO_IN;
	run.io.size = io->width;
	run.io.port = io->port;
	run.io.count = io->count;
	run.io.data_offset = PIO_PAGE * PAGE_SIZE;
	script(&exit, &run, 0);
	exit.data_size = (uint32_t)size;
	if (io->is_write)
		memcpy(exit.data, io->data, size);
	return push_exit(fake, vcpu_id, &exit);
}

int kvm_fake_push_mmio(struct kvm_fake *fake, unsigned long vcpu_id,
		       const struct kvm_exit_mmio *mmio)
{
	struct kvm_run run = { .exit_reason = KVM_EXIT_MMIO };

	if (mmio->len > sizeof(run.mmio.data))
		return -EINVAL;
	run.mmio.phys_addr = mmio->gpa;
	run.mmio.len = mmio->len;
	run.mmio.is_write = mmio->is_write;
	if (mmio->is_write)
		memcpy(run.mmio.data, mmio->data, mmio->len);
	return kvm_fake_push_run(fake, vcpu_id, &run, 0);
}

int kvm_fake_get_answer(struct kvm_fake *fake, unsigned long vcpu_id,
			unsigned int index, void *buf, size_t size)
{
	int r;

	pthread_mutex_lock(&fake->lock);
	r = store_copy(store_find(&fake->store, ITEM_ANSWER, vcpu_id, index),
		       buf, size);
	pthread_mutex_unlock(&fake->lock);
	return r;
}

int kvm_fake_push_coalesced(struct kvm_fake *fake, unsigned long vcpu_id,
			    const struct kvm_coalesced_write *write)
{
	struct kvm_coalesced_mmio_ring *ring;
	struct kvm_coalesced_mmio *entry;
	struct object *vcpu;
	uint32_t count, last;
	int r = 0;

	pthread_mutex_lock(&fake->lock);
	vcpu = fake_vcpu(fake, vcpu_id);
	if (!vcpu) {
		r = -ENOENT;
		goto out;
	}
	ring = (void *)((uint8_t *)vcpu->run +
			KVM_COALESCED_MMIO_PAGE_OFFSET * PAGE_SIZE);
	count = (PAGE_SIZE - sizeof(*ring)) / sizeof(*entry);
	last = ring->last;
	if ((last + 1) % count == ring->first) {
		r = -ENOSPC;
		goto out;
	}
	entry = &ring->coalesced_mmio[last];
	entry->phys_addr = write->addr;
	entry->len = write->len;
	entry->pio = write->space == KVM_IOEVENT_PIO;
	memcpy(entry->data, write->data, sizeof(entry->data));
	/* Pairs with the acquire load in kvm_vcpu_pop_coalesced(). */
	__atomic_store_n(&ring->last, (last + 1) % count, __ATOMIC_RELEASE);
out:
	pthread_mutex_unlock(&fake->lock);
	return r;
}

/* Takes the answer to a read that the last exit asked for. */
static void take_answer(struct kvm_fake *fake, struct object *vcpu)
{
	struct kvm_run *run = vcpu->run;
	const void *data = run->mmio.data;
	size_t size = run->mmio.len;

	if (!vcpu->wants_answer)
		return;
	vcpu->wants_answer = false;
	if (run->exit_reason == KVM_EXIT_IO) {
		data = (uint8_t *)run + run->io.data_offset;
		size = (size_t)run->io.size * run->io.count;
	}
	/* Without memory the answer is missing, and the test sees that. */
	(void)!store_push(&fake->store, ITEM_ANSWER, vcpu->id, data, size);
}

static bool is_read(const struct kvm_run *run)
{
	return (run->exit_reason == KVM_EXIT_IO &&
		run->io.direction == KVM_EXIT_IO_IN) ||
	       (run->exit_reason == KVM_EXIT_MMIO && !run->mmio.is_write);
}

/* The next exit of the script; false when there is none. */
static bool take_exit(struct kvm_fake *fake, struct object *vcpu,
		      int *ret_result)
{
	struct item *item = store_find(&fake->store, ITEM_EXIT, vcpu->id, 0);
	struct kvm_run *run = vcpu->run;
	struct scripted_exit exit;

	if (!item)
		return false;
	memcpy(&exit, item->data, sizeof(exit));
	store_remove(&fake->store, item);
	run->exit_reason = exit.reason;
	run->flags = exit.flags;
	memcpy(run->padding, exit.payload, sizeof(exit.payload));
	if (exit.data_size)
		memcpy((uint8_t *)run + PIO_PAGE * PAGE_SIZE, exit.data,
		       exit.data_size);
	vcpu->wants_answer = exit.result == 0 && is_read(run);
	*ret_result = exit.result;
	return true;
}

static bool is_kicked(struct object *vcpu)
{
	/* Pairs with the store in kvm_vcpu_set_immediate_exit(). */
	return __atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_SEQ_CST);
}

/*
 * A guest that goes on for ever.  A kick sets the flag before its signal
 * comes, so that looking at the flag finds every kick; another signal is
 * noticed while asleep.
 */
static int wait_for_kick(struct object *vcpu)
{
	const struct timespec nap = { .tv_nsec = KICK_POLL_NS };

	while (!is_kicked(vcpu)) {
		if (nanosleep(&nap, NULL) != 0)
			break;
	}
	return -EINTR;
}

int fake_run(struct kvm_fake *fake, struct object *vcpu)
{
	bool scripted = false;
	int r = -EINTR;

	pthread_mutex_lock(&fake->lock);
	take_answer(fake, vcpu);
	if (!is_kicked(vcpu))
		scripted = take_exit(fake, vcpu, &r);
	pthread_mutex_unlock(&fake->lock);
	if (scripted)
		return r;
	r = wait_for_kick(vcpu);
	vcpu->run->exit_reason = KVM_EXIT_INTR;
	return r;
}

static int set_one_reg(struct object *vcpu, unsigned long arg)
{
	struct kvm_one_reg reg;

	memcpy(&reg, fake_pointer(arg), sizeof(reg));
	return store_set(&vcpu->state, ITEM_REG, reg.id, fake_pointer(reg.addr),
			 KVM_REG_SIZE(reg.id));
}

static int get_one_reg(struct object *vcpu, unsigned long arg)
{
	struct kvm_one_reg reg;
	int r;

	memcpy(&reg, fake_pointer(arg), sizeof(reg));
	r = store_copy(store_find(&vcpu->state, ITEM_REG, reg.id, 0),
		       fake_pointer(reg.addr), KVM_REG_SIZE(reg.id));
	return r < 0 ? r : 0;
}

static int get_reg_list(struct object *vcpu, unsigned long arg)
{
	struct kvm_reg_list *list = fake_pointer(arg);
	uint64_t room = list->n, n = 0;
	struct item *item = NULL;

	while ((item = store_next(&vcpu->state, ITEM_REG, item))) {
		if (n < room)
			list->reg[n] = item->key;
		n++;
	}
	list->n = n;
	return n > room ? -E2BIG : 0;
}

static int set_mp_state(struct object *vcpu, unsigned long arg)
{
	struct kvm_mp_state state;

	memcpy(&state, fake_pointer(arg), sizeof(state));
	if (state.mp_state > KVM_MP_STATE_SUSPENDED)
		return -EINVAL;
	return fake_set_state(vcpu, KVM_SET_MP_STATE, arg);
}

static int enable_cap(struct kvm_fake *fake, struct object *vcpu,
		      unsigned long arg)
{
	struct kvm_enable_cap cap;

	memcpy(&cap, fake_pointer(arg), sizeof(cap));
	if (!fake_extension(fake, cap.cap) || cap.flags)
		return -EINVAL;
	return store_set(&vcpu->state, ITEM_ENABLED, cap.cap, &cap,
			 sizeof(cap));
}

int fake_vcpu_ioctl(struct kvm_fake *fake, struct object *vcpu,
		    unsigned long request, unsigned long arg)
{
	switch (request) {
	case KVM_SET_MP_STATE:
		return set_mp_state(vcpu, arg);
	case KVM_GET_MP_STATE:
		return fake_get_state(vcpu, request, KVM_SET_MP_STATE, arg);
	case KVM_SET_SIGNAL_MASK:
	case KVM_SET_GUEST_DEBUG:
		return arg ? fake_set_state(vcpu, request, arg) : 0;
	case KVM_ENABLE_CAP:
		return enable_cap(fake, vcpu, arg);
	case KVM_SET_ONE_REG:
		return set_one_reg(vcpu, arg);
	case KVM_GET_ONE_REG:
		return get_one_reg(vcpu, arg);
	case KVM_GET_REG_LIST:
		return get_reg_list(vcpu, arg);
	case KVM_SET_DEVICE_ATTR:
	case KVM_GET_DEVICE_ATTR:
	case KVM_HAS_DEVICE_ATTR:
		return fake_attr_ioctl(vcpu, request, arg);
	default:
		return fake_arch_vcpu_ioctl(vcpu, request, arg);
	}
}
