/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Where the hostile guest starts, by the 64-bit Linux boot protocol: rsi points
 * to the zero page, and a page table maps the low 4 GiB to themselves.  The
 * other processors follow by way of a trampoline below 1 MiB, straight from
 * real mode into 64-bit mode, with the same page table.
 */
#define LAPIC_SPURIOUS	 0xfee000f0
#define LAPIC_COMMAND	 0xfee00300
#define INIT_THE_OTHERS	 0xc4500
#define START_THE_OTHERS 0xc4600

#define TRAMPOLINE 0x8000
#define STACK_SIZE 0x4000

#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define CR4_PAE	 0x20
#define CR0_PG_PE 0x80000001

	.globl	_start
	.text
_start:
	cli
	leaq	stack + STACK_SIZE(%rip), %rsp
	movq	%rsi, %rdi
	call	hostile_main

	.globl	power_off
	/* ACPI: SLP_TYP 5 and SLP_EN into the sleep control register. */
power_off:
	movw	$0x600, %dx
	movb	$(5 << 2 | 1 << 5), %al
	outb	%al, %dx
1:	pause
	jmp	1b

	.globl	start_other
start_other:
	leaq	trampoline(%rip), %rsi
	movl	$TRAMPOLINE, %edi
	movl	$trampoline_end - trampoline, %ecx
	rep movsb
	movq	%cr3, %rax
	movl	%eax, TRAMPOLINE + page_table - trampoline
	movl	$LAPIC_SPURIOUS, %eax
	movl	$0x1ff, (%rax)
	movl	$LAPIC_COMMAND, %eax
	movl	$INIT_THE_OTHERS, (%rax)
	movl	$10000, %ecx
1:	pause
	loop	1b
	movl	$START_THE_OTHERS | TRAMPOLINE >> 12, (%rax)
	ret

	.balign	16
trampoline:
	.code16
	cli
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	gdt_pointer - trampoline
	movl	$CR4_PAE, %eax
	movl	%eax, %cr4
	movl	page_table - trampoline, %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	$EFER_LME, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$CR0_PG_PE, %eax
	movl	%eax, %cr0
	ljmpl	$0x08, $TRAMPOLINE + in_64_bits - trampoline
	.code64
in_64_bits:
	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$other_stack + STACK_SIZE, %esp
	movl	$hostile_other, %eax
	call	*%rax
1:	pause
	jmp	1b
	.balign	8
gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 64-bit code */
	.quad	0x00cf93000000ffff	/* data */
gdt_pointer:
	.word	gdt_pointer - gdt - 1
	.long	TRAMPOLINE + gdt - trampoline
	.balign	4
page_table:
	.long	0
trampoline_end:

	.bss
	.balign	16
stack:
	.skip	STACK_SIZE
other_stack:
	.skip	STACK_SIZE

	.section .note.GNU-stack, "", @progbits
