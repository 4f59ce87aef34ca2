/* The pages that report and explain save, in a real browser: they need nothing else, and look as they should at both
 * widths. Digits that synth draws are measured and explained. The pictures of it are kept in the build folder's
 * screenshots/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "browser.h"
#include "commands.h"

static struct browser browser;

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
    browser_need();
    commands_well("synth --out drawn --count 10000 --test 1000 --seed 7");
    commands_well("train --quiet --data drawn --epochs 6 --validation 1000 --out drawn.json");
    commands_well("report --model drawn.json --data drawn --out report.html");
    assert_looks("report");
    photograph_top("report", 760, ".maps figure:nth-child(7)", 1.2);
}

static void an_explanation_needs_nothing_else_and_fits_both_widths_in_light_and_dark(void **state)
{
    (void)state;
    char command[4300];
    browser_need();
    snprintf(command, sizeof command, "cp '%s/data/samples/8-white.png' .", commands_repository());
    commands_shell(command);
    snprintf(command, sizeof command, "explain --model %s/models/lenet5.json 8-white.png --html explained.html",
             commands_repository());
    commands_well(command);
    assert_looks("explained");
    photograph_top("explained", 880, "figure:has([alt=\"map 5 of layer 2\"])", 1.04);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_needs_nothing_else_and_fits_both_widths_in_light_and_dark),
        cmocka_unit_test(an_explanation_needs_nothing_else_and_fits_both_widths_in_light_and_dark),
    };
    return cmocka_run_group_tests(tests, commands_arrive, leave);
}
