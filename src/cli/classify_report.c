#include "cli/classify_report.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/glyphs.h"
#include "cli/output.h"

enum { BESIDE = 3 }; /* digits told of beside a drawing */

struct ranked {
    int digit;
    float probability;
};

static int more_probable(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->probability > y->probability || x->probability < y->probability)
        return x->probability > y->probability ? -1 : 1;
    return x->digit - y->digit;
}

/* Gives how many of them to tell of: none where nothing was answered. */
static int rank(struct ranked ranked[ARCHITECTURE_CLASSES], const struct classify_answer *answer, int classes, int top)
{
    for (int k = 0; k < classes; k++)
        ranked[k] = (struct ranked){k, answer->probabilities[k]};
    qsort(ranked, (size_t)classes, sizeof *ranked, more_probable);
    if (answer->is_blank)
        return 0;
    return top < classes ? top : classes;
}

/* What the network saw, and beside it the most probable digits. */
static void draw(const struct classify_answer *answer, const struct ranked *ranked, int classes)
{
    const enum glyphs glyphs = glyphs_for(stdout);
    const int beside = (glyphs_lines(FIT_SIDE) - BESIDE) / 2;
    for (int line = 0; line < glyphs_lines(FIT_SIDE); line++) {
        const int k = line - beside;
        glyphs_print(stdout, answer->pixels, FIT_SIDE, FIT_SIDE, line, glyphs);
        if (k == -2 && answer->is_refused)
            printf("  ? perhaps");
        if (k >= 0 && k < BESIDE && k < classes)
            printf("  %d %6.2f %%", ranked[k].digit, 100 * (double)ranked[k].probability);
        printf("\n");
    }
}

void classify_report_text(const char *path, const struct classify_answer *answer, int classes, int top, bool show)
{
    struct ranked ranked[ARCHITECTURE_CLASSES];
    const int count = rank(ranked, answer, classes, top);
    printf("%s", path);
    if (answer->is_refused)
        printf("\t?\t%.4f", (double)answer->certainty);
    for (int k = 0; k < count && (top > 1 || !answer->is_refused); k++)
        printf("\t%d\t%.4f", ranked[k].digit, (double)ranked[k].probability);
    printf("\n");
    if (show && answer->is_seen)
        draw(answer, ranked, classes);
}

int classify_report_json(const char *path, const struct classify_answer *answer, int classes, int top)
{
    struct ranked ranked[ARCHITECTURE_CLASSES];
    const int count = rank(ranked, answer, classes, top);
    cJSON *json = cJSON_CreateObject(), *list;
    cJSON_AddStringToObject(json, "file", path);
    cJSON_AddItemToObject(json, "digit", answer->is_refused ? cJSON_CreateNull() : cJSON_CreateNumber(ranked[0].digit));
    cJSON_AddItemToObject(json, "probability",
                          answer->is_blank ? cJSON_CreateNull() : output_number((double)ranked[0].probability, 6));
    cJSON_AddItemToObject(json, "certainty", output_number((double)answer->certainty, 6));
    cJSON_AddBoolToObject(json, "rejected", answer->is_refused);
    if (answer->is_refused)
        cJSON_AddStringToObject(json, "reason", answer->reason);
    if (answer->digits > 1)
        cJSON_AddNumberToObject(json, "digits", answer->digits);
    list = cJSON_AddArrayToObject(json, "top");
    for (int k = 0; k < count; k++) {
        cJSON *entry = cJSON_CreateObject();
        cJSON_AddNumberToObject(entry, "digit", ranked[k].digit);
        cJSON_AddItemToObject(entry, "probability", output_number((double)ranked[k].probability, 6));
        cJSON_AddItemToArray(list, entry);
    }
    return output_json(json);
}
