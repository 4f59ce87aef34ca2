/* lenet5 augment: the sheet, what is printed, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "dataset/dataset.h"
#include "image/decode.h"

enum { SIDE = 28, STEP = SIDE + 2 }; /* from image to image */

static struct picture sheet(const char *path)
{
    struct picture picture;
    struct error err = {0};
    if (decode_file(&picture, path, &err) != 0)
        fail_msg("%s", err.text);
    return picture;
}

/* Ink of the sheet, 0 where there is none. */
static int ink(const struct picture *picture, int row, int col, int at)
{
    return 255 - picture->gray[(row * STEP + at / SIDE) * picture->cols + col * STEP + at % SIDE];
}

static int is_training_image(const struct picture *picture, int row, int col, const struct dataset *set)
{
    for (int at = 0; at < SIDE * SIDE; at++)
        if (ink(picture, row, col, at) != dataset_image(set, row)[at])
            return 0;
    return 1;
}

static void the_sheet_has_each_image_and_its_variants_beside_it(void **state)
{
    (void)state;
    struct dataset set;
    assert_int_equal(dataset_load(&set, "data/mnist", DATASET_TRAIN, 10, NULL), 0);
    struct program_run run = program("augment --preview sheet.png --images 4 --variants 3");
    assert_string_equal(run.err, "");
    assert_string_equal(run.out, "4 images of data/mnist and 3 variants of each drawn into sheet.png\n");
    assert_int_equal(run.status, 0);
    struct picture picture = sheet("sheet.png");
    assert_int_equal(picture.rows, 4 * STEP - 2);
    assert_int_equal(picture.cols, 4 * STEP - 2);
    for (int row = 0; row < 4; row++)
        for (int col = 0; col < 4; col++)
            assert_int_equal(is_training_image(&picture, row, col, &set), col == 0);
    picture_free(&picture);
    dataset_free(&set);
    program_free(&run);
}

static void without_any_range_every_variant_is_the_image(void **state)
{
    (void)state;
    struct dataset set;
    assert_int_equal(dataset_load(&set, "data/mnist", DATASET_TRAIN, 10, NULL), 0);
    commands_well("augment --preview same.png --config plain --images 2 --variants 2");
    struct picture picture = sheet("same.png");
    for (int row = 0; row < 2; row++)
        for (int col = 0; col < 3; col++)
            assert_true(is_training_image(&picture, row, col, &set));
    picture_free(&picture);
    dataset_free(&set);
}

static void the_command_line_wins_over_the_config(void **state)
{
    (void)state;
    commands_well("augment --preview one.png");
    commands_well("augment --preview two.png --seed 1 --config best");
    commands_shell("cmp one.png two.png");
    static const char *const others[] = {"--seed 2",      "--shift 9",      "--rotation 9",
                                         "--scale 0.5",   "--shear 0.9",    "--elastic 3",
                                         "--thickness 1", "--config plain", "--config quick"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char command[128];
        snprintf(command, sizeof command, "augment --preview two.png %s", others[i]);
        commands_well(command);
        commands_shell("! cmp -s one.png two.png");
    }
}

static void without_any_data_digits_are_drawn(void **state)
{
    (void)state;
    commands_shell("mkdir -p elsewhere");
    struct program_run run = program("augment --preview drawn.png --data elsewhere");
    assert_int_equal(run.status, 3);
    program_free(&run);
    commands_shell("mv data away");
    run = program("augment --preview drawn.png");
    commands_shell("mv away data");
    assert_string_equal(run.out, "10 images of synthetic digits and 15 variants of each drawn into drawn.png\n");
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static void wrong_usage_is_refused(void **state)
{
    (void)state;
    commands_refused(2, "augment needs --preview: lenet5 augment --help explains it", "augment");
    commands_refused(2, "--thickness expects a number from 0 to 1, not \"2\"", "augment --preview x.png --thickness 2");
    commands_refused(4, "there is no preset and no file \"bst\": did you mean \"best\"?",
                     "augment --preview x.png --config bst");
}

static void a_sheet_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    struct program_run run = program("augment --preview no/such/folder.png");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "no/such/folder.png"));
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sheet_has_each_image_and_its_variants_beside_it),
        cmocka_unit_test(without_any_range_every_variant_is_the_image),
        cmocka_unit_test(the_command_line_wins_over_the_config),
        cmocka_unit_test(without_any_data_digits_are_drawn),
        cmocka_unit_test(wrong_usage_is_refused),
        cmocka_unit_test(a_sheet_that_cannot_be_written_is_refused),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
