#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

static void replace_control_characters(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

int error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
    if (err == NULL)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    err->kind = kind;
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    replace_control_characters(err->text);
    return -1;
}

int error_where(struct error *err, const char *where)
{
    if (err == NULL)
        return -1;
    struct error inner = *err;
    return error_set(err, inner.kind, "%s: %s", where, inner.text);
}

int error_memory(struct error *err, unsigned long long bytes, const char *what)
{
    return error_set(err, ERROR_FAILED, "%llu bytes of memory for %s could not be had: free some, or ask for less",
                     bytes, what);
}
