#include "nn/window.h"

int window_output(struct shape *out, const char *what, int f, int s, int p, struct shape in, struct error *err)
{
    if (f < 1 || s < 1 || p < 0)
        return error_set(err, ERROR_MODEL, "a %s needs f >= 1, s >= 1 and p >= 0, and has f = %d, s = %d, p = %d", what,
                         f, s, p);
    int shorter = in.rows < in.cols ? in.rows : in.cols;
    if (f > shorter + 2 * p)
        return error_set(err, ERROR_MODEL,
                         "a %dx%d %s does not fit in a %dx%d input padded by %d: use f <= %d, or p >= %d", f, f, what,
                         in.rows, in.cols, p, shorter + 2 * p, (f - shorter + 1) / 2);
    out->rows = window_places(in.rows, f, s, p);
    out->cols = window_places(in.cols, f, s, p);
    return 0;
}
