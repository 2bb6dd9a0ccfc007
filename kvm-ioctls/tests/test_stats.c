/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <kvm-ioctls/stats.h>

#include "machine.h"
#include "starve.h"

#define NAME_SIZE 48

static struct machine m;
static struct kvm_stats stats;

/* A statistics file of two descriptors, as the kernel lays it out. */
static struct {
	struct kvm_stats_header header;
	char id[NAME_SIZE];
	struct {
		uint32_t flags;
		int16_t exponent;
		uint16_t size;
		uint32_t offset;
		uint32_t bucket_size;
		char name[NAME_SIZE];
	} desc[2];
	uint64_t data[4];
} file;

static void fill_file(void)
{
	memset(&file, 0, sizeof(file));
	file.header.name_size = NAME_SIZE;
	file.header.num_desc = 2;
	file.header.id_offset = offsetof(__typeof__(file), id);
	file.header.desc_offset = offsetof(__typeof__(file), desc);
	file.header.data_offset = offsetof(__typeof__(file), data);
	strcpy(file.id, "kvm-1/vcpu-0");
	strcpy(file.desc[0].name, "exits");
	file.desc[0].size = 1;
	strcpy(file.desc[1].name, "halt_poll_hist");
	file.desc[1].flags = KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_SECONDS |
			     KVM_STATS_BASE_POW10;
	file.desc[1].exponent = -9;
	file.desc[1].size = 3;
	file.desc[1].offset = 8;
	file.data[0] = 4711;
	file.data[1] = 1;
	file.data[3] = 3;
}

/* The next KVM_GET_STATS_FD gives a file of the first @size bytes. */
static void give_file(size_t size)
{
	int fd = memfd_create("stats", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq((int)write(fd, &file, size), (int)size);
	fail_next(KVM_GET_STATS_FD, fd);
}

START_TEST(statistics_are_named_typed_and_read)
{
	const struct kvm_stat *stat;
	uint64_t values[3] = { 0 };

	machine_init(&m, "", 0);
	fill_file();
	give_file(sizeof(file));
	ck_assert_int_eq(kvm_vcpu_init_stats(&m.vcpu, &stats), 0);
	ck_assert_str_eq(stats.id, "kvm-1/vcpu-0");
	ck_assert_uint_eq(stats.count, 2);
	stat = kvm_stats_find(&stats, "exits");
	ck_assert_ptr_eq(stat, &stats.stats[0]);
	ck_assert_int_eq(kvm_stats_get(&stats, stat, values), 0);
	ck_assert_uint_eq(values[0], 4711);
	stat = kvm_stats_find(&stats, "halt_poll_hist");
	ck_assert_uint_eq(stat->type, KVM_STATS_TYPE_LOG_HIST);
	ck_assert_uint_eq(stat->unit, KVM_STATS_UNIT_SECONDS);
	ck_assert_uint_eq(stat->base, KVM_STATS_BASE_POW10);
	ck_assert_int_eq(stat->exponent, -9);
	ck_assert_uint_eq(stat->size, 3);
	ck_assert_int_eq(kvm_stats_get(&stats, stat, values), 0);
	ck_assert_uint_eq(values[0], 1);
	ck_assert_uint_eq(values[2], 3);
	ck_assert_ptr_null(kvm_stats_find(&stats, "exit"));
	kvm_stats_fini(&stats);
	kvm_stats_fini(&stats);
	machine_fini(&m);
}
END_TEST

START_TEST(unterminated_names_are_terminated)
{
	machine_init(&m, "", 0);
	fill_file();
	memset(file.id, 'i', NAME_SIZE);
	memset(file.desc[0].name, 'n', NAME_SIZE);
	give_file(sizeof(file));
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), 0);
	ck_assert_uint_eq(strlen(stats.id), NAME_SIZE - 1);
	ck_assert_uint_eq(strlen(stats.stats[0].name), NAME_SIZE - 1);
	kvm_stats_fini(&stats);
	machine_fini(&m);
}
END_TEST

/* Cut at every length: each is refused or, with all descriptors, accepted. */
START_TEST(truncated_file_returns_ebadmsg)
{
	uint64_t values[3];

	machine_init(&m, "", 0);
	fill_file();
	for (size_t size = 0; size < file.header.data_offset; size += 4) {
		give_file(size);
		ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -EBADMSG);
		ck_assert_int_eq(stats.handle.fd, -1);
		ck_assert_uint_eq(stats.handle.failed, KVM_CALL_READ);
	}
	give_file(file.header.data_offset + 12);
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), 0);
	ck_assert_int_eq(kvm_stats_get(&stats, &stats.stats[0], values), 0);
	ck_assert_int_eq(kvm_stats_get(&stats, &stats.stats[1], values),
			 -EBADMSG);
	kvm_stats_fini(&stats);
	machine_fini(&m);
}
END_TEST

START_TEST(absurd_header_returns_ebadmsg)
{
	machine_init(&m, "", 0);
	fill_file();
	file.header.name_size = 0;
	give_file(sizeof(file));
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -EBADMSG);
	file.header.name_size = UINT32_MAX;
	give_file(sizeof(file));
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -EBADMSG);
	file.header.name_size = NAME_SIZE;
	file.header.num_desc = UINT32_MAX;
	give_file(sizeof(file));
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -EBADMSG);
	machine_fini(&m);
}
END_TEST

#if CAN_STARVE
START_TEST(memory_that_cannot_be_had_returns_enomem)
{
	int r;

	machine_init(&m, "", 0);
	fill_file();
	file.header.name_size = 4096;
	file.header.num_desc = 65536;
	give_file(sizeof(file));
	starve(true);
	r = kvm_vm_init_stats(&m.vm, &stats);
	starve(false);
	ck_assert_int_eq(r, -ENOMEM);
	ck_assert_uint_eq(stats.handle.failed, KVM_CALL_ALLOC);
	machine_fini(&m);
}
END_TEST
#else
#define memory_that_cannot_be_had_returns_enomem absurd_header_returns_ebadmsg
#endif

START_TEST(unreadable_file_passes_the_error_on)
{
	machine_init(&m, "", 0);
	fail_next(KVM_GET_STATS_FD, open("/", O_RDONLY | O_CLOEXEC));
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -EISDIR);
	ck_assert_uint_eq(stats.handle.failed, KVM_CALL_READ);
	machine_fini(&m);
}
END_TEST

START_TEST(a_kernel_without_statistics_says_so)
{
	machine_init(&m, "", 0);
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -ENOTSUP);
	ck_assert_uint_eq(stats.handle.failed, KVM_GET_STATS_FD);
	ck_assert_ptr_null(stats.stats);
	fail_next(KVM_GET_STATS_FD, -EINVAL);
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), -EINVAL);
	machine_fini(&m);
}
END_TEST

static uint64_t read_exits(void)
{
	const struct kvm_stat *stat = kvm_stats_find(&stats, "exits");
	uint64_t value = 0;

	ck_assert_ptr_nonnull(stat);
	ck_assert_uint_eq(stat->size, 1);
	ck_assert_int_eq(kvm_stats_get(&stats, stat, &value), 0);
	return value;
}

START_TEST(running_a_vcpu_counts_its_exits)
{
	struct kvm_exit exit;
	uint64_t before;

	machine_init(&m, "\xe6\x10\xf4", 3);
	ck_assert_int_eq(kvm_vcpu_init_stats(&m.vcpu, &stats), 0);
	ck_assert_int_eq(fcntl(stats.handle.fd, F_GETFD) & FD_CLOEXEC,
			 FD_CLOEXEC);
	ck_assert_ptr_nonnull(strstr(stats.id, "vcpu-0"));
	before = read_exits();
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit), 0);
	ck_assert_uint_gt(read_exits(), before);
	kvm_stats_fini(&stats);
	ck_assert_int_eq(kvm_vm_init_stats(&m.vm, &stats), 0);
	ck_assert_uint_gt(stats.count, 0);
	kvm_stats_fini(&stats);
	machine_fini(&m);
}
END_TEST

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("stats", running_a_vcpu_counts_its_exits);
	return RUN_TESTS("stats", statistics_are_named_typed_and_read,
			 unterminated_names_are_terminated,
			 truncated_file_returns_ebadmsg,
			 absurd_header_returns_ebadmsg,
			 memory_that_cannot_be_had_returns_enomem,
			 unreadable_file_passes_the_error_on,
			 a_kernel_without_statistics_says_so);
}
