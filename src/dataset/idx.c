#define _POSIX_C_SOURCE 200809L
#include "dataset/idx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define FETCH "fetch it again (MNIST: run scripts/get-mnist)"

enum { HEAD = 256, CHUNK = 1 << 16, MAGIC_BYTES = 4, MOST_DIMENSIONS = 4, UNSIGNED_BYTE = 0x08 };

/* ---- The bytes of a file, unpacked on the way if it is gzip ---- */

enum ending { GOING_ON, ENDED, CUT_SHORT, DAMAGED, WRONG_CHECKSUM, JUNK_BEHIND, UNREADABLE };

struct source {
    int descriptor, gzip;
    enum ending ending;        /* why no more bytes come */
    int system_error;          /* errno, if UNREADABLE */
    z_stream zlib;             /* its next_in and avail_in serve plain files too */
    size_t head_size, head_at; /* bytes in head, and how many of them have been read */
    char head[HEAD + 1];       /* the first bytes, unpacked, and a NUL: they tell what the file really is */
    unsigned char chunk[CHUNK];
};

/* A short answer means the end of the file, or UNREADABLE. */
static size_t read_fully(struct source *s, unsigned char *bytes, size_t size)
{
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(s->descriptor, bytes + used, size - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            s->ending = UNREADABLE;
            s->system_error = errno;
        }
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    return used;
}

/* Tops the chunk up behind what is left of it. */
static void refill(struct source *s)
{
    size_t left = s->zlib.avail_in;
    if (left > 0)
        memmove(s->chunk, s->zlib.next_in, left);
    s->zlib.next_in = s->chunk;
    s->zlib.avail_in = (uInt)(left + read_fully(s, s->chunk + left, CHUNK - left));
}

static int at_gzip_magic(const struct source *s)
{
    return s->zlib.avail_in >= 2 && s->zlib.next_in[0] == 0x1f && s->zlib.next_in[1] == 0x8b;
}

/* Behind a gzip member another one may begin, and nothing else: zlib itself would pass over junk in silence. */
static void next_member(struct source *s)
{
    if (s->zlib.avail_in < 2)
        refill(s);
    if (s->ending != GOING_ON)
        return;
    if (at_gzip_magic(s))
        inflateReset(&s->zlib);
    else
        s->ending = s->zlib.avail_in == 0 ? ENDED : JUNK_BEHIND;
}

static void unpacking_failed(struct source *s, int status)
{
    const char *why = s->zlib.msg != NULL ? s->zlib.msg : "";
    if (status == Z_MEM_ERROR) {
        s->ending = UNREADABLE;
        s->system_error = ENOMEM;
    } else if (strcmp(why, "incorrect data check") == 0 || strcmp(why, "incorrect length check") == 0) {
        s->ending = WRONG_CHECKSUM;
    } else {
        s->ending = DAMAGED;
    }
}

static size_t read_gzip(struct source *s, unsigned char *bytes, size_t size)
{
    s->zlib.next_out = bytes;
    s->zlib.avail_out = (uInt)size; /* IDX_BYTES fits */
    while (s->zlib.avail_out > 0 && s->ending == GOING_ON) {
        int status = inflate(&s->zlib, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            next_member(s);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            unpacking_failed(s, status);
        } else if (s->zlib.avail_out > 0) {
            refill(s);
            if (s->zlib.avail_in == 0 && s->ending == GOING_ON)
                s->ending = CUT_SHORT;
        }
    }
    return size - s->zlib.avail_out;
}

static size_t read_plain(struct source *s, unsigned char *bytes, size_t size)
{
    size_t waiting = s->zlib.avail_in < size ? s->zlib.avail_in : size;
    memcpy(bytes, s->zlib.next_in, waiting);
    s->zlib.next_in += waiting;
    s->zlib.avail_in -= (uInt)waiting;
    size_t used = waiting + read_fully(s, bytes + waiting, size - waiting);
    if (used < size && s->ending == GOING_ON)
        s->ending = ENDED;
    return used;
}

static size_t read_behind_head(struct source *s, unsigned char *bytes, size_t size)
{
    return s->gzip ? read_gzip(s, bytes, size) : read_plain(s, bytes, size);
}

/* Gives fewer than `size` bytes only when no more come, which s->ending then explains. */
static size_t source_read(struct source *s, unsigned char *bytes, size_t size)
{
    size_t waiting = s->head_size - s->head_at < size ? s->head_size - s->head_at : size;
    memcpy(bytes, s->head + s->head_at, waiting);
    s->head_at += waiting;
    return waiting == size ? size : waiting + read_behind_head(s, bytes + waiting, size - waiting);
}

static int source_start(struct source *s, struct error *err)
{
    refill(s);
    s->gzip = at_gzip_magic(s);
    if (s->gzip && inflateInit2(&s->zlib, MAX_WBITS + 16) != Z_OK) /* + 16: gzip, its checksum included */
        return error_memory(err, CHUNK, "unpacking");
    s->head_size = read_behind_head(s, (unsigned char *)s->head, HEAD);
    return 0;
}

/* ---- What is wrong with a file ---- */

enum content { IMAGES, LABELS };

static const struct {
    const char *plural, *file, *magic, *shape;
    int dimensions; /* at least */
} contents[] = {
    [IMAGES] = {"images", "an IDX image file", "00 00 08 03",
                "3 (count, rows, columns) or 4 (count, channels, rows, columns)", 3},
    [LABELS] = {"labels", "an IDX label file", "00 00 08 01", "1 (count)", 1},
};

static int data_error(struct error *err, enum content wanted, const char *what, const char *cure)
{
    return error_set(err, ERROR_DATA, "%s, %s was expected: %s", what, contents[wanted].file, cure);
}

static int cannot_open(struct error *err, int why)
{
    if (why == ENOENT || why == ENOTDIR)
        return error_set(err, ERROR_DATA, "does not exist: check the name, or fetch MNIST with scripts/get-mnist");
    if (why == EACCES)
        return error_set(err, ERROR_DATA,
                         "may not be read by this user: allow it with chmod (r on the file, x on its folders)");
    return error_set(err, ERROR_DATA, "cannot be opened (%s): check the name and the disk", strerror(why));
}

/* `bytes` came, `expected` should have come; `about` is "at least " as long as the header is not known. */
static int wrong_end(const struct source *s, size_t bytes, const char *about, size_t expected, struct error *err)
{
    switch (s->ending) {
    case CUT_SHORT:
        return error_set(err, ERROR_DATA, "its gzip data is cut short: it ends after %zu of %s%zu bytes%s: " FETCH,
                         bytes, about, expected, bytes < expected ? "" : ", before its checksum");
    case DAMAGED:
        return error_set(err, ERROR_DATA, "its gzip data is damaged after %zu of %s%zu bytes (%s): " FETCH, bytes,
                         about, expected, s->zlib.msg != NULL ? s->zlib.msg : "not deflated");
    case WRONG_CHECKSUM:
        return error_set(err, ERROR_DATA, "does not match its own gzip checksum, some bytes have changed: " FETCH);
    case JUNK_BEHIND:
        return error_set(err, ERROR_DATA, "goes on behind the end of its gzip data with something else: " FETCH);
    case UNREADABLE:
        return error_set(err, ERROR_DATA, "cannot be read (%s): check the disk, or " FETCH, strerror(s->system_error));
    default:
        return error_set(err, ERROR_DATA, "is cut short: %zu of %s%zu bytes: " FETCH, bytes, about, expected);
    }
}

/* What people save under the name of an IDX file. 0, or -1 with the sentence. */
static int refuse_other_formats(const struct source *s, enum content wanted, struct error *err)
{
    static const struct {
        const char *start, *what, *cure;
    } formats[] = {
        {"<!DO", "is an HTML page", FETCH},
        {"<htm", "is an HTML page", FETCH},
        {"<?xml", "is an XML page", FETCH},
        {"version https://git-lfs", "is a Git LFS pointer", "run git lfs pull in its repository"},
        {"\x1f\x8b", "is gzip inside gzip", "unpack it once with gunzip"},
        {"PK\x03\x04", "is a zip archive", "unpack it with unzip"},
        {"PAR1", "is a Parquet table", "fetch the IDX files (MNIST: run scripts/get-mnist)"},
    };
    const char *start = s->head;
    if (strncmp(start, "\xef\xbb\xbf", 3) == 0) /* the byte order mark of a text */
        start += 3;
    start += strspn(start, " \t\r\n");
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strncasecmp(start, formats[i].start, strlen(formats[i].start)) == 0)
            return data_error(err, wanted, formats[i].what, formats[i].cure);
    return 0;
}

/* ---- The header ---- */

struct header {
    int dimensions;
    uint32_t sizes[MOST_DIMENSIONS];
    char text[MOST_DIMENSIONS * 13]; /* the sizes, "60000 x 28 x 28" */
    size_t bytes, content;           /* of the header itself, and behind it */
};

static int check_magic(const unsigned char magic[MAGIC_BYTES], enum content wanted, struct error *err)
{
    static const char *const types[256] = {[0x08] = "unsigned byte", [0x09] = "signed byte", [0x0b] = "short",
                                           [0x0c] = "int",           [0x0d] = "float",       [0x0e] = "double"};
    int type = magic[2], dimensions = magic[3];
    if (magic[0] > 0 && types[magic[1]] != NULL && type == 0 && dimensions == 0)
        return error_set(err, ERROR_DATA,
                         "has a little-endian header (%02X %02X 00 00), expected %s: write it big-endian", magic[0],
                         magic[1], contents[wanted].magic);
    if (magic[0] != 0 || magic[1] != 0 || types[type] == NULL)
        return error_set(err, ERROR_DATA, "is no IDX file (it starts with %02X %02X %02X %02X, %s with %s): " FETCH,
                         magic[0], magic[1], magic[2], magic[3], contents[wanted].plural, contents[wanted].magic);
    if (type != UNSIGNED_BYTE)
        return error_set(err, ERROR_DATA,
                         "holds type 0x%02X (%s), type 0x08 (unsigned byte) was expected: convert its numbers to bytes",
                         (unsigned)type, types[type]);
    int holds_images = dimensions == 3 || dimensions == 4;
    if (wanted == IMAGES ? dimensions == 1 : holds_images)
        return error_set(err, ERROR_DATA, "holds %s, %s were expected: exchange the two files, or " FETCH,
                         contents[!wanted].plural, contents[wanted].plural);
    if (wanted == IMAGES ? !holds_images : dimensions != 1)
        return error_set(err, ERROR_DATA, "has %d dimensions, expected %s: " FETCH, dimensions, contents[wanted].shape);
    return 0;
}

/* Sets header->content, counted in 64 bits and compared after every factor: 2^31 times 2^32 still fits. */
static int check_sizes(struct header *header, enum content wanted, struct error *err)
{
    const uint32_t *sizes = header->sizes;
    uint64_t content = 1;
    size_t written = 0;
    for (int i = 0; i < header->dimensions; i++)
        written += (size_t)snprintf(header->text + written, sizeof header->text - written, "%s%lu", i > 0 ? " x " : "",
                                    (unsigned long)sizes[i]);
    if (sizes[0] == 0)
        return error_set(err, ERROR_DATA, "holds 0 %s (%s): " FETCH, contents[wanted].plural, header->text);
    for (int i = 1; i < header->dimensions; i++)
        if (sizes[i] == 0)
            return error_set(err, ERROR_DATA, "holds images without pixels (%s): " FETCH, header->text);
    for (int i = 0; i < header->dimensions; i++) {
        content *= sizes[i];
        if (content > IDX_BYTES - header->bytes)
            return error_set(err, ERROR_DATA, "its header asks for %s bytes, at most %u are read: " FETCH, header->text,
                             IDX_BYTES);
    }
    header->content = (size_t)content;
    return 0;
}

static int read_header(struct header *header, struct source *s, enum content wanted, struct error *err)
{
    unsigned char bytes[MAGIC_BYTES + 4 * MOST_DIMENSIONS];
    size_t least = MAGIC_BYTES + 4 * (size_t)contents[wanted].dimensions;
    if (s->head_size == 0 && s->ending == ENDED)
        return data_error(err, wanted, "is empty", FETCH);
    if (refuse_other_formats(s, wanted, err) != 0)
        return -1;
    size_t got = source_read(s, bytes, MAGIC_BYTES);
    if (got < MAGIC_BYTES)
        return wrong_end(s, got, "at least ", least, err);
    if (check_magic(bytes, wanted, err) != 0)
        return -1;
    header->dimensions = bytes[3];
    header->bytes = MAGIC_BYTES + 4 * (size_t)header->dimensions;
    got += source_read(s, bytes + MAGIC_BYTES, header->bytes - MAGIC_BYTES);
    if (got < header->bytes)
        return wrong_end(s, got, "at least ", header->bytes, err);
    for (int i = 0; i < header->dimensions; i++) {
        const unsigned char *b = bytes + MAGIC_BYTES + 4 * i;
        header->sizes[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    }
    return check_sizes(header, wanted, err);
}

/* ---- Whole files ---- */

static int read_content(unsigned char **content, const struct header *header, struct source *s, struct error *err)
{
    unsigned char *bytes = malloc(header->content), extra;
    if (bytes == NULL)
        return error_memory(err, header->content, "its content");
    size_t got = source_read(s, bytes, header->content), whole = header->bytes + header->content;
    int result = 0;
    if (got < header->content)
        result = wrong_end(s, header->bytes + got, "", whole, err);
    else if (source_read(s, &extra, 1) == 1) /* this read also makes zlib compare the checksum */
        result = error_set(err, ERROR_DATA, "is longer than the %zu bytes that its header asks for: " FETCH, whole);
    else if (s->ending != ENDED)
        result = wrong_end(s, whole, "", whole, err);
    if (result != 0)
        free(bytes);
    else
        *content = bytes;
    return result;
}

static int read_file(unsigned char **content, struct header *header, const char *path, enum content wanted,
                     struct error *err)
{
    struct source s = {.descriptor = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)};
    if (s.descriptor < 0) {
        cannot_open(err, errno);
        return error_where(err, path);
    }
    struct stat status;
    int result;
    if (fstat(s.descriptor, &status) == 0 && S_ISDIR(status.st_mode))
        result = data_error(err, wanted, "is a folder", "put the file itself in its place");
    else if (source_start(&s, err) != 0 || read_header(header, &s, wanted, err) != 0)
        result = -1;
    else
        result = read_content(content, header, &s, err);
    if (s.gzip)
        inflateEnd(&s.zlib);
    close(s.descriptor);
    return result == 0 ? 0 : error_where(err, path);
}

int idx_read_images(struct idx_images *out, const char *path, struct error *err)
{
    struct header header;
    unsigned char *pixels;
    if (read_file(&pixels, &header, path, IMAGES, err) != 0)
        return -1;
    const uint32_t *sizes = header.sizes;
    int last = header.dimensions - 1;
    *out = (struct idx_images){.count = (int)sizes[0],
                               .channels = header.dimensions == 4 ? (int)sizes[1] : 1,
                               .rows = (int)sizes[last - 1],
                               .cols = (int)sizes[last],
                               .pixels = pixels};
    return 0;
}

static int check_labels(const struct idx_labels *set, int classes, struct error *err)
{
    for (int i = 0; i < set->count; i++)
        if (set->labels[i] >= classes)
            return error_set(
                err, ERROR_DATA,
                "label %d (counted from 0) is %d, expected 0 to %d: give the network more classes, or " FETCH, i,
                set->labels[i], classes - 1);
    return 0;
}

int idx_read_labels(struct idx_labels *out, const char *path, int classes, struct error *err)
{
    struct header header;
    struct idx_labels set;
    if (read_file(&set.labels, &header, path, LABELS, err) != 0)
        return -1;
    set.count = (int)header.content;
    if (check_labels(&set, classes, err) != 0) {
        idx_free_labels(&set);
        return error_where(err, path);
    }
    *out = set;
    return 0;
}

void idx_free_images(struct idx_images *images)
{
    free(images->pixels);
    *images = (struct idx_images){0};
}

void idx_free_labels(struct idx_labels *labels)
{
    free(labels->labels);
    *labels = (struct idx_labels){0};
}
