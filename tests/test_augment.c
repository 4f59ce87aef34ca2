/* Augmentation: a function of seed, epoch and image alone, the same on every kernel set; within the ranges asked for,
 * and reaching them. Pictures are dots and ramps, on which shift, turn and size can be measured. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/rng.h"
#include "training/augment.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE, MIDDLE = 13, TIMES = 2000 };

static const struct augmentation everything = {1.5, 10, 0.14, 0.14, 0.85, 0.5};

/* ---- Helpers ---- */

struct altering {
    struct augment augment;
    struct augment_room room;
};

static struct altering altering(struct augmentation ranges, uint64_t seed, const struct dataset *set,
                                const struct kernels *kernels)
{
    struct altering altering;
    struct error err = {0};
    if (augment_create(&altering.augment, &ranges, seed, set, kernels, &err) != 0 ||
        augment_room_create(&altering.room, &altering.augment, &err) != 0)
        fail_msg("%s", err.text);
    return altering;
}

/* Of MNIST's shape, on the fastest kernels, with seed 1. */
static struct altering usual(struct augmentation ranges)
{
    const struct dataset set = {.channels = 1, .rows = SIDE, .cols = SIDE};
    return altering(ranges, 1, &set, kernels_pick(NULL));
}

static void end(struct altering *altering)
{
    augment_room_free(&altering->room);
    augment_free(&altering->augment);
}

static const unsigned char *alter(struct altering *altering, const unsigned char *pixels, int epoch, int index)
{
    return augment_image(&altering->room, index % TILE, pixels, epoch, index, &altering->augment);
}

static void random_pixels(unsigned char *pixels, size_t count)
{
    struct rng rng = rng_make(1, 77);
    for (size_t i = 0; i < count; i++)
        pixels[i] = (unsigned char)rng_below(&rng, 256);
}

static void dot(unsigned char pixels[PIXELS], int row, int col)
{
    pixels[row * SIDE + col] = 255;
}

struct point {
    double row, col, ink;
};

/* The centre of the ink left (side 0) or right (side 1) of a column; all of it at column 0. */
static struct point centre(const unsigned char pixels[PIXELS], int column, int side)
{
    struct point sum = {0};
    for (int at = 0; at < PIXELS; at++)
        if ((at % SIDE >= column) == side) {
            sum.row += at / SIDE * pixels[at];
            sum.col += at % SIDE * pixels[at];
            sum.ink += pixels[at];
        }
    assert_true(sum.ink > 0);
    return (struct point){sum.row / sum.ink, sum.col / sum.ink, sum.ink};
}

/* A number that lies between -range and range each time, and comes near both. */
struct reach {
    double range, least, most;
};

static void reach_add(struct reach *reach, double value)
{
    reach->least = fmin(reach->least, value);
    reach->most = fmax(reach->most, value);
}

static void assert_reach(const struct reach *reach, double slack)
{
    if (reach->least < -reach->range - slack || reach->most > reach->range + slack ||
        reach->least > -0.95 * reach->range + slack || reach->most < 0.95 * reach->range - slack)
        fail_msg("%g to %g, and %g either way was asked for", reach->least, reach->most, reach->range);
}

/* ---- A function of seed, epoch and image ---- */

static void digest_of_many(char digest[DIGEST_TEXT], struct altering *altering, const unsigned char pixels[PIXELS])
{
    enum { EPOCHS = 3, IMAGES = 50 };
    static unsigned char all[EPOCHS * IMAGES][PIXELS];
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        for (int index = 0; index < IMAGES; index++)
            memcpy(all[epoch * IMAGES + index], alter(altering, pixels, epoch, index), PIXELS);
    digest_bytes(digest, all, sizeof all);
}

/* With and without fused multiply-add: the digest may change only where augmentation is meant to change. */
static void every_kernel_set_gives_the_bytes_of_other_compilers_and_processors(void **state)
{
    (void)state;
    static const char expected[] = "6d7dc90f89f56bce0c0aabcc74aaa3ec0638216b2b55cbb7685e2c583b353589";
    const struct dataset set = {.channels = 1, .rows = SIDE, .cols = SIDE};
    unsigned char pixels[PIXELS];
    random_pixels(pixels, PIXELS);
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        char digest[DIGEST_TEXT];
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels == NULL)
            continue;
        struct altering altered = altering(everything, 5, &set, kernels);
        digest_of_many(digest, &altered, pixels);
        assert_string_equal(digest, expected);
        end(&altered);
    }
}

static void neither_the_order_nor_what_came_before_has_a_say(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS], first[PIXELS];
    random_pixels(pixels, PIXELS);
    struct altering one = usual(everything), other = usual(everything);
    memcpy(first, alter(&one, pixels, 7, 41), PIXELS);
    for (int index = 60; index > 41; index--)
        alter(&other, pixels, index % 5, index);
    assert_memory_equal(alter(&other, pixels, 7, 41), first, PIXELS);
    assert_memory_not_equal(alter(&other, pixels, 7, 40), first, PIXELS);
    assert_memory_not_equal(alter(&other, pixels, 8, 41), first, PIXELS);
    other.augment.seed = 2;
    assert_memory_not_equal(alter(&other, pixels, 7, 41), first, PIXELS);
    end(&one);
    end(&other);
}

/* Rows are images of one epoch, then one image in many epochs: the same number twice would be the same picture twice.
 */
static void no_two_images_and_no_two_epochs_are_altered_alike(void **state)
{
    (void)state;
    enum { SEEN = 200 };
    static unsigned char seen[2 * SEEN][PIXELS];
    unsigned char pixels[PIXELS];
    random_pixels(pixels, PIXELS);
    struct altering altered = usual(everything);
    for (int i = 0; i < SEEN; i++) {
        memcpy(seen[i], alter(&altered, pixels, 0, i), PIXELS);
        memcpy(seen[SEEN + i], alter(&altered, pixels, i + 1, 0), PIXELS);
    }
    for (int i = 0; i < 2 * SEEN; i++)
        for (int k = 0; k < i; k++)
            assert_memory_not_equal(seen[i], seen[k], PIXELS);
    end(&altered);
}

/* ---- Nothing asked for, nothing done ---- */

static void ranges_of_0_give_the_very_image(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    random_pixels(pixels, PIXELS);
    struct altering altered = usual((struct augmentation){0});
    assert_ptr_equal(alter(&altered, pixels, 0, 0), pixels);
    end(&altered);
}

/* It goes all the way through resampling, and nowhere. */
static void ranges_near_0_give_the_same_bytes(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    random_pixels(pixels, PIXELS);
    struct altering altered = usual((struct augmentation){1e-30, 1e-30, 1e-30, 1e-30, 1e-30, 1e-30});
    const unsigned char *same = alter(&altered, pixels, 3, 4);
    assert_ptr_not_equal(same, pixels);
    assert_memory_equal(same, pixels, PIXELS);
    end(&altered);
}

static void a_room_takes_memory_only_where_something_is_altered(void **state)
{
    (void)state;
    struct altering nothing = usual((struct augmentation){0}), something = usual((struct augmentation){.shear = 0.1});
    assert_int_equal(augment_room_bytes(&nothing.augment), 0);
    assert_null(nothing.room.images);
    assert_in_range(augment_room_bytes(&something.augment), TILE * PIXELS, 20000);
    end(&nothing);
    end(&something);
}

/* ---- The ranges ---- */

static void a_shift_is_within_its_range_down_and_across(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    struct reach down = {.range = 2.5}, across = {.range = 2.5};
    struct altering altered = usual((struct augmentation){.shift = 2.5});
    dot(pixels, MIDDLE, MIDDLE);
    for (int i = 0; i < TIMES; i++) {
        const struct point at = centre(alter(&altered, pixels, 0, i), 0, 1);
        reach_add(&down, at.row - MIDDLE);
        reach_add(&across, at.col - MIDDLE);
    }
    assert_reach(&down, 0.01);
    assert_reach(&across, 0.01);
    end(&altered);
}

/* From one of two dots beside each other to the other; the middle of the picture lies between pixels. */
static struct point from_dot_to_dot(const unsigned char pixels[PIXELS])
{
    const struct point left = centre(pixels, MIDDLE + 1, 0), right = centre(pixels, MIDDLE + 1, 1);
    return (struct point){.row = right.row - left.row, .col = right.col - left.col};
}

static void two_dots(unsigned char pixels[PIXELS])
{
    dot(pixels, MIDDLE, MIDDLE - 9);
    dot(pixels, MIDDLE, MIDDLE + 10);
}

static void a_rotation_is_within_its_range_and_keeps_distances(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    struct reach degrees = {.range = 20};
    struct altering altered = usual((struct augmentation){.rotation = 20});
    two_dots(pixels);
    for (int i = 0; i < TIMES; i++) {
        const struct point way = from_dot_to_dot(alter(&altered, pixels, 0, i));
        reach_add(&degrees, atan2(way.row, way.col) * 180 / acos(-1.0));
        assert_true(fabs(hypot(way.row, way.col) - 19) < 0.5);
    }
    assert_reach(&degrees, 1);
    end(&altered);
}

static void a_scale_is_within_its_range(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    struct reach larger = {.range = 0.2};
    struct altering altered = usual((struct augmentation){.scale = 0.2});
    two_dots(pixels);
    for (int i = 0; i < TIMES; i++) {
        const struct point way = from_dot_to_dot(alter(&altered, pixels, 0, i));
        reach_add(&larger, 19 / way.col - 1);
        assert_true(fabs(way.row) < 0.05);
    }
    assert_reach(&larger, 0.03);
    end(&altered);
}

/* A column of ink leans; what it leans is read off between the rows 5 and 22. */
static void a_shear_is_within_its_range(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    struct reach slant = {.range = 0.3};
    struct altering altered = usual((struct augmentation){.shear = 0.3});
    for (int row = 0; row < SIDE; row++)
        dot(pixels, row, MIDDLE);
    for (int i = 0; i < TIMES; i++) {
        const unsigned char *sheared = alter(&altered, pixels, 0, i);
        double at[2] = {0}, ink[2] = {0};
        for (int k = 0; k < 2 * SIDE; k++) {
            const int value = sheared[(k < SIDE ? 5 : 22) * SIDE + k % SIDE];
            at[k / SIDE] += k % SIDE * value;
            ink[k / SIDE] += value;
        }
        reach_add(&slant, (at[1] / ink[1] - at[0] / ink[0]) / 17);
    }
    assert_reach(&slant, 0.01);
    end(&altered);
}

/* On a ramp of 8 levels a pixel the displacement along it can be read off, but for what the edges cut. */
static double measured_bending(struct augmentation ranges, int across)
{
    unsigned char pixels[PIXELS];
    double sum = 0;
    int count = 0;
    struct altering altered = usual(ranges);
    for (int at = 0; at < PIXELS; at++)
        pixels[at] = (unsigned char)(8 * (across ? at % SIDE : at / SIDE) + 20);
    for (int i = 0; i < TIMES; i++) {
        const unsigned char *bent = alter(&altered, pixels, 0, i);
        for (int at = 0; at < PIXELS; at++) {
            const int row = at / SIDE, col = at % SIDE;
            if (row < 5 || row > 22 || col < 5 || col > 22)
                continue;
            const double by = (bent[at] - pixels[at]) / 8.0;
            sum += by * by;
            count++;
        }
    }
    end(&altered);
    return sqrt(sum / count);
}

static void bending_has_the_root_mean_square_asked_for(void **state)
{
    (void)state;
    static const double asked[] = {0.5, 0.85, 1.5};
    for (int i = 0; i < 3; i++)
        for (int across = 0; across < 2; across++)
            assert_true(fabs(measured_bending((struct augmentation){.elastic = asked[i]}, across) / asked[i] - 1) <
                        0.05);
}

/* Ink of a bar of 4 columns, row by row: each side moves by up to the range. */
static void thickness_is_within_its_range_on_each_side(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    struct reach side = {.range = 0.8};
    struct altering altered = usual((struct augmentation){.thickness = 0.8});
    for (int at = 0; at < 4 * SIDE; at++)
        dot(pixels, at % SIDE, 12 + at / SIDE);
    for (int i = 0; i < TIMES; i++) {
        const unsigned char *row = alter(&altered, pixels, 0, i) + MIDDLE * SIDE;
        double ink = 0;
        for (int col = 0; col < SIDE; col++)
            ink += row[col] / 255.0;
        reach_add(&side, (ink - 4) / 2);
    }
    assert_reach(&side, 0.005);
    end(&altered);
}

/* What one range draws does not move what the others draw: ablations compare the same shifts. */
static void one_range_leaves_the_numbers_of_the_others(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    struct altering one = usual((struct augmentation){.shift = 2});
    struct altering both = usual((struct augmentation){.shift = 2, .rotation = 45});
    dot(pixels, MIDDLE, MIDDLE); /* half a pixel from the middle: a turn moves it by less than one */
    for (int i = 0; i < 100; i++) {
        const struct point a = centre(alter(&one, pixels, 0, i), 0, 1), b = centre(alter(&both, pixels, 0, i), 0, 1);
        assert_true(hypot(a.row - b.row, a.col - b.col) < 2);
    }
    end(&one);
    end(&both);
}

/* ---- Other pictures ---- */

static void all_channels_of_any_picture_are_altered_alike(void **state)
{
    (void)state;
    enum { ROWS = 19, COLS = 37, SIZE = ROWS * COLS };
    const struct dataset gray = {.channels = 1, .rows = ROWS, .cols = COLS};
    const struct dataset colour = {.channels = 3, .rows = ROWS, .cols = COLS};
    unsigned char pixels[3 * SIZE];
    random_pixels(pixels, SIZE);
    memcpy(pixels + SIZE, pixels, SIZE);
    memcpy(pixels + 2 * SIZE, pixels, SIZE);
    struct altering one = altering(everything, 3, &gray, kernels_pick(NULL));
    struct altering three = altering(everything, 3, &colour, kernels_pick(NULL));
    for (int i = 0; i < 20; i++) {
        const unsigned char *expected = alter(&one, pixels, 0, i), *found = alter(&three, pixels, 0, i);
        for (int c = 0; c < 3; c++)
            assert_memory_equal(found + c * SIZE, expected, SIZE);
    }
    end(&one);
    end(&three);
}

/* Everything moves far out: what comes in is background. */
static void beyond_the_picture_is_background(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    memset(pixels, 255, sizeof pixels);
    struct altering altered = usual((struct augmentation){.shift = 100});
    int empty = 0;
    for (int i = 0; i < 100; i++) {
        const unsigned char *moved = alter(&altered, pixels, 0, i);
        int ink = 0;
        for (int at = 0; at < PIXELS; at++)
            ink += moved[at];
        empty += ink == 0;
    }
    assert_in_range(empty, 70, 99);
    end(&altered);
}

static void the_smallest_picture_is_altered_too(void **state)
{
    (void)state;
    const struct dataset set = {.channels = 1, .rows = 1, .cols = 1};
    const unsigned char pixel = 200;
    struct altering altered = altering(everything, 1, &set, kernels_pick(NULL));
    for (int i = 0; i < 50; i++)
        assert_in_range(*alter(&altered, &pixel, 0, i), 0, 200);
    end(&altered);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_set_gives_the_bytes_of_other_compilers_and_processors),
        cmocka_unit_test(neither_the_order_nor_what_came_before_has_a_say),
        cmocka_unit_test(no_two_images_and_no_two_epochs_are_altered_alike),
        cmocka_unit_test(ranges_of_0_give_the_very_image),
        cmocka_unit_test(ranges_near_0_give_the_same_bytes),
        cmocka_unit_test(a_room_takes_memory_only_where_something_is_altered),
        cmocka_unit_test(a_shift_is_within_its_range_down_and_across),
        cmocka_unit_test(a_rotation_is_within_its_range_and_keeps_distances),
        cmocka_unit_test(a_scale_is_within_its_range),
        cmocka_unit_test(a_shear_is_within_its_range),
        cmocka_unit_test(bending_has_the_root_mean_square_asked_for),
        cmocka_unit_test(thickness_is_within_its_range_on_each_side),
        cmocka_unit_test(one_range_leaves_the_numbers_of_the_others),
        cmocka_unit_test(all_channels_of_any_picture_are_altered_alike),
        cmocka_unit_test(beyond_the_picture_is_background),
        cmocka_unit_test(the_smallest_picture_is_altered_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
