#include "training/alarms.h"

#include <stdlib.h>

#include "base/real.h"
#include "nn/loss.h"

static const double FIRST_LOSS_LOW = 0.5, FIRST_LOSS_HIGH = 1.5; /* times log(classes) */
static const double DEAD_SHARE = 0.5, ONE_CLASS_SHARE = 0.9, ONE_CLASS_TRUTH = 0.5, RISE = 1.5;

/* ---- Looking ---- */

static int has_relu(const struct plan_step *step)
{
    return step->kind != STEP_POOL && step->layer.activation == ACTIVATION_RELU;
}

/* Marks the channels of a step, or its units, that are above 0 anywhere in the tile. */
static void mark_fired(unsigned char *fired, const float *y, struct shape out)
{
    const int plane = out.rows * out.cols * TILE;
    for (int c = 0; c < out.channels; c++, y += plane)
        for (int i = 0; i < plane && !fired[c]; i++)
            fired[c] = y[i] > 0;
}

static void look_at_tile(struct alarms_sample *sample, unsigned char *fired, struct trainer *trainer, int first)
{
    const int left = sample->images - first, count = left < TILE ? left : TILE;
    struct scratch *scratch = &trainer->scratch[0];
    const unsigned char *images[TILE] = {NULL};
    float scores[ARCHITECTURE_CLASSES];
    int indices[TILE];
    for (int i = 0; i < count; i++) {
        indices[i] = (int)((long long)(first + i) * trainer->images.count / sample->images);
        images[i] = dataset_image(&trainer->images, indices[i]);
    }
    plan_forward(scratch, trainer->model->parameters, images, count, &trainer->plan);
    for (int i = 0; i < count; i++) {
        const int label = trainer->images.labels[indices[i]];
        plan_scores(scores, scratch, i, &trainer->plan);
        sample->answers[loss_answer(scores, sample->classes)]++;
        if (label < sample->classes)
            sample->labels[label]++;
    }
    for (int s = 0; s < trainer->plan.step_count; s++) {
        const struct plan_step *step = &trainer->plan.steps[s];
        if (has_relu(step))
            mark_fired(fired, scratch->block + step->y, step->out);
        fired += step->out.channels;
    }
}

static int layer_number(const struct plan_step *step, const struct architecture *architecture)
{
    int number = 1;
    for (const struct layer *layer = architecture->layers;
         layer->weight_count == 0 || layer->weights != step->layer.weights; layer++)
        number++;
    return number;
}

static void count_dead(struct alarms_sample *sample, const unsigned char *fired, const struct plan *plan)
{
    for (int s = 0; s < plan->step_count; s++) {
        const struct plan_step *step = &plan->steps[s];
        int dead = 0;
        for (int c = 0; c < step->out.channels; c++)
            dead += !fired[c];
        fired += step->out.channels;
        if (!has_relu(step) ||
            (sample->layer > 0 && (long long)dead * sample->units <= (long long)sample->dead * step->out.channels))
            continue;
        sample->layer = layer_number(step, plan->architecture);
        sample->dead = dead;
        sample->units = step->out.channels;
    }
}

int alarms_look(struct alarms_sample *out, struct trainer *trainer, struct error *err)
{
    const int count = trainer->images.count;
    struct alarms_sample sample = {.images = count < ALARMS_IMAGES ? count : ALARMS_IMAGES,
                                   .classes = trainer->plan.architecture->classes};
    size_t units = 0;
    for (int s = 0; s < trainer->plan.step_count; s++)
        units += (size_t)trainer->plan.steps[s].out.channels;
    unsigned char *fired = calloc(units, 1);
    if (fired == NULL)
        return error_memory(err, units, "the units that fire");
    for (int first = 0; first < sample.images; first += TILE)
        look_at_tile(&sample, fired, trainer, first);
    count_dead(&sample, fired, &trainer->plan);
    free(fired);
    *out = sample;
    return 0;
}

/* ---- Judging ---- */

int alarms_first_loss(struct error *alarm, struct alarms *alarms, double loss, int classes)
{
    const double expected = real_log(classes);
    if (alarms->said_first_loss || (loss >= FIRST_LOSS_LOW * expected && loss <= FIRST_LOSS_HIGH * expected))
        return 0;
    alarms->said_first_loss = 1;
    error_set(
        alarm, ERROR_NONE,
        "the first loss is %.3g, and a network that knows nothing yet has log(%d) = %.3g: look at the input's mean "
        "and deviation in the config, and at the labels",
        loss, classes, expected);
    return 1;
}

int alarms_dead(struct error *alarm, struct alarms *alarms, const struct alarms_sample *sample)
{
    if (alarms->said_dead || sample->layer == 0 || sample->dead < DEAD_SHARE * sample->units)
        return 0;
    alarms->said_dead = 1;
    error_set(
        alarm, ERROR_NONE,
        "%d of the %d units of layer %d fire for none of %d training images, and such a ReLU learns no more: use a "
        "smaller --lr",
        sample->dead, sample->units, sample->layer, sample->images);
    return 1;
}

int alarms_one_class(struct error *alarm, struct alarms *alarms, const struct alarms_sample *sample)
{
    int most = 0;
    for (int k = 1; k < sample->classes; k++)
        if (sample->answers[k] > sample->answers[most])
            most = k;
    if (alarms->said_one_class || sample->answers[most] <= ONE_CLASS_SHARE * sample->images ||
        sample->labels[most] >= ONE_CLASS_TRUTH * sample->images)
        return 0;
    alarms->said_one_class = 1;
    error_set(
        alarm, ERROR_NONE,
        "%d of %d training images are answered as class %d, which %d of them are: the network tells little apart; "
        "use a smaller --lr, or look at the labels",
        sample->answers[most], sample->images, most, sample->labels[most]);
    return 1;
}

int alarms_rising(struct error *alarm, struct alarms *alarms, const struct epoch_log *log)
{
    if (log->validation_accuracy < 0)
        return 0;
    const double loss = log->validation_loss, last = alarms->last;
    alarms->rises = last > 0 && loss > last ? alarms->rises + 1 : 0;
    alarms->lowest = last > 0 && alarms->lowest < loss ? alarms->lowest : loss;
    alarms->last = loss;
    if (alarms->said_rising || alarms->rises < ALARMS_RISES || loss < RISE * alarms->lowest)
        return 0;
    alarms->said_rising = 1;
    error_set(alarm, ERROR_NONE,
              "the loss on the held-out images has risen for %d epochs, to %.3g from %.3g at its lowest: the network "
              "learns its training images by heart; use --patience, more --weight-decay or fewer --epochs",
              alarms->rises, loss, alarms->lowest);
    return 1;
}
