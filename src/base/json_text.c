#include "base/json_text.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

static int check_characters(const unsigned char *bytes, size_t size, struct error *err)
{
    const size_t valid = text_valid_utf8(bytes, size);
    if (valid < size)
        return error_set(err, ERROR_MODEL, "is not JSON: byte %zu is %s", valid,
                         bytes[valid] == '\0' ? "NUL" : "not valid UTF-8");
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        return error_set(err, ERROR_MODEL, "is not JSON: it begins with a byte order mark, save it without one");
    return 0;
}

static size_t digits(const unsigned char *bytes, size_t size)
{
    size_t count = 0;
    while (count < size && bytes[count] >= '0' && bytes[count] <= '9')
        count++;
    return count;
}

static int is_one_of(unsigned char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* The length of the number at the start, RFC 8259 section 6; 0 where it is none. A number that is cut by the end of the
 * text is left to the parser, which says so. */
static size_t number_length(const unsigned char *bytes, size_t size)
{
    size_t at = bytes[0] == '-', whole = digits(bytes + at, size - at);
    if (at + whole < size && (whole == 0 || (whole > 1 && bytes[at] == '0')))
        return 0;
    at += whole;
    if (at < size && bytes[at] == '.') {
        const size_t fraction = digits(bytes + at + 1, size - at - 1);
        at += 1 + fraction;
        if (fraction == 0 && at < size)
            return 0;
    }
    if (at < size && is_one_of(bytes[at], "eE")) {
        at++;
        if (at < size && is_one_of(bytes[at], "+-"))
            at++;
        const size_t exponent = digits(bytes + at, size - at);
        at += exponent;
        if (exponent == 0 && at < size)
            return 0;
    }
    return at < size && is_one_of(bytes[at], "0123456789.eE+-") ? 0 : at;
}

/* A step inside a string: over an escape as a whole. 0 where a character may not stand there. */
static size_t string_step(const unsigned char *bytes, size_t size, size_t at, struct error *err)
{
    static const char nul[] = "\\u0000";
    if (bytes[at] < 0x20) {
        error_set(err, ERROR_MODEL, "is not JSON: byte %zu is a control character inside a string", at);
        return 0;
    }
    if (size - at >= sizeof nul - 1 && memcmp(bytes + at, nul, sizeof nul - 1) == 0) {
        error_set(err, ERROR_MODEL, "has the character NUL (\\u0000) in a string at byte %zu", at);
        return 0;
    }
    return bytes[at] == '\\' ? 2 : 1;
}

/* A step between strings; keeps count of the nesting. */
static size_t step(int *depth, const unsigned char *bytes, size_t size, size_t at, struct error *err)
{
    const unsigned char c = bytes[at];
    if (c == '-' || (c >= '0' && c <= '9')) {
        const size_t length = number_length(bytes + at, size - at);
        if (length == 0)
            error_set(err, ERROR_MODEL, "is not JSON: at byte %zu stands no number as JSON writes it", at);
        return length;
    }
    if (c < 0x20 && !is_one_of(c, "\t\r\n")) {
        error_set(err, ERROR_MODEL, "is not JSON: byte %zu is a control character", at);
        return 0;
    }
    *depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    if (*depth <= JSON_DEPTH)
        return 1;
    error_set(err, ERROR_MODEL, "is nested more than %d deep at byte %zu", JSON_DEPTH, at);
    return 0;
}

int json_text_check(int *open, const unsigned char *bytes, size_t size, struct error *err)
{
    int depth = 0, in_string = 0;
    if (check_characters(bytes, size, err) != 0)
        return -1;
    for (size_t at = 0, length; at < size; at += length) {
        if (bytes[at] == '"') {
            in_string = !in_string;
            length = 1;
            continue;
        }
        length = in_string ? string_step(bytes, size, at, err) : step(&depth, bytes, size, at, err);
        if (length == 0)
            return -1;
    }
    *open = depth > 0 || in_string;
    return 0;
}
