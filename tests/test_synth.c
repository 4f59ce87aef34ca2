/* Drawn digits: laid out as MNIST's are, the same whoever draws how many of them, and what their labels say. */
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
#include "strokes_text.h"

enum { COUNT = 2000, PIXELS = SYNTH_SIDE * SYNTH_SIDE, SEED = 3 };

static struct strokes strokes; /* the built-in ones */
static struct dataset set;     /* COUNT digits of them, to train on */

static int draw_set(void **state)
{
    (void)state;
    return strokes_load(&strokes, NULL, NULL) != 0 || synth_set(&set, &strokes, SEED, DATASET_TRAIN, COUNT, NULL) != 0
               ? -1
               : 0;
}

static int free_set(void **state)
{
    (void)state;
    dataset_free(&set);
    strokes_free(&strokes);
    return 0;
}

/* ---- Helpers ---- */

/* Where the ink of one image lies, and how much of it there is. */
struct ink {
    int left, right, top, bottom, darkest;
    double mass, row, col; /* the centre of mass */
};

static struct ink measure(const unsigned char *pixels)
{
    struct ink ink = {.left = SYNTH_SIDE, .right = -1, .top = SYNTH_SIDE, .bottom = -1};
    for (int i = 0; i < PIXELS; i++) {
        const int row = i / SYNTH_SIDE, col = i % SYNTH_SIDE;
        if (pixels[i] == 0)
            continue;
        ink.left = col < ink.left ? col : ink.left;
        ink.right = col > ink.right ? col : ink.right;
        ink.top = row < ink.top ? row : ink.top;
        ink.bottom = row;
        ink.darkest = pixels[i] > ink.darkest ? pixels[i] : ink.darkest;
        ink.mass += pixels[i];
        ink.row += pixels[i] * row;
        ink.col += pixels[i] * col;
    }
    ink.row /= ink.mass;
    ink.col /= ink.mass;
    ink.mass /= 255;
    return ink;
}

static int longer_side(const struct ink *ink)
{
    const int width = ink->right - ink->left + 1, height = ink->bottom - ink->top + 1;
    return width > height ? width : height;
}

/* Ink may have been cut off where it meets the border. */
static int may_be_cut(const struct ink *ink)
{
    return ink->left == 0 || ink->top == 0 || ink->right == SYNTH_SIDE - 1 || ink->bottom == SYNTH_SIDE - 1;
}

static int is_same(const unsigned char *a, const unsigned char *b)
{
    return memcmp(a, b, PIXELS) == 0;
}

/* ---- As MNIST has them ---- */

static void the_set_has_mnists_shape_and_its_classes_are_balanced(void **state)
{
    (void)state;
    int counts[10] = {0};
    assert_int_equal(set.count, COUNT);
    assert_int_equal(set.channels, 1);
    assert_int_equal(set.rows, 28);
    assert_int_equal(set.cols, 28);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(set.labels[i], i % 10);
        counts[set.labels[i]]++;
    }
    for (int digit = 0; digit < 10; digit++)
        assert_int_equal(counts[digit], COUNT / 10);
}

static void the_longer_side_of_the_ink_is_20_px(void **state)
{
    (void)state;
    int shorter = 0;
    for (int i = 0; i < COUNT; i++) {
        const struct ink ink = measure(dataset_image(&set, i));
        assert_in_range(longer_side(&ink), may_be_cut(&ink) ? 12 : 19, 20);
        shorter += longer_side(&ink) < 20;
    }
    assert_in_range(shorter, 0, COUNT / 50);
}

static void the_darkest_pixel_is_255_and_the_ground_is_0(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        const unsigned char *pixels = dataset_image(&set, i);
        int ground = 0;
        assert_int_equal(measure(pixels).darkest, 255);
        for (int p = 0; p < PIXELS; p++) {
            ground += pixels[p] == 0;
            assert_true(pixels[p] == 0 || pixels[p] >= 5);
        }
        assert_true(ground > PIXELS / 3);
    }
}

static void the_centre_of_mass_lies_at_index_14(void **state)
{
    (void)state;
    int cut = 0;
    for (int i = 0; i < COUNT; i++) {
        const struct ink ink = measure(dataset_image(&set, i));
        cut += may_be_cut(&ink);
        if (!may_be_cut(&ink) && (fabs(ink.row - 14) > 0.52 || fabs(ink.col - 14) > 0.52))
            fail_msg("digit %d: row %g, column %g", i, ink.row, ink.col);
    }
    assert_in_range(cut, 0, COUNT / 20);
}

static void there_is_as_much_ink_as_in_mnist(void **state)
{
    (void)state;
    double mass = 0; /* MNIST has 0.131 */
    for (int i = 0; i < COUNT; i++)
        mass += measure(dataset_image(&set, i)).mass / PIXELS;
    assert_true(mass / COUNT > 0.10 && mass / COUNT < 0.17);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A one is a stroke of about 20 px, so that its ink is the width of the pen. */
static void pens_are_thin_and_thick(void **state)
{
    (void)state;
    double width[COUNT / 10];
    for (int i = 0; i < COUNT / 10; i++)
        width[i] = measure(dataset_image(&set, 10 * i + 1)).mass / 20;
    qsort(width, COUNT / 10, sizeof *width, compare);
    const double thin = width[COUNT / 100], thick = width[COUNT / 10 - 1 - COUNT / 100];
    assert_true(thin > 0.8 && thick < 6 && thick > 1.5 * thin);
}

static void edges_are_gray(void **state)
{
    (void)state;
    int gray = 0, ink = 0;
    for (int i = 0; i < COUNT * PIXELS; i++) {
        ink += set.pixels[i] > 0;
        gray += set.pixels[i] > 0 && set.pixels[i] < 255;
    }
    assert_true(gray > ink / 4 && gray < ink);
}

/* ---- The same for the same seed, and only then ---- */

static void any_digit_can_be_drawn_alone(void **state)
{
    (void)state;
    unsigned char alone[PIXELS];
    for (int i = COUNT - 1; i >= 0; i -= 7) {
        synth_digit(alone, &strokes, SEED, DATASET_TRAIN, i);
        assert_true(is_same(alone, dataset_image(&set, i)));
    }
}

static void a_longer_set_begins_with_a_shorter_one(void **state)
{
    (void)state;
    static const int counts[] = {1, 9, 64, 65, 777};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct dataset shorter;
        assert_int_equal(synth_set(&shorter, &strokes, SEED, DATASET_TRAIN, counts[i], NULL), 0);
        assert_int_equal(shorter.count, counts[i]);
        assert_memory_equal(shorter.pixels, set.pixels, (size_t)counts[i] * PIXELS);
        assert_memory_equal(shorter.labels, set.labels, (size_t)counts[i]);
        assert_string_not_equal(shorter.digest, set.digest);
        dataset_free(&shorter);
    }
}

static void the_bytes_do_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 5};
    const int before = omp_get_max_threads();
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct dataset again;
        omp_set_num_threads(threads[i]);
        assert_int_equal(synth_set(&again, &strokes, SEED, DATASET_TRAIN, COUNT, NULL), 0);
        assert_string_equal(again.digest, set.digest);
        assert_memory_equal(again.pixels, set.pixels, COUNT * PIXELS);
        dataset_free(&again);
    }
    omp_set_num_threads(before);
}

static void the_digest_is_over_images_and_labels(void **state)
{
    (void)state;
    char digest[DIGEST_TEXT];
    digest_two(digest, set.pixels, COUNT * PIXELS, set.labels, COUNT);
    assert_string_equal(set.digest, digest);
}

static void another_seed_or_set_gives_other_digits(void **state)
{
    (void)state;
    unsigned char other[PIXELS];
    for (int i = 0; i < 100; i++) {
        synth_digit(other, &strokes, SEED + 1, DATASET_TRAIN, i);
        assert_false(is_same(other, dataset_image(&set, i)));
        synth_digit(other, &strokes, SEED, DATASET_TEST, i);
        assert_false(is_same(other, dataset_image(&set, i)));
    }
}

static int compare_images(const void *a, const void *b)
{
    return memcmp(*(const unsigned char *const *)a, *(const unsigned char *const *)b, PIXELS);
}

static void no_two_digits_are_alike(void **state)
{
    (void)state;
    static const unsigned char *images[COUNT];
    for (int i = 0; i < COUNT; i++)
        images[i] = dataset_image(&set, i);
    qsort(images, COUNT, sizeof *images, compare_images);
    for (int i = 1; i < COUNT; i++)
        assert_false(is_same(images[i - 1], images[i]));
}

static void every_seed_and_index_can_be_drawn(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {0, 1, 9007199254740991u, UINT64_MAX};
    static const int indexes[] = {0, 65535, 65536, SYNTH_COUNT - 1, INT32_MAX};
    for (size_t s = 0; s < sizeof seeds / sizeof *seeds; s++)
        for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++) {
            unsigned char pixels[PIXELS];
            synth_digit(pixels, &strokes, seeds[s], DATASET_TRAIN, indexes[i]);
            assert_int_equal(measure(pixels).darkest, 255);
        }
}

/* ---- They look like what they are ---- */

/* Half the rows and columns, so that a digit moved by a pixel is nearly the same. */
static void halve(int out[PIXELS / 4], const unsigned char *pixels)
{
    for (int row = 0; row < SYNTH_SIDE / 2; row++)
        for (int col = 0; col < SYNTH_SIDE / 2; col++) {
            const unsigned char *corner = pixels + 2 * row * SYNTH_SIDE + 2 * col;
            out[row * SYNTH_SIDE / 2 + col] = corner[0] + corner[1] + corner[SYNTH_SIDE] + corner[SYNTH_SIDE + 1];
        }
}

static int nearest_label(int known[COUNT][PIXELS / 4], const unsigned char *pixels)
{
    int asked[PIXELS / 4], best = -1;
    int64_t least = INT64_MAX;
    halve(asked, pixels);
    for (int i = 0; i < COUNT; i++) {
        int64_t away = 0;
        for (int p = 0; p < PIXELS / 4 && away < least; p++)
            away += (asked[p] - known[i][p]) * (asked[p] - known[i][p]);
        if (away < least) {
            least = away;
            best = set.labels[i];
        }
    }
    return best;
}

static void the_nearest_digit_of_another_seed_has_the_same_label(void **state)
{
    (void)state;
    static int known[COUNT][PIXELS / 4];
    enum { ASKED = 500 };
    struct dataset asked;
    int right[10] = {0}, all = 0;
    for (int i = 0; i < COUNT; i++)
        halve(known[i], dataset_image(&set, i));
    assert_int_equal(synth_set(&asked, &strokes, SEED + 1, DATASET_TEST, ASKED, NULL), 0);
    for (int i = 0; i < ASKED; i++)
        right[asked.labels[i]] += nearest_label(known, dataset_image(&asked, i)) == asked.labels[i];
    for (int digit = 0; digit < 10; digit++) {
        assert_true(right[digit] > 4 * ASKED / 100); /* chance is 1 */
        all += right[digit];
    }
    assert_true(all > 7 * ASKED / 10);
    dataset_free(&asked);
}

/* ---- Documents of one's own ---- */

static void draw_zero(unsigned char pixels[PIXELS], const char *points, const char *old, const char *new)
{
    char zero[4096];
    struct strokes own =
        strokes_text_parse(strokes_text_replace(strokes_text(strokes_text_plain(zero, points)), old, new));
    for (int i = 0; i < 200; i += 10) { /* with a new index */
        synth_digit(pixels, &own, SEED, DATASET_TRAIN, i);
        const struct ink ink = measure(pixels);
        assert_int_equal(ink.darkest, 255);
        assert_in_range(longer_side(&ink), 1, 20);
    }
    strokes_free(&own);
}

static void a_digit_of_one_point_is_a_dot_in_the_middle(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    draw_zero(pixels, "[[0.3, 0.7]]", "\"pen\"", "\"pen\"");
    const struct ink ink = measure(pixels);
    assert_true(fabs(ink.row - 14) < 0.52 && fabs(ink.col - 14) < 0.52 && ink.mass < 40);
}

static void there_is_ink_however_thin_the_pen(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    draw_zero(pixels, "[[0.3, 0.7]]", "\"taper\": 0.3125", "\"taper\": 1");
    draw_zero(pixels, "[[0.3, 0.7]]",
              "\"pen\": 2, \"pen_spread\": 0.265625, \"pen_least\": 1.25, \"pen_most\": 4.5, \"pressure\": 0.1875, "
              "\"nib\": 0.171875, \"taper\": 0.3125",
              "\"pen\": 0.5, \"pen_spread\": 0, \"pen_least\": 0.5, \"pen_most\": 0.5, \"pressure\": 1, \"nib\": 1, "
              "\"taper\": 1");
}

static void the_widest_pen_and_the_greatest_spreads_do_no_harm(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    draw_zero(pixels, "[[-2, -2], [3, 3, \"corner\"], [-2, 3]], [[0, 0]]",
              "\"pen\": 2, \"pen_spread\": 0.265625, \"pen_least\": 1.25, \"pen_most\": 4.5, \"pressure\": 0.1875, "
              "\"nib\": 0.171875",
              "\"pen\": 8, \"pen_spread\": 1, \"pen_least\": 8, \"pen_most\": 8, \"pressure\": 1, \"nib\": 1");
    draw_zero(pixels, "[[-2, -2], [3, 3, \"corner\"], [-2, 3]], [[0, 0]]", "\"care_spread\": 0.25, \"jitter\": 0.03125",
              "\"care_spread\": 1, \"jitter\": 0.2");
    draw_zero(pixels, "[[-2, -2], [3, 3, \"corner\"], [-2, 3]], [[0, 0]]", "\"aspect\": 0.15625", "\"aspect\": 1");
    draw_zero(pixels, "[[-2, -2], [3, 3, \"corner\"], [-2, 3]], [[0, 0]]", "\"roughness\": 0.078125",
              "\"roughness\": 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_set_has_mnists_shape_and_its_classes_are_balanced),
        cmocka_unit_test(the_longer_side_of_the_ink_is_20_px),
        cmocka_unit_test(the_darkest_pixel_is_255_and_the_ground_is_0),
        cmocka_unit_test(the_centre_of_mass_lies_at_index_14),
        cmocka_unit_test(there_is_as_much_ink_as_in_mnist),
        cmocka_unit_test(pens_are_thin_and_thick),
        cmocka_unit_test(edges_are_gray),
        cmocka_unit_test(any_digit_can_be_drawn_alone),
        cmocka_unit_test(a_longer_set_begins_with_a_shorter_one),
        cmocka_unit_test(the_bytes_do_not_depend_on_the_number_of_threads),
        cmocka_unit_test(the_digest_is_over_images_and_labels),
        cmocka_unit_test(another_seed_or_set_gives_other_digits),
        cmocka_unit_test(no_two_digits_are_alike),
        cmocka_unit_test(every_seed_and_index_can_be_drawn),
        cmocka_unit_test(the_nearest_digit_of_another_seed_has_the_same_label),
        cmocka_unit_test(a_digit_of_one_point_is_a_dot_in_the_middle),
        cmocka_unit_test(there_is_ink_however_thin_the_pen),
        cmocka_unit_test(the_widest_pen_and_the_greatest_spreads_do_no_harm),
    };
    return cmocka_run_group_tests(tests, draw_set, free_set);
}
