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

# answer_is_right ARCH OUTPUT - compare with what args ask for
#
# The kernel keeps a part of the memory for itself, at most 15 %.
answer_is_right() {
	local version cpus memory wanted
	wanted=$(kernel_modules "$1")

	read -r _ version cpus memory < <(tr -d '\r' <"$2" | grep '^found ')
	echo "version $version, $cpus processors, $memory MiB"
	[ "$version" = "${wanted##*/}" ] || return 1
	[ "$cpus" = "$(guest_cpus)" ] || return 1
	wanted=$(guest_memory)
	[ "$memory" -lt "$wanted" ] && [ "$memory" -ge $((wanted * 85 / 100)) ]
}

# boots ARCH END ARG... - boot, ask, end by END, compare
boots() (
	arch=$1 end=$2
	shift 2
	args=("$@")

	output=$(mktemp "$cache_dir/boot.XXXXXX")
	trap 'rm -f "$output"' EXIT
	printf '%s\n%s -f\n' "$question" "$end" |
		timeout -k 5 "$boot_limit" "$ci_dir/boot" --arch "$arch" --lab \
			-- "${args[@]}" | tee "$output"
	answer_is_right "$arch" "$output"
)

# boot_table ARCH - a check for each line "NAME KERNEL END ARG..." of the input
boot_table() {
	local name kernel end rest arguments

	while read -r name kernel end rest; do
		read -ra arguments <<<"$rest"
		check "$name" boots "$1" "$end" \
			--kernel "$("kernel_$kernel" "$1")" "${arguments[@]}"
	done
}

# The command as the README shows it, wherever it finds that it can run.
boots_from_a_pipe() {
	local output

	output=$(printf 'uname -a\npoweroff -f\n' |
		timeout -k 5 "$boot_limit" "$ci_dir/boot" --arch "$1") ||
		{ echo "$output"; return 1; }
	echo "$output"
	grep -q '^Linux .* Debian ' <<<"$output"
}

# The terminal is as it was before once Ctrl-A x has left.
boots_on_a_terminal() {
	timeout -k 5 "$boot_limit" "$ci_dir/lib/on-terminal" \
		'# ' 'echo up-$((6 * 7))\r' 'up-42' '\x01x' -- \
		"$ci_dir/boot" --arch "$1" --lab
}
