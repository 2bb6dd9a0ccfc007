# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Where a guest can run: on this machine's KVM, or in the lab and why.

# place_probe VMM KERNEL INITRAMFS - print why a boot failed; nothing if it did not
#
# A machine's KVM may be one that runs small guests and no stock kernel, so
# nothing but a boot proves it.  The answer that is waited for is not in the
# question, which the guest echoes.  A kernel is up in two seconds.
place_probe() {
	local limit=10 out

	out=$(printf 'echo up-$((6 * 7))\npoweroff -f\n' |
		timeout -s KILL "$limit" "$1" --kernel "$2" --initramfs "$3" \
			--cmdline 'console=ttyS0 quiet panic=-1' 2>&1) || :
	out=$(tr -d '\r' <<<"$out")
	case $out in
	*up-42*) ;;
	*reference-vmm:*) sed -n 's/^reference-vmm: //p' <<<"$out" | tail -n 1 ;;
	*) echo "no shell within $limit seconds" ;;
	esac
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
			place_probe "$vmm" "$kernel" "$initramfs" >"$known.new"
			mv "$known.new" "$known"
		fi
		sed "s/^/this machine's KVM cannot run this kernel: /" "$known"
	fi
}
