/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <vm-superio/plic.h>

/* The register map begins with priorities: PLIC specification, chapter 3. */
#define PENDING	     0x1000u
#define PENDING_END  0x1080u
#define ENABLES	     0x2000u
#define ENABLES_SIZE 0x80u /* of one context */

/* Offsets in the page of a context. */
#define CONTEXT_THRESHOLD 0x0u
#define CONTEXT_CLAIM	  0x4u

enum kind { NOTHING, PRIORITY, IS_PENDING, IS_ENABLED, THRESHOLD, CLAIM };

/* A register: of which context, and which source or word of a bitmap. */
struct place {
	enum kind kind;
	unsigned int context;
	unsigned int index;
};

static bool has_bit(const uint32_t *bitmap, unsigned int source)
{
	return bitmap[source / 32] >> source % 32 & 1;
}

static void set_bit(uint32_t *bitmap, unsigned int source, bool value)
{
	uint32_t bit = UINT32_C(1) << source % 32;

	if (value)
		bitmap[source / 32] |= bit;
	else
		bitmap[source / 32] &= ~bit;
}

static bool is_source(const struct vm_plic *plic, uint32_t number)
{
	return number && number <= plic->sources;
}

static unsigned int word_count(const struct vm_plic *plic)
{
	return plic->sources / 32 + 1;
}

/* The bits of a word of a bitmap that stand for a source. */
static uint32_t source_mask(const struct vm_plic *plic, unsigned int word)
{
	uint32_t mask = UINT32_MAX;

	if (word > plic->sources / 32)
		return 0;
	if (word == plic->sources / 32)
		mask >>= 31 - plic->sources % 32;
	return word ? mask : mask & ~UINT32_C(1);
}

/* Those of a word of sources that may interrupt a context above a priority. */
static uint32_t candidates(const struct vm_plic *plic,
			   const struct vm_plic_context *context,
			   unsigned int above, unsigned int word)
{
	return plic->pending[word] & context->enabled[word] &
	       plic->above[above][word];
}

/* Interrupt notification: chapter 1.3. */
static void update_context(struct vm_plic *plic, unsigned int number)
{
	struct vm_plic_context *context = &plic->contexts[number];
	unsigned int words = word_count(plic);
	bool level = false;

	for (unsigned int word = 0; word < words && !level; word++)
		level = candidates(plic, context, context->threshold, word);
	if (level == context->external)
		return;
	context->external = level;
	plic->ops->set_external(plic->ctx, number, level);
}

static void update_contexts_of(struct vm_plic *plic, unsigned int source)
{
	for (unsigned int i = 0; i < plic->context_count; i++)
		if (has_bit(plic->contexts[i].enabled, source))
			update_context(plic, i);
}

/*
 * A gateway makes one request while its line is high, and the next when that
 * one has been completed: chapter 1.2.
 */
static void run_gateway(struct vm_plic *plic, unsigned int source)
{
	if (!has_bit(plic->level, source) || has_bit(plic->pending, source) ||
	    has_bit(plic->claimed, source))
		return;
	set_bit(plic->pending, source, true);
	update_contexts_of(plic, source);
}

/* The highest priority wins, then the lowest number: chapters 1.4 and 4. */
static unsigned int find_best(const struct vm_plic *plic,
			      const struct vm_plic_context *context)
{
	unsigned int words = word_count(plic);

	for (unsigned int above = VM_PLIC_PRIORITY_MAX; above--;) {
		for (unsigned int word = 0; word < words; word++) {
			uint32_t found = candidates(plic, context, above, word);

			if (found)
				return word * 32 +
				       (unsigned int)__builtin_ctz(found);
		}
	}
	return 0;
}

/* Chapter 8: the threshold plays no part. */
static uint32_t claim(struct vm_plic *plic, unsigned int context)
{
	unsigned int source = find_best(plic, &plic->contexts[context]);

	if (!source)
		return 0;
	set_bit(plic->pending, source, false);
	set_bit(plic->claimed, source, true);
	update_contexts_of(plic, source);
	return source;
}

/* Chapter 9: whoever has the source enabled may complete it. */
static void complete(struct vm_plic *plic, unsigned int context, uint32_t value)
{
	if (!is_source(plic, value) ||
	    !has_bit(plic->contexts[context].enabled, value))
		return;
	set_bit(plic->claimed, value, false);
	run_gateway(plic, value);
}

/* Nothing is above the maximum, where the loop ends at the latest. */
static uint8_t priority_of(const struct vm_plic *plic, unsigned int source)
{
	uint8_t priority = 0;

	while (has_bit(plic->above[priority], source))
		priority++;
	return priority;
}

static void set_priority(struct vm_plic *plic, unsigned int source,
			 uint32_t priority)
{
	for (unsigned int above = 0; above < VM_PLIC_PRIORITY_MAX; above++)
		set_bit(plic->above[above], source, priority > above);
}

/* An index may be that of a source or context that the controller lacks. */
static struct place decode(unsigned int off)
{
	unsigned int word = off % ENABLES_SIZE / 4;

	if (off % 4)
		return (struct place){ NOTHING, 0, 0 };
	if (off < PENDING)
		return (struct place){ PRIORITY, 0, off / 4 };
	if (off < PENDING_END)
		return (struct place){ IS_PENDING, 0, word };
	if (off < ENABLES)
		return (struct place){ NOTHING, 0, 0 };
	if (off < VM_PLIC_CONTEXT_PAGES)
		return (struct place){ IS_ENABLED,
				       (off - ENABLES) / ENABLES_SIZE, word };
	off -= VM_PLIC_CONTEXT_PAGES;
	switch (off % VM_PLIC_CONTEXT_PAGE) {
	case CONTEXT_THRESHOLD:
		return (struct place){ THRESHOLD, off / VM_PLIC_CONTEXT_PAGE,
				       0 };
	case CONTEXT_CLAIM:
		return (struct place){ CLAIM, off / VM_PLIC_CONTEXT_PAGE, 0 };
	}
	return (struct place){ NOTHING, 0, 0 };
}

uint32_t vm_plic_read(struct vm_plic *plic, unsigned int off)
{
	struct place place = decode(off);

	if (place.context >= plic->context_count)
		return 0;
	switch (place.kind) {
	case NOTHING:
		return 0;
	case PRIORITY:
		return priority_of(plic, place.index);
	case IS_PENDING:
		return plic->pending[place.index];
	case IS_ENABLED:
		return plic->contexts[place.context].enabled[place.index];
	case THRESHOLD:
		return plic->contexts[place.context].threshold;
	case CLAIM:
		return claim(plic, place.context);
	}
	return 0;
}

static void write_priority(struct vm_plic *plic, unsigned int source,
			   uint32_t value)
{
	if (!is_source(plic, source))
		return;
	set_priority(plic, source, value & VM_PLIC_PRIORITY_MAX);
	update_contexts_of(plic, source);
}

void vm_plic_write(struct vm_plic *plic, unsigned int off, uint32_t value)
{
	struct place place = decode(off);
	struct vm_plic_context *context;

	if (place.context >= plic->context_count)
		return;
	context = &plic->contexts[place.context];
	switch (place.kind) {
	case NOTHING:
	case IS_PENDING:
		return;
	case PRIORITY:
		write_priority(plic, place.index, value);
		return;
	case IS_ENABLED:
		context->enabled[place.index] =
			value & source_mask(plic, place.index);
		break;
	case THRESHOLD:
		context->threshold = value & VM_PLIC_PRIORITY_MAX;
		break;
	case CLAIM:
		complete(plic, place.context, value);
		return;
	}
	update_context(plic, place.context);
}

void vm_plic_set_level(struct vm_plic *plic, unsigned int source, bool level)
{
	if (!is_source(plic, source))
		return;
	set_bit(plic->level, source, level);
	run_gateway(plic, source);
}

void vm_plic_save(const struct vm_plic *plic, struct vm_plic_state *ret_state,
		  struct vm_plic_context_state *ret_contexts)
{
	ret_state->version = VM_PLIC_STATE_VERSION;
	ret_state->sources = plic->sources;
	ret_state->contexts = plic->context_count;
	memcpy(ret_state->level, plic->level, sizeof(plic->level));
	memcpy(ret_state->pending, plic->pending, sizeof(plic->pending));
	memcpy(ret_state->claimed, plic->claimed, sizeof(plic->claimed));
	for (unsigned int i = 0; i <= VM_PLIC_SOURCES_MAX; i++)
		ret_state->priority[i] = priority_of(plic, i);
	for (unsigned int i = 0; i < plic->context_count; i++) {
		const struct vm_plic_context *context = &plic->contexts[i];

		memcpy(ret_contexts[i].enabled, context->enabled,
		       sizeof(context->enabled));
		ret_contexts[i].threshold = context->threshold;
	}
}

/* A gateway waits, has made a request, or has had it claimed. */
static bool word_is_valid(const struct vm_plic *plic,
			  const struct vm_plic_state *state, unsigned int word)
{
	uint32_t level = state->level[word];
	uint32_t pending = state->pending[word];
	uint32_t claimed = state->claimed[word];

	return !((level | pending | claimed) & ~source_mask(plic, word)) &&
	       !(pending & claimed) && !(level & ~(pending | claimed));
}

static bool context_is_valid(const struct vm_plic *plic,
			     const struct vm_plic_context_state *context)
{
	for (unsigned int word = 0; word < VM_PLIC_WORDS; word++)
		if (context->enabled[word] & ~source_mask(plic, word))
			return false;
	return context->threshold <= VM_PLIC_PRIORITY_MAX;
}

static bool state_is_valid(const struct vm_plic *plic,
			   const struct vm_plic_state *state,
			   const struct vm_plic_context_state *contexts)
{
	if (state->version != VM_PLIC_STATE_VERSION ||
	    state->sources != plic->sources ||
	    state->contexts != plic->context_count)
		return false;
	for (unsigned int word = 0; word < VM_PLIC_WORDS; word++)
		if (!word_is_valid(plic, state, word))
			return false;
	for (unsigned int i = 0; i <= VM_PLIC_SOURCES_MAX; i++)
		if (state->priority[i] >
		    (is_source(plic, i) ? VM_PLIC_PRIORITY_MAX : 0))
			return false;
	for (unsigned int i = 0; i < plic->context_count; i++)
		if (!context_is_valid(plic, &contexts[i]))
			return false;
	return true;
}

int vm_plic_restore(struct vm_plic *plic, const struct vm_plic_state *state,
		    const struct vm_plic_context_state *contexts)
{
	if (!state_is_valid(plic, state, contexts))
		return -EBADMSG;
	memcpy(plic->level, state->level, sizeof(plic->level));
	memcpy(plic->pending, state->pending, sizeof(plic->pending));
	memcpy(plic->claimed, state->claimed, sizeof(plic->claimed));
	for (unsigned int i = 1; i <= plic->sources; i++)
		set_priority(plic, i, state->priority[i]);
	for (unsigned int i = 0; i < plic->context_count; i++) {
		struct vm_plic_context *context = &plic->contexts[i];

		memcpy(context->enabled, contexts[i].enabled,
		       sizeof(context->enabled));
		context->threshold = (uint8_t)contexts[i].threshold;
		update_context(plic, i);
	}
	return 0;
}

int vm_plic_init(struct vm_plic *plic, struct vm_plic_context *contexts,
		 unsigned int context_count, unsigned int sources,
		 const struct vm_plic_ops *ops, void *ctx)
{
	if (!context_count || context_count > VM_PLIC_CONTEXTS_MAX ||
	    !sources || sources > VM_PLIC_SOURCES_MAX || !ops->set_external)
		return -EINVAL;
	memset(plic, 0, sizeof(*plic));
	memset(contexts, 0, context_count * sizeof(*contexts));
	plic->ops = ops;
	plic->ctx = ctx;
	plic->contexts = contexts;
	plic->context_count = context_count;
	plic->sources = sources;
	return 0;
}
