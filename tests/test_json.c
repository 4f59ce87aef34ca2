/* Strict JSON: whole documents, then single keys, each with the sentence that refuses it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support.h"

/* ---- Helpers ---- */

/* From a block of just that size, so that the sanitizers see every byte read too far. */
static cJSON *parse(const void *text, size_t size, struct error *err)
{
    unsigned char *exact = malloc(size > 0 ? size : 1);
    assert_non_null(exact);
    memcpy(exact, text, size);
    cJSON *tree = json_parse(exact, size, err);
    free(exact);
    return tree;
}

static void assert_bytes_refused(const void *text, size_t size, const char *sentence)
{
    struct error err = {0};
    cJSON *tree = parse(text, size, &err);
    assert_null(tree);
    assert_int_equal(err.kind, ERROR_MODEL);
    assert_string_equal(err.text, sentence);
}

static void assert_refused(const char *text, const char *sentence)
{
    assert_bytes_refused(text, strlen(text), sentence);
}

static cJSON *read_valid(const char *text)
{
    struct error err = {0};
    cJSON *tree = parse(text, strlen(text), &err);
    if (tree == NULL)
        fail_msg("%s: %s", text, err.text);
    return tree;
}

/* ---- Documents ---- */

static void a_document_may_end_in_white_space(void **state)
{
    (void)state;
    cJSON_Delete(read_valid("{\"a\": [1, \"\\\"[{\", {}]}  \r\n\t\n"));
}

static void a_text_that_ends_too_early_is_called_so(void **state)
{
    (void)state;
    const char *text = "{\"a\": [1, 2.5e3, {\"b\": \"text \\u00e9\"}], \"c\": true}";
    for (size_t size = 0; size < strlen(text); size++) {
        char sentence[96];
        snprintf(sentence, sizeof sentence, "is not JSON: it ends at byte %zu in the middle of a value", size);
        assert_bytes_refused(text, size, sentence);
    }
}

static void a_mistake_is_named_by_its_byte(void **state)
{
    (void)state;
    assert_refused("{\"a\" 1}", "is not JSON: the mistake is at byte 5");
    assert_refused("{a: 1}", "is not JSON: the mistake is at byte 2");
    assert_refused("{\"a\": 1]", "is not JSON: the mistake is at byte 7");
    assert_refused("<html></html>", "is not JSON: the mistake is at byte 0");
    assert_refused("[NaN]", "is not JSON: the mistake is at byte 1");
    assert_refused("[-Infinity]", "is not JSON: at byte 1 stands no number as JSON writes it");
}

/* cJSON itself would take all of these. */
static void what_only_looks_like_json_is_refused(void **state)
{
    (void)state;
    static const char *const numbers[] = {"[01]", "[-01]", "[1.]", "[1.e5]", "[1e]", "[1e+]", "[1.2.3]", "[1-2]"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        assert_refused(numbers[i], "is not JSON: at byte 1 stands no number as JSON writes it");
    assert_refused("{\"a\":\x01 1}", "is not JSON: byte 5 is a control character");
    assert_refused("[\"a\nb\"]", "is not JSON: byte 3 is a control character inside a string");
    assert_refused("\xef\xbb\xbf{}", "is not JSON: it begins with a byte order mark, save it without one");
    cJSON_Delete(read_valid("[0, -0, 10, 0.5, -1.25e-3, 1E+9, \"01 1. \\n\"]"));
}

static void bytes_behind_the_end_are_refused(void **state)
{
    (void)state;
    assert_refused("{} {}", "goes on behind the end of its JSON document, at byte 3");
    assert_refused("{\"a\": 1}\n\nx", "goes on behind the end of its JSON document, at byte 10");
}

static void a_nul_is_refused_raw_and_escaped(void **state)
{
    (void)state;
    assert_bytes_refused("{\"a\": 1}\0", 9, "is not JSON: byte 8 is NUL");
    assert_bytes_refused("{\"a\0\": 1}", 9, "is not JSON: byte 3 is NUL");
    assert_refused("{\"a\\u0000b\": 1}", "has the character NUL (\\u0000) in a string at byte 3");
    cJSON_Delete(read_valid("[\"\\\\u0000\"]")); /* a backslash, and then letters */
}

static void invalid_utf8_is_refused(void **state)
{
    (void)state;
    assert_refused("{\"a\": \"\xff\"}", "is not JSON: byte 7 is not valid UTF-8");
    assert_refused("{\"a\": \"\xc3\"}", "is not JSON: byte 7 is not valid UTF-8");
    cJSON_Delete(read_valid("{\"a\": \"\xc3\xa9\"}"));
}

static void a_gzip_file_is_refused_with_the_cure(void **state)
{
    (void)state;
    struct bytes packed = support_gzip("{}", 2, 6);
    assert_bytes_refused(packed.data, packed.size, "is compressed by gzip: unpack it with gunzip first");
    support_free(&packed);
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    enum { MILLION = 1000000 };
    cJSON_Delete(read_valid("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"));
    assert_refused("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", "is nested more than 16 deep at byte 16");
    char *deep = malloc(MILLION);
    assert_non_null(deep);
    memset(deep, '[', MILLION);
    assert_bytes_refused(deep, MILLION, "is nested more than 16 deep at byte 16");
    for (size_t i = 0; i + 5 <= MILLION; i += 5)
        memcpy(deep + i, "{\"a\":", 5);
    assert_bytes_refused(deep, MILLION, "is nested more than 16 deep at byte 80");
    free(deep);
}

static void a_key_that_comes_twice_is_refused_at_any_depth(void **state)
{
    (void)state;
    assert_refused("{\"a\": 1, \"b\": 2, \"a\": 1}", "has the key \"a\" twice in one object");
    assert_refused("[{\"b\": [{\"x\": {}, \"\\u0078\": 0}]}]", "has the key \"x\" twice in one object");
    cJSON_Delete(read_valid("{\"a\": {\"b\": 1}, \"b\": {\"a\": 1}, \"A\": 1}"));
}

static void the_number_of_keys_is_bounded(void **state)
{
    (void)state;
    struct bytes text = {0};
    support_append(&text, "{", 1);
    for (int i = 0; i < 257; i++) {
        char key[16];
        const int length = snprintf(key, sizeof key, "%s\"k%d\":0", i > 0 ? "," : "", i);
        support_append(&text, key, (size_t)length);
    }
    support_append(&text, "}", 1);
    assert_bytes_refused(text.data, text.size, "holds an object with more than 256 keys");
    support_free(&text);
}

static void random_bytes_are_refused_without_harm(void **state)
{
    (void)state;
    static const char letters[] = "{}[]\",:\\u0019eE+-.truefalsn \xc3\xa9";
    uint32_t random = 1;
    for (int n = 0; n < 20000; n++) {
        char text[24];
        struct error err = {0};
        const size_t size = (size_t)n % sizeof text;
        for (size_t i = 0; i < size; i++) {
            random = random * 1664525 + 1013904223;
            text[i] = letters[(random >> 16) % (sizeof letters - 1)];
        }
        cJSON *tree = parse(text, size, &err);
        assert_true(tree != NULL || err.kind == ERROR_MODEL);
        cJSON_Delete(tree);
    }
}

/* ---- Keys ---- */

static const char document[] = "{\"n\": 2.5, \"i\": 7, \"s\": \"text\", \"o\": {\"deep\": 1}, \"a\": [1], \"z\": null, "
                               "\"huge\": 1e999}";

static cJSON *tree;
static struct json_object top, inner;

static int read_document(void **state)
{
    (void)state;
    tree = read_valid(document);
    top = (struct json_object){tree, ""};
    inner = (struct json_object){cJSON_GetObjectItemCaseSensitive(tree, "o"), "o"};
    return 0;
}

static int free_document(void **state)
{
    (void)state;
    cJSON_Delete(tree);
    return 0;
}

static void assert_said(int result, const struct error *err, const char *sentence)
{
    assert_int_equal(result, -1);
    assert_int_equal(err->kind, ERROR_MODEL);
    assert_string_equal(err->text, sentence);
}

static void values_of_the_right_type_are_given(void **state)
{
    (void)state;
    double number = 0;
    int whole = 0, choice = 0;
    const char *text = NULL;
    const cJSON *item = NULL;
    static const char *const names[] = {"word", "text", NULL};
    assert_int_equal(json_get_number(&number, top, "n", 0, 10, 1, NULL), 0);
    assert_true(number >= 2.5 && number <= 2.5);
    assert_int_equal(json_get_int(&whole, top, "i", 7, 7, 1, NULL), 0);
    assert_int_equal(whole, 7);
    assert_int_equal(json_get_string(&text, top, "s", 1, NULL), 0);
    assert_string_equal(text, "text");
    assert_int_equal(json_get_choice(&choice, top, "s", names, 1, NULL), 0);
    assert_int_equal(choice, 1);
    assert_int_equal(json_get_object(&item, top, "o", 1, NULL), 0);
    assert_ptr_equal(item, inner.object);
    assert_int_equal(json_get_array(&item, top, "a", 1, NULL), 0);
    assert_true(cJSON_IsArray(item));
}

static void a_missing_key_is_an_error_only_where_required(void **state)
{
    (void)state;
    struct error err = {0};
    int whole = 42;
    assert_int_equal(json_get_int(&whole, top, "I", 0, 9, 0, &err), 0);
    assert_int_equal(whole, 42);
    assert_said(json_get_int(&whole, top, "I", 0, 9, 1, &err), &err, "the document lacks the key \"I\"");
    assert_said(json_get_int(&whole, inner, "n", 0, 9, 1, &err), &err, "o lacks the key \"n\"");
}

static void another_type_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    double number = 1;
    const char *text = NULL;
    const cJSON *item = NULL;
    assert_said(json_get_number(&number, top, "s", 0, 9, 1, &err), &err, "s is not a number");
    assert_said(json_get_number(&number, top, "z", 0, 9, 1, &err), &err, "z is not a number");
    assert_said(json_get_string(&text, top, "n", 1, &err), &err, "n is not a string");
    assert_said(json_get_object(&item, top, "a", 1, &err), &err, "a is not an object: {...} was expected");
    assert_said(json_get_array(&item, top, "o", 1, &err), &err, "o is not an array: [...] was expected");
    assert_said(json_get_string(&text, inner, "deep", 1, &err), &err, "o.deep is not a string");
}

static void a_number_out_of_range_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    double number = 1;
    int whole = 1;
    assert_said(json_get_number(&number, top, "n", 3, 10, 1, &err), &err, "n is 2.5: use 3 to 10");
    assert_said(json_get_number(&number, top, "n", 0, 2, 1, &err), &err, "n is 2.5: use 0 to 2");
    assert_said(json_get_number(&number, top, "huge", 0, 1e300, 1, &err), &err, "huge is inf: use 0 to 1e+300");
    assert_said(json_get_int(&whole, top, "n", 0, 9, 1, &err), &err, "n is 2.5: a whole number was expected");
    assert_true(number >= 1 && number <= 1 && whole == 1);
}

static void another_word_is_refused_with_the_known_ones(void **state)
{
    (void)state;
    struct error err = {0};
    static const char *const names[] = {"one", "two", "three", NULL};
    int choice = 5;
    assert_said(json_get_choice(&choice, top, "s", names, 1, &err), &err,
                "s is \"text\": use one of one, two or three");
    assert_int_equal(choice, 5);
}

static void an_unknown_key_is_refused_with_the_nearest_or_all(void **state)
{
    (void)state;
    struct error err = {0};
    static const char *const all[] = {"n", "i", "s", "o", "a", "z", "huge", NULL};
    static const char *const near[] = {"n", "i", "s", "o", "a", "z", "huges", NULL};
    static const char *const far[] = {"n", "i", "s", "o", "a", "z", NULL};
    assert_int_equal(json_check_keys(top, all, &err), 0);
    assert_said(json_check_keys(top, near, &err), &err,
                "the document has an unknown key \"huge\": did you mean \"huges\"?");
    assert_said(json_check_keys(top, far, &err), &err,
                "the document has an unknown key \"huge\": known are n, i, s, o, a or z");
    assert_said(json_check_keys(inner, far, &err), &err, "o has an unknown key \"deep\": known are n, i, s, o, a or z");
    assert_said(json_check_keys((struct json_object){top.object->child, "n"}, all, &err), &err,
                "n is not an object: {...} was expected");
}

/* ---- Numbers ---- */

static void a_double_reads_back_with_the_same_bits_in_few_digits(void **state)
{
    (void)state;
    static const double numbers[] = {0.03, 0.1 + 0.2, 1.0 / 3, 2.302585092994045684, 5e-324, 1.7976931348623157e308, 0};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        cJSON *list = cJSON_CreateArray();
        cJSON_AddItemToArray(list, json_number(numbers[i]));
        char *text = json_print(list, NULL);
        cJSON *back = parse(text, strlen(text), NULL);
        assert_non_null(back);
        assert_memory_equal(&back->child->valuedouble, &numbers[i], sizeof *numbers);
        if (i == 0)
            assert_string_equal(text, "[0.03]\n");
        free(text);
        cJSON_Delete(list);
        cJSON_Delete(back);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_may_end_in_white_space),
        cmocka_unit_test(a_text_that_ends_too_early_is_called_so),
        cmocka_unit_test(a_mistake_is_named_by_its_byte),
        cmocka_unit_test(what_only_looks_like_json_is_refused),
        cmocka_unit_test(bytes_behind_the_end_are_refused),
        cmocka_unit_test(a_nul_is_refused_raw_and_escaped),
        cmocka_unit_test(invalid_utf8_is_refused),
        cmocka_unit_test(a_gzip_file_is_refused_with_the_cure),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(a_key_that_comes_twice_is_refused_at_any_depth),
        cmocka_unit_test(the_number_of_keys_is_bounded),
        cmocka_unit_test(random_bytes_are_refused_without_harm),
        cmocka_unit_test(values_of_the_right_type_are_given),
        cmocka_unit_test(a_missing_key_is_an_error_only_where_required),
        cmocka_unit_test(another_type_is_refused),
        cmocka_unit_test(a_number_out_of_range_is_refused),
        cmocka_unit_test(another_word_is_refused_with_the_known_ones),
        cmocka_unit_test(an_unknown_key_is_refused_with_the_nearest_or_all),
        cmocka_unit_test(a_double_reads_back_with_the_same_bits_in_few_digits),
    };
    return cmocka_run_group_tests(tests, read_document, free_document);
}
