/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <linux/capability.h>
#include <linux/if_tun.h>
#include <sys/syscall.h>

#include "support.h"
#include "tap_support.h"

#define LONGEST "abcdefghijklmno"

static int make(const char *name, bool is_multi_queue)
{
	int fd = -1;

	ck_assert_int_eq(vm_tap_create(name, is_multi_queue, &fd), 0);
	ck_assert_int_ge(fd, 0);
	return fd;
}

/* A descriptor as somebody else would open it. */
static int open_foreign(int flags)
{
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	struct ifreq ifreq = { .ifr_name = "foreign" };

	ck_assert_int_ge(fd, 0);
	ifreq.ifr_flags = (short)flags;
	ck_assert_int_eq(ioctl(fd, TUNSETIFF, &ifreq), 0);
	return fd;
}

static void drop_privileges(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2] = { 0 };

	ck_assert_int_eq((int)syscall(SYS_capget, &header, data), 0);
	data[0].effective &= ~(1u << CAP_NET_ADMIN);
	ck_assert_int_eq((int)syscall(SYS_capset, &header, data), 0);
}

START_TEST(an_interface_is_made_and_opened)
{
	int fd = make("tap0", true);
	struct vm_tap_info info;
	int header = 0, more;

	ck_assert_int_eq(vm_tap_open("tap0", true, &more), 0);
	ck_assert_int_ne(fd, more);
	ck_assert_int_eq(vm_tap_adopt(more, &info), 0);
	ck_assert_str_eq(info.name, "tap0");
	ck_assert(info.is_multi_queue);
	ck_assert_int_eq(ioctl(more, TUNGETVNETHDRSZ, &header), 0);
	ck_assert_int_eq(header, 12);
	ck_assert(fcntl(more, F_GETFL) & O_NONBLOCK);
	ck_assert(fcntl(more, F_GETFD) & FD_CLOEXEC);
	close(more);
	close(fd);
	/* It went with its last descriptor. */
	ck_assert_uint_eq(if_nametoindex("tap0"), 0);
}
END_TEST

START_TEST(a_number_is_found)
{
	int first = make("tap%d", false);
	int second = make("tap%d", false);
	struct vm_tap_info info;

	ck_assert_int_eq(vm_tap_adopt(second, &info), 0);
	ck_assert_str_eq(info.name, "tap1");
	ck_assert(!info.is_multi_queue);
	close(first);
	close(second);
}
END_TEST

START_TEST(a_name_has_a_length)
{
	const char *names[] = { "", LONGEST "p" };
	int fd = -1;

	ck_assert_int_eq(vm_tap_open(names[_i], false, &fd), -EINVAL);
	ck_assert_int_eq(vm_tap_create(names[_i], false, &fd), -EINVAL);
	ck_assert_int_eq(vm_tap_is_up(names[_i]), -EINVAL);
	ck_assert_int_eq(fd, -1);
	close(make(LONGEST, false));
}
END_TEST

START_TEST(opening_makes_no_interface)
{
	int fd = -1;

	ck_assert_int_eq(vm_tap_open("tap7", false, &fd), -ENODEV);
	ck_assert_int_eq(fd, -1);
	ck_assert_int_eq(vm_tap_is_up("tap7"), -ENODEV);
}
END_TEST

START_TEST(making_opens_no_interface)
{
	int fd = make("tap0", true);
	int more = -1;

	ck_assert_int_eq(vm_tap_create("tap0", true, &more), -EEXIST);
	ck_assert_int_eq(more, -1);
	close(fd);
}
END_TEST

START_TEST(an_interface_of_another_kind_is_refused)
{
	int fd = make("tap0", _i);
	int more = -1;

	ck_assert_int_eq(vm_tap_open("lo", false, &more), -EINVAL);
	ck_assert_int_eq(vm_tap_open("tap0", !_i, &more), -EINVAL);
	ck_assert_int_eq(more, -1);
	close(fd);
}
END_TEST

START_TEST(an_interface_has_one_user)
{
	int fd = make("tap0", false);
	int more = -1;

	ck_assert_int_eq(vm_tap_open("tap0", false, &more), -EBUSY);
	ck_assert_int_eq(more, -1);
	close(fd);
}
END_TEST

START_TEST(names_take_privileges)
{
	int fd = make("tap0", true);
	int more = -1;

	ck_assert_int_eq(ioctl(fd, TUNSETOWNER, 1), 0);
	drop_privileges();
	ck_assert_int_eq(vm_tap_create("tap1", false, &more), -EPERM);
	ck_assert_int_eq(vm_tap_open("tap0", true, &more), -EPERM);
	ck_assert_int_eq(more, -1);
	close(fd);
}
END_TEST

START_TEST(descriptors_take_no_privileges)
{
	int fd = open_foreign(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR);
	struct vm_tap_info info;
	unsigned int offloads;
	int header = 0;

	drop_privileges();
	ck_assert_int_eq(vm_tap_adopt(fd, &info), 0);
	ck_assert_str_eq(info.name, "foreign");
	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ck_assert_int_eq(ioctl(fd, TUNGETVNETHDRSZ, &header), 0);
	ck_assert_int_eq(header, 12);
	ck_assert_int_eq(vm_tap_find_offloads(fd, &offloads), 0);
	ck_assert_int_eq(vm_tap_set_offloads(fd, offloads), 0);
	close(fd);
}
END_TEST

START_TEST(only_a_tap_with_headers_is_adopted)
{
	const int flags[] = {
		IFF_TUN | IFF_NO_PI | IFF_VNET_HDR,
		IFF_TAP | IFF_NO_PI,
	};
	int fd = open_foreign(flags[_i]);

	ck_assert_int_eq(vm_tap_adopt(fd, NULL), -EINVAL);
	ck_assert(!(fcntl(fd, F_GETFL) & O_NONBLOCK));
	close(fd);
}
END_TEST

START_TEST(a_descriptor_of_something_else_is_refused)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fresh = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int unix_socket = socket(AF_UNIX, SOCK_DGRAM, 0);

	ck_assert_int_eq(vm_tap_adopt(null, NULL), -ENOTTY);
	ck_assert_int_eq(vm_tap_adopt(unix_socket, NULL), -ENOTTY);
	ck_assert_int_eq(vm_tap_adopt(fresh, NULL), -EBADFD);
	ck_assert_int_eq(vm_tap_adopt(-1, NULL), -EBADF);
	close(null);
	close(fresh);
	close(unix_socket);
}
END_TEST

START_TEST(an_interface_is_up_or_down)
{
	int fd = make("tap0", false);

	ck_assert_int_eq(vm_tap_is_up("tap0"), 0);
	ck_assert_int_eq(set_up("tap0", true), 0);
	ck_assert_int_eq(vm_tap_is_up("tap0"), 1);
	ck_assert_int_eq(set_up("tap0", false), 0);
	ck_assert_int_eq(vm_tap_is_up("tap0"), 0);
	close(fd);
}
END_TEST

START_TEST(offloads_are_found_and_set)
{
	const unsigned int least = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;
	int fd = make("tap0", false);
	unsigned int offloads = 0;

	ck_assert_int_eq(vm_tap_find_offloads(fd, &offloads), 0);
	ck_assert_uint_eq(offloads & least, least);
	ck_assert_int_eq(vm_tap_set_offloads(fd, offloads), 0);
	ck_assert_int_eq(vm_tap_set_offloads(fd, 0), 0);
	ck_assert_int_eq(vm_tap_set_offloads(fd, 1u << 31), -EINVAL);
	ck_assert_int_eq(vm_tap_set_offloads(fd, TUN_F_CSUM | TUN_F_TSO_ECN),
			 -EINVAL);
	close(fd);
	ck_assert_int_eq(vm_tap_find_offloads(fd, &offloads), -EBADF);
}
END_TEST

START_TEST(a_queue_takes_part_or_not)
{
	int fd = make("tap0", true);
	int single = make("tap1", false);
	int more;

	ck_assert_int_eq(vm_tap_open("tap0", true, &more), 0);
	ck_assert_int_eq(vm_tap_set_queue(more, true), -EINVAL);
	ck_assert_int_eq(vm_tap_set_queue(more, false), 0);
	ck_assert_int_eq(vm_tap_set_queue(more, false), -EINVAL);
	ck_assert(!is_queue_used(more));
	ck_assert_int_eq(vm_tap_set_queue(more, true), 0);
	ck_assert(is_queue_used(more));
	ck_assert_int_eq(vm_tap_set_queue(single, false), -EINVAL);
	ck_assert_int_eq(vm_tap_set_queue(-1, false), -EBADF);
	close(fd);
	close(more);
	close(single);
}
END_TEST

int main(void)
{
	const struct loop_test tests[] = {
		ONCE(an_interface_is_made_and_opened),
		ONCE(a_number_is_found),
		TIMES(a_name_has_a_length, 2),
		ONCE(opening_makes_no_interface),
		ONCE(making_opens_no_interface),
		TIMES(an_interface_of_another_kind_is_refused, 2),
		ONCE(an_interface_has_one_user),
		ONCE(names_take_privileges),
		ONCE(descriptors_take_no_privileges),
		TIMES(only_a_tap_with_headers_is_adopted, 2),
		ONCE(a_descriptor_of_something_else_is_refused),
		ONCE(an_interface_is_up_or_down),
		ONCE(offloads_are_found_and_set),
		ONCE(a_queue_takes_part_or_not),
	};

	if (!enter_network())
		return SKIP;
	return run_tests("tap", tests, sizeof(tests) / sizeof(tests[0]));
}
