#include "reader/lattice.h"

#include <math.h>
#include <stdlib.h>

#include "base/real.h"

enum { SPAN = CUTS + 4 }; /* pieces of one digit, at most */

/* ---- Prices, in nats ---- */

/* The network is sure where the odds of its answer, as a logarithm, are that high; where they are less, a nat of that
 * costs so much. The probability alone would not do: two digits squeezed into one are often read with one of 0.99, but
 * seldom with one of 0.9997. */
static const double SURE = 8, UNSURE = 0.6;

/* Of any digit: what can be read as fewer digits just as well, is. */
static const double DIGIT = 0.5;

/* Of MNIST's digits 10 % are wider than 1.1 of their height, 1 % wider than 1.43, 0.1 % wider than 1.8: the log of
 * these shares is a line. */
static const double WIDE = 1.1, WIDER = 6.5;

/* A digit lower than half of its line's usual height, for each height that it lacks. */
static const double LOW = 0.5, LOWER = 20;

/* A low piece that is left out, for each height of its longer side; others cannot be. */
static const double LEFT_OUT = 12, LEFT_OUT_MOST = 0.5;

/* Parts that are not joined by ink, for each height of gap. */
static const double GAP = 12;

/* Two parts as high as digits that stand beside each other, sharing less than so much of the narrower one's columns;
 * and more for each height that is clear between them. */
static const double SIDE_BY_SIDE = 4, CLEAR = 30, BESIDE = 0.4;

/* Nothing is joined over more than this, and no digit is wider: heights. */
static const double GAP_MOST = 0.5, WIDTH_MOST = 2;

static double shape_price(const struct box *box, double height)
{
    const double wide = (double)box->cols / box->rows - WIDE, low = LOW - box->rows / height;
    return (wide > 0 ? WIDER * wide : 0) + (low > 0 ? LOWER * low : 0);
}

/* Of one more part on the left of others; HUGE_VAL where they cannot be one digit. */
static double gap_price(const struct piece *part, int others, double height, const struct components *components)
{
    const struct box box = piece_bounds(part + 1, others), *own = &part->box;
    const double across = fmax(own->left - (box.left + box.cols), box.left - (own->left + own->cols));
    const double down = fmax(own->top - (box.top + box.rows), box.top - (own->top + own->rows));
    const double gap = sqrt(fmax(across, 0) * fmax(across, 0) + fmax(down, 0) * fmax(down, 0)) / height;
    const int are_high = box.rows >= LOW * height && own->rows >= LOW * height;
    const int narrower = box.cols < own->cols ? box.cols : own->cols;
    if (gap > GAP_MOST)
        return HUGE_VAL;
    if (!are_high || across <= -BESIDE * narrower)
        return GAP * gap;
    return SIDE_BY_SIDE + CLEAR * fmax(piece_clearance(part, part + 1, components), 0) / height;
}

static double left_out_price(const struct piece *piece, double height)
{
    const double longer = (piece->box.rows > piece->box.cols ? piece->box.rows : piece->box.cols) / height;
    return piece->left == NULL && piece->right == NULL && longer <= LEFT_OUT_MOST ? LEFT_OUT * longer : HUGE_VAL;
}

int lattice_answer(int *digit, float *probabilities, const struct piece *pieces, int count, const struct page *page,
                   struct error *err)
{
    unsigned char fitted[FIT_SIDE * FIT_SIDE];
    if (piece_fit(fitted, pieces, count, page->components, page->ink, err) != 0)
        return -1;
    *digit = classifier_answer(probabilities, page->classifier, fitted);
    return 0;
}

double lattice_log_odds(float certainty)
{
    const double right = fmax((double)certainty, 1e-9), wrong = fmax(1 - right, 1e-9);
    return real_log(right / wrong);
}

/* What the network says of some pieces as one digit. */
static int answer_price(double *price, const struct piece *pieces, int count, const struct page *page,
                        struct error *err)
{
    float probabilities[ARCHITECTURE_CLASSES];
    int digit;
    *price = DIGIT + UNSURE * 2 * SURE;
    if (*page->answers_left == 0)
        return 0;
    --*page->answers_left;
    if (lattice_answer(&digit, probabilities, pieces, count, page, err) != 0)
        return -1;
    *price = DIGIT + UNSURE * fmax(SURE - lattice_log_odds(page->classifier->certainty), 0);
    return 0;
}

/* ---- Pieces ---- */

static int by_row_count(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The median of the high marks. */
static int line_height(double *height, const struct mark *marks, int count, struct error *err)
{
    int *rows = malloc((size_t)count * sizeof *rows), high = 0;
    if (rows == NULL)
        return error_memory(err, (size_t)count * sizeof *rows, "a line");
    for (int i = 0; i < count; i++)
        if (!marks[i].is_low)
            rows[high++] = marks[i].component->box.rows;
    qsort(rows, (size_t)high, sizeof *rows, by_row_count);
    *height = rows[high / 2];
    free(rows);
    return 0;
}

/* Whether to cut a mark: not where it is read so surely that no cut can pay. */
static int is_to_be_cut(int *yes, const struct piece *whole, double height, const struct page *page, struct error *err)
{
    double price;
    *yes = 0;
    if (whole->box.cols < CUTS_WIDTH * height)
        return 0;
    if (answer_price(&price, whole, 1, page, err) != 0)
        return -1;
    *yes = price + shape_price(&whole->box, height) > 2 * DIGIT + CUTS_PRICE;
    return 0;
}

/* The parts of a mark, or the whole. */
static int add_mark(struct lattice *lattice, const struct mark *mark, const struct page *page, struct error *err)
{
    const struct piece whole = piece_whole(mark->component);
    struct cuts *cuts = &lattice->cuts[lattice->cuts_count];
    int yes;
    if (is_to_be_cut(&yes, &whole, lattice->height, page, err) != 0)
        return -1;
    if (yes) {
        if (cuts_find(cuts, mark->component, page->components, page->ink, err) != 0)
            return -1;
        lattice->cuts_count++;
    }
    for (int i = 0, count = yes ? cuts->count : 0; i <= count; i++) {
        const struct cut *left = i > 0 ? &cuts->all[i - 1] : NULL, *right = i < count ? &cuts->all[i] : NULL;
        const struct piece piece = count == 0 ? whole : piece_between(mark->component, page->components, left, right);
        if (piece.area > 0)
            lattice->pieces[lattice->count++] = piece;
    }
    return 0;
}

static int from_left(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    const int left = 2 * x->box.left + x->box.cols, right = 2 * y->box.left + y->box.cols;
    if (left != right)
        return left < right ? -1 : 1;
    return (x->component > y->component) - (x->component < y->component);
}

int lattice_create(struct lattice *out, const struct mark *marks, int count, const struct page *page, struct error *err)
{
    struct lattice lattice = {0};
    const size_t pieces = (size_t)count * (CUTS + 1) * sizeof *lattice.pieces;
    if (line_height(&lattice.height, marks, count, err) != 0)
        return -1;
    lattice.pieces = malloc(pieces);
    lattice.cuts = calloc((size_t)count, sizeof *lattice.cuts);
    int failed = 0;
    if (lattice.pieces == NULL || lattice.cuts == NULL)
        failed = error_memory(err, pieces, "the pieces of a line");
    for (int i = 0; i < count && !failed; i++)
        failed = add_mark(&lattice, &marks[i], page, err) != 0;
    if (failed) {
        lattice_free(&lattice);
        return -1;
    }
    qsort(lattice.pieces, (size_t)lattice.count, sizeof *lattice.pieces, from_left);
    *out = lattice;
    return 0;
}

void lattice_free(struct lattice *lattice)
{
    for (int i = 0; i < lattice->cuts_count; i++)
        cuts_free(&lattice->cuts[i]);
    free(lattice->cuts);
    free(lattice->pieces);
    *lattice = (struct lattice){0};
}

/* ---- The cheapest way ---- */

/* The best way to the pieces before this place. */
struct node {
    double price;
    int from, is_digit;
};

/* Half of the price of each cut that ends the digit; the other half is paid by what lies on its other side. */
static double cuts_price(const struct piece *pieces, int count)
{
    double price = 0;
    for (int i = 0; i < count; i++) {
        int is_left_inside = 0, is_right_inside = 0;
        for (int k = 0; k < count; k++) {
            is_left_inside |= pieces[i].left != NULL && pieces[k].right == pieces[i].left;
            is_right_inside |= pieces[i].right != NULL && pieces[k].left == pieces[i].right;
        }
        price += pieces[i].left != NULL && !is_left_inside ? pieces[i].left->price / 2 : 0;
        price += pieces[i].right != NULL && !is_right_inside ? pieces[i].right->price / 2 : 0;
    }
    return price;
}

/* Reaches the node at `end` in every way that there is. */
static int reach(struct node *nodes, int end, const struct lattice *lattice, const struct page *page, struct error *err)
{
    struct node best = {.price = HUGE_VAL, .from = end - 1};
    double gaps = 0;
    const double left_out = left_out_price(&lattice->pieces[end - 1], lattice->height);
    if (nodes[end - 1].price + left_out < best.price)
        best.price = nodes[end - 1].price + left_out;
    for (int first = end - 1; first >= 0 && end - first <= SPAN; first--) {
        const struct piece *pieces = &lattice->pieces[first];
        const int count = end - first;
        const struct box box = piece_bounds(pieces, count);
        if (count > 1 && box.cols > WIDTH_MOST * lattice->height)
            break;
        if (count > 1 && pieces[0].component != pieces[1].component)
            gaps += gap_price(pieces, count - 1, lattice->height, page->components);
        const double known = nodes[first].price + gaps + cuts_price(pieces, count) + shape_price(&box, lattice->height);
        double answer;
        if (known + DIGIT >= best.price)
            continue;
        if (answer_price(&answer, pieces, count, page, err) != 0)
            return -1;
        if (known + answer < best.price)
            best = (struct node){known + answer, first, 1};
    }
    nodes[end] = best;
    return 0;
}

int lattice_read(struct segment *segments, int *count, const struct lattice *lattice, const struct page *page,
                 struct error *err)
{
    const size_t size = ((size_t)lattice->count + 1) * sizeof(struct node);
    struct node *nodes = calloc(size, 1);
    int failed = 0, found = 0;
    if (nodes == NULL)
        return error_memory(err, size, "the lattice of a line");
    for (int end = 1; end <= lattice->count && !failed; end++)
        failed = reach(nodes, end, lattice, page, err) != 0;
    for (int end = lattice->count; end > 0 && !failed; end = nodes[end].from)
        found += nodes[end].is_digit;
    *count = failed ? *count : found;
    for (int end = lattice->count; end > 0 && !failed; end = nodes[end].from)
        if (nodes[end].is_digit)
            segments[--found] = (struct segment){nodes[end].from, end - nodes[end].from};
    free(nodes);
    return failed ? -1 : 0;
}
