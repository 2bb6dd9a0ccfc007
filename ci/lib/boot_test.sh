# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Boot tests: a stock kernel to its shell in the lab, where the guest tells what
# it found, and what it must find follows from reference-vmm's arguments.

# shellcheck source=lib/build.sh
. "$ci_dir/lib/build.sh"
# shellcheck source=lib/check.sh
. "$ci_dir/lib/check.sh"
# shellcheck source=lib/guest.sh
. "$ci_dir/lib/guest.sh"

# A boot takes about ten seconds on an idle machine.
boot_limit=300

# The guest echoes what it reads, but its answer is not in the question.
question='echo found $(uname -r) $(grep -c ^processor /proc/cpuinfo)'
question+=' $(awk "/MemTotal/ { print int(\$2 / 1024) }" /proc/meminfo)'
question+=' $(grep ttyS0 /proc/interrupts); [ ! -e /ballast ] || sha256sum /ballast'

# What Linux calls the interrupt controller of the serial port.
declare -A controller=(
	[gicv2]=GIC-0 [gicv3]=GICv3 [plic]='SiFive PLIC' [aia]=APLIC-MSI
)

# answer_is_right ARCH OUTPUT IRQCHIP - compare with what args ask for
#
# The kernel keeps a part of the memory for itself, at most 15 %.
answer_is_right() {
	local version cpus memory interrupts wanted
	wanted=$(kernel_modules "$1")

	read -r _ version cpus memory interrupts < \
		<(tr -d '\r' <"$2" | grep '^found ')
	echo "version $version, $cpus processors, $memory MiB, $interrupts"
	[ "$version" = "${wanted##*/}" ] || return 1
	[ "$cpus" = "$(guest_cpus)" ] || return 1
	[ -z "$3" ] || [[ $interrupts == *"${controller[$3]}"* ]] || return 1
	wanted=$(guest_memory)
	[ "$memory" -lt "$wanted" ] && [ "$memory" -ge $((wanted * 85 / 100)) ]
}

# boots ARCH END [--irqchip NAME] ARG... - boot, ask, end by END, compare
boots() (
	arch=$1 end=$2 irqchip=''
	shift 2
	place=(--lab)
	if [ "${1-}" = --irqchip ]; then
		irqchip=$2
		place=(--irqchip "$2")
		shift 2
	fi
	args=("$@")

	output=$(mktemp "$cache_dir/boot.XXXXXX")
	trap 'rm -f "$output"' EXIT
	printf '%s\n%s -f\n' "$question" "$end" |
		timeout -k 5 "$boot_limit" "$ci_dir/boot" --arch "$arch" \
			"${place[@]}" -- "${args[@]}" | tee "$output"
	answer_is_right "$arch" "$output" "$irqchip"
)

# boot_table ARCH - a check for each line "NAME KERNEL END ARG..." of the input
boot_table() {
	local name kernel end rest arguments

	while read -r name kernel end rest; do
		read -ra arguments <<<"$rest"
		check "$name" with_lab boots "$1" "$end" "${arguments[@]}" \
			--kernel "$("kernel_$kernel" "$1")"
	done
}

# The stock kernel as a distribution may also ship it.
kernel_gzip() {
	local image packed=$cache_dir/test/Image-$1.gz
	image=$(kernel_image "$1")

	mkdir -p "${packed%/*}"
	gzip -1 -n <"$image" >"$packed.new"
	mv "$packed.new" "$packed"
	echo "$packed"
}

# boots_with_ballast ARCH ARG... - an initial RAM file system of 100 MB more,
# which the guest must find whole
boots_with_ballast() (
	arch=$1 dir=$cache_dir/test/ballast-$1
	shift
	trap 'rm -rf "$dir"' EXIT
	mkdir -p "$dir"
	head -c 100000000 /dev/urandom >"$dir/ballast"
	"$ci_dir/initramfs" "$arch" "$dir/initramfs"
	(cd "$dir" && echo ballast | cpio --quiet -o -H newc) >>"$dir/initramfs"

	boots "$arch" poweroff "$@" --initramfs "$dir/initramfs" |
		tee "$dir/output"
	wanted=$(sha256sum <"$dir/ballast")
	tr -d '\r' <"$dir/output" | grep -q "^${wanted%% *}  /ballast"
)

# boots_from_a_pipe ARCH - the command as the README shows it, wherever it finds
# that it can run
boots_from_a_pipe() {
	local output status=0

	output=$(printf 'uname -m\npoweroff -f\n' |
		timeout -k 5 "$boot_limit" "$ci_dir/boot" --arch "$1") || status=$?
	echo "$output"
	[ "$status" = 0 ] || return "$status"
	tr -d '\r' <<<"$output" | grep -q "^$1\$"
}

# boots_from_a_disk ARCH [OPTION...] - as the README shows it; the shell tells where
# it runs
boots_from_a_disk() {
	local arch=$1 output status=0
	shift

	output=$(printf 'mount\npoweroff -f\n' | timeout -k 5 "$boot_limit" \
		"$ci_dir/boot" --arch "$arch" --disk "$@" -- --stats 2>&1) ||
		status=$?
	echo "$output"
	[ "$status" = 0 ] || return "$status"
	tr -d '\r' <<<"$output" | grep -q '^/dev/vda on / type ext4' &&
		grep -q 'disk 0: notifications=.* errors_io=0' <<<"$output"
}

# The terminal is as it was before once Ctrl-A x has left.
boots_on_a_terminal() {
	timeout -k 5 "$boot_limit" "$ci_dir/lib/on-terminal" \
		'# ' 'echo up-$((6 * 7))\r' 'up-42' '\x01x' -- \
		"$ci_dir/boot" --arch "$1" --lab
}
