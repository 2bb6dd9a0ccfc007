# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# Debian packages of any architecture, unpacked below the cache directory.
#
# apt runs on a state of its own there: the machine's sources, list of
# architectures and installed packages are never changed, and no privilege is
# needed.  What was unpacked once is used until the cache is removed, so a run
# needs no network and meets the same kernel as the run before.

debian_arch() {
	case $1 in
	x86_64) echo amd64 ;;
	aarch64) echo arm64 ;;
	riscv64) echo riscv64 ;;
	esac
}

# The machine's own Debian archives, a "suite uri" a line, main archive first.
debian_machine_archives() {
	apt-get indextargets \
		--format '$(ORIGIN)|$(LABEL)|$(RELEASE) $(REPO_URI)|$(CREATED_BY)' |
		awk -F'|' '$1 == "Debian" && $4 == "Packages" { print $2 "|" $3 }' |
		sort -u -t'|' -k1,1 -k2 | cut -d'|' -f2
}

# debian_archives ARCH - the same for a foreign architecture
#
# riscv64 became a release architecture with trixie, so the machine's suites
# need not have it: only the address of its main archive is used.
debian_archives() {
	local archives
	archives=$(debian_machine_archives)
	if [ -z "$archives" ]; then
		quietly as_root apt-get update || die "cannot run apt-get update"
		archives=$(debian_machine_archives)
	fi

	if [ "$1" = riscv64 ]; then
		awk 'NR == 1 { print "trixie", $2 }' <<<"$archives"
	else
		echo "$archives"
	fi
}

# debian_configure ARCH - write the apt configuration of one architecture
debian_configure() {
	local dir=$cache_dir/apt/$1 arch suite uri
	arch=$(debian_arch "$1")

	mkdir -p "$dir"/{etc,cache,state/lists}/partial
	: >"$dir/status"
	cat >"$dir/apt.conf" <<-END
		#clear APT::Architectures;
		APT::Architecture "$arch";
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "$dir/etc";
		Dir::State "$dir/state";
		Dir::State::Status "$dir/status";
		Dir::Cache "$dir/cache";
	END
	debian_archives "$1" | while read -r suite uri; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]" \
			"$uri $suite main"
	done >"$dir/sources.list"
	[ -s "$dir/sources.list" ] ||
		die "the apt sources of this machine name no Debian archive"
}

# The lists are fetched again only when a day old: packages of one architecture
# come in groups.
debian_update() {
	local dir=$cache_dir/apt/$1

	[ -z "$(find "$dir/updated" -mmin -1440 2>/dev/null)" ] || return 0
	debian_configure "$1"
	quietly apt-get -c "$dir/apt.conf" update -o APT::Update::Error-Mode=any ||
		die "cannot fetch the package lists of $1"
	touch "$dir/updated"
}

# The kernel is whatever the meta package depends on today.
debian_kernel_package() {
	local meta

	case $1 in
	x86_64) meta=linux-image-cloud-amd64 ;;
	aarch64) meta=linux-image-cloud-arm64 ;;
	riscv64) meta=linux-image-riscv64 ;;
	esac
	apt-cache -c "$cache_dir/apt/$1/apt.conf" depends "$meta" |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

debian_fetch() {
	local arch=$1 package=$2 into=$3 names=("$2") deb

	debian_update "$arch"
	case $package in
	kernel) names=("$(debian_kernel_package "$arch")") ;;
	mke2fs)
		names=(e2fsprogs libblkid1 libc6 libcom-err2 libext2fs2 libuuid1)
		[ "$arch" != riscv64 ] || names[4]=libext2fs2t64
		;;
	link-libraries)
		# libxxhash-dev: what liblz4 is linked with.
		names=(libfdt-dev liblz4-dev liblzma-dev libxxhash-dev libzstd-dev
			zlib1g-dev)
		# What trixie has for riscv64 wants a kernel's headers as new.
		[ "$arch" = riscv64 ] || names+=(liburing-dev)
		;;
	esac
	say "fetching ${names[*]} for $arch"
	(cd "$into" && quietly apt-get -c "$cache_dir/apt/$arch/apt.conf" \
		download "${names[@]}") || die "cannot fetch ${names[*]} for $arch"
	for deb in "$into"/*.deb; do
		dpkg-deb -x "$deb" "$into/root"
	done
}

# debian_unpack ARCH PACKAGE - print the directory where PACKAGE is unpacked
#
# PACKAGE "kernel" is the stock kernel, "link-libraries" all that the tree is
# linked with, "mke2fs" the program with all that it is linked with.  Runs side by side wait for each other, and a directory appears under
# its name only when it is complete.
debian_unpack() (
	final=$cache_dir/debian/$1/$2

	if [ ! -d "$final" ]; then
		need_packages debian-archive-keyring
		mkdir -p "${final%/*}"
		exec 9>"$cache_dir/debian.lock"
		flock 9
	fi
	if [ ! -d "$final" ]; then
		work=$(mktemp -d "${final%/*}/.fetch.XXXXXX")
		trap 'rm -rf "$work"' EXIT
		debian_fetch "$1" "$2" "$work"
		mv "$work/root" "$final"
	fi
	echo "$final"
)
