#include "reader/classifier.h"

#include <string.h>

#include "nn/loss.h"

static int make_ready(struct classifier *classifier, const struct kernels *kernels, int views, struct error *err)
{
    const struct model *model = &classifier->model;
    if (single_create(&classifier->network, &model->architecture, model->parameters, kernels, err) == 0 &&
        classifier_look(classifier, views, err) == 0)
        return 0;
    classifier_close(classifier);
    return -1;
}

int classifier_look(struct classifier *classifier, int count, struct error *err)
{
    const struct input *input = &classifier->model.architecture.input;
    struct views views;
    if (views_create(&views, count, input->channels, input->rows, input->cols, classifier->network.kernels, err) != 0)
        return -1;
    views_free(&classifier->views);
    classifier->views = views;
    return 0;
}

int classifier_open(struct classifier *classifier, const char *path, const struct kernels *kernels, struct error *err)
{
    *classifier = (struct classifier){0};
    if (model_file_load(&classifier->model, path, err) != 0)
        return -1;
    return make_ready(classifier, kernels, 1, err);
}

int classifier_share(struct classifier *out, const struct classifier *of, struct error *err)
{
    *out = (struct classifier){.model = of->model, .is_shared = 1};
    return make_ready(out, of->network.kernels, of->views.count, err);
}

void classifier_close(struct classifier *classifier)
{
    single_free(&classifier->network);
    views_free(&classifier->views);
    if (!classifier->is_shared)
        model_free(&classifier->model);
    *classifier = (struct classifier){0};
}

static void mean_scores(float *scores, struct classifier *classifier, const unsigned char *pixels)
{
    const int classes = classifier->model.architecture.classes, count = classifier->views.count;
    const unsigned char *see[VIEWS_MOST];
    float of_view[ARCHITECTURE_CLASSES];
    if (count <= 1) {
        single_scores(scores, &classifier->network, pixels);
        return;
    }
    views_make(see, &classifier->views, 0, pixels);
    memset(scores, 0, (size_t)classes * sizeof *scores);
    for (int view = 0; view < count; view++) {
        single_scores(of_view, &classifier->network, see[view]);
        for (int k = 0; k < classes; k++)
            scores[k] += of_view[k] / (float)count;
    }
}

int classifier_answer(float *probabilities, struct classifier *classifier, const unsigned char *pixels)
{
    const int classes = classifier->model.architecture.classes;
    float scores[ARCHITECTURE_CLASSES];
    mean_scores(scores, classifier, pixels);
    classifier->certainty = calibration_apply(probabilities, scores, classes, &classifier->model.calibration);
    return loss_answer(scores, classes);
}

int classifier_fit(const unsigned char **pixels, unsigned char room[FIT_SIDE * FIT_SIDE],
                   const struct classifier *classifier, const struct picture *picture, struct error *err)
{
    const struct input *input = &classifier->model.architecture.input;
    const int fits = input->rows == FIT_SIDE && input->cols == FIT_SIDE;
    if (input->channels != 1)
        return error_set(err, ERROR_MODEL,
                         "the network takes %d channels, and a picture is read as one of gray: use a model with one "
                         "channel, or an IDX file and --index",
                         input->channels);
    if (!fits && (picture->rows != input->rows || picture->cols != input->cols))
        return error_set(err, ERROR_MODEL,
                         "the network takes %dx%d and the picture is %dx%d: only networks that take %dx%d can have a "
                         "picture fitted to them",
                         input->rows, input->cols, picture->rows, picture->cols, FIT_SIDE, FIT_SIDE);
    if (fits && fit_picture(room, picture, err) != 0)
        return -1;
    *pixels = fits ? room : picture->gray;
    return 0;
}

int classifier_picture(int *digit, float *probabilities, struct classifier *classifier, const struct picture *picture,
                       struct error *err)
{
    unsigned char room[FIT_SIDE * FIT_SIDE];
    const unsigned char *pixels;
    if (classifier_fit(&pixels, room, classifier, picture, err) != 0)
        return -1;
    *digit = classifier_answer(probabilities, classifier, pixels);
    return 0;
}
