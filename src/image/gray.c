#include "image/gray.h"

#include <math.h>
#include <stdlib.h>

#include "image/colours.h"
#include "image/picture.h"

enum { FAINTEST = 12, ONE = 1 << 16 };
static const double gain_needed = 1.3, share_hidden = 0.03, share_of_luma = 0.15;

/* The weights of luma, as a direction of length 1. */
static const double luma[3] = {0.446903, 0.877364, 0.170390};

static double magnitude(const double direction[3])
{
    return fabs(direction[0]) + fabs(direction[1]) + fabs(direction[2]);
}

/* Gives 1 and a direction, or 0 and luma. */
static int choose_direction(double direction[3], const struct colours_spread *spread)
{
    double found[3];
    colours_direction(found, spread);
    double contrast = colours_contrast(spread, found);
    int is_better = contrast >= gain_needed * colours_contrast(spread, luma) && contrast >= FAINTEST * magnitude(found);
    for (int i = 0; i < 3; i++)
        direction[i] = is_better ? found[i] : luma[i];
    return is_better;
}

/* Light stays light where luma has a say; where it has none, the ground is the light, and ink dark. */
static void turn_upright(double direction[3], const double ground[3], const double mean[3])
{
    double says_luma = 0, says_ground = 0;
    for (int i = 0; i < 3; i++) {
        says_luma += direction[i] * luma[i];
        says_ground += direction[i] * (ground[i] - mean[i]);
    }
    if ((fabs(says_luma) >= share_of_luma ? says_luma : says_ground) < 0)
        for (int i = 0; i < 3; i++)
            direction[i] = -direction[i];
}

static void lay_luma(unsigned char *gray, const unsigned char *rgb, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gray[i] = picture_luma(rgb[3 * i], rgb[3 * i + 1], rgb[3 * i + 2]);
}

static void lay_projected(unsigned char *gray, const unsigned char *rgb, size_t count, const double direction[3])
{
    int weights[3], offset = ONE / 2;
    for (int i = 0; i < 3; i++) {
        weights[i] = (int)floor(direction[i] / magnitude(direction) * ONE + 0.5);
        offset -= weights[i] < 0 ? 255 * weights[i] : 0;
    }
    for (size_t i = 0; i < count; i++, rgb += 3) {
        int level = (weights[0] * rgb[0] + weights[1] * rgb[1] + weights[2] * rgb[2] + offset) / ONE;
        gray[i] = (unsigned char)(level < 255 ? level : 255);
    }
}

static void lay_distance(unsigned char *gray, const unsigned char *rgb, size_t count, const double ground[3])
{
    int from[3];
    for (int i = 0; i < 3; i++)
        from[i] = (int)(ground[i] + 0.5);
    for (size_t i = 0; i < count; i++, rgb += 3) {
        int farthest = 0;
        for (int channel = 0; channel < 3; channel++) {
            int distance = abs(rgb[channel] - from[channel]);
            farthest = distance > farthest ? distance : farthest;
        }
        gray[i] = (unsigned char)(255 - farthest);
    }
}

int gray_from_colour(unsigned char *gray, const unsigned char *rgb, int rows, int cols, struct error *err)
{
    struct colours colours;
    if (colours_create(&colours, rgb, rows, cols, err) != 0)
        return -1;
    struct colours_spread spread;
    colours_measure(&spread, &colours);
    size_t count = (size_t)rows * (size_t)cols;
    double direction[3], ground[3], mean[3];
    int is_luma = spread.weight == 0 || !choose_direction(direction, &spread);
    int is_distance = spread.weight > 0 && colours_hidden(&colours, direction) > share_hidden;
    colours_ground(ground, mean, &colours);
    colours_free(&colours);
    if (is_distance) {
        lay_distance(gray, rgb, count, ground);
    } else if (is_luma) {
        lay_luma(gray, rgb, count);
    } else {
        turn_upright(direction, ground, mean);
        lay_projected(gray, rgb, count, direction);
    }
    return 0;
}
