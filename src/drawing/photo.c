#include "drawing/photo.h"

#include <stdlib.h>
#include <string.h>

#include "drawing/chance.h"
#include "drawing/look.h"
#include "drawing/noise.h"
#include "drawing/script.h"

const char *const photo_grounds[PHOTO_GROUNDS + 1] = {"white", "dark", "black", "paper", "ruled", "squared", NULL};

/* Where the script lies on the picture: the point (0, 0) and the px a height. */
struct frame {
    int rows, cols;
    double scale, left, top;
};

/* What is needed to paint row by row. */
struct easel {
    const struct look *look;
    const struct script *script;
    struct frame frame;
    unsigned char *cover; /* [rows][cols] */
    struct noise noises[LOOK_FIELDS];
    float *rows, *field[LOOK_FIELDS], *level, *rule; /* [cols] each; one allocation, in `rows` */
};

/* ---- The frame ---- */

static int frame_draw(struct frame *out, const struct script *script, int height, struct rng *rng, struct error *err)
{
    const double usual = chance_between(rng, 0.25, 0.75), scale = height;
    double margins[4];
    for (int i = 0; i < 4; i++)
        margins[i] = usual * chance_between(rng, 0.6, 1.4);
    const double high = script->bottom - script->top + margins[0] + margins[1];
    double wide = script->right - script->left + margins[2] + margins[3];
    /* A single digit leaves more of the page free at its sides. */
    const double least = high * chance_between(rng, 0.7, 1.15), share = chance_between(rng, 0.25, 0.75);
    if (wide < least) {
        margins[2] += share * (least - wide);
        wide = least;
    }
    if (high * scale * wide * scale > PHOTO_PIXELS)
        return error_set(err, ERROR_USAGE,
                         "a picture of %.0f x %.0f pixels is larger than the %d megapixels made at most: write fewer "
                         "digits, or lower ones",
                         wide * scale, high * scale, PHOTO_PIXELS / 1000000);
    *out = (struct frame){.rows = (int)(high * scale) + 1,
                          .cols = (int)(wide * scale) + 1,
                          .scale = scale,
                          .left = (margins[2] - script->left) * scale,
                          .top = (margins[0] - script->top) * scale};
    return 0;
}

/* ---- Blur ---- */

/* a quarter, a half, a quarter, along a row */
static void blur_across(unsigned char *row, int cols)
{
    int before = row[0];
    for (int col = 0; col < cols; col++) {
        const int here = row[col], behind = col + 1 < cols ? row[col + 1] : here;
        row[col] = (unsigned char)((before + 2 * here + behind + 2) / 4);
        before = here;
    }
}

static void blur_down(unsigned char *cover, unsigned char *above, int rows, int cols)
{
    memcpy(above, cover, (size_t)cols);
    for (int row = 0; row < rows; row++, cover += cols) {
        const unsigned char *below = row + 1 < rows ? cover + cols : cover;
        for (int col = 0; col < cols; col++) {
            const int here = cover[col];
            cover[col] = (unsigned char)((above[col] + 2 * here + below[col] + 2) / 4);
            above[col] = (unsigned char)here;
        }
    }
}

static int blur(unsigned char *cover, int rows, int cols, int passes, struct error *err)
{
    const size_t size = (size_t)cols;
    unsigned char *above = malloc(size);
    if (above == NULL)
        return error_memory(err, size, "a picture");
    for (int pass = 0; pass < passes; pass++) {
        for (int row = 0; row < rows; row++)
            blur_across(cover + (size_t)row * (size_t)cols, cols);
        blur_down(cover, above, rows, cols);
    }
    free(above);
    return 0;
}

/* ---- Paint ---- */

static float within(float number, float low, float high)
{
    return number < low ? low : number > high ? high : number;
}

/* The share of a line of `width` px that covers a pixel `away` from the nearest of those that lie `step` px apart. */
static float ruled(double at, double step, float width)
{
    const double turns = at / step + 4096; /* positive: the cast is floor */
    double away = turns - (int)turns;
    away = (away < 0.5 ? away : 1 - away) * step;
    return within(width / 2 + 0.5f - (float)away * 0.8f, 0, 1);
}

/* Lines lie under the ink, and run as the writing does. */
static void rule_row(const struct easel *easel, int row)
{
    const struct look *look = easel->look;
    const struct script *script = easel->script;
    const struct frame *frame = &easel->frame;
    const double y = row + 0.5 - frame->top, pitch = script->pitch * frame->scale;
    memset(easel->rule, 0, (size_t)frame->cols * sizeof easel->rule[0]);
    for (int col = 0; look->ruling.down > 0 && col < frame->cols; col++) {
        const double x = col + 0.5 - frame->left;
        float rule = ruled(script->cosine * y - script->sine * x, pitch / look->ruling.down, look->ruling.width);
        if (look->ruling.across > 0) {
            const float other =
                ruled(script->cosine * x + script->sine * y, pitch / look->ruling.across, look->ruling.width);
            rule = other > rule ? other : rule;
        }
        easel->rule[col] = rule * look->ruling.opacity;
    }
}

/* 0..1 */
static float ink_at(const struct easel *easel, int col, unsigned char covered)
{
    const struct look *look = easel->look;
    float ink = (float)covered / 255;
    if (look->fields[LOOK_EDGE].amount > 0)
        ink = within(1.5f * (ink - 0.5f + easel->field[LOOK_EDGE][col]) + 0.5f, 0, 1);
    ink *= within(look->solid + easel->field[LOOK_GRAIN][col], 0, 1);
    return look->opacity * ink * (1 - look->fields[LOOK_PRESSURE].amount / 2 + easel->field[LOOK_PRESSURE][col] / 2);
}

static void paint_row(unsigned char *rgb, const struct easel *easel, const unsigned char *cover)
{
    const struct look *look = easel->look;
    float *const *field = easel->field;
    for (int col = 0; col < easel->frame.cols; col++) {
        const float fibre = 1 + field[LOOK_FIBRE_ACROSS][col] + field[LOOK_FIBRE_DOWN][col] + field[LOOK_MOTTLE][col] +
                            field[LOOK_CLOUD][col];
        const float ink = cover[col] > 0 ? ink_at(easel, col, cover[col]) : 0, rule = easel->rule[col];
        const float noise[3] = {field[LOOK_RED][col], 0, field[LOOK_BLUE][col]};
        for (int i = 0; i < 3; i++) {
            float colour = look->ground[i] + rule * (look->ruling.colour[i] - look->ground[i]);
            colour *= fibre;
            colour += ink * (look->ink[i] - colour);
            colour *= easel->level[col] + look->light.cast[i] * (1 - easel->level[col]);
            colour += field[LOOK_LUMA][col] + noise[i];
            rgb[3 * col + i] = (unsigned char)(within(colour, 0, 255) + 0.5f);
        }
    }
}

static void paint(unsigned char *rgb, struct easel *easel)
{
    const struct frame *frame = &easel->frame;
    const size_t cols = (size_t)frame->cols;
    for (int row = 0; row < frame->rows; row++) {
        for (int i = 0; i < LOOK_FIELDS; i++)
            if (easel->look->fields[i].amount > 0) {
                memset(easel->field[i], 0, cols * sizeof easel->field[i][0]);
                noise_add(easel->field[i], &easel->noises[i], frame->cols, row, easel->look->fields[i].amount);
            }
        rule_row(easel, row);
        light_row(easel->level, easel->field[LOOK_BEND], &easel->look->light, frame->rows, frame->cols, row);
        paint_row(rgb + (size_t)row * cols * 3, easel, easel->cover + (size_t)row * cols);
    }
}

/* ---- All together ---- */

static void easel_free(struct easel *easel)
{
    for (int i = 0; i < LOOK_FIELDS; i++)
        noise_free(&easel->noises[i]);
    free(easel->rows);
    free(easel->cover);
}

/* Noises have seeds of their own, so that what one draws depends on no other. */
static int easel_make(struct easel *out, uint64_t seed, struct error *err)
{
    const size_t cols = (size_t)out->frame.cols, pixels = cols * (size_t)out->frame.rows;
    const size_t size = (LOOK_FIELDS + 2) * cols * sizeof(float);
    out->rows = calloc(size, 1);
    out->cover = malloc(pixels);
    if (out->rows == NULL || out->cover == NULL)
        return error_memory(err, size + pixels, "a picture");
    out->level = out->rows + LOOK_FIELDS * cols;
    out->rule = out->level + cols;
    for (int i = 0; i < LOOK_FIELDS; i++) {
        out->field[i] = out->rows + (size_t)i * cols;
        if (out->look->fields[i].amount > 0 && noise_make(&out->noises[i], out->frame.cols, out->look->fields[i].cell_x,
                                                          out->look->fields[i].cell_y, seed + (uint64_t)i, err) != 0)
            return -1;
    }
    return 0;
}

static int expose(struct photo *out, const struct look *look, const struct script *script, int height, struct rng *rng,
                  struct error *err)
{
    struct easel easel = {.look = look, .script = script};
    if (frame_draw(&easel.frame, script, height, rng, err) != 0)
        return -1;
    const struct frame *frame = &easel.frame;
    const size_t size = (size_t)frame->rows * (size_t)frame->cols * 3;
    unsigned char *rgb = malloc(size);
    int result = rgb == NULL ? error_memory(err, size, "a picture") : easel_make(&easel, rng_next(rng), err);
    if (result == 0)
        result =
            script_cover(easel.cover, frame->rows, frame->cols, script, frame->scale, frame->left, frame->top, err);
    if (result == 0)
        result = blur(easel.cover, frame->rows, frame->cols, look->blur, err);
    if (result == 0) {
        paint(rgb, &easel);
        *out = (struct photo){frame->rows, frame->cols, rgb};
    } else {
        free(rgb);
    }
    easel_free(&easel);
    return result;
}

int photo_check(const struct photo_plan *plan, struct error *err)
{
    if (plan->height < PHOTO_HEIGHT_LEAST || plan->height > PHOTO_HEIGHT)
        return error_set(err, ERROR_USAGE, "digits cannot be drawn %d pixels high: use %d to %d", plan->height,
                         PHOTO_HEIGHT_LEAST, PHOTO_HEIGHT);
    return script_check(plan->text, err);
}

int photo_draw(struct photo *out, const struct photo_plan *plan, const struct strokes *strokes, struct rng *rng,
               struct error *err)
{
    if (photo_check(plan, err) != 0)
        return -1;
    const struct look look = look_draw(plan->ground, plan->height, rng);
    struct script *script = malloc(sizeof *script);
    if (script == NULL)
        return error_memory(err, sizeof *script, "a text");
    int result = script_write(script, plan->text, look.pen, strokes, rng, err);
    if (result == 0) {
        result = expose(out, &look, script, plan->height, rng, err);
        script_free(script);
    }
    free(script);
    return result;
}

void photo_free(struct photo *photo)
{
    free(photo->rgb);
    *photo = (struct photo){0};
}
