/* lenet5 serve under test, and a client for it that sends exactly what it is told to, right or wrong. Nothing waits for
 * ever: whoever gets no answer for 30 seconds fails the test. */
#ifndef LENET5_TESTS_HTTP_H
#define LENET5_TESTS_HTTP_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <sys/types.h>

struct http_server {
    pid_t process;
    int port;
};

/* Starts `lenet5 serve --port 0 ARGUMENTS` (words parted by blanks) and waits until it says where it listens. */
struct http_server http_start(const char *arguments);

/* Sends the signal and gives the exit status; 128 + N when signal N ended it. */
int http_stop(const struct http_server *server, int signal);

/* ---- The client ---- */

int http_connect(int port);
void http_send(int connection, const void *bytes, size_t size);
void http_say(int connection, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct http_answer {
    int status; /* 0 where the connection was closed without one */
    char *head; /* status line and headers; released by http_free() */
    char *body;
    size_t size;
};

/* Reads one answer; the connection stays open. `is_head`: it has no body, whatever its Content-Length says. */
struct http_answer http_receive(int connection, int is_head);
void http_free(struct http_answer *answer);

/* The value of a header in `room`, "" where it is missing. */
const char *http_header(char room[256], const struct http_answer *answer, const char *name);

/* One request on a connection of its own: "GET /model", more headers, each with its \r\n, or "", and a body. Host is
 * sent unless `headers` has one. */
struct http_answer http_ask(int port, const char *line, const char *headers, const void *body, size_t size);

/* The same with a picture from a file as image/png, which has to be answered with `status`; deleted by the caller. */
cJSON *http_post(int port, const char *path, const char *file, int status);

/* GET, answered by 200 and JSON. */
cJSON *http_get(int port, const char *path);

#endif
