/* Data sets: where they are looked for, what is said when they are not there, loading, parts and shuffles. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataset/dataset.h"
#include "dataset/source.h"
#include "support.h"

#define CURE                                                                                                           \
    ": get MNIST with scripts/get-mnist, point --data or MNIST_DIR to a folder that has it, or draw digits with "      \
    "lenet5 "                                                                                                          \
    "synth --out data/synthetic and use --data data/synthetic"

static char *folder; /* of the running test */

static int make_folder(void **state)
{
    (void)state;
    unsetenv("MNIST_DIR");
    folder = support_make_folder();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    support_remove_folder(folder);
    return 0;
}

/* ---- Helpers ---- */

static void write_in_folder(const char *name, const struct bytes *file)
{
    char *path = support_path(folder, name);
    support_write(path, file->data, file->size);
    free(path);
}

static void write_images(const char *name, uint32_t count)
{
    struct bytes file = support_idx(3, (const uint32_t[]){count, 2, 3});
    write_in_folder(name, &file);
    support_free(&file);
}

static void write_labels(const char *name, uint32_t count)
{
    struct bytes file = support_idx(1, &count);
    write_in_folder(name, &file);
    support_free(&file);
}

static struct dataset load(const char *directory, enum dataset_which which)
{
    struct dataset set;
    struct error err = {0};
    if (dataset_load(&set, directory, which, 10, &err) != 0)
        fail_msg("%s", err.text);
    return set;
}

/* Loading the training set has to fail with just this sentence, the output untouched. */
static void assert_refused(const char *directory, const char *sentence)
{
    struct dataset set, before;
    struct error err = {0};
    memset(&set, 0x5a, sizeof set);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(dataset_load(&set, directory, DATASET_TRAIN, 10, &err), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_string_equal(err.text, sentence);
    assert_memory_equal(&set, &before, sizeof set);
}

/* The same with the folder's name put before the sentence. */
static void assert_folder_refused(const char *sentence)
{
    char expected[700];
    snprintf(expected, sizeof expected, "%s%s", folder, sentence);
    assert_refused(folder, expected);
}

/* ---- Where they are looked for ---- */

static void the_option_comes_before_the_variable(void **state)
{
    (void)state;
    setenv("MNIST_DIR", "/variable", 1);
    assert_string_equal(dataset_directory("/option"), "/option");
}

static void the_variable_comes_before_the_default(void **state)
{
    (void)state;
    setenv("MNIST_DIR", "/variable", 1);
    assert_string_equal(dataset_directory(NULL), "/variable");
}

static void an_empty_variable_is_no_variable(void **state)
{
    (void)state;
    assert_string_equal(dataset_directory(NULL), "data/mnist");
    setenv("MNIST_DIR", "", 1);
    assert_string_equal(dataset_directory(NULL), "data/mnist");
}

static void a_folder_with_any_file_of_a_set_has_it(void **state)
{
    (void)state;
    assert_false(dataset_exists(folder, DATASET_TEST));
    write_images("t10k-images-idx3-ubyte", 4);
    assert_true(dataset_exists(folder, DATASET_TEST)); /* the other one is missed when it is loaded */
    write_labels("t10k-labels.idx1-ubyte.gz", 4);
    assert_true(dataset_exists(folder, DATASET_TEST));
    assert_false(dataset_exists(folder, DATASET_TRAIN));
}

/* ---- Loading ---- */

static void both_sets_are_loaded_under_all_their_names(void **state)
{
    static const char *const names[][2] = {{"-images-idx3-ubyte", "-labels-idx1-ubyte"},
                                           {"-images-idx3-ubyte.gz", "-labels-idx1-ubyte.gz"},
                                           {"-images.idx3-ubyte", "-labels.idx1-ubyte"},
                                           {"-images.idx3-ubyte.gz", "-labels.idx1-ubyte.gz"}};
    (void)state;
    for (int i = 0; i < 8; i++) {
        char images[64], labels[64];
        const char *stem = i % 2 == 0 ? "train" : "t10k";
        snprintf(images, sizeof images, "%s%s", stem, names[i / 2][0]);
        snprintf(labels, sizeof labels, "%s%s", stem, names[i / 2][1]);
        write_images(images, 4);
        write_labels(labels, 4);
        struct dataset set = load(folder, i % 2 == 0 ? DATASET_TRAIN : DATASET_TEST);
        assert_int_equal(set.count, 4);
        assert_int_equal(set.channels, 1);
        assert_int_equal(set.rows, 2);
        assert_int_equal(set.cols, 3);
        assert_memory_equal(set.labels, "\0\1\2\3", 4);
        assert_memory_equal(dataset_image(&set, 1), "\6\7\10\11\0\1", 6);
        dataset_free(&set);
        support_remove_folder(folder);
        folder = support_make_folder();
    }
}

static void plain_and_gzip_files_load_to_equal_bytes(void **state)
{
    (void)state;
    struct bytes file = support_idx(3, (const uint32_t[]){500, 28, 28}), packed = support_gzip(file.data, file.size, 9);
    write_in_folder("train-images-idx3-ubyte", &file);
    write_in_folder("t10k-images-idx3-ubyte.gz", &packed);
    write_labels("train-labels-idx1-ubyte", 500);
    write_labels("t10k-labels-idx1-ubyte", 500);
    struct dataset plain = load(folder, DATASET_TRAIN), unpacked = load(folder, DATASET_TEST);
    assert_memory_equal(plain.pixels, unpacked.pixels, 500 * 28 * 28);
    assert_string_equal(plain.digest, unpacked.digest);
    dataset_free(&plain);
    dataset_free(&unpacked);
    support_free(&packed);
    support_free(&file);
}

static void the_digest_is_over_all_images_then_all_labels(void **state)
{
    (void)state;
    write_images("train-images-idx3-ubyte", 2);
    write_labels("train-labels-idx1-ubyte", 2);
    struct dataset set = load(folder, DATASET_TRAIN);
    char expected[DIGEST_TEXT];
    digest_bytes(expected,
                 "\0\1\2\3\4\5\6\7\10\11\0\1"
                 "\0\1",
                 14);
    assert_string_equal(set.digest, expected);
    dataset_free(&set);
}

static void the_source_follows_the_content_and_not_the_name(void **state)
{
    (void)state;
    write_images("train-images-idx3-ubyte", 2);
    write_labels("train-labels-idx1-ubyte", 2);
    struct dataset set = load(folder, DATASET_TRAIN);
    assert_null(set.source);
    assert_int_equal(source_write_synthetic(folder, "a test", set.digest, NULL, NULL), 0);
    dataset_free(&set);
    set = load(folder, DATASET_TRAIN);
    assert_string_equal(set.source, SOURCE_SYNTHETIC);
    dataset_free(&set);
    write_images("train-images-idx3-ubyte", 3);
    write_labels("train-labels-idx1-ubyte", 3);
    set = load(folder, DATASET_TRAIN);
    assert_null(set.source);
    dataset_free(&set);
}

static void images_with_channels_are_loaded(void **state)
{
    (void)state;
    struct bytes file = support_idx(4, (const uint32_t[]){2, 3, 4, 5});
    write_in_folder("train-images-idx3-ubyte", &file);
    write_labels("train-labels-idx1-ubyte", 2);
    struct dataset set = load(folder, DATASET_TRAIN);
    assert_int_equal(set.channels, 3);
    assert_ptr_equal(dataset_image(&set, 1), set.pixels + 3 * 4 * 5);
    dataset_free(&set);
    support_free(&file);
}

/* Archives of MNIST are about with a folder of that name beside the file with the dot. */
static void a_folder_with_the_name_of_a_file_is_passed_over(void **state)
{
    (void)state;
    char *path = support_path(folder, "train-images-idx3-ubyte");
    assert_int_equal(mkdir(path, 0777), 0);
    write_images("train-images.idx3-ubyte", 3);
    write_labels("train-labels.idx1-ubyte", 3);
    struct dataset set = load(folder, DATASET_TRAIN);
    assert_int_equal(set.count, 3);
    dataset_free(&set);
    free(path);
}

/* ---- What is said when they are not there ---- */

static void a_missing_folder_is_named_with_the_cure(void **state)
{
    (void)state;
    assert_refused("/no/such/folder", "/no/such/folder: there is no such folder" CURE);
}

static void a_missing_folder_from_the_variable_is_no_reason_to_look_elsewhere(void **state)
{
    (void)state;
    setenv("MNIST_DIR", "/no/such/folder", 1);
    assert_refused(dataset_directory(NULL), "/no/such/folder (from MNIST_DIR): there is no such folder" CURE);
}

static void a_file_in_place_of_the_folder_is_named(void **state)
{
    (void)state;
    char expected[700], *path = support_path(folder, "file");
    support_write(path, "", 0);
    snprintf(expected, sizeof expected, "%s: is a file, the folder with the four files was expected" CURE, path);
    assert_refused(path, expected);
    free(path);
}

static void a_folder_without_permission_is_named(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("SKIPPED: root may enter every folder\n");
        skip();
    }
    assert_int_equal(chmod(folder, 0600), 0);
    assert_folder_refused(": this user may not enter the folder" CURE);
    assert_int_equal(chmod(folder, 0700), 0);
}

static void missing_images_are_named(void **state)
{
    (void)state;
    write_labels("train-labels-idx1-ubyte", 3);
    assert_folder_refused(": has no file train-images-idx3-ubyte, nor with .gz or with a dot before idx" CURE);
}

static void missing_labels_are_named(void **state)
{
    (void)state;
    write_images("train-images-idx3-ubyte.gz", 3);
    assert_folder_refused(": has no file train-labels-idx1-ubyte, nor with .gz or with a dot before idx" CURE);
}

static void a_missing_file_in_the_variables_folder_is_named(void **state)
{
    (void)state;
    setenv("MNIST_DIR", folder, 1);
    assert_folder_refused(
        " (from MNIST_DIR): has no file train-images-idx3-ubyte, nor with .gz or with a dot before idx" CURE);
}

static void counts_that_differ_are_both_named(void **state)
{
    (void)state;
    char expected[700];
    write_images("train-images-idx3-ubyte", 3);
    write_labels("train-labels-idx1-ubyte.gz", 4);
    snprintf(expected, sizeof expected,
             "%s/train-images-idx3-ubyte holds 3 images, but %s/train-labels-idx1-ubyte.gz holds 4 labels: they do not "
             "belong together, fetch both again (MNIST: run scripts/get-mnist)",
             folder, folder);
    assert_refused(folder, expected);
}

static void a_label_that_the_network_cannot_give_is_named(void **state)
{
    (void)state;
    struct dataset set;
    struct error err = {0};
    write_images("train-images-idx3-ubyte", 4);
    write_labels("train-labels-idx1-ubyte", 4);
    assert_int_equal(dataset_load(&set, folder, DATASET_TRAIN, 3, &err), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_non_null(strstr(err.text, "label 3 (counted from 0) is 3, expected 0 to 2: give the network more classes"));
}

/* ---- Parts and shuffles ---- */

static void a_part_borrows_from_the_whole(void **state)
{
    (void)state;
    write_images("train-images-idx3-ubyte", 9);
    write_labels("train-labels-idx1-ubyte", 9);
    struct dataset whole = load(folder, DATASET_TRAIN);
    whole.source = SOURCE_MNIST;
    struct dataset part = dataset_part(&whole, 2, 5);
    assert_int_equal(part.count, 5);
    assert_ptr_equal(part.labels, whole.labels + 2);
    assert_ptr_equal(dataset_image(&part, 1), dataset_image(&whole, 3));
    assert_string_equal(part.digest, whole.digest);
    assert_string_equal(part.source, SOURCE_MNIST);
    dataset_free(&part);
    assert_int_equal(whole.labels[8], 8);
    dataset_free(&whole);
    assert_null(whole.pixels);
}

enum { MANY = 1000 };

static void a_shuffle_is_a_permutation(void **state)
{
    (void)state;
    for (int count = 0; count <= MANY; count = 2 * count + 1) {
        int order[MANY + 1], seen[MANY] = {0};
        order[count] = -1;
        dataset_shuffle(order, count, 7, 1);
        for (int i = 0; i < count; i++) {
            assert_in_range(order[i], 0, count - 1);
            assert_int_equal(seen[order[i]]++, 0);
        }
        assert_int_equal(order[count], -1);
    }
}

static void a_shuffle_depends_on_seed_and_epoch_alone(void **state)
{
    (void)state;
    int first[MANY], again[MANY], other_seed[MANY], other_epoch[MANY];
    memset(again, 0x5a, sizeof again);
    dataset_shuffle(first, MANY, 1, 2);
    dataset_shuffle(other_seed, MANY, 2, 2);
    dataset_shuffle(other_epoch, MANY, 1, 3);
    dataset_shuffle(again, MANY, 1, 2);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other_seed, sizeof first);
    assert_memory_not_equal(first, other_epoch, sizeof first);
}

/* Each of the 24 orders of 4 things should come in 1 of 24 epochs; 5 standard deviations are allowed. */
static void every_order_is_as_likely_as_any_other(void **state)
{
    (void)state;
    enum { EPOCHS = 24000 };
    int times[256] = {0}, kinds = 0, order[4];
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        dataset_shuffle(order, 4, 1, epoch);
        times[order[0] << 6 | order[1] << 4 | order[2] << 2 | order[3]]++;
    }
    for (int i = 0; i < 256; i++)
        if (times[i] > 0) {
            assert_in_range(times[i], 1000 - 155, 1000 + 155);
            kinds++;
        }
    assert_int_equal(kinds, 24);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_option_comes_before_the_variable),
        CASE(the_variable_comes_before_the_default),
        CASE(an_empty_variable_is_no_variable),
        CASE(a_folder_with_any_file_of_a_set_has_it),
        CASE(both_sets_are_loaded_under_all_their_names),
        CASE(plain_and_gzip_files_load_to_equal_bytes),
        CASE(the_digest_is_over_all_images_then_all_labels),
        CASE(the_source_follows_the_content_and_not_the_name),
        CASE(images_with_channels_are_loaded),
        CASE(a_folder_with_the_name_of_a_file_is_passed_over),
        CASE(a_missing_folder_is_named_with_the_cure),
        CASE(a_missing_folder_from_the_variable_is_no_reason_to_look_elsewhere),
        CASE(a_file_in_place_of_the_folder_is_named),
        CASE(a_folder_without_permission_is_named),
        CASE(missing_images_are_named),
        CASE(missing_labels_are_named),
        CASE(a_missing_file_in_the_variables_folder_is_named),
        CASE(counts_that_differ_are_both_named),
        CASE(a_label_that_the_network_cannot_give_is_named),
        CASE(a_part_borrows_from_the_whole),
        CASE(a_shuffle_is_a_permutation),
        CASE(a_shuffle_depends_on_seed_and_epoch_alone),
        CASE(every_order_is_as_likely_as_any_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
