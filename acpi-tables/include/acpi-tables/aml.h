/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * Writer of ACPI Machine Language (ACPI 6.5, chapter 20) into a caller's
 * buffer.
 *
 * Calls follow the order of the ASL source that they stand for: a block is
 * opened by aml_scope(), aml_device() and so on and closed by aml_end(), which
 * fills in its length; an operator is followed by its operands.
 *
 *	aml_device(&aml, "COM1");
 *	aml_name(&aml, "_HID");
 *	aml_eisa_id(&aml, "PNP0501");
 *	aml_end(&aml);
 *
 * No call before aml_finish() reports an error.  The first one sticks, later
 * calls do nothing, and aml_finish() returns it: -ENOSPC where the buffer is
 * too small, -EINVAL where a call breaks its contract.
 *
 * Threading: a writer is used by one thread at a time.
 */
#ifndef ACPI_TABLES_AML_H
#define ACPI_TABLES_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <acpi-tables/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Blocks that may be open at a time. */
#define AML_DEPTH 16u

/* How an interrupt arrives; 0 is level-triggered, active high, exclusive. */
#define AML_IRQ_EDGE	   0x02u
#define AML_IRQ_ACTIVE_LOW 0x04u
#define AML_IRQ_SHARED	   0x08u

/* Allocated by the caller; every member is private to the library. */
struct aml {
	uint8_t *buf;
	size_t cap;
	size_t len;
	size_t if_end; /* where an Else may follow, or 0 */
	int error;
	unsigned int depth;
	struct aml_block {
		size_t start; /* what the block's length counts from */
		unsigned int kind;
		unsigned int elements;
	} blocks[AML_DEPTH];
};

/**
 * aml_init - start writing
 * @aml: uninitialised storage
 * @buf: @cap bytes; must outlive @aml
 * @cap: room in @buf
 *
 * Nothing needs to be undone when @aml is no longer used.
 */
ACPI_TABLES_API void aml_init(struct aml *aml, void *buf, size_t cap);

/**
 * aml_finish - end writing
 * @aml: the writer
 * @ret_len: receives how many bytes of the buffer are AML
 *
 * Returns:
 *	0 on success
 *	-ENOSPC, the buffer is too small
 *	-EINVAL, a call broke its contract, or a block is still open
 */
ACPI_TABLES_API ACPI_TABLES_CHECK int aml_finish(struct aml *aml,
						 size_t *ret_len);

/**
 * aml_scope - Scope (path) {
 * @aml: the writer
 * @path: names of up to four characters A-Z, 0-9 and _ (no digit first), with
 *	dots between them and \ or ^ before the first: "\\_SB.PCI0"
 */
ACPI_TABLES_API void aml_scope(struct aml *aml, const char *path);

/** aml_device - Device (path) { */
ACPI_TABLES_API void aml_device(struct aml *aml, const char *path);

/**
 * aml_method - Method (path, args) {
 * @aml: the writer
 * @path: as for aml_scope()
 * @args: 0 to 7
 * @serialized: one invocation at a time
 */
ACPI_TABLES_API void aml_method(struct aml *aml, const char *path,
				unsigned int args, bool serialized);

/**
 * aml_package - Package () {
 * @aml: the writer
 *
 * The elements follow: at most 255 integers, strings, EISA ids, paths,
 * buffers and packages.
 */
ACPI_TABLES_API void aml_package(struct aml *aml);

/** aml_buffer - Buffer () {, whose content aml_bytes() adds */
ACPI_TABLES_API void aml_buffer(struct aml *aml);

/**
 * aml_resources - ResourceTemplate () {
 * @aml: the writer
 *
 * Only resource descriptors may follow: aml_io(), aml_interrupt(),
 * aml_memory32_fixed(), aml_qword_memory().
 */
ACPI_TABLES_API void aml_resources(struct aml *aml);

/** aml_if - If (; the predicate follows, then the statements */
ACPI_TABLES_API void aml_if(struct aml *aml);

/** aml_else - Else {, directly behind the aml_end() of an aml_if() */
ACPI_TABLES_API void aml_else(struct aml *aml);

/** aml_end - }, of the block opened last */
ACPI_TABLES_API void aml_end(struct aml *aml);

/** aml_name - Name (path, the object follows) */
ACPI_TABLES_API void aml_name(struct aml *aml, const char *path);

/** aml_integer - an integer, in the shortest form that holds it */
ACPI_TABLES_API void aml_integer(struct aml *aml, uint64_t value);

/**
 * aml_string - a string
 * @aml: the writer
 * @text: characters 0x01 to 0x7f
 */
ACPI_TABLES_API void aml_string(struct aml *aml, const char *text);

/**
 * aml_eisa_id - EisaId (id)
 * @aml: the writer
 * @id: three capital letters and four capital hexadecimal digits: "PNP0C0C"
 */
ACPI_TABLES_API void aml_eisa_id(struct aml *aml, const char *id);

/** aml_path - a reference to a named object, or a call of a method */
ACPI_TABLES_API void aml_path(struct aml *aml, const char *path);

/** aml_arg - Arg0 to Arg6 of the method */
ACPI_TABLES_API void aml_arg(struct aml *aml, unsigned int index);

/** aml_local - Local0 to Local7 of the method */
ACPI_TABLES_API void aml_local(struct aml *aml, unsigned int index);

/** aml_return - Return (the value follows) */
ACPI_TABLES_API void aml_return(struct aml *aml);

/** aml_equal - LEqual (two operands follow) */
ACPI_TABLES_API void aml_equal(struct aml *aml);

/** aml_store - Store (the value, then the target follow) */
ACPI_TABLES_API void aml_store(struct aml *aml);

/** aml_notify - Notify (path, the value follows) */
ACPI_TABLES_API void aml_notify(struct aml *aml, const char *path);

/**
 * aml_bytes - bytes as they are
 * @aml: the writer
 * @data: content of a buffer, or AML that the caller encoded
 * @len: how many
 */
ACPI_TABLES_API void aml_bytes(struct aml *aml, const void *data, size_t len);

/**
 * aml_io - IO (Decode16, base, base, 1, size)
 * @aml: the writer, in aml_resources()
 * @base: first I/O port
 * @size: number of ports, 1 to 255, not past port 0xffff
 */
ACPI_TABLES_API void aml_io(struct aml *aml, uint16_t base, unsigned int size);

/**
 * aml_interrupt - Interrupt (ResourceConsumer, ...) { gsi }
 * @aml: the writer, in aml_resources()
 * @gsi: global system interrupt
 * @flags: AML_IRQ_EDGE and so on
 */
ACPI_TABLES_API void aml_interrupt(struct aml *aml, uint32_t gsi,
				   unsigned int flags);

/**
 * aml_memory32_fixed - Memory32Fixed (ReadWrite, base, size)
 * @aml: the writer, in aml_resources()
 * @base: first byte
 * @size: bytes, not 0; the range ends at or below 4 GiB
 */
ACPI_TABLES_API void aml_memory32_fixed(struct aml *aml, uint32_t base,
					uint32_t size);

/**
 * aml_qword_memory - QWordMemory (ResourceConsumer, ..., NonCacheable,
 *	ReadWrite, 0, base, base + size - 1, 0, size)
 * @aml: the writer, in aml_resources()
 * @base: first byte
 * @size: bytes, not 0; the range does not wrap
 */
ACPI_TABLES_API void aml_qword_memory(struct aml *aml, uint64_t base,
				      uint64_t size);

#ifdef __cplusplus
}
#endif

#endif
