/* The page of lenet5 serve in a real browser: what is drawn is answered, every way of drawing works, and it looks as it
 * should at both widths. The pictures of it are kept in the build folder's screenshots/. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <signal.h>
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
#include "http.h"
#include "model/model_file.h"

#define ANSWER "document.getElementById('digit').textContent"
#define TAB(name) "document.getElementById('tab-" name "').click(); return true"

static struct http_server server;
static struct browser browser;
static char url[64];

/* In thousandths of the drawing area. */
static const int seven[][2] = {{280, 200}, {500, 205}, {720, 200}, {640, 400}, {540, 600}, {450, 820}};
static const int three[][2] = {{337, 252}, {389, 200}, {460, 176}, {536, 184}, {600, 223}, {638, 285}, {642, 356},
                               {612, 422}, {554, 468}, {480, 485}, {557, 500}, {621, 544}, {660, 609}, {668, 683},
                               {644, 755}, {591, 810}, {519, 841}, {440, 841}, {368, 810}, {315, 755}};
static const int one[][2] = {{500, 160}, {500, 400}, {500, 840}};

enum {
    SEVEN = sizeof seven / sizeof seven[0],
    THREE = sizeof three / sizeof three[0],
    ONE = sizeof one / sizeof one[0]
};

static int arrive(void **state)
{
    char copy[4300]; /* whose name has no space, as the repository's may */
    commands_arrive(state);
    snprintf(copy, sizeof copy, "cp '%s/models/lenet5.json' shipped.json", commands_repository());
    commands_shell(copy);
    server = http_start("--threads 2 --model shipped.json");
    snprintf(url, sizeof url, "http://localhost:%d/", server.port);
    return 0;
}

static int leave(void **state)
{
    if (browser.driver > 0)
        browser_close(&browser);
    assert_int_equal(http_stop(&server, SIGTERM), 0);
    return commands_leave(state);
}

/* A fresh page, after the network's table has come. */
static void visit(int width, int height, const char *scheme)
{
    browser_need();
    if (browser.driver == 0)
        browser = browser_open();
    browser_look(&browser, width, height, scheme);
    browser_go(&browser, url);
    browser_wait(&browser, "return document.querySelectorAll('#layers tbody tr').length > 0");
}

static void assert_number(double expected, const char *script)
{
    cJSON *value = browser_run(&browser, script);
    if (!cJSON_IsNumber(value) || fabs(value->valuedouble - expected) > 1e-9)
        fail_msg("%s gave %s", script, cJSON_PrintUnformatted(value));
    cJSON_Delete(value);
}

/* How long answers take is told, not tested: other work may be going on. */
static void print_times(void)
{
    enum { STROKES = 11 };
    for (int i = 1; i < STROKES; i++) {
        char script[128];
        cJSON_Delete(browser_run(&browser, "document.getElementById('clear').click()"));
        browser_draw(&browser, "pad", seven, SEVEN);
        snprintf(script, sizeof script, "return performance.getEntriesByName('answer').length === %d", i + 1);
        browser_wait(&browser, script);
    }
    cJSON *times = browser_run(&browser, "return performance.getEntriesByName('answer').map((e) => e.duration)"
                                         ".sort((a, b) => a - b)");
    print_message("from the end of a stroke to the answer on the page: %.0f ms, %.0f to %.0f in %d strokes\n",
                  cJSON_GetArrayItem(times, STROKES / 2)->valuedouble, cJSON_GetArrayItem(times, 0)->valuedouble,
                  cJSON_GetArrayItem(times, STROKES - 1)->valuedouble, STROKES);
    cJSON_Delete(times);
}

static void a_digit_drawn_with_the_mouse_is_answered_on_the_page(void **state)
{
    (void)state;
    visit(1280, 900, "light");
    browser_draw(&browser, "pad", seven, SEVEN);
    browser_wait(&browser, "return " ANSWER " === '7' && performance.getEntriesByName('answer').length === 1");
    assert_number(1, "return document.querySelectorAll('#bars .is-best').length");
    browser_wait(&browser, "return document.getElementById('spoken').textContent.startsWith('7')");
    /* The input and seven layers, each map a canvas, and a legend for each row. */
    assert_number(8, "return document.querySelectorAll('.layer').length");
    assert_number(1 + 6 + 6 + 16 + 16 + 3, "return document.querySelectorAll('.layer .maps canvas').length");
    assert_number(8, "return document.querySelectorAll('.layer .legend canvas').length");
    print_times();
    browser_assert_quiet(&browser);
}

static void undo_and_clear_take_back_what_was_drawn(void **state)
{
    (void)state;
    visit(1280, 900, "light");
    browser_draw(&browser, "pad", one, ONE);
    browser_wait(&browser, "return " ANSWER " === '1'");
    browser_draw(&browser, "pad", (const int[][2]){{300, 160}, {700, 160}}, 2);
    browser_wait(&browser, "return performance.getEntriesByName('answer').length === 2");
    cJSON_Delete(browser_run(&browser, "document.getElementById('undo').click()"));
    browser_wait(&browser, "return " ANSWER " === '1' && performance.getEntriesByName('answer').length === 3");
    cJSON_Delete(browser_run(&browser, "document.getElementById('clear').click()"));
    browser_wait(&browser, "return document.getElementById('clear').disabled && "
                           "document.getElementById('digit').textContent === '\u2013'");
    browser_assert_quiet(&browser);
}

/* Nothing is amiss, so nothing is said in the console. */
static void a_dot_is_no_digit_and_no_trouble(void **state)
{
    (void)state;
    visit(1280, 900, "light");
    browser_draw(&browser, "pad", (const int[][2]){{500, 160}, {500, 170}}, 2);
    browser_wait(&browser, "return document.getElementById('said').textContent === 'A dot is no digit yet.'");
    browser_draw(&browser, "pad", one, ONE);
    browser_wait(&browser, "return " ANSWER " === '1'");
    cJSON_Delete(browser_run(&browser, "document.getElementById('undo').click()"));
    browser_wait(&browser, "return document.getElementById('said').textContent === 'A dot is no digit yet.' && " ANSWER
                           " === '\u2013' && document.getElementById('trouble').hidden");
    browser_assert_quiet(&browser);
}

static void a_blank_picture_shows_no_digit_and_is_no_trouble(void **state)
{
    (void)state;
    char here[2048], path[2200];
    visit(1280, 900, "light");
    commands_shell("printf 'P2 40 40 255\\n' > blank.pgm; for i in $(seq 1600); do echo 200; done >> blank.pgm");
    assert_non_null(getcwd(here, sizeof here));
    snprintf(path, sizeof path, "%s/blank.pgm", here);
    browser_choose(&browser, "file", path);
    browser_wait(&browser, "return document.getElementById('said').textContent.startsWith('No digit: the picture is "
                           "blank') && document.getElementById('trouble').hidden");
    browser_assert_quiet(&browser);
}

static void the_keyboard_draws_and_changes_tabs(void **state)
{
    (void)state;
    enum { RIGHT = 0xe014, UP = 0xe013, DOWN = 0xe015, SPACE = ' ' };
    int keys[32] = {UP, UP, UP, UP, UP, UP, UP, UP, SPACE};
    for (int i = 9; i < 25; i++)
        keys[i] = DOWN;
    keys[25] = SPACE;
    visit(1280, 900, "light");
    cJSON_Delete(browser_run(&browser, "document.getElementById('pad').focus()"));
    browser_type(&browser, keys, 26);
    browser_wait(&browser, "return " ANSWER " === '1'");
    cJSON_Delete(browser_run(&browser, "document.getElementById('tab-answer').focus()"));
    browser_type(&browser, (const int[]){RIGHT, RIGHT}, 2);
    browser_wait(&browser, "return document.activeElement.id === 'tab-network' && "
                           "!document.getElementById('network').hidden && document.getElementById('answer').hidden");
    browser_assert_quiet(&browser);
}

static void a_picture_that_is_chosen_is_answered(void **state)
{
    (void)state;
    char path[4300];
    visit(1280, 900, "light");
    snprintf(path, sizeof path, "%s/data/samples/7-paper.png", commands_repository());
    browser_choose(&browser, "file", path);
    browser_wait(&browser, "return " ANSWER " === '7'");
    browser_assert_quiet(&browser);
}

static void what_is_no_picture_is_told_in_words(void **state)
{
    (void)state;
    char path[4300];
    visit(1280, 900, "light");
    snprintf(path, sizeof path, "%s/README.md", commands_repository());
    browser_choose(&browser, "file", path);
    browser_wait(&browser, "const t = document.getElementById('trouble'); "
                           "return !t.hidden && t.textContent.includes('no picture that is known')");
}

/* A model that is sure of nothing. */
static void write_strict_model(const char *path)
{
    char shipped[4300];
    struct model model;
    snprintf(shipped, sizeof shipped, "%s/models/lenet5.json", commands_repository());
    assert_int_equal(model_file_load(&model, shipped, NULL), 0);
    model.calibration = (struct calibration){.temperature = 1, .images = 1, .none = 100, .reject = 1, .accept = 1};
    strcpy(model.calibration.run, model.digest);
    assert_int_equal(model_file_save(&model, path, NULL), 0);
    model_free(&model);
}

static void an_answer_that_is_not_sure_is_shown_as_such(void **state)
{
    (void)state;
    browser_need();
    write_strict_model("strict.json");
    const struct http_server usual = server;
    server = http_start("--threads 1 --model strict.json");
    snprintf(url, sizeof url, "http://localhost:%d/", server.port);
    visit(1280, 900, "light");
    browser_draw(&browser, "pad", seven, SEVEN);
    browser_wait(&browser, "return " ANSWER " === '?' && "
                           "document.getElementById('spoken').textContent === 'Not sure. Perhaps 7' && "
                           "document.querySelector('.is-best') === null");
    browser_assert_quiet(&browser);
    assert_int_equal(http_stop(&server, SIGTERM), 0);
    server = usual;
    snprintf(url, sizeof url, "http://localhost:%d/", server.port);
}

static void the_filter_tab_works_on_what_was_drawn(void **state)
{
    (void)state;
    visit(1280, 900, "light");
    browser_draw(&browser, "pad", one, ONE);
    browser_wait(&browser, "return " ANSWER " === '1'");
    cJSON_Delete(browser_run(&browser, TAB("filter")));
    browser_wait(&browser, "return document.querySelectorAll('#filtered canvas').length === 3");
    assert_number(28, "return document.querySelectorAll('#filtered canvas')[0].width");
    assert_number(26, "return document.querySelectorAll('#filtered canvas')[1].width");
    assert_number(13, "return document.querySelectorAll('#filtered canvas')[2].width");
    cJSON_Delete(browser_run(&browser, "const s = document.querySelector('[name=kernel]'); s.value = 'own'; "
                                       "s.dispatchEvent(new Event('input', {bubbles: true})); return true"));
    browser_wait(&browser, "return !document.querySelector('.matrix input').readOnly");
    browser_assert_quiet(&browser);
}

/* ---- Looks ---- */

static void photograph(int width, const char *scheme, const char *tab)
{
    char path[4300];
    snprintf(path, sizeof path, "document.getElementById('tab-%s').click(); scrollTo(0, 0); return true", tab);
    cJSON_Delete(browser_run(&browser, path));
    browser_wait(&browser, "return document.querySelector('[role=tabpanel]:not([hidden]) :is(canvas, td)') !== null");
    snprintf(path, sizeof path, "%s/%s-%d-%s.png", browser_screenshots(), tab, width, scheme);
    browser_photograph(&browser, path, width, scheme);
}

static void it_fits_both_widths_in_light_and_dark(void **state)
{
    (void)state;
    static const char *const tabs[] = {"answer", "filter", "network"};
    static const int sizes[][2] = {{1280, 900}, {360, 740}};
    for (int s = 0; s < 2; s++)
        for (int dark = 0; dark < 2; dark++) {
            visit(sizes[s][0], sizes[s][1], dark ? "dark" : "light");
            browser_draw(&browser, "pad", three, THREE);
            browser_wait(&browser, "return " ANSWER " === '3' && performance.getEntriesByName('answer').length === 1");
            for (int t = 0; t < 3; t++)
                photograph(sizes[s][0], dark ? "dark" : "light", tabs[t]);
            browser_assert_quiet(&browser);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_drawn_with_the_mouse_is_answered_on_the_page),
        cmocka_unit_test(undo_and_clear_take_back_what_was_drawn),
        cmocka_unit_test(a_dot_is_no_digit_and_no_trouble),
        cmocka_unit_test(a_blank_picture_shows_no_digit_and_is_no_trouble),
        cmocka_unit_test(the_keyboard_draws_and_changes_tabs),
        cmocka_unit_test(a_picture_that_is_chosen_is_answered),
        cmocka_unit_test(what_is_no_picture_is_told_in_words),
        cmocka_unit_test(an_answer_that_is_not_sure_is_shown_as_such),
        cmocka_unit_test(the_filter_tab_works_on_what_was_drawn),
        cmocka_unit_test(it_fits_both_widths_in_light_and_dark),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
