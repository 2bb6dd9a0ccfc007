# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Builds of the tree, below the cache directory: a checkout stays clean, and
# each checkout has its own.

# shellcheck source=lib/kernel.sh
. "$ci_dir/lib/kernel.sh"

need_build_packages() {
	need_packages gcc libc6-dev libfdt-dev liblz4-dev liblzma-dev \
		liburing-dev libzstd-dev meson ninja-build pkg-config zlib1g-dev
}

need_test_packages() {
	need_build_packages
	need_packages acpica-tools check clang device-tree-compiler g++ git \
		libclang-rt-dev llvm valgrind \
		gcc-aarch64-linux-gnu libc6-dev-arm64-cross \
		gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
}

# build_dir NAME - print the build directory of that name for this checkout
build_dir() {
	local id
	id=$(cksum <<<"$top_dir")

	echo "$cache_dir/build/${top_dir##*/}-${id%% *}/$1"
}

# build_from SOURCE DIR [MESON OPTION...] - bring DIR up to date with SOURCE
#
# It is configured again when the options or the compiler are others than before.
build_from() (
	source=$1 dir=$2
	shift 2

	mkdir -p "$dir"
	exec 9>"$dir.lock"
	flock 9
	if [ "$(cat "$dir.options" 2>/dev/null)" != "${CC-} $*" ]; then
		rm -rf "$dir"
		quietly meson setup "$@" "$dir" "$source" ||
			die "cannot configure $source"
		echo "${CC-} $*" >"$dir.options"
	fi
	quietly ninja -C "$dir" || die "cannot build $source"
)

# build_tree DIR [MESON OPTION...] - the same with the whole checkout
build_tree() {
	build_from "$top_dir" "$@"
}

# build_library NAME DIR [MESON OPTION...] - the same with one library of it
build_library() {
	build_from "$top_dir/$1" "${@:2}"
}

# run_tests DIR - run the tests of a build; what fails shows its output
#
# A test's time limit, which is Meson's or Check's, is meant to end one that
# hangs: a busy machine is no fault of the test's.  The loader's tests take stock
# kernels from the environment.
run_tests() {
	VM_LOAD_KERNELS=$(kernel_image x86_64):$(kernel_elf)
	VM_LOAD_KERNELS+=:$(kernel_image aarch64):$(kernel_image riscv64)
	export VM_LOAD_KERNELS CK_TIMEOUT_MULTIPLIER=5
	meson test -C "$1" --quiet --print-errorlogs --timeout-multiplier 5
}

# cross_file ARCH - describe a compiler for another architecture to Meson
#
# It comes from the machine's own Debian; libraries of the other architecture
# are unpacked in the cache and not installed.
cross_file() {
	local arch=$1 gnu=$1-linux-gnu root

	need_packages "gcc-${gnu/_/-}" "libc6-dev-$(debian_arch "$arch")-cross"
	root=$(debian_unpack "$arch" link-libraries)
	cat <<-END
		[binaries]
		c = ['$gnu-gcc', '-isystem', '$root/usr/include', '-B$root/usr/lib/$gnu']
		ar = '$gnu-ar'
		strip = '$gnu-strip'
		pkgconfig = 'pkg-config'
		[built-in options]
		c_link_args = ['-static']
		[properties]
		pkg_config_libdir = ['$root/usr/lib/$gnu/pkgconfig']
		sys_root = '$root'
		[host_machine]
		system = 'linux'
		cpu_family = '$arch'
		cpu = '$arch'
		endian = 'little'
	END
}

# build_vmm ARCH - print the path of an up-to-date reference-vmm for ARCH
#
# It is linked statically, because it also runs in the lab, where there are no
# libraries.
build_vmm() {
	local dir cross link=-Dc_link_args=-static
	dir=$(build_dir "vmm-$1")

	need_build_packages
	if [ "$1" != "$(uname -m)" ]; then
		mkdir -p "$dir"
		cross=$(cross_file "$1")
		# Another file is another option, for which a build starts anew.
		link=$dir.$(cksum <<<"$cross" | cut -d' ' -f1).cross
		echo "$cross" >"$link"
		link=--cross-file=$link
	fi
	build_tree "$dir" --buildtype=release -Dtests=disabled \
		-Ddefault_library=static -Dprefer_static=true "$link"
	echo "$dir/subprojects/reference-vmm/reference-vmm"
}
