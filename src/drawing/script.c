#include "drawing/script.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "drawing/chance.h"
#include "drawing/raster.h"

enum {
    BETWEEN = 4, /* so many dots in the place of each: big pictures would show what lies 0.012 heights apart */
    BINS = 128,  /* of a profile */
};

/* The box in whose pixels data/strokes.json gives the width of the pen, and its height is that of a digit. */
static const double BOX = 20;

/* Dots farther apart belong to different strokes. */
static const double STROKE_GAP = 0.04;

static double within(double number, double low, double high)
{
    return number < low ? low : number > high ? high : number;
}

/* ---- The hand of this page ---- */

struct writer {
    struct hand hand;
    struct digit_strokes digits[10]; /* borrow the ways */
    const struct way *ways[10];      /* a person writes a digit one way only */
    double gap, size_spread, wander;
};

/* What differs between people is drawn once; what is left differs from digit to digit, and less. */
static void take_pen(struct writer *out, double pen, const struct strokes *strokes, struct rng *rng)
{
    struct hand *hand = &out->hand;
    *hand = strokes->hand;
    const double care = real_exp(chance_around(rng, hand->care_spread)) * 0.6;
    hand->care_spread *= 0.2;
    hand->jitter *= care;
    hand->smoothing *= 1.3;
    hand->elastic *= care;
    hand->tremor *= care * 0.7;
    const double width = hand->pen * real_exp(chance_around(rng, hand->pen_spread));
    hand->pen = within(width, hand->pen_least, hand->pen_most) * pen;
    hand->pen_least *= pen * 0.9;
    hand->pen_most *= pen * 1.1;
    hand->pen_spread *= 0.1;
    hand->roughness *= 0.1; /* the paper's grain does that on a big picture */
    hand->rotation *= 0.4;
    hand->aspect *= 0.5;
    hand->gap = 0;
    const double lean = chance_around(rng, hand->slant_spread * 0.6);
    for (int digit = 0; digit < 10; digit++) {
        struct skeleton skeleton;
        out->digits[digit] = strokes->digits[digit];
        out->digits[digit].slant += lean;
        out->digits[digit].slant_spread *= 0.3;
        skeleton_draw(&skeleton, &strokes->digits[digit], rng);
        out->ways[digit] = skeleton.way;
    }
    out->gap = chance_between(rng, SCRIPT_GAP + 0.02, 0.3);
    out->size_spread = chance_between(rng, 0.01, 0.05);
    out->wander = chance_between(rng, 0.005, 0.03);
}

/* ---- One digit ---- */

/* Heights a unit of the line at which its ink is as high as it has to be, or at most a little wider than that. */
static double fit_height(const struct line *line, double pen, double height)
{
    double scale = height;
    for (int i = 0; i < 4; i++) {
        const struct extent e = raster_extent(line, scale, pen);
        const double width = (e.right - e.left) / 1.15, tall = e.bottom - e.top, larger = width > tall ? width : tall;
        if (larger - pen > 0.01) /* a dot cannot be made higher */
            scale *= (height - pen) / (larger - pen);
    }
    return scale;
}

static void extend(struct glyph *glyph)
{
    glyph->left = glyph->top = HUGE_VAL;
    glyph->right = glyph->bottom = -HUGE_VAL;
    for (int i = 0; i < glyph->count; i++) {
        const struct dot *dot = &glyph->dots[i];
        const double radius = dot->width / 2;
        glyph->left = dot->x - radius < glyph->left ? dot->x - radius : glyph->left;
        glyph->right = dot->x + radius > glyph->right ? dot->x + radius : glyph->right;
        glyph->top = dot->y - radius < glyph->top ? dot->y - radius : glyph->top;
        glyph->bottom = dot->y + radius > glyph->bottom ? dot->y + radius : glyph->bottom;
    }
}

/* All up to `to`, which is left out. */
static void put(struct glyph *glyph, const struct dot *from, const struct dot *to, int count)
{
    const double dx = to->x - from->x, dy = to->y - from->y;
    const int steps = dx * dx + dy * dy < STROKE_GAP * STROKE_GAP ? count : 1;
    for (int i = 0; i < steps; i++) {
        const double t = (double)i / steps;
        glyph->dots[glyph->count++] =
            (struct dot){from->x + t * dx, from->y + t * dy, from->width + t * (to->width - from->width)};
    }
}

/* Its ink stands on the base line, about, and begins at x = 0. The bounds keep rows apart. */
static int write_digit(struct glyph *out, const struct writer *writer, int digit, struct rng *rng, struct error *err)
{
    struct skeleton skeleton;
    struct line line;
    skeleton_draw_way(&skeleton, writer->ways[digit], rng);
    hand_write(&line, &skeleton, &writer->hand, &writer->digits[digit], rng);
    const size_t size = (size_t)line.count * BETWEEN * sizeof out->dots[0];
    *out = (struct glyph){.dots = malloc(size)};
    if (out->dots == NULL)
        return error_memory(err, size, "a digit");
    const double height = within(real_exp(chance_around(rng, writer->size_spread)), 0.85, 1.1);
    const double foot = within(chance_around(rng, writer->wander), -0.06, 0.06), pen = line.pen / BOX;
    const double scale = fit_height(&line, pen, height);
    const struct extent e = raster_extent(&line, scale, pen);
    for (int i = 0; i < line.count; i++) {
        struct dot *dot = &line.dots[i];
        *dot = (struct dot){dot->x * scale - e.left, dot->y * scale - e.bottom + foot, dot->width * pen};
    }
    const int between = line.count * BETWEEN <= LINE_POINTS ? BETWEEN : 1;
    for (int i = 0; i + 1 < line.count; i++)
        put(out, &line.dots[i], &line.dots[i + 1], between);
    out->dots[out->count++] = line.dots[line.count - 1];
    extend(out);
    return 0;
}

/* ---- Where it stands ---- */

/* How far the ink reaches to one side, at every height: bins from PROFILE_TOP down, BIN high. */
static const double PROFILE_TOP = -1.8, BIN = 0.02;

struct profile {
    double reach[BINS];
};

/* side -1: the least x in each bin; 1: the greatest, with the sign turned. Each dot's radius grows by `margin`. */
static void profile_add(struct profile *profile, const struct glyph *glyph, int side, double margin)
{
    for (int i = 0; i < glyph->count; i++) {
        const struct dot *dot = &glyph->dots[i];
        const double radius = dot->width / 2 + margin;
        for (int bin = 0; bin < BINS; bin++) {
            double away = PROFILE_TOP + (bin + 0.5) * BIN - dot->y;
            away = away < 0 ? -away : away;
            away = away < BIN / 2 ? 0 : away - BIN / 2; /* the nearest place in the bin */
            if (away >= radius)
                continue;
            const double reach = -side * dot->x - sqrt(radius * radius - away * away);
            if (reach < profile->reach[bin])
                profile->reach[bin] = reach;
        }
    }
}

static struct profile profile_empty(void)
{
    struct profile profile;
    for (int bin = 0; bin < BINS; bin++)
        profile.reach[bin] = HUGE_VAL;
    return profile;
}

static void move(struct glyph *glyph, double x, double y)
{
    for (int i = 0; i < glyph->count; i++) {
        glyph->dots[i].x += x;
        glyph->dots[i].y += y;
    }
    extend(glyph);
}

/* Behind all that stands in the row: `gap` from its ink at the nearest place, and right of it on the whole. */
static void place(struct glyph *glyph, struct profile *row, double row_right, double gap)
{
    struct profile own = profile_empty();
    profile_add(&own, glyph, -1, gap);
    double x = row_right - 0.15 - glyph->left;
    for (int bin = 0; bin < BINS; bin++)
        if (-row->reach[bin] - own.reach[bin] > x) /* no number where either has no ink */
            x = -row->reach[bin] - own.reach[bin];
    move(glyph, x, 0);
    profile_add(row, glyph, 1, 0);
}

/* One row, on the line y = 0, and moved down to its own afterwards. Gives how many characters it had. */
static int write_row(struct script *script, const char *text, double y, const struct writer *writer, struct rng *rng,
                     struct error *err)
{
    struct profile row = profile_empty();
    const int first = script->count;
    double space = 0, right = 0;
    for (; *text != '\0' && *text != '\n'; text++) {
        if (*text == ' ') {
            space = chance_between(rng, 0.5, 0.8);
            continue;
        }
        struct glyph *glyph = &script->glyphs[script->count];
        if (write_digit(glyph, writer, *text - '0', rng, err) != 0)
            return -1;
        script->count++;
        double gap = writer->gap + chance_around(rng, 0.05);
        gap = gap < SCRIPT_GAP ? SCRIPT_GAP : gap;
        if (script->count - 1 > first)
            place(glyph, &row, right + space, gap + space);
        else
            profile_add(&row, glyph, 1, 0);
        right = glyph->right > right ? glyph->right : right;
        space = 0;
    }
    const double x = first > 0 ? chance_between(rng, -0.3, 0.3) : 0;
    for (int i = first; i < script->count; i++)
        move(&script->glyphs[i], x, y);
    return 0;
}

/* Turns the page and takes its measures. */
static void turn(struct script *script)
{
    script->left = script->top = HUGE_VAL;
    script->right = script->bottom = -HUGE_VAL;
    for (int i = 0; i < script->count; i++) {
        struct glyph *glyph = &script->glyphs[i];
        for (int k = 0; k < glyph->count; k++) {
            struct dot *dot = &glyph->dots[k];
            const double x = dot->x, y = dot->y;
            dot->x = script->cosine * x - script->sine * y;
            dot->y = script->sine * x + script->cosine * y;
        }
        extend(glyph);
        script->left = glyph->left < script->left ? glyph->left : script->left;
        script->right = glyph->right > script->right ? glyph->right : script->right;
        script->top = glyph->top < script->top ? glyph->top : script->top;
        script->bottom = glyph->bottom > script->bottom ? glyph->bottom : script->bottom;
    }
}

int script_check(const char *text, struct error *err)
{
    int digits = 0, in_row = 0;
    for (const char *c = text;; c++) {
        if (*c >= '0' && *c <= '9') {
            digits++;
            in_row++;
        } else if (*c == '\n' || *c == '\0') {
            if (in_row == 0)
                return error_set(err, ERROR_USAGE,
                                 "the text to write has a row without digits: each row needs one or more");
            if (*c == '\0')
                break;
            in_row = 0;
        } else if (*c != ' ') {
            return error_set(err, ERROR_USAGE,
                             "character %d of the text to write is no digit: use 0 to 9, and spaces between numbers",
                             (int)(c - text) + 1);
        }
    }
    if (digits > SCRIPT_DIGITS)
        return error_set(err, ERROR_USAGE, "the text to write has %d digits: use %d at most", digits, SCRIPT_DIGITS);
    return 0;
}

int script_write(struct script *out, const char *text, double pen, const struct strokes *strokes, struct rng *rng,
                 struct error *err)
{
    struct writer writer;
    if (script_check(text, err) != 0)
        return -1;
    take_pen(&writer, pen, strokes, rng);
    const double turns = chance_around(rng, 1.0 / 360);
    out->count = 0;
    out->cosine = real_cos_turns(turns);
    out->sine = real_cos_turns(turns - 0.25);
    out->pitch = chance_between(rng, 1.45, 1.9);
    double y = 0;
    for (const char *row = text; row != NULL; row = strchr(row, '\n'), y += out->pitch) {
        row += *row == '\n';
        if (write_row(out, row, y, &writer, rng, err) != 0) {
            script_free(out);
            return -1;
        }
    }
    turn(out);
    return 0;
}

void script_free(struct script *script)
{
    for (int i = 0; i < script->count; i++)
        free(script->glyphs[i].dots);
    script->count = 0;
}

/* ---- Its ink ---- */

/* One digit in a rectangle of its own, laid over the page. */
static int cover_glyph(unsigned char *cover, int rows, int cols, const struct glyph *glyph, double scale, double left,
                       double top, struct error *err)
{
    const int x = (int)floor(glyph->left * scale + left) - 1, y = (int)floor(glyph->top * scale + top) - 1;
    const int high = (int)((glyph->bottom - glyph->top) * scale) + 4;
    const int wide = (int)((glyph->right - glyph->left) * scale) + 4;
    const size_t area = (size_t)high * (size_t)wide, size = area + raster_grid(high, wide) + sizeof(struct line);
    struct line *line = malloc(sizeof *line);
    unsigned char *ink = malloc(area), *grid = malloc(raster_grid(high, wide));
    if (line != NULL && ink != NULL && grid != NULL) {
        line->count = glyph->count < LINE_POINTS ? glyph->count : LINE_POINTS;
        memcpy(line->dots, glyph->dots, (size_t)line->count * sizeof line->dots[0]);
        raster_draw(ink, grid, high, wide, line, scale, scale, left - x, top - y);
        for (int row = y < 0 ? -y : 0; row < high && row + y < rows; row++)
            for (int col = x < 0 ? -x : 0; col < wide && col + x < cols; col++) {
                unsigned char *pixel = &cover[(size_t)(row + y) * (size_t)cols + (size_t)(col + x)];
                const unsigned char covered = ink[(size_t)row * (size_t)wide + (size_t)col];
                *pixel = covered > *pixel ? covered : *pixel;
            }
    }
    const int missed = line == NULL || ink == NULL || grid == NULL;
    free(line);
    free(ink);
    free(grid);
    return missed ? error_memory(err, size, "a digit") : 0;
}

int script_cover(unsigned char *cover, int rows, int cols, const struct script *script, double scale, double left,
                 double top, struct error *err)
{
    memset(cover, 0, (size_t)rows * (size_t)cols);
    for (int i = 0; i < script->count; i++)
        if (cover_glyph(cover, rows, cols, &script->glyphs[i], scale, left, top, err) != 0)
            return -1;
    return 0;
}
