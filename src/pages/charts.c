#include "pages/charts.h"

#include <math.h>

/* As wide as a phone nearly, so that labels can be read there; on a wide page two stand side by side. */
enum { WIDTH = 400, HEIGHT = 260, LEFT = 72, RIGHT = 16, TOP = 12, BOTTOM = 48, TICKS = 5 };
enum { LABELS = 20 }; /* below bars, at most */

/* From numbers to places in the drawing. */
struct frame {
    double x_low, x_high, y_low, y_high;
    int width;
};

static double at_x(const struct frame *frame, double x)
{
    return LEFT + (x - frame->x_low) / (frame->x_high - frame->x_low) * (frame->width - LEFT - RIGHT);
}

static double at_y(const struct frame *frame, double y)
{
    return HEIGHT - BOTTOM - (y - frame->y_low) / (frame->y_high - frame->y_low) * (HEIGHT - TOP - BOTTOM);
}

/* 1, 2 or 5 times a power of ten, so that about TICKS of them make `range`. */
static double step_of(double range)
{
    double power = 1;
    while (power * 10 <= range / TICKS)
        power *= 10;
    while (power > range / TICKS)
        power /= 10;
    const double over = range / TICKS / power;
    return power * (over < 2 ? 2 : over < 5 ? 5 : 10);
}

/* The digits behind the point that a step needs. */
static int decimals_of(double step)
{
    int decimals = 0;
    while (decimals < 6 && fabs(step - floor(step + 0.5)) > 1e-6 * step) {
        step *= 10;
        decimals++;
    }
    return decimals;
}

/* Up to the words for those who do not see it: more of them may follow, then end_words(). */
static void begin(struct html *html, const struct chart_text *text, const struct frame *frame)
{
    html_add(html, "<figure><svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"", frame->width, HEIGHT,
             frame->width);
    html_text(html, text->title);
}

static void end_words(struct html *html)
{
    html_add(html, "\">\n");
}

/* ": training from 0.86 to 0.08, held out ..." */
static void add_ends(struct html *html, const struct chart_series *series, int count)
{
    for (int s = 0; s < count; s++) {
        int first = 0, last = series[s].count - 1;
        while (first < series[s].count && !isfinite(series[s].y[first]))
            first++;
        while (last > first && !isfinite(series[s].y[last]))
            last--;
        if (first > last)
            continue;
        html_add(html, s == 0 ? ": " : ", ");
        html_text(html, series[s].name);
        html_add(html, " from %.4g to %.4g", series[s].y[first], series[s].y[last]);
    }
}

static void end(struct html *html, const struct chart_text *text)
{
    html_add(html, "</svg><figcaption>");
    html_text(html, text->title);
    html_add(html, "</figcaption></figure>\n");
}

static void add_axes(struct html *html, const struct chart_text *text, const struct frame *frame, int has_x)
{
    const double y_step = step_of(frame->y_high - frame->y_low), x_step = step_of(frame->x_high - frame->x_low);
    const double bottom = HEIGHT - BOTTOM;
    /* + 0.0: no tick is called -0. */
    for (double y = ceil(frame->y_low / y_step - 1e-9) * y_step + 0.0; y <= frame->y_high + 1e-9; y += y_step) {
        html_add(html, "<line class=\"axis\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>", LEFT, frame->width - RIGHT,
                 at_y(frame, y), at_y(frame, y));
        html_add(html, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.*f</text>\n", LEFT - 8, at_y(frame, y) + 5,
                 decimals_of(y_step), y);
    }
    for (double x = ceil(frame->x_low / x_step - 1e-9) * x_step + 0.0; has_x && x <= frame->x_high + 1e-9; x += x_step)
        html_add(html, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.*f</text>\n", at_x(frame, x), bottom + 20,
                 decimals_of(x_step), x);
    html_add(html, "<text class=\"muted\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">", (LEFT + frame->width - RIGHT) / 2,
             HEIGHT - 6);
    html_text(html, text->x);
    html_add(html, "</text><text class=\"muted\" transform=\"translate(13 %d) rotate(-90)\" text-anchor=\"middle\">",
             (TOP + HEIGHT - BOTTOM) / 2);
    html_text(html, text->y);
    html_add(html, "</text>\n");
}

void charts_lines(struct html *html, const struct chart_text *text, const struct chart_series *series, int count)
{
    struct frame frame = {.x_low = 1, .x_high = 2, .y_low = INFINITY, .y_high = -INFINITY, .width = WIDTH};
    for (int s = 0; s < count; s++)
        for (int i = 0; i < series[s].count; i++)
            if (isfinite(series[s].y[i])) {
                frame.y_low = fmin(frame.y_low, series[s].y[i]);
                frame.y_high = fmax(frame.y_high, series[s].y[i]);
                frame.x_high = fmax(frame.x_high, i + 1);
            }
    if (!isfinite(frame.y_low))
        return;
    const double margin = fmax((frame.y_high - frame.y_low) * 0.05, 1e-4);
    frame.y_low = frame.y_low >= 0 ? fmax(frame.y_low - margin, 0) : frame.y_low - margin;
    frame.y_high += margin;
    begin(html, text, &frame);
    add_ends(html, series, count);
    end_words(html);
    add_axes(html, text, &frame, 1);
    for (int s = 0; s < count; s++) {
        int is_drawing = 0;
        html_add(html, "<path class=\"line%d\" d=\"", s);
        for (int i = 0; i < series[s].count; i++) {
            const double y = series[s].y[i];
            if (isfinite(y))
                html_add(html, "%c%.1f %.1f", is_drawing ? 'L' : 'M', at_x(&frame, i + 1), at_y(&frame, y));
            is_drawing = isfinite(y);
        }
        html_add(html, "\"/><text class=\"name%d\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">", s,
                 s == 0 ? LEFT : WIDTH - RIGHT, HEIGHT - 6, s == 0 ? "start" : "end");
        html_text(html, series[s].name);
        html_add(html, "</text>\n");
    }
    end(html, text);
}

void charts_bars(struct html *html, const struct chart_text *text, const double *values, int count, double from)
{
    const struct frame frame = {.x_low = -0.5, .x_high = count - 0.5, .y_low = from, .y_high = 1, .width = WIDTH};
    begin(html, text, &frame);
    end_words(html);
    add_axes(html, text, &frame, 0);
    for (int i = 0; i < count; i++) {
        const double left = at_x(&frame, i - 0.3), right = at_x(&frame, i + 0.3);
        if (values[i] > from)
            html_add(html, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", left,
                     at_y(&frame, values[i]), right - left, HEIGHT - BOTTOM - at_y(&frame, values[i]));
        if (i % ((count + LABELS - 1) / LABELS) == 0)
            html_add(html, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n", at_x(&frame, i),
                     HEIGHT - BOTTOM + 20, i);
    }
    end(html, text);
}

void charts_diagonal(struct html *html, const struct chart_text *text, const struct chart_point *points, int count)
{
    const struct frame frame = {.x_high = 1, .y_high = 1, .width = HEIGHT - TOP - BOTTOM + LEFT + RIGHT};
    begin(html, text, &frame);
    end_words(html);
    add_axes(html, text, &frame, 1);
    html_add(html, "<line class=\"diagonal\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", at_x(&frame, 0),
             at_y(&frame, 0), at_x(&frame, 1), at_y(&frame, 1));
    for (int i = 0; i < count; i++)
        html_add(html, "<circle class=\"bar\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", at_x(&frame, points[i].x),
                 at_y(&frame, points[i].y), 3 + 9 * sqrt(points[i].weight));
    end(html, text);
}
