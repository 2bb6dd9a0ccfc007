/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Any bytes as struct kvm_run: a decoded exit never leads out of the mapping,
 * and can always be printed.  A byte that says how large the mapping is comes
 * first.
 */
#include <stdlib.h>
#include <string.h>

#include <kvm-ioctls/exit.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

/* Reads the first and the last byte, so that a sanitizer sees them. */
static void touch(const struct kvm_run *run, size_t run_size, const void *data,
		  size_t len)
{
	const uint8_t *begin = (const uint8_t *)run, *at = data;

	require(at >= begin && at + len <= begin + run_size);
	if (len)
		require(at[0] + at[len - 1] < 0x200);
}

static void check_exit(const struct kvm_run *run, size_t run_size,
		       const struct kvm_exit *exit)
{
	switch (exit->reason) {
	case KVM_EXIT_IO:
		require(exit->io.width == 1 || exit->io.width == 2 ||
			exit->io.width == 4);
		touch(run, run_size, exit->io.data,
		      (size_t)exit->io.width * exit->io.count);
		break;
	case KVM_EXIT_MMIO:
		require(exit->mmio.len >= 1 && exit->mmio.len <= 8);
		touch(run, run_size, exit->mmio.data, exit->mmio.len);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		require(exit->internal.ndata <= KVM_EXIT_MAX_WORDS);
		require(exit->internal.insn_len <= KVM_EXIT_MAX_INSN);
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		require(exit->system_event.ndata <= KVM_EXIT_MAX_WORDS);
		break;
	case KVM_EXIT_HYPERCALL:
		touch(run, run_size, exit->hypercall.ret, 8);
		break;
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		touch(run, run_size, exit->msr.data, 8);
		touch(run, run_size, exit->msr.error, 1);
		break;
	case KVM_EXIT_TDX:
		touch(run, run_size, exit->tdx.ret, 8);
		touch(run, run_size, exit->tdx.data, 40);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t run_size = sizeof(struct kvm_run);
	struct kvm_exit exit;
	struct kvm_run *run;
	char line[512], cut[1];
	int len;

	if (!size)
		return 0;
	run_size += data[0] * (size_t)32;
	run = calloc(1, run_size);
	if (!run)
		return 0;
	memcpy(run, data + 1, size - 1 < run_size ? size - 1 : run_size);
	if (kvm_exit_decode(run, run_size, &exit) == 0) {
		check_exit(run, run_size, &exit);
		len = kvm_exit_format(&exit, line, sizeof(line));
		require(len > 0 && (size_t)len < sizeof(line));
		require(kvm_exit_format(&exit, cut, sizeof(cut)) == len);
	}
	free(run);
	return 0;
}
