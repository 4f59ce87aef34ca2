/* lenet5 evaluate --images: pictures with labels of the user's own, measured by kind. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "support.h"

/* own/: the digits 0 .. 9 that model.json knows by heart, one of them with a wrong label, a blank picture, a file that
 * is no picture, and a drawn number of two lines. */
static int arrive(void **state)
{
    unsigned char pixels[DIGITS_PIXELS];
    char labels[1000] = "file\tlabel\tkind\n";
    commands_arrive(state);
    commands_train("model.json");
    setenv("LENET5_MODEL", "model.json", 1);
    commands_shell("mkdir own");
    for (int digit = 0; digit < 10; digit++) {
        char name[16];
        snprintf(name, sizeof name, "own/%d.png", digit);
        digits_image(pixels, DATASET_TRAIN, digit);
        digits_write_png(name, pixels);
        snprintf(labels + strlen(labels), 40, "%d.png\t%d\t%s\n", digit, digit == 4 ? 5 : digit,
                 digit < 3 ? "low" : "high");
    }
    strcat(labels, "blank.pgm\t-\tnothing\nbroken.png\t3\tlow\nnumber.png\t12/34\tpage\n");
    support_write("own/labels.tsv", labels, strlen(labels));
    support_write("own/blank.pgm", "P2 2 2 9\n1 1 1 1\n", 17);
    support_write("own/broken.png", "no picture", 10);
    commands_well("synth --large --text '12/34' --ground white --count 1 --out drawn");
    commands_shell("mv drawn/*.png own/number.png");
    return 0;
}

static int leave(void **state)
{
    unsetenv("LENET5_MODEL");
    return commands_leave(state);
}

static void assert_counts(const cJSON *counts, int pictures, int right, int refused, int unread)
{
    assert_true(commands_number(counts, "pictures") == pictures);
    assert_true(commands_number(counts, "right") == right);
    assert_true(commands_number(counts, "refused") == refused);
    assert_true(commands_number(counts, "unread") == unread);
}

static void pictures_are_counted_by_kind_and_mistakes_listed(void **state)
{
    (void)state;
    cJSON *json = commands_json("evaluate --json --images own --labels own/labels.tsv");
    commands_keys(json, "images", "views", "reject", "one_digit", "no_digit", "several_digits", "lines", "digits",
                  "kinds", "mistakes", NULL);
    assert_counts(cJSON_GetObjectItem(json, "one_digit"), 11, 9, 0, 1);
    assert_counts(cJSON_GetObjectItem(json, "no_digit"), 1, 1, 1, 0);
    assert_true(commands_number(cJSON_GetObjectItem(json, "several_digits"), "pictures") == 1);
    assert_true(commands_number(cJSON_GetObjectItem(json, "lines"), "total") == 2);
    assert_true(commands_number(cJSON_GetObjectItem(json, "digits"), "total") == 4);
    const cJSON *kinds = cJSON_GetObjectItem(json, "kinds"), *mistake = cJSON_GetObjectItem(json, "mistakes")->child;
    static const char *const names[] = {"low", "high", "nothing", "page"};
    for (int k = 0; k < 4; k++)
        assert_string_equal(commands_text(cJSON_GetArrayItem(kinds, k), "kind"), names[k]);
    assert_counts(cJSON_GetArrayItem(kinds, 0), 4, 3, 0, 1);
    assert_counts(cJSON_GetArrayItem(kinds, 1), 7, 6, 0, 0);
    commands_keys(mistake, "file", "kind", "label", "answer", "certainty", NULL);
    assert_string_equal(commands_text(mistake, "file"), "4.png");
    assert_string_equal(commands_text(mistake, "label"), "5");
    assert_string_equal(commands_text(mistake, "answer"), "4");
    assert_string_equal(commands_text(mistake->next, "file"), "broken.png");
    assert_int_equal(strncmp(commands_text(mistake->next, "answer"), "own/broken.png: ", 16), 0);
    cJSON_Delete(json);
}

static void a_refused_digit_is_wrong_and_refused_where_there_is_none_right(void **state)
{
    (void)state;
    commands_well("train -q --epochs 1 --batch-size 64 --validation 0 --out weak.json"); /* certain of nothing */
    cJSON *json = commands_json("evaluate --json --model weak.json --images own --reject 1");
    assert_counts(cJSON_GetObjectItem(json, "one_digit"), 11, 0, 10, 1);
    assert_counts(cJSON_GetObjectItem(json, "no_digit"), 1, 1, 1, 0);
    assert_true(commands_number(cJSON_GetObjectItem(json, "lines"), "right") == 0);
    assert_true(commands_number(cJSON_GetObjectItem(json, "digits"), "right") == 0);
    cJSON_Delete(json);
}

static void the_text_says_the_same_whatever_the_number_of_threads(void **state)
{
    (void)state;
    struct program_run one = program("evaluate --threads 1 --images own"),
                       three = program("evaluate --threads 3 --images own");
    assert_int_equal(one.status, 0);
    assert_string_equal(one.err, "");
    assert_string_equal(one.out, three.out);
    assert_int_equal(strncmp(one.out,
                             "pictures        13 of own, refused below 0.0000\n"
                             "one digit        81.82 % +- 11.63  (9 of 11 right)\n"
                             "no digit        100.00 % +- 0.00  (1 of 1 refused)\n",
                             148),
                     0);
    assert_non_null(strstr(one.out, "\nkind     pictures  right       %  refused  unread\n"
                                    "low             4      3   75.00        0       1\n"));
    assert_non_null(strstr(one.out, "\n4.png\t5\t4\t"));
    program_free(&one);
    program_free(&three);
}

static void several_views_are_named_and_every_answer_is_by_them(void **state)
{
    (void)state;
    cJSON *one = commands_json("evaluate --json --images own"), *three;
    assert_true(commands_number(one, "views") == 1);
    three = commands_json("evaluate --json --images own --views 3 --threads 2");
    assert_true(commands_number(three, "views") == 3);
    assert_counts(cJSON_GetObjectItem(three, "no_digit"), 1, 1, 1, 0);
    assert_true(commands_number(cJSON_GetObjectItem(three, "mistakes")->child, "certainty") !=
                commands_number(cJSON_GetObjectItem(one, "mistakes")->child, "certainty"));
    struct program_run run = program("evaluate --images own --views 3");
    assert_int_equal(strncmp(run.out,
                             "pictures        13 of own, refused below 0.0000\n"
                             "views           3 of each image, the mean of their scores\n"
                             "one digit ",
                             116),
                     0);
    program_free(&run);
    cJSON_Delete(one);
    cJSON_Delete(three);
}

static void a_minimum_is_held_against_the_pictures_of_one_digit(void **state)
{
    (void)state;
    struct program_run run = program("evaluate --images own --min-accuracy 0.9");
    assert_int_equal(run.status, 6);
    assert_string_equal(run.err,
                        "lenet5: the accuracy 0.818182 on pictures of one digit is below --min-accuracy 0.9\n");
    program_free(&run);
    run = program("evaluate --images own --min-accuracy 0.8");
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static void misuse_is_refused(void **state)
{
    (void)state;
    commands_refused(2, "--data is measured on, or --images: leave one out", "evaluate --images own --data data/mnist");
    commands_refused(2, "--labels belongs to pictures: add --images DIR", "evaluate --labels own/labels.tsv");
    commands_refused(2, "--reject belongs to pictures: add --images DIR", "evaluate --reject 0.5");
    commands_refused(3, "none/labels.tsv: cannot be opened: No such file or directory", "evaluate --images none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_counted_by_kind_and_mistakes_listed),
        cmocka_unit_test(a_refused_digit_is_wrong_and_refused_where_there_is_none_right),
        cmocka_unit_test(the_text_says_the_same_whatever_the_number_of_threads),
        cmocka_unit_test(several_views_are_named_and_every_answer_is_by_them),
        cmocka_unit_test(a_minimum_is_held_against_the_pictures_of_one_digit),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
