/* What several tests need: a folder of their own, files in it, and the bytes of IDX and gzip files. A helper that
 * cannot do its work ends the test program: there is nothing sensible to test then. */
#ifndef LENET5_TESTS_SUPPORT_H
#define LENET5_TESTS_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
    unsigned char *data; /* released by support_free() */
    size_t size;
};

/* A new empty folder; support_remove_folder() removes it with all that is in it and frees the name. */
char *support_make_folder(void);
void support_remove_folder(char *folder);

/* Setup and teardown of a test that has a folder of its own, and the name of a file in it that is not there yet. */
extern char *support_folder, *support_file;
int support_arrive(void **state);
int support_leave(void **state);

/* FOLDER/NAME, malloc'ed. */
char *support_path(const char *folder, const char *name);

void support_write(const char *path, const void *data, size_t size);

/* An IDX file with these sizes; byte i of its content is i modulo 10, so that it can stand for labels too. */
struct bytes support_idx(int dimensions, const uint32_t *sizes);

/* One gzip member; level 0 (stored) to 9, as in zlib. */
struct bytes support_gzip(const void *data, size_t size, int level);

/* `size` bytes of `data` put behind *bytes. */
void support_append(struct bytes *bytes, const void *data, size_t size);

void support_free(struct bytes *bytes);

#endif
