/* lenet5 read: a line of digits for each line of a picture, boxes, JSON, refused digits and files. */
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
#include "image/write_png.h"
#include "numbers.h"
#include "pictures.h"
#include "support.h"

static void save(const char *path, struct picture *picture)
{
    struct error err = {0};
    if (write_png_file(path, picture, &err) != 0)
        fail_msg("%s", err.text);
    picture_free(picture);
}

/* two.png shows 407/12, one.png 35, none.png nothing; read by the model that is shipped. */
static int arrive(void **state)
{
    commands_arrive(state);
    char *model = support_path(commands_repository(), "models/lenet5.json");
    setenv("LENET5_MODEL", model, 1);
    free(model);
    struct picture two = pictures_plain(200, 300, 240), one = pictures_plain(100, 200, 240);
    struct picture none = pictures_plain(100, 100, 240);
    numbers_write(&two, "407", 20, 30, 60, 25, 0);
    numbers_write(&two, "12", 110, 90, 60, 25, 0);
    numbers_write(&one, "35", 20, 30, 60, 25, 0);
    save("two.png", &two);
    save("one.png", &one);
    save("none.png", &none);
    return 0;
}

static int leave(void **state)
{
    unsetenv("LENET5_MODEL");
    return commands_leave(state);
}

static void assert_run(const char *arguments, int status, const char *out, const char *err)
{
    struct program_run run = program("%s", arguments);
    assert_string_equal(run.out, out);
    assert_string_equal(run.err, err);
    assert_int_equal(run.status, status);
    program_free(&run);
}

static void one_picture_is_a_line_for_each_of_its_lines(void **state)
{
    (void)state;
    assert_run("read two.png", 0, "407\n12\n", "");
    assert_run("read - <one.png", 0, "35\n", "");
}

static void of_several_each_line_says_which_picture_in_their_order(void **state)
{
    (void)state;
    assert_run("read two.png one.png", 0, "two.png\t407\ntwo.png\t12\none.png\t35\n", "");
    assert_run("read --threads 2 one.png none.png two.png", 0, "one.png\t35\nnone.png\t\ntwo.png\t407\ntwo.png\t12\n",
               "");
}

static void folders_and_lists_name_their_pictures_too(void **state)
{
    (void)state;
    commands_shell("mkdir folder && cp one.png folder && echo one.png >list");
    assert_run("read folder", 0, "folder/one.png\t35\n", "");
    assert_run("read --files-from list", 0, "one.png\t35\n", "");
}

static void a_picture_without_digits_is_an_empty_result(void **state)
{
    (void)state;
    assert_run("read none.png", 0, "", "");
    assert_run("read --json none.png", 0, "{\"file\":\"none.png\",\"lines\":[]}\n", "");
}

static void boxes_follow_the_digits(void **state)
{
    (void)state;
    struct program_run run = program("read --boxes one.png");
    int x[2], y[2], cols[2], rows[2], used = 0;
    assert_int_equal(sscanf(run.out, "35\t%d,%d,%d,%d\t%d,%d,%d,%d\n%n", &x[0], &y[0], &cols[0], &rows[0], &x[1], &y[1],
                            &cols[1], &rows[1], &used),
                     8);
    assert_int_equal(run.out[used], '\0');
    for (int i = 0; i < 2; i++) {
        assert_in_range(y[i], 17, 23);
        assert_in_range(rows[i], 55, 65);
    }
    assert_in_range(x[0], 27, 33);
    assert_in_range(x[1], x[0] + cols[0] + 19, x[0] + cols[0] + 31);
    program_free(&run);
}

static void json_has_lines_and_digits_with_their_boxes(void **state)
{
    (void)state;
    cJSON *json = commands_json("read --json two.png");
    commands_keys(json, "file", "lines", NULL);
    assert_string_equal(commands_text(json, "file"), "two.png");
    const cJSON *lines = cJSON_GetObjectItem(json, "lines"), *line;
    const char *const texts[] = {"407", "12"};
    int i = 0;
    assert_int_equal(cJSON_GetArraySize(lines), 2);
    cJSON_ArrayForEach(line, lines)
    {
        const cJSON *digits = cJSON_GetObjectItem(line, "digits"), *digit;
        const char *text = texts[i++];
        commands_keys(line, "text", "digits", NULL);
        assert_string_equal(commands_text(line, "text"), text);
        assert_int_equal(cJSON_GetArraySize(digits), (int)strlen(text));
        cJSON_ArrayForEach(digit, digits)
        {
            commands_keys(digit, "digit", "probability", "box", NULL);
            assert_int_equal((int)commands_number(digit, "digit"), *text++ - '0');
            assert_true(commands_number(digit, "probability") > 0.3 && commands_number(digit, "probability") <= 1);
            assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(digit, "box")), 4);
        }
    }
    cJSON_Delete(json);
}

static void a_refused_digit_is_a_question_mark_and_with_strict_a_status(void **state)
{
    (void)state;
    assert_run("read --reject 1 one.png", 0, "??\n", "");
    assert_run("read --reject 0 --strict one.png", 0, "35\n", "");
    assert_run("read --reject 1 --strict one.png none.png", 7, "one.png\t??\nnone.png\t\n", "");
    cJSON *json = commands_json("read --reject 1 --json one.png");
    const cJSON *line = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "lines"), 0);
    const cJSON *digit = cJSON_GetArrayItem(cJSON_GetObjectItem(line, "digits"), 1);
    assert_string_equal(commands_text(line, "text"), "??");
    commands_keys(digit, "digit", "probability", "rejected", "box", NULL);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(digit, "digit")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(digit, "rejected")));
    cJSON_Delete(json);
}

static void a_file_that_cannot_be_read_never_stops_the_rest(void **state)
{
    (void)state;
    support_write("text.png", "no picture", 10);
    struct program_run run = program("read text.png one.png nowhere.png");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "one.png\t35\n");
    assert_int_equal(strncmp(run.err, "lenet5: text.png: ", 18), 0);
    const char *second = strchr(run.err, '\n') + 1;
    assert_string_equal(second, "lenet5: nowhere.png: cannot be opened: No such file or directory\n");
    program_free(&run);
    run = program("read --strict --reject 1 --json text.png one.png");
    assert_int_equal(run.status, 1); /* a failure says more than a refusal */
    assert_int_equal(strncmp(run.out, "{\"file\":\"text.png\",\"error\":\"text.png: ", 38), 0);
    program_free(&run);
}

static void misuse_is_refused(void **state)
{
    (void)state;
    commands_refused(2, "--reject expects a number from 0 to 1, not \"2\"", "read --reject 2 one.png");
    commands_refused(4, "x.json: cannot be opened: No such file or directory", "read --model x.json one.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_picture_is_a_line_for_each_of_its_lines),
        cmocka_unit_test(of_several_each_line_says_which_picture_in_their_order),
        cmocka_unit_test(folders_and_lists_name_their_pictures_too),
        cmocka_unit_test(a_picture_without_digits_is_an_empty_result),
        cmocka_unit_test(boxes_follow_the_digits),
        cmocka_unit_test(json_has_lines_and_digits_with_their_boxes),
        cmocka_unit_test(a_refused_digit_is_a_question_mark_and_with_strict_a_status),
        cmocka_unit_test(a_file_that_cannot_be_read_never_stops_the_rest),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
