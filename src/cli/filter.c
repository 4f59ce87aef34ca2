/* lenet5 filter: one convolution and one pooling on any picture, done by the network's own layers, so that their work
 * can be looked at. */
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/filter_steps.h"
#include "cli/output.h"
#include "image/decode.h"
#include "image/write_png.h"
#include "pages/filtered.h"

enum { NO_POOL = -1 };

struct asked {
    const char *image, *kernel, *out, *steps;
    int stride, padding, pool, pool_f, pool_s;
    int step_row, step_col;
};

static int check(struct asked *asked, const struct options *options, struct error *err)
{
    const bool has_f = options_given(options, "f"), has_s = options_given(options, "s");
    if (asked->pool == NO_POOL && (has_f || has_s))
        return error_set(err, ERROR_USAGE,
                         "--%s belongs to the pooling, and there is none: add --pool max or "
                         "--pool average (the convolution has --stride and --padding)",
                         has_f ? "f" : "s");
    if (!has_s)
        asked->pool_s = asked->pool_f;
    if (asked->out == NULL && asked->steps == NULL)
        return error_set(err, ERROR_USAGE, "filter needs --out FILE.png for the picture, or --steps R,C for the text");
    if (asked->out != NULL && strcmp(asked->out, "-") == 0)
        return error_set(err, ERROR_USAGE,
                         "--out - would mix the picture with the text on standard output: "
                         "name a file");
    if (asked->steps == NULL)
        return 0;
    return filter_steps_parse(&asked->step_row, &asked->step_col, asked->steps, err);
}

/* True to go on; otherwise *status is what the command returns. */
static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char *const pools[] = {"max", "average", NULL};
    static const char closing[] =
        "Kernels by name: vertical, horizontal, sobel-x, sobel-y, laplace, blur, sharpen.\n"
        "\n"
        "The filter sees pixels from 0 (black) to 255 (white); padding is 0. A kernel whose weights sum to 0\n"
        "answers to differences, so its picture is |y|, scaled so that the largest is 255; the picture of any\n"
        "other is y, clipped to 0..255. Pooling then works on that gray picture, the one written without\n"
        "--pool.\n"
        "\n"
        "Example: lenet5 filter digit.png --kernel vertical --pool max --out edges.png --steps 10,12\n"
        "Exit status: 1 a picture cannot be read or written.\n";
    struct option_spec specs[] = {
        {.name = "kernel",
         .letter = 'k',
         .kind = OPTION_TEXT,
         .to.text = &asked->kernel,
         .argument = "NAME|ROWS",
         .help = "the filter: a name, or a square of up to 15x15 numbers as JSON, \"[[1,0,-1],[1,0,-1],[1,0,-1]]\""},
        {.name = "stride",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->stride,
         .min = 1,
         .max = FILTERED_STRIDE,
         .argument = "N",
         .help = "the filter moves by N pixels, the s of the formula"},
        {.name = "padding",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->padding,
         .min = 0,
         .max = FILTER_KERNEL_SIDE,
         .argument = "N",
         .help = "N zeros around the picture, the p of the formula"},
        {.name = "pool",
         .kind = OPTION_CHOICE,
         .to.choice = &asked->pool,
         .choices = pools,
         .fallback = "none",
         .help = "compress what the filter gives"},
        {.name = "f",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->pool_f,
         .min = 1,
         .max = FILTERED_POOL_SIDE,
         .argument = "N",
         .help = "side of the pooling window"},
        {.name = "s",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->pool_s,
         .min = 1,
         .max = FILTERED_STRIDE,
         .argument = "N",
         .fallback = "f",
         .help = "the pooling window moves by N pixels"},
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "FILE.png",
         .help = "where the picture goes"},
        {.name = "steps",
         .kind = OPTION_TEXT,
         .to.text = &asked->steps,
         .argument = "R,C",
         .help = "work row R, column C of the convolution out in text; both count from 0"},
    };
    struct options options = {.command = "filter",
                              .purpose = "Shows what a convolution and a pooling do to a picture, by the layers that "
                                         "the network is made of, and the sizes that the formula gives.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0],
                              .operand = "IMAGE",
                              .operands_min = 1,
                              .operands_max = 1};
    struct error err = {0};
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (check(asked, &options, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    asked->image = options.operands[0];
    return true;
}

static void print_sizes(const char *what, struct shape in, struct shape out, int f, int s, int p)
{
    printf("%s: floor((%d+2*%d-%d)/%d)+1 = %d row%s, floor((%d+2*%d-%d)/%d)+1 = %d column%s\n", what, in.rows, p, f, s,
           out.rows, out.rows == 1 ? "" : "s", in.cols, p, f, s, out.cols, out.cols == 1 ? "" : "s");
}

static void print_summary(const struct filtered *filtered)
{
    const struct conv *conv = &filtered->conv;
    const struct pool *pool = &filtered->pool;
    const struct shape in = conv->in;
    printf("picture: %d row%s, %d column%s\n", in.rows, in.rows == 1 ? "" : "s", in.cols, in.cols == 1 ? "" : "s");
    print_sizes("convolution", conv->in, conv->out, conv->f, conv->s, conv->p);
    if (!filtered->is_difference)
        printf("gray: y clipped to 0..255, since the weights do not sum to 0\n");
    else if (filtered->largest > 0)
        printf("gray: |y| * 255 / %.7g, since the weights sum to 0 (y is a difference; the largest |y| becomes 255)\n",
               filtered->largest);
    else
        printf("gray: all black, since the weights sum to 0 (y is a difference) and every y is 0\n");
    if (filtered->is_pooled)
        print_sizes(pool->mode == POOL_MAX ? "pooling (max, of the gray)" : "pooling (average, of the gray)", pool->in,
                    pool->out, pool->f, pool->s, pool->p);
}

static int run(struct filtered *filtered, const struct asked *asked, struct error *err)
{
    if (filter_kernel_parse(&filtered->kernel, asked->kernel, err) != 0 ||
        (asked->out != NULL && files_check_writable(asked->out, err) != 0) ||
        decode_file(&filtered->picture, asked->image, err) != 0)
        return -1;
    filtered->conv.s = asked->stride;
    filtered->conv.p = asked->padding;
    filtered->is_pooled = asked->pool != NO_POOL;
    filtered->pool = (struct pool){.mode = (enum pool_mode)asked->pool, .f = asked->pool_f, .s = asked->pool_s};
    if (filtered_work_out(filtered, err) != 0)
        return -1;
    if (asked->steps != NULL && filter_steps_check(filtered, asked->step_row, asked->step_col, err) != 0)
        return -1;
    const struct picture *result = filtered->is_pooled ? &filtered->pooled : &filtered->gray;
    if (asked->out != NULL && write_png_file(asked->out, result, err) != 0)
        return -1;
    print_summary(filtered);
    if (asked->steps != NULL)
        filter_steps_print(filtered, asked->step_row, asked->step_col);
    return 0;
}

int filter_command(int argc, char **argv)
{
    struct asked asked = {.kernel = "vertical",
                          .stride = 1,
                          .pool = NO_POOL,
                          .pool_f = FILTERED_POOL_DEFAULT,
                          .pool_s = FILTERED_POOL_DEFAULT};
    struct filtered filtered = {0};
    struct error err = {0};
    int status = STATUS_DONE;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (run(&filtered, &asked, &err) != 0)
        status = output_error(&err);
    filtered_free(&filtered);
    return status;
}
