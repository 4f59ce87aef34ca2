/* The pages that report and explain save, in a real browser: they need nothing else, look as they should on a screen,
 * on a phone and on paper, and say what the commands say. Digits that synth draws are measured and explained. The
 * pictures of it are kept in the build folder's screenshots/. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "browser.h"
#include "commands.h"

enum { SHEETS_AT_MOST = 12 }; /* of paper */

static struct browser browser;

/* ---- The pages ---- */

static void need_report(void)
{
    browser_need();
    if (access("report.html", R_OK) == 0)
        return;
    commands_well("synth --out drawn --count 10000 --test 1000 --seed 7");
    commands_well("train --quiet --data drawn --epochs 6 --validation 1000 --out drawn.json");
    commands_well("calibrate --data drawn --model drawn.json");
    commands_well("report --model drawn.json --data drawn --out report.html");
}

static void need_explanation(void)
{
    char command[4300];
    browser_need();
    if (access("explained.html", R_OK) == 0)
        return;
    snprintf(command, sizeof command, "cp '%s/data/samples/8-white.png' . && cp '%s/models/lenet5.json' .",
             commands_repository(), commands_repository());
    commands_shell(command);
    commands_well("explain --model lenet5.json 8-white.png --html explained.html");
}

static int leave(void **state)
{
    if (browser.driver > 0)
        browser_close(&browser);
    return commands_leave(state);
}

static void visit(const char *page, int width, const char *scheme)
{
    char here[2048], url[2200];
    if (browser.driver == 0)
        browser = browser_open();
    assert_non_null(getcwd(here, sizeof here));
    snprintf(url, sizeof url, "file://%s/%s.html", here, page);
    browser_look(&browser, width, 900, scheme);
    browser_go(&browser, url);
}

/* ---- On screens ---- */

/* Text that can be read, tables that fit, words for those who see no pictures: tests/looks.js. */
static void assert_well_made(const char *page, int width, const char *scheme)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/tests/looks.js", commands_repository());
    char *script = commands_file(path);
    cJSON *wrong = browser_run(&browser, script);
    if (!cJSON_IsArray(wrong) || cJSON_GetArraySize(wrong) > 0)
        fail_msg("%s, %d pixels wide, %s: %s", page, width, scheme, cJSON_Print(wrong));
    cJSON_Delete(wrong);
    free(script);
}

/* Every picture is in the page itself and can be read, and nothing was asked for elsewhere. */
static void assert_whole(const char *page)
{
    cJSON *pictures = browser_run(&browser, "return [...document.images].every((i) => i.naturalWidth > 0) && "
                                            "performance.getEntriesByType('resource').every((e) => "
                                            "e.name.startsWith('data:')) && document.images.length");
    if (!cJSON_IsNumber(pictures) || pictures->valueint == 0)
        fail_msg("%s lacks a picture, or has to fetch something", page);
    cJSON_Delete(pictures);
    browser_assert_quiet(&browser);
}

static void assert_looks(const char *page)
{
    static const int widths[] = {1280, 360};
    static const char *const schemes[] = {"light", "dark"};
    for (int w = 0; w < 2; w++)
        for (int s = 0; s < 2; s++) {
            char path[4300];
            visit(page, widths[w], schemes[s]);
            snprintf(path, sizeof path, "%s/%s-%d-%s.png", browser_screenshots(), page, widths[w], schemes[s]);
            browser_photograph(&browser, path, widths[w], schemes[s]);
            assert_well_made(page, widths[w], schemes[s]);
            browser_assert_quiet(&browser);
        }
    assert_whole(page);
}

/* For the README: as wide as what belongs on one line needs, and some 910 pixels in the end, so that two of them side
 * by side have one scale. */
static void photograph_top(const char *page, int width, const char *last, double scale)
{
    char path[4300];
    visit(page, width, "light");
    snprintf(path, sizeof path, "%s/%s-top.png", browser_screenshots(), page);
    browser_photograph_top(&browser, path, last, scale);
}

static void a_report_needs_nothing_else_and_fits_both_widths_in_light_and_dark(void **state)
{
    (void)state;
    need_report();
    assert_looks("report");
    photograph_top("report", 1000, ".gallery figure:nth-child(9)", 0.912);
}

static void an_explanation_needs_nothing_else_and_fits_both_widths_in_light_and_dark(void **state)
{
    (void)state;
    need_explanation();
    assert_looks("explained");
    photograph_top("explained", 880, "figure:has([alt=\"map 5 of layer 2\"])", 1.04);
}

/* ---- On paper ---- */

static int count_of(const char *bytes, size_t size, const char *part)
{
    int count = 0;
    const char *at = bytes;
    while ((at = memmem(at, size - (size_t)(at - bytes), part, strlen(part))) != NULL) {
        count++;
        at++;
    }
    return count;
}

/* Chromium writes into a PDF what each part of it is: headings, and pictures with their text. */
static void assert_printed(const char *page)
{
    char path[4300];
    size_t size;
    snprintf(path, sizeof path, "%s/%s.pdf", browser_screenshots(), page);
    char *pdf = browser_print(&browser, &size, path);
    assert_int_equal(strncmp(pdf, "%PDF-", 5), 0);
    assert_in_range(count_of(pdf, size, "/Type /Page\n"), 2, SHEETS_AT_MOST);
    assert_int_equal(count_of(pdf, size, "/S /H1\n"), 1);
    assert_int_equal(count_of(pdf, size, "/S /H2\n"),
                     (int)browser_number(&browser, "return document.querySelectorAll('h2').length"));
    assert_int_equal(count_of(pdf, size, "/S /H3\n"),
                     (int)browser_number(&browser, "return document.querySelectorAll('h3').length"));
    const double pictures = browser_number(&browser, "return document.querySelectorAll('img, svg[role=img]').length");
    assert_true(pictures > 10);
    assert_int_equal(count_of(pdf, size, "/Alt ("), (int)pictures);
    assert_true(count_of(pdf, size, "/Subtype /Image\n") >=
                (int)browser_number(&browser, "return new Set([...document.images].map((e) => e.src)).size"));
    free(pdf);
}

/* Where the system is dark, too. */
static void both_are_printed_whole_and_dark_on_light(void **state)
{
    (void)state;
    enum { PAPER = 718 }; /* A4 without its margins, in pixels */
    static const char *const pages[] = {"report", "explained"};
    need_report();
    need_explanation();
    for (int i = 0; i < 2; i++) {
        char path[4300];
        visit(pages[i], PAPER, "dark");
        assert_printed(pages[i]);
        browser_look_printed(&browser, "dark");
        assert_well_made(pages[i], PAPER, "printed");
        snprintf(path, sizeof path, "%s/%s-printed.png", browser_screenshots(), pages[i]);
        browser_photograph(&browser, path, PAPER, "light");
        /* No chart, picture or table is cut by the end of a page, and no heading stands last on one. */
        browser_wait(&browser,
                     "const avoids = (s, at) => [...document.querySelectorAll(s)].every((e) => "
                     "getComputedStyle(e)[at] === 'avoid'); "
                     "return avoids('figure, table', 'breakInside') && avoids('h2, h3, h2 + p, h3 + p', 'breakAfter')");
        browser_assert_quiet(&browser);
    }
}

/* ---- Numbers ---- */

static void assert_text(const char *expected, const char *script)
{
    cJSON *value = browser_run(&browser, script);
    if (!cJSON_IsString(value) || strcmp(value->valuestring, expected) != 0)
        fail_msg("%s gave %s, not %s", script, cJSON_Print(value), expected);
    cJSON_Delete(value);
}

static void assert_same(const cJSON *expected, const char *script)
{
    cJSON *value = browser_run(&browser, script);
    if (!cJSON_Compare(expected, value, 1))
        fail_msg("%s gave %s, not %s", script, cJSON_PrintUnformatted(value), cJSON_PrintUnformatted(expected));
    cJSON_Delete(value);
}

static void the_report_says_what_evaluate_says(void **state)
{
    (void)state;
    char expected[256];
    need_report();
    visit("report", 1280, "light");
    cJSON *json = commands_json("evaluate --model drawn.json --data drawn --json");
    const int correct = (int)commands_number(json, "correct"), total = (int)commands_number(json, "total");
    snprintf(expected, sizeof expected, "%.2f %%", 100 * commands_number(json, "accuracy"));
    assert_text(expected, "return document.querySelector('.figure').innerText.replace(/\\s/g, ' ')");
    snprintf(expected, sizeof expected, "all|%.2f %%|%.2f|%d of %d", 100 * commands_number(json, "accuracy"),
             100 * commands_number(json, "standard_error"), correct, total);
    assert_text(expected, "return [...document.querySelector('table').rows[1].cells]"
                          ".map((e) => e.innerText.replace(/\\s/g, ' ')).join('|')");
    assert_same(
        cJSON_GetObjectItem(json, "confusion"),
        "return [...document.querySelector('.confusion').rows].slice(1)"
        ".map((row) => [...row.cells].slice(1).map((e) => e.innerText === '\u00b7' ? 0 : Number(e.innerText)))");
    assert_true(correct < total);
    assert_true(browser_number(&browser, "return document.querySelectorAll('.gallery img').length") == total - correct);
    snprintf(expected, sizeof expected, "expected calibration error on these images is %.4f.",
             commands_number(json, "ece"));
    cJSON *text = browser_run(&browser, "return document.querySelector('main').innerText");
    assert_non_null(strstr(text->valuestring, expected));
    cJSON_Delete(text);
    cJSON_Delete(json);
}

static void the_explanation_says_what_explain_says(void **state)
{
    (void)state;
    char expected[256];
    need_explanation();
    visit("explained", 1280, "light");
    cJSON *json = commands_json("explain --model lenet5.json 8-white.png --json");
    snprintf(expected, sizeof expected, "This is an %.0f", commands_number(json, "digit"));
    assert_text(expected, "return document.querySelector('h1').innerText");
    /* The picture that is shown, pixel by pixel. */
    assert_same(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "input"), "pixels"),
                "const picture = document.querySelector('img'), canvas = new OffscreenCanvas(28, 28).getContext('2d');"
                "canvas.drawImage(picture, 0, 0); "
                "return [...canvas.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)");
    const cJSON *score;
    int digit = 0;
    cJSON_ArrayForEach(score, cJSON_GetObjectItem(json, "scores"))
    {
        char script[256];
        snprintf(expected, sizeof expected, "%d|%.4f|%.4f", digit, score->valuedouble,
                 cJSON_GetArrayItem(cJSON_GetObjectItem(json, "probabilities"), digit)->valuedouble);
        snprintf(script, sizeof script,
                 "return [...document.querySelector('svg.share').closest('table').rows[%d].cells].slice(0, 3)"
                 ".map((e) => e.innerText).join('|')",
                 1 + digit++);
        assert_text(expected, script);
    }
    assert_int_equal(digit, 10);
    snprintf(expected, sizeof expected, "%.4f", commands_number(cJSON_GetObjectItem(json, "convolution"), "output"));
    assert_text(expected, "return document.querySelector('p strong').innerText");
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_needs_nothing_else_and_fits_both_widths_in_light_and_dark),
        cmocka_unit_test(an_explanation_needs_nothing_else_and_fits_both_widths_in_light_and_dark),
        cmocka_unit_test(both_are_printed_whole_and_dark_on_light),
        cmocka_unit_test(the_report_says_what_evaluate_says),
        cmocka_unit_test(the_explanation_says_what_explain_says),
    };
    return cmocka_run_group_tests(tests, commands_arrive, leave);
}
