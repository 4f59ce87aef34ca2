/* Failure as a value: one finished sentence with a kind, carried up and printed once by the command line.
 *
 * A function that can fail takes `struct error *err` last, returns 0 or -1 and leaves its outputs untouched when it
 * fails. The sentence says what failed, where, what was expected, what was found, and the cure. */
#ifndef LENET5_BASE_ERROR_H
#define LENET5_BASE_ERROR_H

enum error_kind {
    ERROR_NONE = 0,
    ERROR_FAILED,   /* the system refused: memory, writing a file; also a picture that cannot be read */
    ERROR_USAGE,    /* the caller asked for something that does not exist or is out of range */
    ERROR_DATA,     /* a data set is missing, corrupt or does not match the network */
    ERROR_MODEL,    /* a model, config or architecture is missing, invalid or impossible */
    ERROR_DIVERGED, /* training left the finite numbers */
    ERROR_BLANK,    /* a picture shows nothing that could be a digit */
};

struct error {
    enum error_kind kind;
    char text[768]; /* one sentence, no newline, no trailing full stop */
};

/* Writes kind and sentence into *err (which may be NULL) and returns -1, so that callers can `return error_set(...)`.
 * Sentences longer than the buffer are cut; control characters are replaced by '?', so that a hostile file name or
 * file content cannot reach the terminal as an escape sequence. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "WHERE: " before the sentence in *err, for a caller that knows the file's name; returns -1. */
int error_where(struct error *err, const char *where);

/* The sentence for memory that could not be had. */
int error_memory(struct error *err, unsigned long long bytes, const char *what);

#endif
