/* Strangers, pictures of no digit, and rare digits: the sections of the document that describe them, and that each is
 * the same whoever draws it. */
#include <math.h>
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/synth.h"
#include "drawing/skeleton.h"
#include "strokes_text.h"

enum { COUNT = 1000, SIDE = SYNTH_SIDE, PIXELS = SIDE * SIDE, SEED = 3 };

#define BAR "\"ways\": [{\"way\": \"bar\", \"share\": 1, \"strokes\": [[[-0.5, 0], [\"0.25..0.5\", 0.5]]]}]"
#define WAYS "{\"ways\": [{\"way\": \"a\", \"share\": 1, \"strokes\": [[[0, 0], [0, 1]]]}]}"

static struct strokes strokes; /* the built-in ones */
static struct dataset set;     /* COUNT strangers of them */

static int draw_set(void **state)
{
    (void)state;
    return strokes_load(&strokes, NULL, NULL) != 0 || synth_strangers(&set, &strokes, SEED, COUNT, NULL) != 0 ? -1 : 0;
}

static int free_set(void **state)
{
    (void)state;
    dataset_free(&set);
    strokes_free(&strokes);
    return 0;
}

/* A document whose digits are upright strokes. */
static char *with_strangers(const char *strangers)
{
    char section[1024];
    char *text = strokes_text(WAYS);
    text[strlen(text) - 1] = ' '; /* the document's brace */
    snprintf(section, sizeof section, ", \"strangers\": %s}", strangers);
    text = realloc(text, strlen(text) + strlen(section) + 1);
    assert_non_null(text);
    return strcat(text, section);
}

/* ---- The document ---- */

static void a_document_may_have_none(void **state)
{
    (void)state;
    struct strokes none = strokes_text_parse(strokes_text(WAYS));
    struct dataset drawn;
    struct error err = {0};
    assert_int_equal(none.strangers.way_count, 0);
    assert_int_equal(synth_strangers(&drawn, &none, SEED, 10, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, "the strokes have no \"strangers\": add them, or use the built-in ones");
    strokes_free(&none);
}

static struct strokes with_rare(const char *rare, char section[1024])
{
    snprintf(section, 1024, "{" BAR "}, \"rare\": %s", rare);
    return strokes_text_parse(with_strangers(section));
}

static void assert_rare_refused(const char *rare, const char *sentence)
{
    char section[1024];
    snprintf(section, sizeof section, "{" BAR "}, \"rare\": %s", rare);
    strokes_text_refuse(with_strangers(section), sentence);
}

static void what_is_wrong_with_rare_digits_is_refused_with_its_place(void **state)
{
    (void)state;
    assert_rare_refused("[]", "rare is not an object: {...} was expected");
    assert_rare_refused("{\"ten\": {}}", "rare has an unknown key \"ten\": known are 0, 1, 2, 3, 4, 5, 6, 7, 8 or 9");
    assert_rare_refused("{\"1\": {\"share\": 1}}", "rare.1 lacks the key \"ways\"");
    assert_rare_refused("{\"1\": {" BAR "}}", "rare.1 lacks the key \"share\"");
    assert_rare_refused("{\"1\": {\"share\": 0, " BAR "}}", "rare.1.share is 0: use 0.001 to 1000");
}

static void rare_digits_come_as_often_as_their_shares_say(void **state)
{
    (void)state;
    char section[1024];
    struct strokes own = with_rare("{\"3\": {\"share\": 3, " BAR "}, \"8\": {\"share\": 1, " BAR "}}", section);
    int counts[10] = {0};
    for (int i = 0; i < 400; i++) {
        unsigned char pixels[PIXELS];
        counts[synth_rare(pixels, &own, SEED, i)]++;
    }
    assert_in_range(counts[3], 260, 340);
    assert_int_equal(counts[3] + counts[8], 400);
    strokes_free(&own);
}

static void rare_digits_stand_before_the_strangers(void **state)
{
    (void)state;
    struct dataset extra;
    unsigned char alone[PIXELS];
    assert_int_equal(synth_extra(&extra, SEED, 70, 30, NULL), 0);
    assert_int_equal(extra.count, 100);
    for (int i = 0; i < 100; i++) {
        if (i < 70)
            assert_int_equal(extra.labels[i], synth_rare(alone, &strokes, SEED, i));
        else
            assert_int_equal(extra.labels[i], DATASET_NO_CLASS);
        assert_memory_equal(dataset_image(&extra, i), i < 70 ? alone : dataset_image(&set, i - 70), PIXELS);
    }
    dataset_free(&extra);
}

static void they_are_described_as_a_digit_is(void **state)
{
    (void)state;
    struct strokes own = strokes_text_parse(with_strangers("{\"pairs\": 0.25, \"slant\": 0.5, \"pen\": 2, " BAR "}"));
    assert_true(fabs(own.pairs - 0.25) < 1e-12 && fabs(own.strangers.slant - 0.5) < 1e-12);
    assert_true(fabs(own.strangers.pen - 2) < 1e-12 && fabs(own.strangers.jitter - 1) < 1e-12);
    assert_int_equal(own.strangers.way_count, 1);
    assert_string_equal(own.strangers.ways[0].name, "bar");
    strokes_free(&own);
}

static void what_is_wrong_with_them_is_refused_with_its_place(void **state)
{
    (void)state;
    strokes_text_refuse(with_strangers("3"), "strangers is not an object: {...} was expected");
    strokes_text_refuse(with_strangers("{}"), "strangers lacks the key \"ways\"");
    strokes_text_refuse(with_strangers("{\"ways\": []}"), "strangers.ways is empty: one way at least was expected");
    strokes_text_refuse(with_strangers("{\"pairs\": 2, " BAR "}"), "strangers.pairs is 2: use 0 to 1");
    strokes_text_refuse(with_strangers("{\"pair\": 1, " BAR "}"),
                        "strangers has an unknown key \"pair\": did you mean \"pairs\"?");
    strokes_text_refuse(with_strangers("{\"ways\": [{\"way\": \"a\", \"share\": 1, \"strokes\": [[[0, 9]]]}]}"),
                        "strangers.ways[0].strokes[0][0][1] can come to 9: use -2 to 3");
    strokes_text_refuse(strokes_text("{\"pairs\": 0.5, " BAR "}"),
                        "digits.0 has an unknown key \"pairs\": known are slant, slant_spread, jitter, bend, aspect, "
                        "pen, pen_spread or ways");
}

/* ---- What is drawn ---- */

static void they_have_mnists_shape_and_no_class(void **state)
{
    (void)state;
    assert_int_equal(set.count, COUNT);
    assert_int_equal(set.channels, 1);
    assert_int_equal(set.rows, 28);
    assert_int_equal(set.cols, 28);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(set.labels[i], DATASET_NO_CLASS);
}

/* The ink's rectangle, and its centre of mass. */
static void each_is_laid_out_as_a_digit_is(void **state)
{
    (void)state;
    int cut = 0;
    for (int i = 0; i < COUNT; i++) {
        const unsigned char *pixels = dataset_image(&set, i);
        int left = SIDE, right = -1, top = SIDE, bottom = -1, darkest = 0;
        double mass = 0, rows = 0, cols = 0;
        for (int p = 0; p < PIXELS; p++) {
            const int row = p / SIDE, col = p % SIDE, ink = pixels[p];
            if (ink == 0)
                continue;
            left = col < left ? col : left;
            right = col > right ? col : right;
            top = row < top ? row : top;
            bottom = row;
            darkest = ink > darkest ? ink : darkest;
            mass += ink;
            rows += ink * row;
            cols += ink * col;
        }
        assert_int_equal(darkest, 255);
        assert_in_range(right - left + 1, 1, SYNTH_BOX);
        assert_in_range(bottom - top + 1, 1, SYNTH_BOX);
        if (left == 0 || top == 0 || right == SIDE - 1 || bottom == SIDE - 1)
            cut++;
        else
            assert_true(fabs(rows / mass - 14) < 0.52 && fabs(cols / mass - 14) < 0.52);
    }
    assert_in_range(cut, 0, COUNT / 20);
}

static void every_way_of_the_document_can_be_drawn(void **state)
{
    (void)state;
    struct rng rng = rng_make(5, 0);
    assert_true(strokes.strangers.way_count > 50);
    for (int way = 0; way < strokes.strangers.way_count; way++)
        for (int n = 0; n < 100; n++) {
            struct skeleton skeleton;
            skeleton_draw_way(&skeleton, &strokes.strangers.ways[way], &rng);
            assert_in_range(skeleton.stroke_count, 1, SKELETON_STROKES);
            assert_in_range(skeleton.ends[skeleton.stroke_count - 1], 1, SKELETON_POINTS);
        }
}

/* The columns that have ink in the middle row: of an upright stroke few, of two side by side some more. */
static void a_pair_is_two_digits_side_by_side(void **state)
{
    (void)state;
    struct strokes bars = strokes_text_parse(with_strangers("{\"pairs\": 1, " BAR "}"));
    int apart = 0;
    for (int i = 0; i < 200; i++) {
        unsigned char one[PIXELS], two[PIXELS];
        double mass_of_one = 0, mass_of_two = 0;
        int changes = 0;
        synth_digit(one, &bars, SEED, DATASET_TRAIN, i);
        synth_stranger(two, &bars, SEED, i);
        for (int p = 0; p < PIXELS; p++) {
            mass_of_one += one[p];
            mass_of_two += two[p];
            changes += p / SIDE == 14 && p > 14 * SIDE && (two[p] > 0) != (two[p - 1] > 0);
        }
        apart += changes == 4; /* ground, ink, ground, ink, ground */
        assert_true(mass_of_two > mass_of_one / 2);
    }
    assert_in_range(apart, 50, 200);
    strokes_free(&bars);
}

/* ---- The same for the same seed, and only then ---- */

static void any_stranger_can_be_drawn_alone(void **state)
{
    (void)state;
    unsigned char alone[PIXELS];
    for (int i = COUNT - 1; i >= 0; i -= 7) {
        synth_stranger(alone, &strokes, SEED, i);
        assert_memory_equal(alone, dataset_image(&set, i), PIXELS);
    }
}

static void the_bytes_do_not_depend_on_threads_or_count(void **state)
{
    (void)state;
    const int before = omp_get_max_threads();
    for (int threads = 1; threads <= 4; threads++) {
        struct dataset again;
        omp_set_num_threads(threads);
        assert_int_equal(synth_strangers(&again, &strokes, SEED, COUNT / threads, NULL), 0);
        assert_memory_equal(again.pixels, set.pixels, (size_t)(COUNT / threads) * PIXELS);
        dataset_free(&again);
    }
    omp_set_num_threads(before);
}

static void another_seed_gives_others(void **state)
{
    (void)state;
    unsigned char other[PIXELS];
    for (int i = 0; i < 100; i++) {
        synth_stranger(other, &strokes, SEED + 1, i);
        assert_memory_not_equal(other, dataset_image(&set, i), PIXELS);
    }
}

/* On every compiler and processor; of a document of the test's own, so that new ways do not change it. */
static void the_bytes_are_those_of_long_ago(void **state)
{
    (void)state;
    struct strokes own = strokes_text_parse(with_strangers("{\"pairs\": 0.25, " BAR "}"));
    struct dataset drawn;
    assert_int_equal(synth_strangers(&drawn, &own, SEED, 500, NULL), 0);
    assert_string_equal(drawn.digest, "fcafae9faa45edbbb05fa3681a35d9a1668546f2e0b18b3a6fdf20cd1ad0d790");
    dataset_free(&drawn);
    strokes_free(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_may_have_none),
        cmocka_unit_test(they_are_described_as_a_digit_is),
        cmocka_unit_test(what_is_wrong_with_rare_digits_is_refused_with_its_place),
        cmocka_unit_test(rare_digits_come_as_often_as_their_shares_say),
        cmocka_unit_test(rare_digits_stand_before_the_strangers),
        cmocka_unit_test(what_is_wrong_with_them_is_refused_with_its_place),
        cmocka_unit_test(they_have_mnists_shape_and_no_class),
        cmocka_unit_test(each_is_laid_out_as_a_digit_is),
        cmocka_unit_test(every_way_of_the_document_can_be_drawn),
        cmocka_unit_test(a_pair_is_two_digits_side_by_side),
        cmocka_unit_test(any_stranger_can_be_drawn_alone),
        cmocka_unit_test(the_bytes_do_not_depend_on_threads_or_count),
        cmocka_unit_test(another_seed_gives_others),
        cmocka_unit_test(the_bytes_are_those_of_long_ago),
    };
    return cmocka_run_group_tests(tests, draw_set, free_set);
}
