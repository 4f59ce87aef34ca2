/* lenet5 pack: folders of pictures in, a data set that train and evaluate take out. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "dataset/dataset.h"
#include "digits.h"
#include "support.h"

/* mine/DIGIT/: three 0s, two 7s and a 9, images of the training set, which are packed as they are. */
static int arrive(void **state)
{
    static const struct {
        const char *path;
        int image;
    } pictures[] = {{"mine/0/a.png", 0},  {"mine/0/b.png", 10}, {"mine/0/c.png", 20},
                    {"mine/7/a.png", 17}, {"mine/7/b.png", 7},  {"mine/9/x.png", 9}};
    unsigned char pixels[DIGITS_PIXELS];
    commands_arrive(state);
    commands_shell("mkdir -p mine/0 mine/7 mine/9 mine/other");
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        digits_image(pixels, DATASET_TRAIN, pictures[i].image);
        digits_write_png(pictures[i].path, pixels);
    }
    return 0;
}

static void assert_set(const char *folder, const int *images, int count)
{
    struct dataset set;
    struct error err = {0};
    unsigned char pixels[DIGITS_PIXELS];
    if (dataset_load(&set, folder, DATASET_TRAIN, 10, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(set.count, count);
    for (int i = 0; i < count; i++) {
        digits_image(pixels, DATASET_TRAIN, images[i]);
        assert_int_equal(set.labels[i], images[i] % 10);
        assert_memory_equal(dataset_image(&set, i), pixels, DIGITS_PIXELS);
    }
    dataset_free(&set);
}

static void the_digits_take_turns_and_each_picture_is_fitted(void **state)
{
    (void)state;
    struct program_run run = program("pack mine --out packed/set/train");
    assert_string_equal(run.err, "");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out,
                        "6 pictures packed as packed/set/train-images-idx3-ubyte.gz and -labels-idx1-ubyte.gz\n"
                        "0       3\n7       2\n9       1\n");
    program_free(&run);
    assert_set("packed/set", (const int[]){0, 17, 9, 10, 7, 20}, 6);
}

static void what_was_packed_can_be_trained_on_and_measured(void **state)
{
    (void)state;
    commands_well("pack mine/ --out again/train");
    commands_well("pack mine --out again/t10k --threads 2");
    commands_well("train -q --data again --epochs 1 --batch-size 2 --validation 2 --out again.json");
    cJSON *json = commands_json("evaluate --json --data again --model again.json");
    assert_true(commands_number(json, "total") == 6);
    cJSON_Delete(json);
}

static void a_picture_that_cannot_be_fitted_is_left_out_with_status_1(void **state)
{
    (void)state;
    commands_shell("cp -r mine partly");
    support_write("partly/0/b.png", "no picture", 10);
    support_write("partly/9/x.png", "P2 2 2 9\n1 1 1 1\n", 17); /* blank, and the only 9 */
    struct program_run run = program("pack partly --out left/train");
    assert_int_equal(run.status, 1);
    assert_int_equal(strncmp(run.err, "lenet5: partly/0/b.png: ", 24), 0);
    assert_non_null(strstr(run.err, "\nlenet5: partly/9/x.png: "));
    assert_non_null(strstr(run.err, "\nlenet5: 2 could not be fitted and are left out\n"));
    assert_non_null(strstr(run.out, "\n0       2\n7       2\n9       0\n"));
    program_free(&run);
    assert_set("left", (const int[]){0, 17, 20, 7}, 4);
}

static void folders_that_are_none_are_refused(void **state)
{
    (void)state;
    commands_refused(3, "mine/other: has none of the folders 0 to 9, one a digit with the pictures of it",
                     "pack mine/other --out x");
    commands_refused(2, "pack needs --out: lenet5 pack --help explains it", "pack mine");
    commands_refused(1, "mine/0/a.png/x: the folder cannot be made: Not a directory",
                     "pack mine --out mine/0/a.png/x/t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digits_take_turns_and_each_picture_is_fitted),
        cmocka_unit_test(what_was_packed_can_be_trained_on_and_measured),
        cmocka_unit_test(a_picture_that_cannot_be_fitted_is_left_out_with_status_1),
        cmocka_unit_test(folders_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
