/* lenet5 serve: what it answers, and how it starts and ends. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "digits.h"
#include "http.h"
#include "image/decode.h"
#include "reader/classifier.h"
#include "reader/walk.h"

static struct http_server server;

static int arrive(void **state)
{
    unsigned char pixels[DIGITS_PIXELS];
    commands_arrive(state);
    commands_train("model.json");
    digits_image(pixels, DATASET_TRAIN, 3);
    digits_write_png("three.png", pixels);
    server = http_start("--model model.json --threads 2");
    return 0;
}

static int leave(void **state)
{
    assert_int_equal(http_stop(&server, SIGTERM), 0);
    return commands_leave(state);
}

static const cJSON *at(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    if (item == NULL)
        fail_msg("there is no key \"%s\"", key);
    return item;
}

/* Both printed alike. */
static void assert_same(const cJSON *a, const cJSON *b)
{
    char *first = cJSON_PrintUnformatted(a), *second = cJSON_PrintUnformatted(b);
    assert_string_equal(first, second);
    cJSON_free(first);
    cJSON_free(second);
}

/* ---- What it answers ---- */

static void classify_answers_as_the_command_does(void **state)
{
    (void)state;
    cJSON *served = http_post(server.port, "/classify?top=3", "three.png", 200);
    cJSON *said = commands_json("classify --model model.json --top 3 --json three.png");
    commands_keys(served, "digit", "probability", "certainty", "sure", "top", NULL);
    assert_true(cJSON_IsTrue(at(served, "sure")));
    assert_int_equal(commands_number(served, "digit"), 3);
    assert_same(at(served, "probability"), at(said, "probability"));
    assert_same(at(served, "top"), at(said, "top"));
    cJSON_Delete(served);
    cJSON_Delete(said);
}

static void an_answer_below_what_the_calibration_asks_for_is_not_sure(void **state)
{
    (void)state;
    struct model model;
    assert_int_equal(model_file_load(&model, "model.json", NULL), 0);
    model.calibration = (struct calibration){.temperature = 1, .images = 1, .none = 20, .reject = 1, .accept = 1};
    strcpy(model.calibration.run, model.digest);
    assert_int_equal(model_file_save(&model, "strict.json", NULL), 0);
    model_free(&model);
    const struct http_server strict = http_start("--model strict.json --threads 1");
    static const char *const paths[] = {"/classify", "/explain"};
    for (int i = 0; i < 2; i++) {
        cJSON *json = http_post(strict.port, paths[i], "three.png", 200);
        assert_int_equal(commands_number(json, "digit"), 3);
        assert_true(commands_number(json, "certainty") < commands_number(json, "probability"));
        assert_true(cJSON_IsFalse(at(json, "sure")));
        cJSON_Delete(json);
    }
    assert_int_equal(http_stop(&strict, SIGTERM), 0);
}

/* As the commands see it: no failure, and no digit. */
static void a_blank_picture_is_answered_by_no_digit(void **state)
{
    (void)state;
    static const char *const paths[] = {"/classify", "/explain", "/explain?worked=1"};
    commands_shell("printf 'P2 40 40 255\\n' > blank.pgm; for i in $(seq 1600); do echo 200; done >> blank.pgm");
    cJSON *said = commands_json("classify --model model.json --json blank.pgm");
    for (int i = 0; i < 3; i++) {
        cJSON *json = http_post(server.port, paths[i], "blank.pgm", 200);
        commands_keys(json, "digit", "probability", "certainty", "sure", "reason", NULL);
        assert_true(cJSON_IsNull(at(json, "digit")) && cJSON_IsNull(at(json, "probability")));
        assert_true(commands_number(json, "certainty") <= 0);
        assert_true(cJSON_IsFalse(at(json, "sure")));
        assert_same(at(json, "reason"), at(said, "reason"));
        cJSON_Delete(json);
    }
    cJSON *json = http_post(server.port, "/read", "blank.pgm", 200);
    assert_int_equal(cJSON_GetArraySize(at(json, "lines")), 0);
    cJSON_Delete(json);
    cJSON_Delete(said);
}

static void read_answers_as_the_command_does(void **state)
{
    (void)state;
    char path[4300];
    snprintf(path, sizeof path, "%s/data/samples/numbers/1998-white.png", commands_repository());
    cJSON *served = http_post(server.port, "/read", path, 200);
    cJSON *said = commands_json("read --model model.json --json '%s'", path);
    assert_int_equal(cJSON_GetArraySize(at(cJSON_GetArrayItem(at(served, "lines"), 0), "digits")), 4);
    assert_same(at(served, "lines"), at(said, "lines"));
    cJSON_Delete(served);
    cJSON_Delete(said);
}

static void assert_reals(const cJSON *list, const real *expected, int count)
{
    int i = 0;
    const cJSON *item;
    assert_int_equal(cJSON_GetArraySize(list), count);
    cJSON_ArrayForEach(item, list)
    {
        assert_true((real)item->valuedouble == expected[i]);
        i++;
    }
}

static void explain_gives_every_layer_of_the_walk_exactly(void **state)
{
    (void)state;
    struct model model;
    struct walk walk;
    unsigned char pixels[DIGITS_PIXELS];
    digits_image(pixels, DATASET_TRAIN, 3);
    assert_int_equal(model_file_load(&model, "model.json", NULL), 0);
    assert_int_equal(walk_create(&walk, &model, NULL), 0);
    walk_pixels(&walk, pixels);
    cJSON *json = http_post(server.port, "/explain", "three.png", 200);
    const cJSON *layers = at(json, "layers");
    assert_int_equal(cJSON_GetArraySize(layers), model.architecture.layer_count);
    for (int i = 0; i < DIGITS_PIXELS; i++)
        assert_int_equal(cJSON_GetArrayItem(at(at(json, "input"), "pixels"), i)->valueint, pixels[i]);
    for (int i = 0; i < model.architecture.layer_count; i++) {
        const struct layer *layer = &model.architecture.layers[i];
        const cJSON *maps = at(cJSON_GetArrayItem(layers, i), "maps");
        const int count = layer->kind == LAYER_DENSE ? 1 : layer->out.channels, size = shape_size(layer->out) / count;
        assert_int_equal(cJSON_GetArraySize(maps), count);
        for (int m = 0; m < count; m++)
            assert_reals(cJSON_GetArrayItem(maps, m), walk.trace.y[i] + m * size, size);
    }
    assert_reals(at(json, "probabilities"), walk.probabilities, 10);
    assert_reals(at(json, "scores"), walk.trace.y[model.architecture.layer_count - 1], 10);
    assert_int_equal(commands_number(json, "digit"), 3);
    cJSON_Delete(json);
    walk_free(&walk);
    model_free(&model);
}

static void filter_gives_the_picture_that_the_command_writes(void **state)
{
    (void)state;
    struct picture written;
    cJSON *json = http_post(server.port, "/filter?kernel=sobel-x&padding=1&pool=average&f=3&s=2", "three.png", 200);
    commands_well("filter three.png --kernel sobel-x --padding 1 --pool average --f 3 --s 2 --out filtered.png");
    assert_int_equal(decode_file(&written, "filtered.png", NULL), 0);
    const cJSON *pooling = at(json, "pooling"), *gray = at(pooling, "gray");
    assert_int_equal(commands_number(pooling, "rows"), written.rows);
    assert_int_equal(commands_number(pooling, "cols"), written.cols);
    assert_int_equal(cJSON_GetArraySize(gray), written.rows * written.cols);
    for (int i = 0; i < written.rows * written.cols; i++)
        assert_int_equal(cJSON_GetArrayItem(gray, i)->valueint, written.gray[i]);
    picture_free(&written);
    cJSON_Delete(json);
}

static void model_shows_the_table_that_summary_prints(void **state)
{
    (void)state;
    cJSON *served = http_get(server.port, "/model"), *said = commands_json("summary --model model.json --json");
    assert_same(at(served, "network"), said);
    assert_int_equal(strlen(commands_text(served, "digest")), 64);
    cJSON_Delete(served);
    cJSON_Delete(said);
    served = http_get(server.port, "/healthz");
    assert_string_equal(commands_text(served, "status"), "ok");
    cJSON_Delete(served);
}

/* ---- The page ---- */

static void assert_served(const char *path, const char *type)
{
    char line[256], found[256];
    snprintf(line, sizeof line, "GET %s", path);
    struct http_answer answer = http_ask(server.port, line, "", NULL, 0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(http_header(found, &answer, "Content-Type"), type);
    assert_true(answer.size > 100);
    assert_null(strstr(answer.body, "https://")); /* nothing from elsewhere */
    http_free(&answer);
}

static void the_page_and_all_that_it_names_come_from_the_server(void **state)
{
    (void)state;
    int named = 0;
    struct http_answer page = http_ask(server.port, "GET /", "", NULL, 0);
    assert_int_equal(page.status, 200);
    for (const char *next = page.body; (next = strpbrk(next, "\"")) != NULL;) {
        char path[128], *end = strchr(++next, '"');
        const int is_named =
            end != NULL && (strncmp(next - 6, "href=\"", 6) == 0 || strncmp(next - 5, "src=\"", 5) == 0);
        assert_non_null(end);
        snprintf(path, sizeof path, "%.*s", (int)(end - next), next);
        next = end + 1;
        if (!is_named || path[0] == '#')
            continue;
        const char *dot = strrchr(path, '.');
        assert_served(path, strcmp(dot, ".css") == 0   ? "text/css; charset=utf-8"
                            : strcmp(dot, ".svg") == 0 ? "image/svg+xml"
                                                       : "text/javascript; charset=utf-8");
        named++;
    }
    assert_true(named >= 3);
    http_free(&page);
}

static void every_answer_says_how_it_may_be_used(void **state)
{
    (void)state;
    static const char *const lines[] = {"GET /", "GET /model", "GET /nothing", "POST /classify", "OPTIONS /model"};
    char value[256];
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct http_answer answer = http_ask(server.port, lines[i], "", NULL, 0);
        assert_string_equal(http_header(value, &answer, "X-Content-Type-Options"), "nosniff");
        assert_string_equal(http_header(value, &answer, "Cross-Origin-Resource-Policy"), "same-origin");
        assert_non_null(strstr(http_header(value, &answer, "Content-Security-Policy"), "default-src 'none'"));
        assert_null(strstr(value, "unsafe"));
        assert_string_equal(http_header(value, &answer, "Access-Control-Allow-Origin"), "");
        http_free(&answer);
    }
}

/* ---- Connections ---- */

static void head_gives_the_headers_of_get_alone(void **state)
{
    (void)state;
    char of_get[256], of_head[256];
    struct http_answer get = http_ask(server.port, "GET /model", "", NULL, 0);
    struct http_answer head = http_ask(server.port, "HEAD /model", "", NULL, 0);
    assert_int_equal(head.status, 200);
    assert_string_equal(http_header(of_head, &head, "Content-Length"), http_header(of_get, &get, "Content-Length"));
    http_free(&get);
    http_free(&head);
}

static void one_connection_carries_many_requests(void **state)
{
    (void)state;
    const int connection = http_connect(server.port);
    for (int i = 0; i < 3; i++)
        http_say(connection, "GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n", i == 1 ? "nothing" : "healthz");
    for (int i = 0; i < 3; i++) {
        struct http_answer answer = http_receive(connection, 0);
        assert_int_equal(answer.status, i == 1 ? 404 : 200);
        http_free(&answer);
    }
    close(connection);
}

/* ---- Start and end ---- */

static void both_signals_end_it_with_status_0(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct http_server other = http_start("--model model.json --threads 1");
        assert_int_equal(http_stop(&other, i == 0 ? SIGTERM : SIGINT), 0);
    }
}

static void a_request_under_way_is_answered_before_it_ends(void **state)
{
    (void)state;
    int status;
    const struct timespec moment = {.tv_nsec = 300000000};
    const struct http_server other = http_start("--model model.json --threads 1");
    const int connection = http_connect(other.port);
    char *bytes = commands_file("three.png");
    FILE *file = fopen("three.png", "rb");
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const size_t size = (size_t)ftell(file);
    fclose(file);
    http_say(connection,
             "POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nExpect: 100-continue\r\n"
             "Content-Length: %zu\r\n\r\n",
             size);
    struct http_answer go_on = http_receive(connection, 1);
    assert_int_equal(go_on.status, 100);
    assert_int_equal(kill(other.process, SIGTERM), 0);
    http_send(connection, bytes, 20);
    nanosleep(&moment, NULL); /* it has heard the signal by now */
    http_send(connection, bytes + 20, size - 20);
    struct http_answer answer = http_receive(connection, 0);
    assert_int_equal(answer.status, 200);
    assert_int_equal(waitpid(other.process, &status, 0), other.process);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(connection);
    free(bytes);
    http_free(&go_on);
    http_free(&answer);
}

static void a_port_that_is_taken_and_a_host_that_is_none_are_refused(void **state)
{
    (void)state;
    char sentence[256];
    snprintf(sentence, sizeof sentence,
             "cannot listen at 127.0.0.1, port %d: Address already in use: use another --port, or --port 0 for a free "
             "one",
             server.port);
    commands_refused(1, sentence, "serve --model model.json --threads 1 --port %d", server.port);
    struct program_run run = program("serve --model model.json --threads 1 --port 0 --host nowhere.invalid");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "--host nowhere.invalid is no address of this machine"));
    program_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classify_answers_as_the_command_does),
        cmocka_unit_test(an_answer_below_what_the_calibration_asks_for_is_not_sure),
        cmocka_unit_test(a_blank_picture_is_answered_by_no_digit),
        cmocka_unit_test(read_answers_as_the_command_does),
        cmocka_unit_test(explain_gives_every_layer_of_the_walk_exactly),
        cmocka_unit_test(filter_gives_the_picture_that_the_command_writes),
        cmocka_unit_test(model_shows_the_table_that_summary_prints),
        cmocka_unit_test(the_page_and_all_that_it_names_come_from_the_server),
        cmocka_unit_test(every_answer_says_how_it_may_be_used),
        cmocka_unit_test(head_gives_the_headers_of_get_alone),
        cmocka_unit_test(one_connection_carries_many_requests),
        cmocka_unit_test(both_signals_end_it_with_status_0),
        cmocka_unit_test(a_request_under_way_is_answered_before_it_ends),
        cmocka_unit_test(a_port_that_is_taken_and_a_host_that_is_none_are_refused),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
