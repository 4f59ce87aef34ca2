/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdlib.h>
#include <string.h>

#include "image/components.h"

enum { SIDE = 40 };

/* '#' is 200, '+' is 100, anything else 0. */
static struct components find(const char *const *lines, int rows, int least)
{
    unsigned char pixels[SIDE * SIDE];
    int cols = (int)strlen(lines[0]);
    for (int r = 0; r < rows; r++)
        for (int k = 0; k < cols; k++)
            pixels[r * cols + k] = lines[r][k] == '#' ? 200 : lines[r][k] == '+' ? 100 : 0;
    struct components found;
    assert_int_equal(components_find(&found, pixels, rows, cols, least, NULL), 0);
    return found;
}

static void assert_box(const struct component *component, int top, int left, int rows, int cols)
{
    assert_int_equal(component->box.top, top);
    assert_int_equal(component->box.left, left);
    assert_int_equal(component->box.rows, rows);
    assert_int_equal(component->box.cols, cols);
}

static void test_nothing_is_no_component(void **state)
{
    (void)state;
    static const char *const lines[] = {"   ", "   "};
    struct components found = find(lines, 2, 1);
    assert_int_equal(found.count, 0);
    assert_int_equal(found.run_count, 0);
    components_free(&found);
}

static void test_branches_that_meet_late_are_one(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "# # #  #", "# # #  #", "# ###   ", "# #   # ", "###  #  ", "        ", "######  ",
    };
    struct components found = find(lines, 7, 1);
    assert_int_equal(found.count, 4);
    assert_box(&found.all[0], 0, 0, 5, 5);
    assert_int_equal(found.all[0].area, 15);
    assert_box(&found.all[1], 0, 7, 2, 1);
    assert_box(&found.all[2], 3, 5, 2, 2); /* two pixels by a corner */
    assert_box(&found.all[3], 6, 0, 1, 6);
    components_free(&found);
}

static void test_pixels_under_least_part(void **state)
{
    (void)state;
    static const char *const lines[] = {"##+##"};
    struct components found = find(lines, 1, 100);
    assert_int_equal(found.count, 1);
    components_free(&found);
    found = find(lines, 1, 101);
    assert_int_equal(found.count, 2);
    components_free(&found);
}

/* The same by flooding from pixel to pixel. */
static int flood(int labels[SIDE * SIDE], const unsigned char *pixels)
{
    int count = 0, stack[SIDE * SIDE];
    for (int i = 0; i < SIDE * SIDE; i++)
        labels[i] = -1;
    for (int start = 0; start < SIDE * SIDE; start++) {
        if (pixels[start] == 0 || labels[start] >= 0)
            continue;
        int depth = 0;
        labels[start] = count;
        stack[depth++] = start;
        while (depth > 0) {
            int at = stack[--depth];
            for (int r = at / SIDE - 1; r <= at / SIDE + 1; r++)
                for (int k = at % SIDE - 1; k <= at % SIDE + 1; k++)
                    if (r >= 0 && r < SIDE && k >= 0 && k < SIDE && pixels[r * SIDE + k] != 0 &&
                        labels[r * SIDE + k] < 0) {
                        labels[r * SIDE + k] = count;
                        stack[depth++] = r * SIDE + k;
                    }
        }
        count++;
    }
    return count;
}

static void test_noise_of_every_density_is_parted_as_flooding_parts_it(void **state)
{
    (void)state;
    uint32_t random = 7;
    for (uint32_t share = 5; share < 100; share += 5) {
        unsigned char pixels[SIDE * SIDE];
        int labels[SIDE * SIDE];
        for (int i = 0; i < SIDE * SIDE; i++) {
            random = random * 1664525 + 1013904223;
            pixels[i] = (random >> 8) % 100 < share;
        }
        int count = flood(labels, pixels);
        struct components found;
        assert_int_equal(components_find(&found, pixels, SIDE, SIDE, 1, NULL), 0);
        assert_int_equal(found.count, count);
        long long area = 0, run = 0;
        for (int i = 0; i < count; i++) {
            const struct component *component = &found.all[i];
            assert_int_equal(component->first_run, run);
            long long pixels_of_runs = 0;
            for (long long end = run + component->runs; run < end; run++) {
                assert_int_equal(found.runs[run].component, i);
                for (int k = found.runs[run].left; k < found.runs[run].right; k++)
                    assert_int_equal(labels[found.runs[run].row * SIDE + k], i);
                pixels_of_runs += found.runs[run].right - found.runs[run].left;
            }
            assert_int_equal(component->area, pixels_of_runs);
            area += pixels_of_runs;
        }
        assert_int_equal(run, found.run_count);
        for (int i = 0; i < SIDE * SIDE; i++)
            area -= pixels[i];
        assert_int_equal(area, 0);
        components_free(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_no_component),
        cmocka_unit_test(test_branches_that_meet_late_are_one),
        cmocka_unit_test(test_pixels_under_least_part),
        cmocka_unit_test(test_noise_of_every_density_is_parted_as_flooding_parts_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
