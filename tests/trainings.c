#include "trainings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "digits.h"

void trainings_begin(struct training_set_up *out, int pictures)
{
    struct error err = {0};
    out->digits = digits_set(DATASET_TRAIN, pictures);
    if (config_load(&out->config, "lenet5", &err) != 0 ||
        model_create(&out->model, &out->config.architecture, &err) != 0)
        fail_msg("%s", err.text);
    out->config.settings.validation = 0;
}

void trainings_end(struct training_set_up *set_up)
{
    dataset_free(&set_up->digits);
    model_free(&set_up->model);
}

struct trainer trainings_trainer(struct training_set_up *set_up, const struct dataset *data, int threads)
{
    struct trainer trainer;
    struct error err = {0};
    if (trainer_create(&trainer, &set_up->model, &set_up->config.settings, data, kernels_pick(NULL), threads, &err) !=
        0)
        fail_msg("%s", err.text);
    return trainer;
}
