/* lenet5 synth: what it refuses, with which sentence and status, and that nothing of the user's is lost by it. */
#define _XOPEN_SOURCE 700
#include <limits.h>
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

#include "commands.h"
#include "dataset/dataset.h"
#include "dataset/source.h"
#include "strokes_text.h"
#include "support.h"

/* A set that is drawn in a moment. */
#define SMALL "synth --count 300 --test 100 "

/* ---- Usage: status 2 ---- */

static void misuse_is_status_2(void **state)
{
    (void)state;
    static const struct {
        const char *arguments, *sentence;
    } cases[] = {
        {"", "synth needs --out DIR for the files, or --sheet FILE.png to look at some"},
        {"--large", "synth needs --out DIR for the files"},
        {"--large --sheet s.png", "synth needs --out DIR for the files"},
        {"--out no --text 42", "--text belongs to big pictures: add --large"},
        {"--out no --digits 3", "--digits belongs to big pictures: add --large"},
        {"--out no --ground paper", "--ground belongs to big pictures: add --large"},
        {"--sheet s.png --height 100", "--height belongs to big pictures: add --large"},
        {"--large --out no --sheet s.png", "--sheet belongs to small digits: leave it or --large out"},
        {"--large --out no --test 5", "--test belongs to small digits: leave it or --large out"},
        {"--large --out no --png", "--png belongs to small digits: leave it or --large out"},
        {"--png", "synth needs --out DIR for the files, or --sheet FILE.png to look at some"},
        {"--png --sheet s.png", "--png needs --out DIR for the pictures"},
        {"--png --out no --test 5", "--test belongs to a data set: leave it or --png out"},
        {"--strangers --out no", "--strangers have no label, so they are no data set: add --png, or use --sheet alone"},
        {"--strangers --large --out no", "--strangers are small: leave them or --large out"},
        {"--strangers --sheet s.png --test 5", "--test belongs to a data set: add --out DIR"},
        {"--png --out no --text 42", "--text belongs to big pictures: add --large"},
        {"--png --out no --count 100001", "--count is 100001: use 1 to 100000 with --png"},
        {"--sheet s.png --test 5", "--test belongs to a data set: add --out DIR"},
        {"--large --out no --digits 3 --text 42", "--text says what is written, so --digits has no say: leave one out"},
        {"--out no --count 0", "--count expects a whole number from 1 to 1000000, not \"0\""},
        {"--out no --count 1000001", "--count expects a whole number from 1 to 1000000, not \"1000001\""},
        {"--out no --test 1000001", "--test expects a whole number from 0 to 1000000, not \"1000001\""},
        {"--out no --test -1", "--test expects a whole number from 0 to 1000000, not \"-1\""},
        {"--large --out no --count 100001", "--count is 100001: use 1 to 100000 with --large"},
        {"--large --out no --ground slate",
         "--ground expects white, dark, black, paper, ruled or squared, not \"slate\""},
        {"--out no --threads 0", "--threads expects a whole number from 1 to 64, not \"0\""},
        {"--out ''", "--out expects DIR, not \"\""},
        {"--out no more", "synth takes no files, and \"more\" was given"},
        {"--out no --strike s", "synth has no option --strike; the nearest is --strokes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        commands_refused(2, cases[i].sentence, "synth %s", cases[i].arguments);
    assert_int_equal(access("no", F_OK), -1);
    assert_int_equal(access("s.png", F_OK), -1);
}

/* ---- Folders: status 3 and 1 ---- */

static void data_that_synth_did_not_draw_is_refused_and_untouched(void **state)
{
    (void)state;
    commands_shell("cp -r data/mnist other && cp -r other kept && mkdir part && cp other/t10k-labels* part");
    const char *sentence = "%s: holds a data set that lenet5 synth did not draw, which is not overwritten: name "
                           "another folder with --out";
    static const char *const folders[] = {"other", "part"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char expected[200];
        snprintf(expected, sizeof expected, sentence, folders[i]);
        commands_refused(3, expected, SMALL "--out %s", folders[i]);
        commands_refused(3, expected, "synth --count 10 --test 0 --out %s", folders[i]);
    }
    commands_shell("diff -r other kept && test `ls part | wc -l` = 1");
}

/* Train would read them, and say nothing of the digits that were drawn. */
static void a_drawn_set_that_was_unpacked_is_not_drawn_over(void **state)
{
    (void)state;
    static const char *const names[] = {"train-images-idx3-ubyte", "t10k-labels.idx1-ubyte",
                                        "train-labels.idx1-ubyte.gz"};
    commands_well("synth --count 10 --test 10 --out unpacked");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char command[200], sentence[300];
        snprintf(command, sizeof command, "cp -r unpacked kept-%zu && touch unpacked/%s", i, names[i]);
        commands_shell(command);
        snprintf(sentence, sizeof sentence,
                 "unpacked: holds %s, which train would read in place of what is drawn: remove it, or name another "
                 "folder with --out",
                 names[i]);
        commands_refused(3, sentence, "synth --count 20 --test 10 --out unpacked");
        snprintf(command, sizeof command, "rm unpacked/%s && diff -r unpacked kept-%zu", names[i], i);
        commands_shell(command);
    }
}

/* Somebody put MNIST where digits had been drawn. */
static void mnist_in_a_folder_of_drawn_digits_is_not_drawn_over(void **state)
{
    (void)state;
    char command[PATH_MAX + 200];
    if (commands_mnist() == NULL) {
        print_message("SKIPPED: MNIST is not there, run scripts/get-mnist or set MNIST_DIR\n");
        skip();
    }
    commands_well("synth --count 10 --test 10 --out precious");
    snprintf(
        command, sizeof command,
        "rm precious/*.gz && cp '%s'/*ubyte* precious && ls precious/*ubyte.gz > list && cp -r precious kept-mnist",
        commands_mnist());
    if (system(command) != 0) {
        print_message("SKIPPED: MNIST is not there as four .gz files\n");
        skip();
    }
    commands_refused(3, "precious: holds MNIST, which is not overwritten: name another folder with --out",
                     "synth --count 20 --out precious");
    commands_shell("diff -r precious kept-mnist");
}

static void a_folder_with_other_files_is_drawn_into(void **state)
{
    (void)state;
    commands_shell("mkdir busy && echo mine > busy/notes");
    commands_well(SMALL "--out busy/");
    assert_int_equal(commands_entries("busy"), 6);
    commands_shell("test `cat busy/notes` = mine");
}

static void a_folder_that_cannot_be_written_is_status_1(void **state)
{
    (void)state;
    commands_shell("echo mine > file");
    commands_refused(1, "file/out: the folder cannot be made: Not a directory", SMALL "--out file/out");
    commands_refused(1, "file: is a file, a folder was expected", SMALL "--out file");
    char name[3001] = "";
    memset(name, 'a', sizeof name - 1);
    struct program_run run = program(SMALL "--out %s", name);
    assert_int_equal(run.status, 1);
    program_free(&run);
    char here[4081] = ""; /* a folder that is there, with no room in a path for the name of a file */
    for (size_t i = 0; i + 1 < sizeof here; i++)
        here[i] = i % 2 == 0 ? '.' : '/';
    static const char *const kinds[] = {SMALL, "synth --png --count 1", "synth --large --count 1"};
    for (int i = 0; i < 3; i++) {
        run = program("%s --out %s", kinds[i], here);
        assert_int_equal(run.status, 2);
        assert_non_null(strstr(run.err, "lenet5: the name of the folder "));
        program_free(&run);
    }
}

static void a_folder_without_permission_is_status_1(void **state)
{
    (void)state;
    if (geteuid() == 0) {
        print_message("SKIPPED: root may write everywhere\n");
        skip();
    }
    commands_shell("mkdir locked && chmod 555 locked");
    struct program_run run = program(SMALL "--out locked");
    assert_int_equal(run.status, 1);
    assert_non_null(strstr(run.err, ": cannot be written: Permission denied\n"));
    program_free(&run);
    commands_shell("chmod 755 locked");
    assert_int_equal(commands_entries("locked"), 0);
}

static void a_sheet_that_cannot_be_written_is_refused_before_anything_is_drawn(void **state)
{
    (void)state;
    commands_refused(1, "no/sheet.png: cannot be written: the folder no: No such file or directory",
                     SMALL "--out undrawn --sheet no/sheet.png");
    assert_int_equal(access("undrawn", F_OK), -1);
}

/* The folder is known as one of drawings from the first file on, or the next run would take it for somebody's data. */
static void a_run_that_breaks_off_can_be_run_again(void **state)
{
    (void)state;
    commands_shell("mkdir -p broken/t10k-labels-idx1-ubyte.gz");
    commands_refused(1, "broken/t10k-labels-idx1-ubyte.gz: cannot be written: Is a directory", SMALL "--out broken");
    commands_shell("rmdir broken/t10k-labels-idx1-ubyte.gz && test -e broken/t10k-images-idx3-ubyte.gz");
    commands_well(SMALL "--out broken");
    struct dataset set;
    assert_int_equal(dataset_load(&set, "broken", DATASET_TEST, 10, NULL), 0);
    assert_string_equal(set.source, SOURCE_SYNTHETIC);
    dataset_free(&set);
}

/* What is there of the older set goes by its name still. */
static void a_set_that_cannot_be_drawn_again_keeps_its_name(void **state)
{
    (void)state;
    commands_well(SMALL "--out steady");
    commands_shell("rm steady/t10k-labels* && mkdir steady/t10k-labels-idx1-ubyte.gz");
    commands_refused(1, "steady/t10k-labels-idx1-ubyte.gz: cannot be written: Is a directory", SMALL "--out steady");
    commands_refused(1,
                     "steady/t10k-labels-idx1-ubyte.gz: cannot be removed, and no test set was asked for: "
                     "Is a directory",
                     "synth --count 300 --test 0 --out steady");
    struct dataset set;
    assert_int_equal(dataset_load(&set, "steady", DATASET_TRAIN, 10, NULL), 0);
    assert_string_equal(set.source, SOURCE_SYNTHETIC);
    dataset_free(&set);
}

/* ---- Strokes: status 4 ---- */

static void wrong_strokes_are_refused_with_their_place(void **state)
{
    (void)state;
    char zero[4096];
    char *text = strokes_text(strokes_text_plain(zero, "[[0, 0], [0, \"widht\"]]"));
    support_write("wrong.strokes", text, strlen(text));
    free(text);
    struct program_run run = program("synth --count 20 --strokes wrong.strokes --out unstruck");
    const char *place = "lenet5: wrong.strokes: digits.0.ways[0].strokes[0][1]";
    assert_int_equal(run.status, 4);
    assert_string_equal(run.out, "");
    assert_int_equal(strncmp(run.err, place, strlen(place)), 0);
    program_free(&run);
    commands_refused(4, "missing.strokes: cannot be opened: No such file or directory",
                     "synth --strokes missing.strokes --out unstruck");
    commands_refused(4, "data/mnist: is a folder, a file was expected",
                     "synth --strokes data/mnist --sheet unstruck.png");
    assert_int_equal(access("unstruck", F_OK), -1);
    assert_int_equal(access("unstruck.png", F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misuse_is_status_2),
        cmocka_unit_test(data_that_synth_did_not_draw_is_refused_and_untouched),
        cmocka_unit_test(a_drawn_set_that_was_unpacked_is_not_drawn_over),
        cmocka_unit_test(mnist_in_a_folder_of_drawn_digits_is_not_drawn_over),
        cmocka_unit_test(a_folder_with_other_files_is_drawn_into),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_status_1),
        cmocka_unit_test(a_folder_without_permission_is_status_1),
        cmocka_unit_test(a_sheet_that_cannot_be_written_is_refused_before_anything_is_drawn),
        cmocka_unit_test(a_run_that_breaks_off_can_be_run_again),
        cmocka_unit_test(a_set_that_cannot_be_drawn_again_keeps_its_name),
        cmocka_unit_test(wrong_strokes_are_refused_with_their_place),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
