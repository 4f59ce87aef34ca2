/* When a command says `?` in place of a digit. */
#ifndef LENET5_CLI_REJECT_H
#define LENET5_CLI_REJECT_H

#include "cli/options.h"
#include "model/model_file.h"

#define REJECT_UNASKED (-1.0) /* the threshold before the command line is read */

/* The rows of every table that has them. */
struct option_spec reject_option(double *threshold);
struct option_spec reject_strict_option(bool *strict);

/* What was asked for; without that, the model's, 0 where it is not calibrated. An answer is refused where its certainty
 * is below it (model/calibration.h). */
float reject_threshold(double asked, const struct model *model);

#endif
