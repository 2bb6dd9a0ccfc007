/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "machine.h"

void require_kvm(void)
{
	struct kvm_fd kvm;
	char line[256];
	int r = kvm_init(&kvm, NULL);

	if (r == 0) {
		kvm_fini(&kvm);
		return;
	}
	kvm_explain(&kvm.handle, r, line, sizeof(line));
	printf("skipped: /dev/kvm: %s\n", line);
	exit(EXIT_SKIP);
}

static void add_ram(struct machine *m)
{
	struct kvm_userspace_memory_region region = {
		.memory_size = GUEST_RAM_SIZE,
	};

	m->ram = mmap(NULL, GUEST_RAM_SIZE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(m->ram, MAP_FAILED);
	region.userspace_addr = (uintptr_t)m->ram;
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&m->vm, &region), 0);
}

void machine_reset(struct machine *m)
{
	struct kvm_regs regs = {
		.rip = GUEST_CODE,
		.rsp = GUEST_CODE,
		.rflags = 2,
	};
	struct kvm_sregs sregs;

	ck_assert_int_eq(kvm_vcpu_get_sregs(&m->vcpu, &sregs), 0);
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	ck_assert_int_eq(kvm_vcpu_set_sregs(&m->vcpu, &sregs), 0);
	ck_assert_int_eq(kvm_vcpu_set_regs(&m->vcpu, &regs), 0);
}

static void init(struct machine *m, const void *code, size_t size, bool irqchip)
{
	ck_assert_int_eq(kvm_init(&m->kvm, NULL), 0);
	ck_assert_int_eq(kvm_vm_init(&m->vm, &m->kvm, 0), 0);
	if (irqchip)
		ck_assert_int_eq(kvm_vm_create_irqchip(&m->vm), 0);
	add_ram(m);
	memcpy(m->ram + GUEST_CODE, code, size);
	ck_assert_int_eq(kvm_vcpu_init(&m->vcpu, &m->vm, 0), 0);
	machine_reset(m);
}

void machine_init(struct machine *m, const void *code, size_t size)
{
	init(m, code, size, false);
}

void machine_init_irqchip(struct machine *m, const void *code, size_t size)
{
	init(m, code, size, true);
}

void machine_fini(struct machine *m)
{
	kvm_vcpu_fini(&m->vcpu);
	kvm_vm_fini(&m->vm);
	kvm_fini(&m->kvm);
	munmap(m->ram, GUEST_RAM_SIZE);
}
