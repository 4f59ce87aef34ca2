/* SIGINT and SIGTERM: the first one is remembered, so that work can end in good order; the second ends the program at
 * once. */
#ifndef LENET5_CLI_INTERRUPT_H
#define LENET5_CLI_INTERRUPT_H

/* From now on, until interrupt_end(), signals are remembered; one that was ignored when the program was started (nohup,
 * a job in the background) stays ignored. */
void interrupt_begin(void);
void interrupt_end(void);

/* The number of the signal that came, or 0. */
int interrupt_came(void);

/* "SIGINT", "SIGTERM". */
const char *interrupt_name(int number);

#endif
