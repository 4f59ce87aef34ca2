/* What lenet5 bench says of what it measured, in both its forms: a step in words, operations, shares of the peak. */
#ifndef LENET5_CLI_BENCH_FIGURES_H
#define LENET5_CLI_BENCH_FIGURES_H

#include "cli/bench_report.h"
#include "cli/table.h"

enum { BENCH_FIGURES_NAME = TABLE_CELL, BENCH_FIGURES_MICRO = 1000000, BENCH_FIGURES_GIGA = 1000000000 };

/* "conv 6 5x5 + relu + max 2x2", as long as a table's cell may be; gives `name`, or a name that stays. */
const char *bench_figures_name(char name[BENCH_FIGURES_NAME], const struct bench_row *row, const struct plan *plan);

/* An image; 0 where they are not counted. */
double bench_figures_operations(const struct bench_row *row, const struct plan *plan);

/* Of the peak with that many threads; below 0 where it cannot be said. */
double bench_figures_share(const struct bench_report *report, double operations_per_second, int threads);
double bench_figures_training_share(const struct bench_report *report, const struct bench_speed *speed);

/* Training with altered images, beside training with images as they are. */
double bench_figures_times_as_long(const struct bench_report *report);

#endif
