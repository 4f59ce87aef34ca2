/* The ranges of augmentation as options: --shift, --rotation, ... */
#ifndef LENET5_CLI_AUGMENT_OPTION_H
#define LENET5_CLI_AUGMENT_OPTION_H

#include "cli/options.h"
#include "model/config.h"

enum augment_range {
    AUGMENT_SHIFT,
    AUGMENT_ROTATION,
    AUGMENT_SCALE,
    AUGMENT_SHEAR,
    AUGMENT_ELASTIC,
    AUGMENT_THICKNESS
};

/* The row of every table that has it. */
struct option_spec augment_option(struct augmentation *augment, enum augment_range range);

#endif
