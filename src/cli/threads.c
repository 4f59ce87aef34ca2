#include "cli/threads.h"

#include <omp.h>

#include "cli/output.h"
#include "training/trainer.h"

struct option_spec threads_option(int *threads)
{
    return (struct option_spec){.name = "threads",
                                .kind = OPTION_WHOLE,
                                .to.whole = threads,
                                .min = 1,
                                .max = TRAINER_THREADS,
                                .argument = "N",
                                .fallback = "the processors there are",
                                .help = "threads; the result does not depend on their number"};
}

int threads_resolve(int asked)
{
    const int processors = omp_get_num_procs();
    omp_set_dynamic(0);
    if (asked == 0)
        return processors < TRAINER_THREADS ? processors : TRAINER_THREADS;
    if (asked > processors)
        output_note("%d threads are more than the %d processors that this process may use: it will be slower", asked,
                    processors);
    return asked;
}
