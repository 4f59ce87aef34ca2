/* lenet5 augment: a sheet of training images beside what augmentation makes of them. */
#include <stdio.h>
#include <string.h>

#include "cli/augment_option.h"
#include "cli/bench_data.h"
#include "cli/command.h"
#include "cli/output.h"
#include "image/write_png.h"
#include "training/augment.h"

_Static_assert(OPTIONS_SEED == CONFIG_SEED, "a seed of a config has to be one of the command line");

enum {
    ROWS = 10,
    ROWS_MOST = 100,
    VARIANTS = 15,
    VARIANTS_MOST = 100,
    GAP = 2, /* pixels between images */
    PAPER = 255,
    GROUND = 96 /* of the gaps */
};

struct asked {
    const char *preview, *data, *config_name;
    struct config config;
    int rows, variants;
};

static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "Each row begins with a training image as it is; beside it stands what training would see of it in\n"
        "the epochs 1, 2, 3, ... of a run with that seed. The ranges are those of --config, and what stands\n"
        "on the command line wins. Without any data set, digits are drawn.\n"
        "\nExample: lenet5 augment --preview sheet.png --elastic 2\n"
        "Exit status: 1 the sheet cannot be written, 3 data missing or wrong, 4 config wrong.\n";
    struct augmentation *ranges = &asked->config.settings.augment;
    struct option_spec specs[] = {
        {.name = "preview",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->preview,
         .argument = "FILE.png",
         .required = true,
         .help = "where the sheet goes"},
        {.name = "data",
         .kind = OPTION_TEXT,
         .to.text = &asked->data,
         .argument = "DIR",
         .fallback = "$MNIST_DIR, then data/mnist, then drawn digits",
         .help = "folder with the IDX files of a training set"},
        {.name = "config",
         .kind = OPTION_TEXT,
         .to.text = &asked->config_name,
         .argument = "NAME|FILE",
         .help = "whose augmentation it is"},
        augment_option(ranges, AUGMENT_SHIFT),
        augment_option(ranges, AUGMENT_ROTATION),
        augment_option(ranges, AUGMENT_SCALE),
        augment_option(ranges, AUGMENT_SHEAR),
        augment_option(ranges, AUGMENT_ELASTIC),
        augment_option(ranges, AUGMENT_THICKNESS),
        {.name = "seed",
         .kind = OPTION_SEED,
         .to.seed = &asked->config.settings.seed,
         .argument = "N",
         .help = "of the training run"},
        {.name = "images",
         .letter = 'n',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->rows,
         .min = 1,
         .max = ROWS_MOST,
         .argument = "N",
         .help = "the first so many training images, a row each"},
        {.name = "variants",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->variants,
         .min = 1,
         .max = VARIANTS_MOST,
         .argument = "N",
         .help = "of each image"},
    };
    struct options options = {.command = "augment",
                              .purpose = "Shows what augmentation makes of training images.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    struct error err = {0};
    config_load(&asked->config, asked->config_name, &err); /* the defaults that --help shows */
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (config_load(&asked->config, asked->config_name, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    options_restore(&options);
    return true;
}

/* The first channel of an image, into the place of that row and column. */
static void place(struct picture *sheet, int row, int col, const unsigned char *pixels, const struct dataset *set)
{
    const int top = row * (set->rows + GAP), left = col * (set->cols + GAP);
    for (int r = 0; r < set->rows; r++)
        for (int k = 0; k < set->cols; k++)
            sheet->gray[(size_t)(top + r) * (size_t)sheet->cols + (size_t)(left + k)] =
                (unsigned char)(PAPER - pixels[r * set->cols + k]);
}

static int draw(struct picture *sheet, const struct dataset *set, const struct asked *asked, struct error *err)
{
    const struct settings *settings = &asked->config.settings;
    const struct kernels *kernels = kernels_pick(err);
    struct augment augment;
    struct augment_room room;
    if (kernels == NULL || augment_create(&augment, &settings->augment, settings->seed, set, kernels, err) != 0)
        return -1;
    if (augment_room_create(&room, &augment, err) != 0) {
        augment_free(&augment);
        return -1;
    }
    memset(sheet->gray, GROUND, (size_t)sheet->rows * (size_t)sheet->cols);
    for (int row = 0; row < set->count; row++) {
        const unsigned char *pixels = dataset_image(set, row);
        place(sheet, row, 0, pixels, set);
        for (int epoch = 0; epoch < asked->variants; epoch++)
            place(sheet, row, epoch + 1, augment_image(&room, 0, pixels, epoch, row, &augment), set);
    }
    augment_room_free(&room);
    augment_free(&augment);
    return 0;
}

static int make_sheet(const struct bench_data *data, const struct asked *asked, struct error *err)
{
    const struct dataset *set = &data->used;
    struct picture sheet;
    char path[OUTPUT_NAME], folder[OUTPUT_NAME];
    if (picture_create(&sheet, set->count * (set->rows + GAP) - GAP, (asked->variants + 1) * (set->cols + GAP) - GAP,
                       err) != 0)
        return output_error(err);
    const int failed = draw(&sheet, set, asked, err) != 0 || write_png_file(asked->preview, &sheet, err) != 0;
    picture_free(&sheet);
    if (failed)
        return output_error(err);
    printf("%d images of %s and %d variants of each drawn into %s\n", set->count,
           set->source != NULL ? set->source : output_printable(folder, data->directory, false), asked->variants,
           output_printable(path, asked->preview, false));
    return STATUS_DONE;
}

int augment_command(int argc, char **argv)
{
    struct asked asked = {.config_name = "best", .rows = ROWS, .variants = VARIANTS};
    struct error err = {0};
    struct bench_data data;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (bench_data_load(&data, asked.data, asked.rows, &asked.config.architecture, &err) != 0)
        return output_error(&err);
    status = make_sheet(&data, &asked, &err);
    bench_data_free(&data);
    return status;
}
