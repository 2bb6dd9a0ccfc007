/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A guest that does what the first letter of its command line says, entered
 * by the 64-bit Linux boot protocol: rsi points to the zero page.
 *
 *	h	say hello, then power off
 *	r	pull the reset line of the i8042
 *	j	jump to the BIOS, which needs real mode
 *	t	triple fault
 *	e	echo the serial port up to a 'q', then power off
 *	f	send without end
 *	b	execute a breakpoint, with nothing to handle it
 *	o	go on outside of memory
 *	s	do nothing, for ever
 */
#define COM1	    0x3f8
#define LSR	    0x3fd
#define CMDLINE_PTR 0x228
#define TRAMPOLINE  0x8000

	.globl _start
	.text
_start:
	movl	CMDLINE_PTR(%rsi), %ebx
	movb	(%rbx), %al
	cmpb	$'h', %al
	je	hello
	cmpb	$'r', %al
	je	reset
	cmpb	$'j', %al
	je	jump_to_bios
	cmpb	$'t', %al
	je	triple_fault
	cmpb	$'e', %al
	je	echo
	cmpb	$'f', %al
	je	flood
	cmpb	$'b', %al
	je	breakpoint
	cmpb	$'o', %al
	je	outside
spin:
	pause
	jmp	spin

hello:
	leaq	text(%rip), %rsi
	movw	$COM1, %dx
1:	lodsb
	testb	%al, %al
	jz	power_off
	outb	%al, %dx
	jmp	1b

reset:
	movb	$0xfe, %al
	outb	%al, $0x64
	jmp	spin

/*
 * Out of long mode by way of 32-bit and 16-bit code below 1 MiB, as Linux
 * does it; the code is copied there first.
 */
jump_to_bios:
	leaq	trampoline(%rip), %rsi
	movl	$TRAMPOLINE, %edi
	movl	$trampoline_end - trampoline, %ecx
	rep movsb
	lgdt	TRAMPOLINE + gdt_pointer - trampoline
	ljmp	*TRAMPOLINE + far_pointer - trampoline

/* The IDT is empty, so the exception, and the next, find no handler. */
triple_fault:
	ud2

breakpoint:
	int3
	jmp	power_off

outside:
	movl	$0xd0000000, %eax
	jmp	*%rax

/* A driver listens when OUT2 and the receive interrupt are on. */
echo:
	movw	$COM1 + 4, %dx
	movb	$0x08, %al
	outb	%al, %dx
	movw	$COM1 + 1, %dx
	movb	$0x01, %al
	outb	%al, %dx
	movw	$COM1 + 2, %dx
	outb	%al, %dx
1:	movw	$LSR, %dx
2:	inb	%dx, %al
	testb	$0x01, %al
	jz	2b
	movw	$COM1, %dx
	inb	%dx, %al
	cmpb	$'q', %al
	je	power_off
	movb	%al, %cl
	movw	$LSR, %dx
3:	inb	%dx, %al
	testb	$0x20, %al
	jz	3b
	movb	%cl, %al
	movw	$COM1, %dx
	outb	%al, %dx
	jmp	1b

flood:
	movw	$LSR, %dx
1:	inb	%dx, %al
	testb	$0x20, %al
	jz	1b
	movw	$COM1, %dx
	movb	$'f', %al
	outb	%al, %dx
	jmp	flood

/* ACPI: SLP_TYP 5 and SLP_EN into the sleep control register. */
power_off:
	movw	$0x600, %dx
	movb	$(5 << 2 | 1 << 5), %al
	outb	%al, %dx
	jmp	spin

text:
	.asciz	"hello\n"

	.balign	8
trampoline:
	.code32
in_32_bits:
	movl	%cr0, %eax
	andl	$0x7fffffff, %eax
	movl	%eax, %cr0
	movw	$0x18, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	ljmp	$0x10, $TRAMPOLINE + in_16_bits - trampoline
	.code16
in_16_bits:
	movl	%cr0, %eax
	andl	$0xfffffffe, %eax
	movl	%eax, %cr0
	ljmp	$0xffff, $0
	.balign	8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff	/* 32-bit code */
	.quad	0x00009b000000ffff	/* 16-bit code */
	.quad	0x000093000000ffff	/* 16-bit data */
gdt_pointer:
	.word	gdt_pointer - gdt - 1
	.quad	TRAMPOLINE + gdt - trampoline
far_pointer:
	.long	TRAMPOLINE + in_32_bits - trampoline
	.word	0x08
trampoline_end:
	.code64

	.section .note.GNU-stack, "", @progbits
