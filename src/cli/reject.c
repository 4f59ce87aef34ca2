#include "cli/reject.h"

struct option_spec reject_option(double *threshold)
{
    return (struct option_spec){.name = "reject",
                                .kind = OPTION_NUMBER,
                                .to.number = threshold,
                                .min = 0,
                                .max = 1,
                                .argument = "P",
                                .fallback = "what the model was calibrated to",
                                .help = "refuse (?) what is less certain than P; 0 refuses nothing"};
}

struct option_spec reject_strict_option(bool *strict)
{
    return (struct option_spec){
        .name = "strict", .kind = OPTION_FLAG, .to.flag = strict, .help = "exit status 7 where something was refused"};
}

float reject_threshold(double asked, const struct model *model)
{
    if (asked >= 0)
        return (float)asked;
    return model->calibration.images > 0 ? (float)model->calibration.reject : 0;
}
