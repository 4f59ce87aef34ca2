/* Runs the program under test as a user would and keeps what it says. */
#ifndef LENET5_TESTS_PROGRAM_H
#define LENET5_TESTS_PROGRAM_H

struct program_run {
    int status;      /* exit status; 128 + N when signal N ended it */
    char *out, *err; /* all of stdout and of stderr; released by program_free() */
};

/* Hands `PROGRAM arguments` to /bin/sh -c, so that 'quotes', < redirections and | pipes work; the words before the
 * program's name, such as NAME=value, cannot be given. PROGRAM is the environment's LENET5, else build/lenet5; stdin
 * is empty. Ends the test program where nothing can be run. */
struct program_run program(const char *arguments, ...) __attribute__((format(printf, 1, 2)));

void program_free(struct program_run *run);

#endif
