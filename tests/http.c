#define _GNU_SOURCE
#include "http.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"

enum { SECONDS = 30, WORDS = 32 };

/* ---- The server ---- */

static void become_server(const char *arguments, int out)
{
    char line[1024], *words[WORDS] = {getenv("LENET5"), "serve", "--port", "0"};
    int count = 4;
    snprintf(line, sizeof line, "%s", arguments);
    for (char *word = strtok(line, " "); word != NULL && count < WORDS - 1; word = strtok(NULL, " "))
        words[count++] = word;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that crashes leaves no server behind */
    if (dup2(out, STDOUT_FILENO) >= 0)
        execv(words[0], words);
    _exit(127);
}

struct http_server http_start(const char *arguments)
{
    int pipes[2];
    char said[256] = "";
    size_t size = 0;
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    fflush(NULL);
    struct http_server server = {.process = fork()};
    assert_true(server.process >= 0);
    if (server.process == 0)
        become_server(arguments, pipes[1]);
    close(pipes[1]);
    for (ssize_t got = 1; got > 0 && strchr(said, '\n') == NULL && size < sizeof said - 1; size += (size_t)got)
        got = read(pipes[0], said + size, sizeof said - 1 - size);
    close(pipes[0]);
    const char *port = strrchr(said, ':');
    if (port == NULL || sscanf(port, ":%d/", &server.port) != 1)
        fail_msg("lenet5 serve %s said \"%s\"", arguments, said);
    return server;
}

int http_stop(const struct http_server *server, int signal)
{
    int status;
    assert_int_equal(kill(server->process, signal), 0);
    assert_int_equal(waitpid(server->process, &status, 0), server->process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- The client ---- */

int http_connect(int port)
{
    const struct timeval limit = {.tv_sec = SECONDS};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(connection >= 0);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(connection, (const struct sockaddr *)&at, sizeof at) != 0)
        fail_msg("nothing listens at port %d", port);
    return connection;
}

/* A server that has closed the connection is no failure here: what it said is still to be read. */
void http_send(int connection, const void *bytes, size_t size)
{
    const char *next = bytes;
    while (size > 0) {
        const ssize_t sent = send(connection, next, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        next += sent;
        size -= (size_t)sent;
    }
}

void http_say(int connection, const char *format, ...)
{
    char text[4096];
    va_list values;
    va_start(values, format);
    const int length = vsnprintf(text, sizeof text, format, values);
    va_end(values);
    assert_true(length >= 0 && (size_t)length < sizeof text);
    http_send(connection, text, (size_t)length);
}

static void receive_head(struct http_answer *answer, int connection)
{
    enum { HEAD = 16384 };
    size_t size = 0;
    answer->head = calloc(HEAD, 1);
    assert_non_null(answer->head);
    while (size < HEAD - 1 && strstr(answer->head, "\r\n\r\n") == NULL) {
        if (recv(connection, answer->head + size, 1, 0) <= 0)
            break;
        size++;
    }
    sscanf(answer->head, "HTTP/1.1 %d", &answer->status);
}

struct http_answer http_receive(int connection, int is_head)
{
    struct http_answer answer = {0};
    char length[256];
    receive_head(&answer, connection);
    answer.size = is_head ? 0 : strtoul(http_header(length, &answer, "Content-Length"), NULL, 10);
    answer.body = calloc(answer.size + 1, 1);
    assert_non_null(answer.body);
    for (size_t got = 0; got < answer.size;) {
        const ssize_t more = recv(connection, answer.body + got, answer.size - got, 0);
        if (more <= 0)
            fail_msg("only %zu of %zu bytes of an answer came", got, answer.size);
        got += (size_t)more;
    }
    return answer;
}

void http_free(struct http_answer *answer)
{
    free(answer->head);
    free(answer->body);
    *answer = (struct http_answer){0};
}

const char *http_header(char room[256], const struct http_answer *answer, const char *name)
{
    const size_t length = strlen(name);
    room[0] = '\0';
    for (const char *line = strstr(answer->head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
        const char *value = line + 2 + length + 1;
        if (strncasecmp(line + 2, name, length) != 0 || line[2 + length] != ':')
            continue;
        value += strspn(value, " ");
        snprintf(room, 256, "%.*s", (int)strcspn(value, "\r"), value);
    }
    return room;
}

struct http_answer http_ask(int port, const char *line, const char *headers, const void *body, size_t size)
{
    const int connection = http_connect(port);
    http_say(connection, "%s HTTP/1.1\r\n", line);
    if (strncasecmp(headers, "Host:", 5) != 0)
        http_say(connection, "Host: localhost:%d\r\n", port);
    if (body != NULL)
        http_say(connection, "Content-Length: %zu\r\n", size);
    http_say(connection, "%s\r\n", headers);
    http_send(connection, body, size);
    struct http_answer answer = http_receive(connection, strncmp(line, "HEAD ", 5) == 0);
    close(connection);
    return answer;
}

static cJSON *parse(struct http_answer *answer, int status)
{
    char type[256];
    if (answer->status != status)
        fail_msg("%d was expected, and it came %d: %s", status, answer->status, answer->body);
    assert_string_equal(http_header(type, answer, "Content-Type"), "application/json");
    cJSON *json = cJSON_Parse(answer->body);
    assert_true(cJSON_IsObject(json));
    http_free(answer);
    return json;
}

cJSON *http_post(int port, const char *path, const char *file, int status)
{
    char line[256];
    FILE *stream = fopen(file, "rb");
    assert_non_null(stream);
    assert_int_equal(fseek(stream, 0, SEEK_END), 0);
    const size_t size = (size_t)ftell(stream);
    char *bytes = commands_file(file);
    fclose(stream);
    snprintf(line, sizeof line, "POST %s", path);
    struct http_answer answer = http_ask(port, line, "Content-Type: image/png\r\n", bytes, size);
    free(bytes);
    return parse(&answer, status);
}

cJSON *http_get(int port, const char *path)
{
    char line[256];
    snprintf(line, sizeof line, "GET %s", path);
    struct http_answer answer = http_ask(port, line, "", NULL, 0);
    return parse(&answer, 200);
}
