/* lenet5 filter: the exit status and the exact sentence for every misuse. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "support.h"

struct folder {
    char *path, *in, *out;
};

/* 6 rows, 8 columns. */
static const char picture[] = "P2 8 6 255 "
                              "1 2 3 4 5 6 7 8 1 2 3 4 5 6 7 8 1 2 3 4 5 6 7 8 "
                              "1 2 3 4 5 6 7 8 1 2 3 4 5 6 7 8 1 2 3 4 5 6 7 8\n";

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL)
        return -1;
    folder->path = support_make_folder();
    folder->in = support_path(folder->path, "in.pgm");
    folder->out = support_path(folder->path, "out.png");
    support_write(folder->in, picture, strlen(picture));
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    support_remove_folder(folder->path);
    free(folder->in);
    free(folder->out);
    free(folder);
    return 0;
}

static void assert_refused(struct program_run run, int status, const char *sentence)
{
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, sentence);
    assert_int_equal(run.status, status);
    program_free(&run);
}

#define EXAMPLE "\"[[1,0,-1],[1,0,-1],[1,0,-1]]\"\n"

static void each_wrong_kernel_has_its_sentence(void **state)
{
    const struct folder *folder = *state;
    static const struct {
        const char *kernel, *sentence;
    } cases[] = {
        {"vertcal", "there is no kernel \"vertcal\"; the nearest is vertical\n"},
        {"wiggle", "there is no kernel \"wiggle\": use vertical, horizontal, sobel-x, sobel-y, laplace, blur or "
                   "sharpen, or rows of numbers as in " EXAMPLE},
        {"[[1,2],[3",
         "--kernel is not JSON: it ends at byte 9 in the middle of a value: write rows of numbers, as in " EXAMPLE},
        {"7", "--kernel is a single number: write rows of numbers, as in " EXAMPLE},
        {"{\"a\":1}", "--kernel is an object: write rows of numbers, as in " EXAMPLE},
        {"\"a\"", "--kernel is a text: write rows of numbers, as in " EXAMPLE},
        {"[]", "--kernel has 0 rows: use 1 to 15, each with as many numbers\n"},
        {"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "--kernel has 16 rows: use 1 to 15, each with as many numbers\n"},
        {"[1,2]", "row 1 of --kernel is a single number: write every row as a list, as in " EXAMPLE},
        {"[[1,2],null]", "row 2 of --kernel is null: write every row as a list, as in " EXAMPLE},
        {"[[1,2]]", "--kernel is not a square: it has 1 row, and row 1 has 2 numbers: write 1 in each\n"},
        {"[[1,2],[3]]", "--kernel is not a square: it has 2 rows, and row 2 has 1 number: write 2 in each\n"},
        {"[[1,\"a\"],[3,4]]", "row 1, column 2 of --kernel is a text: a number was expected\n"},
        {"[[1,2],[3,[4]]]", "row 2, column 2 of --kernel is a list: a number was expected\n"},
        {"[[1,2],[true,4]]", "row 2, column 1 of --kernel is true or false: a number was expected\n"},
        {"[[1e7]]", "row 1, column 1 of --kernel is 1e+07: use -1000000 to 1000000\n"},
        {"[[-1e999]]", "row 1, column 1 of --kernel is -inf: use -1000000 to 1000000\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char sentence[512];
        snprintf(sentence, sizeof sentence, "lenet5: %s", cases[i].sentence);
        assert_refused(program("filter '%s' --kernel '%s' --out '%s'", folder->in, cases[i].kernel, folder->out), 2,
                       sentence);
        assert_int_not_equal(access(folder->out, F_OK), 0);
    }
}

static void each_misuse_has_its_sentence(void **state)
{
    const struct folder *folder = *state;
    static const struct {
        const char *options;
        int status;
        const char *sentence;
    } cases[] = {
        {"", 2, "filter needs --out FILE.png for the picture, or --steps R,C for the text\n"},
        {"--out -", 2, "--out - would mix the picture with the text on standard output: name a file\n"},
        {"--out /no/a.png", 1, "/no/a.png: cannot be written: the folder /no: No such file or directory\n"},
        {"--f 2 --out a.png", 2,
         "--f belongs to the pooling, and there is none: add --pool max or --pool average (the convolution has "
         "--stride and --padding)\n"},
        {"--s 2 --out a.png", 2,
         "--s belongs to the pooling, and there is none: add --pool max or --pool average (the convolution has "
         "--stride and --padding)\n"},
        {"--pool min --out a.png", 2, "--pool expects max or average, not \"min\"\n"},
        {"--pool max --f 0 --out a.png", 2, "--f expects a whole number from 1 to 64, not \"0\"\n"},
        {"--stride 0 --out a.png", 2, "--stride expects a whole number from 1 to 1024, not \"0\"\n"},
        {"--padding 16 --out a.png", 2, "--padding expects a whole number from 0 to 15, not \"16\"\n"},
        {"--steps 4,0", 2,
         "--steps 4,0 lies outside the convolution's result of 4 rows and 6 columns: use 0,0 to 3,5\n"},
        {"--steps 0,6", 2,
         "--steps 0,6 lies outside the convolution's result of 4 rows and 6 columns: use 0,0 to 3,5\n"},
        {"--pool max --f 5 --steps 0,0", 2,
         "pooling: a 5x5 window does not fit in the 4x6 that the convolution gives: use --f 4 or less\n"},
        {"--kernel '[[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],"
         "[1,1,1,1,1,1,1],[1,1,1,1,1,1,1]]' --steps 0,0",
         2, "convolution: a 7x7 filter does not fit in a 6x8 input padded by 0: use f <= 6, or p >= 1\n"},
        {"b.png --steps 0,0", 2, "filter takes at most 1 IMAGE, and \"b.png\" is one too many\n"},
        {"--kernal blur", 2, "filter has no option --kernal; the nearest is --kernel\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char sentence[512];
        snprintf(sentence, sizeof sentence, "lenet5: %s", cases[i].sentence);
        assert_refused(program("filter '%s' %s", folder->in, cases[i].options), cases[i].status, sentence);
    }
}

static void steps_takes_two_whole_numbers(void **state)
{
    const struct folder *folder = *state;
    static const char *const wrong[] = {"3",     "3,",  ",3",   "-1,2",          "1,-2",
                                        "1,2,3", "1 2", "1,2x", "12345678901,0", "a,b"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char sentence[512];
        snprintf(sentence, sizeof sentence,
                 "lenet5: --steps expects a row and a column of the convolution's result, counted from 0 and parted by "
                 "a comma as in 3,7, not \"%s\"\n",
                 wrong[i]);
        assert_refused(program("filter '%s' --steps '%s'", folder->in, wrong[i]), 2, sentence);
    }
}

static void a_picture_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    assert_refused(program("filter --out a.png"), 2, "lenet5: filter needs IMAGE: lenet5 filter --help shows how\n");
    assert_refused(program("filter /no.png --steps 0,0"), 1,
                   "lenet5: /no.png: cannot be opened: No such file or directory\n");
    assert_refused(program("filter - --steps 0,0"), 1, "lenet5: standard input: is empty: a picture was expected\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_kernel_has_its_sentence),
        cmocka_unit_test(each_misuse_has_its_sentence),
        cmocka_unit_test(steps_takes_two_whole_numbers),
        cmocka_unit_test(a_picture_that_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
