/* The kernels, one by one, on every set that runs here: against plain loops, for odd sizes, with nothing written beside
 * their arrays, and with the same bits wherever multiply-adds are fused (see kernel_sets.h). Those of convolutions and
 * of dense layers have files of their own. */
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
#include "nn/loss.h"

enum { MOST = 40 }; /* of odd sizes */

/* ---- Bytes and layouts ---- */

static struct tile_input make_input(int channels, int rows, int cols, int pad, int spare)
{
    const int x_cols = cols + 2 * pad + spare;
    return (struct tile_input){.channels = channels,
                               .rows = rows,
                               .cols = cols,
                               .pad = pad,
                               .x_cols = x_cols,
                               .x_pixels = (rows + 2 * pad) * x_cols + 3 * spare,
                               .scale = 1 / 90.0f,
                               .shift = -1.4f};
}

/* What pixel `at` of a channel of x has to be. */
static float expected_pixel(const unsigned char *image, int channel, int at, const struct tile_input *input)
{
    const int r = at / input->x_cols - input->pad, k = at % input->x_cols - input->pad;
    const bool is_pad = r < 0 || r >= input->rows || k < 0 || k >= input->cols;
    const int byte = is_pad ? 0 : image[(channel * input->rows + r) * input->cols + k];
    return kernel_sets_multiply_add((float)byte, input->scale, input->shift);
}

static void try_bytes(const struct tile_input *input, struct rng *rng)
{
    const size_t size = (size_t)(input->channels * input->rows * input->cols);
    const size_t count = (size_t)(input->channels * input->x_pixels);
    const unsigned char *images[TILE];
    float *tile = kernel_sets_tiles(count * TILE), *planes = kernel_sets_numbers(count);
    float *expected_tile = kernel_sets_tiles(count * TILE), *expected_planes = kernel_sets_numbers(count);
    for (int image = 0; image < TILE; image++) {
        unsigned char *bytes = kernel_sets_bytes(size);
        networks_random_pixels(bytes, size, rng);
        images[image] = bytes;
        for (size_t i = 0; i < count; i++)
            expected_tile[i * TILE + (size_t)image] =
                expected_pixel(bytes, (int)i / input->x_pixels, (int)i % input->x_pixels, input);
    }
    for (size_t i = 0; i < count; i++)
        expected_planes[i] = expected_tile[i * TILE + 5];
    kernel_sets_now->image->to_tile(tile, images, input);
    kernel_sets_now->image->to_planes(planes, images[5], input);
    kernel_sets_now->image->pad_planes(planes, input);
    kernel_sets_exact("tile", tile, expected_tile, count * TILE);
    kernel_sets_exact("planes", planes, expected_planes, count);
    kernel_sets_done();
}

static void check_bytes(struct rng *rng)
{
    for (int cols = 1; cols <= MOST; cols++)
        for (int pad = 0; pad < 3; pad++) {
            const struct tile_input input = make_input(1 + cols % 3, 1 + cols % 4, cols, pad, cols % 5);
            kernel_sets_case("%d columns, pad %d, %d spare", cols, pad, cols % 5);
            try_bytes(&input, rng);
        }
}

static void bytes_become_numbers_in_a_tile_and_in_planes(void **state)
{
    (void)state;
    kernel_sets_try(check_bytes);
}

static void check_from_tile(struct rng *rng)
{
    for (int count = 1; count <= MOST; count++)
        for (int spare = 0; spare <= 2 * TILE; spare += TILE) {
            const int stride = (count + TILE - 1) / TILE * TILE + spare;
            float *x = kernel_sets_tiles((size_t)(TILE * stride)),
                  *expected = kernel_sets_tiles((size_t)(TILE * stride));
            const float *y = kernel_sets_fill(kernel_sets_tiles((size_t)(count * TILE)), (size_t)(count * TILE), rng);
            kernel_sets_case("%d numbers, stride %d", count, stride);
            for (int image = 0; image < TILE; image++)
                for (int i = 0; i < stride; i++)
                    expected[image * stride + i] = i < count ? y[i * TILE + image] : 0;
            kernel_sets_now->image->from_tile(x, y, count, stride);
            kernel_sets_exact("images", x, expected, (size_t)(TILE * stride));
            kernel_sets_done();
        }
}

static void a_tile_becomes_images(void **state)
{
    (void)state;
    kernel_sets_try(check_from_tile);
}

/* There and back; what lies between the rows and behind the last of them stays. */
static void try_depth(int channels, int rows, int cols, int spare, struct rng *rng)
{
    const int x_cols = cols + spare, image_pixels = rows * x_cols + spare;
    const int depth = (channels + TILE - 1) / TILE * TILE, size = image_pixels * depth, pixels = rows * cols;
    float *x = kernel_sets_tiles((size_t)(TILE * size)), *expected = kernel_sets_tiles((size_t)(TILE * size));
    float *planes = kernel_sets_numbers((size_t)(channels * pixels));
    float *expected_planes = kernel_sets_numbers((size_t)(channels * pixels));
    const size_t count = (size_t)(channels * pixels * TILE);
    const float *y = kernel_sets_fill(kernel_sets_tiles(count), count, rng);
    for (int image = 0; image < TILE; image++)
        for (int at = 0; at < pixels; at++)
            for (int c = 0; c < depth; c++)
                expected[image * size + (at / cols * x_cols + at % cols) * depth + c] =
                    c < channels ? y[(c * pixels + at) * TILE + image] : 0;
    for (int i = 0; i < channels * pixels; i++)
        expected_planes[i] = y[i * TILE + 6];
    kernel_sets_now->image->to_depth(x, y, channels, rows, cols, x_cols, image_pixels);
    kernel_sets_exact("pixels", x, expected, (size_t)(TILE * size));
    kernel_sets_now->image->from_depth(planes, x + 6 * size, channels, rows, cols, x_cols);
    kernel_sets_exact("planes", planes, expected_planes, (size_t)(channels * pixels));
    kernel_sets_done();
}

static void check_depth(struct rng *rng)
{
    for (int channels = 1; channels <= MOST; channels++)
        for (int cols = 1; cols <= 19; cols += 3)
            for (int spare = 0; spare <= 2; spare++) {
                const int rows = 1 + (channels + cols) % 3;
                kernel_sets_case("%d channels, %dx%d, %d spare", channels, rows, cols, spare);
                try_depth(channels, rows, cols, spare, rng);
            }
}

static void channels_come_to_lie_side_by_side_and_back(void **state)
{
    (void)state;
    kernel_sets_try(check_depth);
}

/* ---- Pools and activations ---- */

static void try_pool(struct pool pool, struct rng *rng)
{
    const size_t inputs = (size_t)shape_size(pool.in), outputs = (size_t)shape_size(pool.out);
    const float *x = kernel_sets_fill(kernel_sets_tiles(inputs * TILE), inputs * TILE, rng);
    float *y = kernel_sets_tiles(outputs * TILE), *expected = kernel_sets_tiles(outputs * TILE);
    float *plain_x = kernel_sets_numbers(inputs), *plain_y = kernel_sets_numbers(outputs);
    for (size_t image = 0; image < TILE; image++) {
        for (size_t i = 0; i < inputs; i++)
            plain_x[i] = x[i * TILE + image];
        pool_forward(plain_y, plain_x, &pool);
        for (size_t i = 0; i < outputs; i++)
            expected[i * TILE + image] = plain_y[i];
    }
    kernel_sets_now->pool->forward(y, x, &pool);
    if (pool.mode == POOL_MAX) {
        kernel_sets_exact("maxima", y, expected, outputs * TILE);
    } else { /* times a share is not divided by a number */
        assert_true(networks_distance(y, expected, outputs * TILE) < 1e-6);
        kernel_sets_agree("averages", y, outputs * TILE * sizeof *y);
    }
    kernel_sets_done();
}

static void check_pool(struct rng *rng)
{
    for (int mode = POOL_MAX; mode <= POOL_AVERAGE; mode++)
        for (int f = 1; f <= 5; f++)
            for (int s = 1; s <= 3; s++)
                for (int p = 0; p <= f / 2; p++)
                    for (int cols = 5; cols <= 11; cols += 2) {
                        struct pool pool = {.mode = (enum pool_mode)mode, .f = f, .s = s, .p = p};
                        pool.in = (struct shape){.channels = 1 + cols % 3, .rows = 16 - cols, .cols = cols};
                        assert_int_equal(pool_output_shape(&pool.out, &pool, pool.in, NULL), 0);
                        kernel_sets_case("mode %d, f %d, s %d, p %d, %d columns", mode, f, s, p, cols);
                        try_pool(pool, rng);
                    }
}

static void pooling_of_every_f_s_and_p(void **state)
{
    (void)state;
    kernel_sets_try(check_pool);
}

/* Far into the flat ends and through 0. */
static void check_activations(struct rng *rng)
{
    for (int a = 0; a < ACTIVATION_COUNT; a++)
        for (int count = 1; count <= 9; count++)
            for (int range = 1; range <= 10000; range *= 10) {
                const size_t n = (size_t)(count * TILE);
                float *y = kernel_sets_tiles(n), *plain = kernel_sets_tiles(n);
                float *d_y = kernel_sets_tiles(n), *d_plain = kernel_sets_tiles(n);
                kernel_sets_case("%s, %d vectors, range %d", activation_name((enum activation)a), count, range);
                for (size_t i = 0; i < n; i++) {
                    y[i] = plain[i] = networks_random_number(rng, (float)range / 100);
                    d_y[i] = d_plain[i] = networks_random_number(rng, 1);
                }
                kernel_sets_now->activation->forward(y, count, (enum activation)a);
                activation_forward(plain, (int)n, (enum activation)a);
                for (size_t i = 0; i < n; i++)
                    assert_true(fabsf(y[i] - plain[i]) <= 1e-6f * (1 + fabsf(plain[i]) / 10));
                memcpy(plain, y, n * sizeof *y);
                kernel_sets_now->activation->backward(d_y, y, count, (enum activation)a);
                activation_backward(d_plain, plain, (int)n, (enum activation)a);
                for (size_t i = 0; i < n; i++)
                    assert_true(fabsf(d_y[i] - d_plain[i]) <= 1e-6f);
                kernel_sets_agree("activations", y, n * sizeof *y);
                kernel_sets_agree("slopes", d_y, n * sizeof *d_y);
                kernel_sets_done();
            }
}

static void activations_and_their_slopes(void **state)
{
    (void)state;
    kernel_sets_try(check_activations);
}

static void check_not_a_number(struct rng *rng)
{
    (void)rng;
    for (int a = 0; a < ACTIVATION_COUNT; a++) {
        float *y = kernel_sets_tiles(TILE); /* NaN */
        kernel_sets_now->activation->forward(y, 1, (enum activation)a);
        for (int i = 0; i < TILE; i++)
            assert_true(isnan(y[i]));
        kernel_sets_done();
    }
}

static void what_is_not_a_number_stays_so(void **state)
{
    (void)state;
    kernel_sets_try(check_not_a_number);
}

/* ---- The loss ---- */

/* Lanes without an image hold NaN. */
static void try_loss(int count, int classes, int with_none, float range, struct rng *rng)
{
    const size_t n = (size_t)(classes * TILE);
    const float share = 1 / 24.0f;
    float *y = kernel_sets_tiles(n), *d_y = kernel_sets_tiles(n);
    unsigned char *labels = kernel_sets_bytes((size_t)count);
    float *scores = kernel_sets_numbers((size_t)classes + 1), *d_scores = kernel_sets_numbers((size_t)classes + 1);
    for (int i = 0; i < classes * TILE; i++)
        if (i % TILE < count)
            y[i] = networks_random_number(rng, range);
    for (int image = 0; image < count; image++)
        labels[image] = with_none && rng_below(rng, 3) == 0 ? 255 : (unsigned char)rng_below(rng, (uint32_t)classes);
    const double loss = kernel_sets_now->loss->cross_entropy(d_y, y, labels, count, classes, with_none, share);
    double expected = 0;
    for (int image = 0; image < count; image++) {
        for (int k = 0; k < classes; k++)
            scores[k] = y[k * TILE + image];
        scores[classes] = 0; /* "no class" */
        expected += loss_cross_entropy(d_scores, scores, labels[image] < classes ? labels[image] : classes,
                                       classes + with_none);
        for (int k = 0; k < classes; k++)
            assert_true(fabsf(d_y[k * TILE + image] - d_scores[k] * share) <= 1e-6f * share);
    }
    for (int i = 0; i < classes * TILE; i++)
        assert_true(i % TILE < count || d_y[i] == 0);
    assert_true(fabs(loss - expected) <= 1e-6 * (count + expected));
    kernel_sets_agree("gradient of the scores", d_y, n * sizeof *d_y);
    kernel_sets_agree("loss", &loss, sizeof loss);
    kernel_sets_done();
}

static void check_loss(struct rng *rng)
{
    for (int classes = 1; classes <= MOST; classes++)
        for (int count = 1; count <= TILE; count++)
            for (int range = 1; range <= 1000; range *= 10) {
                kernel_sets_case("%d images, %d classes, scores up to %d", count, classes, range);
                try_loss(count, classes, 0, (float)range, rng);
                try_loss(count, classes, 1, (float)range, rng);
            }
}

static void cross_entropy_is_that_of_the_plain_loss(void **state)
{
    (void)state;
    kernel_sets_try(check_loss);
}

/* Wherever the score that is not a number stands. */
static void check_divergence(struct rng *rng)
{
    for (int at = 0; at < 3; at++)
        for (int label = 0; label <= 3; label++) { /* 3: of no class */
            const unsigned char labels[] = {(unsigned char)label};
            float *y = kernel_sets_fill(kernel_sets_tiles(3 * TILE), 3 * TILE, rng), *d_y = kernel_sets_tiles(3 * TILE);
            y[at * TILE] = NAN;
            assert_true(isnan(kernel_sets_now->loss->cross_entropy(d_y, y, labels, 1, 3, label == 3, 1)));
            kernel_sets_done();
        }
}

static void a_network_that_has_diverged_shows_in_the_loss(void **state)
{
    (void)state;
    kernel_sets_try(check_divergence);
}

/* ---- The peak ---- */

static void check_peak(struct rng *rng)
{
    (void)rng;
    for (long rounds = 0; rounds < 1000; rounds = rounds * 2 + 1)
        assert_true(isfinite(kernel_sets_now->peak(rounds)));
}

static void the_peak_is_measured_with_finite_numbers(void **state)
{
    (void)state;
    kernel_sets_try(check_peak);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_numbers_in_a_tile_and_in_planes),
        cmocka_unit_test(a_tile_becomes_images),
        cmocka_unit_test(channels_come_to_lie_side_by_side_and_back),
        cmocka_unit_test(pooling_of_every_f_s_and_p),
        cmocka_unit_test(activations_and_their_slopes),
        cmocka_unit_test(what_is_not_a_number_stays_so),
        cmocka_unit_test(cross_entropy_is_that_of_the_plain_loss),
        cmocka_unit_test(a_network_that_has_diverged_shows_in_the_loss),
        cmocka_unit_test(the_peak_is_measured_with_finite_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
