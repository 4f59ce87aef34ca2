/* What a command is, and the way from main to it. */
#ifndef LENET5_CLI_COMMAND_H
#define LENET5_CLI_COMMAND_H

#include <stdbool.h>

#include "cli/options.h"

struct command {
    const char *name;
    const char *summary;               /* one line for the short help */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
    bool is_parallel;                  /* it works with several threads */
};

extern const struct command main_commands[]; /* ends with a row without a name */

/* Each in the file of its name. */
int train_command(int argc, char **argv);
int evaluate_command(int argc, char **argv);
int compare_command(int argc, char **argv);
int card_command(int argc, char **argv);
int classify_command(int argc, char **argv);
int read_command(int argc, char **argv);
int calibrate_command(int argc, char **argv);
int explain_command(int argc, char **argv);
int report_command(int argc, char **argv);
int summary_command(int argc, char **argv);
int filter_command(int argc, char **argv);
int pack_command(int argc, char **argv);
int synth_command(int argc, char **argv);
int augment_command(int argc, char **argv);
int bench_command(int argc, char **argv);
int serve_command(int argc, char **argv);
int help_command(int argc, char **argv);

/* Finds the command in argv[1] and runs it; makes sure at the end that the results have left the program. Returns the
 * exit status. */
int command_run(int argc, char **argv);

/* The first lines of every command: parses, answers --help, prints what is wrong with the command line. True when the
 * command is to go on; otherwise *status is what it returns. */
bool command_begin(int *status, struct options *options, int argc, char **argv);

/* The row of main_commands, or NULL with a sentence that names the nearest. */
const struct command *command_find(const char *name, struct error *err);

/* What `lenet5` alone prints. */
void help_print(void);

/* "lenet5 0.1.0", as model files name the program that trained them. */
const char *version_program(void);

/* lenet5 --version; returns the exit status. */
int version_print(void);

#endif
