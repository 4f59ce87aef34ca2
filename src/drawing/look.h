/* What a picture of writing looks like: ground, pen, grain, light. All of it as numbers, so that one loop paints a
 * drawing program's white and a photo of paper. */
#ifndef LENET5_DRAWING_LOOK_H
#define LENET5_DRAWING_LOOK_H

#include "drawing/light.h"
#include "drawing/photo.h"

/* The uneven surfaces that lie over each other. */
enum look_field {
    LOOK_FIBRE_ACROSS, /* of the ground, as shares of its brightness */
    LOOK_FIBRE_DOWN,
    LOOK_MOTTLE,
    LOOK_CLOUD,
    LOOK_EDGE,     /* moves the edge of the ink, as a share of covered */
    LOOK_GRAIN,    /* where the pen leaves the ground bare */
    LOOK_PRESSURE, /* how much ink it leaves */
    LOOK_BEND,     /* of the shadow's edge, as a share of the picture's shorter side */
    LOOK_LUMA,     /* noise of the camera, in levels */
    LOOK_RED,
    LOOK_BLUE,
    LOOK_FIELDS
};

struct look {
    float ground[3], ink[3]; /* 0..255 */
    double pen;              /* factor on the width of the stroke */
    float opacity;           /* of the ink where it is full */
    float solid;             /* how much of the grain's middle is covered; above 1 + its amount: all */
    int blur;                /* passes, each of variance 1/2 px */
    struct {
        float amount; /* 0: not there */
        double cell_x, cell_y;
    } fields[LOOK_FIELDS];
    struct light light;
    struct {
        int down, across; /* lines a pitch of the rows; none where 0 */
        float colour[3], opacity, width;
    } ruling;
};

/* Digits are `height` px high. */
struct look look_draw(enum photo_ground ground, int height, struct rng *rng);

#endif
