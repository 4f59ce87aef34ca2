/* The public header: lenet5 inside another program, with the library alone and as the header's example shows. */
#define _XOPEN_SOURCE 700
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "image/fit.h"
#include "image/write_png.h"
#include "lenet5.h"
#include "numbers.h"
#include "pictures.h"
#include "support.h"

enum { CLASSES = 10 };

static struct lenet5 *reader;

static int arrive(void **state)
{
    char why[LENET5_MESSAGE];
    commands_arrive(state);
    commands_train("lenet5.json"); /* as the header's example calls it */
    reader = lenet5_open("lenet5.json", why);
    if (reader == NULL)
        fail_msg("%s", why);
    return 0;
}

static int leave(void **state)
{
    lenet5_close(reader);
    return commands_leave(state);
}

/* ---- Opening and closing ---- */

static void a_reader_tells_classes_size_and_digest_of_its_model(void **state)
{
    (void)state;
    assert_int_equal(lenet5_classes(reader), CLASSES);
    assert_int_equal(lenet5_image_bytes(reader), DIGITS_PIXELS);
    char *text = commands_file("lenet5.json");
    cJSON *json = cJSON_Parse(text);
    assert_string_equal(lenet5_digest(reader), commands_text(json, "digest"));
    cJSON_Delete(json);
    free(text);
}

static void a_model_that_cannot_be_opened_is_refused_with_the_reason(void **state)
{
    (void)state;
    char why[LENET5_MESSAGE] = "";
    assert_null(lenet5_open("none.json", why));
    assert_string_equal(why, "none.json: cannot be opened: No such file or directory");
    support_write("cut.json", "{\"format\"", 9);
    assert_null(lenet5_open("cut.json", why));
    assert_int_equal(strncmp(why, "cut.json: is not JSON: ", 23), 0);
}

static void kernels_that_do_not_exist_are_refused_with_the_reason(void **state)
{
    (void)state;
    char why[LENET5_MESSAGE] = "";
    setenv("LENET5_KERNEL", "sse9", 1);
    assert_null(lenet5_open("lenet5.json", why));
    unsetenv("LENET5_KERNEL");
    assert_int_equal(strncmp(why, "there are no kernels \"sse9\" in this build: ", 43), 0);
}

static void the_reason_may_be_left_out(void **state)
{
    (void)state;
    float probability[CLASSES];
    const unsigned char black[4] = {0};
    assert_null(lenet5_open("none.json", NULL));
    assert_int_equal(lenet5_file(reader, probability, "none.png", NULL), -1);
    assert_int_equal(lenet5_bytes(reader, probability, "?", 1, NULL), -1);
    assert_int_equal(lenet5_gray(reader, probability, black, 2, 2, NULL), -1);
    assert_int_equal(lenet5_gray(reader, probability, black, 0, 2, NULL), -1);
}

static void nothing_may_be_closed(void **state)
{
    (void)state;
    lenet5_close(NULL);
}

static void two_readers_work_side_by_side(void **state)
{
    (void)state;
    unsigned char pixels[DIGITS_PIXELS];
    float one[CLASSES], other[CLASSES];
    struct lenet5 *second = lenet5_open("lenet5.json", NULL);
    assert_non_null(second);
    digits_image(pixels, DATASET_TRAIN, 7);
    assert_int_equal(lenet5_pixels(reader, one, pixels), 7);
    assert_int_equal(lenet5_pixels(second, other, pixels), 7);
    assert_memory_equal(one, other, sizeof one);
    lenet5_close(second);
}

/* ---- The four ways in ---- */

static void the_answer_is_the_most_probable_class_and_probabilities_sum_to_1(void **state)
{
    (void)state;
    for (int i = 0; i < DIGITS_TEST; i++) {
        unsigned char pixels[DIGITS_PIXELS];
        float probability[CLASSES], sum = 0;
        digits_image(pixels, DATASET_TEST, i);
        const int answer = lenet5_pixels(reader, probability, pixels);
        assert_in_range(answer, 0, CLASSES - 1);
        for (int k = 0; k < CLASSES; k++) {
            assert_true(probability[k] >= 0 && probability[k] <= probability[answer]);
            sum += probability[k];
        }
        assert_true(sum > 0.9999f && sum < 1.0001f);
    }
}

static void light_on_dark_28x28_answers_the_same_as_pixels_gray_file_and_bytes(void **state)
{
    (void)state;
    for (int i = 0; i < DIGITS_TEST; i++) {
        unsigned char pixels[DIGITS_PIXELS];
        float expected[CLASSES], probability[CLASSES];
        char why[LENET5_MESSAGE] = "";
        digits_image(pixels, DATASET_TEST, i);
        digits_write_png("digit.png", pixels);
        struct bytes file = {0};
        support_append(&file, "P5 28 28 255\n", 13);
        support_append(&file, pixels, sizeof pixels);
        const int answer = lenet5_pixels(reader, expected, pixels);
        assert_int_equal(lenet5_gray(reader, probability, pixels, DIGITS_SIDE, DIGITS_SIDE, why), answer);
        assert_memory_equal(probability, expected, sizeof expected);
        assert_int_equal(lenet5_file(reader, probability, "digit.png", why), answer);
        assert_memory_equal(probability, expected, sizeof expected);
        assert_int_equal(lenet5_bytes(reader, probability, file.data, file.size, why), answer);
        assert_memory_equal(probability, expected, sizeof expected);
        support_free(&file);
    }
}

static void a_picture_of_another_size_is_fitted(void **state)
{
    (void)state;
    struct picture picture = pictures_plain(120, 90, 230);
    pictures_four(&picture, 20, 15, 70, 9, 40);
    unsigned char fitted[FIT_SIDE * FIT_SIDE];
    float expected[CLASSES], probability[CLASSES];
    char why[LENET5_MESSAGE] = "";
    assert_int_equal(fit_picture(fitted, &picture, NULL), 0);
    const int answer = lenet5_pixels(reader, expected, fitted);
    assert_int_equal(lenet5_gray(reader, probability, picture.gray, picture.rows, picture.cols, why), answer);
    assert_memory_equal(probability, expected, sizeof expected);
    picture_free(&picture);
}

static void several_digits_are_read_with_line_and_box(void **state)
{
    (void)state;
    struct lenet5_digit digits[6], first[2], of_file[6];
    struct picture picture = pictures_plain(200, 300, 240);
    numbers_write(&picture, "407", 20, 30, 60, 25, 0);
    const int end = numbers_write(&picture, "12", 110, 90, 60, 25, 0);
    assert_int_equal(lenet5_read_gray(reader, digits, 6, picture.gray, 200, 300, NULL), 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(digits[i].line, i >= 3);
        assert_in_range(digits[i].y, i >= 3 ? 107 : 17, i >= 3 ? 113 : 23);
        assert_in_range(digits[i].height, 55, 65);
        assert_in_range(digits[i].digit, 0, 9);
        assert_true(digits[i].probability > 0 && digits[i].probability <= 1);
    }
    assert_in_range(digits[0].x, 27, 33);
    assert_in_range(digits[4].x + digits[4].width, end - 3, end + 3);
    assert_int_equal(lenet5_read_gray(reader, first, 2, picture.gray, 200, 300, NULL), 5);
    assert_int_equal(first[1].x, digits[1].x);
    assert_int_equal(write_png_file("several.png", &picture, NULL), 0);
    assert_int_equal(lenet5_read_file(reader, of_file, 6, "several.png", NULL), 5);
    assert_int_equal(of_file[4].digit, digits[4].digit);
    picture_free(&picture);
}

static void a_picture_of_nothing_has_no_digits_and_a_missing_one_a_reason(void **state)
{
    (void)state;
    char why[LENET5_MESSAGE];
    struct lenet5_digit digit;
    const unsigned char blank[4] = {9, 9, 9, 9};
    assert_int_equal(lenet5_read_gray(reader, &digit, 1, blank, 2, 2, why), 0);
    assert_int_equal(lenet5_read_file(reader, &digit, 1, "none.png", why), -1);
    assert_string_equal(why, "none.png: cannot be opened: No such file or directory");
}

/* One that was set to keep half of what it was measured on is sure of about that many. */
static void a_reader_is_sure_of_what_its_model_was_calibrated_to_keep(void **state)
{
    (void)state;
    unsigned char pixels[DIGITS_PIXELS];
    float probability[10];
    int sure = 0;
    commands_well("train -q --epochs 3 --batch-size 16 --validation 100 --out half.json");
    commands_well("calibrate --model half.json --accept 0.5");
    struct lenet5 *half = lenet5_open("half.json", NULL);
    assert_non_null(half);
    for (int image = DIGITS_TRAIN - 100; image < DIGITS_TRAIN; image++) {
        digits_image(pixels, DATASET_TRAIN, image);
        lenet5_pixels(half, probability, pixels);
        lenet5_pixels(reader, probability, pixels);
        sure += lenet5_is_sure(half);
        assert_int_equal(lenet5_is_sure(reader), 1); /* nothing was measured */
    }
    assert_int_equal(sure, 50);
    lenet5_close(half);
}

static void pictures_that_cannot_be_read_are_refused_with_the_reason(void **state)
{
    (void)state;
    float probability[CLASSES];
    char why[LENET5_MESSAGE] = "";
    const unsigned char blank[12] = {0};
    assert_int_equal(lenet5_file(reader, probability, "none.png", why), -1);
    assert_string_equal(why, "none.png: cannot be opened: No such file or directory");
    why[0] = '\0';
    assert_int_equal(lenet5_bytes(reader, probability, "no picture", 10, why), -1);
    assert_true(why[0] != '\0');
    why[0] = '\0';
    assert_int_equal(lenet5_gray(reader, probability, blank, 3, 4, why), -1);
    assert_true(why[0] != '\0');
    why[0] = '\0';
    assert_int_equal(lenet5_gray(reader, probability, blank, 3, -4, why), -1);
    assert_true(why[0] != '\0');
}

/* ---- A program of its own ---- */

/* The folder with the program under test, the library and `flags`, the command that they were compiled with. */
static const char *build_folder(void)
{
    static char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", getenv("LENET5"));
    *strrchr(folder, '/') = '\0';
    return folder;
}

/* The compiler that made the library: another one's OpenMP would not link with it. Skips where its program would need
 * a sanitizer as well. */
static void library_compiler(char out[100])
{
    char path[PATH_MAX + 10];
    snprintf(path, sizeof path, "%s/flags", build_folder());
    char *flags = commands_file(path);
    const int sanitized = strstr(flags, "-fsanitize") != NULL;
    const size_t before = strncmp(flags, "ccache ", 7) == 0 ? 7 : 0; /* CC='ccache gcc' */
    snprintf(out, 100, "%.*s", (int)(before + strcspn(flags + before, " ")), flags);
    free(flags);
    if (sanitized) {
        print_message("SKIPPED: the library is built with sanitizers, so any program with it would need them too\n");
        skip();
    }
}

/* The lines of the header's comment that are code, one after the other. */
static void copy_example(FILE *to)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/src/lenet5.h", commands_repository());
    char *header = commands_file(path);
    int lines = 0;
    for (char *line = strtok(header, "\n"); line != NULL && strcmp(line, "#ifndef LENET5_H") != 0;
         line = strtok(NULL, "\n"))
        if (strncmp(line, " *     ", 7) == 0) {
            fprintf(to, "%s\n", line + 3);
            lines++;
        }
    assert_true(lines > 5);
    free(header);
}

/* What follows "liblenet5.a and" in the header's comment: "-lcjson ... -fopenmp". */
static void copy_libraries(char out[200])
{
    static const char before[] = "liblenet5.a and ";
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/src/lenet5.h", commands_repository());
    char *header = commands_file(path), *libraries = strstr(header, before);
    assert_non_null(libraries);
    libraries += strlen(before);
    snprintf(out, 200, "%.*s", (int)strcspn(libraries, ".\n"), libraries);
    assert_int_equal(out[0], '-');
    free(header);
}

/* Writes the example as a whole program, which prints digit and probability. */
static void write_program(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("#include <stdio.h>\n#include <lenet5.h>\n\nint main(void)\n{\n", file);
    copy_example(file);
    fputs("    if (digit >= 0)\n        printf(\"%d\\t%.4f\\n\", digit, (double)probability[digit]);\n"
          "    return digit < 0;\n}\n",
          file);
    assert_int_equal(fclose(file), 0);
}

/* `make install` of what is built already, into ./installed: once for all tests. */
static void install(void)
{
    char command[4 * PATH_MAX];
    if (access("installed", F_OK) == 0)
        return;
    unsetenv("MAKEFLAGS"); /* of the make that runs the tests */
    snprintf(command, sizeof command,
             "make -s -C '%s' -o all install BUILD=\"$(realpath --relative-to='%s' '%s')\" "
             "PREFIX=\"$PWD/installed\" DESTDIR= >install.log 2>&1",
             commands_repository(), commands_repository(), build_folder());
    if (system(command) != 0)
        fail_msg("%s", commands_file("install.log"));
}

static void assert_example_runs(const char *compiler, const char *source)
{
    char libraries[200], command[1000];
    install();
    copy_libraries(libraries);
    write_program(source);
    snprintf(command, sizeof command,
             "%s -Wall -Wextra -Wpedantic -Werror -Iinstalled/include %s -o example installed/lib/liblenet5.a %s "
             ">compile.log 2>&1",
             compiler, source, libraries);
    if (system(command) != 0)
        fail_msg("%s\n%s", command, commands_file("compile.log"));
    unsigned char pixels[DIGITS_PIXELS];
    digits_image(pixels, DATASET_TEST, 3);
    digits_write_png("digit.png", pixels);
    struct program_run run = program("classify --model lenet5.json digit.png");
    assert_int_equal(system("./example >example.out 2>example.err"), 0);
    char *out = commands_file("example.out");
    assert_string_equal(strchr(run.out, '\t') + 1, out);
    free(out);
    assert_int_equal(unlink("digit.png"), 0);
    assert_int_not_equal(system("./example >example.out 2>example.err"), 0);
    char *err = commands_file("example.err");
    assert_string_equal(err, "digit.png: cannot be opened: No such file or directory\n");
    free(err);
    program_free(&run);
}

static void the_example_of_the_header_is_a_c11_program(void **state)
{
    (void)state;
    char compiler[100], command[200];
    library_compiler(compiler);
    snprintf(command, sizeof command, "%s -std=c11", compiler);
    assert_example_runs(command, "example.c");
}

static void the_example_of_the_header_is_a_cpp_program(void **state)
{
    (void)state;
    char compiler[100], command[200];
    library_compiler(compiler);
    const char *cpp = strstr(compiler, "clang") != NULL ? "clang++" : "g++";
    snprintf(command, sizeof command, "command -v %s >/dev/null 2>&1", cpp);
    if (system(command) != 0) {
        print_message("SKIPPED: there is no %s\n", cpp);
        skip();
    }
    snprintf(command, sizeof command, "%s -std=c++11", cpp);
    assert_example_runs(command, "example.cpp");
}

static void an_installed_program_classifies_without_being_told_of_a_model(void **state)
{
    (void)state;
    install();
    char *before = strdup(getenv("LENET5")), sample[PATH_MAX + 40];
    assert_non_null(before);
    snprintf(sample, sizeof sample, "%s/data/samples/3-small.png", commands_repository());
    setenv("LENET5", "installed/bin/lenet5", 1);
    cJSON *json = commands_json("classify --json '%s'", sample);
    setenv("LENET5", before, 1);
    assert_true(commands_number(json, "digit") == 3);
    cJSON_Delete(json);
    free(before);
}

static void uninstalling_leaves_no_file_behind(void **state)
{
    (void)state;
    char command[2 * PATH_MAX];
    install();
    snprintf(command, sizeof command, "make -s -C '%s' uninstall PREFIX=\"$PWD/installed\" DESTDIR= >/dev/null 2>&1",
             commands_repository());
    assert_int_equal(system(command), 0);
    assert_int_equal(system("test -z \"$(find installed -type f)\""), 0);
    assert_int_equal(system("rm -r installed"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_tells_classes_size_and_digest_of_its_model),
        cmocka_unit_test(a_model_that_cannot_be_opened_is_refused_with_the_reason),
        cmocka_unit_test(kernels_that_do_not_exist_are_refused_with_the_reason),
        cmocka_unit_test(the_reason_may_be_left_out),
        cmocka_unit_test(nothing_may_be_closed),
        cmocka_unit_test(two_readers_work_side_by_side),
        cmocka_unit_test(the_answer_is_the_most_probable_class_and_probabilities_sum_to_1),
        cmocka_unit_test(light_on_dark_28x28_answers_the_same_as_pixels_gray_file_and_bytes),
        cmocka_unit_test(a_picture_of_another_size_is_fitted),
        cmocka_unit_test(several_digits_are_read_with_line_and_box),
        cmocka_unit_test(a_picture_of_nothing_has_no_digits_and_a_missing_one_a_reason),
        cmocka_unit_test(a_reader_is_sure_of_what_its_model_was_calibrated_to_keep),
        cmocka_unit_test(pictures_that_cannot_be_read_are_refused_with_the_reason),
        cmocka_unit_test(the_example_of_the_header_is_a_c11_program),
        cmocka_unit_test(the_example_of_the_header_is_a_cpp_program),
        cmocka_unit_test(an_installed_program_classifies_without_being_told_of_a_model),
        cmocka_unit_test(uninstalling_leaves_no_file_behind),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
