/* Many pictures for one command: which files are meant, and work on them by several threads that is told of in order,
 * at a memory that does not grow with their number.
 *
 *     struct pictures pictures;
 *     if (pictures_find(&pictures, options.operands, options.operand_count, files_from, &err) == 0) {
 *         const struct pictures_job job = {sizeof(struct answer), work, tell, &context, threads};
 *         pictures_run(&pictures, &job, &err);
 *         pictures_free(&pictures);
 *     } */
#ifndef LENET5_CLI_PICTURES_H
#define LENET5_CLI_PICTURES_H

#include <stddef.h>

#include "cli/options.h"

struct pictures {
    int count;
    char **paths; /* [count] */
};

/* The row of every table that has it; *list stays NULL where it is not given. */
struct option_spec pictures_list_option(const char **list);

/* Gives   the files that `names` and `list` name, in that order, released by pictures_free(). A folder stands for the
 *         picture files right in it, by the endings of their names (those of formats that nobody decodes too, so that
 *         they are refused and not passed over), in the order of the bytes of their names; a folder that holds none
 *         stays in as it is, for pictures_run() to refuse. `list` is NULL or a file, "-" for standard input, that holds
 *         names ended by newlines, or by NULs if it has any; empty ones are left out.
 * Fails   with ERROR_USAGE where nothing is named, or standard input would be read twice; with ERROR_FAILED where the
 *         list cannot be read or is longer than 64 MiB. */
int pictures_find(struct pictures *out, char **names, int name_count, const char *list, struct error *err);
void pictures_free(struct pictures *pictures);

/* Whether there is a folder of that name; "-" is none. */
bool pictures_is_folder(const char *path);

struct pictures_job {
    size_t result_size; /* bytes of one result */
    /* Works on one file, on any thread: 0 <= thread < threads; no two threads have the same number at a time. The
     * result comes zeroed. Fails (-1) with a sentence. */
    int (*work)(void *result, void *context, int thread, const char *path, struct error *err);
    /* Called file by file in their order, never two at a time; err is NULL where the work was done. Frees what the
     * result points to. */
    void (*tell)(void *context, const char *path, void *result, const struct error *err);
    void *context;
    int threads; /* 1 .. */
};

/* How many threads have work: job.threads can be that many, and `context` needs no more. */
int pictures_threads(const struct pictures *pictures, int threads);

/* Works on all of them; a file that fails never stops the rest. Not more than `threads` files are in work, and
 * PICTURES_AHEAD * threads results in memory.
 * Fails   with ERROR_FAILED before anything is done, where that memory cannot be had. */
enum { PICTURES_AHEAD = 16 };
int pictures_run(const struct pictures *pictures, const struct pictures_job *job, struct error *err);

#endif
