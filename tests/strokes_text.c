#include "strokes_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char head[] =
    "{\"format\": \"lenet5-strokes\", \"version\": 1, \"hand\": {\"care_spread\": 0.25, \"jitter\": 0.03125, "
    "\"jitter_reach\": 0.8125, \"smoothing\": 0.0625, \"soft_corner\": 0.375, \"elastic\": 0.046875, "
    "\"elastic_waves\": 1.5, \"waist\": 0.0546875, \"trapezoid\": 0.21875, \"bend\": 0.125, \"aspect\": 0.15625, "
    "\"slant\": -0.140625, \"slant_spread\": 0.28125, \"rotation\": 5, \"pen\": 2, \"pen_spread\": 0.265625, "
    "\"pen_least\": 1.25, \"pen_most\": 4.5, \"pressure\": 0.1875, \"nib\": 0.171875, \"taper\": 0.3125, "
    "\"tremor\": 0.00390625, \"roughness\": 0.078125, \"gap\": 0.0703125, \"overshoot\": 0.02734375, "
    "\"blur\": 0.0859375, \"gain\": 0.34375}, \"digits\": {\"0\": ";
static const char other[] =
    ", \"%d\": {\"ways\": [{\"way\": \"stroke\", \"share\": 1, \"strokes\": [[[0, 0], [0, 1]]]}]}";

char *strokes_text(const char *zero)
{
    const size_t size = sizeof head + strlen(zero) + 9 * sizeof other + 3;
    char *text = malloc(size);
    assert_non_null(text);
    int used = snprintf(text, size, "%s%s", head, zero);
    for (int digit = 1; digit < 10; digit++)
        used += sprintf(text + used, other, digit);
    strcpy(text + used, "}}");
    return text;
}

const char *strokes_text_plain(char out[4096], const char *strokes)
{
    const int length =
        snprintf(out, 4096, "{\"ways\": [{\"way\": \"plain\", \"share\": 1, \"strokes\": [%s]}]}", strokes);
    assert_true(length < 4096);
    return out;
}

char *strokes_text_replace(char *text, const char *old, const char *new)
{
    const char *at = strstr(text, old);
    if (at == NULL)
        fail_msg("there is no %s in %s", old, text);
    const size_t before = (size_t)(at - text), size = strlen(text) - strlen(old) + strlen(new) + 1;
    char *replaced = malloc(size);
    assert_non_null(replaced);
    memcpy(replaced, text, before);
    snprintf(replaced + before, size - before, "%s%s", new, at + strlen(old));
    free(text);
    return replaced;
}

struct strokes strokes_text_parse(char *text)
{
    struct strokes strokes;
    struct error err = {0};
    if (strokes_parse(&strokes, (const unsigned char *)text, strlen(text), &err) != 0)
        fail_msg("%s", err.text);
    free(text);
    return strokes;
}

void strokes_text_refuse_bytes(const void *bytes, size_t size, const char *sentence)
{
    struct strokes strokes, before;
    struct error err = {0};
    memset(&strokes, 0x5a, sizeof strokes);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(strokes_parse(&strokes, bytes, size, &err), -1);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_memory_equal(&strokes, &before, sizeof strokes);
}

void strokes_text_refuse(char *text, const char *sentence)
{
    strokes_text_refuse_bytes(text, strlen(text), sentence);
    free(text);
}
