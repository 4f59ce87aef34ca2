#include "training/sharpness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUMS = 8 }; /* side by side: one sum alone would wait for itself at every number */

size_t sharpness_floats(double radius, size_t parameters)
{
    return radius > 0 ? 2 * parameters : 0;
}

int sharpness_create(struct sharpness *out, double radius, const struct plan *plan, struct error *err)
{
    const size_t parameters = plan->architecture->parameter_count;
    struct sharpness sharpness = {.radius = radius};
    if (radius > 0) {
        sharpness.gradient = calloc(parameters, sizeof(float));
        sharpness.kept = calloc(parameters, sizeof(float));
        sharpness.squared_norms = calloc((size_t)plan->item_count, sizeof(double));
        if (sharpness.gradient == NULL || sharpness.kept == NULL || sharpness.squared_norms == NULL) {
            sharpness_free(&sharpness);
            return error_memory(err, sharpness_floats(radius, parameters) * sizeof(float), "sharpness-aware steps");
        }
    }
    *out = sharpness;
    return 0;
}

void sharpness_free(struct sharpness *sharpness)
{
    free(sharpness->gradient);
    free(sharpness->kept);
    free(sharpness->squared_norms);
    *sharpness = (struct sharpness){0};
}

static double squared_norm(const float *x, int count)
{
    double sums[SUMS] = {0}, sum = 0;
    int i = 0;
    for (; i + SUMS <= count; i += SUMS)
        for (int k = 0; k < SUMS; k++)
            sums[k] += (double)x[i + k] * (double)x[i + k];
    for (int k = 0; i < count; i++, k++)
        sums[k] += (double)x[i] * (double)x[i];
    for (int k = 0; k < SUMS; k++)
        sum += sums[k];
    return sum;
}

/* A step of the optimiser that changes no weight and forgets all earlier gradients: its velocity is the gradient. */
void sharpness_gather(struct sharpness *sharpness, float *parameters, struct scratch *scratch,
                      const struct records *records, int tiles, int item, const struct plan *plan)
{
    const struct plan_range range = plan_item_range(&plan->items[item], plan);
    plan_update(parameters, sharpness->gradient, scratch, records, tiles, &plan->items[item], (struct rates){0}, plan);
    sharpness->squared_norms[item] = squared_norm(sharpness->gradient + range.weights, range.weight_count) +
                                     squared_norm(sharpness->gradient + range.biases, range.bias_count);
}

static void climb(float *w, float *kept, const float *d_w, int count, float factor)
{
    for (int i = 0; i < count; i++) {
        kept[i] = w[i];
        w[i] += factor * d_w[i];
    }
}

void sharpness_climb(struct sharpness *sharpness, float *parameters, int item, const struct plan *plan)
{
    const struct plan_range range = plan_item_range(&plan->items[item], plan);
    double square = 0;
    for (int i = 0; i < plan->item_count; i++)
        square += sharpness->squared_norms[i];
    const float factor = square > 0 ? (float)(sharpness->radius / sqrt(square)) : 0;
    climb(parameters + range.weights, sharpness->kept + range.weights, sharpness->gradient + range.weights,
          range.weight_count, factor);
    climb(parameters + range.biases, sharpness->kept + range.biases, sharpness->gradient + range.biases,
          range.bias_count, factor);
}

void sharpness_return(const struct sharpness *sharpness, float *parameters, int item, const struct plan *plan)
{
    const struct plan_range range = plan_item_range(&plan->items[item], plan);
    memcpy(parameters + range.weights, sharpness->kept + range.weights, (size_t)range.weight_count * sizeof(float));
    memcpy(parameters + range.biases, sharpness->kept + range.biases, (size_t)range.bias_count * sizeof(float));
}
