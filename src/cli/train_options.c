#include "cli/train_options.h"

#include <stdio.h>
#include <string.h>

#include "cli/augment_option.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"
#include "training/checkpoint.h"

_Static_assert(OPTIONS_SEED == CONFIG_SEED, "a seed that the command line takes has to fit into a model file");

/* A checkpoint knows everything but where its data lies today and how this run is to look. */
static int check_resume(const struct options *options, const struct train_asked *asked, struct error *err)
{
    static const char *const allowed[] = {"resume", "data", "threads", "kernel", "json", "quiet"};
    for (size_t i = 0; i < options->count && asked->resume != NULL; i++) {
        bool is_allowed = options->specs[i].given == NULL;
        for (size_t k = 0; k < sizeof allowed / sizeof *allowed; k++)
            is_allowed |= strcmp(options->specs[i].name, allowed[k]) == 0;
        if (!is_allowed)
            return error_set(err, ERROR_USAGE, "--resume takes what --%s says from the checkpoint: leave it out",
                             options->specs[i].name);
    }
    return 0;
}

static int check_seeds(const struct train_asked *asked, struct error *err)
{
    const uint64_t first = asked->config.settings.seed, further = (uint64_t)asked->seeds - 1;
    return first + further <= CONFIG_SEED
               ? 0
               : error_set(err, ERROR_USAGE, "--seed %llu and %d more are beyond the largest seed, %llu",
                           (unsigned long long)first, asked->seeds - 1, (unsigned long long)CONFIG_SEED);
}

static int choose_teacher(struct train_asked *asked, const struct options *options, struct error *err)
{
    char *kept = asked->config.settings.teachers;
    if (asked->teacher == NULL && kept[0] == '\0' && options_given(options, "teacher-weight"))
        return error_set(err, ERROR_USAGE, "--teacher-weight weighs what a teacher says: use --teacher as well");
    if (asked->teacher == NULL)
        return 0;
    if (strlen(asked->teacher) >= CONFIG_TEACHERS)
        return error_set(err, ERROR_USAGE, "--teacher is longer than %d bytes: name fewer models, or shorter paths",
                         CONFIG_TEACHERS - 1);
    strcpy(kept, asked->teacher);
    return 0;
}

/* mine.json: mine.checkpoint.json, when interrupted; where a name or an interval is given, always. */
static int choose_checkpoint(struct train_asked *asked, const struct options *options, struct error *err)
{
    static const char ending[] = ".json";
    size_t length = strlen(asked->out);
    if (!options_given(options, "checkpoint") && !options_given(options, "every"))
        asked->every = 0;
    if (asked->checkpoint == NULL && length + sizeof ".checkpoint.json" > TRAIN_PATH)
        return error_set(err, ERROR_USAGE, "--out is longer than %d bytes", TRAIN_PATH);
    if (asked->checkpoint == NULL) {
        if (length > strlen(ending) && strcmp(asked->out + length - strlen(ending), ending) == 0)
            length -= strlen(ending);
        snprintf(asked->beside, sizeof asked->beside, "%.*s.checkpoint%s", (int)length, asked->out, ending);
        asked->checkpoint = asked->beside;
    }
    const char *const files[] = {asked->out, asked->checkpoint, asked->log};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < i; k++)
            if (files[i] != NULL && strcmp(files[i], files[k]) == 0)
                return error_set(err, ERROR_USAGE, "two of --out, --checkpoint and --log name the same file, %s",
                                 files[i]);
    return 0;
}

bool train_options_parse(struct train_asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "--config takes lenet5, best, best-max, quick, plain or reader (as many parameters, trained in other\n"
        "ways), lenet5-avg, course, or a JSON file, a trained model's too; the command line wins.\n"
        "Without --data the data is looked for in $MNIST_DIR, then in data/mnist (scripts/get-mnist gets it;\n"
        "lenet5 synth draws other digits).\n"
        "SIGINT (Ctrl-C) or SIGTERM: the minibatch is finished and a checkpoint written, from which --resume\n"
        "goes on to the same bytes as a run never broken off; the second one stops at once. Beside --resume\n"
        "only --data, --threads, --kernel, --json and --quiet may be given. File names count from the folder\n"
        "that you are in; a log is begun anew.\n"
        "The trained bytes depend on data, config and seed, not on the number of threads.\n"
        "\nExample: lenet5 train --epochs 10 --lr 0.02 --out mine.json\n"
        "Exit status: 3 data missing or wrong, 4 config or checkpoint wrong, 5 training diverged, 130 or 143\n"
        "interrupted.\n";
    struct settings *settings = &asked->config.settings;
    struct option_spec specs[] = {
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist",
         .help = "folder with the four IDX files"},
        {.name = "config",
         .kind = OPTION_TEXT,
         .to.text = &asked->config_name,
         .argument = "NAME|FILE",
         .help = "the network and how to train it"},
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE",
         .help = "where the model goes, once training has ended"},
        {.name = "epochs",
         .letter = 'e',
         .kind = OPTION_WHOLE,
         .to.whole = &settings->epochs,
         .min = 1,
         .max = CONFIG_EPOCHS,
         .argument = "N",
         .help = "passes over the training images"},
        {.name = "batch-size",
         .letter = 'b',
         .kind = OPTION_WHOLE,
         .to.whole = &settings->batch_size,
         .min = 1,
         .max = CONFIG_BATCH_SIZE,
         .argument = "N",
         .help = "images in a minibatch"},
        {.name = "lr",
         .kind = OPTION_NUMBER,
         .to.number = &settings->lr,
         .min = CONFIG_LR_LEAST,
         .max = CONFIG_LR,
         .argument = "X",
         .help = "learning rate, at its highest"},
        {.name = "momentum",
         .kind = OPTION_NUMBER,
         .to.number = &settings->momentum,
         .min = 0,
         .max = CONFIG_MOMENTUM,
         .argument = "X",
         .help = "share of the last step that is kept"},
        {.name = "nesterov",
         .kind = OPTION_CHOICE,
         .to.choice = &settings->is_nesterov,
         .choices = config_no_yes,
         .help = "momentum looks one step ahead"},
        {.name = "weight-decay",
         .kind = OPTION_NUMBER,
         .to.number = &settings->weight_decay,
         .min = 0,
         .max = CONFIG_WEIGHT_DECAY,
         .argument = "X",
         .help = "decoupled: weights shrink by lr times this each step"},
        {.name = "sharpness",
         .kind = OPTION_NUMBER,
         .to.number = &settings->sharpness,
         .min = 0,
         .max = CONFIG_SHARPNESS,
         .argument = "X",
         .help = "gradients are taken so far uphill, where the loss is high (SAM); twice the time"},
        {.name = "schedule",
         .kind = OPTION_CHOICE,
         .to.choice = &asked->schedule,
         .choices = config_schedules,
         .help = "how the learning rate falls"},
        {.name = "warmup",
         .kind = OPTION_NUMBER,
         .to.number = &settings->warmup,
         .min = 0,
         .max = CONFIG_WARMUP,
         .argument = "X",
         .help = "share of the run over which the rate rises before that"},
        augment_option(&settings->augment, AUGMENT_SHIFT),
        augment_option(&settings->augment, AUGMENT_ROTATION),
        augment_option(&settings->augment, AUGMENT_SCALE),
        augment_option(&settings->augment, AUGMENT_SHEAR),
        augment_option(&settings->augment, AUGMENT_ELASTIC),
        augment_option(&settings->augment, AUGMENT_THICKNESS),
        {.name = "seed",
         .kind = OPTION_SEED,
         .to.seed = &settings->seed,
         .argument = "N",
         .help = "of first weights, shuffling and augmentation"},
        {.name = "seeds",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->seeds,
         .min = 1,
         .max = TRAIN_SEEDS,
         .argument = "N",
         .help = "N runs, from --seed on: mine-seed1.json ..., and the mean and deviation of their accuracies"},
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "drawn",
         .kind = OPTION_WHOLE,
         .to.whole = &settings->drawn,
         .min = 0,
         .max = CONFIG_DRAWN,
         .argument = "N",
         .help = "digits as MNIST's writers hardly write, drawn from the seed, to be trained with"},
        {.name = "strangers",
         .kind = OPTION_WHOLE,
         .to.whole = &settings->strangers,
         .min = 0,
         .max = CONFIG_DRAWN,
         .argument = "N",
         .help = "letters, shapes and scribbles, drawn from the seed, to be trained with as no digit"},
        {.name = "teacher",
         .kind = OPTION_TEXT,
         .to.text = &asked->teacher,
         .argument = "A,B",
         .fallback = "none",
         .help = "model files, parted by commas, whose answers it learns as well as the labels"},
        {.name = "teacher-weight",
         .kind = OPTION_NUMBER,
         .to.number = &settings->teacher_weight,
         .min = 0,
         .max = 1,
         .argument = "X",
         .help = "how much those answers weigh against the labels"},
        {.name = "validation",
         .kind = OPTION_WHOLE,
         .to.whole = &settings->validation,
         .min = 0,
         .max = CONFIG_VALIDATION,
         .argument = "N",
         .help = "the last N training images are held out; 0 trains on all"},
        {.name = "patience",
         .kind = OPTION_WHOLE,
         .to.whole = &settings->patience,
         .min = 0,
         .max = CONFIG_EPOCHS,
         .argument = "N",
         .help = "end after N epochs that read the held-out images no better, and keep the best; 0: never"},
        {.name = "checkpoint",
         .kind = OPTION_TEXT,
         .to.text = &asked->checkpoint,
         .argument = "FILE",
         .fallback = "beside --out, when interrupted",
         .help = "where training that is broken off can go on from"},
        {.name = "every",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->every,
         .min = 1,
         .max = CHECKPOINT_EVERY,
         .argument = "N",
         .help = "epochs from one checkpoint to the next"},
        {.name = "resume",
         .kind = OPTION_TEXT,
         .to.text = &asked->resume,
         .argument = "FILE",
         .help = "go on from this checkpoint, which knows all settings"},
        {.name = "log",
         .kind = OPTION_TEXT,
         .to.text = &asked->log,
         .argument = "FILE",
         .help = "a line of JSON an epoch, as it ends"},
        {.name = "json", .kind = OPTION_FLAG, .to.flag = &asked->json, .help = "print one JSON document"},
        {.name = "quiet",
         .letter = 'q',
         .kind = OPTION_FLAG,
         .to.flag = &asked->quiet,
         .help = "no progress and no line an epoch"},
    };
    struct options options = {.command = "train",
                              .purpose = "Trains a network on MNIST, or on any data in its format, and saves it.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    struct error err = {0};
    if (config_load(&asked->config, asked->config_name, &err) == 0) /* the defaults that --help shows */
        asked->schedule = (int)settings->schedule;
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (config_load(&asked->config, asked->config_name, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    asked->schedule = (int)settings->schedule;
    options_restore(&options);
    settings->schedule = (enum schedule)asked->schedule;
    if (check_resume(&options, asked, &err) != 0 || check_seeds(asked, &err) != 0 ||
        choose_teacher(asked, &options, &err) != 0 || choose_checkpoint(asked, &options, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    return true;
}
