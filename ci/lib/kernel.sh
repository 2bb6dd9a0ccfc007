# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# The stock Debian kernel of an architecture and the modules that belong to it.

# shellcheck source=lib/debian.sh
. "$ci_dir/lib/debian.sh"

# kernel_image ARCH - print the path of the kernel
kernel_image() {
	local dir
	dir=$(debian_unpack "$1" kernel)

	echo "$dir"/boot/vmlinu[xz]-*
}

# kernel_modules ARCH - print the directory of its modules
#
# The package leaves the index of dependencies to be made where it is installed.
kernel_modules() {
	local dir
	dir=$(debian_unpack "$1" kernel)
	dir=$(find "$dir" -path '*lib/modules/*' -prune)

	if [ ! -e "$dir/modules.dep.bin" ]; then
		need_packages kmod
		PATH=$PATH:/usr/sbin:/sbin depmod -b "${dir%/lib/modules/*}" "${dir##*/}"
	fi
	echo "$dir"
}

# kernel_module_files ARCH NAME... - print the files of these modules and of
# all that they depend on, in the order of loading
#
# What this kernel has built in, or has not got because its architecture lacks
# the device, needs no file.
kernel_module_files() {
	local dir name
	dir=$(kernel_modules "$1")
	shift

	for name; do
		PATH=$PATH:/usr/sbin:/sbin modprobe -C /dev/null -q --show-depends \
			-d "${dir%/lib/modules/*}" -S "${dir##*/}" "$name" || :
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}
