/* The IDX reader: good files in every packing, and files that were cut or changed on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataset/idx.h"
#include "support.h"

#define FETCH ": fetch it again (MNIST: run scripts/get-mnist)"

/* ---- Helpers ---- */

static void assert_images(const unsigned char *content, int count, int channels, int rows, int cols)
{
    struct idx_images images;
    struct error err = {0};
    if (idx_read_images(&images, support_file, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(images.count, count);
    assert_int_equal(images.channels, channels);
    assert_int_equal(images.rows, rows);
    assert_int_equal(images.cols, cols);
    assert_memory_equal(images.pixels, content, (size_t)count * (size_t)channels * (size_t)rows * (size_t)cols);
    idx_free_images(&images);
}

/* Reads `path`, which has to be refused, with this sentence behind the path if not NULL, and the output untouched. */
static void assert_refused(const char *sentence)
{
    struct idx_images images, before;
    struct error err = {0};
    memset(&images, 0x5a, sizeof images);
    memset(&before, 0x5a, sizeof before);
    assert_int_equal(idx_read_images(&images, support_file, &err), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_memory_equal(err.text, support_file, strlen(support_file));
    if (sentence != NULL)
        assert_string_equal(err.text + strlen(support_file), sentence);
    assert_memory_equal(&images, &before, sizeof before);
}

static struct bytes small_images(void)
{
    return support_idx(3, (const uint32_t[]){3, 4, 5});
}

/* ---- Good files ---- */

static void a_plain_file_is_read(void **state)
{
    (void)state;
    struct bytes file = small_images();
    support_write(support_file, file.data, file.size);
    assert_images(file.data + 16, 3, 1, 4, 5);
    support_free(&file);
}

static void gzip_is_known_by_its_content_not_its_name(void **state)
{
    (void)state;
    struct bytes file = small_images();
    for (int level = 0; level <= 9; level++) {
        struct bytes packed = support_gzip(file.data, file.size, level);
        support_write(support_file, packed.data, packed.size); /* the name has no .gz */
        assert_images(file.data + 16, 3, 1, 4, 5);
        support_free(&packed);
    }
    support_free(&file);
}

static void a_plain_file_may_be_called_gz(void **state)
{
    (void)state;
    struct bytes file = small_images();
    free(support_file);
    support_file = support_path(support_folder, "file.gz");
    support_write(support_file, file.data, file.size);
    assert_images(file.data + 16, 3, 1, 4, 5);
    support_free(&file);
}

static void a_file_of_many_chunks_is_read_plain_and_packed(void **state)
{
    (void)state;
    struct bytes file = support_idx(3, (const uint32_t[]){300, 28, 28});
    support_write(support_file, file.data, file.size);
    assert_images(file.data + 16, 300, 1, 28, 28);
    for (int level = 0; level <= 9; level += 3) {
        struct bytes packed = support_gzip(file.data, file.size, level);
        support_write(support_file, packed.data, packed.size);
        assert_images(file.data + 16, 300, 1, 28, 28);
        support_free(&packed);
    }
    support_free(&file);
}

static void four_dimensions_are_images_with_channels(void **state)
{
    (void)state;
    struct bytes file = support_idx(4, (const uint32_t[]){2, 3, 4, 5});
    support_write(support_file, file.data, file.size);
    assert_images(file.data + 20, 2, 3, 4, 5);
    support_free(&file);
}

static void labels_are_read(void **state)
{
    (void)state;
    struct idx_labels labels;
    struct error err = {0};
    struct bytes file = support_idx(1, (const uint32_t[]){25});
    support_write(support_file, file.data, file.size);
    assert_int_equal(idx_read_labels(&labels, support_file, 10, &err), 0);
    assert_int_equal(labels.count, 25);
    assert_memory_equal(labels.labels, file.data + 8, 25);
    idx_free_labels(&labels);
    support_free(&file);
}

static void gzip_in_two_members_is_one_file_wherever_it_is_divided(void **state)
{
    (void)state;
    struct bytes file = small_images();
    for (size_t cut = 0; cut <= file.size; cut++) {
        struct bytes packed = support_gzip(file.data, cut, 6);
        struct bytes rest = support_gzip(file.data + cut, file.size - cut, 6);
        support_append(&packed, rest.data, rest.size);
        support_write(support_file, packed.data, packed.size);
        assert_images(file.data + 16, 3, 1, 4, 5);
        support_free(&packed);
        support_free(&rest);
    }
    support_free(&file);
}

/* The reader takes 65536 bytes at a time: here the second member begins before, at and behind the first such place and
 * the second one. */
static void the_second_gzip_member_may_begin_anywhere_in_a_chunk(void **state)
{
    (void)state;
    struct bytes file = support_idx(3, (const uint32_t[]){140000, 1, 1});
    for (size_t end = 65536; end <= 131072; end += 65536) {
        for (size_t size = end - 48; size <= end; size++) {
            struct bytes packed = support_gzip(file.data, size, 0);
            struct bytes rest = support_gzip(file.data + size, file.size - size, 0);
            support_append(&packed, rest.data, rest.size);
            support_write(support_file, packed.data, packed.size);
            assert_images(file.data + 16, 140000, 1, 1, 1);
            support_free(&packed);
            support_free(&rest);
        }
    }
    support_free(&file);
}

/* ---- Damaged files ---- */

static void every_truncation_of_a_plain_file_is_named(void **state)
{
    (void)state;
    char sentence[200];
    struct bytes file = small_images();
    for (size_t size = 1; size < file.size; size++) {
        support_write(support_file, file.data, size);
        snprintf(sentence, sizeof sentence, ": is cut short: %zu of %s%d bytes" FETCH, size,
                 size < 16 ? "at least " : "", size < 16 ? 16 : (int)file.size);
        assert_refused(sentence);
    }
    support_free(&file);
}

/* Stored, not deflated: byte 15 of the gzip file is byte 0 of the content, so the counts are known. */
static void every_truncation_of_a_gzip_file_is_named(void **state)
{
    (void)state;
    char sentence[200];
    struct bytes file = small_images(), packed = support_gzip(file.data, file.size, 0);
    assert_int_equal(packed.size, 15 + file.size + 8);
    for (size_t size = 2; size < packed.size; size++) {
        size_t unpacked = size < 15 ? 0 : size - 15;
        if (unpacked > file.size)
            unpacked = file.size;
        support_write(support_file, packed.data, size);
        snprintf(sentence, sizeof sentence, ": its gzip data is cut short: it ends after %zu of %s%d bytes%s" FETCH,
                 unpacked, unpacked < 16 ? "at least " : "", unpacked < 16 ? 16 : (int)file.size,
                 unpacked == file.size ? ", before its checksum" : "");
        assert_refused(sentence);
    }
    support_free(&packed);
    support_free(&file);
}

static void every_truncation_of_a_deflated_file_is_refused(void **state)
{
    (void)state;
    struct bytes file = small_images(), packed = support_gzip(file.data, file.size, 9);
    for (size_t size = 0; size < packed.size; size++) {
        support_write(support_file, packed.data, size);
        assert_refused(NULL);
    }
    support_free(&packed);
    support_free(&file);
}

static void every_flipped_bit_of_a_header_is_refused(void **state)
{
    (void)state;
    struct bytes file = small_images();
    for (size_t bit = 0; bit < 8 * 16; bit++) {
        file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        support_write(support_file, file.data, file.size);
        assert_refused(NULL);
        file.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    support_free(&file);
}

/* Whatever a flipped bit does to gzip, no other bytes may come out of it. Bits that say nothing about the content
 * (time, operating system) may flip. */
static void no_flipped_bit_of_a_gzip_file_changes_the_content(void **state)
{
    (void)state;
    struct bytes file = small_images(), packed = support_gzip(file.data, file.size, 9);
    int refused = 0;
    for (size_t bit = 0; bit < 8 * packed.size; bit++) {
        struct idx_images images;
        struct error err = {0};
        packed.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        support_write(support_file, packed.data, packed.size);
        if (idx_read_images(&images, support_file, &err) == 0) {
            assert_memory_equal(images.pixels, file.data + 16, file.size - 16);
            idx_free_images(&images);
        } else {
            assert_int_equal(err.kind, ERROR_DATA);
            refused++;
        }
        packed.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(refused > 8 * (int)(packed.size - 10));
    support_free(&packed);
    support_free(&file);
}

static void a_gzip_bomb_behind_a_small_header_is_refused(void **state)
{
    (void)state;
    struct bytes file = support_idx(3, (const uint32_t[]){1 << 26, 1, 1});
    file.data[4] = 0;
    file.data[7] = 7; /* the header asks for 7 images of one pixel */
    struct bytes packed = support_gzip(file.data, file.size, 9);
    support_write(support_file, packed.data, packed.size);
    assert_refused(": is longer than the 23 bytes that its header asks for" FETCH);
    support_free(&packed);
    support_free(&file);
}

static void one_byte_behind_a_gzip_member_is_refused(void **state)
{
    (void)state;
    struct bytes file = small_images(), packed = support_gzip(file.data, file.size, 9);
    support_append(&packed, "\n", 1);
    for (int byte = 0; byte < 256; byte++) {
        packed.data[packed.size - 1] = (unsigned char)byte;
        support_write(support_file, packed.data, packed.size);
        assert_refused(": goes on behind the end of its gzip data with something else" FETCH);
    }
    support_free(&packed);
    support_free(&file);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, support_arrive, support_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_plain_file_is_read),
        CASE(gzip_is_known_by_its_content_not_its_name),
        CASE(a_plain_file_may_be_called_gz),
        CASE(a_file_of_many_chunks_is_read_plain_and_packed),
        CASE(four_dimensions_are_images_with_channels),
        CASE(labels_are_read),
        CASE(gzip_in_two_members_is_one_file_wherever_it_is_divided),
        CASE(the_second_gzip_member_may_begin_anywhere_in_a_chunk),
        CASE(every_truncation_of_a_plain_file_is_named),
        CASE(every_truncation_of_a_gzip_file_is_named),
        CASE(every_truncation_of_a_deflated_file_is_refused),
        CASE(every_flipped_bit_of_a_header_is_refused),
        CASE(no_flipped_bit_of_a_gzip_file_changes_the_content),
        CASE(a_gzip_bomb_behind_a_small_header_is_refused),
        CASE(one_byte_behind_a_gzip_member_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
