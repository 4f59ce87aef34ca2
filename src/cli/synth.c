/* lenet5 synth: digits that the program draws itself, as a data set, a contact sheet, or big pictures. */
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "base/figures.h"
#include "cli/output.h"
#include "cli/synth_large.h"
#include "cli/synth_set.h"
#include "cli/threads.h"
#include "dataset/source.h"
#include "dataset/synth.h"
#include "image/write_png.h"

enum {
    TRAIN = 60000,
    TEST = 10000,
    PICTURES = 20, /* of --large, where --count says nothing */
    MOST_PICTURES = 100000,
    SHEET_DIGITS = 300, /* of --sheet alone */
    SHEET_MOST = 10000,
    SHEET_STEP = SYNTH_SIDE + 2, /* from cell to cell */
    DRAWN_BY = 512,
    SMALL_NAME = 32, /* of a small picture's file */
};

struct asked {
    const char *out, *sheet, *strokes, *text;
    int count, test, digits, ground, height, threads;
    bool large, png, strangers;
    uint64_t seed;
};

static int check(struct asked *asked, const struct options *options, struct error *err)
{
    static const char *const of_large[] = {"text", "digits", "ground", "height"};
    if (asked->out == NULL && (asked->sheet == NULL || asked->large))
        return error_set(err, ERROR_USAGE, "synth needs --out DIR for the files%s",
                         asked->large ? "" : ", or --sheet FILE.png to look at some");
    for (size_t i = 0; i < sizeof of_large / sizeof of_large[0]; i++)
        if (!asked->large && options_given(options, of_large[i]))
            return error_set(err, ERROR_USAGE, "--%s belongs to big pictures: add --large", of_large[i]);
    if (asked->large && (asked->sheet != NULL || asked->png || options_given(options, "test")))
        return error_set(err, ERROR_USAGE, "--%s belongs to small digits: leave it or --large out",
                         asked->sheet != NULL ? "sheet"
                         : asked->png         ? "png"
                                              : "test");
    if (asked->strangers && (asked->large || (asked->out != NULL && !asked->png)))
        return error_set(err, ERROR_USAGE,
                         asked->large ? "--strangers are small: leave them or --large out"
                                      : "--strangers have no label, so they are no data set: add --png, or use --sheet "
                                        "alone");
    if (asked->png && (asked->out == NULL || options_given(options, "test")))
        return error_set(err, ERROR_USAGE,
                         asked->out == NULL ? "--png needs --out DIR for the pictures"
                                            : "--test belongs to a data set: leave it or --png out");
    if (asked->out == NULL && options_given(options, "test"))
        return error_set(err, ERROR_USAGE, "--test belongs to a data set: add --out DIR");
    if (asked->text != NULL && options_given(options, "digits"))
        return error_set(err, ERROR_USAGE, "--text says what is written, so --digits has no say: leave one out");
    const bool pictures = asked->large || asked->png;
    if (!options_given(options, "count") && (pictures || asked->out == NULL))
        asked->count = pictures ? PICTURES : SHEET_DIGITS;
    if (pictures && asked->count > MOST_PICTURES)
        return error_set(err, ERROR_USAGE, "--count is %d: use 1 to %d with --%s", asked->count, MOST_PICTURES,
                         asked->png ? "png" : "large");
    return 0;
}

/* True to go on; otherwise *status is what the command returns. */
static bool parse(struct asked *asked, int *status, int argc, char **argv)
{
    static const char closing[] =
        "A data set is four files as MNIST has them, and SYNTHETIC, which says what they are: train and\n"
        "evaluate then name their result after it. Image i shows the digit i modulo 10. The same seed gives\n"
        "the same bytes, whatever the number of threads and however many digits are drawn.\n"
        "A sheet alone shows 300 digits; with --out, the first 10,000 at most of the training set. Pictures\n"
        "go to DIR/NUMBER-TEXT.png, 20 of them; big ones have their labels in DIR/labels.tsv as well.\n"
        "\n"
        "Example: lenet5 synth --out data/synthetic; lenet5 train --data data/synthetic\n"
        "         lenet5 synth --large --digits 4 --ground paper --out pictures\n"
        "Exit status: 1 something cannot be written, 3 DIR holds other data, 4 --strokes is wrong.\n";
    struct option_spec specs[] = {
        {.name = "out",
         .letter = 'o',
         .kind = OPTION_TEXT,
         .to.text = &asked->out,
         .argument = "DIR",
         .help = "the folder for the files, made if it is missing"},
        {.name = "count",
         .letter = 'n',
         .kind = OPTION_WHOLE,
         .to.whole = &asked->count,
         .min = 1,
         .max = SYNTH_COUNT,
         .argument = "N",
         .help = "training images; or what a sheet or --large has to draw"},
        {.name = "test",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->test,
         .min = 0,
         .max = SYNTH_COUNT,
         .argument = "N",
         .help = "test images; 0 for no test set"},
        {.name = "seed", .kind = OPTION_SEED, .to.seed = &asked->seed, .argument = "N", .help = "of everything drawn"},
        {.name = "sheet",
         .kind = OPTION_TEXT,
         .to.text = &asked->sheet,
         .argument = "FILE.png",
         .help = "a contact sheet of digits, a row each"},
        {.name = "png",
         .kind = OPTION_FLAG,
         .to.flag = &asked->png,
         .help = "the 28x28 digits as pictures in place of a data set"},
        {.name = "strangers",
         .kind = OPTION_FLAG,
         .to.flag = &asked->strangers,
         .help = "letters, signs, shapes and scribbles in place of digits; for --sheet and --png"},
        {.name = "large", .kind = OPTION_FLAG, .to.flag = &asked->large, .help = "big pictures in place of a data set"},
        {.name = "text",
         .kind = OPTION_TEXT,
         .to.text = &asked->text,
         .argument = "NUMBERS",
         .help = "what to write: digits, spaces between numbers, / between rows"},
        {.name = "digits",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->digits,
         .min = 1,
         .max = SYNTH_LARGE_DIGITS,
         .argument = "N",
         .help = "digits in each picture"},
        {.name = "ground",
         .kind = OPTION_CHOICE,
         .to.choice = &asked->ground,
         .choices = photo_grounds,
         .fallback = "each in turn",
         .help = "what is written on"},
        {.name = "height",
         .kind = OPTION_WHOLE,
         .to.whole = &asked->height,
         .min = SYNTH_LARGE_HEIGHT_LEAST,
         .max = SYNTH_LARGE_HEIGHT,
         .argument = "PX",
         .help = "of a digit"},
        {.name = "strokes",
         .kind = OPTION_TEXT,
         .to.text = &asked->strokes,
         .argument = "FILE.json",
         .fallback = "the built-in data/strokes.json",
         .help = "how digits are written"},
        threads_option(&asked->threads),
    };
    struct options options = {.command = "synth",
                              .purpose = "Draws digits as people write them: a data set in the shape of MNIST, a "
                                         "contact sheet, or big pictures.",
                              .closing = closing,
                              .specs = specs,
                              .count = sizeof specs / sizeof specs[0]};
    struct error err = {0};
    if (!command_begin(status, &options, argc, argv))
        return false;
    if (check(asked, &options, &err) != 0) {
        *status = output_error(&err);
        return false;
    }
    return true;
}

/* ---- The contact sheet ---- */

static int write_sheet(const char *path, const struct dataset *set, struct error *err)
{
    const int count = set->count < SHEET_MOST ? set->count : SHEET_MOST;
    const int rows = count < 10 ? count : 10, cols = (count + 9) / 10;
    struct picture sheet;
    if (picture_create(&sheet, rows * SHEET_STEP + 2, cols * SHEET_STEP + 2, err) != 0)
        return -1;
    memset(sheet.gray, 255, (size_t)sheet.rows * (size_t)sheet.cols);
    for (int i = 0; i < count; i++) {
        const unsigned char *pixels = dataset_image(set, i);
        unsigned char *corner =
            sheet.gray + (size_t)(i % 10 * SHEET_STEP + 2) * (size_t)sheet.cols + (i / 10 * SHEET_STEP + 2);
        for (int row = 0; row < SYNTH_SIDE; row++)
            for (int col = 0; col < SYNTH_SIDE; col++)
                corner[row * sheet.cols + col] = (unsigned char)(255 - pixels[row * SYNTH_SIDE + col]);
    }
    const int result = write_png_file(path, &sheet, err);
    picture_free(&sheet);
    return result;
}

/* Whether the file lies right in the folder, going by the names. */
static bool lies_in(const char *file, const char *folder)
{
    const char *slash = strrchr(file, '/');
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    return slash != NULL && (size_t)(slash - file) == length && memcmp(file, folder, length) == 0;
}

/* Before anything is drawn. A sheet may lie in the folder that is made for the digits. */
static int check_sheet(const struct asked *asked, struct error *err)
{
    if (asked->sheet == NULL)
        return 0;
    if (asked->out != NULL && lies_in(asked->sheet, asked->out) && files_make_folder(asked->out, err) != 0)
        return -1;
    return files_check_writable(asked->sheet, err);
}

/* ---- Small pictures ---- */

static int write_pictures(const char *folder, const struct dataset *set, struct error *err)
{
    for (int i = 0; i < set->count; i++) {
        char path[PATH_MAX];
        unsigned char gray[SYNTH_SIDE * SYNTH_SIDE];
        memcpy(gray, dataset_image(set, i), sizeof gray);
        if (set->labels[i] == DATASET_NO_CLASS)
            snprintf(path, sizeof path, "%s/%03d-none.png", folder, i);
        else
            snprintf(path, sizeof path, "%s/%03d-%d.png", folder, i, set->labels[i]);
        if (write_png_file(path, &(struct picture){.rows = SYNTH_SIDE, .cols = SYNTH_SIDE, .gray = gray}, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- All of it ---- */

/* Draws one set, writes what was asked for, and gives the digest. */
static int draw(char digest[DIGEST_TEXT], const struct strokes *strokes, enum dataset_which which, int count,
                const struct asked *asked, struct error *err)
{
    struct dataset set;
    digest[0] = '\0';
    if (count == 0)
        return synth_set_remove(asked->out, which, err);
    if ((asked->strangers ? synth_strangers(&set, strokes, asked->seed, count, err)
                          : synth_set(&set, strokes, asked->seed, which, count, err)) != 0)
        return -1;
    int result = 0;
    if (asked->out != NULL)
        result = asked->png ? write_pictures(asked->out, &set, err) : synth_set_save(asked->out, &set, which, err);
    if (result == 0 && which == DATASET_TRAIN && asked->sheet != NULL)
        result = write_sheet(asked->sheet, &set, err);
    memcpy(digest, set.digest, DIGEST_TEXT);
    dataset_free(&set);
    return result;
}

/* The command that draws the same. */
static void describe(char drawn_by[DRAWN_BY], const struct asked *asked)
{
    char name[OUTPUT_NAME];
    int length = snprintf(drawn_by, DRAWN_BY, "lenet5 synth --count %d --test %d --seed %llu", asked->count,
                          asked->test, (unsigned long long)asked->seed);
    if (asked->strokes != NULL)
        length += snprintf(drawn_by + length, (size_t)(DRAWN_BY - length), " --strokes %.255s",
                           output_printable(name, asked->strokes, false));
    snprintf(drawn_by + length, (size_t)(DRAWN_BY - length), " (%s)", version_program());
}

static int write_set(const struct strokes *strokes, const struct asked *asked, struct error *err)
{
    char train[DIGEST_TEXT], test[DIGEST_TEXT], drawn_by[DRAWN_BY];
    if (asked->png && strlen(asked->out) > PATH_MAX - SMALL_NAME - 1)
        return error_set(err, ERROR_USAGE, "the name of the folder --out is too long");
    if (asked->png && files_make_folder(asked->out, err) != 0)
        return -1;
    if (asked->out == NULL || asked->png)
        return draw(train, strokes, DATASET_TRAIN, asked->count, asked, err);
    describe(drawn_by, asked);
    if (synth_set_prepare(asked->out, drawn_by, err) != 0 ||
        draw(train, strokes, DATASET_TRAIN, asked->count, asked, err) != 0 ||
        draw(test, strokes, DATASET_TEST, asked->test, asked, err) != 0)
        return -1;
    return source_write_synthetic(asked->out, drawn_by, train, asked->test > 0 ? test : NULL, err);
}

static void report(const struct asked *asked)
{
    char count[FIGURES_GROUPED], test[FIGURES_GROUPED], out[OUTPUT_NAME] = "", sheet[OUTPUT_NAME];
    if (asked->out != NULL)
        output_printable(out, asked->out, false);
    figures_grouped(count, asked->count);
    figures_grouped(test, asked->test);
    if (asked->large)
        printf("%s picture%s drawn into %s, labels in %s/labels.tsv\n", count, asked->count == 1 ? "" : "s", out, out);
    else if (asked->png)
        printf("%s picture%s drawn into %s\n", count, asked->count == 1 ? "" : "s", out);
    else if (asked->out != NULL)
        printf("%s training and %s test digits drawn into %s (seed %llu)\n", count, test, out,
               (unsigned long long)asked->seed);
    if (asked->sheet != NULL)
        printf("contact sheet saved as %s\n", output_printable(sheet, asked->sheet, false));
}

int synth_command(int argc, char **argv)
{
    struct asked asked = {
        .count = TRAIN, .test = TEST, .digits = 1, .ground = -1, .height = SYNTH_LARGE_HEIGHT_USUAL, .seed = 1};
    struct error err = {0};
    struct strokes strokes;
    int status;
    if (!parse(&asked, &status, argc, argv))
        return status;
    if (strokes_load(&strokes, asked.strokes, &err) != 0)
        return output_error(&err);
    if (check_sheet(&asked, &err) != 0) {
        strokes_free(&strokes);
        return output_error(&err);
    }
    omp_set_num_threads(threads_resolve(asked.threads));
    int result;
    if (asked.large) {
        const struct synth_large large = {.out = asked.out,
                                          .count = asked.count,
                                          .text = asked.text,
                                          .digits = asked.digits,
                                          .ground = asked.ground,
                                          .height = asked.height,
                                          .seed = asked.seed,
                                          .strokes = &strokes};
        result = synth_large_write(&large, &err);
    } else {
        result = write_set(&strokes, &asked, &err);
    }
    strokes_free(&strokes);
    if (result != 0)
        return output_error(&err);
    report(&asked);
    return STATUS_DONE;
}
