/* What a training run prints: the start, a line an epoch, the end; or one JSON document. */
#ifndef LENET5_CLI_TRAIN_REPORT_H
#define LENET5_CLI_TRAIN_REPORT_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "model/model_file.h"
#include "model/record.h"
#include "training/trainer.h"

/* `directory` is where the data lies: its name stands for data whose source nobody knows. */
void train_report_start(FILE *to, const struct trainer *trainer, const char *directory);
void train_report_epoch(FILE *to, const struct epoch_log *log, int images);

/* `count` lines of JSON, one an epoch, malloc'ed; NULL when memory is out. */
char *train_report_log(const struct epoch_log *logs, int count, int images, struct error *err);

void train_report_end(const struct record *record, const struct model *model, const char *path, const char *directory);

/* `parameters`, `data`, `epochs`, `test_accuracy` and `test_data` (null without a test set), `digest`; NULL when memory
 * is out. */
cJSON *train_report_json(const struct record *record, const struct model *model, const char *directory);

#endif
