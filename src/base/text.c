#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "Did you mean": edit distance with swaps of neighbours (Damerau 1964, the restricted form). */
enum { LONGEST = 40 }; /* names are shorter; a longer word is near to none */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* cost[i][j]: steps from the first i letters of a to the first j letters of b. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t cost[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= a_length; i++)
        cost[i][0] = i;
    for (size_t j = 0; j <= b_length; j++)
        cost[0][j] = j;
    for (size_t i = 1; i <= a_length; i++)
        for (size_t j = 1; j <= b_length; j++) {
            size_t replaced = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            cost[i][j] = least(replaced, least(cost[i - 1][j], cost[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    return cost[a_length][b_length];
}

/* NULL unless exactly one name begins with the first `length` letters of `word`. */
static const char *only_beginning(const char *word, size_t length, const char *const *names, size_t count)
{
    const char *found = NULL;
    for (size_t n = 0; n < count; n++)
        if (strncmp(names[n], word, length) == 0) {
            if (found != NULL)
                return NULL;
            found = names[n];
        }
    return found;
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
    size_t length = strlen(word);
    if (length < 2 || length > LONGEST)
        return NULL;
    const char *nearest = only_beginning(word, length, names, count);
    if (nearest != NULL)
        return nearest;
    /* One slip in three letters; more than that is another word. */
    size_t nearest_distance = length < 3 ? 1 : length / 3;
    for (size_t n = 0; n < count; n++) {
        size_t name_length = strlen(names[n]);
        if (name_length > LONGEST)
            continue;
        size_t steps = distance(word, length, names[n], name_length);
        if (steps <= nearest_distance && (nearest == NULL || steps < nearest_distance)) {
            nearest = names[n];
            nearest_distance = steps;
        }
    }
    /* Another ending of the same word: "validate" for "validation". */
    return nearest != NULL || length < 6 ? nearest : only_beginning(word, length - length / 4, names, count);
}

const char *text_list(char *out, size_t size, const char *const *names)
{
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; names[i] != NULL && used < size; i++) {
        const char *between = i == 0 ? "" : names[i + 1] == NULL ? " or " : ", ";
        const int length = snprintf(out + used, size - used, "%s%s", between, names[i]);
        used += length > 0 ? (size_t)length : 0;
    }
    return out;
}

/* The length of the UTF-8 character at the start, 0 where there is none: Unicode 15, table 3-7. */
static size_t character(const unsigned char *bytes, size_t size)
{
    const unsigned char first = bytes[0];
    if (first == 0)
        return 0;
    if (first < 0x80)
        return 1;
    const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > size)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    const int overlong = (first == 0xe0 && bytes[1] < 0xa0) || (first == 0xf0 && bytes[1] < 0x90);
    const int surrogate = first == 0xed && bytes[1] > 0x9f, beyond = first == 0xf4 && bytes[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

size_t text_valid_utf8(const unsigned char *bytes, size_t size)
{
    size_t at = 0, length;
    while (at < size && (length = character(bytes + at, size - at)) != 0)
        at += length;
    return at;
}

static const char *print_float(char out[TEXT_FLOAT], float value, int digits)
{
    snprintf(out, TEXT_FLOAT, "%.*g", digits, (double)value);
    for (char *c = out; *c != '\0'; c++)
        if (strchr("0123456789+-e", *c) == NULL)
            *c = '.'; /* the decimal sign of whatever locale an embedding program has set */
    return out;
}

const char *text_float(char out[TEXT_FLOAT], float value)
{
    return print_float(out, value, 9);
}

const char *text_float_short(char out[TEXT_FLOAT], float value)
{
    for (int digits = 1; digits < 9; digits++) {
        snprintf(out, TEXT_FLOAT, "%.*g", digits, (double)value);
        const float back = strtof(out, NULL);
        if (back <= value && back >= value)
            return print_float(out, value, digits);
    }
    return text_float(out, value);
}
