#include "cli/views.h"

#include "fast/views.h"

struct option_spec views_option(int *views)
{
    *views = 1;
    return (struct option_spec){.name = "views",
                                .kind = OPTION_WHOLE,
                                .to.whole = views,
                                .min = 1,
                                .max = VIEWS_MOST,
                                .argument = "N",
                                .fallback = "1",
                                .help = "answer by the mean over N views of each image, altered a little: as "
                                        "a rule fewer mistakes, for N times the work"};
}
