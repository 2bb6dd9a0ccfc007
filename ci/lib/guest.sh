# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# What a guest is told, and what reference-vmm is asked for, read from its
# arguments in the array args.

args=()

# lab_cmdline ARCH - print what a guest's kernel is told in the lab
#
# QEMU's VMRUN seems to forget that its guest is in the shadow of STI (APM volume 2, section
# 15.21.5).  So an interrupt can come between STI and HLT, and a kernel that has
# stopped its tick sleeps on.
lab_cmdline() {
	case $1 in
	x86_64) echo 'quiet panic=-1 nohz=off' ;;
	*) echo 'quiet panic=-1' ;;
	esac
}

# value_of FLAG - print what the caller gave for this flag of reference-vmm's
value_of() {
	local i

	for i in "${!args[@]}"; do
		case ${args[i]} in
		"$1"=*) echo "${args[i]#*=}"; return ;;
		"$1") echo "${args[i + 1]-}"; return ;;
		esac
	done
	return 1
}

# default FLAG VALUE - give it where the caller has not
default() {
	value_of "$1" >/dev/null || args+=("$1" "$2")
}

# The guest's memory in MiB as far as this machine could hold it, else 0: to
# refuse a size is reference-vmm's business.
guest_memory() {
	local size here
	size=$(value_of --memory) || size=size=512M
	here=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)

	[[ $size =~ ^size=([0-9]{1,15}[KMGT]?)$ ]] || { echo 0; return; }
	size=$(numfmt --from=iec --to-unit=1Mi "${BASH_REMATCH[1]}" 2>/dev/null) ||
		size=0
	[ "$size" -le $((here >> 10)) ] || size=0
	echo "$size"
}

guest_cpus() {
	local cpus
	cpus=$(value_of --cpus) || cpus=boot=1

	[[ $cpus =~ ^boot=([0-9]{1,3})$ ]] || { echo 1; return; }
	echo "${BASH_REMATCH[1]}"
}
