/* Several views of an image: the image itself and some altered ones, the same bytes on every kernel set, whatever lies
 * in other places. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "fast/views.h"
#include "networks.h"

enum { SIDE = 28, PIXELS = SIDE * SIDE };

/* ---- Helpers ---- */

static struct views views_of(int count, int channels, int rows, int cols, const struct kernels *kernels)
{
    struct views views;
    struct error err = {0};
    if (views_create(&views, count, channels, rows, cols, kernels, &err) != 0)
        fail_msg("%s", err.text);
    return views;
}

/* Of images of MNIST's shape, on the fastest kernels. */
static struct views usual(int count)
{
    return views_of(count, 1, SIDE, SIDE, kernels_pick(NULL));
}

static void random_pixels(unsigned char *pixels, size_t count, uint64_t seed)
{
    struct rng rng = rng_make(seed, 0);
    networks_random_pixels(pixels, count, &rng);
}

/* 0 beyond the edges. */
static int pixel(const unsigned char pixels[PIXELS], int row, int col)
{
    return row >= 0 && row < SIDE && col >= 0 && col < SIDE ? pixels[row * SIDE + col] : 0;
}

/* ---- What is seen ---- */

static void one_view_is_the_image_itself_and_takes_no_memory(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    const unsigned char *see[VIEWS_MOST] = {NULL};
    struct views views = usual(1);
    views_make(see, &views, 3, pixels);
    assert_ptr_equal(see[0], pixels);
    assert_null(see[1]);
    assert_null(views.images);
    assert_null(views.room.table);
    views_free(&views);
}

static void the_first_of_several_is_the_image_itself_too(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS], before[PIXELS];
    const unsigned char *see[VIEWS_MOST];
    struct views views = usual(VIEWS_MOST);
    random_pixels(pixels, PIXELS, 1);
    memcpy(before, pixels, PIXELS);
    views_make(see, &views, 0, pixels);
    assert_ptr_equal(see[0], pixels);
    assert_memory_equal(pixels, before, PIXELS);
    views_free(&views);
}

/* The next four are steps, down, up, right and left in the source: each pixel is mixed of itself and a neighbour. */
static void steps_to_all_sides_mix_neighbours(void **state)
{
    (void)state;
    static const int down[] = {1, -1, 0, 0}, right[] = {0, 0, 1, -1};
    static const double step = 0.7;
    unsigned char pixels[PIXELS];
    const unsigned char *see[VIEWS_MOST];
    struct views views = usual(5);
    random_pixels(pixels, PIXELS, 2);
    views_make(see, &views, 0, pixels);
    for (int i = 0; i < 4; i++)
        for (int r = 0; r < SIDE; r++)
            for (int k = 0; k < SIDE; k++) {
                const double mixed = (1 - step) * pixel(pixels, r, k) + step * pixel(pixels, r + down[i], k + right[i]);
                assert_true(fabs(see[1 + i][r * SIDE + k] - mixed) < 0.51);
            }
    views_free(&views);
}

static double ink(const unsigned char pixels[PIXELS])
{
    double sum = 0;
    for (int at = 0; at < PIXELS; at++)
        sum += pixels[at];
    return sum;
}

/* A square in the middle: neither steps nor turns change its ink, and what is 5 % larger has 10 % more. */
static void a_view_shows_all_of_the_ink_smaller_or_larger(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS] = {0};
    const unsigned char *see[VIEWS_MOST];
    struct views views = usual(VIEWS_MOST);
    for (int r = 9; r < 19; r++)
        memset(pixels + r * SIDE + 9, 200, 10);
    views_make(see, &views, 0, pixels);
    for (int view = 0; view < VIEWS_MOST; view++) {
        const double expected = view == 7 ? 1 / (1.05 * 1.05) : view == 8 ? 1 / (0.95 * 0.95) : 1;
        assert_true(fabs(ink(see[view]) / ink(pixels) - expected) < 0.01);
    }
    views_free(&views);
}

static void no_two_views_are_alike_and_fewer_are_the_first_of_more(void **state)
{
    (void)state;
    unsigned char pixels[PIXELS];
    const unsigned char *all[VIEWS_MOST], *some[VIEWS_MOST];
    struct views most = usual(VIEWS_MOST);
    random_pixels(pixels, PIXELS, 3);
    views_make(all, &most, 0, pixels);
    for (int view = 0; view < VIEWS_MOST; view++)
        for (int other = 0; other < view; other++)
            assert_memory_not_equal(all[view], all[other], PIXELS);
    for (int count = 1; count < VIEWS_MOST; count++) {
        struct views views = usual(count);
        views_make(some, &views, 7, pixels);
        for (int view = 0; view < count; view++)
            assert_memory_equal(some[view], all[view], PIXELS);
        views_free(&views);
    }
    views_free(&most);
}

/* With and without fused multiply-add: the digest may change only where the views are meant to change. */
static void every_kernel_set_gives_the_bytes_of_other_compilers_and_processors(void **state)
{
    (void)state;
    static const char expected[] = "04729cad27c5b157913de0a592ee54a931d96f130ecba59976804e7101650132";
    static unsigned char all[VIEWS_MOST][PIXELS];
    unsigned char pixels[PIXELS];
    random_pixels(pixels, PIXELS, 4);
    for (const char *const *name = kernels_names(); *name != NULL; name++) {
        const unsigned char *see[VIEWS_MOST];
        char digest[DIGEST_TEXT];
        const struct kernels *kernels = kernels_find(*name, NULL);
        if (kernels == NULL)
            continue;
        struct views views = views_of(VIEWS_MOST, 1, SIDE, SIDE, kernels);
        views_make(see, &views, 0, pixels);
        for (int view = 0; view < VIEWS_MOST; view++)
            memcpy(all[view], see[view], PIXELS);
        digest_bytes(digest, all, sizeof all);
        assert_string_equal(digest, expected);
        views_free(&views);
    }
}

/* ---- Where it lies ---- */

/* Of a size that is no whole number of vectors, so that rows are written a few bytes too far. */
static void a_place_keeps_its_views_while_others_are_filled(void **state)
{
    (void)state;
    enum { ROWS = 5, COLS = 11, SIZE = ROWS * COLS, COUNT = 9 };
    unsigned char pixels[TILE][SIZE];
    const unsigned char *see[TILE][VIEWS_MOST], *alone[VIEWS_MOST];
    struct views views = views_of(COUNT, 1, ROWS, COLS, kernels_pick(NULL));
    struct views other = views_of(COUNT, 1, ROWS, COLS, kernels_pick(NULL));
    random_pixels(pixels[0], sizeof pixels, 5);
    for (int i = 0; i < TILE; i++) {
        const int slot = i * 3 % TILE;
        views_make(see[slot], &views, slot, pixels[slot]);
    }
    for (int slot = 0; slot < TILE; slot++) {
        views_make(alone, &other, 0, pixels[slot]);
        for (int view = 0; view < COUNT; view++)
            assert_memory_equal(see[slot][view], alone[view], SIZE);
    }
    views_free(&views);
    views_free(&other);
}

static void try_channels(int channels, int rows, int cols)
{
    const size_t size = (size_t)(rows * cols);
    unsigned char *pixels = malloc((size_t)channels * size);
    const unsigned char *see[VIEWS_MOST], *alone[VIEWS_MOST];
    assert_non_null(pixels);
    struct views views = views_of(VIEWS_MOST, channels, rows, cols, kernels_pick(NULL));
    struct views gray = views_of(VIEWS_MOST, 1, rows, cols, kernels_pick(NULL));
    random_pixels(pixels, (size_t)channels * size, 6);
    views_make(see, &views, TILE - 1, pixels);
    for (int c = 0; c < channels; c++) {
        views_make(alone, &gray, 0, pixels + (size_t)c * size);
        for (int view = 0; view < VIEWS_MOST; view++)
            assert_memory_equal(see[view] + (size_t)c * size, alone[view], size);
    }
    views_free(&views);
    views_free(&gray);
    free(pixels);
}

static void each_channel_is_altered_as_it_would_be_alone(void **state)
{
    (void)state;
    try_channels(3, 19, 37);
    try_channels(2, 1, 1);
    try_channels(4, 1, 9);
    try_channels(3, 9, 1);
    try_channels(1, 32, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_view_is_the_image_itself_and_takes_no_memory),
        cmocka_unit_test(the_first_of_several_is_the_image_itself_too),
        cmocka_unit_test(steps_to_all_sides_mix_neighbours),
        cmocka_unit_test(a_view_shows_all_of_the_ink_smaller_or_larger),
        cmocka_unit_test(no_two_views_are_alike_and_fewer_are_the_first_of_more),
        cmocka_unit_test(every_kernel_set_gives_the_bytes_of_other_compilers_and_processors),
        cmocka_unit_test(a_place_keeps_its_views_while_others_are_filled),
        cmocka_unit_test(each_channel_is_altered_as_it_would_be_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
