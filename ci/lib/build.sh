# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Builds of the tree, below the cache directory: a checkout stays clean, and
# each checkout has its own.

need_build_packages() {
	need_packages gcc libc6-dev libfdt-dev liblz4-dev libzstd-dev zlib1g-dev \
		meson ninja-build pkg-config
}

need_test_packages() {
	need_build_packages
	need_packages check clang g++ git libclang-rt-dev llvm valgrind
}

# build_dir NAME - print the build directory of that name for this checkout
build_dir() {
	local id
	id=$(cksum <<<"$top_dir")

	echo "$cache_dir/build/${top_dir##*/}-${id%% *}/$1"
}

# build_tree DIR [MESON OPTION...] - bring DIR up to date with the checkout
build_tree() (
	dir=$1
	shift

	mkdir -p "$dir"
	exec 9>"$dir.lock"
	flock 9
	if [ ! -f "$dir/build.ninja" ]; then
		rm -rf "$dir"
		quietly meson setup "$@" "$dir" "$top_dir" ||
			die "cannot configure the tree"
	fi
	quietly ninja -C "$dir" || die "cannot build the tree"
)

# run_tests DIR - run the tests of a build; what fails shows its output
run_tests() {
	meson test -C "$1" --print-errorlogs
}

# build_vmm ARCH - print the path of an up-to-date reference-vmm for ARCH
#
# It is linked statically, because it also runs in the lab, where there are no
# libraries.
build_vmm() {
	local dir
	dir=$(build_dir "vmm-$1")

	need_build_packages
	build_tree "$dir" --buildtype=release -Dtests=disabled \
		-Ddefault_library=static -Dc_link_args=-static
	echo "$dir/subprojects/reference-vmm/reference-vmm"
}
