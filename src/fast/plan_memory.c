/* The memory that a plan works in: a scratch a thread, a record a tile. */
#include <stdlib.h>

#include "fast/plan.h"

size_t plan_scratch_bytes(const struct plan *plan, enum plan_use use)
{
    return (use == PLAN_TRAINING ? plan->scratch_floats : plan->backward_from) * sizeof(float);
}

size_t plan_record_bytes(const struct plan *plan)
{
    return plan->record_floats * sizeof(float);
}

static float *aligned_floats(size_t bytes)
{
    bytes = (bytes + TILE_ALIGN - 1) / TILE_ALIGN * TILE_ALIGN;
    return aligned_alloc(TILE_ALIGN, bytes > 0 ? bytes : TILE_ALIGN);
}

int scratch_create(struct scratch *out, const struct plan *plan, enum plan_use use, struct error *err)
{
    const size_t bytes = plan_scratch_bytes(plan, use);
    struct scratch scratch = {.block = aligned_floats(bytes), .use = use};
    if (scratch.block == NULL)
        return error_memory(err, bytes, "a thread's activations");
    *out = scratch;
    return 0;
}

void scratch_free(struct scratch *scratch)
{
    free(scratch->block);
    *scratch = (struct scratch){0};
}

int records_create(struct records *out, int tiles, const struct plan *plan, struct error *err)
{
    const size_t bytes = (size_t)tiles * plan_record_bytes(plan);
    struct records records = {aligned_floats(bytes), malloc((size_t)tiles * sizeof(double)),
                              malloc((size_t)tiles * sizeof(int))};
    if (records.block == NULL || records.loss == NULL || records.correct == NULL) {
        records_free(&records);
        return error_memory(err, bytes, "the gradients of a minibatch (a smaller batch needs less)");
    }
    *out = records;
    return 0;
}

void records_free(struct records *records)
{
    free(records->block);
    free(records->loss);
    free(records->correct);
    *records = (struct records){0};
}
