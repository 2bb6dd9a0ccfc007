# SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause
# shellcheck shell=bash
#
# The lab's machines: QEMU emulates a CPU with virtualization extensions, so
# that the stock kernel on it has a KVM of its own.

# qemu_machine ARCH [IRQCHIP] - set the arrays and strings that tell the
# machines apart
#
# A guest's interrupt controller is one that its host has.
qemu_machine() {
	local irqchip=${2-}

	case $1-$irqchip in
	x86_64- | aarch64- | aarch64-gicv[23] | riscv64- | riscv64-plic | riscv64-aia) ;;
	*) die "the lab's $1 machine has no interrupt controller '$irqchip'" ;;
	esac
	case $1 in
	x86_64)
		qemu_package=qemu-system-x86
		qemu_cpu=(-cpu max)
		qemu_console=ttyS0
		kvm_modules=(kvm-amd)
		;;
	aarch64)
		qemu_package=qemu-system-arm
		irqchip=${irqchip:-gicv3}
		qemu_cpu=(-machine "virt,virtualization=on,gic-version=${irqchip#gicv}"
			-cpu "max,pauth-impdef=on")
		qemu_console=ttyAMA0
		kvm_modules=()
		;;
	riscv64)
		qemu_package=qemu-system-misc
		qemu_cpu=(-machine virt -cpu "rv64,h=true")
		[ "$irqchip" != aia ] || qemu_cpu=(-machine "virt,aia=aplic"
			-cpu "rv64,h=true,x-ssaia=true,x-smaia=true")
		qemu_console=ttyS0
		kvm_modules=(kvm)
		;;
	esac
}
