/* What to train and how: an architecture and the settings of a training run, as one JSON document
 * {"architecture": {...}, "training": {...}}, or a preset's name. */
#ifndef LENET5_MODEL_CONFIG_H
#define LENET5_MODEL_CONFIG_H

#include <stdint.h>

#include "base/error.h"
#include "nn/architecture.h"

struct cJSON;

enum schedule { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_ONE_CYCLE };

/* The largest values of the settings. */
enum {
    CONFIG_EPOCHS = 100000,
    CONFIG_BATCH_SIZE = 4096,
    CONFIG_VALIDATION = 1000000000,
    CONFIG_DRAWN = 1000000, /* of drawn and of strangers */
    CONFIG_TEACHERS = 1024, /* bytes of their paths */
};

#define CONFIG_LR_LEAST 1e-9
#define CONFIG_LR 1000.0
#define CONFIG_MOMENTUM 0.9999
#define CONFIG_WEIGHT_DECAY 1000.0
#define CONFIG_SHARPNESS 100.0
#define CONFIG_WARMUP 0.9
#define CONFIG_SEED 9007199254740991u /* 2^53 - 1: the largest whole number that every JSON reader keeps exactly */

/* How far a training image may be altered, either way: each time it is seen it is drawn anew from these ranges. All 0:
 * not at all. */
struct augmentation {
    double shift;     /* pixels, along rows and along columns */
    double rotation;  /* degrees */
    double scale;     /* share of the size, along rows and along columns apart */
    double shear;     /* columns a row */
    double elastic;   /* pixels, root mean square along each axis: of a smooth random displacement */
    double thickness; /* pixels on each side of a stroke */
};

/* The largest values of these, in that order. */
#define CONFIG_SHIFT 100.0
#define CONFIG_ROTATION 180.0
#define CONFIG_SCALE 0.9
#define CONFIG_SHEAR 2.0
#define CONFIG_ELASTIC 20.0
#define CONFIG_THICKNESS 1.0

struct settings {
    int epochs;          /* 1 to CONFIG_EPOCHS */
    int batch_size;      /* 1 to CONFIG_BATCH_SIZE */
    double lr;           /* learning rate, above 0 */
    double momentum;     /* 0 to below 1 */
    double weight_decay; /* decoupled, on weights only: w -= lr * weight_decay * w */
    int is_nesterov;     /* the momentum is Nesterov's */
    double sharpness;    /* radius of sharpness-aware steps (training/sharpness.h), 0 to CONFIG_SHARPNESS; 0: none */
    enum schedule schedule;
    double warmup; /* share of the run, 0 to CONFIG_WARMUP, over which the rate first rises */
    uint64_t seed;
    struct augmentation augment;
    int drawn;                      /* drawn digits that are trained with as well, 0 to CONFIG_DRAWN */
    int strangers;                  /* pictures of no digit, likewise */
    int validation;                 /* the last so many training images are held out; 0 trains on all */
    char teachers[CONFIG_TEACHERS]; /* model files to learn from, parted by commas; "" for none */
    double teacher_weight;          /* of their probabilities against the labels, 0 to 1 */
    int patience; /* epochs that the held-out images may be read no better before training ends; 0: any number */
};

struct config {
    struct architecture architecture;
    struct settings settings;
};

/* A preset (a file of models/configs, by its name without .json) or a file; a file may leave out any key of "training".
 * A model file gives its architecture and the settings that it was trained with. Fails with ERROR_MODEL: no such preset
 * or file, or what is wrong in it and where. */
int config_load(struct config *out, const char *name_or_file, struct error *err);

/* The names of the presets; NULL ends them. */
const char *const *config_presets(void);

/* Ends with NULL, in the enum's order. */
extern const char *const config_schedules[];

/* "no", "yes"; NULL ends them. */
extern const char *const config_no_yes[];

/* Reads an object of settings over those that *out has; with `strict` every one has to be there. `where` is its place,
 * for the sentences. Fails with ERROR_MODEL. */
int settings_from_json(struct settings *out, const struct cJSON *json, const char *where, int strict,
                       struct error *err);

/* {"epochs": ..., ...}, every setting, exactly; NULL when memory is out. */
struct cJSON *settings_to_json(const struct settings *settings);

#endif
