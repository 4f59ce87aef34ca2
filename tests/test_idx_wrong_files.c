/* The IDX reader: every wrong file is named for what it is, in a sentence that ends in the cure. */
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataset/idx.h"
#include "support.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define FETCH ": fetch it again (MNIST: run scripts/get-mnist)"

enum wanted { IMAGES, LABELS };

/* Reads `path`, which has to be refused with this sentence behind the path, the output untouched. */
static void assert_refused(enum wanted wanted, const char *sentence)
{
    union {
        struct idx_images images;
        struct idx_labels labels;
        unsigned char bytes[sizeof(struct idx_images)];
    } out, before;
    struct error err = {0};
    memset(&out, 0x5a, sizeof out);
    before = out;
    int result = wanted == IMAGES ? idx_read_images(&out.images, support_file, &err)
                                  : idx_read_labels(&out.labels, support_file, 10, &err);
    assert_int_equal(result, -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_memory_equal(err.text, support_file, strlen(support_file));
    assert_memory_equal(err.text + strlen(support_file), ": ", 2);
    assert_string_equal(err.text + strlen(support_file) + 2, sentence);
    assert_memory_equal(out.bytes, before.bytes, sizeof out);
}

/* ---- Files that cannot be opened ---- */

static void a_missing_file_is_named(void **state)
{
    (void)state;
    assert_refused(IMAGES, "does not exist: check the name, or fetch MNIST with scripts/get-mnist");
}

static void a_folder_is_named(void **state)
{
    (void)state;
    assert_int_equal(mkdir(support_file, 0777), 0);
    assert_refused(LABELS, "is a folder, an IDX label file was expected: put the file itself in its place");
}

static void a_file_without_permission_is_named(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("SKIPPED: root may read every file\n");
        skip();
    }
    support_write(support_file, "", 0);
    assert_int_equal(chmod(support_file, 0), 0);
    assert_refused(IMAGES, "may not be read by this user: allow it with chmod (r on the file, x on its folders)");
}

/* ---- Wrong files, one test a row ---- */

static struct bytes plain(const void *data, size_t size)
{
    struct bytes file = {0};
    support_append(&file, data, size);
    return file;
}

static struct bytes gzip(const void *data, size_t size)
{
    return support_gzip(data, size, 9);
}

static struct bytes gzip_twice(const void *data, size_t size)
{
    struct bytes once = gzip(data, size), twice = gzip(once.data, once.size);
    support_free(&once);
    return twice;
}

static struct bytes wrong_checksum(const void *data, size_t size)
{
    struct bytes file = gzip(data, size);
    file.data[file.size - 8] ^= 1;
    return file;
}

static struct bytes wrong_length(const void *data, size_t size)
{
    struct bytes file = gzip(data, size);
    file.data[file.size - 1] ^= 1;
    return file;
}

static struct bytes wrong_method(const void *data, size_t size)
{
    struct bytes file = gzip(data, size);
    file.data[2] = 7;
    return file;
}

static struct bytes zeros_behind(const void *data, size_t size)
{
    struct bytes file = gzip(data, size);
    support_append(&file, (const char[512]){0}, 512);
    return file;
}

#define BYTES(text) text, sizeof(text) - 1
#define IMAGE_HEADER "\0\0\010\003\0\0\0\002\0\0\0\001\0\0\0\003" /* 2 images of 1 x 3 */
#define LABEL_HEADER "\0\0\010\001\0\0\0\003"
#define ALL_ONES "\377\377\377\377"

static const struct wrong_file {
    const char *name;
    enum wanted wanted;
    struct bytes (*pack)(const void *data, size_t size);
    const char *data;
    size_t size;
    const char *sentence;
} wrong_files[] = {
    {"an empty file", IMAGES, plain, BYTES(""), "is empty, an IDX image file was expected" FETCH},
    {"a gzip file of nothing", LABELS, gzip, BYTES(""), "is empty, an IDX label file was expected" FETCH},
    {"an HTML page", IMAGES, plain, BYTES("<!DOCTYPE html>\n<title>404</title>"),
     "is an HTML page, an IDX image file was expected" FETCH},
    {"an HTML page in small letters behind spaces", LABELS, plain, BYTES("\xef\xbb\xbf\r\n\t <!doctype html>"),
     "is an HTML page, an IDX label file was expected" FETCH},
    {"an HTML page that begins with its html tag", IMAGES, plain, BYTES("\n<HTML><body>Not found"),
     "is an HTML page, an IDX image file was expected" FETCH},
    {"a packed HTML page", IMAGES, gzip, BYTES("<html><body>Not found"),
     "is an HTML page, an IDX image file was expected" FETCH},
    {"an XML page", IMAGES, plain, BYTES("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"),
     "is an XML page, an IDX image file was expected" FETCH},
    {"a Git LFS pointer", IMAGES, plain, BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n"),
     "is a Git LFS pointer, an IDX image file was expected: run git lfs pull in its repository"},
    {"gzip inside gzip", IMAGES, gzip_twice, BYTES(IMAGE_HEADER "abcdef"),
     "is gzip inside gzip, an IDX image file was expected: unpack it once with gunzip"},
    {"a zip archive", IMAGES, plain, BYTES("PK\003\004\024\0\0\0"),
     "is a zip archive, an IDX image file was expected: unpack it with unzip"},
    {"a Parquet table", IMAGES, plain, BYTES("PAR1\025\004"),
     "is a Parquet table, an IDX image file was expected: fetch the IDX files (MNIST: run scripts/get-mnist)"},
    {"a text", IMAGES, plain, BYTES("label,pixel0,pixel1\n"),
     "is no IDX file (it starts with 6C 61 62 65, images with 00 00 08 03)" FETCH},
    {"a type that does not exist", LABELS, plain, BYTES("\0\0\012\001\0\0\0\0"),
     "is no IDX file (it starts with 00 00 0A 01, labels with 00 00 08 01)" FETCH},
    {"numbers of type float", IMAGES, plain, BYTES("\0\0\015\003\0\0\0\001\0\0\0\001\0\0\0\001abcd"),
     "holds type 0x0D (float), type 0x08 (unsigned byte) was expected: convert its numbers to bytes"},
    {"numbers of type int", LABELS, plain, BYTES("\0\0\014\001\0\0\0\001\0\0\0\001"),
     "holds type 0x0C (int), type 0x08 (unsigned byte) was expected: convert its numbers to bytes"},
    {"a little-endian header", IMAGES, plain, BYTES("\003\010\0\0\002\0\0\0\001\0\0\0\003\0\0\0abcdef"),
     "has a little-endian header (03 08 00 00), expected 00 00 08 03: write it big-endian"},
    {"labels where images were expected", IMAGES, gzip, BYTES(LABEL_HEADER "\1\2\3"),
     "holds labels, images were expected: exchange the two files, or fetch it again (MNIST: run scripts/get-mnist)"},
    {"images where labels were expected", LABELS, plain, BYTES(IMAGE_HEADER "abcdef"),
     "holds images, labels were expected: exchange the two files, or fetch it again (MNIST: run scripts/get-mnist)"},
    {"two dimensions for images", IMAGES, plain, BYTES("\0\0\010\002\0\0\0\001\0\0\0\001a"),
     "has 2 dimensions, expected 3 (count, rows, columns) or 4 (count, channels, rows, columns)" FETCH},
    {"two dimensions for labels", LABELS, plain, BYTES("\0\0\010\002\0\0\0\001\0\0\0\001\1"),
     "has 2 dimensions, expected 1 (count)" FETCH},
    {"zero images", IMAGES, plain, BYTES("\0\0\010\003\0\0\0\0\0\0\0\001\0\0\0\003"),
     "holds 0 images (0 x 1 x 3)" FETCH},
    {"zero labels", LABELS, plain, BYTES("\0\0\010\001\0\0\0\0"), "holds 0 labels (0)" FETCH},
    {"zero rows", IMAGES, plain, BYTES("\0\0\010\003\0\0\0\002\0\0\0\0\0\0\0\003"),
     "holds images without pixels (2 x 0 x 3)" FETCH},
    {"a header that asks for 2^128 bytes", IMAGES, plain, BYTES("\0\0\010\004" ALL_ONES ALL_ONES ALL_ONES ALL_ONES),
     "its header asks for 4294967295 x 4294967295 x 4294967295 x 4294967295 bytes, at most 2147483648 are read" FETCH},
    {"a header that asks for 2^64 bytes, 0 in 64 bits", IMAGES, plain,
     BYTES("\0\0\010\003\200\0\0\0\200\0\0\0\0\0\0\004"),
     "its header asks for 2147483648 x 2147483648 x 4 bytes, at most 2147483648 are read" FETCH},
    {"a header that asks for one byte too many", LABELS, gzip, BYTES("\0\0\010\001\177\377\377\371"),
     "its header asks for 2147483641 bytes, at most 2147483648 are read" FETCH},
    {"a header that asks for just what is allowed", LABELS, plain, BYTES("\0\0\010\001\177\377\377\370"),
     "is cut short: 8 of 2147483648 bytes" FETCH},
    {"a whole gzip file of a cut one", IMAGES, gzip, BYTES(IMAGE_HEADER "abc"), "is cut short: 19 of 22 bytes" FETCH},
    {"an extra byte", IMAGES, plain, BYTES(IMAGE_HEADER "abcdefg"),
     "is longer than the 22 bytes that its header asks for" FETCH},
    {"an extra byte, packed", IMAGES, gzip, BYTES(IMAGE_HEADER "abcdefg"),
     "is longer than the 22 bytes that its header asks for" FETCH},
    {"a label above 9", LABELS, plain, BYTES(LABEL_HEADER "\1\2\012"),
     "label 2 (counted from 0) is 10, expected 0 to 9: give the network more classes, or "
     "fetch it again (MNIST: run scripts/get-mnist)"},
    {"a wrong gzip checksum", IMAGES, wrong_checksum, BYTES(IMAGE_HEADER "abcdef"),
     "does not match its own gzip checksum, some bytes have changed" FETCH},
    {"a wrong length behind gzip data", IMAGES, wrong_length, BYTES(IMAGE_HEADER "abcdef"),
     "does not match its own gzip checksum, some bytes have changed" FETCH},
    {"gzip of another method", IMAGES, wrong_method, BYTES(IMAGE_HEADER "abcdef"),
     "its gzip data is damaged after 0 of at least 16 bytes (unknown compression method)" FETCH},
    {"zeros behind gzip data", IMAGES, zeros_behind, BYTES(IMAGE_HEADER "abcdef"),
     "goes on behind the end of its gzip data with something else" FETCH},
};

static void a_wrong_file_is_named(void **state)
{
    const struct wrong_file *wrong = *state;
    struct bytes file = wrong->pack(wrong->data, wrong->size);
    support_write(support_file, file.data, file.size);
    support_free(&file);
    assert_refused(wrong->wanted, wrong->sentence);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, support_arrive, support_leave)

static const struct CMUnitTest cases[] = {
    CASE(a_missing_file_is_named),
    CASE(a_folder_is_named),
    CASE(a_file_without_permission_is_named),
};

int main(void)
{
    struct CMUnitTest tests[COUNT_OF(cases) + COUNT_OF(wrong_files)];
    memcpy(tests, cases, sizeof cases);
    for (size_t i = 0; i < COUNT_OF(wrong_files); i++)
        tests[COUNT_OF(cases) + i] = (struct CMUnitTest){wrong_files[i].name, a_wrong_file_is_named, support_arrive,
                                                         support_leave, (void *)(uintptr_t)&wrong_files[i]};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
