#include "cli/filter_steps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 100, NUMBER = 24, CELLS = FILTER_KERNEL_SIDE * FILTER_KERNEL_SIDE };

/* An f x f square of numbers as it is printed. */
struct block {
    const char *title;
    int width; /* of the widest number */
    char numbers[CELLS][NUMBER];
};

static int read_digits(int *value, const char **text)
{
    const size_t digits = strspn(*text, "0123456789");
    if (digits < 1 || digits > 9)
        return -1;
    *value = (int)strtol(*text, NULL, 10);
    *text += digits;
    return 0;
}

int filter_steps_parse(int *row, int *col, const char *text, struct error *err)
{
    const char *rest = text;
    int r, c;
    if (read_digits(&r, &rest) != 0 || *rest++ != ',' || read_digits(&c, &rest) != 0 || *rest != '\0')
        return error_set(err, ERROR_USAGE,
                         "--steps expects a row and a column of the convolution's result, counted from 0 and parted by "
                         "a comma as in 3,7, not \"%s\"",
                         text);
    *row = r;
    *col = c;
    return 0;
}

/* Enough digits for every float that people write; adding 0 turns the -0 of 0 * -1 into 0. */
static void set_number(struct block *block, int cell, double value)
{
    int length = snprintf(block->numbers[cell], NUMBER, "%.7g", value + 0.0);
    block->width = length > block->width ? length : block->width;
}

static void print_row(const struct block *block, int row, int f)
{
    for (int j = 0; j < f; j++)
        printf(" %*s", block->width, block->numbers[row * f + j]);
}

/* window * filter = products, side by side where the terminal is wide enough for it. */
static void print_blocks(const struct block blocks[3], int f)
{
    const int widths = blocks[0].width + blocks[1].width + blocks[2].width;
    if (f * (widths + 3) + 10 <= COLUMNS) {
        for (int i = 0; i < f; i++) {
            const int is_middle = i == f / 2;
            printf("  ");
            print_row(&blocks[0], i, f);
            printf("  %s ", is_middle ? "*" : " ");
            print_row(&blocks[1], i, f);
            printf("  %s ", is_middle ? "=" : " ");
            print_row(&blocks[2], i, f);
            putchar('\n');
        }
        return;
    }
    for (int b = 0; b < 3; b++) {
        printf("%s:\n", blocks[b].title);
        for (int i = 0; i < f; i++) {
            print_row(&blocks[b], i, f);
            putchar('\n');
        }
    }
}

static void print_row_sums(const double *sums, int f)
{
    int column = printf("sums of the products' rows:");
    for (int i = 0; i < f; i++) {
        char text[NUMBER];
        int length = snprintf(text, sizeof text, " %.7g%s", sums[i] + 0.0, i + 1 < f ? "," : "");
        if (column + length > COLUMNS)
            column = printf("\n ") - 1;
        column += printf("%s", text);
    }
    putchar('\n');
}

static void print_convolution(const struct filtered *filtered, int row, int col)
{
    const struct conv *conv = &filtered->conv;
    const struct picture *picture = &filtered->picture;
    const int f = conv->f, top = row * conv->s - conv->p, left = col * conv->s - conv->p;
    struct block blocks[3] = {{.title = "window"}, {.title = "filter"}, {.title = "products"}};
    double sums[FILTER_KERNEL_SIDE] = {0};
    int outside = 0;
    for (int i = 0; i < f; i++)
        for (int j = 0; j < f; j++) {
            const int r = top + i, k = left + j;
            const int inside = r >= 0 && r < picture->rows && k >= 0 && k < picture->cols;
            const double pixel = inside ? picture->gray[r * picture->cols + k] : 0;
            const double weight = (double)filtered->kernel.w[i * f + j];
            outside += !inside;
            set_number(&blocks[0], i * f + j, pixel);
            set_number(&blocks[1], i * f + j, weight);
            set_number(&blocks[2], i * f + j, pixel * weight);
            sums[i] += pixel * weight;
        }
    printf("\nRow %d, column %d of the convolution. Its window is rows %d to %d, columns %d to %d of the picture", row,
           col, top, top + f - 1, left, left + f - 1);
    if (outside > 0)
        printf(";\n%d of its %d pixels lie outside: padding, which is 0", outside, f * f);
    printf(".\nwindow * filter = products, number by number:\n");
    print_blocks(blocks, f);
    print_row_sums(sums, f);
}

static void print_rounded(double value, int rounded)
{
    char exact[NUMBER], whole[NUMBER];
    snprintf(exact, sizeof exact, "%.7g", value);
    snprintf(whole, sizeof whole, "%d", rounded);
    printf(strcmp(exact, whole) == 0 ? "%s\n" : "%s, rounded to %s\n", exact, whole);
}

static void print_gray(const struct filtered *filtered, int row, int col)
{
    const int at = row * filtered->conv.out.cols + col;
    const real y = filtered->y[at];
    printf("sum of all products: y = %.7g\n", (double)y + 0.0);
    if (!filtered->is_difference)
        printf("gray: y clipped to 0..255 = ");
    else if (filtered->largest > 0)
        printf("gray: |%.7g| * 255 / %.7g = ", (double)y + 0.0, filtered->largest);
    else
        printf("gray: every y is 0, so this is ");
    print_rounded(filtered_gray(filtered, y), filtered->gray.gray[at]);
}

/* The first place along an axis whose window holds `at`, or -1: s > f leaves gaps, and floor drops an incomplete
 * window at the end. */
static int first_place(int at, int f, int s, int places)
{
    const int place = at < f ? 0 : (at - f) / s + 1;
    return place < places && place * s <= at ? place : -1;
}

static void print_pool_window(const struct filtered *filtered, int row, int col)
{
    const struct pool *pool = &filtered->pool;
    const int top = row * pool->s, left = col * pool->s;
    int sum = 0;
    printf("\nPooling window row %d, column %d %s: rows %d to %d, columns %d to %d of the gray picture.\n", row, col,
           pool->s < pool->f ? "is the first to hold it" : "holds it", top, top + pool->f - 1, left,
           left + pool->f - 1);
    for (int i = 0; i < pool->f; i++) {
        for (int j = 0; j < pool->f; j++) {
            const int gray = filtered->gray.gray[(top + i) * pool->in.cols + left + j];
            sum += gray;
            printf("%s%3d", j == 0 ? "   " : " ", gray);
        }
        putchar('\n');
    }
    const int result = filtered->pooled.gray[row * pool->out.cols + col];
    if (pool->mode == POOL_MAX) {
        printf("maximum: %d\n", result);
        return;
    }
    printf("average: %d / (%d*%d) = ", sum, pool->f, pool->f);
    print_rounded((double)sum / (pool->f * pool->f), result);
}

static void print_pooling(const struct filtered *filtered, int row, int col)
{
    const struct pool *pool = &filtered->pool;
    const int pool_row = first_place(row, pool->f, pool->s, pool->out.rows);
    const int pool_col = first_place(col, pool->f, pool->s, pool->out.cols);
    if (pool_row >= 0 && pool_col >= 0)
        print_pool_window(filtered, pool_row, pool_col);
    else
        printf("\nNo pooling window holds it: they are %dx%d, start every %d pixel%s, and must fit in whole.\n",
               pool->f, pool->f, pool->s, pool->s == 1 ? "" : "s");
}

int filter_steps_check(const struct filtered *filtered, int row, int col, struct error *err)
{
    const struct shape out = filtered->conv.out;
    if (row < out.rows && col < out.cols)
        return 0;
    return error_set(err, ERROR_USAGE,
                     "--steps %d,%d lies outside the convolution's result of %d row%s and %d column%s: use 0,0 to "
                     "%d,%d",
                     row, col, out.rows, out.rows == 1 ? "" : "s", out.cols, out.cols == 1 ? "" : "s", out.rows - 1,
                     out.cols - 1);
}

void filter_steps_print(const struct filtered *filtered, int row, int col)
{
    print_convolution(filtered, row, col);
    print_gray(filtered, row, col);
    if (filtered->is_pooled)
        print_pooling(filtered, row, col);
}
