#define _POSIX_C_SOURCE 200809L
#include "cli/synth_large.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/rng.h"
#include "image/write_png.h"

enum {
    TEXT = 240, /* a file's name may have 255 characters */
    FILE_NAME = TEXT + 24,
    LINE = FILE_NAME + TEXT + 16, /* of labels.tsv */
    DIGITS = 10,
    STREAM = 0xff, /* beside those of the data sets */
};

static const char HEADER[] = "file\tlabel\tground\n";

/* One picture as it is planned: whatever else is drawn, the same. */
struct item {
    struct rng rng;
    char label[TEXT + 1], file[FILE_NAME];
    enum photo_ground ground;
};

/* All pairs of a digit and a ground come up, though the numbers of both are even. */
static enum photo_ground ground_in_turn(int index)
{
    return (enum photo_ground)((index + index / DIGITS) % PHOTO_GROUNDS);
}

static struct item plan(const struct synth_large *asked, int index)
{
    struct item item = {.rng = rng_make(asked->seed, RNG_DRAWING | STREAM << 8 | (uint64_t)index << 32)};
    item.ground = asked->ground < 0 ? ground_in_turn(index) : (enum photo_ground)asked->ground;
    if (asked->text != NULL)
        snprintf(item.label, sizeof item.label, "%s", asked->text);
    else if (asked->digits == 1)
        item.label[0] = (char)('0' + index % DIGITS);
    else
        for (int i = 0; i < asked->digits; i++)
            item.label[i] = (char)('0' + rng_below(&item.rng, DIGITS));
    const int start = snprintf(item.file, sizeof item.file, "%03d-", index);
    snprintf(item.file + start, sizeof item.file - (size_t)start, "%s.png", item.label);
    for (char *c = item.file; *c != '\0'; c++)
        *c = *c == '/' || *c == ' ' ? '_' : *c;
    return item;
}

/* A label as it is to be written: rows below each other. */
static void copy_rows(char rows[TEXT + 1], const char *label)
{
    snprintf(rows, TEXT + 1, "%s", label);
    for (char *c = rows; *c != '\0'; c++)
        *c = *c == '/' ? '\n' : *c;
}

static int write_picture(const struct synth_large *asked, int index, struct error *err)
{
    struct item item = plan(asked, index);
    char path[PATH_MAX], rows[TEXT + 1];
    struct photo photo;
    copy_rows(rows, item.label);
    const struct photo_plan photo_plan = {rows, item.ground, asked->height};
    if (photo_draw(&photo, &photo_plan, asked->strokes, &item.rng, err) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/%s", asked->out, item.file);
    const int result = write_png_rgb(path, photo.rgb, photo.rows, photo.cols, err);
    photo_free(&photo);
    return result;
}

static int write_labels(const struct synth_large *asked, struct error *err)
{
    char path[PATH_MAX];
    const size_t room = sizeof HEADER + (size_t)asked->count * LINE;
    char *text = malloc(room);
    if (text == NULL)
        return error_memory(err, room, "the labels");
    size_t used = (size_t)snprintf(text, room, "%s", HEADER);
    for (int i = 0; i < asked->count; i++) {
        const struct item item = plan(asked, i);
        used += (size_t)snprintf(text + used, room - used, "%s\t%s\t%s\n", item.file, item.label,
                                 photo_grounds[item.ground]);
    }
    snprintf(path, sizeof path, "%s/labels.tsv", asked->out);
    const int result = files_write(path, text, used, err);
    free(text);
    return result;
}

/* Before the first picture is drawn. */
static int check(const struct synth_large *asked, struct error *err)
{
    char rows[TEXT + 1] = "0";
    if (strlen(asked->out) > PATH_MAX - FILE_NAME - 1)
        return error_set(err, ERROR_USAGE, "the name of the folder for the pictures is too long");
    if (asked->text != NULL && strlen(asked->text) > TEXT)
        return error_set(err, ERROR_USAGE, "the text to write has %zu characters: use %d at most", strlen(asked->text),
                         TEXT);
    if (asked->text != NULL && strchr(asked->text, '\n') != NULL) /* would break the table and the file names */
        return error_set(err, ERROR_USAGE, "the text to write has a line break: put / between rows");
    if (asked->text != NULL)
        copy_rows(rows, asked->text);
    return photo_check(&(struct photo_plan){.text = rows, .height = asked->height}, err);
}

int synth_large_write(const struct synth_large *asked, struct error *err)
{
    int failed = 0;
    if (check(asked, err) != 0 || files_make_folder(asked->out, err) != 0)
        return -1;
#pragma omp parallel for schedule(dynamic)
    for (int i = 0; i < asked->count; i++) {
        struct error own = {0};
        int stop;
#pragma omp atomic read
        stop = failed;
        if (stop || write_picture(asked, i, &own) == 0)
            continue;
#pragma omp critical
        {
            if (!failed && err != NULL)
                *err = own;
#pragma omp atomic write
            failed = 1;
        }
    }
    return failed ? -1 : write_labels(asked, err);
}
