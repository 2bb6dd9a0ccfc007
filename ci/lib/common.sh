# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# What every command of ci/ starts from: where the tree and the cache are, how
# a failure is said, how missing Debian packages get installed.

set -euo pipefail
shopt -s inherit_errexit

top_dir=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
ci_dir=$top_dir/ci
cache_dir=${XDG_CACHE_HOME:-$HOME/.cache}/c-vmm
prog=ci/${0##*/}

mkdir -p "$cache_dir"

# A stream that the caller has closed must not become some file of ours.
[ -e /proc/self/fd/0 ] || exec </dev/null
[ -e /proc/self/fd/1 ] || exec >/dev/null
[ -e /proc/self/fd/2 ] || exec 2>/dev/null

# The exit status of a command of ci/ that failed by itself: like 124, which
# says that the time was up, out of the way of what it runs for the caller.
readonly status_ci=125

say() {
	printf '%s: %s\n' "$prog" "$*" >&2
}

die() {
	say "$*"
	exit "$status_ci"
}

# The manual of a command is the comment at its head.
usage() {
	sed -n '/^# Usage:/,/^$/s/^# \{0,1\}//p' "$0"
}

# Runs a command with its output in a file, whose end is shown if it fails.
quietly() {
	local log
	log=$(mktemp "$cache_dir/log.XXXXXX")

	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		rm -f "$log"
		return 1
	fi
	rm -f "$log"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		command -v sudo >/dev/null && sudo "$@"
	fi
}

is_installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>&1)" = installed ]
}

apt_install() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 \
		install -y --no-install-recommends "$@"
}

# Lists that are absent or stale show as an install that fails, so that the
# usual run costs no round trip to the mirror.
apt_install_fresh() {
	apt_install "$@" ||
		{ as_root apt-get update && apt_install "$@"; }
}

# need_packages NAME... - install those Debian packages that are missing
need_packages() {
	local name missing=()

	for name; do
		is_installed "$name" || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	say "installing ${missing[*]}"
	(
		flock 9
		quietly apt_install_fresh "${missing[@]}"
	) 9>"$cache_dir/apt.lock" ||
		die "cannot install packages; as root: apt-get install ${missing[*]}"
}

# need_arch ARCH - refuse what is not one of the three architectures
need_arch() {
	case $1 in
	x86_64 | aarch64 | riscv64) ;;
	*) die "unknown architecture '$1': x86_64, aarch64 or riscv64" ;;
	esac
}
