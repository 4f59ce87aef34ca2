#include "base/figures.h"

#include <stdio.h>
#include <string.h>

const char *figures_grouped(char out[FIGURES_GROUPED], long long number)
{
    char plain[FIGURES_GROUPED];
    snprintf(plain, sizeof plain, "%lld", number);
    const char *from = plain;
    char *to = out;
    if (*from == '-')
        *to++ = *from++;
    for (size_t left = strlen(from); left > 0; left--) {
        *to++ = *from++;
        if (left > 1 && left % 3 == 1)
            *to++ = ',';
    }
    *to = '\0';
    return out;
}
