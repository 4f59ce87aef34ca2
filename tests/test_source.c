/* Where a data set comes from: MNIST by its digest, drawn digits by the file SYNTHETIC, and no wrong name ever. */
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

#include "base/files.h"
#include "dataset/source.h"
#include "support.h"

#define MNIST_TRAIN "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b"
#define MNIST_TEST "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b"
#define ONE "1111111111111111111111111111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222222222222222222222222222"
#define DRAWN_BY "lenet5 synth --count 60000 --test 10000 --seed 1 (lenet5 0.1.0)"
#define SENTENCE "Synthetic digits, drawn by " DRAWN_BY ": no image of MNIST is among them.\n"

static char *folder, *file; /* of the running test */

static int make_folder(void **state)
{
    (void)state;
    folder = support_make_folder();
    file = support_path(folder, "SYNTHETIC");
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    free(file);
    support_remove_folder(folder);
    return 0;
}

static void assert_holds(const char *content)
{
    unsigned char *bytes = NULL;
    size_t size;
    assert_int_equal(files_read(&bytes, &size, file, 1 << 20, ERROR_FAILED, NULL), 0);
    assert_string_equal((char *)bytes, content);
    assert_int_equal(size, strlen(content));
    free(bytes);
}

static void write_text(const char *text)
{
    support_write(file, text, strlen(text));
}

/* ---- Names ---- */

static void mnist_is_known_by_its_digest_in_any_folder(void **state)
{
    (void)state;
    assert_string_equal(source_name(folder, MNIST_TRAIN), "MNIST");
    assert_string_equal(source_name("/no/such/folder", MNIST_TEST), "MNIST");
    write_text("train " MNIST_TRAIN "\n"); /* whatever a file says of it */
    assert_string_equal(source_name(folder, MNIST_TRAIN), "MNIST");
}

static void the_shipped_model_was_trained_on_that_digest(void **state)
{
    (void)state;
    unsigned char *text = NULL;
    size_t size;
    const char *root = getenv("LENET5_ROOT");
    char *path = support_path(root != NULL ? root : ".", "models/lenet5.json");
    if (access(path, R_OK) != 0) {
        print_message("SKIPPED: models/lenet5.json is not there\n");
        skip();
    }
    assert_int_equal(files_read(&text, &size, path, 1 << 24, ERROR_FAILED, NULL), 0);
    assert_non_null(strstr((char *)text, "\"" MNIST_TRAIN "\""));
    free(text);
    free(path);
}

static void any_other_digest_is_unknown(void **state)
{
    (void)state;
    assert_null(source_name(folder, ONE));
    assert_null(source_name("/no/such/folder", ONE));
}

static void what_was_drawn_is_known_and_nothing_else(void **state)
{
    (void)state;
    assert_int_equal(source_write_synthetic(folder, DRAWN_BY, ONE, TWO, NULL), 0);
    assert_string_equal(source_name(folder, ONE), "synthetic digits");
    assert_string_equal(source_name(folder, TWO), "synthetic digits");
    assert_null(source_name(folder, "3333333333333333333333333333333333333333333333333333333333333333"));
    assert_null(source_name(folder, ""));
    assert_null(source_name(folder, "1111"));
}

static void a_digest_counts_only_as_a_line_of_its_own(void **state)
{
    (void)state;
    static const char *const not_so[] = {ONE "\n",           "train " ONE "1\n",    "train  " ONE "\n",
                                         " train " ONE "\n", "model " ONE "\n",     "not train " ONE "\n",
                                         "train " ONE " \n", "\0train " ONE "\n\n", "train"};
    static const char *const so[] = {"train " ONE, "test " ONE "\n", "\n\ntest " TWO "\ntrain " ONE "\nand more"};
    for (size_t i = 0; i < sizeof not_so / sizeof *not_so; i++) {
        write_text(not_so[i]);
        assert_null(source_name(folder, ONE));
    }
    for (size_t i = 0; i < sizeof so / sizeof *so; i++) {
        write_text(so[i]);
        assert_string_equal(source_name(folder, ONE), "synthetic digits");
    }
}

/* ---- A file SYNTHETIC that is none ---- */

static void a_huge_file_lists_nothing(void **state)
{
    (void)state;
    write_text("train " ONE "\n");
    assert_int_equal(truncate(file, 4096), 0);
    assert_string_equal(source_name(folder, ONE), "synthetic digits");
    assert_int_equal(truncate(file, 4097), 0);
    assert_null(source_name(folder, ONE));
    assert_int_equal(truncate(file, (off_t)1 << 40), 0); /* a hole */
    assert_null(source_name(folder, ONE));
}

static void any_bytes_do_no_harm(void **state)
{
    (void)state;
    unsigned char bytes[4096];
    for (int round = 0; round < 16; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)((i * 2654435761u + (unsigned)round) >> (round % 8));
        support_write(file, bytes, sizeof bytes - (size_t)round);
        assert_null(source_name(folder, ONE));
    }
    support_write(file, "", 0);
    assert_null(source_name(folder, ONE));
}

static void a_folder_a_pipe_or_a_link_to_nothing_lists_nothing(void **state)
{
    (void)state;
    assert_int_equal(mkdir(file, 0777), 0);
    assert_null(source_name(folder, ONE));
    assert_int_equal(rmdir(file), 0);
    assert_int_equal(mkfifo(file, 0666), 0); /* nobody writes to it */
    assert_null(source_name(folder, ONE));
    assert_int_equal(unlink(file), 0);
    assert_int_equal(symlink("nowhere", file), 0);
    assert_null(source_name(folder, ONE));
    assert_int_equal(unlink(file), 0);
    assert_int_equal(symlink("SYNTHETIC", file), 0); /* to itself */
    assert_null(source_name(folder, ONE));
}

static void a_file_without_permission_lists_nothing(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("SKIPPED: root may read every file\n");
        skip();
    }
    write_text("train " ONE "\n");
    assert_int_equal(chmod(file, 0), 0);
    assert_null(source_name(folder, ONE));
}

static void a_folder_with_too_long_a_name_has_no_source(void **state)
{
    (void)state;
    char name[9000];
    struct error err = {0};
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_null(source_name(name, ONE));
    assert_int_equal(source_write_synthetic(name, DRAWN_BY, ONE, TWO, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
}

/* ---- Writing ---- */

static void the_file_is_a_sentence_and_the_digests_of_what_was_written(void **state)
{
    (void)state;
    assert_int_equal(source_write_synthetic(folder, DRAWN_BY, ONE, TWO, NULL), 0);
    assert_holds(SENTENCE "train " ONE "\ntest " TWO "\n");
    assert_int_equal(source_write_synthetic(folder, DRAWN_BY, NULL, TWO, NULL), 0);
    assert_holds(SENTENCE "test " TWO "\n");
    assert_null(source_name(folder, ONE)); /* it was replaced */
    assert_int_equal(source_write_synthetic(folder, DRAWN_BY, ONE, NULL, NULL), 0);
    assert_holds(SENTENCE "train " ONE "\n");
}

static void what_cannot_be_written_leaves_the_old_file(void **state)
{
    (void)state;
    struct error err = {0};
    char long_story[5000], expected[700];
    memset(long_story, 'a', sizeof long_story - 1);
    long_story[sizeof long_story - 1] = '\0';
    write_text("old");
    assert_int_equal(source_write_synthetic(folder, long_story, ONE, TWO, &err), -1);
    assert_int_equal(err.kind, ERROR_FAILED);
    snprintf(expected, sizeof expected, "%s: would be longer than the 4096 bytes that are read of it", file);
    assert_string_equal(err.text, expected);
    assert_holds("old");
    assert_int_equal(source_write_synthetic("/no/such/folder", DRAWN_BY, ONE, TWO, &err), -1);
    assert_string_equal(err.text, "/no/such/folder/SYNTHETIC: cannot be written: No such file or directory");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(mnist_is_known_by_its_digest_in_any_folder),
        CASE(the_shipped_model_was_trained_on_that_digest),
        CASE(any_other_digest_is_unknown),
        CASE(what_was_drawn_is_known_and_nothing_else),
        CASE(a_digest_counts_only_as_a_line_of_its_own),
        CASE(a_huge_file_lists_nothing),
        CASE(any_bytes_do_no_harm),
        CASE(a_folder_a_pipe_or_a_link_to_nothing_lists_nothing),
        CASE(a_file_without_permission_lists_nothing),
        CASE(a_folder_with_too_long_a_name_has_no_source),
        CASE(the_file_is_a_sentence_and_the_digests_of_what_was_written),
        CASE(what_cannot_be_written_leaves_the_old_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
