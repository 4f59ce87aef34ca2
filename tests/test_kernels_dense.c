/* The kernels of dense layers, one by one, both ways, and the optimiser's step: see kernel_sets.h. */
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

enum { MOST = 40 }; /* of odd sizes */

/* Rounded up to whole vectors. */
static int stride_of(int count)
{
    return (count + TILE - 1) / TILE * TILE;
}

/* ---- Forward ---- */

/* As the contract has it: inputs of even and of odd index apart. */
static float plain_unit(const float *x, const float *w, float bias, int inputs)
{
    float sums[2] = {bias, 0};
    for (int i = 0; i < inputs; i++)
        sums[i % 2] = kernel_sets_multiply_add(w[i], x[i * TILE], sums[i % 2]);
    return sums[0] + sums[1];
}

static void try_forward(int inputs, int units, struct rng *rng)
{
    const size_t weights = (size_t)(inputs * units), room = (size_t)((inputs + 1) * TILE);
    const float *x = kernel_sets_fill(kernel_sets_tiles((size_t)(inputs * TILE)), (size_t)(inputs * TILE), rng);
    const float *w = kernel_sets_fill(kernel_sets_numbers(weights), weights, rng);
    const float *bias = kernel_sets_fill(kernel_sets_numbers((size_t)units), (size_t)units, rng);
    float *y = kernel_sets_tiles((size_t)(units * TILE)), *expected = kernel_sets_tiles((size_t)(units * TILE));
    for (int i = 0; i < units * TILE; i++)
        expected[i] = plain_unit(x + i % TILE, w + i / TILE * inputs, bias[i / TILE], inputs);
    kernel_sets_now->dense->forward(y, kernel_sets_tiles(room), x, w, bias, inputs, units);
    kernel_sets_exact("output", y, expected, (size_t)(units * TILE));
    kernel_sets_done();
}

static void check_forward(struct rng *rng)
{
    for (int inputs = 1; inputs <= MOST; inputs++)
        for (int units = 1; units <= MOST; units++) {
            kernel_sets_case("%d inputs, %d units", inputs, units);
            try_forward(inputs, units, rng);
        }
}

static void forward_sums_even_and_odd_inputs_apart(void **state)
{
    (void)state;
    kernel_sets_try(check_forward);
}

/* ---- To the inputs ---- */

/* What lies behind the units in d_y is not read, and what lies behind the inputs in d_x becomes 0. */
static void try_data(int inputs, int units, struct rng *rng)
{
    const int x_stride = stride_of(inputs), d_stride = stride_of(units);
    const size_t weights = (size_t)(inputs * units), size = (size_t)(TILE * x_stride);
    const float *w = kernel_sets_fill(kernel_sets_numbers(weights), weights, rng);
    float *d_y = kernel_sets_tiles((size_t)(TILE * d_stride));
    float *d_x = kernel_sets_tiles(size), *expected = kernel_sets_tiles(size);
    for (int image = 0; image < TILE; image++) {
        kernel_sets_fill(d_y + image * d_stride, (size_t)units, rng);
        for (int i = 0; i < x_stride; i++) {
            float sum = 0;
            for (int o = 0; i < inputs && o < units; o++)
                sum += d_y[image * d_stride + o] * w[o * inputs + i];
            expected[image * x_stride + i] = sum;
        }
    }
    kernel_sets_now->dense_back->data(d_x, d_y, w, inputs, units, x_stride, d_stride);
    kernel_sets_near("gradient of the inputs", d_x, expected, size);
    kernel_sets_done();
}

static void check_data(struct rng *rng)
{
    for (int inputs = 1; inputs <= MOST; inputs++)
        for (int units = 1; units <= MOST; units++) {
            kernel_sets_case("%d inputs, %d units", inputs, units);
            try_data(inputs, units, rng);
        }
}

static void data_gives_the_gradient_of_the_inputs(void **state)
{
    (void)state;
    kernel_sets_try(check_data);
}

/* ---- To the weights ---- */

/* Powers of two: with whole numbers the steps are exact too. */
static const struct rates exact_rates[] = {{0.25f, 0.5f, 0.5f, 0}, {0.25f, 0.5f, 0.5f, 1}};

struct update {
    struct dense_batch batch;
    int units, first, count; /* of all units, those that are updated */
    float *w, *v, *bias, *bias_v;
};

/* Tiles of x and d_y, one behind the other and something between; numbers behind the inputs and units are NaN. */
static void make_batch(struct dense_batch *batch, int tiles, int inputs, int units, struct rng *rng)
{
    const int x_stride = stride_of(inputs), d_stride = stride_of(units) + TILE;
    const size_t distance = (size_t)(TILE * (x_stride + d_stride) + 2 * TILE);
    float *block = kernel_sets_tiles((size_t)tiles * distance);
    *batch = (struct dense_batch){tiles, distance, block, block + TILE * x_stride, inputs, x_stride, d_stride};
    for (int row = 0; row < tiles * TILE; row++) {
        float *tile = block + (size_t)(row / TILE) * distance;
        kernel_sets_fill(tile + row % TILE * x_stride, (size_t)inputs, rng);
        kernel_sets_fill(tile + TILE * x_stride + row % TILE * d_stride, (size_t)units, rng);
    }
}

/* Over all tiles and images; input < 0 for the bias. */
static float plain_gradient(const struct dense_batch *batch, int unit, int input)
{
    float sum = 0;
    for (int row = 0; row < batch->tiles * TILE; row++) {
        const size_t tile = (size_t)(row / TILE) * batch->distance;
        const float x = input < 0 ? 1 : batch->x[tile + (size_t)(row % TILE * batch->x_stride + input)];
        sum += x * batch->d_y[tile + (size_t)(row % TILE * batch->d_stride + unit)];
    }
    return sum;
}

/* Through optimizer_update(); the other units stay. */
static void update_plainly(const struct update *update, struct rates rates)
{
    const struct rates bias_rates = {rates.lr, rates.momentum, 0, rates.is_nesterov};
    for (int o = update->first; o < update->first + update->count; o++) {
        for (int i = 0; i < update->batch.inputs; i++) {
            const int at = o * update->batch.inputs + i;
            const float gradient = plain_gradient(&update->batch, o, i);
            optimizer_update(&update->w[at], &update->v[at], &gradient, 1, rates);
        }
        const float gradient = plain_gradient(&update->batch, o, -1);
        optimizer_update(&update->bias[o], &update->bias_v[o], &gradient, 1, bias_rates);
    }
}

static float *copy_of(const float *x, size_t count)
{
    return memcpy(kernel_sets_numbers(count), x, count * sizeof *x);
}

static void try_update(struct update update, struct rates rates, struct rng *rng)
{
    const size_t units = (size_t)update.units, weights = units * (size_t)update.batch.inputs;
    update.w = kernel_sets_fill(kernel_sets_numbers(weights), weights, rng);
    update.v = kernel_sets_fill(kernel_sets_numbers(weights), weights, rng);
    update.bias = kernel_sets_fill(kernel_sets_numbers(units), units, rng);
    update.bias_v = kernel_sets_fill(kernel_sets_numbers(units), units, rng);
    struct update expected = update;
    expected.w = copy_of(update.w, weights);
    expected.v = copy_of(update.v, weights);
    expected.bias = copy_of(update.bias, units);
    expected.bias_v = copy_of(update.bias_v, units);
    update_plainly(&expected, rates);
    kernel_sets_now->dense_back->update(update.w, update.v, update.bias, update.bias_v, &update.batch, update.first,
                                        update.count, rates);
    kernel_sets_near("weights", update.w, expected.w, weights);
    kernel_sets_near("velocities", update.v, expected.v, weights);
    kernel_sets_near("biases", update.bias, expected.bias, units);
    kernel_sets_near("velocities of the biases", update.bias_v, expected.bias_v, units);
    kernel_sets_done();
}

static void check_update(struct rng *rng)
{
    for (int inputs = 1; inputs <= MOST; inputs++)
        for (int count = 1; count <= 17; count++) {
            struct update update = {.units = count + inputs % 3 + 2, .first = inputs % 3, .count = count};
            make_batch(&update.batch, 1 + (inputs + count) % 3, inputs, update.units, rng);
            kernel_sets_case("%d inputs, units %d to %d of %d, %d tiles", inputs, update.first,
                             update.first + count - 1, update.units, update.batch.tiles);
            try_update(update, exact_rates[(inputs + count) % 2], rng);
        }
}

static void update_takes_the_step_of_the_whole_minibatch(void **state)
{
    (void)state;
    kernel_sets_try(check_update);
}

/* ---- The step alone ---- */

static void try_step(int count, struct rates rates, struct rng *rng)
{
    const size_t n = (size_t)count;
    float *w = kernel_sets_fill(kernel_sets_numbers(n), n, rng), *v = kernel_sets_fill(kernel_sets_numbers(n), n, rng);
    float *d_w = kernel_sets_fill(kernel_sets_numbers(n), n, rng);
    for (int i = 0; i < count; i++) /* one in four rests, or nearly */
        if (rng_below(rng, 4) == 0) {
            d_w[i] = 0;
            v[i] = (float)((int)rng_below(rng, 9) - 4) * OPTIMIZER_LEAST;
        }
    float *expected_w = copy_of(w, n), *expected_v = copy_of(v, n);
    optimizer_update(expected_w, expected_v, d_w, count, rates);
    kernel_sets_now->optimizer->step(w, v, d_w, count, rates);
    kernel_sets_near("weights", w, expected_w, n);
    kernel_sets_near("velocities", v, expected_v, n);
    for (int i = 0; i < count; i++)
        assert_int_equal(v[i] == 0, expected_v[i] == 0);
    kernel_sets_done();
}

static void check_step(struct rng *rng)
{
    for (int count = 1; count <= MOST; count++)
        for (int kind = 0; kind < 4; kind++) {
            const struct rates rates = {0.25f, 0.5f, kind % 2 ? 0.5f : 0, kind / 2};
            kernel_sets_case("%d parameters%s%s", count, kind % 2 ? ", decay" : "", kind / 2 ? ", Nesterov" : "");
            try_step(count, rates, rng);
        }
}

static void step_is_that_of_the_optimizer(void **state)
{
    (void)state;
    kernel_sets_try(check_step);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_sums_even_and_odd_inputs_apart),
        cmocka_unit_test(data_gives_the_gradient_of_the_inputs),
        cmocka_unit_test(update_takes_the_step_of_the_whole_minibatch),
        cmocka_unit_test(step_is_that_of_the_optimizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
