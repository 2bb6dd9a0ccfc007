/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "machine.h"

START_TEST(init_opens_a_close_on_exec_descriptor)
{
	struct kvm_fd kvm;

	ck_assert_int_eq(kvm_init(&kvm, NULL), 0);
	ck_assert_int_gt(kvm.handle.fd, 0);
	ck_assert_int_eq(fcntl(kvm.handle.fd, F_GETFD) & FD_CLOEXEC,
			 FD_CLOEXEC);
	ck_assert_uint_eq(kvm.handle.failed, KVM_CALL_NONE);
	kvm_fini(&kvm);
	ck_assert_int_eq(kvm.handle.fd, -1);
}
END_TEST

START_TEST(init_of_an_absent_device_returns_enoent)
{
	struct kvm_fd kvm;

	ck_assert_int_eq(kvm_init(&kvm, "/dev/no-such-kvm"), -ENOENT);
	ck_assert_int_eq(kvm.handle.fd, -1);
	ck_assert_uint_eq(kvm.handle.failed, KVM_CALL_OPEN);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(init_of_another_device_returns_enotty)
{
	struct kvm_fd kvm;

	ck_assert_int_eq(kvm_init(&kvm, "/dev/null"), -ENOTTY);
	ck_assert_int_eq(kvm.handle.fd, -1);
	ck_assert_uint_eq(kvm.handle.failed, KVM_GET_API_VERSION);
}
END_TEST

START_TEST(init_from_fd_takes_a_kvm_descriptor)
{
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct kvm_fd kvm;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(kvm_init_from_fd(&kvm, fd, NULL), 0);
	ck_assert_int_eq(kvm.handle.fd, fd);
	kvm_fini(&kvm);
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
}
END_TEST

START_TEST(init_from_fd_leaves_a_refused_descriptor_open)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct kvm_fd kvm;

	ck_assert_int_eq(kvm_init_from_fd(&kvm, fd, NULL), -ENOTTY);
	ck_assert_int_ge(fcntl(fd, F_GETFD), 0);
	close(fd);
	ck_assert_int_eq(kvm_init_from_fd(&kvm, fd, NULL), -EBADF);
}
END_TEST

START_TEST(fini_accepts_a_zeroed_handle)
{
	struct kvm_fd kvm = { .handle = { .fd = 0 } };

	kvm_fini(&kvm);
	ck_assert_int_ge(fcntl(STDIN_FILENO, F_GETFD), 0);
}
END_TEST

START_TEST(limits_are_positive_and_ordered)
{
	struct kvm_fd kvm;

	open_kvm(&kvm);
	ck_assert_int_gt(kvm_recommended_vcpus(&kvm), 0);
	ck_assert_int_ge(kvm_max_vcpus(&kvm), kvm_recommended_vcpus(&kvm));
	ck_assert_int_ge(kvm_max_vcpu_id(&kvm), kvm_max_vcpus(&kvm));
	ck_assert_int_ge(kvm_max_memslots(&kvm), 32);
	ck_assert_int_ge(kvm_vcpu_mmap_size(&kvm), (int)sizeof(struct kvm_run));
	kvm_fini(&kvm);
}
END_TEST

START_TEST(check_extension_of_an_unknown_one_is_zero)
{
	struct kvm_fd kvm;

	open_kvm(&kvm);
	ck_assert_int_eq(kvm_check_extension(&kvm, KVM_CAP_USER_MEMORY), 1);
	ck_assert_int_eq(kvm_check_extension(&kvm, 0x7fffffff), 0);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(limits_have_defaults_where_the_kernel_is_silent)
{
	static const unsigned int caps[] = {
		KVM_CAP_NR_VCPUS,
		KVM_CAP_MAX_VCPUS,
		KVM_CAP_MAX_VCPU_ID,
		KVM_CAP_NR_MEMSLOTS,
	};
	struct kvm_fd kvm;

	open_kvm(&kvm);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(kvm_fake_set_extension(fake, caps[i], 0), 0);
	ck_assert_int_eq(kvm_recommended_vcpus(&kvm), 4);
	ck_assert_int_eq(kvm_max_vcpus(&kvm), 4);
	ck_assert_int_eq(kvm_max_vcpu_id(&kvm), 4);
	ck_assert_int_eq(kvm_max_memslots(&kvm), 32);
	kvm_fini(&kvm);
}
END_TEST

START_TEST(another_api_version_returns_enotsup)
{
	struct kvm_fd kvm;

	ck_assert_int_eq(kvm_fake_new(&fake), 0);
	fail_next(KVM_GET_API_VERSION, 11);
	ck_assert_int_eq(kvm_fake_init(fake, &kvm), -ENOTSUP);
	ck_assert_uint_eq(kvm.handle.failed, KVM_CALL_VERSION);
	ck_assert_int_eq(kvm.handle.fd, -1);
}
END_TEST

START_TEST(device_that_the_user_may_not_open_returns_eacces)
{
	char path[] = "/tmp/kvm-ioctls-XXXXXX";
	int fd = mkstemp(path);
	struct kvm_fd kvm;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fchmod(fd, 0), 0);
	/* Root may open anything: be nobody, in this process of its own. */
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_int_eq(kvm_init(&kvm, path), -EACCES);
	ck_assert_ptr_nonnull(kvm_hint(kvm.handle.failed, -EACCES));
	(void)!seteuid(0);
	unlink(path);
	close(fd);
}
END_TEST

START_TEST(node_without_a_driver_returns_enxio)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct kvm_fd kvm;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/kvm-ioctls-%d",
		 (int)getpid());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(kvm_init(&kvm, addr.sun_path), -ENXIO);
	ck_assert_ptr_nonnull(kvm_hint(kvm.handle.failed, -ENXIO));
	unlink(addr.sun_path);
	close(fd);
}
END_TEST

/* As /dev/kvm is where udev makes it and the module is not loaded. */
START_TEST(node_of_an_absent_module_returns_enodev)
{
	char path[40];
	struct kvm_fd kvm;

	snprintf(path, sizeof(path), "/tmp/kvm-ioctls-node-%d", (int)getpid());
	/* 10 is for miscellaneous devices, and none of them is number 255. */
	ck_assert_int_eq(mknod(path, S_IFCHR | 0600, makedev(10, 255)), 0);
	ck_assert_int_eq(kvm_init(&kvm, path), -ENODEV);
	ck_assert_ptr_nonnull(kvm_hint(kvm.handle.failed, -ENODEV));
	unlink(path);
}
END_TEST

/* Only root may make a device node, and not in every container. */
static bool may_make_nodes(void)
{
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/tmp/kvm-ioctls-null-%d", (int)getpid());
	if (mknod(path, S_IFCHR | 0600, makedev(1, 3)) != 0)
		return false;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	unlink(path);
	return fd >= 0;
}

START_TEST(init_says_why_it_cannot_open)
{
	struct kvm_fd kvm;

	ck_assert_int_eq(kvm_init(&kvm, "/"), -EISDIR);
	ck_assert_uint_eq(kvm.handle.failed, KVM_CALL_OPEN);
	ck_assert_int_eq(kvm_init(&kvm, "/dev/null/kvm"), -ENOTDIR);
}
END_TEST

#define COMMON_TESTS                                                           \
	init_of_an_absent_device_returns_enoent,                               \
		init_of_another_device_returns_enotty,                         \
		fini_accepts_a_zeroed_handle, limits_are_positive_and_ordered, \
		check_extension_of_an_unknown_one_is_zero

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("kvm", COMMON_TESTS,
				 init_opens_a_close_on_exec_descriptor,
				 init_from_fd_takes_a_kvm_descriptor,
				 init_from_fd_leaves_a_refused_descriptor_open);
	return RUN_TESTS("kvm", COMMON_TESTS,
			 limits_have_defaults_where_the_kernel_is_silent,
			 another_api_version_returns_enotsup,
			 device_that_the_user_may_not_open_returns_eacces,
			 node_without_a_driver_returns_enxio,
			 may_make_nodes()
				 ? node_of_an_absent_module_returns_enodev
				 : node_without_a_driver_returns_enxio,
			 init_says_why_it_cannot_open);
}
