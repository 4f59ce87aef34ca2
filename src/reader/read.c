#include "reader/read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reader/lattice.h"
#include "reader/lines.h"

enum { DIGITS = 10 };

/* On a page the pen is narrower than that share of its shorter side. */
static const double PEN = 1.0 / 16;

/* Log odds of a digit: more than enough are no better, and doubtful ones speak against a reading. */
static const double ENOUGH = 8, DOUBTFUL = 3;

/* A reading with that share of the evidence that there could be needs no other. */
static const double SURE = 0.6;

/* Room for more digits, [classes] probabilities each. */
static int grow(struct reading *reading, int more, int classes, struct error *err)
{
    const size_t count = (size_t)(reading->digit_count + more), size = count * (size_t)classes * sizeof(float);
    struct reading_digit *digits = realloc(reading->digits, count * sizeof *digits);
    if (digits == NULL)
        return error_memory(err, count * sizeof *digits, "the digits of a picture");
    reading->digits = digits;
    float *probabilities = realloc(reading->probabilities, size);
    if (probabilities == NULL)
        return error_memory(err, size, "the digits of a picture");
    reading->probabilities = probabilities;
    return 0;
}

static int add_digits(struct reading *reading, const struct segment *segments, int count, const struct lattice *lattice,
                      const struct page *page, double reject, struct error *err)
{
    const int classes = page->classifier->model.architecture.classes;
    if (count == 0)
        return 0;
    if (grow(reading, count, classes, err) != 0)
        return -1;
    reading->lines[reading->line_count++] = (struct reading_line){reading->digit_count, count};
    for (int i = 0; i < count; i++) {
        const struct piece *pieces = lattice->pieces + segments[i].first;
        struct reading_digit digit = {.box = piece_bounds(pieces, segments[i].count)};
        float *probabilities = reading->probabilities + (size_t)reading->digit_count * (size_t)classes;
        if (lattice_answer(&digit.digit, probabilities, pieces, segments[i].count, page, err) != 0)
            return -1;
        digit.probability = probabilities[digit.digit];
        digit.certainty = page->classifier->certainty;
        digit.is_rejected = digit.certainty < (float)reject;
        reading->digits[reading->digit_count++] = digit;
    }
    return 0;
}

static int read_line(struct reading *reading, const struct mark *marks, int count, const struct page *page,
                     double reject, struct error *err)
{
    struct lattice lattice;
    int found = 0;
    if (lattice_create(&lattice, marks, count, page, err) != 0)
        return -1;
    struct segment *segments = malloc((size_t)lattice.count * sizeof *segments);
    int failed = segments == NULL;
    if (failed)
        error_memory(err, (size_t)lattice.count * sizeof *segments, "the digits of a line");
    failed = failed || lattice_read(segments, &found, &lattice, page, err) != 0 ||
             add_digits(reading, segments, found, &lattice, page, reject, err) != 0;
    free(segments);
    lattice_free(&lattice);
    return failed ? -1 : 0;
}

/* Whether there is nothing but what lies along the picture's edge. */
static int is_edge(const struct mark *marks, int count)
{
    while (count > 0 && marks[count - 1].is_along_edge)
        count--;
    return count == 0;
}

static int read_marks(struct reading *reading, struct marks *marks, const struct page *page, double reject,
                      struct error *err)
{
    int lines;
    if (lines_find(&lines, marks, err) != 0)
        return -1;
    reading->lines = malloc(((size_t)lines + 1) * sizeof *reading->lines);
    if (reading->lines == NULL)
        return error_memory(err, ((size_t)lines + 1) * sizeof *reading->lines, "the lines of a picture");
    for (int first = 0, next; first < marks->count; first = next) {
        for (next = first; next < marks->count && marks->all[next].line == marks->all[first].line;)
            next++;
        if (lines > 1 && is_edge(marks->all + first, next - first))
            continue;
        if (read_line(reading, marks->all + first, next - first, page, reject, err) != 0)
            return -1;
    }
    return 0;
}

/* The probabilities have stopped moving. */
static void point(struct reading *reading, int classes)
{
    for (int i = 0; i < reading->digit_count; i++)
        reading->digits[i].probabilities = reading->probabilities + (size_t)i * (size_t)classes;
}

static int read_ink(struct reading *out, struct classifier *classifier, const struct ink *ink, double reject,
                    struct error *err)
{
    struct components components;
    struct marks marks = {0};
    struct reading reading = {0};
    if (components_find(&components, ink->strength, ink->rows, ink->cols, INK_EDGE, err) != 0)
        return -1;
    int answers_left = LATTICE_ANSWERS;
    const struct page page = {ink, &components, classifier, &answers_left};
    const int failed = marks_find(&marks, &components, ink->rows, ink->cols, err) != 0 ||
                       read_marks(&reading, &marks, &page, reject, err) != 0;
    marks_free(&marks);
    components_free(&components);
    if (failed) {
        reading_free(&reading);
        return -1;
    }
    point(&reading, classifier->model.architecture.classes);
    *out = reading;
    return 0;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Boxes in pixels of the file that the picture was shrunk from. */
static void enlarge(struct reading *reading, const struct picture *picture)
{
    const int by = picture->shrink;
    for (int i = 0; i < reading->digit_count; i++) {
        struct box *box = &reading->digits[i].box;
        const int bottom = least((box->top + box->rows) * by, picture->full_rows);
        const int right = least((box->left + box->cols) * by, picture->full_cols);
        *box = (struct box){box->top * by, box->left * by, bottom - box->top * by, right - box->left * by};
    }
}

static int check(const struct architecture *architecture, struct error *err)
{
    const struct input *input = &architecture->input;
    if (input->channels != 1 || input->rows != FIT_SIDE || input->cols != FIT_SIDE)
        return error_set(err, ERROR_MODEL,
                         "the network takes %dx%d with %d channels: only one that takes %dx%d with 1 can read several "
                         "digits",
                         input->rows, input->cols, input->channels, FIT_SIDE, FIT_SIDE);
    if (architecture->classes > DIGITS)
        return error_set(err, ERROR_MODEL,
                         "the network tells %d classes apart: only one with %d at most can read several digits",
                         architecture->classes, DIGITS);
    return 0;
}

/* Reads the ink that is narrower than `widest` pixels, or any where that is 0; where there is none, nothing. */
static int read_picture(struct reading *out, struct classifier *classifier, const struct picture *picture,
                        double widest, double reject, struct error *err)
{
    struct ink ink;
    struct error why = {0};
    if ((widest > 0 ? ink_find_narrow(&ink, picture, widest, &why) : ink_find(&ink, picture, &why)) != 0) {
        if (why.kind != ERROR_BLANK)
            return error_set(err, why.kind, "%s", why.text);
        *out = (struct reading){0};
        return 0;
    }
    const int result = read_ink(out, classifier, &ink, reject, err);
    ink_free(&ink);
    return result;
}

/* What speaks for a reading: each digit as much as it is surer than what would be read out of a shadow. */
static double evidence(const struct reading *reading)
{
    double sum = 0;
    for (int i = 0; i < reading->digit_count; i++)
        sum += fmin(lattice_log_odds(reading->digits[i].certainty), ENOUGH) - DOUBTFUL;
    return sum;
}

int reader_read(struct reading *out, struct classifier *classifier, const struct picture *picture, double reject,
                struct error *err)
{
    struct reading reading, narrow;
    const int shorter = least(picture->rows, picture->cols);
    if (check(&classifier->model.architecture, err) != 0 ||
        read_picture(&reading, classifier, picture, 0, reject, err) != 0)
        return -1;
    if (evidence(&reading) < (ENOUGH - DOUBTFUL) * SURE * reading.digit_count || reading.digit_count == 0) {
        if (read_picture(&narrow, classifier, picture, PEN * shorter, reject, err) != 0) {
            reading_free(&reading);
            return -1;
        }
        const int is_better = evidence(&narrow) > evidence(&reading);
        reading_free(is_better ? &reading : &narrow);
        reading = is_better ? narrow : reading;
    }
    enlarge(&reading, picture);
    *out = reading;
    return 0;
}

void reading_free(struct reading *reading)
{
    free(reading->digits);
    free(reading->lines);
    free(reading->probabilities);
    *reading = (struct reading){0};
}

char reading_character(const struct reading_digit *digit)
{
    return digit->is_rejected ? '?' : (char)('0' + digit->digit);
}
