#include "pages/filter_kernel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* Light left of dark gives a positive answer to `vertical`, light above dark to `horizontal`, as in the course; the
 * Sobel filters weigh the middle row or column twice (Sobel and Feldman 1968). The weights of blur are sixteenths,
 * exact as floats. */
static const struct named {
    const char *name, *json;
} named[] = {
    {"vertical", "[[1,0,-1],[1,0,-1],[1,0,-1]]"},
    {"horizontal", "[[1,1,1],[0,0,0],[-1,-1,-1]]"},
    {"sobel-x", "[[1,0,-1],[2,0,-2],[1,0,-1]]"},
    {"sobel-y", "[[1,2,1],[0,0,0],[-1,-2,-1]]"},
    {"laplace", "[[0,1,0],[1,-4,1],[0,1,0]]"},
    {"blur", "[[0.0625,0.125,0.0625],[0.125,0.25,0.125],[0.0625,0.125,0.0625]]"},
    {"sharpen", "[[0,-1,0],[-1,5,-1],[0,-1,0]]"},
};

enum { NAMED = sizeof named / sizeof named[0] };

#define EXAMPLE "\"[[1,0,-1],[1,0,-1],[1,0,-1]]\""

static const char *kind_of(const cJSON *value)
{
    return cJSON_IsNumber(value)   ? "a single number"
           : cJSON_IsString(value) ? "a text"
           : cJSON_IsArray(value)  ? "a list"
           : cJSON_IsObject(value) ? "an object"
           : cJSON_IsNull(value)   ? "null"
                                   : "true or false";
}

/* Rows and columns are counted from 1 in the sentences, as a person counts what was typed. */
static int read_row(struct filter_kernel *kernel, const cJSON *row, int i, struct error *err)
{
    if (!cJSON_IsArray(row))
        return error_set(err, ERROR_USAGE, "row %d of --kernel is %s: write every row as a list, as in " EXAMPLE, i + 1,
                         kind_of(row));
    const int length = cJSON_GetArraySize(row);
    if (length != kernel->f)
        return error_set(err, ERROR_USAGE,
                         "--kernel is not a square: it has %d row%s, and row %d has %d number%s: write %d in "
                         "each",
                         kernel->f, kernel->f == 1 ? "" : "s", i + 1, length, length == 1 ? "" : "s", kernel->f);
    int j = 0;
    const cJSON *weight;
    cJSON_ArrayForEach(weight, row)
    {
        if (!cJSON_IsNumber(weight))
            return error_set(err, ERROR_USAGE, "row %d, column %d of --kernel is %s: a number was expected", i + 1,
                             j + 1, kind_of(weight));
        if (!(fabs(weight->valuedouble) <= FILTER_KERNEL_WEIGHT))
            return error_set(err, ERROR_USAGE, "row %d, column %d of --kernel is %g: use %d to %d", i + 1, j + 1,
                             weight->valuedouble, -FILTER_KERNEL_WEIGHT, FILTER_KERNEL_WEIGHT);
        kernel->w[i * kernel->f + j++] = (real)weight->valuedouble;
    }
    return 0;
}

static int read_rows(struct filter_kernel *out, const cJSON *rows, struct error *err)
{
    struct filter_kernel kernel = {0};
    if (!cJSON_IsArray(rows))
        return error_set(err, ERROR_USAGE, "--kernel is %s: write rows of numbers, as in " EXAMPLE, kind_of(rows));
    kernel.f = cJSON_GetArraySize(rows);
    if (kernel.f < 1 || kernel.f > FILTER_KERNEL_SIDE)
        return error_set(err, ERROR_USAGE, "--kernel has %d rows: use 1 to %d, each with as many numbers", kernel.f,
                         FILTER_KERNEL_SIDE);
    int i = 0;
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        if (read_row(&kernel, row, i++, err) != 0)
            return -1;
    }
    *out = kernel;
    return 0;
}

static int read_json(struct filter_kernel *out, const char *json, struct error *err)
{
    struct error why = {0};
    cJSON *rows = json_parse((const unsigned char *)json, strlen(json), &why);
    if (rows == NULL)
        return error_set(err, ERROR_USAGE, "--kernel %s: write rows of numbers, as in " EXAMPLE, why.text);
    int result = read_rows(out, rows, err);
    cJSON_Delete(rows);
    return result;
}

static int no_such_name(struct error *err, const char *text)
{
    const char *names[NAMED + 1] = {0};
    for (int i = 0; i < NAMED; i++)
        names[i] = named[i].name;
    const char *nearest = text_nearest(text, names, NAMED);
    if (nearest != NULL)
        return error_set(err, ERROR_USAGE, "there is no kernel \"%.64s\"; the nearest is %s", text, nearest);
    char list[128];
    return error_set(err, ERROR_USAGE, "there is no kernel \"%.64s\": use %s, or rows of numbers as in " EXAMPLE, text,
                     text_list(list, sizeof list, names));
}

int filter_kernel_parse(struct filter_kernel *out, const char *text, struct error *err)
{
    for (int i = 0; i < NAMED; i++)
        if (strcmp(named[i].name, text) == 0)
            return read_json(out, named[i].json, err);
    const char first = text[strspn(text, " \t\r\n")];
    if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z'))
        return no_such_name(err, text);
    return read_json(out, text, err);
}

bool filter_kernel_is_difference(const struct filter_kernel *kernel)
{
    double sum = 0, sizes = 0;
    for (int i = 0; i < kernel->f * kernel->f; i++) {
        sum += (double)kernel->w[i];
        sizes += fabs((double)kernel->w[i]);
    }
    return fabs(sum) <= 1e-6 * sizes;
}
