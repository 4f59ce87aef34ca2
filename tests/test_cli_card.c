/* lenet5 card: its figures are evaluate's and the model file's, and every mistake is drawn. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "image/blocks.h"

/* A network that has not learned enough, and a card of it. */
static int arrive(void **state)
{
    commands_arrive(state);
    commands_well(
        "train --quiet --validation 100 --epochs 4 --batch-size 16 --patience 4 --lr 0.0123 --out model.json");
    commands_well("card --model model.json --out card.md");
    return 0;
}

static void assert_says(const char *card, const char *text)
{
    if (strstr(card, text) == NULL)
        fail_msg("the card does not say \"%s\"", text);
}

static void the_figures_are_those_of_evaluate(void **state)
{
    (void)state;
    char *card = commands_file("card.md"), text[200];
    cJSON *json = commands_json("evaluate --json --model model.json");
    const double correct = commands_number(json, "correct");
    assert_true(correct > 10 && correct < 100);
    snprintf(text, sizeof text, "| all | %.2f %% | %.2f | %.0f of 100 |\n", correct,
             100 * commands_number(json, "standard_error"), correct);
    assert_says(card, text);
    snprintf(text, sizeof text, "expected calibration error on these images is %.4f.\n", commands_number(json, "ece"));
    assert_says(card, text);
    snprintf(text, sizeof text, "## The %.0f test images that it reads wrong\n", 100 - correct);
    assert_says(card, text);
    snprintf(text, sizeof text, "Digest of the weights: `%s`\n", commands_text(json, "model_digest"));
    assert_says(card, text);
    cJSON_Delete(json);
    free(card);
}

static void settings_and_layers_are_those_of_the_model_file(void **state)
{
    (void)state;
    char *card = commands_file("card.md");
    assert_says(card, "# Model card of `model.json`\n\nWritten by `lenet5 card` (lenet5 ");
    assert_says(card, "\n| settings.lr | 0.0123 |\n");
    assert_says(card, "\n| settings.patience | 4 |\n");
    assert_says(card, "\n| images | 300 |\n");
    assert_says(card, "\n| 3 conv | 16 filters 5x5, relu | 10x10x16 | 2,416 |\n");
    assert_says(card, "\n61,706 parameters; a picture is 28x28 with 1 channel, 2 pixels of background around it.\n");
    free(card);
}

/* The bins hold every answer. */
static void the_bins_of_the_calibration_add_up(void **state)
{
    (void)state;
    char *card = commands_file("card.md");
    const char *at = strstr(card, "|---|---:|---:|---:|\n");
    assert_non_null(at);
    int sum = 0, count;
    double right = 0, share;
    for (at = strchr(at, '\n') + 1; *at == '|'; at = strchr(at, '\n') + 1) {
        const char *cell = strchr(at + 1, '|');
        assert_int_equal(sscanf(cell, "| %d | %*f %% | %lf %%", &count, &share), 2);
        sum += count;
        right += count * share / 100;
    }
    assert_int_equal(sum, 100);
    cJSON *json = commands_json("evaluate --json --model model.json");
    assert_int_equal((int)(right + 0.5), (int)commands_number(json, "correct"));
    cJSON_Delete(json);
    free(card);
}

static void the_most_confident_mistake_is_drawn_first(void **state)
{
    (void)state;
    char *card = commands_file("card.md"), text[200], line[28 * BLOCKS_BYTES + 1];
    unsigned char pixels[DIGITS_PIXELS];
    cJSON *json = commands_json("evaluate --json --model model.json");
    const cJSON *mistake = cJSON_GetObjectItem(json, "mistakes")->child;
    const int index = (int)commands_number(mistake, "index");
    snprintf(text, sizeof text, "\n```text\n%d: %.0f read as %.0f, %.1f %%", index, commands_number(mistake, "label"),
             commands_number(mistake, "answer"), 100 * commands_number(mistake, "probability"));
    assert_says(card, text);
    digits_image(pixels, DATASET_TEST, index);
    const char *at = strstr(card, "```text\n");
    for (int i = 0; i < 14; i++) {
        at = strchr(at, '\n') + 1; /* first over the line before it */
        char *end = blocks_line(line, pixels, 28, 28, i);
        while (end > line && end[-1] == ' ')
            *--end = '\0';
        assert_int_equal(strncmp(strchr(at, '\n') + 1, line, strlen(line)), 0);
    }
    assert_null(strstr(card, "Northcutt")); /* these digits are drawn: no label errors are known */
    cJSON_Delete(json);
    free(card);
}

static void the_same_model_gives_the_same_card_here_and_on_stdout(void **state)
{
    (void)state;
    char *card = commands_file("card.md");
    struct program_run run = program("card --model model.json --threads 1");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.out, card);
    program_free(&run);
    free(card);
}

static void limits_follow_from_calibration_and_mistakes(void **state)
{
    (void)state;
    char *card = commands_file("card.md");
    assert_says(card, "of a letter or a scribble it gives one of them too, unless answers are\n  refused below");
    assert_says(card, "test images is read wrong.\n");
    free(card);
    commands_train("sure.json"); /* sure of the images that it was trained on */
    commands_shell("mkdir known && for kind in images-idx3 labels-idx1; do"
                   " cp data/mnist/train-$kind-ubyte known/t10k-$kind-ubyte; done");
    struct program_run run = program("card --model sure.json --data known");
    assert_says(run.out, ": that it reads all 400 test images right says little of the next one.\n");
    assert_says(run.out, "## No test image is read wrong\n");
    program_free(&run);
    commands_shell("cp model.json calibrated.json");
    commands_well("calibrate --model calibrated.json");
    run = program("card --model calibrated.json");
    assert_says(run.out, "it often says itself that it is none of them (a certainty\n  below 0.");
    program_free(&run);
}

static void a_folder_that_is_missing_is_refused(void **state)
{
    (void)state;
    commands_refused(1, "none/card.md: cannot be written: the folder none: No such file or directory",
                     "card --model model.json --out none/card.md");
    commands_refused(4, "none.json: cannot be opened: No such file or directory", "card --model none.json");
}

static void the_shipped_card_is_that_of_the_shipped_model(void **state)
{
    (void)state;
    char path[4200], text[200];
    snprintf(path, sizeof path, "%s/models/lenet5.json", commands_repository());
    char *model = commands_file(path);
    snprintf(path, sizeof path, "%s/models/lenet5.md", commands_repository());
    char *card = commands_file(path);
    cJSON *json = cJSON_Parse(model);
    snprintf(text, sizeof text, "Digest of the weights: `%s`", commands_text(json, "digest"));
    if (strstr(card, text) == NULL)
        fail_msg("models/lenet5.md is the card of another model: run make card");
    cJSON_Delete(json);
    free(card);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_are_those_of_evaluate),
        cmocka_unit_test(settings_and_layers_are_those_of_the_model_file),
        cmocka_unit_test(the_bins_of_the_calibration_add_up),
        cmocka_unit_test(the_most_confident_mistake_is_drawn_first),
        cmocka_unit_test(the_same_model_gives_the_same_card_here_and_on_stdout),
        cmocka_unit_test(limits_follow_from_calibration_and_mistakes),
        cmocka_unit_test(a_folder_that_is_missing_is_refused),
        cmocka_unit_test(the_shipped_card_is_that_of_the_shipped_model),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
