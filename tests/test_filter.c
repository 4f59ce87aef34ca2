/* lenet5 filter: the pictures that it writes against sums done here in whole numbers, and its text to the letter. */
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

#include "image/decode.h"
#include "program.h"
#include "support.h"

enum { ROWS = 6, COLS = 8 };

/* A bar that stands and a bar that lies, of different light. */
static const int drawn[ROWS][COLS] = {
    {0, 0, 200, 0, 0, 0, 0, 0},     {0, 0, 200, 0, 0, 0, 0, 0}, {0, 0, 200, 0, 90, 90, 90, 90},
    {0, 0, 210, 0, 90, 90, 90, 91}, {0, 0, 200, 0, 0, 0, 0, 0}, {7, 0, 200, 0, 0, 0, 0, 255},
};

static const int vertical[9] = {1, 0, -1, 1, 0, -1, 1, 0, -1};
static const int horizontal[9] = {1, 1, 1, 0, 0, 0, -1, -1, -1};

struct folder {
    char *path, *in, *out;
};

static void write_picture(const char *path, int rows, int cols, const int *gray)
{
    char text[1024];
    int length = snprintf(text, sizeof text, "P2\n%d %d\n255\n", cols, rows);
    for (int i = 0; i < rows * cols; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, "%d\n", gray[i]);
    support_write(path, text, (size_t)length);
}

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL)
        return -1;
    folder->path = support_make_folder();
    folder->in = support_path(folder->path, "in.pgm");
    folder->out = support_path(folder->path, "out.png");
    write_picture(folder->in, ROWS, COLS, &drawn[0][0]);
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

static void assert_says(struct program_run run, const char *expected)
{
    assert_string_equal(run.err, "");
    assert_string_equal(run.out, expected);
    assert_int_equal(run.status, 0);
    program_free(&run);
}

/* Runs `filter IN OPTIONS --out OUT` and gives OUT, decoded. */
static struct picture filtered(const struct folder *folder, const char *options)
{
    struct error err = {0};
    struct picture picture;
    struct program_run run = program("filter '%s' %s --out '%s'", folder->in, options, folder->out);
    assert_string_equal(run.err, "");
    assert_int_equal(run.status, 0);
    program_free(&run);
    if (decode_file(&picture, folder->out, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(unlink(folder->out), 0);
    return picture;
}

static void assert_picture(struct picture picture, int rows, int cols, const int *gray)
{
    assert_int_equal(picture.rows, rows);
    assert_int_equal(picture.cols, cols);
    for (int i = 0; i < rows * cols; i++)
        if (picture.gray[i] != gray[i])
            fail_msg("row %d, column %d is %d instead of %d", i / cols, i % cols, picture.gray[i], gray[i]);
    picture_free(&picture);
}

static int pixel(int r, int k)
{
    return r >= 0 && r < ROWS && k >= 0 && k < COLS ? drawn[r][k] : 0;
}

/* The answers of a 3x3 filter, [*rows][*cols]. */
static void answers(int *y, int *rows, int *cols, const int w[9], int s, int p)
{
    *rows = (ROWS + 2 * p - 3) / s + 1;
    *cols = (COLS + 2 * p - 3) / s + 1;
    for (int r = 0; r < *rows; r++)
        for (int k = 0; k < *cols; k++) {
            int sum = 0;
            for (int i = 0; i < 9; i++)
                sum += w[i] * pixel(r * s - p + i / 3, k * s - p + i % 3);
            y[r * *cols + k] = sum;
        }
}

/* |y| * 255 / largest, rounded, without a fraction anywhere. */
static void to_gray(int *y, int count)
{
    int largest = 0;
    for (int i = 0; i < count; i++) {
        y[i] = abs(y[i]);
        largest = y[i] > largest ? y[i] : largest;
    }
    for (int i = 0; i < count; i++)
        y[i] = (2 * 255 * y[i] + largest) / (2 * largest);
}

static void vertical_and_horizontal_equal_sums_in_whole_numbers(void **state)
{
    static const struct {
        const char *options;
        const int *w;
        int s, p;
    } cases[] = {
        {"", vertical, 1, 0},
        {"--kernel vertical", vertical, 1, 0},
        {"--kernel horizontal", horizontal, 1, 0},
        {"-k horizontal --padding 1", horizontal, 1, 1},
        {"--kernel vertical --stride 2", vertical, 2, 0},
        {"--kernel vertical --stride 3 --padding 2", vertical, 3, 2},
        {"--kernel '[[1,0,-1],[1,0,-1],[1,0,-1]]'", vertical, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int y[ROWS * COLS * 4], rows, cols;
        answers(y, &rows, &cols, cases[i].w, cases[i].s, cases[i].p);
        to_gray(y, rows * cols);
        assert_picture(filtered(*state, cases[i].options), rows, cols, y);
    }
}

static void a_standing_line_shows_in_vertical_and_not_in_horizontal(void **state)
{
    static const int standing[ROWS * COLS] = {[3] = 255, [11] = 255, [19] = 255, [27] = 255, [35] = 255, [43] = 255};
    const struct folder *folder = *state;
    write_picture(folder->in, ROWS, COLS, standing);
    struct picture bright = filtered(folder, "--kernel vertical"), dark = filtered(folder, "--kernel horizontal");
    write_picture(folder->in, ROWS, COLS, &drawn[0][0]);
    for (int r = 0; r < ROWS - 2; r++)
        for (int k = 0; k < COLS - 2; k++) {
            assert_int_equal(bright.gray[r * bright.cols + k], k == 1 || k == 3 ? 255 : 0);
            assert_int_equal(dark.gray[r * dark.cols + k], 0);
        }
    picture_free(&bright);
    picture_free(&dark);
}

static void other_filters_are_clipped(void **state)
{
    static const int sharpen[9] = {0, -1, 0, -1, 5, -1, 0, -1, 0}, blur[9] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    int y[ROWS * COLS], rows, cols;
    answers(y, &rows, &cols, sharpen, 1, 0);
    for (int i = 0; i < rows * cols; i++)
        y[i] = y[i] < 0 ? 0 : y[i] > 255 ? 255 : y[i];
    assert_picture(filtered(*state, "--kernel sharpen"), rows, cols, y);
    answers(y, &rows, &cols, blur, 1, 0);
    for (int i = 0; i < rows * cols; i++)
        y[i] = (y[i] + 8) / 16;
    assert_picture(filtered(*state, "--kernel blur"), rows, cols, y);
}

static void other_differences_are_scaled(void **state)
{
    static const struct {
        const char *name;
        int w[9];
    } cases[] = {
        {"sobel-x", {1, 0, -1, 2, 0, -2, 1, 0, -1}},
        {"sobel-y", {1, 2, 1, 0, 0, 0, -1, -2, -1}},
        {"laplace", {0, 1, 0, 1, -4, 1, 0, 1, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char options[64];
        int y[ROWS * COLS], rows, cols;
        snprintf(options, sizeof options, "--kernel %s", cases[i].name);
        answers(y, &rows, &cols, cases[i].w, 1, 0);
        to_gray(y, rows * cols);
        assert_picture(filtered(*state, options), rows, cols, y);
    }
}

static void filters_of_any_side_are_taken(void **state)
{
    char fifteen[1024] = "--padding 7 --kernel '[";
    for (int i = 0; i < 15; i++) {
        strcat(fifteen, i == 7 ? "[0,0,0,0,0,0,0,1,0,0,0,0,0,0,0]" : "[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]");
        strcat(fifteen, i < 14 ? "," : "]'");
    }
    assert_picture(filtered(*state, fifteen), ROWS, COLS, &drawn[0][0]);
    assert_picture(filtered(*state, "--kernel '[[1]]'"), ROWS, COLS, &drawn[0][0]);
    int y[ROWS * COLS];
    for (int r = 0; r < ROWS - 1; r++)
        for (int k = 0; k < COLS - 1; k++)
            y[r * (COLS - 1) + k] = (drawn[r][k] + drawn[r + 1][k + 1] + 1) / 2;
    assert_picture(filtered(*state, "--kernel ' [[0.5, 0], [0, 5e-1]] '"), ROWS - 1, COLS - 1, y);
}

static void pooling_works_on_the_gray_picture(void **state)
{
    static const struct {
        const char *options;
        int is_max, f, s;
    } cases[] = {
        {"--pool max", 1, 2, 2},           {"--pool average", 0, 2, 2},   {"--pool max --f 3 --s 1", 1, 3, 1},
        {"--pool average --f 3", 0, 3, 3}, {"--pool max --s 3", 1, 2, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int f = cases[i].f, s = cases[i].s;
        int y[ROWS * COLS], pooled[ROWS * COLS], rows, cols, count = 0;
        answers(y, &rows, &cols, vertical, 1, 0);
        to_gray(y, rows * cols);
        for (int top = 0; top + f <= rows; top += s)
            for (int left = 0; left + f <= cols; left += s) {
                int sum = 0, largest = 0;
                for (int at = 0; at < f * f; at++) {
                    const int gray = y[(top + at / f) * cols + left + at % f];
                    sum += gray;
                    largest = gray > largest ? gray : largest;
                }
                pooled[count++] = cases[i].is_max ? largest : (2 * sum + f * f) / (2 * f * f);
            }
        assert_picture(filtered(*state, cases[i].options), (rows - f) / s + 1, (cols - f) / s + 1, pooled);
    }
}

static void one_gray_gives_black_and_no_division_by_zero(void **state)
{
    const struct folder *folder = *state;
    static const int black[1] = {0};
    const int seven[9] = {7, 7, 7, 7, 7, 7, 7, 7, 7};
    write_picture(folder->in, 3, 3, seven);
    assert_picture(filtered(folder, ""), 1, 1, black);
    struct program_run run = program("filter '%s' --steps 0,0", folder->in);
    write_picture(folder->in, ROWS, COLS, &drawn[0][0]);
    assert_says(run, "picture: 3 rows, 3 columns\n"
                     "convolution: floor((3+2*0-3)/1)+1 = 1 row, floor((3+2*0-3)/1)+1 = 1 column\n"
                     "gray: all black, since the weights sum to 0 (y is a difference) and every y is 0\n"
                     "\n"
                     "Row 0, column 0 of the convolution. Its window is rows 0 to 2, columns 0 to 2 of the picture.\n"
                     "window * filter = products, number by number:\n"
                     "   7 7 7      1  0 -1      7  0 -7\n"
                     "   7 7 7  *   1  0 -1  =   7  0 -7\n"
                     "   7 7 7      1  0 -1      7  0 -7\n"
                     "sums of the products' rows: 0, 0, 0\n"
                     "sum of all products: y = 0\n"
                     "gray: every y is 0, so this is 0\n");
}

static void steps_work_a_pixel_and_its_pooling_out(void **state)
{
    const struct folder *folder = *state;
    assert_says(program("filter '%s' --pool average --steps 2,3", folder->in),
                "picture: 6 rows, 8 columns\n"
                "convolution: floor((6+2*0-3)/1)+1 = 4 rows, floor((8+2*0-3)/1)+1 = 6 columns\n"
                "gray: |y| * 255 / 610, since the weights sum to 0 (y is a difference; the largest |y| becomes 255)\n"
                "pooling (average, of the gray): floor((4+2*0-2)/2)+1 = 2 rows, floor((6+2*0-2)/2)+1 = 3 columns\n"
                "\n"
                "Row 2, column 3 of the convolution. Its window is rows 2 to 4, columns 3 to 5 of the picture.\n"
                "window * filter = products, number by number:\n"
                "    0 90 90      1  0 -1       0   0 -90\n"
                "    0 90 90  *   1  0 -1  =    0   0 -90\n"
                "    0  0  0      1  0 -1       0   0   0\n"
                "sums of the products' rows: -90, -90, 0\n"
                "sum of all products: y = -180\n"
                "gray: |-180| * 255 / 610 = 75.2459, rounded to 75\n"
                "\n"
                "Pooling window row 1, column 1 holds it: rows 2 to 3, columns 2 to 3 of the gray picture.\n"
                "   180  75\n"
                "   217  38\n"
                "average: 510 / (2*2) = 127.5, rounded to 128\n");
}

static void steps_show_the_first_of_the_windows_that_overlap(void **state)
{
    const struct folder *folder = *state;
    struct program_run run = program("filter '%s' --pool max --f 3 --s 2 --steps 2,2", folder->in);
    const char *last = strstr(run.out, "\nPooling");
    assert_string_equal(last != NULL ? last : run.out,
                        "\nPooling window row 0, column 0 is the first to hold it: rows 0 to 2, columns 0 to 2 of "
                        "the gray picture.\n"
                        "   251   0 213\n"
                        "   255   0 180\n"
                        "   255   0 180\n"
                        "maximum: 255\n");
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static void steps_say_where_no_pooling_window_lies(void **state)
{
    const struct folder *folder = *state;
    struct program_run run = program("filter '%s' --pool max --s 3 --steps 2,0", folder->in);
    const char *last = strstr(run.out, "\nNo pooling");
    assert_string_equal(last != NULL ? last : run.out,
                        "\nNo pooling window holds it: they are 2x2, start every 3 pixels, and must fit in whole.\n");
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static void steps_show_padding_and_clipping(void **state)
{
    const struct folder *folder = *state;
    assert_says(program("filter - --kernel '[[0.5,0],[2,1.5]]' --padding 1 --stride 2 --steps 0,1 < '%s'", folder->in),
                "picture: 6 rows, 8 columns\n"
                "convolution: floor((6+2*1-2)/2)+1 = 4 rows, floor((8+2*1-2)/2)+1 = 5 columns\n"
                "gray: y clipped to 0..255, since the weights do not sum to 0\n"
                "\n"
                "Row 0, column 1 of the convolution. Its window is rows -1 to 0, columns 1 to 2 of the picture;\n"
                "2 of its 4 pixels lie outside: padding, which is 0.\n"
                "window * filter = products, number by number:\n"
                "     0   0     0.5   0       0   0\n"
                "     0 200  *    2 1.5  =    0 300\n"
                "sums of the products' rows: 0, 300\n"
                "sum of all products: y = 300\n"
                "gray: y clipped to 0..255 = 255\n");
}

static void steps_of_a_wide_filter_stay_within_100_columns(void **state)
{
    const struct folder *folder = *state;
    struct program_run run = program("filter '%s' --padding 4 --kernel '["
                                     "[1,2,3,4,5,6,7,8,9.25],[1,2,3,4,5,6,7,8,9],[1,2,3,4,5,6,7,8,9],"
                                     "[1,2,3,4,5,6,7,8,9],[1,2,3,4,5,6,7,8,9],[1,2,3,4,5,6,7,8,9],"
                                     "[1,2,3,4,5,6,7,8,9],[1,2,3,4,5,6,7,8,9],[1,2,3,4,5,6,7,8,9]]' --steps 3,3",
                                     folder->in);
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\nproducts:\n"));
    for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 100);
    program_free(&run);
}

static void help_says_how_gray_comes_about(void **state)
{
    (void)state;
    struct program_run run = program("filter --help");
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "A kernel whose weights sum to 0\nanswers to differences"));
    for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 100);
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vertical_and_horizontal_equal_sums_in_whole_numbers),
        cmocka_unit_test(a_standing_line_shows_in_vertical_and_not_in_horizontal),
        cmocka_unit_test(other_filters_are_clipped),
        cmocka_unit_test(other_differences_are_scaled),
        cmocka_unit_test(filters_of_any_side_are_taken),
        cmocka_unit_test(pooling_works_on_the_gray_picture),
        cmocka_unit_test(one_gray_gives_black_and_no_division_by_zero),
        cmocka_unit_test(steps_work_a_pixel_and_its_pooling_out),
        cmocka_unit_test(steps_show_the_first_of_the_windows_that_overlap),
        cmocka_unit_test(steps_say_where_no_pooling_window_lies),
        cmocka_unit_test(steps_show_padding_and_clipping),
        cmocka_unit_test(steps_of_a_wide_filter_stay_within_100_columns),
        cmocka_unit_test(help_says_how_gray_comes_about),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
