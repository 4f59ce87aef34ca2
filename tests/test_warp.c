/* Pictures resampled: whole places are exact, others the bilinear mean; against plain loops in double, on every kernel
 * set, whose bytes have to be the same. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fast/warp.h"
#include "kernel_sets.h"
#include "networks.h"

enum { SIDE = 9, MOST = 40 }; /* pixels; the middle of SIDE is a whole place */

static const struct affine as_it_is = {.tall = 1, .wide = 1};

/* ---- Helpers ---- */

static struct warp_room room_of(int rows, int cols, const struct kernels *kernels)
{
    struct warp_room room;
    struct error err = {0};
    if (warp_room_create(&room, rows, cols, kernels, &err) != 0)
        fail_msg("%s", err.text);
    return room;
}

static void resample(unsigned char *out, const struct affine *affine, const unsigned char *pixels, int rows, int cols)
{
    struct warp_room room = room_of(rows, cols, kernels_pick(NULL));
    const struct tile_warp warp = warp_affine(affine, &room);
    warp_load(&room, pixels, 0);
    warp_sample(out, &room, &warp);
    warp_room_free(&room);
}

/* SIDE x SIDE, of any bytes. */
struct square {
    unsigned char pixels[SIDE * SIDE + TILE];
};

static struct square random_square(void)
{
    struct square square = {{0}};
    struct rng rng = rng_make(3, 0);
    networks_random_pixels(square.pixels, SIDE * SIDE, &rng);
    return square;
}

static struct square resampled(struct affine affine, const struct square *square)
{
    struct square out;
    resample(out.pixels, &affine, square->pixels, SIDE, SIDE);
    return out;
}

/* 0 beyond the edges. */
static int pixel(const struct square *square, int row, int col)
{
    return row >= 0 && row < SIDE && col >= 0 && col < SIDE ? square->pixels[row * SIDE + col] : 0;
}

/* Pixel (r, k) of the result is (row + row_r * r + row_k * k, col + col_r * r + col_k * k) of the source. */
struct whole {
    int row, row_r, row_k, col, col_r, col_k;
};

static void assert_from(const struct square *found, const struct square *source, struct whole from)
{
    for (int r = 0; r < SIDE; r++)
        for (int k = 0; k < SIDE; k++)
            assert_int_equal(pixel(found, r, k), pixel(source, from.row + from.row_r * r + from.row_k * k,
                                                       from.col + from.col_r * r + from.col_k * k));
}

/* ---- Whole places are exact ---- */

static void nothing_asked_for_gives_the_same_bytes_of_any_size(void **state)
{
    (void)state;
    unsigned char pixels[MOST * MOST], out[MOST * MOST + TILE];
    struct rng rng = rng_make(1, 0);
    networks_random_pixels(pixels, sizeof pixels, &rng);
    for (int rows = 1; rows <= MOST; rows += 3)
        for (int cols = 1; cols <= MOST; cols++) {
            resample(out, &as_it_is, pixels, rows, cols);
            assert_memory_equal(out, pixels, (size_t)(rows * cols));
        }
}

static void a_shift_by_whole_pixels_moves_them_and_lets_background_in(void **state)
{
    (void)state;
    const struct square source = random_square();
    for (int down = -SIDE - 2; down <= SIDE + 2; down++)
        for (int right = -SIDE - 2; right <= SIDE + 2; right++) {
            const struct affine affine = {.tall = 1, .wide = 1, .down = (float)down, .right = (float)right};
            const struct square moved = resampled(affine, &source);
            assert_from(&moved, &source, (struct whole){down, 1, 0, right, 0, 1});
        }
}

static void a_quarter_turn_goes_around_the_middle(void **state)
{
    (void)state;
    const struct square source = random_square();
    const struct square one = resampled((struct affine){.tall = 1, .wide = 1, .turns = 0.25}, &source);
    assert_from(&one, &source, (struct whole){SIDE - 1, 0, -1, 0, 1, 0});
    const struct square back = resampled((struct affine){.tall = 1, .wide = 1, .turns = -0.25}, &source);
    assert_from(&back, &source, (struct whole){0, 0, 1, SIDE - 1, -1, 0});
    const struct square half = resampled((struct affine){.tall = 1, .wide = 1, .turns = 0.5}, &source);
    assert_from(&half, &source, (struct whole){SIDE - 1, -1, 0, SIDE - 1, 0, -1});
}

static void a_scale_leaves_the_middle_where_it_is(void **state)
{
    (void)state;
    enum { MIDDLE = SIDE / 2 };
    const struct square source = random_square();
    const struct square low = resampled((struct affine){.tall = 2, .wide = 1}, &source);
    assert_from(&low, &source, (struct whole){-MIDDLE, 2, 0, 0, 0, 1});
    const struct square narrow = resampled((struct affine){.tall = 1, .wide = 3}, &source);
    assert_from(&narrow, &source, (struct whole){0, 1, 0, -2 * MIDDLE, 0, 3});
}

static void a_shear_moves_each_row_by_its_distance_from_the_middle(void **state)
{
    (void)state;
    const struct square source = random_square();
    const struct square leaning = resampled((struct affine){.tall = 1, .wide = 1, .shear = 1}, &source);
    assert_from(&leaning, &source, (struct whole){0, 1, 0, -SIDE / 2, 1, 1});
}

/* ---- Others are a mean ---- */

static void half_a_pixel_is_the_mean_of_two_and_of_four(void **state)
{
    (void)state;
    const struct square source = random_square();
    const struct square down = resampled((struct affine){.tall = 1, .wide = 1, .down = 0.5f}, &source);
    const struct square left = resampled((struct affine){.tall = 1, .wide = 1, .right = -0.5f}, &source);
    const struct square both = resampled((struct affine){.tall = 1, .wide = 1, .down = 0.5f, .right = 0.5f}, &source);
    for (int r = 0; r < SIDE; r++)
        for (int k = 0; k < SIDE; k++) {
            const int here = pixel(&source, r, k), below = pixel(&source, r + 1, k);
            const int beside = pixel(&source, r, k + 1), beyond = pixel(&source, r + 1, k + 1);
            assert_int_equal(pixel(&down, r, k), (here + below + 1) / 2);
            assert_int_equal(pixel(&left, r, k), (pixel(&source, r, k - 1) + here + 1) / 2);
            assert_int_equal(pixel(&both, r, k), (here + below + beside + beyond + 2) / 4);
        }
}

/* The place that a pixel comes from, one thing after the other as warp.h lists them. */
static double by_plain_loops(const unsigned char *pixels, int rows, int cols, int r, int k, const struct affine *affine)
{
    const double angle = affine->turns * 2 * acos(-1.0), middle_row = (rows - 1) / 2.0, middle_col = (cols - 1) / 2.0;
    const double y = (r - middle_row) * (double)affine->tall;
    const double x = (k - middle_col) * (double)affine->wide + (r - middle_row) * (double)affine->shear;
    const double row = cos(angle) * y - sin(angle) * x + (double)affine->down + middle_row;
    const double col = sin(angle) * y + cos(angle) * x + (double)affine->right + middle_col;
    const int top = (int)floor(row), left = (int)floor(col);
    double sum = 0;
    for (int i = top; i <= top + 1; i++)
        for (int j = left; j <= left + 1; j++)
            if (i >= 0 && i < rows && j >= 0 && j < cols)
                sum += pixels[i * cols + j] * (1 - fabs(row - i)) * (1 - fabs(col - j));
    return sum;
}

static struct affine random_affine(struct rng *rng)
{
    struct affine affine;
    affine.tall = 1 + networks_random_number(rng, 0.5f);
    affine.wide = 1 + networks_random_number(rng, 0.5f);
    affine.shear = networks_random_number(rng, 0.5f);
    affine.turns = (double)networks_random_number(rng, 1);
    affine.down = networks_random_number(rng, 5);
    affine.right = networks_random_number(rng, 5);
    return affine;
}

/* Bytes are guarded: nothing is written beyond what warp_image_bytes() counts. */
static void try_affine(int rows, int cols, struct rng *rng)
{
    const size_t size = (size_t)(rows * cols);
    const struct affine affine = random_affine(rng);
    unsigned char pixels[MOST * MOST], expected[MOST * MOST + TILE];
    struct warp_room room = room_of(rows, cols, kernel_sets_now);
    struct warp_room plain = room_of(rows, cols, kernels_find(kernels_names()[0], NULL));
    const struct tile_warp warp = warp_affine(&affine, &room);
    unsigned char *found = kernel_sets_bytes(warp_image_bytes(1, rows, cols));
    networks_random_pixels(pixels, size, rng);
    kernel_sets_case("%dx%d", rows, cols);
    warp_load(&room, pixels, 0);
    warp_load(&plain, pixels, 0);
    warp_sample(found, &room, &warp);
    warp_sample(expected, &plain, &warp);
    assert_memory_equal(found, expected, size);
    for (int at = 0; at < rows * cols; at++) {
        const double value = by_plain_loops(pixels, rows, cols, at / cols, at % cols, &affine);
        if (!(fabs(found[at] - value) < 0.51))
            fail_msg("kernels %s, %dx%d: pixel %d is %d and not %g", kernel_sets_now->name, rows, cols, at, found[at],
                     value);
    }
    warp_room_free(&room);
    warp_room_free(&plain);
    kernel_sets_done();
}

static void check_affines(struct rng *rng)
{
    for (int n = 1; n <= MOST; n++) {
        try_affine(n, 1 + n * 7 % MOST, rng);
        try_affine(1, n, rng);
        try_affine(n, 1, rng);
        try_affine(28, 28, rng);
    }
}

static void any_affine_is_what_plain_loops_say_on_every_kernel_set(void **state)
{
    (void)state;
    kernel_sets_try(check_affines);
}

/* ---- The room ---- */

static void a_room_keeps_nothing_of_the_picture_before(void **state)
{
    (void)state;
    const struct square source = random_square();
    struct square found, full;
    struct warp_room room = room_of(SIDE, SIDE, kernels_pick(NULL));
    const struct tile_warp warp = warp_affine(&as_it_is, &room);
    memset(full.pixels, 255, sizeof full.pixels);
    for (int thickness = -256; thickness <= 256; thickness += 256) {
        warp_load(&room, full.pixels, thickness);
        warp_load(&room, source.pixels, 0);
        warp_sample(found.pixels, &room, &warp);
        assert_memory_equal(found.pixels, source.pixels, SIDE * SIDE);
    }
    warp_room_free(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_for_gives_the_same_bytes_of_any_size),
        cmocka_unit_test(a_shift_by_whole_pixels_moves_them_and_lets_background_in),
        cmocka_unit_test(a_quarter_turn_goes_around_the_middle),
        cmocka_unit_test(a_scale_leaves_the_middle_where_it_is),
        cmocka_unit_test(a_shear_moves_each_row_by_its_distance_from_the_middle),
        cmocka_unit_test(half_a_pixel_is_the_mean_of_two_and_of_four),
        cmocka_unit_test(any_affine_is_what_plain_loops_say_on_every_kernel_set),
        cmocka_unit_test(a_room_keeps_nothing_of_the_picture_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
