#include "cli/command.h"

#include <string.h>

#include "base/text.h"

#include "cli/output.h"
#include "cli/threads.h"

enum { NAMES = 32 }; /* more commands than there are */

const struct command *command_find(const char *name, struct error *err)
{
    const char *names[NAMES];
    size_t count = 0;
    for (const struct command *command = main_commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0)
            return command;
        if (count < NAMES)
            names[count++] = command->name;
    }
    const char *nearest = text_nearest(name, names, count);
    if (nearest != NULL)
        error_set(err, ERROR_USAGE, "there is no command \"%s\"; the nearest is %s", name, nearest);
    else
        error_set(err, ERROR_USAGE, "there is no command \"%s\": lenet5 help lists them", name);
    return NULL;
}

/* An option where the command should be; `next` is the word behind it, or NULL. */
static int run_option(const char *word, const char *next)
{
    static const char *const names[] = {"help", "version"};
    struct error err;
    const bool is_help = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
    if ((is_help || strcmp(word, "--version") == 0) && next != NULL) {
        error_set(&err, ERROR_USAGE, "%s stands alone, and \"%s\" follows it: leave that out", word, next);
        return output_error(&err);
    }
    if (is_help) {
        help_print();
        return STATUS_DONE;
    }
    if (strcmp(word, "--version") == 0)
        return version_print();
    const char *nearest = text_nearest(word + strspn(word, "-"), names, sizeof names / sizeof names[0]);
    if (nearest != NULL)
        error_set(&err, ERROR_USAGE, "there is no option %s; the nearest is --%s", word, nearest);
    else
        error_set(&err, ERROR_USAGE, "%s stands before any command: write lenet5 COMMAND %s", word, word);
    return output_error(&err);
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        help_print();
        return STATUS_USAGE;
    }
    if (argv[1][0] == '-')
        return run_option(argv[1], argv[2]);
    struct error err;
    const struct command *command = command_find(argv[1], &err);
    if (command == NULL)
        return output_error(&err);
    if (command->is_parallel)
        threads_let_sleep(argv);
    return command->run(argc - 1, argv + 1);
}

int command_run(int argc, char **argv)
{
    output_open();
    return output_close(run(argc, argv));
}

bool command_begin(int *status, struct options *options, int argc, char **argv)
{
    struct error err;
    int parsed = options_parse(options, argc, argv, &err);
    if (parsed == 0)
        return true;
    if (parsed > 0)
        options_help(stdout, options);
    *status = parsed > 0 ? STATUS_DONE : output_error(&err);
    return false;
}
