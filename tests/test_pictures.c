/* cli/pictures: what names, folders and lists stand for, and work on many files that is told of in order. */
#define _POSIX_C_SOURCE 200809L
#include <omp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/pictures.h"
#include "support.h"

static int arrive(void **state)
{
    support_arrive(state);
    assert_int_equal(chdir(support_folder), 0);
    return 0;
}

/* A folder is never removed from within. */
static int leave(void **state)
{
    assert_int_equal(chdir("/"), 0);
    return support_leave(state);
}

/* Finds, and the paths have to be these; NULL ends them. */
static void assert_found(const char *list, char **names, int count, const char *const *expected)
{
    struct pictures pictures;
    struct error err = {0};
    if (pictures_find(&pictures, names, count, list, &err) != 0)
        fail_msg("%s", err.text);
    int i = 0;
    for (; expected[i] != NULL; i++) {
        assert_true(i < pictures.count);
        assert_string_equal(pictures.paths[i], expected[i]);
    }
    assert_int_equal(pictures.count, i);
    pictures_free(&pictures);
}

static void assert_refused(const char *list, char **names, int count, enum error_kind kind, const char *sentence)
{
    struct pictures pictures = {.count = -1};
    struct error err = {0};
    assert_int_equal(pictures_find(&pictures, names, count, list, &err), -1);
    assert_int_equal(pictures.count, -1);
    assert_int_equal(err.kind, kind);
    assert_string_equal(err.text, sentence);
}

static void names_stay_in_their_order_whether_there_is_such_a_file_or_not(void **state)
{
    (void)state;
    char *names[] = {"z.png", "-", "none", "a b.jpg"};
    assert_found(NULL, names, 4, (const char *const[]){"z.png", "-", "none", "a b.jpg", NULL});
}

static void a_folder_stands_for_the_pictures_right_in_it_by_the_bytes_of_their_names(void **state)
{
    (void)state;
    static const char *const files[] = {"d/b.png",  "d/B.JPG",     "d/10.pgm", "d/9.webp",
                                        "d/.x.png", "d/notes.txt", "d/.png",   "d/png"};
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("d/deeper", 0700), 0);
    support_write("d/deeper/c.png", "", 0);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        support_write(files[i], "", 0);
    char *names[] = {"d", "x", "d/"};
    assert_found(NULL, names, 3,
                 (const char *const[]){"d/.x.png", "d/10.pgm", "d/9.webp", "d/B.JPG", "d/b.png", "x", "d/.x.png",
                                       "d/10.pgm", "d/9.webp", "d/B.JPG", "d/b.png", NULL});
}

static void a_list_is_parted_by_newlines_or_by_nuls_and_follows_the_names(void **state)
{
    (void)state;
    char *names[] = {"first"};
    support_write("lines", "a\n\nb c\nlast", 11);
    assert_found("lines", names, 1, (const char *const[]){"first", "a", "b c", "last", NULL});
    support_write("nuls", "new\nline\0\0plain\0", 16);
    assert_found("nuls", NULL, 0, (const char *const[]){"new\nline", "plain", NULL});
}

static void what_names_nothing_or_reads_standard_input_twice_is_refused(void **state)
{
    (void)state;
    char *twice[] = {"-", "a", "-"};
    support_write("empty", "\n\n", 2);
    support_write("dash", "-\n", 2);
    assert_refused(NULL, NULL, 0, ERROR_USAGE, "no picture is named: give files, folders or --files-from LIST");
    assert_refused("empty", NULL, 0, ERROR_USAGE, "empty: the list names no picture");
    assert_refused("none", NULL, 0, ERROR_FAILED, "none: cannot be opened: No such file or directory");
    assert_refused(NULL, twice, 3, ERROR_USAGE, "- stands for standard input, which can be read once: name it once");
    assert_refused("dash", twice, 1, ERROR_USAGE, "- stands for standard input, which can be read once: name it once");
}

/* ---- The work ---- */

enum { FILES = 300 };

struct log {
    int at_work, most_at_work, told, failed, threads, busy[64];
};

/* The path is a number; every 7th fails, and every 11th takes its time. */
static int slow_work(void *result, void *context, int thread, const char *path, struct error *err)
{
    struct log *log = context;
    const int number = atoi(path);
    assert_true(thread >= 0 && thread < log->threads);
    assert_int_equal(__atomic_exchange_n(&log->busy[thread], 1, __ATOMIC_SEQ_CST), 0);
    assert_int_equal(*(int *)result, 0);
    if (number % 11 == 0)
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    *(int *)result = number + 1;
    __atomic_store_n(&log->busy[thread], 0, __ATOMIC_SEQ_CST);
    return number % 7 == 0 ? error_set(err, ERROR_FAILED, "%s: a seventh", path) : 0;
}

static void in_order(void *context, const char *path, void *result, const struct error *err)
{
    struct log *log = context;
    char sentence[32];
    assert_int_equal(atoi(path), log->told);
    assert_int_equal(err != NULL, log->told % 7 == 0);
    snprintf(sentence, sizeof sentence, "%d: a seventh", log->told);
    if (err != NULL)
        assert_string_equal(err->text, sentence);
    else
        assert_int_equal(*(int *)result, log->told + 1);
    log->failed += err != NULL;
    log->told++;
}

static void every_file_is_worked_on_once_and_told_of_in_order_by_any_number_of_threads(void **state)
{
    (void)state;
    char text[FILES][8], *names[FILES];
    for (int i = 0; i < FILES; i++) {
        snprintf(text[i], sizeof text[i], "%d", i);
        names[i] = text[i];
    }
    static const int threads[] = {1, 2, 5, 16};
    for (size_t t = 0; t < sizeof threads / sizeof threads[0]; t++) {
        struct pictures pictures;
        struct error err = {0};
        struct log log = {.threads = threads[t]};
        const struct pictures_job job = {sizeof(int), slow_work, in_order, &log, threads[t]};
        assert_int_equal(pictures_find(&pictures, names, FILES, NULL, &err), 0);
        assert_int_equal(pictures_run(&pictures, &job, &err), 0);
        assert_int_equal(log.told, FILES);
        assert_int_equal(log.failed, (FILES + 6) / 7);
        pictures_free(&pictures);
    }
}

static void told_of_folders(void *context, const char *path, void *result, const struct error *err)
{
    (void)path, (void)result;
    assert_non_null(err);
    assert_string_equal(err->text, "hollow: is a folder with no picture right in it (a name such as *.png or *.jpg)");
    ++*(int *)context;
}

static void a_folder_without_pictures_is_a_file_that_failed(void **state)
{
    (void)state;
    char *names[] = {"hollow"};
    struct pictures pictures;
    struct error err = {0};
    int told = 0;
    assert_int_equal(mkdir("hollow", 0700), 0);
    assert_int_equal(pictures_find(&pictures, names, 1, NULL, &err), 0);
    assert_int_equal(pictures_threads(&pictures, 8), 1);
    const struct pictures_job job = {sizeof(int), slow_work, told_of_folders, &told, 1};
    assert_int_equal(pictures_run(&pictures, &job, &err), 0);
    assert_int_equal(told, 1);
    pictures_free(&pictures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_stay_in_their_order_whether_there_is_such_a_file_or_not, arrive, leave),
        cmocka_unit_test_setup_teardown(a_folder_stands_for_the_pictures_right_in_it_by_the_bytes_of_their_names,
                                        arrive, leave),
        cmocka_unit_test_setup_teardown(a_list_is_parted_by_newlines_or_by_nuls_and_follows_the_names, arrive, leave),
        cmocka_unit_test_setup_teardown(what_names_nothing_or_reads_standard_input_twice_is_refused, arrive, leave),
        cmocka_unit_test(every_file_is_worked_on_once_and_told_of_in_order_by_any_number_of_threads),
        cmocka_unit_test_setup_teardown(a_folder_without_pictures_is_a_file_that_failed, arrive, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
