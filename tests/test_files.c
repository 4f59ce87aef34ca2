/* Whole files: read with a limit; written so that nobody ever sees half of one; and folders. */
#define _GNU_SOURCE /* O_TMPFILE */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "support.h"

/* ---- Helpers ---- */

static void assert_holds(const char *path, const char *content)
{
    unsigned char *bytes = NULL;
    size_t size;
    struct error err = {0};
    if (files_read(&bytes, &size, path, 1 << 20, ERROR_FAILED, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(size, strlen(content));
    assert_memory_equal(bytes, content, size);
    free(bytes);
}

static void write_file(const char *path, const char *content)
{
    struct error err = {0};
    if (files_write(path, content, strlen(content), &err) != 0)
        fail_msg("%s", err.text);
}

static void assert_said(int result, const struct error *err, enum error_kind kind, const char *path,
                        const char *sentence)
{
    char expected[768];
    snprintf(expected, sizeof expected, "%s: %s", path, sentence);
    assert_int_equal(result, -1);
    assert_int_equal(err->kind, kind);
    assert_string_equal(err->text, expected);
}

static void assert_read_refused(const char *path, size_t limit, const char *sentence)
{
    unsigned char *bytes = NULL;
    size_t size = 77;
    struct error err = {0};
    assert_said(files_read(&bytes, &size, path, limit, ERROR_MODEL, &err), &err, ERROR_MODEL, path, sentence);
    assert_null(bytes);
    assert_int_equal(size, 77);
}

static void assert_write_refused(const char *path, const char *sentence)
{
    struct error err = {0};
    assert_said(files_write(path, "new", 3, &err), &err, ERROR_FAILED, path, sentence);
}

/* Nothing but `file` is in the folder: no temporary name was left. */
static void assert_nothing_left_behind(void)
{
    assert_int_equal(unlink(support_file), 0);
    assert_int_equal(rmdir(support_folder), 0);
    assert_int_equal(mkdir(support_folder, 0700), 0);
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode;
}

/* ---- Reading ---- */

static void a_file_is_read_whole_with_a_nul_behind_it(void **state)
{
    (void)state;
    unsigned char content[200000], *bytes = NULL;
    size_t size;
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (unsigned char)(i * 7 + i / 256);
    support_write(support_file, content, sizeof content);
    assert_int_equal(files_read(&bytes, &size, support_file, sizeof content, ERROR_MODEL, NULL), 0);
    assert_int_equal(size, sizeof content);
    assert_memory_equal(bytes, content, size);
    assert_int_equal(bytes[size], 0);
    free(bytes);
}

static void a_file_longer_than_the_limit_is_refused(void **state)
{
    (void)state;
    support_write(support_file, "12345", 5);
    assert_read_refused(support_file, 4, "is longer than the 4 bytes that are read at most");
    assert_holds(support_file, "12345");
    support_write(support_file, "", 0);
    assert_holds(support_file, "");
}

static void a_pipe_is_read_and_limited_too(void **state)
{
    (void)state;
    int ends[2];
    char path[32];
    for (size_t limit = 4; limit <= 5; limit++) {
        unsigned char *bytes = NULL;
        size_t size;
        struct error err = {0};
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], "12345", 5), 5);
        close(ends[1]);
        snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
        assert_int_equal(files_read(&bytes, &size, path, limit, ERROR_MODEL, &err), limit == 5 ? 0 : -1);
        free(bytes);
        close(ends[0]);
    }
}

static void a_missing_file_or_a_folder_is_refused(void **state)
{
    (void)state;
    assert_read_refused(support_file, 10, "cannot be opened: No such file or directory");
    assert_read_refused(support_folder, 10, "is a folder, a file was expected");
}

/* ---- Writing ---- */

static void a_new_file_has_the_mode_of_the_mask(void **state)
{
    (void)state;
    const mode_t mask = umask(027);
    write_file(support_file, "new");
    umask(mask);
    assert_holds(support_file, "new");
    assert_int_equal(mode_of(support_file) & 0777, 0640);
    assert_nothing_left_behind();
}

static void an_old_file_is_replaced_and_its_mode_kept(void **state)
{
    (void)state;
    write_file(support_file, "the old content");
    assert_int_equal(chmod(support_file, 0604), 0);
    write_file(support_file, "new");
    assert_holds(support_file, "new");
    assert_int_equal(mode_of(support_file) & 0777, 0604);
    assert_nothing_left_behind();
}

static void a_reader_of_the_old_file_is_not_disturbed(void **state)
{
    (void)state;
    char old[4] = "";
    write_file(support_file, "old");
    const int reader = open(support_file, O_RDONLY);
    write_file(support_file, "new");
    assert_int_equal(read(reader, old, 3), 3);
    assert_string_equal(old, "old");
    close(reader);
}

static void a_symbolic_link_is_followed(void **state)
{
    (void)state;
    char *other = support_path(support_folder, "other"), *target = support_path(support_folder, "other/target");
    assert_int_equal(mkdir(other, 0700), 0);
    write_file(target, "old");
    assert_int_equal(symlink("other/target", support_file), 0);
    write_file(support_file, "new");
    assert_true(S_ISLNK(mode_of(support_file)));
    assert_true(S_ISREG(mode_of(target)));
    assert_holds(target, "new");
    free(target);
    free(other);
}

static void what_is_no_regular_file_is_written_in_place(void **state)
{
    (void)state;
    char path[32], got[4] = "";
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[1]);
    write_file(path, "new");
    assert_int_equal(read(ends[0], got, 3), 3);
    assert_string_equal(got, "new");
    close(ends[0]);
    close(ends[1]);
    write_file("/dev/null", "new");
}

static void a_folder_or_a_path_through_nothing_is_refused(void **state)
{
    (void)state;
    char *nowhere = support_path(support_folder, "nowhere/file"), *through = support_path(support_folder, "file/file");
    assert_write_refused(support_folder, "cannot be written: Is a directory");
    assert_write_refused(nowhere, "cannot be written: No such file or directory");
    write_file(support_file, "old");
    assert_write_refused(through, "cannot be written: Not a directory");
    assert_holds(support_file, "old");
    assert_nothing_left_behind();
    free(nowhere);
    free(through);
}

/* The disk is full, as far as this process can tell. */
static void a_write_that_breaks_off_leaves_the_old_file(void **state)
{
    (void)state;
    struct rlimit kept, low;
    struct error err = {0};
    char content[5000];
    memset(content, 'x', sizeof content);
    write_file(support_file, "old");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    low = kept;
    low.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const int result = files_write(support_file, content, sizeof content, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_said(result, &err, ERROR_FAILED, support_file, "cannot be written: File too large");
    assert_holds(support_file, "old");
    assert_nothing_left_behind();
}

/* The limit's signal kills it in the middle of the bytes, as kill -9 might. */
static void a_program_that_is_killed_while_it_writes_leaves_nothing_behind(void **state)
{
    (void)state;
    const int nameless = open(support_folder, O_TMPFILE | O_WRONLY, 0600);
    if (nameless < 0)
        skip(); /* this file system has only files with names */
    close(nameless);
    write_file(support_file, "old");
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct rlimit low = {4096, 4096};
        static const char content[5000];
        struct error err;
        signal(SIGXFSZ, SIG_DFL);
        setrlimit(RLIMIT_FSIZE, &low);
        files_write(support_file, content, sizeof content, &err);
        _exit(0);
    }
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    assert_holds(support_file, "old");
    assert_nothing_left_behind();
}

static void a_temporary_name_that_is_taken_is_left_alone(void **state)
{
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "file.%ld", (long)getpid());
    char *taken = support_path(support_folder, name);
    write_file(taken, "somebody's");
    write_file(support_file, "new");
    assert_holds(support_file, "new");
    assert_holds(taken, "somebody's");
    assert_int_equal(unlink(taken), 0);
    assert_nothing_left_behind();
    free(taken);
}

static void standard_output_has_another_name(void **state)
{
    (void)state;
    static const char sentence[] = "names no file here: use /dev/stdout to write to standard output";
    struct error err = {0};
    assert_write_refused("-", sentence);
    assert_said(files_check_writable("-", &err), &err, ERROR_FAILED, "-", sentence);
}

static void what_is_appended_stands_behind_what_was_there(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(files_append(support_file, "one\n", 4, &err), 0);
    assert_int_equal(files_append(support_file, "two\n", 4, &err), 0);
    assert_holds(support_file, "one\ntwo\n");
    assert_said(files_append(support_folder, "x", 1, &err), &err, ERROR_FAILED, support_folder,
                "cannot be written: Is a directory");
}

static void what_cannot_be_appended_whole_is_not_appended(void **state)
{
    (void)state;
    struct rlimit kept, low;
    struct error err = {0};
    write_file(support_file, "a line\n");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &kept), 0);
    low = kept;
    low.rlim_cur = 10;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
    const int result = files_append(support_file, "another\n", 8, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &kept), 0);
    assert_said(result, &err, ERROR_FAILED, support_file, "cannot be written: File too large");
    assert_holds(support_file, "a line\n");
}

/* ---- Trying out ---- */

static void a_path_that_can_be_written_is_said_so_and_not_touched(void **state)
{
    (void)state;
    assert_int_equal(files_check_writable(support_file, NULL), 0);
    assert_int_equal(access(support_file, F_OK), -1);
    assert_int_equal(files_check_writable("/dev/null", NULL), 0);
}

static void a_path_that_cannot_be_written_is_said_so(void **state)
{
    (void)state;
    struct error err = {0};
    char *nowhere = support_path(support_folder, "nowhere"), *inside = support_path(support_folder, "nowhere/file"),
         sentence[512];
    assert_said(files_check_writable(support_folder, &err), &err, ERROR_FAILED, support_folder,
                "cannot be written: Is a directory");
    char name[251]; /* room for it, but none for the temporary name's ending */
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    char *too_long = support_path(support_folder, name);
    assert_said(files_check_writable(too_long, &err), &err, ERROR_FAILED, too_long,
                "cannot be written: File name too long");
    free(too_long);
    snprintf(sentence, sizeof sentence, "cannot be written: the folder %s: No such file or directory", nowhere);
    assert_said(files_check_writable(inside, &err), &err, ERROR_FAILED, inside, sentence);
    free(nowhere);
    free(inside);
}

/* The folder of the link may be writable while that of its target is gone. */
static void a_symbolic_link_is_followed_there_too(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(symlink("nowhere/target", support_file), 0);
    assert_said(files_check_writable(support_file, &err), &err, ERROR_FAILED, support_file,
                "cannot be written: No such file or directory");
    assert_write_refused(support_file, "cannot be written: No such file or directory");
    assert_true(S_ISLNK(mode_of(support_file)));
}

/* ---- Folders ---- */

static void a_missing_folder_is_made_and_one_that_is_there_is_left(void **state)
{
    (void)state;
    struct error err = {0};
    char *inside = support_path(support_folder, "file/inside");
    const mode_t mask = umask(027);
    assert_int_equal(files_make_folder(support_file, &err), 0);
    umask(mask);
    assert_true(S_ISDIR(mode_of(support_file)));
    assert_int_equal(mode_of(support_file) & 0777, 0750);
    write_file(inside, "kept");
    assert_int_equal(files_make_folder(support_file, &err), 0);
    assert_holds(inside, "kept");
    assert_int_equal(files_make_folder("/", &err), 0);
    char *deep = support_path(support_folder, "file/a//b/c/");
    assert_int_equal(files_make_folder(deep, &err), 0);
    assert_true(S_ISDIR(mode_of(deep)));
    free(deep);
    free(inside);
}

static void a_folder_that_cannot_be_made_is_said_so(void **state)
{
    (void)state;
    struct error err = {0};
    char *nowhere = support_path(support_folder, "file/inside");
    write_file(support_file, "a file");
    assert_said(files_make_folder(nowhere, &err), &err, ERROR_FAILED, nowhere,
                "the folder cannot be made: Not a directory");
    assert_said(files_make_folder(support_file, &err), &err, ERROR_FAILED, support_file,
                "is a file, a folder was expected");
    assert_holds(support_file, "a file");
    assert_int_equal(unlink(support_file), 0);
    assert_int_equal(symlink("nowhere", support_file), 0);
    assert_said(files_make_folder(support_file, &err), &err, ERROR_FAILED, support_file,
                "the folder cannot be made: File exists");
    free(nowhere);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, support_arrive, support_leave)
    const struct CMUnitTest tests[] = {
        EACH(a_file_is_read_whole_with_a_nul_behind_it),
        EACH(a_file_longer_than_the_limit_is_refused),
        EACH(a_pipe_is_read_and_limited_too),
        EACH(a_missing_file_or_a_folder_is_refused),
        EACH(a_new_file_has_the_mode_of_the_mask),
        EACH(an_old_file_is_replaced_and_its_mode_kept),
        EACH(a_reader_of_the_old_file_is_not_disturbed),
        EACH(a_symbolic_link_is_followed),
        EACH(what_is_no_regular_file_is_written_in_place),
        EACH(a_folder_or_a_path_through_nothing_is_refused),
        EACH(a_write_that_breaks_off_leaves_the_old_file),
        EACH(a_program_that_is_killed_while_it_writes_leaves_nothing_behind),
        EACH(a_temporary_name_that_is_taken_is_left_alone),
        EACH(standard_output_has_another_name),
        EACH(what_is_appended_stands_behind_what_was_there),
        EACH(what_cannot_be_appended_whole_is_not_appended),
        EACH(a_path_that_can_be_written_is_said_so_and_not_touched),
        EACH(a_path_that_cannot_be_written_is_said_so),
        EACH(a_symbolic_link_is_followed_there_too),
        EACH(a_missing_folder_is_made_and_one_that_is_there_is_left),
        EACH(a_folder_that_cannot_be_made_is_said_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
