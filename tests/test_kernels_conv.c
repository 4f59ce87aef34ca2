/* The kernels of convolutions, one by one, both ways: see kernel_sets.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_sets.h"
#include "networks.h"

/* ---- Convolution ---- */

static float plain_output(const float *x, const float *w, float bias, const struct tile_conv *conv, int r, int k)
{
    float sum = bias;
    for (int c = 0; c < conv->channels; c++)
        for (int i = 0; i < conv->f; i++)
            for (int j = 0; j < conv->f; j++) {
                const int pixel = c * conv->x_pixels + (r * conv->s + i) * conv->x_cols + k * conv->s + j;
                sum += x[pixel * TILE] * w[(c * conv->f + i) * conv->f + j];
            }
    return sum;
}

/* [filters][rows][cols][8] */
static void convolve_plainly(float *y, const float *x, const float *w, const float *bias, const struct tile_conv *conv)
{
    const int per_filter = conv->channels * conv->f * conv->f;
    for (int m = 0; m < conv->filters; m++)
        for (int r = 0; r < conv->rows; r++)
            for (int k = 0; k < conv->cols; k++)
                for (int image = 0; image < TILE; image++)
                    *y++ = plain_output(x + image, w + m * per_filter, bias[m], conv, r, k);
}

/* For an output of this size. */
static struct tile_conv make_conv(int f, int s, int filters, int channels, int rows, int cols, int spare)
{
    struct tile_conv conv = {.filters = filters, .channels = channels, .f = f, .s = s, .rows = rows, .cols = cols};
    conv.x_cols = (cols - 1) * s + f + spare;
    conv.x_pixels = ((rows - 1) * s + f) * conv.x_cols;
    return conv;
}

struct operands {
    const float *x, *w, *bias;
    int weights, outputs;
};

static struct operands make_operands(const struct tile_conv *conv, struct rng *rng)
{
    struct operands made = {.weights = conv->filters * conv->channels * conv->f * conv->f,
                            .outputs = conv->filters * conv->rows * conv->cols};
    const size_t pixels = (size_t)(conv->channels * conv->x_pixels * TILE);
    made.x = kernel_sets_fill(kernel_sets_tiles(pixels), pixels, rng);
    made.w = kernel_sets_fill(kernel_sets_numbers((size_t)made.weights), (size_t)made.weights, rng);
    made.bias = kernel_sets_fill(kernel_sets_numbers((size_t)conv->filters), (size_t)conv->filters, rng);
    return made;
}

static void check_conv(struct rng *rng)
{
    for (int f = 1; f <= 7; f++)
        for (int s = 1; s <= 3; s++)
            for (int n = 1; n <= 9; n++) {
                const struct tile_conv conv = make_conv(f, s, n, 1 + (n + f) % 3, 1 + n % 3, 10 - n, n % 2);
                const struct operands with = make_operands(&conv, rng);
                const size_t count = (size_t)(with.outputs * TILE);
                float *y = kernel_sets_tiles(count), *expected = kernel_sets_tiles(count);
                kernel_sets_case("f %d, s %d, %d filters on %d channels", f, s, n, conv.channels);
                convolve_plainly(expected, with.x, with.w, with.bias, &conv);
                kernel_sets_now->conv->forward(y, with.x, with.w, with.bias, &conv);
                kernel_sets_near("output", y, expected, count);
                kernel_sets_done();
            }
}

static void convolution_of_every_f_and_s(void **state)
{
    (void)state;
    kernel_sets_try(check_conv);
}

/* ---- Convolution, activation and pool in one ---- */

/* The maxima of 2x2 windows of z [filters][2 rows][2 cols][8], before the activation, and where they are. */
static void take_maxima(float *y, unsigned char *lower, unsigned char *right, const float *z, int windows, int cols)
{
    for (int at = 0; at < windows; at++) {
        const float *upper = z + (at / cols * 4 * cols + at % cols * 2) * TILE, *under = upper + 2 * cols * TILE;
        lower[at] = right[at] = 0;
        for (int image = 0; image < TILE; image++) {
            const float four[] = {upper[image], upper[TILE + image], under[image], under[TILE + image]};
            int best = 0;
            for (int i = 1; i < 4; i++)
                best = four[i] > four[best] ? i : best;
            y[at * TILE + image] = four[best];
            lower[at] = (unsigned char)(lower[at] | best / 2 << image);
            right[at] = (unsigned char)(right[at] | best % 2 << image);
        }
    }
}

/* whole [window][4][8] from z, and its means. */
static void take_averages(float *y, float *whole, const float *z, int windows, int cols)
{
    for (int i = 0; i < windows * 4 * TILE; i++) {
        const int at = i / (4 * TILE), place = i / TILE % 4;
        const int row = at / cols * 2 + place / 2, col = at % cols * 2 + place % 2;
        whole[i] = z[(row * 2 * cols + col) * TILE + i % TILE];
    }
    for (int i = 0; i < windows * TILE; i++) {
        const float *four = whole + i / TILE * 4 * TILE + i % TILE;
        y[i] = ((four[0] + four[TILE]) + (four[2 * TILE] + four[3 * TILE])) / 4;
    }
}

/* conv: as the kernel takes it, of the pooled size. */
static void try_pooled(const struct tile_conv *conv, enum pool_mode mode, enum activation activation, struct rng *rng)
{
    struct tile_conv full = *conv;
    full.rows *= 2;
    full.cols *= 2;
    const struct operands with = make_operands(&full, rng);
    const int windows = with.outputs / 4, count = windows * TILE, packed = with.weights / conv->filters * 8;
    float *z = kernel_sets_tiles((size_t)(4 * count)), *y = kernel_sets_tiles((size_t)count);
    float *expected = kernel_sets_tiles((size_t)count), *expected_whole = kernel_sets_tiles((size_t)(4 * count));
    unsigned char *bits = kernel_sets_bytes((size_t)(2 * windows)), *right = kernel_sets_bytes((size_t)windows);
    struct tile_pooled pooled = {.mode = mode, .activation = activation};
    const bool is_max = mode == POOL_MAX;
    if (is_max) {
        pooled.lower = kernel_sets_bytes((size_t)windows);
        pooled.right = kernel_sets_bytes((size_t)windows);
    } else {
        pooled.whole = kernel_sets_tiles((size_t)(4 * count));
    }
    /* Bits and kinks need the sums that the kernels make: those of the plain convolution's kernel. */
    kernel_sets_now->conv->forward(z, with.x, with.w, with.bias, &full);
    if (is_max) {
        take_maxima(expected, bits, right, z, windows, conv->cols);
        kernel_sets_now->activation->forward(expected, windows, activation);
    } else {
        kernel_sets_now->activation->forward(z, 4 * windows, activation);
        take_averages(expected, expected_whole, z, windows, conv->cols);
    }
    float *room = kernel_sets_tiles((size_t)packed);
    kernel_sets_now->conv_pool->forward(y, room, &pooled, with.x, with.w, with.bias, conv);
    if (is_max) {
        kernel_sets_exact("maxima", y, expected, (size_t)count);
        assert_memory_equal(pooled.lower, bits, (size_t)windows);
        assert_memory_equal(pooled.right, right, (size_t)windows);
    } else {
        kernel_sets_exact("averaged", pooled.whole, expected_whole, (size_t)(4 * count));
        kernel_sets_exact("averages", y, expected, (size_t)count);
    }
    memcpy(expected, y, (size_t)count * sizeof *y);
    pooled.lower = pooled.right = NULL;
    pooled.whole = NULL;
    kernel_sets_now->conv_pool->forward(y, room, &pooled, with.x, with.w, with.bias, conv);
    kernel_sets_exact("pooled output when nothing else is asked", y, expected, (size_t)count);
    kernel_sets_done();
}

static void check_pooled(struct rng *rng)
{
    for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
        for (int f = 1; f <= 7; f++)
            for (int s = 1; s <= 3; s++)
                for (int filters = 1; filters <= 20; filters++) {
                    const int activation = (filters + f + s) % ACTIVATION_COUNT, n = filters + f;
                    const struct tile_conv conv = make_conv(f, s, filters, 1 + n % 3, 1 + n % 2, 1 + n % 5, 0);
                    struct tile_conv placed =
                        make_conv(f, s, filters, conv.channels, 2 * conv.rows, 2 * conv.cols, n % 2);
                    placed.rows = conv.rows;
                    placed.cols = conv.cols;
                    kernel_sets_case("%s, f %d, s %d, %d filters on %d channels, %s",
                                     mode == POOL_MAX ? "max" : "average", f, s, filters, conv.channels,
                                     activation_name((enum activation)activation));
                    try_pooled(&placed, (enum pool_mode)mode, (enum activation)activation, rng);
                }
}

static void convolution_with_activation_and_pool_in_one(void **state)
{
    (void)state;
    kernel_sets_try(check_pooled);
}

/* ---- Backward, by entries ---- */

/* Gradients many of which are 0 or -0; up to 7 behind them may be read. */
static const float *make_gradients(int count, struct rng *rng)
{
    float *d = kernel_sets_fill(kernel_sets_numbers((size_t)count + 7), (size_t)count, rng);
    for (int i = 0; i < count; i++)
        if (rng_below(rng, 2) == 0)
            d[i] = rng_below(rng, 2) == 0 ? 0.0f : -0.0f;
    memset(d + count, 0xff, 7 * sizeof *d); /* NaN */
    return d;
}

static void try_list(int count, bool is_pooled, int image, struct rng *rng)
{
    const int rounded = (count + TILE - 1) / TILE * TILE;
    const struct tile_entries found = {kernel_sets_bytes((size_t)(count + 8) * sizeof(int)),
                                       kernel_sets_numbers((size_t)count + 8)};
    int *at = kernel_sets_bytes((size_t)rounded * sizeof *at);
    unsigned char *lower = kernel_sets_bytes((size_t)rounded), *right = kernel_sets_bytes((size_t)rounded);
    const struct tile_outputs outputs = {count, at, is_pooled ? lower : NULL, is_pooled ? right : NULL, 1000, 100000};
    const float *d = make_gradients(count, rng);
    float *sums = kernel_sets_fill(kernel_sets_numbers(TILE), TILE, rng), expected_sums[TILE];
    memcpy(expected_sums, sums, sizeof expected_sums);
    networks_random_pixels(lower, (size_t)rounded, rng);
    networks_random_pixels(right, (size_t)rounded, rng);
    for (int i = 0; i < rounded; i++)
        at[i] = 3 * i + 1;
    for (int i = 0; i < count; i++)
        expected_sums[i % TILE] += d[i];
    const int entries = kernel_sets_now->entry->list(&found, sums, d, &outputs, image);
    kernel_sets_exact("sums", sums, expected_sums, TILE);
    int expected = 0;
    for (int i = 0; i < count; i++) {
        if (d[i] == 0)
            continue;
        const int below = lower[i] >> image & 1 ? outputs.below : 0,
                  beside = right[i] >> image & 1 ? outputs.beside : 0;
        assert_true(expected < entries);
        assert_int_equal(found.at[expected], at[i] + (is_pooled ? below + beside : 0));
        kernel_sets_exact("gradient of an entry", &found.d[expected++], &d[i], 1);
    }
    assert_int_equal(entries, expected);
    kernel_sets_done();
}

static void check_list(struct rng *rng)
{
    for (int count = 1; count <= 40; count++)
        for (int image = 0; image < TILE; image++)
            for (int is_pooled = 0; is_pooled < 2; is_pooled++) {
                kernel_sets_case("%d outputs%s, image %d", count, is_pooled ? ", pooled" : "", image);
                try_list(count, is_pooled, image, rng);
            }
}

static void gradients_that_are_not_zero_become_a_list(void **state)
{
    (void)state;
    kernel_sets_try(check_list);
}

/* Wherever it stands among others that are 0. */
static void check_not_a_number(struct rng *rng)
{
    enum { COUNT = 45, ROOM = COUNT + 7 };
    (void)rng;
    for (int place = 0; place < COUNT; place++) {
        float d[ROOM] = {0}, sums[TILE] = {0}, found_d[COUNT + 8];
        int at[ROOM] = {0}, found_at[COUNT + 8];
        const struct tile_entries found = {found_at, found_d};
        const struct tile_outputs outputs = {.count = COUNT, .at = at};
        d[place] = NAN;
        at[place] = 13;
        assert_int_equal(kernel_sets_now->entry->list(&found, sums, d, &outputs, 0), 1);
        assert_int_equal(found_at[0], 13);
        assert_true(isnan(found_d[0]) && isnan(sums[place % TILE]));
    }
}

static void a_gradient_that_is_not_a_number_stays_in_the_list(void **state)
{
    (void)state;
    kernel_sets_try(check_not_a_number);
}

/* One image, and windows of f x f pixels in it. */
struct windows {
    struct tile_runs runs;
    struct tile_entries entries;
    int f, depth, count, floats; /* depth: numbers a pixel; floats: of the image */
};

/* No channels: planes, in which a run reaches over the row's end. */
static struct windows make_windows(int f, int channels, int count, struct rng *rng)
{
    const int depth = channels > 0 ? (channels + TILE - 1) / TILE * TILE : 1;
    const int x_cols = f + count % 4, x_rows = f + count % 3;
    const struct windows windows = {
        .runs = {f, channels > 0 ? f * depth : TILE, x_cols * depth},
        .entries = {kernel_sets_bytes((size_t)(count + 8) * sizeof(int)), kernel_sets_numbers((size_t)count + 8)},
        .f = f,
        .depth = depth,
        .count = count,
        .floats = x_rows * x_cols * depth + (channels > 0 ? 0 : TILE - 1)};
    kernel_sets_fill(windows.entries.d, (size_t)count, rng);
    for (int e = 0; e < count; e++) {
        const uint32_t rows = (uint32_t)(x_rows - f + 1), cols = (uint32_t)(x_cols - f + 1);
        windows.entries.at[e] = ((int)rng_below(rng, rows) * x_cols + (int)rng_below(rng, cols)) * depth;
    }
    return windows;
}

static void try_weights(const struct windows *windows, struct rng *rng)
{
    const struct tile_runs *runs = &windows->runs;
    const int weights = runs->rows * runs->run;
    const float *x = kernel_sets_fill(kernel_sets_tiles((size_t)windows->floats), (size_t)windows->floats, rng);
    float *d_w = kernel_sets_fill(kernel_sets_tiles((size_t)weights), (size_t)weights, rng);
    float *expected = kernel_sets_tiles((size_t)weights);
    memcpy(expected, d_w, (size_t)weights * sizeof *d_w);
    for (int e = 0; e < windows->count; e++)
        for (int i = 0; i < weights; i++)
            expected[i] +=
                windows->entries.d[e] * x[windows->entries.at[e] + i / runs->run * runs->distance + i % runs->run];
    kernel_sets_now->entry->weights(d_w, &windows->entries, windows->count, x, runs);
    kernel_sets_near("gradient of the weights", d_w, expected, (size_t)weights);
}

/* Into the input, from filter `filter` of three. */
static void try_data(const struct windows *windows, int channels, int filter, struct rng *rng)
{
    const struct tile_runs *runs = &windows->runs;
    const int taps = windows->f * windows->f;
    const size_t weights = (size_t)(3 * channels * taps), floats = (size_t)windows->floats, behind = TILE;
    const float *w = kernel_sets_fill(kernel_sets_numbers(weights), weights, rng);
    float *packed = kernel_sets_tiles((size_t)(3 * runs->rows * (runs->run + 16)));
    float *d_x = kernel_sets_fill(kernel_sets_tiles(floats + behind), floats + behind, rng);
    float *expected = kernel_sets_tiles(floats + behind);
    memcpy(expected, d_x, (floats + behind) * sizeof *d_x);
    for (int e = 0; e < windows->count; e++)
        for (int i = 0; i < channels * taps; i++) {
            const int c = i / taps, tap = i % taps, row = tap / windows->f, col = tap % windows->f;
            expected[windows->entries.at[e] + row * runs->distance + col * windows->depth + c] +=
                windows->entries.d[e] * w[filter * channels * taps + i];
        }
    kernel_sets_now->entry->pack(packed, w, 3, channels, runs);
    kernel_sets_now->entry->data(d_x, &windows->entries, windows->count, packed, filter, runs);
    kernel_sets_near("gradient of the input", d_x, expected, floats + behind);
}

static void check_entries(struct rng *rng)
{
    for (int f = 1; f <= 7; f++)
        for (int channels = 0; channels <= 25; channels += channels < 9 ? 1 : 4)
            for (int count = 0; count <= 9; count++) {
                const struct windows windows = make_windows(f, channels, count, rng);
                kernel_sets_case("f %d, %d channels, %d entries", f, channels, count);
                try_weights(&windows, rng);
                if (channels > 0)
                    try_data(&windows, channels, count % 3, rng);
                kernel_sets_done();
            }
}

static void entries_add_to_the_gradients_of_weights_and_input(void **state)
{
    (void)state;
    kernel_sets_try(check_entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolution_of_every_f_and_s),
        cmocka_unit_test(convolution_with_activation_and_pool_in_one),
        cmocka_unit_test(gradients_that_are_not_zero_become_a_list),
        cmocka_unit_test(a_gradient_that_is_not_a_number_stays_in_the_list),
        cmocka_unit_test(entries_add_to_the_gradients_of_weights_and_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
