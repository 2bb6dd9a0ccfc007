/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * How a VMM is tested without hardware: the fake plays a guest that writes to
 * a port, reads from a device, and halts.
 */
#include <stdio.h>

#include <kvm-ioctls-testing/fake.h>
#include <kvm-ioctls/vcpu.h>

/* The VMM's part, which does not know that its KVM is not the kernel. */
static int run(struct kvm_fd *kvm)
{
	struct kvm_vcpu_fd vcpu = { .run = NULL };
	struct kvm_exit exit = { .reason = 0 };
	struct kvm_vm_fd vm;
	char line[512];
	int r;

	r = kvm_vm_init(&vm, kvm, 0);
	if (r == 0)
		r = kvm_vcpu_init(&vcpu, &vm, 0);
	while (r == 0 && exit.reason != KVM_EXIT_HLT) {
		r = kvm_vcpu_run(&vcpu, &exit);
		if (r < 0)
			break;
		kvm_exit_format(&exit, line, sizeof(line));
		puts(line);
		if (exit.reason == KVM_EXIT_MMIO && !exit.mmio.is_write)
			exit.mmio.data[0] = 0x5a;
	}
	kvm_vcpu_fini(&vcpu);
	kvm_vm_fini(&vm);
	return r;
}

/* The test's part: what the guest does, and what it must have got. */
int main(void)
{
	const struct kvm_exit_mmio read = { .gpa = 0xd0000000, .len = 1 };
	struct kvm_exit_io write = {
		.data = (uint8_t[]){ 'h', 'i' },
		.port = 0x3f8,
		.width = 1,
		.count = 2,
		.is_write = true,
	};
	struct kvm_fake *fake;
	unsigned char answer;
	struct kvm_fd kvm;
	int failed = 1;

	if (kvm_fake_new(&fake) < 0)
		return 1;
	if (kvm_fake_push_io(fake, 0, &write) == 0 &&
	    kvm_fake_push_mmio(fake, 0, &read) == 0 &&
	    kvm_fake_push_exit(fake, 0, KVM_EXIT_HLT) == 0 &&
	    kvm_fake_init(fake, &kvm) == 0) {
		failed = run(&kvm) < 0 ||
			 kvm_fake_get_answer(fake, 0, 0, &answer, 1) != 1 ||
			 answer != 0x5a;
		kvm_fini(&kvm);
	}
	kvm_fake_free(fake);
	return failed;
}
