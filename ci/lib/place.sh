# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Where a guest can run: on this machine's KVM, or in the lab and why.

# A machine's KVM may be one that runs small guests and no stock kernel, so
# nothing but a boot proves it.  The shell's answer is not in its input, which
# the guest echoes.
place_probe() {
	local vmm=$1 kernel=$2 initramfs=$3 out

	out=$(printf 'echo up-$((6 * 7))\npoweroff -f\n' |
		timeout -k 5 30 "$vmm" --kernel "$kernel" --initramfs "$initramfs" \
			--cmdline 'console=ttyS0 quiet panic=-1' --memory size=256M 2>&1) &&
		[[ $out == *up-42* ]] && return 0

	tail -n 1 <<<"$out" | tr -d '\r'
	return 1
}

# place_refusal ARCH VMM KERNEL INITRAMFS - print why this machine's KVM cannot
# run the kernel; nothing if it can
#
# The probe is made once for a kernel, a reference-vmm and a boot of this
# machine.
place_refusal() {
	local vmm=$2 kernel=$3 initramfs=$4 key known

	if [ "$1" != "$(uname -m)" ]; then
		echo "this machine is $(uname -m)"
	elif [ ! -e /dev/kvm ]; then
		echo "this machine has no /dev/kvm"
	elif [ ! -r /dev/kvm ] || [ ! -w /dev/kvm ]; then
		echo "no permission to open /dev/kvm"
	else
		key=$(cksum "$kernel" "$vmm" /proc/sys/kernel/random/boot_id | cksum)
		known=$cache_dir/probe/${key%% *}
		mkdir -p "${known%/*}"
		if [ ! -e "$known" ]; then
			place_probe "$vmm" "$kernel" "$initramfs" >"$known.new" || :
			mv "$known.new" "$known"
		fi
		sed "s/^/this machine's KVM cannot run this kernel: /" "$known"
	fi
}
