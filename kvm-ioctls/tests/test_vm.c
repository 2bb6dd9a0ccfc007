/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "machine.h"

#define PAGE 0x1000u

static struct kvm_fd kvm;
static struct kvm_vm_fd vm;
static struct kvm_userspace_memory_region region;

static void setup(void)
{
	void *ram = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(ram, MAP_FAILED);
	open_kvm(&kvm);
	ck_assert_int_eq(kvm_vm_init(&vm, &kvm, 0), 0);
	region = (struct kvm_userspace_memory_region){
		.guest_phys_addr = 16 * PAGE,
		.memory_size = 4 * PAGE,
		.userspace_addr = (uintptr_t)ram,
	};
}

static void teardown(void)
{
	munmap((void *)(uintptr_t)region.userspace_addr, 4 * PAGE);
	kvm_vm_fini(&vm);
	kvm_fini(&kvm);
	kvm_fake_free(fake);
	fake = NULL;
}

START_TEST(init_gives_a_close_on_exec_machine)
{
	setup();
	ck_assert_int_eq(fcntl(vm.handle.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq((int)vm.run_size, kvm_vcpu_mmap_size(&kvm));
	ck_assert_uint_eq(vm.handle.failed, KVM_CALL_NONE);
	teardown();
}
END_TEST

START_TEST(init_of_an_unknown_type_names_the_call)
{
	struct kvm_vm_fd other;

	setup();
	ck_assert_int_eq(kvm_vm_init(&other, &kvm, 0x12345), -EINVAL);
	ck_assert_int_eq(other.handle.fd, -1);
	ck_assert_uint_eq(other.handle.failed, KVM_CREATE_VM);
	kvm_vm_fini(&other);
	teardown();
}
END_TEST

START_TEST(machine_outlives_the_system_handle)
{
	setup();
	kvm_fini(&kvm);
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), 0);
	teardown();
}
END_TEST

START_TEST(unaligned_memory_returns_einval)
{
	setup();
	region.guest_phys_addr += 1;
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), -EINVAL);
	ck_assert_uint_eq(vm.handle.failed, KVM_SET_USER_MEMORY_REGION);
	teardown();
}
END_TEST

START_TEST(overlapping_memory_returns_eexist)
{
	setup();
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), 0);
	region.slot = 1;
	region.guest_phys_addr += PAGE;
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), -EEXIST);
	teardown();
}
END_TEST

START_TEST(removed_memory_can_be_added_elsewhere)
{
	setup();
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), 0);
	region.memory_size = 0;
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), 0);
	region.slot = 1;
	region.memory_size = 4 * PAGE;
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), 0);
	teardown();
}
END_TEST

START_TEST(region2_adds_memory_or_is_not_supported)
{
	struct kvm_userspace_memory_region2 region2 = { .slot = 3 };
	int r;

	setup();
	region2.guest_phys_addr = region.guest_phys_addr;
	region2.memory_size = region.memory_size;
	region2.userspace_addr = region.userspace_addr;
	r = kvm_vm_set_user_memory_region2(&vm, &region2);
	if (kvm_vm_check_extension(&vm, KVM_CAP_USER_MEMORY2) == 1)
		ck_assert_int_eq(r, 0);
	else
		ck_assert_int_eq(r, -ENOTSUP);
	teardown();
}
END_TEST

START_TEST(enable_cap_of_an_unknown_one_returns_einval)
{
	struct kvm_enable_cap cap = { .cap = 0x7fffffff };

	setup();
	ck_assert_int_eq(kvm_vm_enable_cap(&vm, &cap), -EINVAL);
	ck_assert_uint_eq(vm.handle.failed, KVM_ENABLE_CAP);
	teardown();
}
END_TEST

START_TEST(resized_memory_returns_einval)
{
	setup();
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), 0);
	region.memory_size -= PAGE;
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), -EINVAL);
	teardown();
}
END_TEST

START_TEST(region2_passes_the_guest_memfd)
{
	struct kvm_userspace_memory_region2 region2 = {
		.flags = KVM_MEM_GUEST_MEMFD,
		.memory_size = PAGE,
		.guest_memfd = 33,
	}, seen;

	setup();
	ck_assert_int_eq(kvm_vm_set_user_memory_region2(&vm, &region2), 0);
	ck_assert_int_eq(kvm_fake_get_argument(fake,
					       KVM_SET_USER_MEMORY_REGION2, 0,
					       &seen, sizeof(seen)),
			 sizeof(seen));
	ck_assert_mem_eq(&seen, &region2, sizeof(seen));
	teardown();
}
END_TEST

START_TEST(memory_may_run_out_of_the_kernels_own)
{
	setup();
	fail_next(KVM_SET_USER_MEMORY_REGION, -ENOMEM);
	ck_assert_int_eq(kvm_vm_set_user_memory_region(&vm, &region), -ENOMEM);
	teardown();
}
END_TEST

START_TEST(init_passes_the_kernels_errors_on)
{
	static const int errors[] = { -EBUSY, -ENOMEM, -EMFILE };
	struct kvm_vm_fd other;

	setup();
	for (int i = 0; i < 3; i++) {
		fail_next(KVM_CREATE_VM, errors[i]);
		ck_assert_int_eq(kvm_vm_init(&other, &kvm, 0), errors[i]);
		ck_assert_uint_eq(other.handle.failed, KVM_CREATE_VM);
	}
	teardown();
}
END_TEST

START_TEST(a_run_structure_that_is_too_small_returns_ebadmsg)
{
	struct kvm_vm_fd other;

	setup();
	fail_next(KVM_GET_VCPU_MMAP_SIZE, 512);
	ck_assert_int_eq(kvm_vm_init(&other, &kvm, 0), -EBADMSG);
	ck_assert_int_eq(other.handle.fd, -1);
	ck_assert_uint_eq(other.handle.failed, KVM_GET_VCPU_MMAP_SIZE);
	teardown();
}
END_TEST

/* A process without standard input gets 0 for the next descriptor. */
START_TEST(descriptor_zero_is_neither_kept_nor_leaked)
{
	struct machine m;

	close(STDIN_FILENO);
	machine_init(&m, "", 0);
	ck_assert_int_gt(m.kvm.handle.fd, 0);
	ck_assert_int_gt(m.vm.handle.fd, 0);
	ck_assert_int_gt(m.vcpu.handle.fd, 0);
	ck_assert_int_eq(fcntl(m.vm.handle.fd, F_GETFD), FD_CLOEXEC);
	machine_fini(&m);
	ck_assert_int_eq(fcntl(STDIN_FILENO, F_GETFD), -1);
}
END_TEST

START_TEST(descriptor_zero_that_cannot_move_returns_emfile)
{
	struct rlimit before, two;
	struct kvm_fd other;

	open_kvm(&kvm);
	/* Descriptor 1 is taken: somebody reads what the tests say. */
	ck_assert_int_eq(dup2(kvm.handle.fd, STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	two = (struct rlimit){ 2, before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &two), 0);
	ck_assert_int_eq(kvm_init_from_fd(&other, STDIN_FILENO,
					  kvm.handle.backend),
			 -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_eq(other.handle.fd, -1);
	ck_assert_int_eq(fcntl(STDIN_FILENO, F_GETFD), 0);
	kvm_fini(&kvm);
}
END_TEST

#define COMMON_TESTS                                             \
	init_gives_a_close_on_exec_machine,                      \
		descriptor_zero_is_neither_kept_nor_leaked,      \
		descriptor_zero_that_cannot_move_returns_emfile, \
		init_of_an_unknown_type_names_the_call,          \
		machine_outlives_the_system_handle,              \
		unaligned_memory_returns_einval,                 \
		overlapping_memory_returns_eexist,               \
		resized_memory_returns_einval,                   \
		removed_memory_can_be_added_elsewhere,           \
		region2_adds_memory_or_is_not_supported,         \
		enable_cap_of_an_unknown_one_returns_einval

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("vm", COMMON_TESTS);
	return RUN_TESTS("vm", COMMON_TESTS, region2_passes_the_guest_memfd,
			 memory_may_run_out_of_the_kernels_own,
			 init_passes_the_kernels_errors_on,
			 a_run_structure_that_is_too_small_returns_ebadmsg);
}
