/* The known label errors: of MNIST's test set, and of nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/label_errors.h"
#include "dataset/source.h"
#include "digits.h"

static void fifteen_images_of_mnists_test_set_are_known(void **state)
{
    (void)state;
    int count, found = 0;
    struct dataset set = {.count = 10000};
    strcpy(set.digest, SOURCE_MNIST_TEST);
    const int *errors = label_errors(&count, &set);
    assert_int_equal(count, 15);
    for (int i = 1; i < count; i++)
        assert_true(errors[i - 1] < errors[i]);
    for (int i = 0; i < set.count; i++)
        found += label_errors_has(&set, i);
    assert_int_equal(found, 15);
    assert_true(label_errors_has(&set, 947) && label_errors_has(&set, 9729) && !label_errors_has(&set, 948));
}

static void other_data_has_none(void **state)
{
    (void)state;
    int count;
    struct dataset set = digits_set(DATASET_TEST, 20);
    (void)label_errors(&count, &set);
    assert_int_equal(count, 0);
    assert_false(label_errors_has(&set, 947));
    dataset_free(&set);
}

static void mnists_digest_is_that_of_its_test_set(void **state)
{
    (void)state;
    struct dataset set;
    struct error err = {0};
    digits_need_mnist();
    if (dataset_load(&set, dataset_directory(NULL), DATASET_TEST, 10, &err) != 0)
        fail_msg("%s", err.text);
    assert_true(label_errors_has(&set, 2130));
    dataset_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fifteen_images_of_mnists_test_set_are_known),
        cmocka_unit_test(other_data_has_none),
        cmocka_unit_test(mnists_digest_is_that_of_its_test_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
