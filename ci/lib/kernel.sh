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

# kernel_elf - print the path of the ELF vmlinux that is packed in the x86_64
# kernel
#
# The boot protocol's header says where: setup_sects at 0x1f1, payload_offset at
# 0x248, payload_length at 0x24c.  Behind the payload, and counted with it, is
# the size that it unpacks to.
kernel_elf() {
	local image elf setup offset length
	image=$(kernel_image x86_64)
	elf=$cache_dir/debian/x86_64/${image##*/}.elf

	if [ ! -e "$elf" ]; then
		need_packages lz4
		setup=$(od -An -tu1 -j $((0x1f1)) -N 1 "$image")
		read -r offset length < <(od -An -tu4 -j $((0x248)) -N 8 "$image")
		offset=$(((setup + 1) * 512 + offset))
		head -c $((offset + length - 4)) "$image" |
			tail -c +$((offset + 1)) | lz4 -dcq >"$elf.$$"
		mv "$elf.$$" "$elf"
	fi
	echo "$elf"
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
