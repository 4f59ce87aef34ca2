/* Text: numbers that read back exactly, the name that was meant, UTF-8; and the sentences that errors carry. */
#include <float.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/rng.h"
#include "base/text.h"

/* ---- Floats ---- */

static void assert_reads_back(float value)
{
    char text[TEXT_FLOAT];
    assert_ptr_equal(text_float(text, value), text);
    assert_true(strlen(text) < TEXT_FLOAT);
    const float direct = strtof(text, NULL), by_double = (float)strtod(text, NULL);
    assert_memory_equal(&direct, &value, sizeof value);
    assert_memory_equal(&by_double, &value, sizeof value); /* as cJSON does it */
}

static void random_floats_read_back_with_the_same_bits(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, 0);
    for (int i = 0; i < 200000; i++) {
        const uint32_t bits = (uint32_t)rng_next(&rng);
        float value;
        memcpy(&value, &bits, sizeof value);
        if ((bits & 0x7f800000) != 0x7f800000) /* finite */
            assert_reads_back(value);
    }
}

static void special_floats_read_back_with_the_same_bits(void **state)
{
    (void)state;
    static const float special[] = {0.0f,       -0.0f,          FLT_MAX,        -FLT_MAX, FLT_MIN, 0x1p-149f,
                                    -0x1p-149f, 0x7fffffp-149f, 0x1.fffffep-1f, 0.1f,     1e10f,   16777216.0f};
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        assert_reads_back(special[i]);
    for (uint32_t bits = 1; bits < 20000; bits++) { /* the smallest denormals */
        float value;
        memcpy(&value, &bits, sizeof value);
        assert_reads_back(value);
    }
}

static void short_floats_read_back_with_as_few_digits_as_can_be(void **state)
{
    (void)state;
    static const float values[] = {0.1307f, 0.5f, 1, 100, 16777216, 1e10f, -0.25f, FLT_MAX};
    static const char *const texts[] = {"0.1307", "0.5", "1", "1e+02", "16777216", "1e+10", "-0.25", "3.4028235e+38"};
    struct rng rng = rng_make(2, 0);
    char text[TEXT_FLOAT];
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_string_equal(text_float_short(text, values[i]), texts[i]);
    for (int i = 0; i < 20000; i++) {
        const uint32_t bits = (uint32_t)rng_next(&rng);
        float value, back;
        memcpy(&value, &bits, sizeof value);
        if ((bits & 0x7f800000) == 0x7f800000) /* not finite */
            continue;
        back = strtof(text_float_short(text, value), NULL);
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void floats_have_a_point_in_every_locale(void **state)
{
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "de_DE"};
    char text[TEXT_FLOAT];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (setlocale(LC_NUMERIC, names[i]) != NULL) {
            text_float(text, 0.5f);
            setlocale(LC_NUMERIC, "C");
            assert_string_equal(text, "0.5");
            return;
        }
    printf("SKIPPED: no locale with a decimal comma is installed\n");
    skip();
}

/* ---- Names ---- */

static const char *const names[] = {"epochs", "batch-size", "lr", "momentum", "weight-decay", "schedule", "seed", NULL};

static void the_name_that_was_meant_is_found(void **state)
{
    (void)state;
    static const char *const slips[][2] = {
        {"epoch", "epochs"},
        {"epcohs", "epochs"},
        {"epochss", "epochs"},
        {"apochs", "epochs"},
        {"batchsize", "batch-size"},
        {"batch", "batch-size"},
        {"momentun", "momentum"},
        {"mom", "momentum"},
        {"wieght-deacy", "weight-decay"},
        {"shcedule", "schedule"},
        {"sede", "seed"},
        {"rl", "lr"},
        {"seeds", "seed"},
        {"schedule", "schedule"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        const char *found = text_nearest(slips[i][0], names, 7);
        if (found == NULL || strcmp(found, slips[i][1]) != 0)
            fail_msg("%s: found %s", slips[i][0], found != NULL ? found : "nothing");
    }
}

static void a_word_that_is_near_to_none_finds_none(void **state)
{
    (void)state;
    static const char *const words[] = {"", "e", "s", "output", "xyz", "learning-rate", "se-tp-sd"};
    char longest[200];
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_null(text_nearest(words[i], names, 7));
    memset(longest, 'e', sizeof longest);
    longest[199] = '\0';
    assert_null(text_nearest(longest, names, 7));
    assert_null(text_nearest("epochs", names, 0));
}

static void a_word_that_begins_two_names_is_no_completion(void **state)
{
    (void)state;
    static const char *const two[] = {"threads", "threshold"};
    assert_null(text_nearest("thre", two, 2));
    assert_string_equal(text_nearest("thres", two, 2), "threshold");
}

static void lists_read_as_people_write_them(void **state)
{
    (void)state;
    static const char *const none[] = {NULL}, *const one[] = {"a", NULL}, *const two[] = {"a", "b", NULL};
    static const char *const three[] = {"a", "b", "c", NULL};
    char list[32], small[4];
    assert_string_equal(text_list(list, sizeof list, none), "");
    assert_string_equal(text_list(list, sizeof list, one), "a");
    assert_string_equal(text_list(list, sizeof list, two), "a or b");
    assert_string_equal(text_list(list, sizeof list, three), "a, b or c");
    assert_string_equal(text_list(small, sizeof small, three), "a, ");
}

/* ---- UTF-8 ---- */

struct utf8_case {
    const char *bytes;
    size_t size, valid;
};

static void utf8_is_checked_as_unicode_says(void **state)
{
    (void)state;
    static const struct utf8_case cases[] = {
        {"", 0, 0},
        {"abc", 3, 3},
        {"a\0b", 3, 1}, /* NUL */
        {"\x7f", 1, 1},
        {"\xc2\x80", 2, 2},         /* U+0080 */
        {"\xdf\xbf", 2, 2},         /* U+07FF */
        {"\xe0\xa0\x80", 3, 3},     /* U+0800 */
        {"\xed\x9f\xbf", 3, 3},     /* U+D7FF */
        {"\xee\x80\x80", 3, 3},     /* U+E000 */
        {"\xef\xbf\xbf", 3, 3},     /* U+FFFF */
        {"\xf0\x90\x80\x80", 4, 4}, /* U+10000 */
        {"\xf4\x8f\xbf\xbf", 4, 4}, /* U+10FFFF */
        {"\x80", 1, 0},             /* a continuation alone */
        {"a\xbf", 2, 1},
        {"\xc0\x80", 2, 0},         /* overlong NUL */
        {"\xc1\xbf", 2, 0},         /* overlong U+007F */
        {"\xe0\x9f\xbf", 3, 0},     /* overlong U+07FF */
        {"\xf0\x8f\xbf\xbf", 4, 0}, /* overlong U+FFFF */
        {"\xed\xa0\x80", 3, 0},     /* U+D800, a surrogate */
        {"\xed\xbf\xbf", 3, 0},     /* U+DFFF, a surrogate */
        {"\xf4\x90\x80\x80", 4, 0}, /* U+110000 */
        {"\xf5\x80\x80\x80", 4, 0},
        {"\xf8\x88\x80\x80\x80", 5, 0},
        {"\xfe", 1, 0},
        {"\xff", 1, 0},
        {"a\xc3", 2, 1}, /* cut */
        {"a\xe2\x82", 3, 1},
        {"a\xf0\x9f\x98", 4, 1},
        {"\xc3\x41", 2, 0}, /* a letter where a continuation has to be */
        {"\xe2\x82\x41", 3, 0},
        {"\xe2\x41\x82", 3, 0},
        {"\xf0\x9f\x98\x41", 4, 0},
        {"ab\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80!", 14, 14},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char *exact = malloc(cases[i].size + 1); /* the sanitizers see a byte read behind it */
        assert_non_null(exact);
        memcpy(exact + 1, cases[i].bytes, cases[i].size);
        const size_t valid = text_valid_utf8(exact + 1, cases[i].size);
        free(exact);
        if (valid != cases[i].valid)
            fail_msg("case %zu: %zu bytes are valid, and %zu were expected", i, valid, cases[i].valid);
    }
}

/* ---- Errors ---- */

static void an_error_carries_its_kind_and_sentence(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(error_set(&err, ERROR_DATA, "%s has %d", "it", 5), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_string_equal(err.text, "it has 5");
    assert_int_equal(error_where(&err, "a/file"), -1);
    assert_int_equal(err.kind, ERROR_DATA);
    assert_string_equal(err.text, "a/file: it has 5");
    assert_int_equal(error_set(NULL, ERROR_DATA, "nobody listens"), -1);
    assert_int_equal(error_where(NULL, "nowhere"), -1);
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    (void)state;
    struct error err = {0};
    error_set(&err, ERROR_FAILED, "%s", "\x1b[31mred\x07\n\t\x7f caf\xc3\xa9");
    assert_string_equal(err.text, "?[31mred???? caf\xc3\xa9");
}

static void a_sentence_longer_than_its_room_is_cut(void **state)
{
    (void)state;
    struct error err = {0};
    char longest[2000];
    memset(longest, 'x', sizeof longest);
    longest[1999] = '\0';
    error_set(&err, ERROR_FAILED, "%s", longest);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    error_where(&err, longest);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_floats_read_back_with_the_same_bits),
        cmocka_unit_test(special_floats_read_back_with_the_same_bits),
        cmocka_unit_test(short_floats_read_back_with_as_few_digits_as_can_be),
        cmocka_unit_test(floats_have_a_point_in_every_locale),
        cmocka_unit_test(the_name_that_was_meant_is_found),
        cmocka_unit_test(a_word_that_is_near_to_none_finds_none),
        cmocka_unit_test(a_word_that_begins_two_names_is_no_completion),
        cmocka_unit_test(lists_read_as_people_write_them),
        cmocka_unit_test(utf8_is_checked_as_unicode_says),
        cmocka_unit_test(an_error_carries_its_kind_and_sentence),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(a_sentence_longer_than_its_room_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
