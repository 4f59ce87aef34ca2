/* The command line of lenet5 train, with the config that it names. */
#ifndef LENET5_CLI_TRAIN_OPTIONS_H
#define LENET5_CLI_TRAIN_OPTIONS_H

#include <stdbool.h>

#include "model/config.h"

enum { TRAIN_PATH = 4096, TRAIN_SEEDS = 1000 };

struct train_asked {
    const char *data, *config_name, *out;
    const char *teacher;                   /* NULL unless given */
    const char *checkpoint, *log, *resume; /* the last two NULL unless given */
    struct config config;                  /* its settings are what options and config file say together */
    int schedule, threads, kernel;
    int seeds; /* runs, from the settings' seed on */
    int every; /* epochs from one checkpoint to the next; 0: when interrupted */
    bool json, quiet;
    char beside[TRAIN_PATH]; /* the checkpoint's name where none is given */
};

/* Fills in what was asked for over what *asked holds, which are the defaults that --help shows. True when the command
 * is to go on; otherwise *status is what it returns. */
bool train_options_parse(struct train_asked *asked, int *status, int argc, char **argv);

#endif
