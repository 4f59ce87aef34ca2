/* The real files, where they are at hand: MNIST byte for byte, and Fashion-MNIST, which has the same shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataset/dataset.h"
#include "dataset/source.h"
#include "digits.h"

#define FASHION "/usr/share/datasets/fashion-mnist"

static struct dataset load(const char *directory, enum dataset_which which)
{
    struct dataset set;
    struct error err = {0};
    if (dataset_load(&set, directory, which, 10, &err) != 0)
        fail_msg("%s", err.text);
    return set;
}

static void assert_mnist(enum dataset_which which, uint32_t count, const int labels[10], const char *images_digest,
                         const char *labels_digest)
{
    struct dataset set = load(dataset_directory(NULL), which);
    assert_int_equal(set.count, count);
    assert_string_equal(set.source, SOURCE_MNIST);
    assert_int_equal(set.channels, 1);
    assert_int_equal(set.rows, 28);
    assert_int_equal(set.cols, 28);
    int times[10] = {0};
    for (int i = 0; i < set.count; i++)
        times[set.labels[i]]++;
    assert_memory_equal(times, labels, sizeof times);

    /* The known digests are those of whole files: the headers belong to them. */
    const unsigned char high = (unsigned char)(count >> 8), low = (unsigned char)count;
    const unsigned char images_header[16] = {0, 0, 8, 3, 0, 0, high, low, 0, 0, 0, 28, 0, 0, 0, 28};
    const unsigned char labels_header[8] = {0, 0, 8, 1, 0, 0, high, low};
    char digest[DIGEST_TEXT];
    digest_two(digest, images_header, sizeof images_header, set.pixels, (size_t)count * 28 * 28);
    assert_string_equal(digest, images_digest);
    digest_two(digest, labels_header, sizeof labels_header, set.labels, count);
    assert_string_equal(digest, labels_digest);
    dataset_free(&set);
}

static void the_training_set_is_loaded_byte_for_byte(void **state)
{
    (void)state;
    digits_need_mnist();
    assert_mnist(DATASET_TRAIN, 60000, (const int[]){5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
                 "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                 "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
}

static void the_test_set_is_loaded_byte_for_byte(void **state)
{
    (void)state;
    digits_need_mnist();
    assert_mnist(DATASET_TEST, 10000, (const int[]){980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
                 "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                 "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");
}

static void debians_fashion_mnist_is_loaded(void **state)
{
    (void)state;
    if (!dataset_exists(FASHION, DATASET_TRAIN)) {
        print_message("SKIPPED: the package dataset-fashion-mnist is not installed\n");
        skip();
    }
    struct dataset train = load(FASHION, DATASET_TRAIN), test = load(FASHION, DATASET_TEST);
    assert_int_equal(train.count, 60000);
    assert_int_equal(test.count, 10000);
    assert_int_equal(test.rows * test.cols, 28 * 28);
    assert_null(train.source);
    assert_null(test.source);
    dataset_free(&train);
    dataset_free(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_training_set_is_loaded_byte_for_byte),
        cmocka_unit_test(the_test_set_is_loaded_byte_for_byte),
        cmocka_unit_test(debians_fashion_mnist_is_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
