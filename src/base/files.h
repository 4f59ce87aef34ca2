/* Whole files in and out. This is the only place that opens files for writing. */
#ifndef LENET5_BASE_FILES_H
#define LENET5_BASE_FILES_H

#include <stddef.h>

#include "base/error.h"

/* Reads the whole of `path` ("-" is stdin), pipes included.
 * Gives   *bytes: malloc'ed, the caller frees; one NUL after the last byte, not counted in *size.
 * Fails   with `kind` when the file cannot be opened or read, is a directory, or is longer than `limit` bytes; the
 *         sentence starts with the path. */
int files_read(unsigned char **bytes, size_t *size, const char *path, size_t limit, enum error_kind kind,
               struct error *err);

/* Writes `size` bytes to `path` so that no reader ever sees half a file: a temporary file in the same folder, flushed
 * to disk, then renamed; who is killed meanwhile leaves nothing of it, but where the file system has no files without
 * names FILE.XXXXXX. A symbolic link is followed; what is not a regular file (a pipe, /dev/stdout) is written in
 * place.
 * Fails   with ERROR_FAILED, the old file as it was and the temporary one removed; on "-" too. */
int files_write(const char *path, const void *bytes, size_t size, struct error *err);

/* Puts `size` bytes behind what `path` holds, in one piece; a file that is not there is begun.
 * Fails   with ERROR_FAILED, the file as it was. */
int files_append(const char *path, const void *bytes, size_t size, struct error *err);

/* Tries out whether files_write() to `path` can work, before hours are spent on its content: the folder exists and is
 * writable and `path` is no folder itself. */
int files_check_writable(const char *path, struct error *err);

/* Makes the folder `path` if it is missing, and those that it lies in.
 * Fails   with ERROR_FAILED, also when `path` is something else. */
int files_make_folder(const char *path, struct error *err);

#endif
