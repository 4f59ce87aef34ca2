#include "networks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct layer networks_conv(int filters, int f, int s, int p, enum activation activation)
{
    return (struct layer){
        .kind = LAYER_CONV, .activation = activation, .conv = {.filters = filters, .f = f, .s = s, .p = p}};
}

struct layer networks_pool(enum pool_mode mode, int f, int s, int p)
{
    return (struct layer){.kind = LAYER_POOL, .pool = {.mode = mode, .f = f, .s = s, .p = p}};
}

struct layer networks_dense(int units, enum activation activation)
{
    return (struct layer){.kind = LAYER_DENSE, .activation = activation, .dense = {.units = units}};
}

struct architecture networks_make(int channels, int rows, int cols, int layer_count, const struct layer *layers)
{
    struct architecture architecture = {.input = {.rows = rows, .cols = cols, .channels = channels, .deviation = 1},
                                        .layer_count = layer_count};
    for (int i = 0; i < layer_count; i++)
        architecture.layers[i] = layers[i];
    struct error err = {0};
    if (architecture_resolve(&architecture, &err) != 0) {
        fprintf(stderr, "a test's own architecture: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return architecture;
}

/* ---- Random ones ---- */

static int between(struct rng *rng, int low, int high)
{
    return low + (int)rng_below(rng, (uint32_t)(high - low + 1));
}

static enum activation random_activation(struct rng *rng)
{
    return (enum activation)rng_below(rng, ACTIVATION_COUNT);
}

/* One draw a statement: in which order arguments are evaluated is the compiler's own affair. */
static struct layer random_window(struct rng *rng)
{
    const int f = between(rng, 1, 7), s = between(rng, 1, 3), kind = between(rng, 0, 3);
    const int p = between(rng, 0, kind < 2 ? f - 1 : f / 2), filters = between(rng, 1, 5);
    const enum activation activation = random_activation(rng);
    if (kind < 2)
        return networks_conv(filters, f, s, p, activation);
    return networks_pool(kind == 2 ? POOL_MAX : POOL_AVERAGE, f, s, p);
}

static struct layer random_hidden(struct rng *rng)
{
    const int units = between(rng, 4, 20);
    return networks_dense(units, random_activation(rng));
}

static struct architecture random_stack(struct rng *rng)
{
    const int rows = between(rng, 3, 15), cols = between(rng, 3, 15), channels = between(rng, 1, 3);
    struct architecture architecture = {
        .input = {.rows = rows, .cols = cols, .channels = channels, .mean = 0.5f, .deviation = 0.4f}};
    architecture.input.pad = between(rng, 0, 2);
    int n = 0;
    for (int windows = between(rng, 0, 4); windows > 0; windows--)
        architecture.layers[n++] = random_window(rng);
    for (int hidden = between(rng, 0, 2); hidden > 0; hidden--)
        architecture.layers[n++] = random_hidden(rng);
    architecture.layers[n++] = networks_dense(between(rng, 2, 10), ACTIVATION_NONE);
    architecture.layer_count = n;
    return architecture;
}

struct architecture networks_random(struct rng *rng)
{
    for (;;) { /* until all windows fit */
        struct architecture architecture = random_stack(rng);
        if (architecture_resolve(&architecture, NULL) == 0)
            return architecture;
    }
}

float networks_random_number(struct rng *rng, float range)
{
    return (2 * rng_unit(rng) - 1) * range;
}

void networks_random_parameters(float *parameters, const struct architecture *architecture, struct rng *rng)
{
    for (int i = 0; i < architecture->layer_count; i++) {
        const struct layer *layer = &architecture->layers[i];
        for (int k = 0; k < layer->weight_count; k++)
            parameters[layer->weights + (size_t)k] =
                networks_random_number(rng, sqrtf(3 * (float)layer->bias_count / (float)layer->weight_count));
        for (int k = 0; k < layer->bias_count; k++)
            parameters[layer->biases + (size_t)k] = networks_random_number(rng, 0.25f);
    }
}

void networks_random_pixels(unsigned char *pixels, size_t count, struct rng *rng)
{
    for (size_t i = 0; i < count; i++)
        pixels[i] = (unsigned char)rng_below(rng, 256);
}

/* ---- Closeness ---- */

double networks_distance(const float *a, const float *b, size_t count)
{
    double difference = 0, largest = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(a[i]) || !isfinite(b[i]))
            return HUGE_VAL;
        difference = fmax(difference, fabs((double)a[i] - (double)b[i]));
        largest = fmax(largest, fabs((double)b[i]));
    }
    if (difference > 0)
        return largest > 0 ? difference / largest : HUGE_VAL;
    return 0;
}
