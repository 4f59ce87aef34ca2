#include "cli/augment_option.h"

struct option_spec augment_option(struct augmentation *augment, enum augment_range range)
{
    const struct option_spec specs[] = {
        {.name = "shift",
         .to.number = &augment->shift,
         .max = CONFIG_SHIFT,
         .argument = "PX",
         .help = "augmentation: moved by up to so much down and across"},
        {.name = "rotation",
         .to.number = &augment->rotation,
         .max = CONFIG_ROTATION,
         .argument = "DEGREES",
         .help = "augmentation: turned by up to so much"},
        {.name = "scale",
         .to.number = &augment->scale,
         .max = CONFIG_SCALE,
         .argument = "X",
         .help = "augmentation: height and width apart, by up to this share"},
        {.name = "shear",
         .to.number = &augment->shear,
         .max = CONFIG_SHEAR,
         .argument = "X",
         .help = "augmentation: slanted by up to so many columns a row"},
        {.name = "elastic",
         .to.number = &augment->elastic,
         .max = CONFIG_ELASTIC,
         .argument = "PX",
         .help = "augmentation: bent smoothly, root mean square an axis"},
        {.name = "thickness",
         .to.number = &augment->thickness,
         .max = CONFIG_THICKNESS,
         .argument = "PX",
         .help = "augmentation: strokes thicker or thinner on each side"},
    };
    struct option_spec spec = specs[range];
    spec.kind = OPTION_NUMBER;
    return spec;
}
