/* The IDX writer: what it writes is read back, by our own reader and by zlib's, and is the same for any threads. */
#define _XOPEN_SOURCE 700
#include <omp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/files.h"
#include "base/rng.h"
#include "dataset/idx.h"
#include "dataset/idx_write.h"
#include "support.h"

enum { BLOCK = 1 << 18 }; /* what the writer packs at a time */

/* ---- Helpers ---- */

/* Noise grows when it is deflated; ink is sparse, as in digits. */
enum kind { NOISE, INK, NOTHING };

static unsigned char *draw(size_t size, enum kind kind)
{
    unsigned char *bytes = calloc(size, 1);
    assert_non_null(bytes);
    struct rng rng = rng_make(size, kind);
    for (size_t i = 0; i < size; i++) {
        const uint64_t number = rng_next(&rng);
        if (kind == NOISE || (kind == INK && i / 7 % 5 == 0))
            bytes[i] = (unsigned char)(number >> 32);
    }
    return bytes;
}

static struct bytes whole_file(void)
{
    struct bytes file = {0};
    struct error err = {0};
    if (files_read(&file.data, &file.size, support_file, (size_t)1 << 30, ERROR_FAILED, &err) != 0)
        fail_msg("%s", err.text);
    return file;
}

static void write_images(const unsigned char *pixels, int count, int rows, int cols)
{
    struct error err = {0};
    if (idx_write_images(support_file, pixels, count, rows, cols, &err) != 0)
        fail_msg("%s", err.text);
}

static void assert_read_back(const unsigned char *pixels, int count, int rows, int cols)
{
    struct idx_images images;
    struct error err = {0};
    if (idx_read_images(&images, support_file, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(images.count, count);
    assert_int_equal(images.channels, 1);
    assert_int_equal(images.rows, rows);
    assert_int_equal(images.cols, cols);
    assert_int_equal(memcmp(images.pixels, pixels, (size_t)count * (size_t)rows * (size_t)cols), 0);
    idx_free_images(&images);
}

/* zlib's own reader compares checksum and length at the end, as `gzip -t` does. */
static void assert_unpacked_by_zlib(const unsigned char *header, size_t header_size, const unsigned char *content,
                                    size_t size)
{
    unsigned char *bytes = malloc(header_size + size + 1);
    assert_non_null(bytes);
    gzFile file = gzopen(support_file, "rb");
    assert_non_null(file);
    assert_int_equal(gzread(file, bytes, (unsigned)(header_size + size + 1)), header_size + size);
    assert_false(gzdirect(file));
    assert_true(gzeof(file));
    assert_int_equal(gzclose(file), Z_OK);
    assert_memory_equal(bytes, header, header_size);
    assert_int_equal(memcmp(bytes + header_size, content, size), 0);
    free(bytes);
}

/* ---- What is written is read back ---- */

static void images_are_read_back(void **state)
{
    (void)state;
    static const unsigned char header[] = {0, 0, 8, 3, 0, 0, 0x03, 0xe9, 0, 0, 0, 28, 0, 0, 1, 3};
    for (int kind = NOISE; kind <= NOTHING; kind++) {
        unsigned char *pixels = draw(1001 * 28 * 259, (enum kind)kind);
        write_images(pixels, 1001, 28, 259);
        assert_read_back(pixels, 1001, 28, 259);
        assert_unpacked_by_zlib(header, sizeof header, pixels, 1001 * 28 * 259);
        free(pixels);
    }
}

static void labels_are_read_back(void **state)
{
    (void)state;
    static const unsigned char header[] = {0, 0, 8, 1, 0, 0, 0xea, 0x60};
    unsigned char labels[60000];
    struct idx_labels read;
    struct error err = {0};
    for (size_t i = 0; i < sizeof labels; i++)
        labels[i] = (unsigned char)(i * i % 10);
    assert_int_equal(idx_write_labels(support_file, labels, sizeof labels, &err), 0);
    assert_int_equal(idx_read_labels(&read, support_file, 10, &err), 0);
    assert_int_equal(read.count, sizeof labels);
    assert_memory_equal(read.labels, labels, sizeof labels);
    idx_free_labels(&read);
    assert_unpacked_by_zlib(header, sizeof header, labels, sizeof labels);
}

static void every_size_around_a_border_of_blocks_is_read_back(void **state)
{
    (void)state;
    static const int borders[] = {2, BLOCK, 2 * BLOCK, 7 * BLOCK};
    for (int kind = NOISE; kind <= INK; kind++)
        for (size_t b = 0; b < sizeof borders / sizeof *borders; b++)
            for (int size = borders[b] - 1; size <= borders[b] + 1; size++) {
                unsigned char *pixels = draw((size_t)size, (enum kind)kind);
                write_images(pixels, size, 1, 1);
                assert_read_back(pixels, size, 1, 1);
                free(pixels);
            }
}

/* The IDX header goes into the first block too. */
static void a_first_block_that_is_filled_by_the_header_is_read_back(void **state)
{
    (void)state;
    for (int size = BLOCK - 17; size <= BLOCK - 15; size++) {
        unsigned char *pixels = draw((size_t)size, NOISE);
        write_images(pixels, 1, 1, size);
        assert_read_back(pixels, 1, 1, size);
        free(pixels);
    }
}

/* ---- The bytes ---- */

static void the_file_is_one_gzip_member_without_time_name_and_system(void **state)
{
    (void)state;
    const size_t size = 3 * BLOCK + 5;
    unsigned char *pixels = draw(size, INK);
    write_images(pixels, (int)size, 1, 1);
    struct bytes file = whole_file();
    assert_memory_equal(file.data, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);

    z_stream zlib = {.next_in = file.data, .avail_in = (uInt)file.size};
    unsigned char *unpacked = malloc(16 + size);
    assert_non_null(unpacked);
    zlib.next_out = unpacked;
    zlib.avail_out = (uInt)(16 + size);
    assert_int_equal(inflateInit2(&zlib, MAX_WBITS + 16), Z_OK);
    assert_int_equal(inflate(&zlib, Z_FINISH), Z_STREAM_END);
    assert_int_equal(zlib.avail_in, 0); /* nothing, and no other member, behind it */
    inflateEnd(&zlib);

    const unsigned char *end = file.data + file.size - 8;
    const uLong crc = crc32(crc32(0, NULL, 0), unpacked, (uInt)(16 + size));
    for (int i = 0; i < 4; i++) {
        assert_int_equal(end[i], crc >> (8 * i) & 255);
        assert_int_equal(end[4 + i], (16 + size) >> (8 * i) & 255);
    }
    free(unpacked);
    free(pixels);
    support_free(&file);
}

static void the_bytes_do_not_depend_on_the_number_of_threads(void **state)
{
    (void)state;
    static const int threads[] = {1, 2, 3, 7};
    const int before = omp_get_max_threads();
    unsigned char *pixels = draw(5000 * 784, INK);
    struct bytes first = {0};
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        omp_set_num_threads(threads[i]);
        write_images(pixels, 5000, 28, 28);
        struct bytes file = whole_file();
        if (i == 0) {
            first = file;
            continue;
        }
        assert_int_equal(file.size, first.size);
        assert_memory_equal(file.data, first.data, file.size);
        support_free(&file);
    }
    omp_set_num_threads(before);
    support_free(&first);
    free(pixels);
}

static void noise_grows_by_little_and_nothing_becomes_nearly_nothing(void **state)
{
    (void)state;
    const size_t size = 4 * BLOCK;
    for (int kind = NOISE; kind <= NOTHING; kind++) {
        unsigned char *pixels = draw(size, (enum kind)kind);
        write_images(pixels, (int)size, 1, 1);
        struct bytes file = whole_file();
        assert_in_range(file.size, 0, kind == NOISE ? size + size / 500 : kind == INK ? size / 2 : size / 200);
        support_free(&file);
        free(pixels);
    }
}

/* ---- What cannot be written ---- */

static void sizes_that_no_reader_takes_are_refused(void **state)
{
    (void)state;
    static const struct {
        int sizes[3];
        const char *sentence;
    } cases[] = {
        {{0, 28, 28}, "size 1 of its 3 is 0"},
        {{1, -1, 28}, "size 2 of its 3 is -1"},
        {{1, 28, 0}, "size 3 of its 3 is 0"},
        {{1 << 30, 2, 1}, "size 2 of its 3 is 2"},
        {{INT32_MAX, INT32_MAX, INT32_MAX}, "size 1 of its 3 is 2147483647"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int *sizes = cases[i].sizes;
        struct error err = {0};
        char expected[700];
        assert_int_equal(idx_write_images(support_file, NULL, sizes[0], sizes[1], sizes[2], &err), -1);
        assert_int_equal(err.kind, ERROR_USAGE);
        snprintf(expected, sizeof expected, "%s: %s: use 1 and more, and at most 2147483648 bytes in all", support_file,
                 cases[i].sentence);
        assert_string_equal(err.text, expected);
    }
    assert_int_equal(idx_write_labels(support_file, NULL, 0, NULL), -1);
    assert_int_equal(access(support_file, F_OK), -1);
}

static void a_path_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(idx_write_labels("/no/such/folder/file", (const unsigned char *)"\1", 1, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_string_equal(err.text, "/no/such/folder/file: cannot be written: No such file or directory");
}

/* The disk is full, as far as this process can tell. */
static void a_write_that_breaks_off_leaves_the_old_file(void **state)
{
    (void)state;
    struct rlimit kept, low;
    struct error err = {0};
    unsigned char *pixels = draw(2 * BLOCK, NOISE);
    support_write(support_file, "old", 3);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    low = kept;
    low.rlim_cur = BLOCK;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const int result = idx_write_images(support_file, pixels, 2, 1, BLOCK, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_int_equal(result, -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    assert_memory_equal(err.text, support_file, strlen(support_file));
    assert_string_equal(err.text + strlen(support_file), ": cannot be written: File too large");
    struct bytes file = whole_file();
    assert_int_equal(file.size, 3);
    assert_memory_equal(file.data, "old", 3);
    support_free(&file);
    free(pixels);
    assert_int_equal(unlink(support_file), 0);
    assert_int_equal(rmdir(support_folder), 0); /* nothing else was left in it */
    free(support_folder);
    support_folder = support_make_folder();
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, support_arrive, support_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(images_are_read_back),
        CASE(labels_are_read_back),
        CASE(every_size_around_a_border_of_blocks_is_read_back),
        CASE(a_first_block_that_is_filled_by_the_header_is_read_back),
        CASE(the_file_is_one_gzip_member_without_time_name_and_system),
        CASE(the_bytes_do_not_depend_on_the_number_of_threads),
        CASE(noise_grows_by_little_and_nothing_becomes_nearly_nothing),
        CASE(sizes_that_no_reader_takes_are_refused),
        CASE(a_path_that_cannot_be_written_is_named),
        CASE(a_write_that_breaks_off_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
