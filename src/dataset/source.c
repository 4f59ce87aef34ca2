#define _POSIX_C_SOURCE 200809L
#include "dataset/source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"

#define NAME "SYNTHETIC"

enum {
    BYTES = 4096,            /* of a file SYNTHETIC, at most */
    LINE = DIGEST_TEXT + 16, /* that lists a digest */
    PATH_ROOM = PATH_MAX + 16,
};

/* Over the images and then the labels of the training set and of the test set. */
static const char *const mnist[] = {"edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b",
                                    SOURCE_MNIST_TEST};

static int path_in(char path[PATH_ROOM], const char *directory)
{
    const int length = snprintf(path, PATH_ROOM, "%s/" NAME, directory);
    return length > 0 && length < PATH_ROOM ? 0 : -1;
}

/* Whether one of the lines is "SET DIGEST". */
static int lists(const unsigned char *text, size_t size, const char *set, const char *digest)
{
    char wanted[LINE];
    const size_t wanted_length = (size_t)snprintf(wanted, sizeof wanted, "%s %s", set, digest);
    for (size_t at = 0, length; at < size; at += length + 1) {
        const unsigned char *end = memchr(text + at, '\n', size - at);
        length = end != NULL ? (size_t)(end - text) - at : size - at;
        if (length == wanted_length && memcmp(text + at, wanted, length) == 0)
            return 1;
    }
    return 0;
}

/* A pipe of that name would be waited for without end. */
static int is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static int is_synthetic(const char *directory, const char *digest)
{
    char path[PATH_ROOM];
    unsigned char *text;
    size_t size;
    if (path_in(path, directory) != 0 || !is_file(path) ||
        files_read(&text, &size, path, BYTES, ERROR_FAILED, NULL) != 0)
        return 0;
    const int found = lists(text, size, "train", digest) || lists(text, size, "test", digest);
    free(text);
    return found;
}

const char *source_name(const char *directory, const char *digest)
{
    for (size_t i = 0; i < sizeof mnist / sizeof *mnist; i++)
        if (strcmp(digest, mnist[i]) == 0)
            return SOURCE_MNIST;
    return is_synthetic(directory, digest) ? SOURCE_SYNTHETIC : NULL;
}

static void append(char text[BYTES], const char *set, const char *digest)
{
    const size_t used = strlen(text);
    if (digest != NULL)
        snprintf(text + used, BYTES - used, "%s %s\n", set, digest);
}

int source_write_synthetic(const char *directory, const char *drawn_by, const char *train_digest,
                           const char *test_digest, struct error *err)
{
    char path[PATH_ROOM], text[BYTES];
    if (path_in(path, directory) != 0)
        return error_set(err, ERROR_FAILED, "%s/" NAME ": cannot be written: the name is too long", directory);
    const int length =
        snprintf(text, sizeof text, "Synthetic digits, drawn by %s: no image of MNIST is among them.\n", drawn_by);
    if (length > BYTES - 2 * LINE)
        return error_set(err, ERROR_FAILED, "%s: would be longer than the %d bytes that are read of it", path, BYTES);
    append(text, "train", train_digest);
    append(text, "test", test_digest);
    return files_write(path, text, strlen(text), err);
}
