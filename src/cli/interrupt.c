#define _POSIX_C_SOURCE 200809L
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { SIGNALS = 2, EXIT_SIGNAL = 128 };

static const int numbers[SIGNALS] = {SIGINT, SIGTERM};
static struct sigaction before[SIGNALS];
static volatile sig_atomic_t came;

static void remember(int number)
{
    if (came != 0)
        _exit(EXIT_SIGNAL + number);
    came = number;
}

void interrupt_begin(void)
{
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    came = 0;
    for (int i = 0; i < SIGNALS; i++)
        if (sigaction(numbers[i], NULL, &before[i]) == 0 && before[i].sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
}

void interrupt_end(void)
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(numbers[i], &before[i], NULL);
}

int interrupt_came(void)
{
    return came;
}

const char *interrupt_name(int number)
{
    return number == SIGINT ? "SIGINT" : "SIGTERM";
}
