#define _GNU_SOURCE /* O_TMPFILE */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPORARY "%s.XXXXXX"

enum { GUESS = 1 << 16 };

static int too_long(struct error *err, const char *path, size_t limit, enum error_kind kind)
{
    return error_set(err, kind, "%s: is longer than the %zu bytes that are read at most", path, limit);
}

/* `room` is a guess at the size. One byte more tells the end of a file that was guessed right. */
static int read_all(unsigned char **bytes, size_t *size, int descriptor, const char *path, size_t room, size_t limit,
                    enum error_kind kind, struct error *err)
{
    size_t used = 0;
    room++;
    unsigned char *buffer = malloc(room + 1);
    while (buffer != NULL) {
        ssize_t got = read(descriptor, buffer + used, room - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            free(buffer);
            return error_set(err, kind, "%s: cannot be read: %s", path, strerror(errno));
        }
        if (got == 0) {
            buffer[used] = '\0';
            *bytes = buffer;
            *size = used;
            return 0;
        }
        used += (size_t)got;
        if (used > limit) {
            free(buffer);
            return too_long(err, path, limit, kind);
        }
        if (used == room) {
            room = room < limit / 2 ? 2 * room : limit + 1;
            unsigned char *larger = realloc(buffer, room + 1);
            if (larger == NULL)
                free(buffer);
            buffer = larger;
        }
    }
    return error_memory(err, room, path);
}

int files_read(unsigned char **bytes, size_t *size, const char *path, size_t limit, enum error_kind kind,
               struct error *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(bytes, size, STDIN_FILENO, "standard input", GUESS, limit, kind, err);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(err, kind, "%s: cannot be opened: %s", path, strerror(errno));
    struct stat status;
    int result, known = fstat(descriptor, &status) == 0;
    if (known && S_ISDIR(status.st_mode))
        result = error_set(err, kind, "%s: is a folder, a file was expected", path);
    else if (known && S_ISREG(status.st_mode) && (unsigned long long)status.st_size > limit)
        result = too_long(err, path, limit, kind);
    else
        result = read_all(bytes, size, descriptor, path,
                          known && S_ISREG(status.st_mode) ? (size_t)status.st_size : GUESS, limit, kind, err);
    close(descriptor);
    return result;
}

static int write_all(int descriptor, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t put = write(descriptor, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        bytes += put;
        size -= (size_t)put;
    }
    return 0;
}

static int cannot_write(struct error *err, const char *path, int why)
{
    return error_set(err, ERROR_FAILED, "%s: cannot be written: %s", path, strerror(why));
}

static int write_opened(const char *path, int flags, const void *bytes, size_t size, struct error *err)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (descriptor < 0)
        return cannot_write(err, path, errno);
    struct stat before;
    const int is_file = fstat(descriptor, &before) == 0 && S_ISREG(before.st_mode);
    int failed = write_all(descriptor, bytes, size) != 0 ? errno : 0;
    if (failed != 0 && is_file && ftruncate(descriptor, before.st_size) != 0) /* half a line is worse than none */
        failed = errno;
    if (close(descriptor) != 0 && failed == 0)
        failed = errno;
    return failed != 0 ? cannot_write(err, path, failed) : 0;
}

int files_append(const char *path, const void *bytes, size_t size, struct error *err)
{
    return write_opened(path, O_CREAT | O_APPEND, bytes, size, err);
}

/* The rename itself must survive a power cut too; a file system that cannot flush a folder is no reason to fail. */
static void flush_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        (void)fsync(folder);
        close(folder);
    }
}

/* The name behind symbolic links, so that a rename replaces the file and not the link; a new file's is its path. */
static int resolve(char target[PATH_MAX], const char *path, int exists, struct error *err)
{
    struct stat link;
    if (strcmp(path, "-") == 0) /* whoever reads from - means the other end here, and would get a file of that name */
        return error_set(err, ERROR_FAILED, "-: names no file here: use /dev/stdout to write to standard output");
    if (!exists && lstat(path, &link) == 0 && S_ISLNK(link.st_mode)) /* a link to nothing */
        return cannot_write(err, path, ENOENT);
    if (exists && realpath(path, target) != NULL)
        return 0;
    if (strlen(path) >= PATH_MAX)
        return cannot_write(err, path, ENAMETOOLONG);
    strcpy(target, path);
    return 0;
}

/* What follows gives 0, or what went wrong as an errno. */

static int fill(int descriptor, const void *bytes, size_t size, mode_t mode)
{
    int failed = 0;
    if (write_all(descriptor, bytes, size) != 0 || fchmod(descriptor, mode) != 0 || fsync(descriptor) != 0)
        failed = errno;
    return failed;
}

/* A file that gets a name when it is whole: whoever is killed before leaves nothing behind. Not every file system can
 * do that, and it needs /proc. */
static int write_nameless(const char *temporary, const void *bytes, size_t size, mode_t mode)
{
    char folder[PATH_MAX + 32], link[64];
    snprintf(folder, sizeof folder, "%s", temporary);
    const int descriptor = open(dirname(folder), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return errno;
    int failed = fill(descriptor, bytes, size, mode);
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    if (failed == 0 && linkat(AT_FDCWD, link, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) != 0)
        failed = errno;
    if (close(descriptor) != 0 && failed == 0) {
        failed = errno;
        unlink(temporary);
    }
    return failed;
}

/* Under a name that is nobody's: `temporary` is a template. */
static int write_named(char *temporary, const void *bytes, size_t size, mode_t mode)
{
    const int descriptor = mkstemp(temporary);
    if (descriptor < 0)
        return errno;
    int failed = fill(descriptor, bytes, size, mode);
    if (close(descriptor) != 0 && failed == 0)
        failed = errno;
    if (failed != 0)
        unlink(temporary);
    return failed;
}

int files_write(const char *path, const void *bytes, size_t size, struct error *err)
{
    char target[PATH_MAX], temporary[PATH_MAX + 32];
    struct stat status;
    int exists = stat(path, &status) == 0;
    if (exists && S_ISDIR(status.st_mode))
        return cannot_write(err, path, EISDIR);
    if (exists && !S_ISREG(status.st_mode))
        return write_opened(path, 0, bytes, size, err);
    if (resolve(target, path, exists, err) != 0)
        return -1;
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = exists ? status.st_mode & 0777 : 0666 & ~mask;
    snprintf(temporary, sizeof temporary, "%s.%ld", target, (long)getpid());
    int failed = write_nameless(temporary, bytes, size, mode);
    if (failed != 0) {
        snprintf(temporary, sizeof temporary, TEMPORARY, target);
        failed = write_named(temporary, bytes, size, mode);
    }
    if (failed != 0)
        return cannot_write(err, path, failed);
    if (rename(temporary, target) != 0) {
        failed = errno;
        unlink(temporary);
        return cannot_write(err, path, failed);
    }
    flush_folder(target);
    return 0;
}

int files_check_writable(const char *path, struct error *err)
{
    struct stat status;
    int exists = stat(path, &status) == 0;
    if (exists && !S_ISREG(status.st_mode))
        return S_ISDIR(status.st_mode) ? cannot_write(err, path, EISDIR) : 0;
    char target[PATH_MAX], temporary[PATH_MAX + 16];
    if (resolve(target, path, exists, err) != 0)
        return -1;
    snprintf(temporary, sizeof temporary, TEMPORARY, target);
    const char *folder = dirname(target);
    if (access(folder, W_OK | X_OK) != 0)
        return error_set(err, ERROR_FAILED, "%s: cannot be written: the folder %s: %s", path, folder, strerror(errno));
    int descriptor = mkstemp(temporary);
    if (descriptor < 0)
        return cannot_write(err, path, errno);
    close(descriptor);
    unlink(temporary);
    return 0;
}

int files_make_folder(const char *path, struct error *err)
{
    struct stat status;
    char *part = strdup(path);
    if (part == NULL)
        return error_memory(err, strlen(path) + 1, "the name of a folder");
    for (char *slash = part; slash != NULL && *slash != '\0'; slash = strchr(slash + 1, '/')) {
        const char kept = *slash;
        *slash = '\0';
        if (*part != '\0')
            (void)mkdir(part, 0777); /* whether it is there is seen in the end */
        *slash = kept;
    }
    free(part);
    const int failed = mkdir(path, 0777) == 0 ? 0 : errno;
    if (failed == 0)
        return 0;
    if (stat(path, &status) != 0) /* not there, or a link to nothing */
        return error_set(err, ERROR_FAILED, "%s: the folder cannot be made: %s", path, strerror(failed));
    return S_ISDIR(status.st_mode) ? 0 : error_set(err, ERROR_FAILED, "%s: is a file, a folder was expected", path);
}
