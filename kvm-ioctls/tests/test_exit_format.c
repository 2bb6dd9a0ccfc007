/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>

#include <kvm-ioctls/exit.h>

#include "runner.h"

static char line[512];

static const char *format(const struct kvm_exit *exit)
{
	int len = kvm_exit_format(exit, line, sizeof(line));

	ck_assert_int_eq(len, (int)strlen(line));
	return line;
}

START_TEST(every_reason_of_the_header_has_its_name)
{
	for (uint32_t reason = 0; reason <= KVM_EXIT_SNP_REQ_CERTS; reason++)
		ck_assert_int_eq(strncmp(kvm_exit_name(reason), "KVM_EXIT_", 9),
				 0);
	ck_assert_str_eq(kvm_exit_name(KVM_EXIT_MMIO), "KVM_EXIT_MMIO");
	ck_assert_str_eq(kvm_exit_name(44), "an unknown exit");
}
END_TEST

START_TEST(exit_without_payload_is_its_name)
{
	struct kvm_exit exit = { .reason = KVM_EXIT_SHUTDOWN };

	ck_assert_str_eq(format(&exit), "KVM_EXIT_SHUTDOWN");
	exit.reason = 1000;
	ck_assert_str_eq(format(&exit), "an unknown exit, reason 1000");
}
END_TEST

START_TEST(io_shows_its_data)
{
	uint8_t data[] = "0123456789abcdefgh";
	struct kvm_exit exit = {
		.reason = KVM_EXIT_IO,
		.io = { .data = data,
			.count = 2,
			.port = 0x3f8,
			.width = 1,
			.is_write = true },
	};

	ck_assert_str_eq(
		format(&exit),
		"KVM_EXIT_IO: write to port 0x3f8, width 1, count 2: 30 31");
	exit.io.count = 18;
	ck_assert_ptr_nonnull(strstr(format(&exit), " 65 66 ..."));
	exit.io.is_write = false;
	ck_assert_str_eq(
		format(&exit),
		"KVM_EXIT_IO: read from port 0x3f8, width 1, count 18");
}
END_TEST

START_TEST(mmio_shows_address_and_data)
{
	uint8_t data[] = { 1, 2, 3, 4 };
	struct kvm_exit exit = {
		.reason = KVM_EXIT_MMIO,
		.mmio = { .data = data,
			  .gpa = 0xfec00000,
			  .len = 4,
			  .is_write = true },
	};

	ck_assert_str_eq(
		format(&exit),
		"KVM_EXIT_MMIO: write to 0xfec00000, length 4: 01 02 03 04");
}
END_TEST

START_TEST(internal_error_names_the_instruction)
{
	struct kvm_exit exit = {
		.reason = KVM_EXIT_INTERNAL_ERROR,
		.internal = { .suberror = KVM_INTERNAL_ERROR_EMULATION,
			      .ndata = 1,
			      .data = { 0x10 },
			      .insn_len = 2,
			      .insn = { 0x0f, 0xae } },
	};

	ck_assert_str_eq(
		format(&exit),
		"KVM_EXIT_INTERNAL_ERROR: suberror 1, emulation of an instruction failed, instruction bytes 0f ae, data 0x10");
	exit.internal.suberror = 55;
	exit.internal.insn_len = 0;
	exit.internal.ndata = 0;
	ck_assert_str_eq(format(&exit),
			 "KVM_EXIT_INTERNAL_ERROR: suberror 55, unknown");
}
END_TEST

START_TEST(system_event_is_named)
{
	struct kvm_exit exit = {
		.reason = KVM_EXIT_SYSTEM_EVENT,
		.system_event = { .type = KVM_SYSTEM_EVENT_RESET,
				  .ndata = 1,
				  .data = { 1 } },
	};

	ck_assert_str_eq(format(&exit),
			 "KVM_EXIT_SYSTEM_EVENT: type 2, reset, data 0x1");
}
END_TEST

/* struct kvm_run with a plausible payload for any reason. */
static void check_reason(struct kvm_run *run, size_t size, uint32_t reason)
{
	struct kvm_exit exit;

	memset(run->padding, 0x01, sizeof(run->padding));
	run->exit_reason = reason;
	if (reason == KVM_EXIT_IO) {
		run->io.data_offset = 0x1000;
		run->io.count = 4;
	}
	if (reason == KVM_EXIT_MMIO)
		run->mmio.len = 3;
	ck_assert_int_eq(kvm_exit_decode(run, size, &exit), 0);
	ck_assert_ptr_eq(strstr(format(&exit), kvm_exit_name(reason)), line);
	ck_assert_uint_lt(strlen(line), sizeof(line) - 1);
}

START_TEST(every_decoded_exit_can_be_formatted)
{
	static union {
		struct kvm_run run;
		uint8_t bytes[0x3000];
	} map;

	for (uint32_t reason = 0; reason <= KVM_EXIT_SNP_REQ_CERTS; reason++)
		check_reason(&map.run, sizeof(map), reason);
}
END_TEST

START_TEST(a_long_line_is_cut_and_counted)
{
	struct kvm_exit exit = { .reason = KVM_EXIT_SYSTEM_EVENT };
	char cut[10];
	int len = (int)strlen(format(&exit));

	memset(cut, 'x', sizeof(cut));
	ck_assert_int_eq(kvm_exit_format(&exit, cut, 9), len);
	ck_assert_str_eq(cut, "KVM_EXIT");
	ck_assert_int_eq(cut[9], 'x');
	ck_assert_int_eq(kvm_exit_format(&exit, NULL, 0), len);
}
END_TEST

int main(void)
{
	return RUN_TESTS("exit_format", every_reason_of_the_header_has_its_name,
			 exit_without_payload_is_its_name, io_shows_its_data,
			 mmio_shows_address_and_data,
			 internal_error_names_the_instruction,
			 system_event_is_named,
			 every_decoded_exit_can_be_formatted,
			 a_long_line_is_cut_and_counted);
}
