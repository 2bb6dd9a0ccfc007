/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __x86_64__
#include <kvm-ioctls/x86.h>
#endif

#include "machine.h"

bool on_fake;
struct kvm_fake *fake;

static void skip(const char *why)
{
	printf("skipped: %s\n", why);
	exit(EXIT_SKIP);
}

static void require_kvm(void)
{
	struct kvm_fd kvm;
	char line[256];
	int r = kvm_init(&kvm, NULL);

	if (r < 0) {
		kvm_explain(&kvm.handle, r, line, sizeof(line));
		skip(line);
	}
	kvm_fini(&kvm);
#ifndef __x86_64__
	skip("the guest code of these tests is for x86");
#endif
}

void choose_kvm(int argc, char **argv)
{
	if (argc != 2 ||
	    (strcmp(argv[1], "fake") != 0 && strcmp(argv[1], "kvm") != 0)) {
		fprintf(stderr, "usage: %s fake|kvm\n", argv[0]);
		exit(2);
	}
	on_fake = !strcmp(argv[1], "fake");
	if (!on_fake)
		require_kvm();
}

void open_kvm(struct kvm_fd *kvm)
{
	if (!on_fake) {
		ck_assert_int_eq(kvm_init(kvm, NULL), 0);
		return;
	}
	if (!fake)
		ck_assert_int_eq(kvm_fake_new(&fake), 0);
	ck_assert_int_eq(kvm_fake_init(fake, kvm), 0);
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

static void set_registers(struct machine *m)
{
#ifdef __x86_64__
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
#else
	(void)m;
#endif
}

void machine_add_vcpu(struct machine *m)
{
	ck_assert_int_eq(kvm_vcpu_init(&m->vcpu, &m->vm, 0), 0);
	set_registers(m);
}

static void init(struct machine *m, const void *code, size_t size, bool irqchip)
{
	open_kvm(&m->kvm);
	ck_assert_int_eq(kvm_vm_init(&m->vm, &m->kvm, 0), 0);
	if (irqchip)
		ck_assert_int_eq(kvm_vm_create_irqchip(&m->vm), 0);
	add_ram(m);
	memcpy(m->ram + GUEST_CODE, code, size);
	machine_add_vcpu(m);
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
	kvm_fake_free(fake);
	fake = NULL;
}

static void expect_io(const struct kvm_exit_io *io)
{
	if (fake)
		ck_assert_int_eq(kvm_fake_push_io(fake, 0, io), 0);
}

void expect_output(uint16_t port, uint8_t width, uint32_t count,
		   const void *data)
{
	uint8_t copy[64];

	memcpy(copy, data, (size_t)width * count);
	expect_io(&(struct kvm_exit_io){ .data = copy,
					 .port = port,
					 .width = width,
					 .count = count,
					 .is_write = true });
}

void expect_input(uint16_t port, uint8_t width)
{
	expect_io(&(struct kvm_exit_io){
		.port = port, .width = width, .count = 1 });
}

void expect_mmio(uint64_t gpa, uint8_t len, const void *data_or_null)
{
	uint8_t data[8] = { 0 };
	struct kvm_exit_mmio mmio = {
		.data = data,
		.gpa = gpa,
		.len = len,
		.is_write = data_or_null,
	};

	if (data_or_null)
		memcpy(data, data_or_null, len);
	if (fake)
		ck_assert_int_eq(kvm_fake_push_mmio(fake, 0, &mmio), 0);
}

void expect_exit(uint32_t reason)
{
	if (fake)
		ck_assert_int_eq(kvm_fake_push_exit(fake, 0, reason), 0);
}

static uint8_t get_answer(struct machine *m)
{
	uint8_t answer;
#ifdef __x86_64__
	struct kvm_regs regs;

	if (!fake) {
		ck_assert_int_eq(kvm_vcpu_get_regs(&m->vcpu, &regs), 0);
		return (uint8_t)regs.rax;
	}
#endif
	(void)m;
	ck_assert_int_eq(kvm_fake_get_answer(fake, 0, 0, &answer, 1), 1);
	return answer;
}

void check_answer(struct machine *m, uint8_t value)
{
	ck_assert_uint_eq(get_answer(m), value);
}

void fail_next(unsigned long request, int err)
{
	const struct kvm_fake_reply reply = {
		.request = request,
		.result = err,
	};

	ck_assert_int_eq(kvm_fake_push_reply(fake, &reply), 0);
}
