/* lenet5 classify: one line a picture, from files, stdin and IDX files, and a bad one never stops the others. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "commands.h"
#include "digits.h"
#include "image/write_png.h"
#include "pictures.h"
#include "support.h"

#define TRAIN_IMAGES "data/mnist/train-images-idx3-ubyte"
#define TEST_IMAGES "data/mnist/t10k-images-idx3-ubyte.gz"

/* Pictures 0.png .. 9.png, the first ten images of the training set, and the model that commands take by themselves. */
static int arrive(void **state)
{
    unsigned char pixels[DIGITS_PIXELS];
    commands_arrive(state);
    commands_train("model.json");
    setenv("LENET5_MODEL", "model.json", 1);
    for (int digit = 0; digit < 10; digit++) {
        const char name[] = {(char)('0' + digit), '.', 'p', 'n', 'g', '\0'};
        digits_image(pixels, DATASET_TRAIN, digit);
        digits_write_png(name, pixels);
    }
    return 0;
}

static int leave(void **state)
{
    unsetenv("LENET5_MODEL");
    return commands_leave(state);
}

/* "path<TAB>digit<TAB>probability" of 4 decimals, one line at the start of `text`; gives what follows it. */
static const char *assert_line(const char *text, const char *path, int digit)
{
    const size_t length = strlen(path);
    assert_int_equal(strncmp(text, path, length), 0);
    int answer, decimals, used = 0;
    assert_int_equal(sscanf(text + length, "\t%d\t%*1[01].%4d\n%n", &answer, &decimals, &used), 2);
    assert_int_equal(used, 10);
    assert_int_equal(answer, digit);
    return text + length + (size_t)used;
}

static void pictures_are_answered_a_line_each_in_their_order(void **state)
{
    (void)state;
    struct program_run run = program("classify 7.png 0.png 1.png 2.png 3.png 4.png 5.png 6.png 8.png 9.png");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    const char *rest = assert_line(run.out, "7.png", 7);
    for (int digit = 0; digit < 10; digit++) {
        const char name[] = {(char)('0' + digit), '.', 'p', 'n', 'g', '\0'};
        if (digit != 7)
            rest = assert_line(rest, name, digit);
    }
    assert_string_equal(rest, "");
    program_free(&run);
}

static void bad_files_are_reported_and_the_others_answered_with_status_1(void **state)
{
    (void)state;
    support_write("text.png", "no picture", 10);
    struct program_run run = program("classify 3.png none.png text.png data 4.png");
    assert_int_equal(run.status, 1);
    assert_string_equal(assert_line(assert_line(run.out, "3.png", 3), "4.png", 4), "");
    const char *expected[] = {"lenet5: none.png: cannot be opened: No such file or directory\n",
                              "lenet5: text.png: ", "lenet5: data: is a folder with no picture right in it "};
    const char *line = run.err;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(strncmp(line, expected[i], strlen(expected[i])), 0);
        line = strchr(line, '\n') + 1;
    }
    assert_string_equal(line, "");
    program_free(&run);
}

static void a_dash_is_standard_input(void **state)
{
    (void)state;
    struct program_run run = program("classify 2.png - <5.png");
    assert_int_equal(run.status, 0);
    assert_string_equal(assert_line(assert_line(run.out, "2.png", 2), "-", 5), "");
    program_free(&run);
    run = program("classify - </dev/null");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.out, "");
    assert_int_equal(strncmp(run.err, "lenet5: standard input: ", 24), 0);
    program_free(&run);
}

static void a_folder_and_a_list_are_answered_in_order_whatever_the_number_of_threads(void **state)
{
    (void)state;
    commands_shell("mkdir -p many && cp 3.png many/b.png && cp 1.png many/a.PNG && cp 2.png many/c.txt");
    for (int threads = 1; threads <= 3; threads++) {
        commands_shell("printf '5.png\nnone.png\n\n6.png' > list");
        struct program_run run = program("classify --threads %d 9.png many --files-from list", threads);
        assert_int_equal(run.status, 1);
        const char *rest = assert_line(assert_line(run.out, "9.png", 9), "many/a.PNG", 1);
        rest = assert_line(assert_line(assert_line(rest, "many/b.png", 3), "5.png", 5), "6.png", 6);
        assert_string_equal(rest, "");
        program_free(&run);
    }
}

/* ---- Refusals ---- */

static void a_blank_picture_is_refused_and_no_failure(void **state)
{
    (void)state;
    support_write("blank.pgm", "P2 3 2 255\n9 9 9\n9 9 9\n", 23);
    struct program_run run = program("classify blank.pgm 3.png");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    assert_int_equal(strncmp(run.out, "blank.pgm\t?\t0.0000\n3.png\t3\t", 27), 0);
    program_free(&run);
    cJSON *json = commands_json("classify --json --reject 0 blank.pgm");
    commands_keys(json, "file", "digit", "probability", "certainty", "rejected", "reason", "top", NULL);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "digit")));
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json, "rejected")));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "top")), 0);
    cJSON_Delete(json);
}

static void what_is_less_certain_than_asked_is_refused(void **state)
{
    (void)state;
    commands_well("train -q --epochs 1 --batch-size 64 --validation 0 --out weak.json"); /* sure of nothing */
    struct program_run run = program("classify --model weak.json --reject 1 --top 2 3.png");
    int digits[2], used = 0;
    double certainty, probabilities[2];
    assert_int_equal(run.status, 0);
    assert_int_equal(sscanf(run.out, "3.png\t?\t%lf\t%d\t%lf\t%d\t%lf\n%n", &certainty, &digits[0], &probabilities[0],
                            &digits[1], &probabilities[1], &used),
                     5);
    assert_int_equal(run.out[used], '\0');
    program_free(&run);
    char reason[80];
    cJSON *json = commands_json("classify --model weak.json --reject 1 --json 3.png");
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(json, "digit")));
    snprintf(reason, sizeof reason, "it may be a %d, but the certainty of that is below 1.0000", digits[0]);
    assert_string_equal(commands_text(json, "reason"), reason);
    cJSON_Delete(json);
    commands_refused(2, "--reject expects a number from 0 to 1, not \"1.5\"", "classify --reject 1.5 3.png");
}

static void strict_makes_a_refusal_status_7_and_a_failure_stays_1(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        int status;
    } runs[] = {{"classify --strict 3.png", 0},
                {"classify --strict blank.pgm 3.png", 7},
                {"classify --strict --reject 1 --model weak.json 3.png", 7},
                {"classify --strict blank.pgm none.png", 1},
                {"classify --strict none.png blank.pgm", 1}};
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        struct program_run run = program("%s", runs[i].arguments);
        assert_int_equal(run.status, runs[i].status);
        program_free(&run);
    }
}

/* A model that was set to keep half of what it was measured on refuses about half of that, unless told otherwise. */
static void a_calibrated_model_refuses_by_itself_and_reject_0_turns_it_off(void **state)
{
    (void)state;
    commands_well("train -q --epochs 3 --batch-size 16 --validation 100 --out half.json");
    commands_well("calibrate --model half.json --accept 0.5");
    int refused[2] = {0};
    for (int image = 300; image < 400; image += 5)
        for (int off = 0; off < 2; off++) {
            cJSON *json = commands_json("classify --json --model half.json %s --index %d " TRAIN_IMAGES,
                                        off ? "--reject 0" : "", image);
            refused[off] += cJSON_IsTrue(cJSON_GetObjectItem(json, "rejected"));
            cJSON_Delete(json);
        }
    assert_in_range(refused[0], 4, 16); /* of 20 */
    assert_int_equal(refused[1], 0);
}

static void a_picture_of_several_digits_is_answered_and_a_note_says_so(void **state)
{
    (void)state;
    unsigned char pixels[DIGITS_PIXELS];
    struct picture three = pictures_plain(60, 240, 255);
    for (int k = 0; k < 3; k++) {
        digits_image(pixels, DATASET_TRAIN, 3 + k);
        for (int i = 0; i < DIGITS_PIXELS; i++)
            three.gray[(16 + i / DIGITS_SIDE) * 240 + 20 + k * 80 + i % DIGITS_SIDE] = (unsigned char)(255 - pixels[i]);
    }
    assert_int_equal(write_png_file("three.png", &three, NULL), 0);
    picture_free(&three);
    struct program_run run = program("classify three.png");
    assert_int_equal(run.status, 0);
    assert_int_equal(strncmp(run.out, "three.png\t", 9), 0);
    assert_string_equal(run.err, "lenet5: three.png: shows 3 digits or more, and this answer is for one: lenet5 "
                                 "read reads them all\n");
    program_free(&run);
    cJSON *json = commands_json("classify --json three.png");
    assert_true(commands_number(json, "digits") == 3);
    cJSON_Delete(json);
}

/* ---- What the network sees ---- */

static void save_input_keeps_what_the_network_sees(void **state)
{
    (void)state;
    commands_well("synth --large --text 4 --ground paper --count 1 --out big");
    struct program_run big = program("classify --save-input seen.png big/*.png");
    struct program_run seen = program("classify seen.png");
    assert_int_equal(big.status, 0);
    assert_int_equal(seen.status, 0);
    assert_string_equal(strchr(seen.out, '\t'), strchr(big.out, '\t')); /* digit and probability */
    program_free(&big);
    program_free(&seen);
    commands_refused(2, "--save-input keeps what is seen of one picture, and 2 are given",
                     "classify --save-input seen.png 1.png 2.png");
    commands_refused(1, "none.png: the network saw no picture of 28x28 that could be kept",
                     "classify --save-input none.png blank.pgm --json >/dev/null");
}

static void show_draws_what_the_network_sees_in_plain_characters_where_no_terminal_is(void **state)
{
    (void)state;
    struct program_run run = program("classify --show 1.png blank.pgm");
    const char *line = strchr(run.out, '\n') + 1, *next;
    int ink = 0, beside = 0;
    for (int i = 0; i < 14; i++, line = next) {
        next = strchr(line, '\n') + 1;
        assert_true(strspn(line, " .:-=+*#%@") >= 28);
        ink += strspn(line, " ") < 28;
        beside += next - line > 29;
    }
    assert_int_equal(beside, 3);
    assert_in_range(ink, 8, 12); /* 20 rows of pixels, two a line */
    assert_string_equal(line, "blank.pgm\t?\t0.0000\n");
    program_free(&run);
    commands_refused(2, "--show draws among the text, and --json prints none: leave one out",
                     "classify --show --json 1.png");
}

/* ---- IDX files ---- */

static void an_image_of_an_idx_file_is_answered_by_its_index(void **state)
{
    (void)state;
    assert_int_equal(system("gzip -c " TRAIN_IMAGES " > packed.idx"), 0);
    const char *const files[] = {TRAIN_IMAGES, "packed.idx"};
    for (int i = 0; i < 2; i++)
        for (int index = 0; index <= 99; index += 33) {
            struct program_run run = program("classify --index %d %s", index, files[i]);
            assert_int_equal(run.status, 0);
            assert_string_equal(assert_line(run.out, files[i], index % 10), "");
            program_free(&run);
        }
}

static void an_index_that_the_file_lacks_is_refused(void **state)
{
    (void)state;
    commands_refused(1, TEST_IMAGES ": has no image 100: its 100 images are counted from 0 to 99",
                     "classify --index 100 " TEST_IMAGES);
    commands_refused(2, "--index expects a whole number from 0 to 2147483647, not \"-1\"", "classify --index -1 x.idx");
}

static void an_idx_file_that_is_wrong_is_refused(void **state)
{
    (void)state;
    struct bytes small = support_idx(3, (const uint32_t[]){2, 14, 14});
    support_write("small.idx", small.data, small.size);
    support_free(&small);
    commands_refused(1,
                     "small.idx: the images are 14x14 with 1 channel and the network takes 28x28 with 1: use other "
                     "images, or a config whose input has rows 14, cols 14, channels 1",
                     "classify --index 0 small.idx");
    struct program_run run = program("classify --index 0 3.png " TRAIN_IMAGES);
    assert_int_equal(run.status, 1);
    assert_int_equal(strncmp(run.err, "lenet5: 3.png: ", 15), 0);
    assert_line(run.out, TRAIN_IMAGES, 0); /* and the other is answered */
    program_free(&run);
}

static void a_28x28_picture_answers_exactly_as_the_same_bytes_in_an_idx_file(void **state)
{
    (void)state;
    for (int index = 0; index < 10; index++) {
        cJSON *png = commands_json("classify --json --top 10 %d.png", index);
        cJSON *idx = commands_json("classify --json --top 10 --index %d " TRAIN_IMAGES, index);
        cJSON_DeleteItemFromObject(png, "file");
        cJSON_DeleteItemFromObject(idx, "file");
        char *one = cJSON_PrintUnformatted(png), *other = cJSON_PrintUnformatted(idx);
        assert_string_equal(one, other);
        cJSON_free(one);
        cJSON_free(other);
        cJSON_Delete(png);
        cJSON_Delete(idx);
    }
}

/* ---- --views ---- */

/* Each thread's classifier has them. */
static void several_views_change_how_certain_an_answer_is_whatever_the_number_of_threads(void **state)
{
    (void)state;
    struct program_run one = program("classify --json --views 1 *.png"), plain = program("classify --json *.png");
    struct program_run three = program("classify --json --views 3 --threads 1 *.png");
    struct program_run threads = program("classify --json --views 3 --threads 3 *.png");
    assert_string_equal(one.out, plain.out);
    assert_string_equal(three.out, threads.out);
    assert_string_not_equal(three.out, one.out);
    for (int digit = 0; digit < 10; digit++) {
        cJSON *seen = commands_json("classify --json --views 3 %d.png", digit);
        cJSON *index = commands_json("classify --json --views 3 --index %d " TRAIN_IMAGES, digit);
        assert_true(commands_number(seen, "probability") == commands_number(index, "probability"));
        cJSON_Delete(seen);
        cJSON_Delete(index);
    }
    program_free(&one);
    program_free(&plain);
    program_free(&three);
    program_free(&threads);
}

/* ---- --top and --json ---- */

static void top_adds_the_next_digits_to_the_line(void **state)
{
    (void)state;
    struct program_run run = program("classify --top 3 8.png");
    int digit[3], used = 0;
    double probability[3];
    assert_int_equal(sscanf(run.out, "8.png\t%d\t%lf\t%d\t%lf\t%d\t%lf\n%n", &digit[0], &probability[0], &digit[1],
                            &probability[1], &digit[2], &probability[2], &used),
                     6);
    assert_int_equal(run.out[used], '\0');
    assert_int_equal(digit[0], 8);
    assert_true(probability[0] >= probability[1] && probability[1] >= probability[2]);
    program_free(&run);
}

static void top_is_never_more_than_the_classes_and_sums_to_1(void **state)
{
    (void)state;
    cJSON *json = commands_json("classify --json -k 256 6.png");
    const cJSON *entry, *top = cJSON_GetObjectItem(json, "top");
    assert_int_equal(cJSON_GetArraySize(top), 10);
    double sum = 0, last = 1;
    int seen[10] = {0};
    cJSON_ArrayForEach(entry, top)
    {
        commands_keys(entry, "digit", "probability", NULL);
        const double probability = commands_number(entry, "probability");
        assert_true(probability <= last);
        assert_int_equal(seen[(int)commands_number(entry, "digit")]++, 0);
        sum += last = probability;
    }
    assert_true(fabs(sum - 1) < 1e-5);
    cJSON_Delete(json);
}

static void json_is_a_document_a_picture_with_the_documented_keys(void **state)
{
    (void)state;
    cJSON *json = commands_json("classify --json --top 2 9.png");
    commands_keys(json, "file", "digit", "probability", "certainty", "rejected", "top", NULL);
    assert_string_equal(commands_text(json, "file"), "9.png");
    assert_true(commands_number(json, "digit") == 9);
    const cJSON *top = cJSON_GetObjectItem(json, "top");
    assert_int_equal(cJSON_GetArraySize(top), 2);
    assert_true(commands_number(top->child, "digit") == 9);
    assert_true(commands_number(top->child, "probability") == commands_number(json, "probability"));
    cJSON_Delete(json);
}

static void json_reports_a_bad_file_in_its_place_and_leaves_stderr_empty(void **state)
{
    (void)state;
    struct program_run run = program("classify --json 0.png none.png 1.png");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.err, "");
    const char *rest = run.out;
    for (int i = 0; i < 3; i++) {
        cJSON *json = cJSON_ParseWithOpts(rest, &rest, 0);
        assert_int_equal(*rest++, '\n');
        if (i == 1) {
            commands_keys(json, "file", "error", NULL);
            assert_string_equal(commands_text(json, "file"), "none.png");
            assert_string_equal(commands_text(json, "error"), "none.png: cannot be opened: No such file or directory");
        } else {
            commands_keys(json, "file", "digit", "probability", "certainty", "rejected", "top", NULL);
        }
        cJSON_Delete(json);
    }
    assert_string_equal(rest, "");
    program_free(&run);
}

/* ---- Names that would confuse a terminal or a reader of the results ---- */

static const char hostile[] = "a\nb\033[2J\t\377.png";

static void a_hostile_name_stays_on_its_line_and_sends_no_escape(void **state)
{
    (void)state;
    unsigned char pixels[DIGITS_PIXELS];
    digits_image(pixels, DATASET_TRAIN, 5);
    digits_write_png(hostile, pixels);
    struct program_run run = program("classify a*b*.png");
    assert_int_equal(run.status, 0);
    assert_line(run.out, "a?b?[2J?\377.png", 5);
    program_free(&run);
    assert_int_equal(unlink(hostile), 0);
    run = program("classify '%s'", hostile);
    assert_int_equal(run.status, 1);
    assert_string_equal(run.err, "lenet5: a?b?[2J?\377.png: cannot be opened: No such file or directory\n");
    program_free(&run);
}

static void a_hostile_name_is_valid_json(void **state)
{
    (void)state;
    struct program_run run = program("classify --json '%s'", hostile);
    assert_int_equal(run.status, 1);
    assert_int_equal(text_valid_utf8((const unsigned char *)run.out, strlen(run.out)), strlen(run.out));
    assert_ptr_equal(strchr(run.out, '\n'), run.out + strlen(run.out) - 1);
    cJSON *json = cJSON_Parse(run.out);
    assert_string_equal(commands_text(json, "file"), "a\nb\033[2J\t?.png");
    cJSON_Delete(json);
    program_free(&run);
}

static void a_name_that_begins_with_a_dash_is_given_behind_two(void **state)
{
    (void)state;
    unsigned char pixels[DIGITS_PIXELS];
    digits_image(pixels, DATASET_TRAIN, 4);
    digits_write_png("-4.png", pixels);
    commands_refused(2, "classify has no option -4.png: lenet5 classify --help lists them", "classify -4.png");
    struct program_run run = program("classify -- -4.png");
    assert_int_equal(run.status, 0);
    assert_line(run.out, "-4.png", 4);
    program_free(&run);
}

static void misuse_is_refused(void **state)
{
    (void)state;
    commands_refused(2, "no picture is named: give files, folders or --files-from LIST", "classify");
    commands_refused(2, "--top expects a whole number from 1 to 256, not \"0\"", "classify --top 0 1.png");
    commands_refused(2, "--views expects a whole number from 1 to 13, not \"0\"", "classify --views 0 1.png");
    commands_refused(2, "--views expects a whole number from 1 to 13, not \"14\"", "classify --views 14 1.png");
    commands_refused(2, "classify has no option --models; the nearest is --model", "classify --models m.json 1.png");
    commands_refused(2, "classify expects IMAGE, not \"\"", "classify ''");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_are_answered_a_line_each_in_their_order),
        cmocka_unit_test(bad_files_are_reported_and_the_others_answered_with_status_1),
        cmocka_unit_test(a_dash_is_standard_input),
        cmocka_unit_test(a_folder_and_a_list_are_answered_in_order_whatever_the_number_of_threads),
        cmocka_unit_test(a_blank_picture_is_refused_and_no_failure),
        cmocka_unit_test(what_is_less_certain_than_asked_is_refused),
        cmocka_unit_test(strict_makes_a_refusal_status_7_and_a_failure_stays_1),
        cmocka_unit_test(a_calibrated_model_refuses_by_itself_and_reject_0_turns_it_off),
        cmocka_unit_test(a_picture_of_several_digits_is_answered_and_a_note_says_so),
        cmocka_unit_test(save_input_keeps_what_the_network_sees),
        cmocka_unit_test(show_draws_what_the_network_sees_in_plain_characters_where_no_terminal_is),
        cmocka_unit_test(an_image_of_an_idx_file_is_answered_by_its_index),
        cmocka_unit_test(an_index_that_the_file_lacks_is_refused),
        cmocka_unit_test(an_idx_file_that_is_wrong_is_refused),
        cmocka_unit_test(a_28x28_picture_answers_exactly_as_the_same_bytes_in_an_idx_file),
        cmocka_unit_test(several_views_change_how_certain_an_answer_is_whatever_the_number_of_threads),
        cmocka_unit_test(top_adds_the_next_digits_to_the_line),
        cmocka_unit_test(top_is_never_more_than_the_classes_and_sums_to_1),
        cmocka_unit_test(json_is_a_document_a_picture_with_the_documented_keys),
        cmocka_unit_test(json_reports_a_bad_file_in_its_place_and_leaves_stderr_empty),
        cmocka_unit_test(a_hostile_name_stays_on_its_line_and_sends_no_escape),
        cmocka_unit_test(a_hostile_name_is_valid_json),
        cmocka_unit_test(a_name_that_begins_with_a_dash_is_given_behind_two),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
