#include "cli/train_options.h"

#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/output.h"
#include "cli/threads.h"

_Static_assert(OPTIONS_SEED == CONFIG_SEED, "a seed that the command line takes has to fit into a model file");

bool train_options_parse(struct train_asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "--config takes lenet5, lenet5-avg, course, or a JSON file; what stands on the command line wins.\n"
        "Without --data the data is looked for in $MNIST_DIR, then in data/mnist (scripts/get-mnist gets it;\n"
        "lenet5 synth draws other digits).\n"
        "The trained bytes depend on data, config and seed, not on the number of threads.\n"
        "\nExample: lenet5 train --epochs 10 --lr 0.02 --out mine.json\n"
        "Exit status: 3 data missing or wrong, 4 config wrong, 5 training diverged.\n";
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
         .help = "learning rate at the start"},
        {.name = "momentum",
         .kind = OPTION_NUMBER,
         .to.number = &settings->momentum,
         .min = 0,
         .max = CONFIG_MOMENTUM,
         .argument = "X",
         .help = "share of the last step that is kept"},
        {.name = "weight-decay",
         .kind = OPTION_NUMBER,
         .to.number = &settings->weight_decay,
         .min = 0,
         .max = CONFIG_WEIGHT_DECAY,
         .argument = "X",
         .help = "decoupled: weights shrink by lr times this each step"},
        {.name = "schedule",
         .kind = OPTION_CHOICE,
         .to.choice = &asked->schedule,
         .choices = config_schedules,
         .help = "how the learning rate falls"},
        {.name = "seed",
         .kind = OPTION_SEED,
         .to.seed = &settings->seed,
         .argument = "N",
         .help = "of first weights and shuffling"},
        threads_option(&asked->threads),
        kernel_option(&asked->kernel),
        {.name = "validation",
         .kind = OPTION_WHOLE,
         .to.whole = &settings->validation,
         .min = 0,
         .max = CONFIG_VALIDATION,
         .argument = "N",
         .help = "the last N training images are held out; 0 trains on all"},
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
    return true;
}
