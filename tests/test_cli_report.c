/* lenet5 report: one page about a model, with the figures that evaluate prints, and nothing from elsewhere. */
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
    commands_arrive(state);
    commands_train("model.json");
    return 0;
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part))
        count++;
    return count;
}

static void the_page_shows_what_evaluate_says(void **state)
{
    (void)state;
    char expected[256];
    cJSON *json = commands_json("evaluate --model model.json --json");
    struct program_run run = program("report --model ./model.json --out page.html");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    char *page = commands_file("page.html");
    const int total = (int)commands_number(json, "total"), correct = (int)commands_number(json, "correct");
    snprintf(expected, sizeof expected, "<p class=\"figure\">%.2f&thinsp;%%</p>",
             100 * commands_number(json, "accuracy"));
    assert_non_null(strstr(page, expected));
    snprintf(expected, sizeof expected, "are read right, %d are not.", total - correct);
    assert_non_null(strstr(page, expected));
    assert_true(total - correct > 0);
    const cJSON *confusion = cJSON_GetObjectItem(json, "confusion"), *row;
    int right = 0, label = 0;
    cJSON_ArrayForEach(row, confusion)
    {
        const int count = cJSON_GetArrayItem(row, label++)->valueint;
        snprintf(expected, sizeof expected, "<td class=\"win\">%d</td>", count);
        right += count == 0 || strstr(page, expected) != NULL;
    }
    assert_int_equal(right, 10);
    const cJSON *mistake = cJSON_GetArrayItem(cJSON_GetObjectItem(json, "mistakes"), 0);
    snprintf(expected, sizeof expected, "alt=\"image %d: %s %d answered as %d\"", (int)commands_number(mistake, "index"),
             commands_number(mistake, "label") == 8 ? "an" : "a", (int)commands_number(mistake, "label"), (int)commands_number(mistake, "answer"));
    assert_non_null(strstr(page, expected));
    /* The mistakes and the six filters. */
    assert_int_equal(count_of(page, "src=\"data:image/png;base64,"), total - correct + 6);
    assert_non_null(strstr(page, commands_text(json, "model_digest")));
    assert_non_null(strstr(page, "lenet5 train --config ./model.json"));
    assert_null(strstr(page, "http"));
    assert_null(strstr(page, "Label?")); /* known errors are MNIST's */
    assert_int_equal(count_of(page, "<svg "), 4);
    free(page);
    cJSON_Delete(json);
    program_free(&run);
}

/* The text of a page, or of a card in Markdown, without markup: words and numbers with one blank between them. Ends
 * where a drawing in text begins. */
static char *words_of(const char *text)
{
    static const char *const signs[][2] = {{"&plusmn;", "+-"}, {"&nbsp;", " "}, {"&times;", "x"}, {"&gt;", ">"}};
    char *words = calloc(strlen(text) + 2, 1), *end = words;
    int is_tag = 0;
    assert_non_null(words);
    for (const char *c = text; *c != '\0' && strncmp(c, "```", 3) != 0; c++) {
        char next = *c;
        for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
            if (strncmp(c, signs[i][0], strlen(signs[i][0])) == 0) {
                c += strlen(signs[i][0]) - 1;
                end = stpcpy(end, signs[i][1]);
                next = '\0';
            }
        if (next == '\0')
            continue;
        is_tag = next == '<' || (is_tag && next != '>');
        if (is_tag || strchr(">#|`\n", next) != NULL)
            next = ' ';
        if (next != ' ' || (end > words && end[-1] != ' '))
            *end++ = next;
    }
    *end = '\0';
    return words;
}

/* Every line of the card, paragraph or row of a table, is said on the page too, with the same numbers. */
static void the_page_holds_the_whole_card(void **state)
{
    (void)state;
    char *card, *line, *rest;
    int lines = 0;
    commands_well("report --model model.json --out page.html");
    commands_well("card --model model.json --out card.md");
    char *page = commands_file("page.html"), *markdown = commands_file("card.md"), *words = words_of(page);
    card = strstr(markdown, "## Network");
    assert_non_null(card);
    *strstr(card, "Index from 0") = '\0';
    for (line = strtok_r(card, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char *said = words_of(line + (strncmp(line, "- ", 2) == 0 ? 2 : 0));
        const size_t length = strlen(said);
        if (length > 0 && said[length - 1] == ' ')
            said[length - 1] = '\0';
        if (strstr(line, "|---") == NULL && strstr(words, said) == NULL)
            fail_msg("the page does not say \"%s\"", said);
        lines++;
        free(said);
    }
    assert_true(lines > 50);
    free(words);
    free(markdown);
    free(page);
}

static void what_cannot_be_reported_leaves_an_older_page(void **state)
{
    (void)state;
    commands_shell("echo old > kept.html");
    struct program_run run = program("report --model missing.json --out kept.html");
    assert_int_equal(run.status, 4);
    program_free(&run);
    run = program("report --model model.json --data missing --out kept.html");
    assert_int_equal(run.status, 3);
    program_free(&run);
    char *page = commands_file("kept.html");
    assert_string_equal(page, "old\n");
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_shows_what_evaluate_says),
        cmocka_unit_test(the_page_holds_the_whole_card),
        cmocka_unit_test(what_cannot_be_reported_leaves_an_older_page),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
