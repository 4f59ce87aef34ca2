/* McNemar's test: against binomial probabilities worked out by hand, and what it counts. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "training/mcnemar.h"

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * fabs(b));
}

static void p_is_twice_the_binomial_tail(void **state)
{
    (void)state;
    assert_near(mcnemar_p(0, 5), 2 * 1.0 / 32);
    assert_near(mcnemar_p(3, 9), 2 * (1 + 12 + 66 + 220) / 4096.0);
    assert_near(mcnemar_p(9, 3), mcnemar_p(3, 9));
    assert_near(mcnemar_p(1, 19), 2 * (1 + 20) / 1048576.0);
}

static void p_is_at_most_1(void **state)
{
    (void)state;
    assert_true(mcnemar_p(0, 0) == 1);
    assert_true(mcnemar_p(0, 1) == 1);
    assert_true(mcnemar_p(7, 7) == 1);
}

/* Where 2^-n is no double; against sums of whole numbers. */
static void many_images_are_no_trouble(void **state)
{
    (void)state;
    assert_near(mcnemar_p(450, 550), 0.0017305360849763176);
    assert_near(mcnemar_p(4684, 5384), 3.1897509658214468e-12);
    assert_true(mcnemar_p(0, 60000) >= 0 && mcnemar_p(0, 60000) < 1e-300);
    assert_true(mcnemar_p(5000, 5001) == 1);
}

static void only_images_that_one_reads_and_the_other_does_not_count(void **state)
{
    (void)state;
    static const unsigned char labels[8] = {1, 2, 3, 4, 5, 6, 7, 8}, first[8] = {1, 2, 3, 4, 0, 0, 0, 9},
                               second[8] = {1, 0, 0, 0, 5, 0, 9, 0};
    const struct mcnemar test = mcnemar_test(first, second, labels, 8);
    assert_int_equal(test.only_first, 3);
    assert_int_equal(test.only_second, 1);
    assert_near(test.p, 2 * 5.0 / 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_is_twice_the_binomial_tail),
        cmocka_unit_test(p_is_at_most_1),
        cmocka_unit_test(many_images_are_no_trouble),
        cmocka_unit_test(only_images_that_one_reads_and_the_other_does_not_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
