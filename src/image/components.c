#include "image/components.h"

#include <stdlib.h>

/* While rows are read, run.component is the index of an earlier run of the same component, or the run's own: a forest
 * whose roots are first runs. */
struct builder {
    struct run *runs;
    long long count, room;
};

static int add_run(struct builder *builder, int row, int left, int right, struct error *err)
{
    if (builder->count == builder->room) {
        long long room = 2 * builder->room + 256;
        struct run *grown = realloc(builder->runs, (size_t)room * sizeof *grown);
        if (grown == NULL)
            return error_memory(err, (unsigned long long)room * sizeof *grown, "the runs of a picture");
        builder->runs = grown;
        builder->room = room;
    }
    builder->runs[builder->count] = (struct run){row, left, right, (int)builder->count};
    builder->count++;
    return 0;
}

static int find_root(struct run *runs, int i)
{
    while (runs[i].component != i) {
        runs[i].component = runs[runs[i].component].component; /* halves the way for the next to come */
        i = runs[i].component;
    }
    return i;
}

static void join(struct run *runs, int a, int b)
{
    int first = find_root(runs, a), second = find_root(runs, b);
    if (first < second)
        runs[second].component = first;
    else
        runs[first].component = second;
}

/* Joins the runs of one row, from `row` on, with those of the row above, `above` .. row - 1, that they touch. */
static void join_rows(struct builder *builder, long long above, long long row)
{
    struct run *runs = builder->runs;
    long long i = above;
    for (long long k = row; k < builder->count; k++) {
        while (i < row && runs[i].right < runs[k].left)
            i++;
        for (long long touched = i; touched < row && runs[touched].left <= runs[k].right; touched++)
            join(runs, (int)touched, (int)k);
    }
}

static int read_rows(struct builder *builder, const unsigned char *strength, int rows, int cols, int least,
                     struct error *err)
{
    long long above = 0;
    for (int r = 0; r < rows; r++) {
        const unsigned char *line = strength + (size_t)r * (size_t)cols;
        const long long start = builder->count;
        for (int k = 0; k < cols;) {
            while (k < cols && line[k] < least)
                k++;
            int left = k;
            while (k < cols && line[k] >= least)
                k++;
            if (k > left && add_run(builder, r, left, k, err) != 0)
                return -1;
        }
        join_rows(builder, above, start);
        above = start;
    }
    return 0;
}

/* Numbers the components in the order of their first runs and gives how many they are. What a run points to comes
 * before it and has its number already. */
static int number(struct builder *builder)
{
    int count = 0;
    struct run *runs = builder->runs;
    for (long long i = 0; i < builder->count; i++)
        runs[i].component = runs[i].component == i ? count++ : runs[runs[i].component].component;
    return count;
}

static void enclose(struct component *component, const struct run *run)
{
    struct box *box = &component->box;
    if (component->runs == 0)
        *box = (struct box){run->row, run->left, 1, run->right - run->left};
    int right = box->left + box->cols;
    right = run->right > right ? run->right : right;
    box->left = run->left < box->left ? run->left : box->left;
    box->cols = right - box->left;
    box->rows = run->row - box->top + 1;
    component->area += run->right - run->left;
    component->runs++;
}

/* Puts the runs of a component side by side, in their order. */
static void sort_runs(struct run *sorted, struct component *all, const struct builder *builder, int count)
{
    long long first = 0;
    for (int i = 0; i < count; i++) {
        all[i].first_run = first;
        first += all[i].runs;
        all[i].runs = 0;
    }
    for (long long i = 0; i < builder->count; i++) {
        struct component *component = &all[builder->runs[i].component];
        sorted[component->first_run + component->runs++] = builder->runs[i];
    }
}

int components_find(struct components *out, const unsigned char *strength, int rows, int cols, int least,
                    struct error *err)
{
    struct builder builder = {0};
    if (read_rows(&builder, strength, rows, cols, least, err) != 0) {
        free(builder.runs);
        return -1;
    }
    struct components found = {.count = number(&builder), .run_count = builder.count};
    found.all = calloc((size_t)found.count + 1, sizeof *found.all);
    found.runs = malloc(((size_t)found.run_count + 1) * sizeof *found.runs);
    if (found.all == NULL || found.runs == NULL) {
        free(builder.runs);
        components_free(&found);
        return error_memory(err, (size_t)builder.count * sizeof *found.runs, "the components of a picture");
    }
    for (long long i = 0; i < builder.count; i++)
        enclose(&found.all[builder.runs[i].component], &builder.runs[i]);
    sort_runs(found.runs, found.all, &builder, found.count);
    free(builder.runs);
    *out = found;
    return 0;
}

void components_free(struct components *components)
{
    free(components->all);
    free(components->runs);
    *components = (struct components){0};
}
