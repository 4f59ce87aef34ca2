#define _XOPEN_SOURCE 700
#define ZLIB_CONST
#include "support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static void need(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

char *support_path(const char *folder, const char *name)
{
    size_t room = strlen(folder) + strlen(name) + 2;
    char *path = malloc(room);
    need(path != NULL, "a path for a test");
    snprintf(path, room, "%s/%s", folder, name);
    return path;
}

char *support_folder, *support_file;

int support_arrive(void **state)
{
    (void)state;
    support_folder = support_make_folder();
    support_file = support_path(support_folder, "file");
    return 0;
}

int support_leave(void **state)
{
    (void)state;
    free(support_file);
    support_remove_folder(support_folder);
    return 0;
}

char *support_make_folder(void)
{
    const char *temporary = getenv("TMPDIR");
    char *folder = support_path(temporary != NULL && *temporary != '\0' ? temporary : "/tmp", "lenet5-test-XXXXXX");
    need(mkdtemp(folder) != NULL, folder);
    return folder;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

void support_remove_folder(char *folder)
{
    need(nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0, folder);
    free(folder);
}

void support_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    need(file != NULL, path);
    need(fwrite(data, 1, size, file) == size, path);
    need(fclose(file) == 0, path);
}

void support_append(struct bytes *bytes, const void *data, size_t size)
{
    unsigned char *longer = realloc(bytes->data, bytes->size + size + 1);
    need(longer != NULL, "bytes for a test");
    if (size > 0)
        memcpy(longer + bytes->size, data, size);
    bytes->data = longer;
    bytes->size += size;
}

struct bytes support_idx(int dimensions, const uint32_t *sizes)
{
    const unsigned char magic[4] = {0, 0, 8, (unsigned char)dimensions};
    struct bytes file = {0};
    size_t content = 1;
    support_append(&file, magic, sizeof magic);
    for (int i = 0; i < dimensions; i++) {
        const unsigned char size[4] = {(unsigned char)(sizes[i] >> 24), (unsigned char)(sizes[i] >> 16),
                                       (unsigned char)(sizes[i] >> 8), (unsigned char)sizes[i]};
        support_append(&file, size, sizeof size);
        content *= sizes[i];
    }
    size_t header = file.size;
    file.data = realloc(file.data, header + content + 1);
    need(file.data != NULL, "an IDX file for a test");
    for (size_t i = 0; i < content; i++)
        file.data[header + i] = (unsigned char)(i % 10);
    file.size += content;
    return file;
}

struct bytes support_gzip(const void *data, size_t size, int level)
{
    z_stream zlib = {0};
    need(deflateInit2(&zlib, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    struct bytes packed = {.size = deflateBound(&zlib, (uLong)size)};
    packed.data = malloc(packed.size + 1);
    need(packed.data != NULL, "gzip for a test");
    zlib.next_in = data;
    zlib.avail_in = (uInt)size;
    zlib.next_out = packed.data;
    zlib.avail_out = (uInt)packed.size;
    need(deflate(&zlib, Z_FINISH) == Z_STREAM_END, "zlib");
    packed.size = zlib.total_out;
    deflateEnd(&zlib);
    return packed;
}

void support_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}
