/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest of 16 bytes that prints through port 0x3f8.  Ends with 77, the code
 * of a skipped test, where KVM cannot be opened.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <kvm-ioctls/x86.h>

#define PAGE 0x1000

/* Real mode, loaded at address PAGE. */
static const char guest[] = "\xbe\x10\x10" /* mov $text, %si */
			    "\xba\xf8\x03" /* mov $0x3f8, %dx */
			    "\xb9\x0d\x00" /* mov $13, %cx */
			    "\xf3\x6e" /* rep outsb */
			    "\xf4" /* hlt */
			    "\0\0\0\0"
			    "Hello, world\n"; /* text, at 0x1010 */

static int fail(const struct kvm_handle *handle, int err)
{
	char line[256];

	kvm_explain(handle, err, line, sizeof(line));
	fprintf(stderr, "hello: %s\n", line);
	return 1;
}

/* Runs the guest until it halts, and prints what it writes. */
static int run(struct kvm_vcpu_fd *vcpu)
{
	struct kvm_exit exit;
	char line[512];
	int r;

	for (;;) {
		r = kvm_vcpu_run(vcpu, &exit);
		if (r < 0)
			return fail(&vcpu->handle, r);
		if (exit.reason == KVM_EXIT_HLT)
			return 0;
		if (exit.reason != KVM_EXIT_IO || !exit.io.is_write)
			break;
		fwrite(exit.io.data, exit.io.width, exit.io.count, stdout);
	}
	kvm_exit_format(&exit, line, sizeof(line));
	fprintf(stderr, "hello: %s\n", line);
	return 1;
}

static int start(struct kvm_vcpu_fd *vcpu)
{
	struct kvm_regs regs = { .rip = PAGE, .rflags = 2 };
	struct kvm_sregs sregs;
	int r = kvm_vcpu_get_sregs(vcpu, &sregs);

	if (r < 0)
		return r;
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	r = kvm_vcpu_set_sregs(vcpu, &sregs);
	return r < 0 ? r : kvm_vcpu_set_regs(vcpu, &regs);
}

int main(void)
{
	void *ram = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct kvm_userspace_memory_region region = {
		.memory_size = 2 * PAGE,
		.userspace_addr = (uintptr_t)ram,
	};
	struct kvm_vcpu_fd vcpu;
	struct kvm_vm_fd vm;
	struct kvm_fd kvm;
	int r;

	if (ram == MAP_FAILED)
		return 1;
	memcpy((char *)ram + PAGE, guest, sizeof(guest));
	r = kvm_init(&kvm, NULL);
	if (r < 0)
		return fail(&kvm.handle, r) ? 77 : 0;
	r = kvm_vm_init(&vm, &kvm, 0);
	if (r < 0)
		return fail(&vm.handle, r);
	r = kvm_vm_set_user_memory_region(&vm, &region);
	if (r < 0)
		return fail(&vm.handle, r);
	r = kvm_vcpu_init(&vcpu, &vm, 0);
	if (r < 0)
		return fail(&vcpu.handle, r);
	r = start(&vcpu);
	if (r < 0)
		return fail(&vcpu.handle, r);
	r = run(&vcpu);
	kvm_vcpu_fini(&vcpu);
	kvm_vm_fini(&vm);
	kvm_fini(&kvm);
	return r;
}
