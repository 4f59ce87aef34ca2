/* lenet5 summary: the course's numbers, the arithmetic behind them, and the sentence for every misuse. */
/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/config.h"
#include "model/model_file.h"
#include "program.h"
#include "support.h"

struct folder {
    char *path, *config, *model;
};

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL)
        return -1;
    folder->path = support_make_folder();
    folder->config = support_path(folder->path, "config.json");
    folder->model = support_path(folder->path, "model.json");
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    support_remove_folder(folder->path);
    free(folder->config);
    free(folder->model);
    free(folder);
    return 0;
}

/* 24 rows x 32 columns, a stride and a padding that the floor bites into, a filter larger than what it looks at. */
static const char wide[] = "{\"architecture\": {\"input\": {\"rows\": 24, \"cols\": 32}, \"layers\": ["
                           "{\"type\": \"conv\", \"filters\": 4, \"f\": 5, \"s\": 3, \"p\": 1, \"activation\": "
                           "\"tanh\"}, {\"type\": \"pool\", \"mode\": \"average\", \"f\": 7},"
                           "{\"type\": \"conv\", \"filters\": 2, \"f\": 3, \"p\": 1},"
                           "{\"type\": \"dense\", \"units\": 10}]}}";

static const char lenet5[] =
    "Input: pictures of 28 rows x 28 columns with 1 channel, 2 pixels of background around them;\n"
    "each pixel 0..255 becomes x = (pixel/255 - 0.1307) / 0.3081.\n"
    "\n"
    "layer          f  s  p  activation shape  activation size  parameters  multiply-adds\n"
    "input                        (32, 32, 1)            1,024           0              0\n"
    "1 conv, relu   5  1  0       (28, 28, 6)            4,704         156        117,600\n"
    "2 max pool     2  2  0       (14, 14, 6)            1,176           0              0\n"
    "3 conv, relu   5  1  0      (10, 10, 16)            1,600       2,416        240,000\n"
    "4 max pool     2  2  0        (5, 5, 16)              400           0              0\n"
    "5 dense, relu                   (120, 1)              120      48,120         48,000\n"
    "6 dense, relu                    (84, 1)               84      10,164         10,080\n"
    "7 dense                          (10, 1)               10         850            840\n"
    "total                                                          61,706        416,520\n"
    "\n"
    "How they come about: a window of side f fits floor((side + 2p - f) / s) + 1 times along each side;\n"
    "each filter has f*f*channels weights and a bias, each dense unit a weight an input and a bias.\n"
    "\n"
    "layer    side, or inputs             parameters            multiply-adds\n"
    "1 conv   floor((32+2*0-5)/1)+1 = 28  (5*5*1+1)*6 = 156     5*5*1 * 28*28*6 = 117,600\n"
    "2 pool   floor((28+2*0-2)/2)+1 = 14  0                     0\n"
    "3 conv   floor((14+2*0-5)/1)+1 = 10  (5*5*6+1)*16 = 2,416  5*5*6 * 10*10*16 = 240,000\n"
    "4 pool   floor((10+2*0-2)/2)+1 = 5   0                     0\n"
    "5 dense  5*5*16 = 400 inputs         (400+1)*120 = 48,120  400 * 120 = 48,000\n"
    "6 dense  120 inputs                  (120+1)*84 = 10,164   120 * 84 = 10,080\n"
    "7 dense  84 inputs                   (84+1)*10 = 850       84 * 10 = 840\n"
    "\n"
    "Why convolutions: a filter's parameters are shared over the whole picture, and an output is\n"
    "connected to f*f*channels numbers only.\n"
    "\n"
    "1 conv: 156 parameters; a dense layer from 32x32x1 to 28x28x6 would need\n"
    "        (1,024+1)*4,704 = 4,821,600, 30,908 times as many\n"
    "3 conv: 2,416 parameters; a dense layer from 14x14x6 to 10x10x16 would need\n"
    "        (1,176+1)*1,600 = 1,883,200, 779 times as many\n";

static void assert_says(struct program_run run, const char *expected)
{
    assert_string_equal(run.err, "");
    assert_string_equal(run.out, expected);
    assert_int_equal(run.status, 0);
    program_free(&run);
}

static void assert_refused(struct program_run run, int status, const char *sentence)
{
    assert_string_equal(run.out, "");
    assert_string_equal(run.err, sentence);
    assert_int_equal(run.status, status);
    program_free(&run);
}

static void lenet5_is_shown_by_default(void **state)
{
    (void)state;
    assert_says(program("summary"), lenet5);
    assert_says(program("summary --config lenet5"), lenet5);
}

static void no_line_is_wider_than_100_columns(void **state)
{
    (void)state;
    static const char *const arguments[] = {"--config lenet5-avg", "--config course", "--help"};
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        struct program_run run = program("summary %s", arguments[i]);
        assert_int_equal(run.status, 0);
        for (const char *line = run.out; *line != '\0'; line += strcspn(line, "\n") + 1)
            assert_in_range(strcspn(line, "\n"), 0, 100);
        program_free(&run);
    }
}

/* What the document's layer holds under `key`, one number a layer. */
static void assert_layers(const cJSON *document, const char *key, const int *expected, int count)
{
    const cJSON *layers = cJSON_GetObjectItem(document, "layers");
    assert_int_equal(cJSON_GetArraySize(layers), count);
    for (int i = 0; i < count; i++)
        assert_int_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(layers, i), key)->valueint, expected[i]);
}

static void the_course_has_its_numbers(void **state)
{
    (void)state;
    static const int parameters[] = {608, 0, 3216, 0, 48120, 10164, 850};
    static const int sizes[] = {6272, 1568, 1600, 400, 120, 84, 10};
    static const int multiply_adds[] = {470400, 0, 320000, 0, 48000, 10080, 840};
    struct program_run run = program("summary --config course --json");
    assert_int_equal(run.status, 0);
    assert_string_equal(run.err, "");
    cJSON *document = cJSON_Parse(run.out);
    assert_non_null(document);
    assert_layers(document, "parameters", parameters, 7);
    assert_layers(document, "size", sizes, 7);
    assert_layers(document, "multiply_adds", multiply_adds, 7);
    assert_int_equal(cJSON_GetObjectItem(document, "parameters")->valueint, 62958);
    assert_int_equal(cJSON_GetObjectItem(document, "multiply_adds")->valueint, 849320);
    cJSON_Delete(document);
    program_free(&run);
}

static void the_course_shows_its_numbers(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "1 conv, relu   5  1  0       (28, 28, 8)            6,272         608        470,400\n",
        "2 max pool     2  2  0       (14, 14, 8)            1,568           0              0\n",
        "3 conv, relu   5  1  0      (10, 10, 16)            1,600       3,216        320,000\n",
        "4 max pool     2  2  0        (5, 5, 16)              400           0              0\n",
        "(5*5*3+1)*8 = 608",
        "(5*5*8+1)*16 = 3,216",
        "(400+1)*120 = 48,120",
        "(120+1)*84 = 10,164",
        "(84+1)*10 = 850",
        "total                                                          62,958        849,320\n",
    };
    struct program_run run = program("summary --config course");
    assert_int_equal(run.status, 0);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (strstr(run.out, lines[i]) == NULL)
            fail_msg("\"%s\" is missing in:\n%s", lines[i], run.out);
    program_free(&run);
}

static void rows_and_columns_may_differ(void **state)
{
    struct folder *folder = *state;
    support_write(folder->config, wide, strlen(wide));
    assert_says(program("summary --config '%s'", folder->config),
                "Input: pictures of 24 rows x 32 columns with 1 channel;\n"
                "each pixel 0..255 becomes x = (pixel/255 - 0.1307) / 0.3081.\n"
                "\n"
                "layer           f  s  p  activation shape  activation size  parameters  multiply-adds\n"
                "input                         (24, 32, 1)              768           0              0\n"
                "1 conv, tanh    5  3  1        (8, 10, 4)              320         104          8,000\n"
                "2 average pool  7  7  0         (1, 1, 4)                4           0              0\n"
                "3 conv, relu    3  1  1         (1, 1, 2)                2          74             72\n"
                "4 dense                           (10, 1)               10          30             20\n"
                "total                                                              208          8,092\n"
                "\n"
                "How they come about: a window of side f fits floor((side + 2p - f) / s) + 1 times along each side;\n"
                "each filter has f*f*channels weights and a bias, each dense unit a weight an input and a bias.\n"
                "\n"
                "layer    side, or inputs                     parameters         multiply-adds\n"
                "1 conv   floor((24+2*1-5)/3)+1 = 8 rows      (5*5*1+1)*4 = 104  5*5*1 * 8*10*4 = 8,000\n"
                "         floor((32+2*1-5)/3)+1 = 10 columns\n"
                "2 pool   floor((8+2*0-7)/7)+1 = 1 row        0                  0\n"
                "         floor((10+2*0-7)/7)+1 = 1 column\n"
                "3 conv   floor((1+2*1-3)/1)+1 = 1            (3*3*4+1)*2 = 74   3*3*4 * 1*1*2 = 72\n"
                "4 dense  2 inputs                            (2+1)*10 = 30      2 * 10 = 20\n"
                "\n"
                "Why convolutions: a filter's parameters are shared over the whole picture, and an output is\n"
                "connected to f*f*channels numbers only.\n"
                "\n"
                "1 conv: 104 parameters; a dense layer from 24x32x1 to 8x10x4 would need\n"
                "        (768+1)*320 = 246,080, 2,366 times as many\n"
                "3 conv: 74 parameters; a dense layer from 1x1x4 to 1x1x2 would need\n"
                "        (4+1)*2 = 10, 0.1 times as many\n");
}

static void json_says_all_there_is(void **state)
{
    struct folder *folder = *state;
    support_write(folder->config, wide, strlen(wide));
    assert_says(program("summary --json --config '%s'", folder->config),
                "{\"input\":{\"rows\":24,\"cols\":32,\"channels\":1,\"pad\":0,\"shape\":[24,32,1],\"size\":768},"
                "\"layers\":[{\"type\":\"conv\",\"activation\":\"tanh\",\"f\":5,\"s\":3,\"p\":1,\"shape\":[8,10,4],"
                "\"size\":320,\"parameters\":104,\"multiply_adds\":8000,\"dense_parameters\":246080},"
                "{\"type\":\"pool\",\"mode\":\"average\",\"f\":7,\"s\":7,\"p\":0,\"shape\":[1,1,4],\"size\":4,"
                "\"parameters\":0,\"multiply_adds\":0},"
                "{\"type\":\"conv\",\"activation\":\"relu\",\"f\":3,\"s\":1,\"p\":1,\"shape\":[1,1,2],\"size\":2,"
                "\"parameters\":74,\"multiply_adds\":72,\"dense_parameters\":10},"
                "{\"type\":\"dense\",\"activation\":\"none\",\"shape\":[10],\"size\":10,\"parameters\":30,"
                "\"multiply_adds\":20}],\"parameters\":208,\"multiply_adds\":8092}\n");
}

static void a_network_without_conv_says_nothing_about_them(void **state)
{
    struct folder *folder = *state;
    static const char dense[] = "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28, \"pad\": 1},"
                                "\"layers\": [{\"type\": \"dense\", \"units\": 10}]}}";
    support_write(folder->config, dense, strlen(dense));
    assert_says(program("summary --config '%s'", folder->config),
                "Input: pictures of 28 rows x 28 columns with 1 channel, 1 pixel of background around them;\n"
                "each pixel 0..255 becomes x = (pixel/255 - 0.1307) / 0.3081.\n"
                "\n"
                "layer    f  s  p  activation shape  activation size  parameters  multiply-adds\n"
                "input                  (30, 30, 1)              900           0              0\n"
                "1 dense                    (10, 1)               10       9,010          9,000\n"
                "total                                                     9,010          9,000\n"
                "\n"
                "How they come about: a window of side f fits floor((side + 2p - f) / s) + 1 times along each side;\n"
                "each filter has f*f*channels weights and a bias, each dense unit a weight an input and a bias.\n"
                "\n"
                "layer    side, or inputs       parameters          multiply-adds\n"
                "1 dense  30*30*1 = 900 inputs  (900+1)*10 = 9,010  900 * 10 = 9,000\n");
}

static void a_trained_model_is_shown_like_its_config(void **state)
{
    struct folder *folder = *state;
    struct config config;
    struct model model;
    assert_int_equal(config_load(&config, "lenet5", NULL), 0);
    assert_int_equal(model_create(&model, &config.architecture, NULL), 0);
    assert_int_equal(model_file_save(&model, folder->model, NULL), 0);
    model_free(&model);
    assert_says(program("summary --model '%s'", folder->model), lenet5);
    assert_says(program("summary -m '%s'", folder->model), lenet5);
}

static void each_misuse_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *arguments;
        int status;
        const char *sentence;
    } cases[] = {
        {"--config lenet", 4, "lenet5: there is no preset and no file \"lenet\": did you mean \"lenet5\"?\n"},
        {"--config /no.json", 4,
         "lenet5: /no.json: cannot be opened: No such file or directory: name a file that can be read, or a preset: "
         "best, best-max, course, lenet5, lenet5-avg, plain, quick or reader\n"},
        {"--model /no.json", 4, "lenet5: /no.json: cannot be opened: No such file or directory\n"},
        {"--model a.json --config course", 2, "lenet5: --config and --model both name a network: give one of them\n"},
        {"--model", 2, "lenet5: --model expects FILE, and nothing follows\n"},
        {"--jsn", 2, "lenet5: summary has no option --jsn; the nearest is --json\n"},
        {"digit.png", 2, "lenet5: summary takes no files, and \"digit.png\" was given\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(program("summary %s", cases[i].arguments), cases[i].status, cases[i].sentence);
}

static void an_impossible_network_is_refused_and_says_why(void **state)
{
    struct folder *folder = *state;
    static const char impossible[] = "{\"architecture\": {\"input\": {\"rows\": 4, \"cols\": 28}, \"layers\": ["
                                     "{\"type\": \"conv\", \"filters\": 6, \"f\": 5},"
                                     "{\"type\": \"dense\", \"units\": 10}]}}";
    char sentence[512];
    support_write(folder->config, impossible, strlen(impossible));
    snprintf(sentence, sizeof sentence,
             "lenet5: %s: layer 1 (conv): a 5x5 filter does not fit in a 4x28 input padded by 0: use "
             "f <= 4, or p >= 1\n",
             folder->config);
    assert_refused(program("summary --config '%s'", folder->config), 4, sentence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lenet5_is_shown_by_default),
        cmocka_unit_test(no_line_is_wider_than_100_columns),
        cmocka_unit_test(the_course_has_its_numbers),
        cmocka_unit_test(the_course_shows_its_numbers),
        cmocka_unit_test(rows_and_columns_may_differ),
        cmocka_unit_test(json_says_all_there_is),
        cmocka_unit_test(a_network_without_conv_says_nothing_about_them),
        cmocka_unit_test(a_trained_model_is_shown_like_its_config),
        cmocka_unit_test(each_misuse_has_its_sentence),
        cmocka_unit_test(an_impossible_network_is_refused_and_says_why),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
