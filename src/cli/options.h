/* One table of options a command: it parses the command line, checks the ranges and prints --help.
 *
 *     int epochs = 5;
 *     struct option_spec specs[] = {
 *         {.name = "epochs", .kind = OPTION_WHOLE, .to.whole = &epochs, .min = 1, .max = 10000, .argument = "N",
 *          .help = "passes over the training images"},
 *     };
 *     struct options options = {.command = "train", .purpose = "Trains a network.", .specs = specs,
 *                               .count = sizeof specs / sizeof specs[0]};
 *
 * What a variable holds before the command line is read is its default, and --help prints it from there. --help and
 * -h belong to every table without a row of their own. Numbers are read with strtod and strtoull: the program never
 * calls setlocale, so that the decimal point is a point everywhere. */
#ifndef LENET5_CLI_OPTIONS_H
#define LENET5_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* 2^53 - 1: the largest whole number that every JSON reader keeps exactly, and a seed goes into the model file. */
#define OPTIONS_SEED 9007199254740991u

enum option_kind {
    OPTION_FLAG,   /* to.flag: true when given */
    OPTION_WHOLE,  /* to.whole: min to max */
    OPTION_SEED,   /* to.seed: 0 to OPTIONS_SEED, whatever min and max say */
    OPTION_NUMBER, /* to.number: min to max, both included, always finite */
    OPTION_TEXT,   /* to.text: never empty; points into argv */
    OPTION_CHOICE, /* to.choice: the index in `choices`; -1 before parsing is "no default" */
};

struct option_spec {
    const char *name; /* without the dashes */
    char letter;      /* the short form, or 0 */
    enum option_kind kind;
    union {
        bool *flag;
        int *whole;
        uint64_t *seed;
        double *number;
        const char **text;
        int *choice;
    } to;
    double min, max;
    const char *const *choices; /* ends with NULL */
    const char *argument;       /* what --help calls the argument: "N", "DIR"; NULL for flags and choices */
    const char *help;           /* one line, lower case, no full stop; ranges and defaults are added to it */
    const char *fallback;       /* shown as the default in place of the variable: "the cores there are"; or NULL */
    bool required;
    const char *given; /* filled in by options_parse: the argument as it was typed; NULL when it was not given */
};

struct options {
    const char *command; /* "train" */
    const char *purpose; /* what the command does: the paragraph over the options */
    const char *closing; /* printed under the options as it stands (examples, exit statuses), ends in \n; or NULL */
    struct option_spec *specs;
    size_t count;
    const char *operand;            /* what --help calls a file: "IMAGE"; NULL when the command takes none */
    int operands_min, operands_max; /* operands_max 0 when it takes none, INT_MAX for any number */
    char **operands;                /* filled in by options_parse: [operand_count], in the order given */
    int operand_count;
};

/* Reads argv[1] .. argv[argc - 1]: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-qj` for two flags, options
 * and operands in any order, `-` an operand, everything after `--` an operand. argv is overwritten: the operands move
 * to its front.
 * Gives   0 to go on, 1 when --help or -h was met (nothing after it is looked at).
 * Fails   with ERROR_USAGE; the variables may then be half set. */
int options_parse(struct options *options, int argc, char **argv, struct error *err);

/* Whether the option was on the command line; `name` must be in the table. */
bool options_given(const struct options *options, const char *name);

/* Stores once more what was given, for a config file that is read after the command line and into the same variables:
 * the command line wins. */
void options_restore(const struct options *options);

/* Prints usage, purpose, options and closing, 100 columns at most. */
void options_help(FILE *out, const struct options *options);

/* The range as text, "1 to 10000"; empty for kinds without one. For sentences and --help alike. */
enum { OPTIONS_RANGE = 80 };
void options_help_range(char text[OPTIONS_RANGE], const struct option_spec *spec);

#endif
