/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <kvm-ioctls/irq.h>
#include <kvm-ioctls/x86.h>

#include "machine.h"

#define HANDLER	    0x3000
#define PIC_VECTOR  0x20
#define MSI_VECTOR  0x60
#define GSI	    4
#define MSI_ADDRESS 0xfee00000
#define READY_PORT  0x11
#define IRQ_PORT    0x10

/* Sets up the master PIC at PIC_VECTOR, then waits for interrupts. */
static const uint8_t wait_code[] = {
	0xb0, 0x11,	  0xe6, 0x20, /* ICW1: edge, cascade, ICW4 follows */
	0xb0, PIC_VECTOR, 0xe6, 0x21, /* ICW2: first vector */
	0xb0, 0x04,	  0xe6, 0x21, /* ICW3: slave on input 2 */
	0xb0, 0x03,	  0xe6, 0x21, /* ICW4: 8086, automatic EOI */
	0xb0, 0x00,	  0xe6, 0x21, /* OCW1: all unmasked */
	0xe6, 0x11, /* out %al, $0x11: ready */
	0xfb, /* sti */
	0xf4, /* hlt */
	0xeb, 0xfd, /* jmp to the hlt */
};

/* Tells by port 0x10 that it ran. */
static const uint8_t handler_code[] = {
	0xb0, 0x01, /* mov $1, %al */
	0xe6, 0x10, /* out %al, $0x10 */
	0xcf, /* iret */
};

static struct machine m;
static struct kvm_exit exit_;
static int fd;

static void set_vector(unsigned int vector)
{
	const uint16_t entry[] = { HANDLER, 0 };

	memcpy(m.ram + vector * sizeof(entry), entry, sizeof(entry));
}

static void setup(void)
{
	struct kvm_lapic_state lapic;

	machine_init_irqchip(&m, wait_code, sizeof(wait_code));
	memcpy(m.ram + HANDLER, handler_code, sizeof(handler_code));
	set_vector(PIC_VECTOR + GSI);
	set_vector(MSI_VECTOR);
	/* Software-enable the local APIC, which an MSI goes to. */
	ck_assert_int_eq(kvm_vcpu_get_lapic(&m.vcpu, &lapic), 0);
	kvm_lapic_set(&lapic, 0xf0, 0x1ff);
	ck_assert_int_eq(kvm_vcpu_set_lapic(&m.vcpu, &lapic), 0);
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert_int_ge(fd, 0);
}

static void teardown(void)
{
	close(fd);
	machine_fini(&m);
}

/* Runs to the next output and checks the port that tells what happened. */
static void run_to_port(uint16_t port)
{
	expect_output(port, 1, 1, "");
	ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
	ck_assert_uint_eq(exit_.reason, KVM_EXIT_IO);
	ck_assert_uint_eq(exit_.io.port, port);
}

START_TEST(irqchip_exists_once_and_before_the_vcpus)
{
	setup();
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), -EEXIST);
	teardown();
	machine_init(&m, wait_code, sizeof(wait_code));
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), -EINVAL);
	ck_assert_uint_eq(m.vm.handle.failed, KVM_CREATE_IRQCHIP);
	machine_fini(&m);
}
END_TEST

START_TEST(irq_line_interrupts_the_guest)
{
	setup();
	run_to_port(READY_PORT);
	ck_assert_int_eq(kvm_vm_set_irq_line(&m.vm, GSI, true), 0);
	ck_assert_int_eq(kvm_vm_set_irq_line(&m.vm, GSI, false), 0);
	run_to_port(IRQ_PORT);
	teardown();
}
END_TEST

START_TEST(irq_line_without_an_irqchip_returns_enxio)
{
	machine_init(&m, wait_code, sizeof(wait_code));
	ck_assert_int_eq(kvm_vm_set_irq_line(&m.vm, GSI, true), -ENXIO);
	machine_fini(&m);
}
END_TEST

START_TEST(irq_line_status_tells_delivery_from_coalescing)
{
	int32_t status = -100;

	setup();
	run_to_port(READY_PORT);
	ck_assert_int_eq(kvm_vm_set_irq_line_status(&m.vm, GSI, true, &status),
			 0);
	ck_assert_int_gt(status, 0);
	ck_assert_int_eq(kvm_vm_set_irq_line_status(&m.vm, GSI, false, &status),
			 0);
	ck_assert_int_eq(kvm_vm_set_irq_line_status(&m.vm, GSI, true, &status),
			 0);
	ck_assert_int_eq(status, 0);
	teardown();
}
END_TEST

START_TEST(irqfd_interrupts_the_guest_until_it_is_removed)
{
	setup();
	ck_assert_int_eq(kvm_vm_add_irqfd(&m.vm, fd, GSI), 0);
	ck_assert_int_eq(kvm_vm_add_irqfd(&m.vm, fd, GSI), -EBUSY);
	run_to_port(READY_PORT);
	ck_assert_int_eq(eventfd_write(fd, 1), 0);
	run_to_port(IRQ_PORT);
	ck_assert_int_eq(kvm_vm_remove_irqfd(&m.vm, fd, GSI), 0);
	ck_assert_int_eq(kvm_vm_remove_irqfd(&m.vm, fd, GSI), 0);
	teardown();
}
END_TEST

START_TEST(irqfd_of_something_else_is_refused)
{
	setup();
	ck_assert_int_eq(kvm_vm_add_irqfd(&m.vm, m.kvm.handle.fd, GSI),
			 -EINVAL);
	ck_assert_int_eq(kvm_vm_add_irqfd(&m.vm, 9999, GSI), -EBADF);
	ck_assert_int_eq(kvm_vm_remove_irqfd(&m.vm, 9999, GSI), -EBADF);
	ck_assert_uint_eq(m.vm.handle.failed, KVM_IRQFD);
	teardown();
}
END_TEST

START_TEST(resampling_irqfd_signals_the_acknowledgement)
{
	int resample_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	eventfd_t value;

	setup();
	ck_assert_int_eq(kvm_vm_add_irqfd_resample(&m.vm, fd, resample_fd, GSI),
			 0);
	run_to_port(READY_PORT);
	ck_assert_int_eq(eventfd_read(resample_fd, &value), -1);
	ck_assert_int_eq(eventfd_write(fd, 1), 0);
	run_to_port(IRQ_PORT);
	ck_assert_int_eq(eventfd_read(resample_fd, &value), 0);
	ck_assert_int_eq(kvm_vm_remove_irqfd(&m.vm, fd, GSI), 0);
	close(resample_fd);
	teardown();
}
END_TEST

START_TEST(msi_interrupts_the_guest)
{
	const struct kvm_msi msi = {
		.address_lo = MSI_ADDRESS,
		.data = MSI_VECTOR,
	};
	const struct kvm_msi bad = { .flags = 0x80000000 };

	setup();
	run_to_port(READY_PORT);
	ck_assert_int_eq(kvm_vm_signal_msi(&m.vm, &msi), 1);
	run_to_port(IRQ_PORT);
	ck_assert_int_eq(kvm_vm_signal_msi(&m.vm, &bad), -EINVAL);
	teardown();
}
END_TEST

START_TEST(routed_msi_interrupts_the_guest)
{
	struct kvm_routes routes = { .table = NULL };

	setup();
	ck_assert_int_eq(kvm_routes_add_pc(&routes), 0);
	ck_assert_int_eq(
		kvm_routes_add_msi(&routes, 30, MSI_ADDRESS, MSI_VECTOR), 0);
	ck_assert_int_eq(kvm_vm_set_gsi_routing(&m.vm, &routes), 0);
	ck_assert_int_eq(kvm_vm_add_irqfd(&m.vm, fd, 30), 0);
	run_to_port(READY_PORT);
	ck_assert_int_eq(eventfd_write(fd, 1), 0);
	run_to_port(IRQ_PORT);
	kvm_routes_fini(&routes);
	teardown();
}
END_TEST

START_TEST(pc_routes_still_reach_the_pic)
{
	struct kvm_routes routes = { .table = NULL };

	setup();
	ck_assert_int_eq(kvm_routes_add_pc(&routes), 0);
	ck_assert_int_eq(kvm_vm_set_gsi_routing(&m.vm, &routes), 0);
	kvm_routes_fini(&routes);
	run_to_port(READY_PORT);
	ck_assert_int_eq(kvm_vm_set_irq_line(&m.vm, GSI, true), 0);
	run_to_port(IRQ_PORT);
	teardown();
}
END_TEST

START_TEST(bad_route_returns_einval)
{
	struct kvm_routes routes = { .table = NULL };

	setup();
	ck_assert_int_eq(kvm_routes_add_irqchip(&routes, 0, 77, 0), 0);
	ck_assert_int_eq(kvm_vm_set_gsi_routing(&m.vm, &routes), -EINVAL);
	kvm_routes_fini(&routes);
	ck_assert_int_eq(kvm_vm_set_gsi_routing(&m.vm, &routes), 0);
	teardown();
}
END_TEST

START_TEST(messages_need_an_irqchip)
{
	const struct kvm_msi msi = { .address_lo = MSI_ADDRESS };
	struct kvm_routes routes = { .table = NULL };

	machine_init(&m, wait_code, sizeof(wait_code));
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert_int_eq(kvm_vm_signal_msi(&m.vm, &msi), -EINVAL);
	ck_assert_int_eq(kvm_vm_set_gsi_routing(&m.vm, &routes), -EINVAL);
	ck_assert_int_eq(kvm_vm_add_irqfd(&m.vm, fd, GSI), -EINVAL);
	teardown();
}
END_TEST

/* Two writes to port 0x20 and one to memory at 0x20010, then a halt. */
static const uint8_t write_code[] = {
	0xb0, 0x07, 0xe6, 0x20, /* out $7 to port 0x20 */
	0xb0, 0x08, 0xe6, 0x20, /* out $8 to port 0x20 */
	0xb8, 0x00, 0x20, /* mov $0x2000, %ax */
	0x8e, 0xd8, /* mov %ax, %ds */
	0xc6, 0x06, 0x10, 0x00, 0x77, /* movb $0x77, 0x10 */
	0xf4, /* hlt */
};

static uint64_t drain(void)
{
	eventfd_t value = 0;

	(void)!eventfd_read(fd, &value);
	return value;
}

static void run_writes(const struct kvm_ioevent *event, uint64_t signals)
{
	int exits = 0;

	machine_init(&m, write_code, sizeof(write_code));
	fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, event, fd), 0);
	for (;;) {
		ck_assert_int_eq(kvm_vcpu_run(&m.vcpu, &exit_), 0);
		if (exit_.reason == KVM_EXIT_HLT)
			break;
		exits++;
	}
	ck_assert_uint_eq(drain(), signals);
	ck_assert_int_eq(exits, 3 - (int)signals);
	ck_assert_int_eq(kvm_vm_remove_ioeventfd(&m.vm, event, fd), 0);
	ck_assert_int_eq(kvm_vm_remove_ioeventfd(&m.vm, event, fd), -ENOENT);
	teardown();
}

START_TEST(ioeventfd_takes_every_write_to_a_port)
{
	run_writes(&(struct kvm_ioevent){ .space = KVM_IOEVENT_PIO,
					  .addr = 0x20,
					  .len = 1 },
		   2);
}
END_TEST

START_TEST(ioeventfd_with_a_match_takes_that_value)
{
	run_writes(&(struct kvm_ioevent){ .space = KVM_IOEVENT_PIO,
					  .addr = 0x20,
					  .len = 1,
					  .match = true,
					  .value = 8 },
		   1);
}
END_TEST

START_TEST(ioeventfd_takes_a_write_to_memory)
{
	run_writes(&(struct kvm_ioevent){ .space = KVM_IOEVENT_MMIO,
					  .addr = 0x20010,
					  .len = 1 },
		   1);
}
END_TEST

START_TEST(ioeventfd_of_length_zero_takes_any_width)
{
	run_writes(&(struct kvm_ioevent){ .space = KVM_IOEVENT_MMIO,
					  .addr = 0x20010 },
		   1);
}
END_TEST

START_TEST(ioeventfd_refuses_what_the_kernel_has_no_form_for)
{
	struct kvm_ioevent event = { .space = KVM_IOEVENT_MMIO, .len = 3 };

	setup();
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, fd), -EINVAL);
	ck_assert_uint_eq(m.vm.handle.failed, KVM_CALL_ARGUMENT);
	event.len = 0;
	event.match = true;
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, fd), -EINVAL);
	event.len = 8;
	event.addr = UINT64_MAX - 3;
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, fd), -EINVAL);
	event.addr = 0;
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, 9999), -EBADF);
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, fd), 0);
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, fd), -EEXIST);
	ck_assert_int_eq(kvm_vm_remove_ioeventfd(&m.vm, &event, 9999), -EBADF);
	event.len = 5;
	ck_assert_int_eq(kvm_vm_remove_ioeventfd(&m.vm, &event, fd), -EINVAL);
	teardown();
}
END_TEST

/* What the wrapper made of an event: the structure that the kernel gets. */
static struct kvm_ioeventfd pass(const struct kvm_ioevent *event)
{
	struct kvm_ioeventfd seen;

	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, event, fd), 0);
	ck_assert_int_eq(
		kvm_fake_get_argument(fake, KVM_IOEVENTFD,
				      kvm_fake_count(fake, KVM_IOEVENTFD) - 1,
				      &seen, sizeof(seen)),
		sizeof(seen));
	ck_assert_int_eq(seen.fd, fd);
	return seen;
}

START_TEST(ioeventfd_has_a_flag_for_space_and_match)
{
	struct kvm_ioevent event = { .space = KVM_IOEVENT_PIO,
				     .addr = 0xcf8,
				     .len = 4 };
	struct kvm_ioeventfd seen;

	setup();
	seen = pass(&event);
	ck_assert_uint_eq(seen.flags, KVM_IOEVENTFD_FLAG_PIO);
	ck_assert_uint_eq(seen.addr, 0xcf8);
	ck_assert_uint_eq(seen.len, 4);
	event = (struct kvm_ioevent){ .len = 8,
				      .addr = 0x1000,
				      .match = true,
				      .value = UINT64_C(1) << 40 };
	seen = pass(&event);
	ck_assert_uint_eq(seen.flags, KVM_IOEVENTFD_FLAG_DATAMATCH);
	ck_assert_uint_eq(seen.datamatch, UINT64_C(1) << 40);
	event.value++;
	seen = pass(&event);
	ck_assert_int_eq(kvm_vm_remove_ioeventfd(&m.vm, &event, fd), 0);
	ck_assert_int_eq(kvm_vm_remove_ioeventfd(&m.vm, &event, fd), -ENOENT);
	teardown();
}
END_TEST

START_TEST(events_and_routes_may_be_too_many)
{
	struct kvm_ioevent event = { .len = 4 };

	setup();
	fail_next(KVM_IOEVENTFD, -ENOSPC);
	ck_assert_int_eq(kvm_vm_add_ioeventfd(&m.vm, &event, fd), -ENOSPC);
	fail_next(KVM_SET_GSI_ROUTING, -ENOMEM);
	ck_assert_int_eq(kvm_vm_set_gsi_routing(
				 &m.vm, &(struct kvm_routes){ .table = NULL }),
			 -ENOMEM);
	teardown();
}
END_TEST

START_TEST(resampling_irqfd_passes_both_descriptors)
{
	int other = eventfd(0, EFD_CLOEXEC);
	struct kvm_irqfd seen;

	setup();
	ck_assert_int_eq(kvm_vm_add_irqfd_resample(&m.vm, fd, other, GSI), 0);
	ck_assert_int_gt(kvm_fake_get_argument(fake, KVM_IRQFD, 0, &seen,
					       sizeof(seen)),
			 0);
	ck_assert_uint_eq(seen.flags, KVM_IRQFD_FLAG_RESAMPLE);
	ck_assert_int_eq((int)seen.fd, fd);
	ck_assert_int_eq((int)seen.resamplefd, other);
	ck_assert_uint_eq(seen.gsi, GSI);
	close(other);
	teardown();
}
END_TEST

START_TEST(an_architecture_without_a_line_says_so)
{
	setup();
	fail_next(KVM_IRQ_LINE, -ENOTTY);
	ck_assert_int_eq(kvm_vm_set_irq_line(&m.vm, GSI, true), -ENOTSUP);
	fail_next(KVM_IRQ_LINE, -EINVAL);
	ck_assert_int_eq(kvm_vm_set_irq_line(&m.vm, 1u << 31, true), -EINVAL);
	fail_next(KVM_CREATE_IRQCHIP, -ENODEV);
	ck_assert_int_eq(kvm_vm_create_irqchip(&m.vm), -ENODEV);
	teardown();
}
END_TEST

#define COMMON_TESTS                                                          \
	irqchip_exists_once_and_before_the_vcpus,                             \
		irq_line_interrupts_the_guest,                                \
		irq_line_without_an_irqchip_returns_enxio,                    \
		irq_line_status_tells_delivery_from_coalescing,               \
		irqfd_interrupts_the_guest_until_it_is_removed,               \
		irqfd_of_something_else_is_refused, msi_interrupts_the_guest, \
		routed_msi_interrupts_the_guest,                              \
		pc_routes_still_reach_the_pic, bad_route_returns_einval,      \
		messages_need_an_irqchip,                                     \
		ioeventfd_refuses_what_the_kernel_has_no_form_for

int main(int argc, char **argv)
{
	choose_kvm(argc, argv);
	if (!on_fake)
		return RUN_TESTS("irq", COMMON_TESTS,
				 resampling_irqfd_signals_the_acknowledgement,
				 ioeventfd_takes_every_write_to_a_port,
				 ioeventfd_with_a_match_takes_that_value,
				 ioeventfd_takes_a_write_to_memory,
				 ioeventfd_of_length_zero_takes_any_width);
	return RUN_TESTS("irq", COMMON_TESTS,
			 ioeventfd_has_a_flag_for_space_and_match,
			 events_and_routes_may_be_too_many,
			 resampling_irqfd_passes_both_descriptors,
			 an_architecture_without_a_line_says_so);
}
