/* The command line of lenet5 train, with the config that it names. */
#ifndef LENET5_CLI_TRAIN_OPTIONS_H
#define LENET5_CLI_TRAIN_OPTIONS_H

#include <stdbool.h>

#include "model/config.h"

struct train_asked {
    const char *data, *config_name, *out;
    struct config config; /* its settings are what options and config file say together */
    int schedule, threads, kernel;
    bool json, quiet;
};

/* Fills in what was asked for over what *asked holds, which are the defaults that --help shows. True when the command
 * is to go on; otherwise *status is what it returns. */
bool train_options_parse(struct train_asked *asked, int *status, int argc, char **argv);

#endif
