#include "cli/agreement.h"

#include <stdlib.h>
#include <string.h>

int agreement_digit_count(const char *text)
{
    int digits = 0;
    for (; *text != '\0'; text++)
        digits += *text != '/';
    return digits;
}

int agreement_line_count(const char *text)
{
    int lines = *text != '\0';
    for (; *text != '\0'; text++)
        lines += *text == '/';
    return lines;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* costs[j]: of making the first j digits of `read` what `written` has so far. */
int agreement_distance(const char *written, const char *read)
{
    const int length = agreement_digit_count(read);
    int *costs = malloc(((size_t)length + 1) * sizeof *costs), distance = -1;
    if (costs == NULL)
        return -1;
    for (int j = 0; j <= length; j++)
        costs[j] = j;
    for (; *written != '\0'; written++) {
        if (*written == '/')
            continue;
        int before = costs[0]++, j = 1;
        for (const char *c = read; *c != '\0'; c++) {
            if (*c == '/')
                continue;
            const int changed = before + (*c != *written);
            before = costs[j];
            costs[j] = least(changed, least(costs[j], costs[j - 1]) + 1);
            j++;
        }
    }
    distance = costs[length];
    free(costs);
    return distance;
}

static int same_line(const char *a, const char *b)
{
    const size_t length = strcspn(a, "/");
    return length == strcspn(b, "/") && memcmp(a, b, length) == 0;
}

static const char *next_line(const char *text)
{
    text += strcspn(text, "/");
    return *text == '/' ? text + 1 : text;
}

/* The longest common subsequence of lines. common[j]: with the first j lines of `read`. */
int agreement_lines(const char *written, const char *read)
{
    const int length = agreement_line_count(read);
    int *common = calloc((size_t)length + 1, sizeof *common);
    if (common == NULL)
        return -1;
    for (; *written != '\0'; written = next_line(written)) {
        const char *line = read;
        for (int j = 1, before = 0; j <= length; j++, line = next_line(line)) {
            const int here = common[j];
            if (same_line(written, line))
                common[j] = before + 1;
            else if (common[j - 1] > common[j])
                common[j] = common[j - 1];
            before = here;
        }
    }
    const int lines = common[length];
    free(common);
    return lines;
}
