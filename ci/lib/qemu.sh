# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# The lab's machines: QEMU emulates a CPU with virtualization extensions, so
# that the stock kernel on it has a KVM of its own.

# qemu_machine ARCH - set the arrays and strings that tell the machines apart
qemu_machine() {
	case $1 in
	x86_64)
		qemu_package=qemu-system-x86
		qemu_cpu=(-cpu max)
		qemu_console=ttyS0
		kvm_modules=(kvm-amd)
		;;
	aarch64)
		qemu_package=qemu-system-arm
		qemu_cpu=(-machine "virt,virtualization=on,gic-version=3"
			-cpu "max,pauth-impdef=on")
		qemu_console=ttyAMA0
		kvm_modules=()
		;;
	riscv64)
		qemu_package=qemu-system-misc
		qemu_cpu=(-machine virt -cpu "rv64,h=true")
		qemu_console=ttyS0
		kvm_modules=(kvm)
		;;
	esac
}
