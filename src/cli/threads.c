#define _POSIX_C_SOURCE 200809L
#include "cli/threads.h"

#include <omp.h>
#include <stdlib.h>
#include <unistd.h>

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

void threads_let_sleep(char **argv)
{
#ifndef __clang__ /* LLVM's OpenMP has another setting, and waits politely by itself */
    if (getenv("OMP_WAIT_POLICY") != NULL || getenv("GOMP_SPINCOUNT") != NULL || omp_get_num_procs() == 1)
        return;
    if (setenv("GOMP_SPINCOUNT", "2000", 1) == 0)
        execv("/proc/self/exe", argv); /* comes back only where that cannot be done: then they spin */
#else
    (void)argv;
#endif
}

int threads_resolve(int asked)
{
    const int processors = omp_get_num_procs(), limit = omp_get_thread_limit();
    omp_set_dynamic(0);
    if (asked == 0)
        asked = processors < TRAINER_THREADS ? processors : TRAINER_THREADS;
    else if (asked > processors)
        output_note("%d threads are more than the %d processors that this process may use: it will be slower", asked,
                    processors);
    if (asked > limit)
        output_note("%d threads are more than OMP_THREAD_LIMIT allows: %d will do the work", asked, limit);
    return asked < limit ? asked : limit;
}
