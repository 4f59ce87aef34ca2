#include "cli/kernel.h"

struct option_spec kernel_option(int *choice)
{
    return (struct option_spec){.name = "kernel",
                                .kind = OPTION_CHOICE,
                                .to.choice = choice,
                                .choices = kernels_names(),
                                .fallback = "$LENET5_KERNEL, then the fastest that runs here",
                                .help = "the instructions to compute with"};
}

const struct kernels *kernel_chosen(int choice, struct error *err)
{
    return choice == KERNEL_UNASKED ? kernels_pick(err) : kernels_find(kernels_names()[choice], err);
}
