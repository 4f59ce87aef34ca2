/* Decoding takes no more memory than decode.h says: the system itself refuses what goes beyond. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "image/decode.h"
#include "pictures.h"

/* 100 megapixels. A sanitizer's own memory knows no bounds. */
enum { SIDE = 10000 };
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#define IS_SANITIZED __has_feature(address_sanitizer)
#else
#define IS_SANITIZED 0
#endif

static rlim_t address_space(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%llu", &pages) != 1)
        fail_msg("%s", "/proc/self/statm cannot be read");
    fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* An emulator of another processor may pass over the limit. */
static int is_limit_kept(void)
{
    if (IS_SANITIZED)
        return 0;
    rlim_t most = address_space() + (1 << 20);
    int status;
    pid_t child = fork();
    if (child == 0) {
        int is_set = setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) == 0;
        void *volatile taken = malloc(64 << 20); /* volatile: or a compiler takes for granted that it is there */
        _exit(is_set && taken == NULL ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In a process of its own that may take `room` bytes more than it has. Gives 0 when the picture was read, 1 when a
 * sentence refused it. */
static int decode_within(size_t room, const struct bytes *file, char *sentence)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    rlim_t most = address_space() + room;
    pid_t child = fork();
    if (child == 0) {
        struct picture picture;
        struct error err = {0};
        if (setrlimit(RLIMIT_AS, &(struct rlimit){most, most}) != 0)
            _exit(9);
        if (decode_picture(&picture, file->data, file->size, &err) == 0)
            _exit(picture.shrink == 5 && picture.full_rows == SIDE && picture.full_cols == SIDE ? 0 : 8);
        _exit(write(ends[1], err.text, sizeof err.text) == sizeof err.text ? 1 : 7);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 1)
        assert_int_equal(read(ends[0], sentence, sizeof((struct error *)0)->text), sizeof((struct error *)0)->text);
    close(ends[0]);
    close(ends[1]);
    return WEXITSTATUS(status);
}

static void assert_read(struct bytes file, size_t room)
{
    char sentence[1024] = "";
    int result = decode_within(room, &file, sentence);
    if (result != 0)
        fail_msg("status %d: %s", result, sentence);
    support_free(&file);
}

static void append_bytes(png_structp png, png_bytep bytes, size_t size)
{
    support_append(png_get_io_ptr(png), bytes, size);
}

/* Clear black, row by row: pictures_png() would want it all at once. */
static struct bytes large_png(void)
{
    static unsigned char row[4 * SIDE];
    struct bytes out = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    assert_int_equal(setjmp(png_jmpbuf(png)), 0);
    png_set_write_fn(png, &out, append_bytes, NULL);
    png_set_compression_level(png, 1);
    png_set_filter(png, 0, PNG_FILTER_NONE);
    png_set_IHDR(png, info, SIDE, SIDE, 8, PNG_COLOR_TYPE_RGB_ALPHA, PNG_INTERLACE_ADAM7, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int pass = png_set_interlace_handling(png); pass > 0; pass--)
        for (int r = 0; r < SIDE; r++)
            png_write_row(png, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return out;
}

static struct bytes large_jpeg(void)
{
    unsigned char *gray = calloc(SIDE, SIDE);
    struct bytes file = pictures_jpeg(&(struct pictures_jpeg){.rows = SIDE,
                                                              .cols = SIDE,
                                                              .samples = gray,
                                                              .given = JCS_GRAYSCALE,
                                                              .stored = JCS_GRAYSCALE,
                                                              .is_progressive = 1});
    free(gray);
    return file;
}

static struct bytes large_pbm(void)
{
    struct bytes file = {0};
    unsigned char *bits = calloc(SIDE / 8, SIDE);
    support_append(&file, "P4 10000 10000 ", 15);
    support_append(&file, bits, (size_t)SIDE / 8 * SIDE);
    free(bits);
    return file;
}

static void test_100_megapixels_take_no_more_room_than_stated(void **state)
{
    (void)state;
    if (!is_limit_kept())
        skip();
    assert_read(large_png(), DECODE_ROOM);
    assert_read(large_pbm(), DECODE_ROOM);
}

/* Its coefficients take 2 bytes a pixel. */
static void test_a_jpeg_of_many_scans_takes_no_more_than_stated(void **state)
{
    (void)state;
    if (!is_limit_kept())
        skip();
    struct bytes file = large_jpeg();
    char sentence[1024] = "";
    assert_int_equal(decode_within((size_t)100 << 20, &file, sentence), 1);
    assert_non_null(strstr(sentence, "is a too large JPEG picture"));
    assert_read(file, DECODE_MEMORY - file.size);
}

static void test_too_little_memory_is_a_sentence(void **state)
{
    (void)state;
    if (!is_limit_kept())
        skip();
    struct bytes file = large_pbm();
    char sentence[1024] = "";
    assert_int_equal(decode_within((size_t)1 << 20, &file, sentence), 1);
    assert_non_null(strstr(sentence, "8000000 bytes of memory for a picture could not be had"));
    support_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_100_megapixels_take_no_more_room_than_stated),
        cmocka_unit_test(test_a_jpeg_of_many_scans_takes_no_more_than_stated),
        cmocka_unit_test(test_too_little_memory_is_a_sentence),
    };
    mallopt(M_MMAP_THRESHOLD, 1 << 17); /* what is freed goes back: no room is left over from another test */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
