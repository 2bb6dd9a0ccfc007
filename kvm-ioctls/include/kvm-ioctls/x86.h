/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * What only x86 has, all of it.  On other architectures these headers declare
 * nothing.
 *
 * Threading: as kvm.h, vm.h and vcpu.h say for the handle in the first
 * argument.
 */
#ifndef KVM_IOCTLS_X86_H
#define KVM_IOCTLS_X86_H

#include <kvm-ioctls/cpuid.h>
#include <kvm-ioctls/event.h>
#include <kvm-ioctls/x86_guest.h>
#include <kvm-ioctls/x86_state.h>
#include <kvm-ioctls/x86_system.h>
#include <kvm-ioctls/x86_vcpu.h>
#include <kvm-ioctls/x86_vm.h>

#endif
