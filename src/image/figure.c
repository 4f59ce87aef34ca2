#include "image/figure.h"

#include <string.h>

#include "image/components.h"

/* Of the area of the largest piece. */
static const double small = 0.4;

static int is_at_border(const struct box *box, const struct ink *ink)
{
    return box->top == 0 || box->left == 0 || box->top + box->rows == ink->rows || box->left + box->cols == ink->cols;
}

int figure_isolate(struct ink *ink, struct error *err)
{
    struct components found;
    long long largest = 0;
    if (components_find(&found, ink->strength, ink->rows, ink->cols, INK_EDGE, err) != 0)
        return -1;
    for (int i = 0; i < found.count; i++)
        largest = found.all[i].area > largest ? found.all[i].area : largest;
    for (long long i = 0; i < found.run_count; i++) {
        const struct run *run = &found.runs[i];
        const struct component *component = &found.all[run->component];
        if ((double)component->area < small * (double)largest && is_at_border(&component->box, ink))
            memset(ink->strength + (size_t)run->row * (size_t)ink->cols + run->left, 0,
                   (size_t)(run->right - run->left));
    }
    components_free(&found);
    return 0;
}
