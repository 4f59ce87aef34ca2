#define _POSIX_C_SOURCE 200809L
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"

static int exit_status(enum error_kind kind)
{
    switch (kind) {
    case ERROR_NONE:
        return STATUS_DONE;
    case ERROR_USAGE:
        return STATUS_USAGE;
    case ERROR_DATA:
        return STATUS_DATA;
    case ERROR_MODEL:
        return STATUS_MODEL;
    case ERROR_DIVERGED:
        return STATUS_DIVERGED;
    case ERROR_FAILED:
    case ERROR_BLANK:
        break;
    }
    return STATUS_FAILED;
}

int output_error(const struct error *err)
{
    output_note("%s", err->text);
    return exit_status(err->kind);
}

/* Through error_set, which takes escape sequences out of file names. stdout first, so that a terminal shows the lines
 * in the order in which they were written. */
void output_note(const char *format, ...)
{
    struct error clean;
    char text[sizeof clean.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    error_set(&clean, ERROR_NONE, "%s", text);
    fflush(stdout);
    fprintf(stderr, "lenet5: %s\n", clean.text);
}

int output_json(cJSON *document)
{
    char *text = document != NULL ? cJSON_PrintUnformatted(document) : NULL;
    cJSON_Delete(document);
    if (text == NULL) {
        output_note("there is not enough memory for the results as JSON: free some");
        return STATUS_FAILED;
    }
    puts(text);
    cJSON_free(text);
    return STATUS_DONE;
}

int output_failure(const char *path, const struct error *err, bool json)
{
    char text[OUTPUT_NAME];
    if (!json) {
        (void)output_error(err);
        return STATUS_FAILED;
    }
    cJSON *document = cJSON_CreateObject();
    cJSON_AddStringToObject(document, "file", output_printable(text, path, true));
    cJSON_AddStringToObject(document, "error", output_printable(text, err->text, true));
    (void)output_json(document);
    return STATUS_FAILED;
}

const char *output_printable(char out[OUTPUT_NAME], const char *path, bool json)
{
    snprintf(out, OUTPUT_NAME, "%s", path);
    const size_t length = strlen(out);
    for (size_t at = 0; at < length; at++) {
        const bool control = (unsigned char)out[at] < 0x20 || out[at] == 0x7f;
        if (control && !json)
            out[at] = '?';
    }
    for (size_t valid = 0; json && (valid = text_valid_utf8((unsigned char *)out, length)) < length;)
        out[valid] = '?';
    return out;
}

cJSON *output_number(double value, int digits)
{
    return json_rounded(value, digits);
}

/* The stand-in is opened the wrong way round, so that printing to a closed stdout still fails and output_close() can
 * say so. open() gives the least free number, which is the closed one. */
void output_open(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int output_close(int status)
{
    bool lost = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && close(STDOUT_FILENO) == 0 && !lost)
        return status;
    output_note("the results cannot be written to standard output: %s",
                errno != 0 ? strerror(errno) : "an earlier part of them was lost");
    return status != STATUS_DONE ? status : STATUS_FAILED;
}
