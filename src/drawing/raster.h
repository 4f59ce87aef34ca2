/* From a line to pixels: dots of ink on a grid of 4 x 4 places a pixel, averaged. */
#ifndef LENET5_DRAWING_RASTER_H
#define LENET5_DRAWING_RASTER_H

#include <stddef.h>

#include "drawing/hand.h"

enum { RASTER_FINE = 4 };

/* The rectangle that the ink of a line takes, in px: dots with their radii at `scale` px a height and a pen of `pen`
 * px. */
struct extent {
    double left, top, right, bottom;
};
struct extent raster_extent(const struct line *line, double scale, double pen);

/* The bytes of `grid` that raster_draw() needs. */
size_t raster_grid(int rows, int cols);

/* Gives   ink[rows][cols], the share of each pixel that is covered, 0 to 255; overwritten. The point (0, 0) of the line
 *         lies `left` px from the left edge and `top` px from the upper one; what lies outside is cut off. `grid` is
 *         scratch. */
void raster_draw(unsigned char *ink, unsigned char *grid, int rows, int cols, const struct line *line, double scale,
                 double pen, double left, double top);

#endif
