#include "cli/options.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NAMES = 64 }; /* more options than any command has */

static struct option_spec *spec_of_name(const struct options *options, const char *name, size_t length)
{
    for (size_t i = 0; i < options->count; i++)
        if (strncmp(options->specs[i].name, name, length) == 0 && options->specs[i].name[length] == '\0')
            return &options->specs[i];
    return NULL;
}

static struct option_spec *spec_of_letter(const struct options *options, char letter)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->specs[i].letter == letter)
            return &options->specs[i];
    return NULL;
}

/* What an argument has to be, for the sentences: "a whole number from 1 to 10000". */
static void expectation(char *text, size_t size, const struct option_spec *spec)
{
    char range[OPTIONS_RANGE];
    options_help_range(range, spec);
    if (spec->kind == OPTION_CHOICE) {
        size_t used = 0;
        for (size_t i = 0; spec->choices[i] != NULL && used < size; i++) {
            const char *comma = i == 0 ? "" : spec->choices[i + 1] == NULL ? " or " : ", ";
            used += (size_t)snprintf(text + used, size - used, "%s%s", comma, spec->choices[i]);
        }
    } else if (spec->kind == OPTION_TEXT) {
        snprintf(text, size, "%s", spec->argument);
    } else {
        snprintf(text, size, "%s from %s", spec->kind == OPTION_NUMBER ? "a number" : "a whole number", range);
    }
}

static bool read_whole(int *value, const char *word, double min, double max)
{
    const char *digits = word + (*word == '-');
    if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
        return false;
    errno = 0;
    long long number = strtoll(word, NULL, 10);
    if (errno != 0 || (double)number < min || (double)number > max)
        return false;
    *value = (int)number;
    return true;
}

static bool read_seed(uint64_t *value, const char *word)
{
    if (*word == '\0' || word[strspn(word, "0123456789")] != '\0')
        return false;
    errno = 0;
    unsigned long long number = strtoull(word, NULL, 10);
    if (errno != 0 || number > OPTIONS_SEED)
        return false;
    *value = number;
    return true;
}

/* The letters that strtod may see are limited first: it would also read "inf", "nan", "0x1p3" and blanks. */
static bool read_number(double *value, const char *word, double min, double max)
{
    if (*word == '\0' || word[strspn(word, "0123456789+-.eE")] != '\0')
        return false;
    char *end;
    double number = strtod(word, &end);
    if (*end != '\0' || !isfinite(number) || number < min || number > max)
        return false;
    *value = number;
    return true;
}

static bool read_choice(int *value, const char *word, const char *const *choices)
{
    for (int i = 0; choices[i] != NULL; i++)
        if (strcmp(choices[i], word) == 0) {
            *value = i;
            return true;
        }
    return false;
}

/* False, and nothing stored, when the word is not what the option expects. */
static bool store(const struct option_spec *spec, const char *word)
{
    switch (spec->kind) {
    case OPTION_FLAG:
        *spec->to.flag = true;
        return true;
    case OPTION_WHOLE:
        return read_whole(spec->to.whole, word, spec->min, spec->max);
    case OPTION_SEED:
        return read_seed(spec->to.seed, word);
    case OPTION_NUMBER:
        return read_number(spec->to.number, word, spec->min, spec->max);
    case OPTION_CHOICE:
        return read_choice(spec->to.choice, word, spec->choices);
    case OPTION_TEXT:
        break;
    }
    if (*word != '\0')
        *spec->to.text = word;
    return *word != '\0';
}

static int take(struct option_spec *spec, const char *word, struct error *err)
{
    if (spec->given != NULL && spec->kind == OPTION_FLAG)
        return error_set(err, ERROR_USAGE, "--%s is given twice: give it once", spec->name);
    if (spec->given != NULL)
        return error_set(err, ERROR_USAGE, "--%s is given twice, as \"%s\" and as \"%s\": give it once", spec->name,
                         spec->given, word);
    if (!store(spec, word)) {
        char expected[256];
        expectation(expected, sizeof expected, spec);
        return error_set(err, ERROR_USAGE, "--%s expects %s, not \"%s\"", spec->name, expected, word);
    }
    spec->given = word;
    return 0;
}

/* The argument is the next word. One that begins with two dashes is taken for an option whose predecessor lacks its
 * argument: "--data --epochs 3" would otherwise look for a folder named --epochs. */
static int take_next(struct option_spec *spec, const char *next, struct error *err)
{
    if (next != NULL && strncmp(next, "--", 2) != 0)
        return take(spec, next, err);
    char expected[256];
    expectation(expected, sizeof expected, spec);
    if (next == NULL || strcmp(next, "--") == 0)
        return error_set(err, ERROR_USAGE, "--%s expects %s, and nothing follows", spec->name, expected);
    if (spec->kind != OPTION_TEXT)
        return error_set(err, ERROR_USAGE, "--%s expects %s, and the option %s follows", spec->name, expected, next);
    return error_set(err, ERROR_USAGE, "--%s expects %s, and the option %s follows: write --%s=%s if that is the %s",
                     spec->name, expected, next, spec->name, next, expected);
}

static int unknown(const struct options *options, const char *word, struct error *err)
{
    const char *names[NAMES];
    size_t count = 0;
    for (; count < options->count && count < NAMES - 1; count++)
        names[count] = options->specs[count].name;
    names[count++] = "help";
    char name[64];
    const char *bare = word + strspn(word, "-");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(bare, "="), bare);
    const char *nearest = text_nearest(name, names, count);
    int length = (int)strcspn(word, "=");
    if (nearest != NULL)
        return error_set(err, ERROR_USAGE, "%s has no option %.*s; the nearest is --%s", options->command, length, word,
                         nearest);
    return error_set(err, ERROR_USAGE, "%s has no option %.*s: lenet5 %s --help lists them", options->command, length,
                     word, options->command);
}

/* `word` is "--name" or "--name=value". Gives the number of words used up, 0 for --help, -1 after a failure. */
static int read_long(struct options *options, const char *word, const char *next, struct error *err)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = strcspn(name, "=");
    struct option_spec *spec = spec_of_name(options, name, length);
    if (spec == NULL)
        return length == 4 && strncmp(name, "help", 4) == 0 ? 0 : unknown(options, word, err);
    if (spec->kind == OPTION_FLAG) {
        if (equals != NULL)
            return error_set(err, ERROR_USAGE, "--%s is a switch and takes no argument: leave out \"%s\"", spec->name,
                             equals);
        return take(spec, word, err) != 0 ? -1 : 1;
    }
    if (equals != NULL)
        return take(spec, equals + 1, err) != 0 ? -1 : 1;
    return take_next(spec, next, err) != 0 ? -1 : 2;
}

/* `word` is "-n", "-nvalue" or several flags in one, "-qj". Gives what read_long() gives. */
static int read_short(struct options *options, const char *word, const char *next, struct error *err)
{
    /* "-epochs" would otherwise be read as -e with the argument "pochs". */
    size_t length = strcspn(word + 1, "=");
    if (length > 1 && spec_of_name(options, word + 1, length) != NULL)
        return unknown(options, word, err);
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        struct option_spec *spec = spec_of_letter(options, *letter);
        if (spec == NULL && *letter == 'h')
            return 0;
        if (spec == NULL) {
            const char alone[] = {'-', *letter, '\0'};
            return unknown(options, letter == word + 1 ? word : alone, err);
        }
        if (spec->kind != OPTION_FLAG && letter[1] != '\0')
            return take(spec, letter + 1, err) != 0 ? -1 : 1;
        if (spec->kind != OPTION_FLAG)
            return take_next(spec, next, err) != 0 ? -1 : 2;
        if (take(spec, word, err) != 0)
            return -1;
    }
    return 1;
}

static int check_operand(const struct options *options, const char *word, struct error *err)
{
    if (options->operands_max == 0)
        return error_set(err, ERROR_USAGE, "%s takes no files, and \"%s\" was given", options->command, word);
    if (options->operand_count == options->operands_max)
        return error_set(err, ERROR_USAGE, "%s takes at most %d %s, and \"%s\" is one too many", options->command,
                         options->operands_max, options->operand, word);
    if (*word == '\0')
        return error_set(err, ERROR_USAGE, "%s expects %s, not \"\"", options->command, options->operand);
    return 0;
}

static int check_complete(const struct options *options, struct error *err)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->specs[i].required && options->specs[i].given == NULL)
            return error_set(err, ERROR_USAGE, "%s needs --%s: lenet5 %s --help explains it", options->command,
                             options->specs[i].name, options->command);
    if (options->operand_count < options->operands_min)
        return error_set(err, ERROR_USAGE, "%s needs %s%s: lenet5 %s --help shows how", options->command,
                         options->operand,
                         options->operands_max == 1  ? ""
                         : options->operands_min > 1 ? " (two or more)"
                                                     : " (one or more)",
                         options->command);
    return 0;
}

int options_parse(struct options *options, int argc, char **argv, struct error *err)
{
    options->operands = argv;
    options->operand_count = 0;
    for (size_t i = 0; i < options->count; i++)
        options->specs[i].given = NULL;
    bool only_operands = false;
    for (int i = 1; i < argc;) {
        char *word = argv[i];
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        int used = 1;
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            if (check_operand(options, word, err) != 0)
                return -1;
            options->operands[options->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else {
            used = word[1] == '-' ? read_long(options, word, next, err) : read_short(options, word, next, err);
        }
        if (used <= 0)
            return used == 0 ? 1 : -1;
        i += used;
    }
    return check_complete(options, err);
}

bool options_given(const struct options *options, const char *name)
{
    const struct option_spec *spec = spec_of_name(options, name, strlen(name));
    assert(spec != NULL);
    return spec != NULL && spec->given != NULL;
}

void options_restore(const struct options *options)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->specs[i].given != NULL)
            store(&options->specs[i], options->specs[i].given);
}
