#include "reader/walk.h"

#include <stdlib.h>

#include "nn/loss.h"

int walk_create(struct walk *out, const struct model *model, struct error *err)
{
    const size_t size = (size_t)shape_size(model->architecture.in);
    struct walk walk = {.model = model, .x = malloc(size * sizeof *walk.x)};
    if (walk.x == NULL)
        return error_memory(err, size * sizeof *walk.x, "one image on its walk");
    if (trace_create(&walk.trace, &model->architecture, err) != 0) {
        free(walk.x);
        return -1;
    }
    *out = walk;
    return 0;
}

void walk_free(struct walk *walk)
{
    trace_free(&walk->trace);
    free(walk->x);
    *walk = (struct walk){0};
}

void walk_pixels(struct walk *walk, const unsigned char *pixels)
{
    const struct architecture *architecture = &walk->model->architecture;
    architecture_normalise(walk->x, pixels, &architecture->input);
    network_forward(&walk->trace, walk->model->parameters, walk->x, architecture);
    const real *scores = walk->trace.y[architecture->layer_count - 1];
    walk->certainty = calibration_apply(walk->probabilities, scores, architecture->classes, &walk->model->calibration);
    walk->answer = loss_answer(scores, architecture->classes);
}
