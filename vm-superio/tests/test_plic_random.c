/* SPDX-License-Identifier: Apache-2.0 OR BSD-3-Clause */
/*
 * The controller beside a slow one that is obviously right: one flag for each
 * thing, and everything worked out anew each time.
 */
#include "plic_harts.h"

#define MOST_SOURCES 1023u
#define STEPS	     4000u

struct slow_plic {
	unsigned int sources;
	unsigned int priority[MOST_SOURCES + 1];
	bool level[MOST_SOURCES + 1];
	bool pending[MOST_SOURCES + 1];
	bool claimed[MOST_SOURCES + 1];
	bool enabled[CONTEXTS][MOST_SOURCES + 1];
	unsigned int threshold[CONTEXTS];
};

static struct slow_plic slow;
static uint64_t random_state;
static unsigned int claims;

static uint32_t some(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 32) % limit);
}

/* Few bits, many bits, or about half of them. */
static uint32_t some_word(void)
{
	uint32_t word = some(UINT32_MAX);

	switch (some(3)) {
	case 0:
		return word & some(UINT32_MAX) & some(UINT32_MAX);
	case 1:
		return word | some(UINT32_MAX) | some(UINT32_MAX);
	}
	return word;
}

static bool slow_has(unsigned int source)
{
	return source >= 1 && source <= slow.sources;
}

static void slow_gateway(unsigned int source)
{
	if (slow.level[source] && !slow.claimed[source])
		slow.pending[source] = true;
}

static bool slow_external(unsigned int context)
{
	for (unsigned int n = 1; n <= slow.sources; n++)
		if (slow.pending[n] && slow.enabled[context][n] &&
		    slow.priority[n] > slow.threshold[context])
			return true;
	return false;
}

static unsigned int slow_claim(unsigned int context)
{
	unsigned int best = 0;

	for (unsigned int n = 1; n <= slow.sources; n++)
		if (slow.pending[n] && slow.enabled[context][n] &&
		    slow.priority[n] > (best ? slow.priority[best] : 0))
			best = n;
	if (best) {
		slow.pending[best] = false;
		slow.claimed[best] = true;
	}
	return best;
}

static uint32_t slow_word(const bool *flags, unsigned int word)
{
	uint32_t value = 0;

	for (unsigned int n = 0; n < 32; n++)
		value |= (uint32_t)flags[word * 32 + n] << n;
	return value;
}

static void step_line(void)
{
	unsigned int source = some(slow.sources + 2);
	bool level = some(2);

	vm_plic_set_level(&plic, source, level);
	if (!slow_has(source))
		return;
	slow.level[source] = level;
	slow_gateway(source);
}

static void step_priority(void)
{
	unsigned int source = some(slow.sources + 2) & MOST_SOURCES;
	uint32_t value = some(UINT32_MAX);

	out(PRIORITY(source), value);
	if (slow_has(source))
		slow.priority[source] = value % 8;
	ck_assert_uint_eq(in(PRIORITY(source)), slow.priority[source]);
}

static void step_enable(unsigned int context)
{
	unsigned int word = some(slow.sources / 32 + 2) % VM_PLIC_WORDS;
	uint32_t value = some_word();

	out(ENABLE(context, word), value);
	for (unsigned int n = 0; n < 32; n++)
		if (slow_has(word * 32 + n))
			slow.enabled[context][word * 32 + n] = value >> n & 1;
	ck_assert_uint_eq(in(ENABLE(context, word)),
			  slow_word(slow.enabled[context], word));
}

static void step_threshold(unsigned int context)
{
	uint32_t value = some(UINT32_MAX);

	out(THRESHOLD(context), value);
	slow.threshold[context] = value % 8;
	ck_assert_uint_eq(in(THRESHOLD(context)), value % 8);
}

static void step_claim(unsigned int context)
{
	unsigned int source = slow_claim(context);

	ck_assert_uint_eq(in(CLAIM(context)), source);
	claims += source != 0;
}

static void step_complete(unsigned int context)
{
	unsigned int source = some(slow.sources + 2);

	/* Mostly one that waits for it. */
	for (unsigned int n = source; some(4) && n <= slow.sources; n++)
		if (slow.claimed[n])
			source = n;
	out(COMPLETE(context), source);
	if (!slow_has(source) || !slow.enabled[context][source])
		return;
	slow.claimed[source] = false;
	slow_gateway(source);
}

/* The old controller's storage is the new one's. */
static void step_restore(void)
{
	struct vm_plic_context_state states[CONTEXTS];
	struct vm_plic_state state;

	vm_plic_save(&plic, &state, states);
	memset(&harts, 0, sizeof(harts));
	ck_assert_int_eq(vm_plic_init(&plic, contexts, CONTEXTS, slow.sources,
				      &ops, &harts),
			 0);
	ck_assert_int_eq(vm_plic_restore(&plic, &state, states), 0);
}

static void step(void)
{
	unsigned int context = some(CONTEXTS);

	switch (some(16)) {
	case 0:
		step_priority();
		break;
	case 1:
		step_enable(context);
		break;
	case 2:
		step_threshold(context);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		step_claim(context);
		break;
	case 7:
	case 8:
	case 9:
	case 10:
		step_complete(context);
		break;
	case 11:
		if (!some(16))
			step_restore();
		break;
	default:
		step_line();
	}
}

static void compare(void)
{
	uint32_t wrong = 0;

	for (unsigned int context = 0; context < CONTEXTS; context++)
		ck_assert(harts.external[context] == slow_external(context));
	for (unsigned int word = 0; word < VM_PLIC_WORDS; word++)
		wrong |= in(PENDING(word)) ^ slow_word(slow.pending, word);
	ck_assert_uint_eq(wrong, 0);
}

static const unsigned int source_counts[] = { 1,  2,  30, 31,	32,  33,
					      63, 64, 70, 1022, 1023 };

START_TEST(any_operations_have_the_result_of_the_slow_controller)
{
	random_state = UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)_i;
	memset(&slow, 0, sizeof(slow));
	memset(&harts, 0, sizeof(harts));
	slow.sources = source_counts[_i];
	ck_assert_int_eq(vm_plic_init(&plic, contexts, CONTEXTS, slow.sources,
				      &ops, &harts),
			 0);
	for (unsigned int n = 0; n < STEPS; n++) {
		step();
		compare();
	}
	/* The walk has not got stuck. */
	ck_assert_uint_gt(claims, STEPS / 50);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("plic_random");
	TCase *tcase = tcase_create("all");

	ADD_TEST_OVER(tcase,
		      any_operations_have_the_result_of_the_slow_controller,
		      source_counts);
	suite_add_tcase(suite, tcase);
	return run_suite(suite);
}
