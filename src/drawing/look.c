#include "drawing/look.h"

#include "drawing/chance.h"

/* What one writes with. The two of a pair are the ends of a range. */
struct pen {
    float ink[3];
    double width[2], opacity[2];
    double edge, grain, pressure;
    double solid;
};

/* Ballpoints are thin and let the paper through, felt pens soak in, pencils stay on the top of the fibres. */
static const struct pen paper_pens[] = {
    {{36, 50, 138}, {0.50, 0.80}, {0.82, 0.94}, 0.14, 0.22, 0.25, 1.08},
    {{44, 44, 52}, {0.50, 0.80}, {0.82, 0.94}, 0.14, 0.22, 0.25, 1.08},
    {{26, 26, 30}, {0.80, 1.15}, {0.93, 0.98}, 0.16, 0.04, 0.10, 1.02},
    {{24, 58, 158}, {0.75, 1.10}, {0.90, 0.97}, 0.16, 0.05, 0.12, 1.02},
    {{186, 34, 42}, {0.70, 1.10}, {0.90, 0.97}, 0.16, 0.05, 0.12, 1.02},
    {{24, 112, 66}, {0.70, 1.10}, {0.90, 0.97}, 0.16, 0.05, 0.12, 1.02},
    {{84, 84, 90}, {0.50, 0.85}, {0.88, 0.97}, 0.25, 0.50, 0.30, 0.85},
};

static const float paint_inks[][3] = {{0, 0, 0},    {0, 0, 0},    {237, 28, 36},  {63, 72, 204},
                                      {0, 110, 50}, {136, 0, 21}, {163, 73, 164}, {255, 100, 20}};

static const float boards[][3] = {{46, 49, 52}, {36, 64, 54}, {42, 54, 80}, {32, 33, 35}};

static const float chalks[][3] = {{236, 236, 230}, {236, 236, 230}, {240, 226, 150}, {238, 190, 186}, {176, 206, 238}};

static const float line_inks[][3] = {{150, 186, 226}, {186, 188, 196}, {140, 170, 200}, {196, 178, 190}};

#define PICK(table, rng) (table)[rng_below((rng), sizeof(table) / sizeof(table)[0])]

static void copy_colour(float out[3], const float colour[3], double factor)
{
    for (int i = 0; i < 3; i++)
        out[i] = (float)factor * colour[i];
}

static void set(struct look *look, enum look_field field, double amount, double cell_x, double cell_y)
{
    look->fields[field].amount = (float)amount;
    look->fields[field].cell_x = cell_x;
    look->fields[field].cell_y = cell_y;
}

static void draw_paint(struct look *look, struct rng *rng)
{
    copy_colour(look->ground, (const float[3]){255, 255, 255}, 1);
    copy_colour(look->ink, PICK(paint_inks, rng), 1);
    look->pen = chance_between(rng, 0.7, 1.4);
}

static void draw_board(struct look *look, double height, struct rng *rng)
{
    /* Numbers are drawn one a statement: compilers choose the order in which arguments are worked out. */
    const double bright = chance_between(rng, 0.85, 1.15), chalk = chance_between(rng, 0.88, 1);
    copy_colour(look->ground, PICK(boards, rng), bright);
    copy_colour(look->ink, PICK(chalks, rng), chalk);
    look->pen = chance_between(rng, 0.95, 1.4);
    look->opacity = (float)chance_between(rng, 0.85, 0.97);
    look->solid = (float)chance_between(rng, 0.75, 1.05);
    look->blur = 1;
    look->light = light_draw(0.5, rng);
    set(look, LOOK_MOTTLE, 0.05, height * 0.012, height * 0.012);
    set(look, LOOK_CLOUD, chance_between(rng, 0.05, 0.16), height * 0.9, height * 0.35); /* wiped with a sponge */
    set(look, LOOK_EDGE, 0.5, height * 0.006, height * 0.006);
    set(look, LOOK_GRAIN, 0.5, height * 0.006, height * 0.006);
    set(look, LOOK_PRESSURE, 0.35, height * 0.06, height * 0.06);
    set(look, LOOK_BEND, 0.1, height, height);
    set(look, LOOK_LUMA, 3, 1, 1);
}

static void draw_paper(struct look *look, double height, struct rng *rng)
{
    const struct pen *pen = &PICK(paper_pens, rng);
    const double warm = chance_between(rng, -0.3, 1), bright = chance_between(rng, 205, 240);
    const double speck = height * 0.005;
    look->ground[0] = (float)(bright * (1 + 0.02 * warm));
    look->ground[1] = (float)bright;
    look->ground[2] = (float)(bright * (1 - 0.09 * warm));
    copy_colour(look->ink, pen->ink, chance_between(rng, 0.9, 1.15));
    look->pen = chance_between(rng, pen->width[0], pen->width[1]);
    look->opacity = (float)chance_between(rng, pen->opacity[0], pen->opacity[1]);
    look->solid = (float)pen->solid;
    look->blur = 1 + (int)rng_below(rng, 2) + (height > 400);
    look->light = light_draw(1, rng);
    set(look, LOOK_FIBRE_ACROSS, 0.006, speck * 4, speck);
    set(look, LOOK_FIBRE_DOWN, 0.006, speck, speck * 4);
    set(look, LOOK_MOTTLE, 0.006, height * 0.03, height * 0.03);
    set(look, LOOK_CLOUD, 0.012, height * 0.6, height * 0.6);
    set(look, LOOK_EDGE, pen->edge, speck, speck);
    set(look, LOOK_GRAIN, pen->grain, speck, speck);
    set(look, LOOK_PRESSURE, pen->pressure, height * 0.15, height * 0.15);
    set(look, LOOK_BEND, 0.06, height * 0.8, height * 0.8);
    set(look, LOOK_LUMA, chance_between(rng, 3, 7), 1.2, 1.2);
    set(look, LOOK_RED, chance_between(rng, 1, 4), 2.6, 2.6);
    set(look, LOOK_BLUE, chance_between(rng, 1, 5), 2.6, 2.6);
}

static void draw_ruling(struct look *look, int is_squared, double height, struct rng *rng)
{
    look->ruling.down = is_squared ? 2 + (int)rng_below(rng, 2) : 1 + (int)rng_below(rng, 2);
    look->ruling.across = is_squared ? look->ruling.down : 0;
    copy_colour(look->ruling.colour, PICK(line_inks, rng), 1);
    look->ruling.opacity = (float)chance_between(rng, 0.55, 0.9);
    const double width = height * chance_between(rng, 0.008, 0.014);
    look->ruling.width = (float)(width > 1 ? width : 1);
}

struct look look_draw(enum photo_ground ground, int height, struct rng *rng)
{
    struct look look = {.pen = 1, .opacity = 1, .solid = 1};
    switch (ground) {
    case PHOTO_BLACK:
        copy_colour(look.ink, (const float[3]){255, 255, 255}, 1);
        look.pen = chance_between(rng, 0.7, 1.4);
        break;
    case PHOTO_DARK:
        draw_board(&look, height, rng);
        break;
    case PHOTO_PAPER:
    case PHOTO_RULED:
    case PHOTO_SQUARED:
        draw_paper(&look, height, rng);
        if (ground != PHOTO_PAPER)
            draw_ruling(&look, ground == PHOTO_SQUARED, height, rng);
        break;
    case PHOTO_WHITE:
    case PHOTO_GROUNDS:
        draw_paint(&look, rng);
        break;
    }
    return look;
}
