/* One line on the terminal while training runs: a bar, the share done, loss, images a second, time left.
 *
 * It is drawn on stderr, over itself, at most ten times a second, without colour, and only when stderr is a terminal
 * that can move its cursor (TERM is set and not "dumb"). Everywhere else nothing is drawn: log files get the line an
 * epoch that the train command prints. */
#ifndef LENET5_CLI_PROGRESS_H
#define LENET5_CLI_PROGRESS_H

#include <stdbool.h>

struct progress {
    bool visible; /* there is a terminal to draw on */
    bool drawn;   /* a line stands there now */
    int epochs;
    long images;                  /* an epoch */
    int epoch;                    /* the one that the last update spoke of, 0 before the first */
    long first_done;              /* images of this epoch done when its clock started */
    double epoch_start, drawn_at; /* seconds */
    double start, start_done;     /* when the first update came, and images done by then in all epochs */
};

/* `epochs` in all, `images` trained on in each. With `quiet` nothing is ever drawn. */
void progress_start(struct progress *progress, int epochs, long images, bool quiet);

/* `done` images of `epoch` (1, 2, ...) so far; call it as often as you like. */
void progress_update(struct progress *progress, int epoch, long done, double loss);

/* Removes the line; call it before anything else is printed and at the end. The next update draws it again. */
void progress_clear(struct progress *progress);

#endif
