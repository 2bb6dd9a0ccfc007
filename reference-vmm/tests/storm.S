/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * A hostile guest: every processor accesses I/O ports at random, with each
 * width and with string instructions, half of the time about the serial port;
 * the first one then does the same to addresses where no memory is, and powers
 * off.  Entered by the 64-bit Linux boot protocol, with a page table that maps
 * the low 4 GiB to themselves.
 */
#define LAPIC_SPURIOUS	0xfee000f0
#define LAPIC_COMMAND	0xfee00300
#define INIT_THE_OTHERS 0xc4500
#define START_THE_OTHERS 0xc4600

#define TRAMPOLINE	0x8000
#define SCRATCH		0x1000

#define PORT_ROUNDS	100
#define MEMORY_ROUNDS	500

	/* The next random number in ebx; its high bits are the better ones. */
	.macro	random
	imull	$1664525, %ebx, %ebx
	addl	$1013904223, %ebx
	.endm

	/* Rounds in ebp; the same text for 16-bit and for 64-bit mode. */
	.macro	storm
1:	random
	movl	%ebx, %edx
	shrl	$16, %edx
	testb	$1, %bh
	jz	2f
	andl	$0x1f, %edx
	orl	$0x3f0, %edx
2:	inb	%dx, %al
	inw	%dx, %ax
	inl	%dx, %eax
	movl	$SCRATCH, %edi
	movzbl	%bl, %ecx
	rep insb
	movl	$5, %ecx
	rep insw
	movl	$3, %ecx
	rep insl
	/* Nothing to the ports that end the run: i8042 and ACPI sleep. */
	leal	-0x5d(%edx), %ecx
	cmpl	$8, %ecx
	jb	3f
	leal	-0x5fd(%edx), %ecx
	cmpl	$5, %ecx
	jb	3f
	movl	%ebx, %eax
	outb	%al, %dx
	outw	%ax, %dx
	outl	%eax, %dx
	movl	$SCRATCH, %esi
	movzbl	%bl, %ecx
	rep outsb
	movl	$5, %ecx
	rep outsw
	movl	$3, %ecx
	rep outsl
3:	decl	%ebp
	jnz	1b
	.endm

	.globl	_start
	.text
_start:
	leaq	other(%rip), %rsi
	movl	$TRAMPOLINE, %edi
	movl	$other_end - other, %ecx
	rep movsb
	movl	$LAPIC_SPURIOUS, %eax
	movl	$0x1ff, (%rax)
	movl	$LAPIC_COMMAND, %eax
	movl	$INIT_THE_OTHERS, (%rax)
	movl	$10000, %ecx
1:	pause
	loop	1b
	movl	$START_THE_OTHERS | TRAMPOLINE >> 12, (%rax)

	movl	$1, %ebx
	movl	$PORT_ROUNDS, %ebp
	storm

	movl	$MEMORY_ROUNDS, %ebp
memory:	random
	movl	%ebx, %esi
	orl	$0xc0000000, %esi
	/* Not the interrupt controllers, nor past the last page but one. */
	movl	%esi, %eax
	shrl	$20, %eax
	cmpl	$0xfec, %eax
	jae	2f
	movb	(%rsi), %al
	movw	(%rsi), %ax
	movl	(%rsi), %eax
	movq	(%rsi), %rax
	movb	%al, (%rsi)
	movw	%ax, (%rsi)
	movl	%eax, (%rsi)
	movq	%rax, (%rsi)
	lock incl (%rsi)
	movl	%esi, %edi
	movl	$SCRATCH, %esi
	movl	$3, %ecx
	rep movsq
2:	decl	%ebp
	jnz	memory

	movw	$0x600, %dx
	movb	$(5 << 2 | 1 << 5), %al
	outb	%al, %dx
3:	pause
	jmp	3b

/* Where the other processors start, in real mode. */
other:
	.code16
	cli
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %es
	rdtsc
	movl	%eax, %ebx
	movl	$-1, %ebp
	storm
	hlt
other_end:

	.section .note.GNU-stack, "", @progbits
