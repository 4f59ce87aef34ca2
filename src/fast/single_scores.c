/* One image's way through the network. Nothing is allocated here. */
#include <string.h>

#include "fast/single.h"

/* Where the first pixel inside the padding goes. */
static float *inside(const struct single *single, const struct single_planes *planes)
{
    return single->block + planes->at + planes->pad * planes->cols + planes->pad;
}

/* A dense layer writes whole vectors: into the stage, and from there what belongs to a unit. */
static void run_dense(struct single *single, const struct single_step *step, const struct single_planes *to)
{
    float *block = single->block, *y = inside(single, to), *stage = block + single->stage;
    single->kernels->single->dense(stage, (struct single_entry *)(void *)(block + single->entries), block + step->x.at,
                                   block + step->weights, block + step->biases, &step->dense);
    for (int o = 0; o < to->shape.channels; o++)
        y[(size_t)o * (size_t)to->pixels] = stage[o];
}

static void run_step(struct single *single, const struct single_step *step, const struct single_planes *to)
{
    const struct single_kernels *kernels = single->kernels->single;
    float *block = single->block, *y = inside(single, to), *stage = block + single->stage;
    const float *x = block + step->x.at, *w = block + step->weights, *bias = block + step->biases;
    switch (step->kind) {
    case SINGLE_FILTERS:
        kernels->conv->filters(y, stage, x, w, bias, &step->conv);
        break;
    case SINGLE_COLUMNS:
        kernels->conv->columns(y, stage, x, w, bias, &step->conv);
        break;
    case SINGLE_POOL:
        kernels->pool(y, x, &step->pool);
        break;
    case SINGLE_DENSE:
        run_dense(single, step, to);
        break;
    }
}

void single_scores(float *scores, struct single *single, const unsigned char *pixels)
{
    single->kernels->image->to_planes(single->block + single->steps[0].x.at, pixels, &single->input);
    for (int i = 0; i < single->step_count; i++)
        run_step(single, &single->steps[i], i + 1 < single->step_count ? &single->steps[i + 1].x : &single->scores);
    memcpy(scores, single->block + single->scores.at, (size_t)single->architecture->classes * sizeof *scores);
}
