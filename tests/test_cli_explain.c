/* lenet5 explain: as text, as JSON that another program recomputes, and as a page of its own. */
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

static int arrive(void **state)
{
    unsigned char pixels[DIGITS_PIXELS];
    commands_arrive(state);
    commands_train("model.json");
    setenv("LENET5_MODEL", "model.json", 1);
    digits_image(pixels, DATASET_TRAIN, 4);
    digits_write_png("4.png", pixels);
    return 0;
}

static int leave(void **state)
{
    unsetenv("LENET5_MODEL");
    return commands_leave(state);
}

static void the_text_tells_the_answer_and_each_layer(void **state)
{
    (void)state;
    struct program_run run = program("explain 4.png");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    assert_ptr_equal(strstr(run.out, "4.png: a 4, probability "), run.out);
    static const char *const parts[] = {"What the network sees: 28 x 28 pixels",
                                        "      1  conv   6 maps of 28x28 ",
                                        "One window of the convolution (layer 1)",
                                        "One window of the pooling (layer 2)",
                                        "this network takes it",
                                        "Dense layer 5: unit ",
                                        "Dense layer 7: digit 4 has the largest output",
                                        "Scores and probabilities",
                                        "What makes it a 4: "};
    const char *at = run.out;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        at = strstr(at, parts[i]);
        assert_non_null(at);
    }
    for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 100);
    program_free(&run);
}

static void another_program_gets_the_same_numbers_from_picture_and_model_alone(void **state)
{
    (void)state;
    char command[4096];
    cJSON *json = commands_json("explain --json 4.png");
    commands_keys(json, "digit", "probability", "certainty", "sure", "input", "layers", "scores", "probabilities",
                  "file", "convolution", "pooling", "dense", "cover", NULL);
    assert_int_equal((int)commands_number(json, "digit"), 4);
    cJSON_Delete(json);
    commands_well("explain --json 4.png > said.json");
    snprintf(command, sizeof command, "'%s/scripts/check-explain' 4.png model.json < said.json", commands_repository());
    commands_shell(command);
    /* And it would notice: one number in another place. */
    commands_shell("sed 's/\"scores\":\\[/&1e3,/; s/\\(\"scores\":[^]]*\\),[^],]*\\]/\\1]/' said.json > wrong.json");
    snprintf(command, sizeof command, "! '%s/scripts/check-explain' 4.png model.json < wrong.json",
             commands_repository());
    commands_shell(command);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part))
        count++;
    return count;
}

static void the_page_has_all_maps_and_fetches_nothing(void **state)
{
    (void)state;
    commands_shell("cp 4.png '<b>&4.png'");
    struct program_run run = program("explain '<b>&4.png' --html page.html");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    program_free(&run);
    char *page = commands_file("page.html");
    /* 6 + 6 + 16 + 16 maps, three dense layers, the picture twice, what it hangs on. */
    assert_int_equal(count_of(page, "<img "), 50);
    assert_int_equal(count_of(page, "src=\"data:image/png;base64,"), 50);
    assert_int_equal(count_of(page, " alt=\""), 50);
    assert_null(strstr(page, "http"));
    assert_null(strstr(page, "<b>"));
    assert_non_null(strstr(page, "&lt;b&gt;&amp;4.png"));
    assert_non_null(strstr(page, "</html>"));
    free(page);
}

static void what_cannot_be_explained_is_refused(void **state)
{
    (void)state;
    struct program_run run = program("explain missing.png");
    assert_int_equal(run.status, 1);
    program_free(&run);
    commands_shell("printf 'P2 40 40 255\\n' > blank.pgm; for i in $(seq 1600); do echo 200; done >> blank.pgm");
    run = program("explain blank.pgm");
    assert_int_equal(run.status, 1);
    assert_non_null(strstr(run.err, "lenet5: blank.pgm: "));
    assert_string_equal(run.out, "");
    program_free(&run);
    run = program("explain 4.png --html missing/page.html");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "");
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_tells_the_answer_and_each_layer),
        cmocka_unit_test(another_program_gets_the_same_numbers_from_picture_and_model_alone),
        cmocka_unit_test(the_page_has_all_maps_and_fetches_nothing),
        cmocka_unit_test(what_cannot_be_explained_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
