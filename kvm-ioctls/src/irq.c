/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kvm-ioctls/irq.h>

#include "internal.h"

int kvm_vm_create_irqchip(struct kvm_vm_fd *vm)
{
	return kvm_call(&vm->handle, KVM_CREATE_IRQCHIP, 0);
}

int kvm_vm_set_irq_line(struct kvm_vm_fd *vm, uint32_t irq, bool level)
{
	struct kvm_irq_level line = { .irq = irq, .level = level };

	return kvm_call_ptr(&vm->handle, KVM_IRQ_LINE, &line);
}

int kvm_vm_set_irq_line_status(struct kvm_vm_fd *vm, uint32_t irq, bool level,
			       int32_t *ret_status)
{
	struct kvm_irq_level line = { .irq = irq, .level = level };
	int r = kvm_call_ptr(&vm->handle, KVM_IRQ_LINE_STATUS, &line);

	if (r < 0)
		return r;
	*ret_status = line.status;
	return 0;
}

int kvm_vm_signal_msi(struct kvm_vm_fd *vm, const struct kvm_msi *msi)
{
	int r = kvm_call_ptr(&vm->handle, KVM_SIGNAL_MSI, msi);

	return r > 1 ? 1 : r;
}

int kvm_vm_set_gsi_routing(struct kvm_vm_fd *vm,
			   const struct kvm_routes *routes)
{
	const struct kvm_irq_routing none = { .nr = 0 };

	return kvm_call_ptr(&vm->handle, KVM_SET_GSI_ROUTING,
			    routes->table ? routes->table : &none);
}

static int set_irqfd(struct kvm_vm_fd *vm, int fd, uint32_t gsi, uint32_t flags,
		     int resample_fd)
{
	struct kvm_irqfd irqfd = {
		.fd = (uint32_t)fd,
		.gsi = gsi,
		.flags = flags,
		.resamplefd = (uint32_t)resample_fd,
	};

	return kvm_call_ptr(&vm->handle, KVM_IRQFD, &irqfd);
}

int kvm_vm_add_irqfd(struct kvm_vm_fd *vm, int fd, uint32_t gsi)
{
	return set_irqfd(vm, fd, gsi, 0, 0);
}

int kvm_vm_add_irqfd_resample(struct kvm_vm_fd *vm, int fd, int resample_fd,
			      uint32_t gsi)
{
	return set_irqfd(vm, fd, gsi, KVM_IRQFD_FLAG_RESAMPLE, resample_fd);
}

int kvm_vm_remove_irqfd(struct kvm_vm_fd *vm, int fd, uint32_t gsi)
{
	return set_irqfd(vm, fd, gsi, KVM_IRQFD_FLAG_DEASSIGN, 0);
}

static bool ioevent_is_valid(const struct kvm_ioevent *event)
{
	switch (event->len) {
	case 0:
		return !event->match;
	case 1:
	case 2:
	case 4:
	case 8:
		return true;
	default:
		return false;
	}
}

static int set_ioeventfd(struct kvm_vm_fd *vm, const struct kvm_ioevent *event,
			 int fd, uint32_t flags)
{
	struct kvm_ioeventfd arg = {
		.datamatch = event->value,
		.addr = event->addr,
		.len = event->len,
		.fd = fd,
		.flags = flags,
	};

	if (!ioevent_is_valid(event))
		return kvm_fail(&vm->handle, KVM_CALL_ARGUMENT, -EINVAL);
	if (event->space == KVM_IOEVENT_PIO)
		arg.flags |= KVM_IOEVENTFD_FLAG_PIO;
	if (event->match)
		arg.flags |= KVM_IOEVENTFD_FLAG_DATAMATCH;
	return kvm_call_ptr(&vm->handle, KVM_IOEVENTFD, &arg);
}

int kvm_vm_add_ioeventfd(struct kvm_vm_fd *vm, const struct kvm_ioevent *event,
			 int fd)
{
	return set_ioeventfd(vm, event, fd, 0);
}

int kvm_vm_remove_ioeventfd(struct kvm_vm_fd *vm,
			    const struct kvm_ioevent *event, int fd)
{
	return set_ioeventfd(vm, event, fd, KVM_IOEVENTFD_FLAG_DEASSIGN);
}
