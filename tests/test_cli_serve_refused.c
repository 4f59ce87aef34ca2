/* lenet5 serve: what it refuses, and that nothing sent to it wrongly brings it down, holds it up or stays in memory. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/rng.h"
#include "commands.h"
#include "digits.h"
#include "http.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define GROWTH (256 << 20) /* it keeps what was freed for a while, and finds leaks by itself */
#else
#define GROWTH (4 << 20)
#endif

#define PNG "Content-Type: image/png\r\n"

static struct http_server server;

static int arrive(void **state)
{
    unsigned char pixels[DIGITS_PIXELS];
    commands_arrive(state);
    commands_train("model.json");
    digits_image(pixels, DATASET_TRAIN, 3);
    digits_write_png("three.png", pixels);
    server = http_start("--model model.json --threads 2 --allow-origin https://a.example,https://b.example "
                        "--allow-host digits.example");
    return 0;
}

static int leave(void **state)
{
    assert_int_equal(http_stop(&server, SIGTERM), 0);
    return commands_leave(state);
}

/* Refused with this status and a sentence in JSON that has `part` in it. */
static void assert_refused(int status, const char *part, const char *line, const char *headers, const char *body)
{
    struct http_answer answer = http_ask(server.port, line, headers, body, body != NULL ? strlen(body) : 0);
    if (answer.status != status)
        fail_msg("%s was answered by %d, not by %d: %s", line, answer.status, status, answer.body);
    if (strncmp(line, "HEAD", 4) != 0) {
        cJSON *json = cJSON_Parse(answer.body);
        if (strstr(commands_text(json, "error"), part) == NULL)
            fail_msg("%s: %s", line, answer.body);
        cJSON_Delete(json);
    }
    http_free(&answer);
}

static void assert_status(int status, const char *line, const char *headers)
{
    struct http_answer answer = http_ask(server.port, line, headers, NULL, 0);
    if (answer.status != status)
        fail_msg("%s with %s was answered by %d, not by %d", line, headers, answer.status, status);
    http_free(&answer);
}

/* ---- Who asks ---- */

static void only_its_own_names_are_answered(void **state)
{
    (void)state;
    static const char *const own[] = {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:80", "digits.example"};
    static const char *const others[] = {"example.org",
                                         "localhost.example.org",
                                         "127.0.0.1.example.org",
                                         "10.0.0.1",
                                         "localhost:80x",
                                         "[::1",
                                         "[::2]",
                                         "",
                                         "a.example",
                                         "localhost, x"};
    char headers[128];
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        snprintf(headers, sizeof headers, "Host: %s\r\n", own[i]);
        assert_status(200, "GET /healthz", headers);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(headers, sizeof headers, "Host: %s\r\n", others[i]);
        assert_refused(421, "does not answer for the host", "GET /healthz", headers, NULL);
    }
    assert_status(400, "GET /healthz", "Host: localhost\r\nHost: localhost\r\n");
    assert_refused(421, "\"a?b\"", "GET /healthz",
                   "Host: a\xff"
                   "b\r\n",
                   NULL);
}

static void pages_from_elsewhere_are_not_answered(void **state)
{
    (void)state;
    static const char *const others[] = {"http://example.org", "null",           "http://localhost",
                                         "http://localhost:1", "localhost:8080", "https://a.example.org"};
    char headers[256], shared[256];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(headers, sizeof headers, "Host: localhost:8080\r\nOrigin: %s\r\n", others[i]);
        assert_refused(403, "may not ask", "POST /classify", headers, "x");
        assert_status(403, "OPTIONS /classify", headers);
    }
    struct http_answer own =
        http_ask(server.port, "GET /healthz", "Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n", NULL, 0);
    assert_int_equal(own.status, 200);
    assert_string_equal(http_header(shared, &own, "Access-Control-Allow-Origin"), "");
    http_free(&own);
}

static void pages_that_are_let_in_may_read_the_answer(void **state)
{
    (void)state;
    char value[256];
    struct http_answer answer = http_ask(server.port, "GET /healthz", "Origin: https://b.example\r\n", NULL, 0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(http_header(value, &answer, "Access-Control-Allow-Origin"), "https://b.example");
    assert_string_equal(http_header(value, &answer, "Vary"), "Origin");
    http_free(&answer);
    answer = http_ask(server.port, "OPTIONS /classify",
                      "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n", NULL, 0);
    assert_int_equal(answer.status, 204);
    assert_string_equal(http_header(value, &answer, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    assert_string_equal(http_header(value, &answer, "Access-Control-Allow-Headers"), "Content-Type");
    http_free(&answer);
}

/* ---- What is asked for ---- */

static void paths_and_methods_that_do_not_exist_are_told_apart(void **state)
{
    (void)state;
    char allow[256];
    assert_refused(404, "nothing at \"/Model\"", "GET /Model", "", NULL);
    assert_refused(404, "nothing at", "POST /classify/", PNG, "x");
    assert_refused(404, "nothing at", "GET /../model", "", NULL);
    assert_refused(404, "nothing at", "GET /%2e%2e/etc/passwd", "", NULL);
    assert_refused(405, "use POST", "GET /classify", "", NULL);
    assert_refused(405, "use GET, HEAD", "PUT /", "", "x");
    struct http_answer answer = http_ask(server.port, "DELETE /model", "", NULL, 0);
    assert_int_equal(answer.status, 405);
    assert_string_equal(http_header(allow, &answer, "Allow"), "GET, HEAD, OPTIONS");
    http_free(&answer);
}

static void a_wrong_query_is_named(void **state)
{
    (void)state;
    static const char picture[] = "P2 3 3 255 0 0 0 0 255 0 0 0 0";
    assert_refused(400, "top is \"11\": use 1 to 10", "POST /classify?top=11", PNG, picture);
    assert_refused(400, "top is \"-1\"", "POST /classify?top=-1", PNG, picture);
    assert_refused(400, "the nearest is blur", "POST /filter?kernel=blurr", PNG, picture);
    assert_refused(400, "pool is \"min\"", "POST /filter?pool=min", PNG, picture);
    assert_refused(400, "a 3x3 window does not fit", "POST /filter?pool=max&f=3", PNG, picture);
}

static void bodies_that_are_no_pictures_are_refused(void **state)
{
    (void)state;
    assert_refused(415, "a picture was expected", "POST /classify", "Content-Type: text/plain\r\n", "3");
    assert_refused(415, "a picture was expected", "POST /classify",
                   "Content-Type: application/x-www-form-urlencoded\r\n", "a=3");
    assert_refused(400, "the body is empty", "POST /classify", PNG, "");
    assert_refused(422, "is no picture that is known", "POST /explain", PNG, "hello");
    assert_refused(422, "the body: ", "POST /filter", "", "P5 100 100 255 ");
}

static void bodies_that_are_too_long_are_refused(void **state)
{
    (void)state;
    enum { PART = 65536, PARTS = 260 }; /* 17 MiB */
    char *part = calloc(PART, 1);
    const int announced = http_connect(server.port), chunked = http_connect(server.port);
    http_say(announced, "POST /classify HTTP/1.1\r\nHost: localhost\r\n" PNG "Content-Length: 16777217\r\n\r\n");
    struct http_answer answer = http_receive(announced, 0);
    assert_int_equal(answer.status, 413);
    http_free(&answer);
    http_say(chunked, "POST /classify HTTP/1.1\r\nHost: localhost\r\n" PNG "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < PARTS; i++) {
        http_say(chunked, "%x\r\n", PART);
        http_send(chunked, part, PART);
        http_say(chunked, "\r\n");
    }
    http_say(chunked, "0\r\n\r\n");
    answer = http_receive(chunked, 0);
    assert_int_equal(answer.status, 413);
    http_free(&answer);
    close(announced);
    close(chunked);
    free(part);
}

static void whoever_is_too_slow_is_cut_off_and_nobody_else(void **state)
{
    (void)state;
    const struct http_server hasty = http_start("--model model.json --threads 1 --patience 1");
    const int silent = http_connect(hasty.port), slow_head = http_connect(hasty.port),
              slow_body = http_connect(hasty.port);
    http_say(slow_head, "GET /healthz HTTP/1.1\r\nHost: local");
    http_say(slow_body, "POST /classify HTTP/1.1\r\nHost: localhost\r\n" PNG "Content-Length: 100\r\n\r\nP5");
    cJSON_Delete(http_post(hasty.port, "/classify", "three.png", 200));
    struct http_answer late = http_receive(slow_body, 0), none = http_receive(silent, 0);
    assert_int_equal(late.status, 408);
    assert_non_null(strstr(late.body, "took too long"));
    assert_int_equal(none.status, 0);
    http_free(&none);
    http_free(&late);
    late = http_receive(slow_head, 0);
    assert_int_equal(late.status, 408);
    http_free(&late);
    cJSON_Delete(http_get(hasty.port, "/healthz"));
    close(silent);
    close(slow_head);
    close(slow_body);
    assert_int_equal(http_stop(&hasty, SIGTERM), 0);
}

/* More than there are places for, and the patience is half a minute: when places are scarce it is less. */
static void connections_that_never_ask_leave_room_for_those_that_do(void **state)
{
    (void)state;
    enum { MORE = 600 };
    int idle[MORE];
    for (int i = 0; i < MORE; i++) {
        idle[i] = http_connect(server.port);
        http_say(idle[i], "GET /heal");
    }
    cJSON_Delete(http_get(server.port, "/healthz"));
    for (int i = 0; i < MORE; i++)
        close(idle[i]);
}

/* ---- All at once ---- */

/* Resident pages of the server. */
static long resident(void)
{
    char path[64];
    long all, pages;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)server.process);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &all, &pages), 2);
    fclose(file);
    return pages;
}

enum { KINDS = 7, SLOW = 50 };

/* Connections that never finish their headers; the oldest is left when another comes. */
static int slow[SLOW];

static void send_slowly(int round)
{
    int *connection = &slow[round / KINDS % SLOW];
    if (*connection > 0)
        close(*connection);
    *connection = http_connect(server.port);
    http_say(*connection, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
}

/* A request that is wrong in one of several ways, by its number. Where an answer is certain it has to come. */
static void send_wrongly(int round, struct rng *rng, const char *png)
{
    static const char head[] = "POST /explain HTTP/1.1\r\nHost: localhost\r\n" PNG;
    const int kind = round % KINDS;
    unsigned char noise[300];
    if (kind == 6) {
        send_slowly(round);
        return;
    }
    const int connection = http_connect(server.port);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)rng_below(rng, 256);
    if (kind == 0)
        http_send(connection, noise, sizeof noise);
    else if (kind == 1)
        http_say(connection, "%sContent-Length: 300\r\n\r\n", head);
    else if (kind == 2)
        http_say(connection, "%sContent-Length: 99999999999999999999\r\n\r\n", head);
    else if (kind == 3)
        http_say(connection, "%sTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", head);
    else if (kind == 4)
        http_say(connection, "GET /model HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    else
        http_say(connection, "%sContent-Length: 300\r\n\r\n%.8s", head, png);
    if (kind == 1)
        http_send(connection, noise, sizeof noise);
    if (kind == 5)
        http_send(connection, noise, sizeof noise - 8);
    if (kind == 1 || kind == 4 || kind == 5) {
        struct http_answer answer = http_receive(connection, 0);
        assert_int_equal(answer.status, kind == 4 ? 421 : 422);
        http_free(&answer);
    }
    close(connection);
}

/* scripts/http-abuse asks for more of them. */
static void wrong_requests_leave_it_answering_and_as_large_as_it_was(void **state)
{
    (void)state;
    enum { ROUNDS = 1400, PAGE = 4096 };
    const char *asked = getenv("HTTP_ABUSE");
    const int rounds = asked != NULL ? atoi(asked) : ROUNDS;
    struct rng rng = rng_make(7, RNG_SHUFFLE);
    char *png = commands_file("three.png");
    long before = 0;
    assert_true(rounds >= ROUNDS && rounds <= 100 * ROUNDS);
    for (int i = 0; i < rounds; i++) {
        if (i % (ROUNDS / 4) == 0)
            cJSON_Delete(http_post(server.port, "/explain", "three.png", 200));
        if (i == ROUNDS / 2) /* it has what memory it works with */
            before = resident();
        send_wrongly(i, &rng, png);
    }
    cJSON_Delete(http_post(server.port, "/explain", "three.png", 200));
    const long after = resident();
    print_message("%d wrong requests: %ld KiB before, %ld KiB after\n", rounds, before * PAGE / 1024,
                  after * PAGE / 1024);
    if ((after - before) * PAGE > GROWTH)
        fail_msg("it grew from %ld to %ld pages", before, after);
    for (int i = 0; i < SLOW; i++)
        close(slow[i]);
    free(png);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_its_own_names_are_answered),
        cmocka_unit_test(pages_from_elsewhere_are_not_answered),
        cmocka_unit_test(pages_that_are_let_in_may_read_the_answer),
        cmocka_unit_test(paths_and_methods_that_do_not_exist_are_told_apart),
        cmocka_unit_test(a_wrong_query_is_named),
        cmocka_unit_test(bodies_that_are_no_pictures_are_refused),
        cmocka_unit_test(bodies_that_are_too_long_are_refused),
        cmocka_unit_test(whoever_is_too_slow_is_cut_off_and_nobody_else),
        cmocka_unit_test(connections_that_never_ask_leave_room_for_those_that_do),
        cmocka_unit_test(wrong_requests_leave_it_answering_and_as_large_as_it_was),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
