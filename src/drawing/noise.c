#include "drawing/noise.h"

#include <stdlib.h>

/* A finer lattice than the pixels would show nothing more. */
static const double CELL_LEAST = 1;

static void fill(struct noise *noise, float *values)
{
    for (int i = 0; i < noise->cols; i++)
        values[i] = 2 * rng_unit(&noise->rng) - 1;
}

int noise_make(struct noise *out, int cols, double cell_x, double cell_y, uint64_t seed, struct error *err)
{
    struct noise noise = {.rng = rng_make(seed, RNG_DRAWING)};
    noise.cell_x = cell_x > CELL_LEAST ? cell_x : CELL_LEAST;
    noise.cell_y = cell_y > CELL_LEAST ? cell_y : CELL_LEAST;
    noise.shift_x = (double)rng_unit(&noise.rng); /* or the lattices of all noises would have a point in common */
    noise.shift_y = (double)rng_unit(&noise.rng);
    noise.cols = (int)(cols / noise.cell_x) + 4;
    const size_t size = 3 * (size_t)noise.cols * sizeof(float);
    noise.owned = malloc(size);
    if (noise.owned == NULL)
        return error_memory(err, size, "the grain of a picture");
    noise.upper = noise.owned;
    noise.lower = noise.owned + noise.cols;
    noise.between = noise.owned + 2 * (size_t)noise.cols;
    fill(&noise, noise.upper);
    fill(&noise, noise.lower);
    *out = noise;
    return 0;
}

/* 0 to 1 without a bend at either end. */
static float ease(float t)
{
    return t * t * (3 - 2 * t);
}

void noise_add(float *row, struct noise *noise, int cols, int index, float amount)
{
    const double down = index / noise->cell_y + noise->shift_y;
    for (; noise->above < (int)down; noise->above++) {
        float *free_row = noise->upper;
        noise->upper = noise->lower;
        noise->lower = free_row;
        fill(noise, free_row);
    }
    const float share = ease((float)(down - noise->above));
    float *between = noise->between;
    for (int i = 0; i < noise->cols; i++)
        between[i] = amount * (noise->upper[i] + share * (noise->lower[i] - noise->upper[i]));
    const float step = (float)(1 / noise->cell_x), start = (float)noise->shift_x;
    for (int col = 0; col < cols; col++) {
        const float across = start + step * (float)col;
        const int i = (int)across;
        row[col] += between[i] + ease(across - (float)i) * (between[i + 1] - between[i]);
    }
}

void noise_free(struct noise *noise)
{
    free(noise->owned);
    *noise = (struct noise){0};
}
