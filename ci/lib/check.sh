# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# What a suite of ci/test is made of: named checks, each of which prints one
# line, and its log when it fails.  ci/test counts these lines.

suite=${0##*/}
prog=ci/test

# check NAME COMMAND... - run a command or function; its exit status is the
# verdict, 77 says that it cannot be told here and the log's last line why
check() {
	local name="$suite: $1" log=$cache_dir/test/$suite/${1//[ \/]/-}.log
	local status=0 start=$SECONDS
	shift
	mkdir -p "${log%/*}"

	# In the background, because errexit would be off in a condition.
	(trap - TERM; "$@") >"$log" 2>&1 </dev/null &
	trap 'check_report 124; exit 124' TERM
	wait $! || status=$?
	trap - TERM
	check_report "$status"
}

# with_lab COMMAND... - run it, and once more if the lab's machine broke down under
# it or the time was up: see ci/README.md for what QEMU does
with_lab() {
	local status=0

	# In the background for the same reason.
	("$@") &
	wait $! || status=$?
	case $status in
	124 | 125) echo "the lab failed ($status): once more" ;;
	*) return "$status" ;;
	esac
	"$@"
}

# Reports with the variables of check, also from a trap.
check_report() {
	case $1 in
	0) echo "ok $name ($((SECONDS - start)) s)" ;;
	77) echo "skipped $name: $(tail -n 1 "$log")" ;;
	124) echo "FAILED $name: out of time" ;;
	*) echo "FAILED $name: status $1" ;;
	esac
	case $1 in
	0 | 77) ;;
	*)
		tail -n 60 "$log" | sed 's/^/    /'
		echo "    the whole log: $log"
		;;
	esac
}

# libraries - print the name of every library and of reference-vmm: a directory
# that the top level composes through a link
libraries() {
	local link

	for link in "$top_dir"/subprojects/*; do
		if [ -L "$link" ] && [ -f "$link/meson.build" ]; then
			echo "${link##*/}"
		fi
	done
}

# clean_copy DIR - clone the checkout into DIR with the present text of the
# tracked files, so that a file that was never added is missing there
clean_copy() {
	git clone -q --no-hardlinks "$top_dir" "$1"
	git -C "$top_dir" ls-files -z --cached |
		tar -C "$top_dir" -c --null --ignore-failed-read -T - |
		tar -C "$1" -x
	git -C "$1" add -A
	git -C "$1" -c user.name=ci -c user.email=ci@localhost \
		commit -q --allow-empty -m 'the working tree'
}
