/* Numbers: our exp, log, cos and tanh against libm's in long double, random numbers, digests. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/real.h"
#include "base/rng.h"

/* ---- Helpers ---- */

/* The largest error of `ours` against `theirs` over [low, high], relative to `least` or the result where that is larger
 * than it. */
static double worst_error(double (*ours)(double), long double (*theirs)(long double), double low, double high,
                          double least)
{
    enum { STEPS = 100000 };
    double worst = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double x = fmin(low + (high - low) / STEPS * i, high);
        const long double expected = theirs((long double)x), size = fabsl(expected);
        const long double error = fabsl((long double)ours(x) - expected) / (size > least ? size : (long double)least);
        if (isnan(error))
            return HUGE_VAL;
        worst = fmax(worst, (double)error);
    }
    return worst;
}

static void assert_below(double worst, double bound, const char *what)
{
    if (!(worst <= bound))
        fail_msg("%s is off by %.3g, and %.3g is promised", what, worst, bound);
}

static int same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* ---- Functions ---- */

static void exp_is_right_over_its_whole_range(void **state)
{
    (void)state;
    assert_below(worst_error(real_exp, expl, -707.9, 709, DBL_MIN), 1e-15, "exp");
    assert_below(worst_error(real_exp, expl, -20, 20, DBL_MIN), 1e-15, "exp");
    assert_below(worst_error(real_exp, expl, -1e-3, 1e-3, DBL_MIN), 1e-15, "exp");
}

static void exp_has_exact_ends(void **state)
{
    (void)state;
    assert_true(same(real_exp(0), 1));
    assert_true(same(real_exp(-0.0), 1));
    assert_true(same(real_exp(-708), 0));
    assert_true(same(real_exp(-1e300), 0));
    assert_true(same(real_exp(-INFINITY), 0));
    assert_true(isfinite(real_exp(709)));
    assert_true(same(real_exp(709.0001), INFINITY));
    assert_true(same(real_exp(INFINITY), INFINITY));
    assert_true(isnan(real_exp(NAN)));
}

static void log_is_right_over_its_whole_range(void **state)
{
    (void)state;
    assert_below(worst_error(real_log, logl, 1e-6, 4, 1), 1e-15, "log");
    assert_below(worst_error(real_log, logl, 1, 1e4, 1), 1e-15, "log");
    assert_below(worst_error(real_log, logl, 1e300, 1.7e308, 1), 1e-15, "log");
    assert_below(worst_error(real_log, logl, DBL_MIN, 1e-300, 1), 1e-15, "log");
    assert_true(same(real_log(1), 0));
    assert_true(isnan(real_log(NAN)));
}

static void cos_is_right_from_0_to_pi(void **state)
{
    (void)state;
    assert_below(worst_error(real_cos, cosl, 0, 3.141592653589793, 1), 1e-15, "cos");
    assert_true(same(real_cos(0), 1));
    assert_true(same(real_cos(0x1.921fb54442d18p1), -1));
}

static long double cos_of_turns(long double turns)
{
    return cosl(6.283185307179586476925286766559006L * turns);
}

static void cos_of_turns_is_right_for_any_number_of_them(void **state)
{
    (void)state;
    assert_below(worst_error(real_cos_turns, cos_of_turns, -1.5, 1.5, 1), 1e-14, "cos of turns");
    assert_below(worst_error(real_cos_turns, cos_of_turns, 1000, 1001, 1), 1e-14, "cos of turns");
    assert_true(same(real_cos_turns(0), 1) && same(real_cos_turns(-7), 1) && same(real_cos_turns(0x1p1000), 1));
    assert_true(same(real_cos_turns(0.5), -1) && same(real_cos_turns(-2.5), -1));
    assert_true(same(real_cos_turns(0x1.fffffffffffffp-2), -1)); /* adding 1/2 to it gives 1 */
    assert_true(same(real_cos_turns(-1e-300), 1));
    assert_true(isnan(real_cos_turns(NAN)));
}

static void tanh_is_right_over_its_whole_range(void **state)
{
    (void)state;
    assert_below(worst_error(real_tanh, tanhl, -25, 25, DBL_MIN), 1e-14, "tanh");
    assert_below(worst_error(real_tanh, tanhl, -0.2, 0.2, DBL_MIN), 1e-14, "tanh");
    assert_below(worst_error(real_tanh, tanhl, 0, 1e-9, DBL_MIN), 1e-14, "tanh");
    assert_true(same(real_tanh(0), 0));
    assert_true(same(real_tanh(1e9), 1) && same(real_tanh(-INFINITY), -1));
    assert_true(isnan(real_tanh(NAN)));
}

static void tanh_is_odd(void **state)
{
    (void)state;
    for (double x = 0.001; x < 20; x *= 1.01)
        assert_true(same(real_tanh(-x), -real_tanh(x)));
}

/* Bits, since the trained bytes hang on them. */
static void the_functions_give_the_same_bits_everywhere(void **state)
{
    (void)state;
    double sum = 0;
    for (int i = 1; i <= 1000; i++) {
        const double x = i * 0.003;
        sum += real_exp(x) + real_log(x) + real_cos(x) + real_tanh(x);
    }
    if (!same(sum, 0x1.c7ab260b7699bp+12))
        fail_msg("the sum is %a", sum);
}

static void cos_of_turns_gives_the_same_bits_everywhere(void **state)
{
    (void)state;
    double sum = 0;
    for (int i = 1; i <= 1000; i++)
        sum += i * real_cos_turns(i * 0.0137 - 5);
    if (!same(sum, -0x1.63682e00540d7p+13))
        fail_msg("the sum is %a", sum);
}

/* ---- Random numbers ---- */

/* The generator's own test vector: splitmix64 from the state 1234567. */
static void the_generator_is_splitmix64(void **state)
{
    (void)state;
    struct rng rng = {1234567};
    assert_true(rng_next(&rng) == 6457827717110365317u);
    assert_true(rng_next(&rng) == 3203168211198807973u);
    assert_true(rng_next(&rng) == 9817491932198370423u);
    assert_true(rng_next(&rng) == 4593380528125082431u);
    assert_true(rng_next(&rng) == 16408922859458223821u);
}

static void a_seed_and_a_stream_give_known_numbers(void **state)
{
    (void)state;
    struct rng weights = rng_make(1, RNG_WEIGHTS), shuffle = rng_make(1, RNG_SHUFFLE);
    struct rng largest = rng_make(9007199254740991, RNG_WEIGHTS);
    assert_true(rng_next(&weights) == 0xe8d53078c045a3e8u);
    assert_true(rng_next(&weights) == 0x73930879f10854d6u);
    assert_true(rng_next(&shuffle) == 0x19e02eb5a04a258du);
    assert_true(rng_next(&shuffle) == 0xa4d3812a24d46f09u);
    assert_true(rng_next(&largest) == 0x4c2546ee5e26aa5du);
}

static void units_are_the_upper_24_bits_below_1(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, RNG_WEIGHTS);
    assert_true(rng_unit(&rng) == 15258928 / 16777216.0f);
    assert_true(rng_unit(&rng) == 7574280 / 16777216.0f);
    double sum = 0;
    for (int i = 0; i < 100000; i++) {
        const float unit = rng_unit(&rng);
        assert_true(unit >= 0 && unit < 1);
        sum += (double)unit;
    }
    assert_true(fabs(sum / 100000 - 0.5) < 0.005);
}

static void numbers_below_a_bound_are_in_range_and_equally_frequent(void **state)
{
    (void)state;
    struct rng rng = rng_make(3, 0);
    for (uint32_t below = 1; below <= 20; below++) {
        int counts[20] = {0};
        for (uint32_t i = 0; i < 2000 * below; i++) {
            const uint32_t number = rng_below(&rng, below);
            assert_true(number < below);
            counts[number]++;
        }
        for (uint32_t k = 0; k < below; k++)
            assert_in_range(counts[k], 1750, 2250); /* 5.6 standard deviations */
    }
}

/* By the remainder alone, numbers below 2^30 would come twice as often as the others here. */
static void a_large_bound_has_no_bias_either(void **state)
{
    (void)state;
    struct rng rng = rng_make(4, 0);
    int low = 0;
    for (int i = 0; i < 30000; i++)
        low += rng_below(&rng, 3u << 30) < 1u << 30;
    assert_in_range(low, 9600, 10400);
}

/* ---- Digests ---- */

static void digests_of_bytes_are_sha256(void **state)
{
    (void)state;
    char text[DIGEST_TEXT];
    digest_bytes(text, "", 0);
    assert_string_equal(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    digest_bytes(text, "abc", 3);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_two(text, "a", 1, "bc", 2);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void digests_of_floats_are_over_their_little_endian_bytes(void **state)
{
    (void)state;
    const float numbers[4] = {0.1f, -2.5f, FLT_MAX, -0.0f};
    char text[DIGEST_TEXT];
    digest_floats(text, numbers, 4);
    assert_string_equal(text, "51696db2943435865f13938e3e6e0a3ca677567ae669d6c7083548b3c9f05449");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_is_right_over_its_whole_range),
        cmocka_unit_test(exp_has_exact_ends),
        cmocka_unit_test(log_is_right_over_its_whole_range),
        cmocka_unit_test(cos_is_right_from_0_to_pi),
        cmocka_unit_test(cos_of_turns_is_right_for_any_number_of_them),
        cmocka_unit_test(tanh_is_right_over_its_whole_range),
        cmocka_unit_test(tanh_is_odd),
        cmocka_unit_test(the_functions_give_the_same_bits_everywhere),
        cmocka_unit_test(cos_of_turns_gives_the_same_bits_everywhere),
        cmocka_unit_test(the_generator_is_splitmix64),
        cmocka_unit_test(a_seed_and_a_stream_give_known_numbers),
        cmocka_unit_test(units_are_the_upper_24_bits_below_1),
        cmocka_unit_test(numbers_below_a_bound_are_in_range_and_equally_frequent),
        cmocka_unit_test(a_large_bound_has_no_bias_either),
        cmocka_unit_test(digests_of_bytes_are_sha256),
        cmocka_unit_test(digests_of_floats_are_over_their_little_endian_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
