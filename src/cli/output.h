/* Results on stdout, everything else on stderr, and the exit status. Commands print results with printf or
 * output_json; nobody but src/cli prints. */
#ifndef LENET5_CLI_OUTPUT_H
#define LENET5_CLI_OUTPUT_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/error.h"

enum output_exit {
    STATUS_DONE = 0,
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
    STATUS_DATA = 3,
    STATUS_MODEL = 4,
    STATUS_DIVERGED = 5,
    STATUS_BELOW_MINIMUM = 6,
    STATUS_REFUSED = 7,
};

/* Prints "lenet5: SENTENCE" on stderr and returns the exit status of its kind (the one place that maps them), so that
 * commands can `return output_error(&err)`. */
int output_error(const struct error *err);

/* A file among several that cannot be answered: its error on stderr, or with `json` a document in its place,
 * {"file", "error"}. Returns STATUS_FAILED. */
int output_failure(const char *path, const struct error *err, bool json);

/* "lenet5: LINE" on stderr for what is no failure: a warning, what is being done. No newline in `format`; control
 * characters are replaced. */
void output_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the document on one line of stdout and deletes it; NULL (memory ran out while it was made) is a failure too.
 * Returns the exit status. */
int output_json(cJSON *document);

enum { OUTPUT_NAME = 4096 };

/* A file name for stdout: names are bytes, and a terminal and a JSON reader want text. What is no text is replaced by
 * '?', what does not fit is cut off. Gives out. */
const char *output_printable(char out[OUTPUT_NAME], const char *path, bool json);

/* A JSON number with `digits` significant digits, so that 0.9912 is printed as 0.9912 and not as 0.99119999999999997;
 * null when it is not finite. */
cJSON *output_number(double value, int digits);

/* Before anything is opened: if the program was started with stdin, stdout or stderr closed, no file of ours may be
 * given their number and receive what is printed. */
void output_open(void);

/* At the very end: whether everything printed on stdout was written (a full disk, a closed stdout). Returns `status`,
 * or STATUS_FAILED in place of STATUS_DONE after saying so. SIGPIPE is left alone, so that `| head` ends quietly. */
int output_close(int status);

#endif
