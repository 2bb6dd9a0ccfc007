# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Initial RAM file systems, made without privilege and the same on every run:
# the kernel unpacks archives that simply follow each other, so device nodes
# come from a writer of our own and the rest from cpio.

# newc_entry NAME MODE [MAJOR MINOR] - one archive member without contents
newc_entry() {
	local LC_ALL=C name=$1 mode=$2 major=${3-0} minor=${4-0}
	local size=$((${#name} + 1))

	printf '070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X' \
		0 "$mode" 0 0 1 0 0 0 0 "$major" "$minor" "$size" 0
	printf '%s\0' "$name"
	head -c $(((4 - (110 + size) % 4) % 4)) /dev/zero
}

# The kernel opens the console for init before init can mount anything.
initramfs_nodes() {
	newc_entry dev 0040755
	newc_entry dev/console 0020600 5 1
}

# initramfs_pack ROOT - the files below ROOT
initramfs_pack() (
	cd "$1"
	find . -mindepth 1 -exec touch -h -d @0 {} +
	find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort |
		cpio --quiet -o -H newc -R 0:0 --reproducible
)

# initramfs_tree PATH - a file, or a directory with all below it, at the same
# absolute path in the guest, whatever links lead there on this machine
#
# Of a copy, because times and inode numbers differ from run to run.
initramfs_tree() (
	root=$(mktemp -d "$cache_dir/tree.XXXXXX")
	trap 'rm -rf "$root"' EXIT

	if [ -d "$1" ]; then
		mkdir -p "$root$1"
		cp -a "$1/." "$root$1"
	else
		mkdir -p "$root${1%/*}"
		cp -L --preserve=mode "$1" "$root$1"
	fi
	initramfs_pack "$root"
)

# initramfs_modules ARCH ROOT LIST MODULE... - put modules and what they depend on
# into ROOT, and their names in the order of loading into the list of that name
initramfs_modules() {
	local arch=$1 root=$2 list=$3 file
	shift 3

	need_packages xz-utils
	mkdir -p "$root/etc/modules.d" "$root/lib/modules"
	kernel_module_files "$arch" "$@" | while read -r file; do
		case $file in
		*.xz) xz -dc "$file" ;;
		*) cat "$file" ;;
		esac >"$root/lib/modules/$(basename "$file" .xz)"
		basename "$file" .xz
	done >"$root/etc/modules.d/$list"
}

# initramfs_drivers ARCH ROOT - for all virtio devices: see ci/guest/drivers
initramfs_drivers() {
	install -D -m 755 "$ci_dir/guest/drivers" "$2/bin/drivers"
	initramfs_modules "$1" "$2" virtio_mmio virtio_mmio
	initramfs_modules "$1" "$2" virtio_net virtio_net
	initramfs_modules "$1" "$2" virtio_blk virtio_blk ext4
	initramfs_modules "$1" "$2" virtio_console virtio_console
	initramfs_modules "$1" "$2" virtio_rng virtio_rng
	initramfs_modules "$1" "$2" virtio_balloon virtio_balloon
	initramfs_modules "$1" "$2" virtio_vsock vmw_vsock_virtio_transport
}

# initramfs_mke2fs ARCH ROOT - put mke2fs and its libraries into ROOT
initramfs_mke2fs() {
	local from file
	from=$(debian_unpack "$1" mke2fs)

	while read -r file; do
		install -D -m 755 "$file" "$2/lib/${file##*/}"
	done < <(find "$from" -name 'libblkid.so.1' -o -name 'libc.so.6' \
		-o -name 'libcom_err.so.2' -o -name 'libe2p.so.2' \
		-o -name 'libext2fs.so.2' -o -name 'libuuid.so.1' -o -name 'ld-*.so.*')
	ln -sfn lib "$2/lib64"
	install -D -m 755 "$(find "$from" -path '*/sbin/mke2fs')" "$2/sbin/mke2fs"
}

# initramfs_base ARCH ROOT INIT MODULE... - fill ROOT with busybox, INIT, and
# modules in the list "boot"
initramfs_base() {
	local arch=$1 root=$2 init=$3 busybox
	shift 3
	busybox=$(debian_unpack "$arch" busybox-static)

	need_packages cpio
	mkdir -p "$root"/{bin,dev,etc,proc,root,sys,tmp}
	cp "$busybox"/bin/busybox "$root/bin" 2>/dev/null ||
		cp "$busybox"/usr/bin/busybox "$root/bin"
	install -m 755 "$init" "$root/init"
	initramfs_modules "$arch" "$root" boot "$@"
}
