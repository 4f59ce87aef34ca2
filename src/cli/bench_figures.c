#include "cli/bench_figures.h"

#include <stdio.h>

enum { NAME = BENCH_FIGURES_NAME };

/* "5x5", and what differs from how such a window mostly is used: "3x3 s2 p1". */
static int add_window(char *name, int used, int f, int s, int usual_s, int p)
{
    used += snprintf(name + used, (size_t)(NAME - used), " %dx%d", f, f);
    if (s != usual_s)
        used += snprintf(name + used, (size_t)(NAME - used), " s%d", s);
    if (p != 0)
        used += snprintf(name + used, (size_t)(NAME - used), " p%d", p);
    return used;
}

static int add_pool(char *name, int used, const struct pool *pool)
{
    used += snprintf(name + used, (size_t)(NAME - used), "%s", pool->mode == POOL_MAX ? "max" : "average");
    return add_window(name, used, pool->f, pool->s, pool->f, pool->p);
}

/* "conv 6 5x5 + relu + max 2x2" */
static const char *step_name(char name[NAME], const struct plan_step *step)
{
    const struct layer *layer = &step->layer;
    int used = 0;
    if (step->kind == STEP_POOL) {
        add_pool(name, 0, &layer->pool);
        return name;
    }
    if (step->kind == STEP_DENSE) {
        used = snprintf(name, NAME, "dense %d", layer->dense.units);
    } else {
        used = snprintf(name, NAME, "conv %d", layer->conv.filters);
        used = add_window(name, used, layer->conv.f, layer->conv.s, 1, layer->conv.p);
    }
    if (layer->activation != ACTIVATION_NONE)
        used += snprintf(name + used, (size_t)(NAME - used), " + %s", activation_name(layer->activation));
    if (step->kind == STEP_CONV_POOL) {
        used += snprintf(name + used, (size_t)(NAME - used), " + ");
        add_pool(name, used, &step->pool);
    }
    return name;
}

const char *bench_figures_name(char name[NAME], const struct bench_row *row, const struct plan *plan)
{
    if (row->pass == BENCH_INPUT)
        return "bytes to floats";
    if (row->pass == BENCH_LOSS)
        return "softmax, cross-entropy";
    return step_name(name, &plan->steps[row->step]);
}

double bench_figures_operations(const struct bench_row *row, const struct plan *plan)
{
    const int is_step = row->pass != BENCH_INPUT && row->pass != BENCH_LOSS;
    return is_step ? bench_operations(plan, row->pass, row->step) : 0;
}

double bench_figures_share(const struct bench_report *report, double operations_per_second, int threads)
{
    const double peak = threads == 1 ? report->peak_one : report->peak_all;
    return peak > 0 && operations_per_second > 0 ? operations_per_second / peak : -1;
}

double bench_figures_training_share(const struct bench_report *report, const struct bench_speed *speed)
{
    return bench_figures_share(report, speed->images_per_second * bench_training_operations(report->plan),
                               speed->threads);
}

double bench_figures_times_as_long(const struct bench_report *report)
{
    return report->plain.images_per_second / report->augmented.images_per_second;
}
