#include "drawing/raster.h"

#include <math.h>
#include <string.h>

struct extent raster_extent(const struct line *line, double scale, double pen)
{
    struct extent e = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (int i = 0; i < line->count; i++) {
        const struct dot *dot = &line->dots[i];
        const double x = dot->x * scale, y = dot->y * scale, radius = dot->width * pen / 2;
        if (x - radius < e.left)
            e.left = x - radius;
        if (x + radius > e.right)
            e.right = x + radius;
        if (y - radius < e.top)
            e.top = y - radius;
        if (y + radius > e.bottom)
            e.bottom = y + radius;
    }
    return e;
}

size_t raster_grid(int rows, int cols)
{
    return (size_t)rows * (size_t)cols * RASTER_FINE * RASTER_FINE;
}

/* The places from `*first` to `*last` whose middles lie between low and high, cut to 0..count-1; 0 when there are none.
 */
static int covered(int *first, int *last, double low, double high, int count)
{
    if (high < 0.5 || low > count - 0.5)
        return 0;
    *first = low > 0.5 ? (int)(low + 0.5) : 0; /* for what is positive, a cast is floor and much cheaper */
    *last = high < count ? (int)(high - 0.5) : count - 1;
    return *first <= *last;
}

/* All in places of the grid. */
static void put_dot(unsigned char *grid, int rows, int cols, double x, double y, double radius)
{
    const double least = 0.7072; /* half a place's diagonal: a smaller dot could slip between the middles */
    int first, last, from, to;
    if (radius < least)
        radius = least;
    if (!covered(&first, &last, y - radius, y + radius, rows))
        return;
    for (int row = first; row <= last; row++) {
        const double away = row + 0.5 - y, square = radius * radius - away * away;
        const double half = square > 0 ? sqrt(square) : 0; /* rounding can make it a little less than 0 */
        if (covered(&from, &to, x - half, x + half, cols))
            memset(grid + (size_t)row * (size_t)cols + from, 1, (size_t)(to - from + 1));
    }
}

static void average(unsigned char *ink, const unsigned char *grid, int rows, int cols)
{
    const size_t stride = (size_t)cols * RASTER_FINE;
    for (int row = 0; row < rows; row++)
        for (int col = 0; col < cols; col++) {
            const unsigned char *place = grid + (size_t)row * RASTER_FINE * stride + (size_t)col * RASTER_FINE;
            int sum = 0;
            for (int i = 0; i < RASTER_FINE; i++, place += stride)
                sum += place[0] + place[1] + place[2] + place[3];
            ink[(size_t)row * (size_t)cols + (size_t)col] = (unsigned char)((sum * 255 + 8) / 16);
        }
}

void raster_draw(unsigned char *ink, unsigned char *grid, int rows, int cols, const struct line *line, double scale,
                 double pen, double left, double top)
{
    double last_x = HUGE_VAL, last_y = HUGE_VAL;
    memset(grid, 0, raster_grid(rows, cols));
    for (int i = 0; i < line->count; i++) {
        const struct dot *dot = &line->dots[i];
        const double x = (dot->x * scale + left) * RASTER_FINE, y = (dot->y * scale + top) * RASTER_FINE;
        const double dx = x - last_x, dy = y - last_y;
        if (dx * dx + dy * dy < 0.5 && i + 1 < line->count)
            continue; /* hardly moved since the last dot */
        put_dot(grid, rows * RASTER_FINE, cols * RASTER_FINE, x, y, dot->width * pen / 2 * RASTER_FINE);
        last_x = x;
        last_y = y;
    }
    average(ink, grid, rows, cols);
}
