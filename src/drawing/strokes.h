/* How people write digits: data/strokes.json, read and compiled. The document explains itself in data/README.md; the
 * program carries a copy (strokes_builtin), so that it needs no file. */
#ifndef LENET5_DRAWING_STROKES_H
#define LENET5_DRAWING_STROKES_H

#include <stddef.h>

#include "drawing/formula.h"

enum {
    STROKES_NAMES = 16, /* names in one way's "vary" */
    STROKES_BYTES = 1 << 18
};

/* The document's "hand": what differs between hands, pens and moods, whatever the digit. Lengths are in heights of the
 * digit (it runs from y = 0 to y = 1), unless they say px: those are pixels of the 20-px box. "spread" is a standard
 * deviation. */
struct hand {
    double care_spread;   /* of the logarithm of the factor on jitter, elastic and tremor: tidy and careless writers */
    double jitter;        /* spread of every control point */
    double jitter_reach;  /* points nearer than this go astray together */
    double smoothing;     /* greatest width over which a line is smoothed */
    double soft_corner;   /* chance that a corner is written round */
    double elastic;       /* spread of the waves that distort the plane */
    double elastic_waves; /* most of them over the height of a digit */
    double waist;         /* spread of how far what lies halfway up moves */
    double trapezoid;     /* spread of how much wider the foot is than the head */
    double bend;          /* spread of the bow of an upright line */
    double aspect;        /* spread of the logarithm of width over height */
    double slant;         /* mean of x over y, to the right at the top */
    double slant_spread;
    double rotation;   /* spread, degrees */
    double pen;        /* median width of the stroke, px */
    double pen_spread; /* of its logarithm */
    double pen_least, pen_most;
    double pressure;  /* greatest share by which the width swells along a stroke */
    double nib;       /* greatest share by which it depends on the direction: a broad nib */
    double taper;     /* greatest share by which it thins at the end of a stroke */
    double tremor;    /* spread of the trembling */
    double roughness; /* spread of the share by which the edge of the stroke is uneven */
    double gap;       /* chance that the pen leaves the paper for a moment */
    double overshoot; /* greatest length by which a stroke goes on straight beyond its end */
    double blur;      /* greatest share of a pixel that goes to each neighbour */
    double gain;      /* greatest share by which ink is darker than full */
};

/* A stroke's content, in order. */
struct stroke_item {
    enum stroke_item_kind {
        STROKE_POINT,  /* x, y */
        STROKE_CORNER, /* x, y: the line may turn sharply here */
        STROKE_ARC,    /* an arc of control points */
        STROKE_CHANCE  /* items[0 .. item_count-1] with this chance, else otherwise[0 .. otherwise_count-1] */
    } kind;
    struct formula x, y;               /* points; the centre of an arc */
    struct formula radius_x, radius_y; /* arc */
    struct formula from, sweep;        /* arc, degrees: 0 right, 90 down; a negative sweep goes the other way */
    struct formula spiral;             /* arc: share by which the radius grows from beginning to end */
    double chance;
    int item_count, otherwise_count;
    struct stroke_item *items, *otherwise;
};

struct stroke {
    double chance; /* that it is written at all; 1 where the document says nothing, and then no number is drawn */
    int item_count;
    struct stroke_item *items;
};

/* One way to write a digit. */
struct way {
    char *name;   /* "crossed" */
    double share; /* how often, against the shares of the digit's other ways */
    int vary_count;
    struct formula vary[STROKES_NAMES]; /* vary[i] may use the names before it */
    int stroke_count;
    struct stroke *strokes;
};

/* A digit, or what is none. */
struct digit_strokes {
    double slant, slant_spread;                   /* in place of the hand's */
    double jitter, bend, aspect, pen, pen_spread; /* factors on the hand's */
    int way_count;
    struct way *ways;
};

struct strokes {
    struct hand hand;
    struct digit_strokes digits[10];
    struct digit_strokes rare[10];  /* as MNIST's writers hardly write; no ways where the document has none */
    double rare_share[10];          /* how often, against the shares of the others; 0 where there are no ways */
    struct digit_strokes strangers; /* letters, signs, shapes, scribbles; no ways where the document has none */
    double pairs;                   /* share of the strangers that are two digits side by side in place of them */
};

/* Reads a document of `size` bytes, STROKES_BYTES at most.
 * Gives   *out, released by strokes_free().
 * Fails   with ERROR_MODEL and the place: "digits.2.ways[1].strokes[0][3]: ..."; no memory: ERROR_FAILED. */
int strokes_parse(struct strokes *out, const unsigned char *bytes, size_t size, struct error *err);

/* Reads `path`, or the built-in document when it is NULL. Fails as strokes_parse() does, the sentence beginning with
 * the path; ERROR_MODEL too where it cannot be read. */
int strokes_load(struct strokes *out, const char *path, struct error *err);

void strokes_free(struct strokes *strokes);

#endif
