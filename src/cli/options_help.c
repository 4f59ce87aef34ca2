#include <stdarg.h>
#include <string.h>

#include "cli/options.h"

enum { COLUMNS = 100, LABEL_MAX = 30 };

static void append(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

void options_help_range(char text[OPTIONS_RANGE], const struct option_spec *spec)
{
    text[0] = '\0';
    if (spec->kind == OPTION_WHOLE)
        append(text, OPTIONS_RANGE, "%.0f to %.0f", spec->min, spec->max);
    else if (spec->kind == OPTION_SEED)
        append(text, OPTIONS_RANGE, "0 to %llu", (unsigned long long)OPTIONS_SEED);
    else if (spec->kind == OPTION_NUMBER)
        append(text, OPTIONS_RANGE, "%.10g to %.10g", spec->min, spec->max);
}

static void append_default(char *text, size_t size, const struct option_spec *spec)
{
    if (spec->required)
        append(text, size, "required");
    else if (spec->fallback != NULL)
        append(text, size, "default: %s", spec->fallback);
    else if (spec->kind == OPTION_WHOLE)
        append(text, size, "default: %d", *spec->to.whole);
    else if (spec->kind == OPTION_SEED)
        append(text, size, "default: %llu", (unsigned long long)*spec->to.seed);
    else if (spec->kind == OPTION_NUMBER)
        append(text, size, "default: %.10g", *spec->to.number);
    else if (spec->kind == OPTION_TEXT && *spec->to.text != NULL)
        append(text, size, "default: %s", *spec->to.text);
    else if (spec->kind == OPTION_CHOICE && *spec->to.choice >= 0)
        append(text, size, "default: %s", spec->choices[*spec->to.choice]);
}

/* " N", or " constant|step|cosine", or nothing for a flag. */
static void append_argument(char *text, size_t size, const struct option_spec *spec)
{
    if (spec->kind == OPTION_CHOICE)
        for (size_t i = 0; spec->choices[i] != NULL; i++)
            append(text, size, "%s%s", i == 0 ? " " : "|", spec->choices[i]);
    else if (spec->kind != OPTION_FLAG)
        append(text, size, " %s", spec->argument);
}

/* "  -e, --epochs N" */
static void make_label(char *text, size_t size, const struct option_spec *spec)
{
    text[0] = '\0';
    if (spec->letter != 0)
        append(text, size, "  -%c, --%s", spec->letter, spec->name);
    else
        append(text, size, "      --%s", spec->name);
    append_argument(text, size, spec);
}

/* "passes over the training images (1 to 10000, default: 5)" */
static void make_description(char *text, size_t size, const struct option_spec *spec)
{
    char range[OPTIONS_RANGE], standard[256] = "";
    options_help_range(range, spec);
    append_default(standard, sizeof standard, spec);
    text[0] = '\0';
    append(text, size, "%s", spec->help);
    if (range[0] != '\0' && standard[0] != '\0')
        append(text, size, " (%s, %s)", range, standard);
    else if (range[0] != '\0' || standard[0] != '\0')
        append(text, size, " (%s%s)", range, standard);
}

/* Goes on at column `column`, breaks between words, starts each further line at column `indent`. */
static void print_wrapped(FILE *out, const char *text, size_t column, size_t indent)
{
    bool first = true;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        if (!first && column + 1 + length > COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", (int)length, text);
        column += length + !first;
        first = false;
        text += length + strspn(text + length, " ");
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct option_spec *spec, size_t indent)
{
    char label[256], description[512];
    make_label(label, sizeof label, spec);
    make_description(description, sizeof description, spec);
    if (strlen(label) + 2 > indent)
        fprintf(out, "%s\n%*s", label, (int)indent, "");
    else
        fprintf(out, "%-*s", (int)indent, label);
    print_wrapped(out, description, indent, indent);
}

static void print_usage(FILE *out, const struct options *options)
{
    fprintf(out, "Usage: lenet5 %s [options]", options->command);
    for (size_t i = 0; i < options->count; i++)
        if (options->specs[i].required) {
            char argument[256] = "";
            append_argument(argument, sizeof argument, &options->specs[i]);
            fprintf(out, " --%s%s", options->specs[i].name, argument);
        }
    if (options->operands_max > 0)
        fprintf(out, options->operands_min > 0 ? " %s%s" : " [%s%s]", options->operand,
                options->operands_max > 1 ? "..." : "");
    fputs("\n\n", out);
}

void options_help(FILE *out, const struct options *options)
{
    static bool unused;
    const struct option_spec help = {
        .name = "help", .letter = 'h', .kind = OPTION_FLAG, .to.flag = &unused, .help = "show this help"};
    char label[256];
    make_label(label, sizeof label, &help);
    size_t indent = strlen(label) + 2;
    for (size_t i = 0; i < options->count; i++) {
        make_label(label, sizeof label, &options->specs[i]);
        size_t needed = strlen(label) + 2;
        if (needed > indent && needed <= LABEL_MAX)
            indent = needed;
    }
    print_usage(out, options);
    print_wrapped(out, options->purpose, 0, 0);
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < options->count; i++)
        print_option(out, &options->specs[i], indent);
    print_option(out, &help, indent);
    if (options->closing != NULL)
        fprintf(out, "\n%s", options->closing);
}
