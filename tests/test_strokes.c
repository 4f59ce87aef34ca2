/* Documents of strokes: what is taken from them, and the sentence for everything that is wrong in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drawing/skeleton.h"
#include "drawing/strokes_builtin.h"
#include "strokes_text.h"
#include "support.h"

#define WAYS "{\"ways\": [{\"way\": \"a\", \"share\": 1, \"strokes\": [[[0, 0]]]}]}"

/* ---- Helpers ---- */

static int equal(double a, double b)
{
    return a >= b && a <= b;
}

/* `zero` is the object of digit 0. */
static void assert_digit_refused(const char *zero, const char *sentence)
{
    strokes_text_refuse(strokes_text(zero), sentence);
}

/* A valid text in which the first "KEY": ... has another value. */
static char *with_value(const char *key, const char *value)
{
    char old[64], new[64];
    char *text = strokes_text(WAYS);
    const int length = snprintf(old, sizeof old, "\"%s\": ", key);
    const char *at = strstr(text, old);
    assert_non_null(at);
    snprintf(old, sizeof old, "%.*s", length + (int)strcspn(at + length, ",}"), at);
    snprintf(new, sizeof new, "\"%s\": %s", key, value);
    return strokes_text_replace(text, old, new);
}

/* ---- What is taken ---- */

static void the_hand_is_taken_field_by_field(void **state)
{
    (void)state;
    struct strokes strokes = strokes_text_parse(strokes_text(WAYS));
    const struct hand *hand = &strokes.hand;
    assert_true(equal(hand->care_spread, 0.25) && equal(hand->jitter, 0.03125) && equal(hand->jitter_reach, 0.8125));
    assert_true(equal(hand->smoothing, 0.0625) && equal(hand->soft_corner, 0.375) && equal(hand->elastic, 0.046875));
    assert_true(equal(hand->elastic_waves, 1.5) && equal(hand->waist, 0.0546875) && equal(hand->trapezoid, 0.21875));
    assert_true(equal(hand->bend, 0.125) && equal(hand->aspect, 0.15625) && equal(hand->slant, -0.140625));
    assert_true(equal(hand->slant_spread, 0.28125) && equal(hand->rotation, 5) && equal(hand->pen, 2));
    assert_true(equal(hand->pen_spread, 0.265625) && equal(hand->pen_least, 1.25) && equal(hand->pen_most, 4.5));
    assert_true(equal(hand->pressure, 0.1875) && equal(hand->nib, 0.171875) && equal(hand->taper, 0.3125));
    assert_true(equal(hand->tremor, 0.00390625) && equal(hand->roughness, 0.078125) && equal(hand->gap, 0.0703125));
    assert_true(equal(hand->overshoot, 0.02734375) && equal(hand->blur, 0.0859375) && equal(hand->gain, 0.34375));
    strokes_free(&strokes);
}

static void a_digit_has_the_hands_slant_and_factors_of_1_by_default(void **state)
{
    (void)state;
    struct strokes strokes = strokes_text_parse(strokes_text(WAYS));
    for (int digit = 0; digit < 10; digit++) {
        const struct digit_strokes *from = &strokes.digits[digit];
        assert_true(equal(from->slant, -0.140625) && equal(from->slant_spread, 0.28125));
        assert_true(equal(from->jitter, 1) && equal(from->bend, 1) && equal(from->pen_spread, 1));
        assert_int_equal(from->way_count, 1);
    }
    strokes_free(&strokes);
}

static void what_a_digit_says_of_itself_is_taken(void **state)
{
    (void)state;
    struct strokes strokes = strokes_text_parse(
        strokes_text("{\"slant\": 0.5, \"slant_spread\": 0.25, \"jitter\": 2, \"bend\": 0, \"pen_spread\": 1.5, "
                     "\"ways\": [{\"way\": \"a\", \"share\": 1, \"strokes\": [[[0, 0]]]}]}"));
    const struct digit_strokes *zero = &strokes.digits[0];
    assert_true(equal(zero->slant, 0.5) && equal(zero->slant_spread, 0.25) && equal(zero->jitter, 2));
    assert_true(equal(zero->bend, 0) && equal(zero->pen_spread, 1.5));
    assert_true(equal(strokes.digits[1].slant, -0.140625) && equal(strokes.digits[1].jitter, 1));
    strokes_free(&strokes);
}

static void the_built_in_document_is_whole(void **state)
{
    (void)state;
    struct strokes strokes;
    struct error err = {0};
    if (strokes_load(&strokes, NULL, &err) != 0)
        fail_msg("%s", err.text);
    for (int digit = 0; digit < 10; digit++)
        assert_true(strokes.digits[digit].way_count > 0);
    assert_true(strokes.strangers.way_count > 0);
    strokes_free(&strokes);
}

static void a_file_is_read_and_its_name_stands_before_what_is_wrong(void **state)
{
    (void)state;
    char *folder = support_make_folder(), *file = support_path(folder, "strokes.json"), *text = strokes_text(WAYS);
    struct strokes strokes;
    struct error err = {0};
    char sentence[512];
    support_write(file, text, strlen(text));
    assert_int_equal(strokes_load(&strokes, file, NULL), 0);
    assert_true(equal(strokes.hand.pen, 2));
    strokes_free(&strokes);
    support_write(file, text, strlen(text) - 1);
    assert_int_equal(strokes_load(&strokes, file, &err), -1);
    snprintf(sentence, sizeof sentence, "%s: is not JSON: it ends at byte %zu in the middle of a value", file,
             strlen(text) - 1);
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.kind, ERROR_MODEL);
    free(text);
    free(file);
    support_remove_folder(folder);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    char *folder = support_make_folder(), *file = support_path(folder, "none.json");
    struct strokes strokes;
    struct error err = {0};
    assert_int_equal(strokes_load(&strokes, file, &err), -1);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_memory_equal(err.text, file, strlen(file));
    free(file);
    support_remove_folder(folder);
}

static void what_was_freed_is_empty_and_may_be_freed_again(void **state)
{
    (void)state;
    struct strokes strokes = strokes_text_parse(strokes_text(WAYS));
    strokes_free(&strokes);
    assert_int_equal(strokes.digits[0].way_count, 0);
    strokes_free(&strokes);
}

/* ---- The document ---- */

static void what_holds_no_strokes_is_refused(void **state)
{
    (void)state;
    static const char sentence[] = "is JSON but holds no strokes: they have the key \"format\" with \"lenet5-strokes\"";
    strokes_text_refuse_bytes("{}", 2, sentence);
    strokes_text_refuse_bytes("[1]", 3, sentence);
    strokes_text_refuse(with_value("format", "3"), "format is not a string");
    strokes_text_refuse(with_value("format", "\"lenet5-model\""),
                        "format is \"lenet5-model\": \"lenet5-strokes\" was expected");
}

static void another_version_is_refused(void **state)
{
    (void)state;
    strokes_text_refuse(with_value("version", "2"),
                        "version is 2, and this program reads version 1: use a newer program");
    strokes_text_refuse(with_value("version", "1.5"), "version is 1.5: a whole number was expected");
}

static void keys_are_all_known_and_none_is_missing(void **state)
{
    (void)state;
    static const struct {
        const char *old, *new, *sentence;
    } changes[] = {
        {"\"version\": 1", "\"version\": 1, \"hands\": {}",
         "the document has an unknown key \"hands\": did you mean \"hand\"?"},
        {"\"version\": 1, ", "", "the document lacks the key \"version\""},
        {"\"hand\": {", "\"hand\": 3, \"other\": {",
         "the document has an unknown key \"other\": known are format, version, hand, digits, rare or strangers"},
        {"\"jitter\":", "\"jiter\":", "hand has an unknown key \"jiter\": did you mean \"jitter\"?"},
        {"\"pen\": 2, ", "", "hand lacks the key \"pen\""},
        {"\"0\":", "\"ten\":", "digits has an unknown key \"ten\": known are 0, 1, 2, 3, 4, 5, 6, 7, 8 or 9"},
        {"\"0\": " WAYS ", ", "", "digits lacks the key \"0\""},
        {WAYS, "[]", "digits.0 is not an object: {...} was expected"},
        {WAYS, "{}", "digits.0 lacks the key \"ways\""},
        {"\"ways\": [", "\"way\": [", "digits.0 has an unknown key \"way\": did you mean \"ways\"?"},
        {"\"way\": \"a\", ", "", "digits.0.ways[0] lacks the key \"way\""},
        {"\"way\": \"a\"", "\"way\": 1", "digits.0.ways[0].way is not a string"},
        {"\"share\": 1, ", "", "digits.0.ways[0] lacks the key \"share\""},
        {", \"strokes\": [[[0, 0]]]", "", "digits.0.ways[0] lacks the key \"strokes\""},
        {"\"share\"", "\"shares\"", "digits.0.ways[0] has an unknown key \"shares\": did you mean \"share\"?"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        strokes_text_refuse(strokes_text_replace(strokes_text(WAYS), changes[i].old, changes[i].new),
                            changes[i].sentence);
}

static void a_document_too_long_is_refused(void **state)
{
    (void)state;
    unsigned char *bytes = calloc(STROKES_BYTES + 1, 1);
    assert_non_null(bytes);
    strokes_text_refuse_bytes(bytes, STROKES_BYTES + 1, "is 262145 bytes long: strokes take at most 262144");
    free(bytes);
}

/* ---- Hand and digits ---- */

static void each_number_of_the_hand_has_its_range(void **state)
{
    (void)state;
    static const char *const names[] = {
        "care_spread", "jitter",       "jitter_reach", "smoothing", "soft_corner", "elastic",  "elastic_waves",
        "waist",       "trapezoid",    "bend",         "aspect",    "slant",       "rotation", "pen",
        "pen_spread",  "slant_spread", "pen_least",    "pen_most",  "pressure",    "nib",      "taper",
        "tremor",      "roughness",    "gap",          "overshoot", "blur",        "gain",
    };
    static const char *const values[] = {"-1.5", "1000", "1e999"};
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
            struct strokes strokes;
            struct error err = {0};
            char beginning[64];
            char *text = with_value(names[n], values[v]);
            assert_int_equal(strokes_parse(&strokes, (const unsigned char *)text, strlen(text), &err), -1);
            const int length =
                snprintf(beginning, sizeof beginning, "hand.%s is %s: use ", names[n], v < 2 ? values[v] : "inf");
            if (strncmp(err.text, beginning, (size_t)length) != 0)
                fail_msg("%s", err.text);
            free(text);
        }
    strokes_text_refuse(with_value("jitter", "0.25"), "hand.jitter is 0.25: use 0 to 0.2");
    strokes_text_refuse(with_value("jitter", "\"0.1..0.2\""), "hand.jitter is not a number");
}

static void the_pen_lies_between_its_ends(void **state)
{
    (void)state;
    strokes_text_refuse(with_value("pen", "1"), "hand.pen is 1: use pen_least to pen_most, 1.25 to 4.5");
    strokes_text_refuse(with_value("pen", "5"), "hand.pen is 5: use pen_least to pen_most, 1.25 to 4.5");
}

static void a_digits_numbers_have_their_ranges(void **state)
{
    (void)state;
    assert_digit_refused("{\"slant\": 2, \"ways\": []}", "digits.0.slant is 2: use -1 to 1");
    assert_digit_refused("{\"slant_spread\": -1, \"ways\": []}", "digits.0.slant_spread is -1: use 0 to 1");
    assert_digit_refused("{\"jitter\": 11, \"ways\": []}", "digits.0.jitter is 11: use 0 to 10");
    assert_digit_refused("{\"bend\": \"1\", \"ways\": []}", "digits.0.bend is not a number");
    assert_digit_refused("{\"pen_spread\": -1, \"ways\": []}", "digits.0.pen_spread is -1: use 0 to 10");
}

/* ---- Hostile documents ---- */

static void a_document_with_random_changes_is_read_or_refused_without_harm(void **state)
{
    (void)state;
    static const char letters[] = "0123456789.-+*[]{}\",: e_aw";
    unsigned char *bytes = malloc(strokes_builtin_size);
    assert_non_null(bytes);
    struct rng rng = rng_make(17, 0);
    for (int n = 0; n < 1500; n++) {
        struct strokes strokes;
        struct error err = {0};
        memcpy(bytes, strokes_builtin, strokes_builtin_size);
        for (uint32_t i = 0, count = 1 + rng_below(&rng, 3); i < count; i++)
            bytes[rng_below(&rng, (uint32_t)strokes_builtin_size)] =
                (unsigned char)letters[rng_below(&rng, sizeof letters - 1)];
        if (strokes_parse(&strokes, bytes, strokes_builtin_size, &err) != 0) {
            assert_int_equal(err.kind, ERROR_MODEL);
            continue;
        }
        struct skeleton skeleton;
        for (int i = 0; i < 100; i++)
            skeleton_draw(&skeleton, i % 11 < 10 ? &strokes.digits[i % 11] : &strokes.strangers, &rng);
        strokes_free(&strokes);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hand_is_taken_field_by_field),
        cmocka_unit_test(a_digit_has_the_hands_slant_and_factors_of_1_by_default),
        cmocka_unit_test(what_a_digit_says_of_itself_is_taken),
        cmocka_unit_test(the_built_in_document_is_whole),
        cmocka_unit_test(a_file_is_read_and_its_name_stands_before_what_is_wrong),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named),
        cmocka_unit_test(what_was_freed_is_empty_and_may_be_freed_again),
        cmocka_unit_test(what_holds_no_strokes_is_refused),
        cmocka_unit_test(another_version_is_refused),
        cmocka_unit_test(keys_are_all_known_and_none_is_missing),
        cmocka_unit_test(a_document_too_long_is_refused),
        cmocka_unit_test(each_number_of_the_hand_has_its_range),
        cmocka_unit_test(the_pen_lies_between_its_ends),
        cmocka_unit_test(a_digits_numbers_have_their_ranges),
        cmocka_unit_test(a_document_with_random_changes_is_read_or_refused_without_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
