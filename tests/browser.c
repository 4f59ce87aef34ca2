#define _GNU_SOURCE
#include "browser.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands.h"
#include "http.h"
#include "image/decode.h"
#include "support.h"

#define ELEMENT "element-6066-11e4-a52e-4f735466cecf" /* the key that WebDriver gives elements */

void browser_need(void)
{
    if (system("command -v chromedriver > /dev/null && command -v chromium > /dev/null") == 0)
        return;
    print_message("SKIPPED: there is no chromium with chromedriver here (scripts/setup --browser installs them)\n");
    skip();
}

/* ---- WebDriver ---- */

/* Gives the value of the answer, deleted by the caller; takes over `data`, NULL for none. */
static cJSON *command(const struct browser *browser, const char *method, const char *path, cJSON *data)
{
    char line[512];
    char *body = data != NULL ? cJSON_PrintUnformatted(data) : NULL;
    snprintf(line, sizeof line, "%s %s%s", method, browser->session, path);
    struct http_answer answer =
        http_ask(browser->port, line, "Content-Type: application/json\r\n", body, body != NULL ? strlen(body) : 0);
    cJSON *json = cJSON_Parse(answer.body), *value = cJSON_DetachItemFromObject(json, "value");
    if (answer.status != 200)
        fail_msg("the browser refused %s %.200s: %.500s", line, body, answer.body);
    cJSON_Delete(json);
    cJSON_Delete(data);
    cJSON_free(body);
    http_free(&answer);
    return value;
}

static void post(const struct browser *browser, const char *path, cJSON *data)
{
    cJSON_Delete(command(browser, "POST", path, data));
}

/* A command of Chromium's own protocol. */
static cJSON *devtools(const struct browser *browser, const char *name, const char *parameters)
{
    cJSON *data = cJSON_CreateObject();
    cJSON_AddStringToObject(data, "cmd", name);
    cJSON_AddItemToObject(data, "params", cJSON_Parse(parameters));
    return command(browser, "POST", "/goog/cdp/execute", data);
}

static void become_driver(int out)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* which ends the browser too */
    if (dup2(out, STDOUT_FILENO) >= 0)
        execlp("chromedriver", "chromedriver", "--port=0", (char *)NULL);
    _exit(127);
}

static void start_driver(struct browser *browser)
{
    int pipes[2];
    char line[512];
    assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
    fflush(NULL);
    browser->driver = fork();
    assert_true(browser->driver >= 0);
    if (browser->driver == 0)
        become_driver(pipes[1]);
    close(pipes[1]);
    FILE *said = fdopen(pipes[0], "r");
    assert_non_null(said);
    while (browser->port == 0 && fgets(line, sizeof line, said) != NULL) {
        const char *port = strstr(line, "started successfully on port ");
        if (port != NULL)
            sscanf(port, "started successfully on port %d", &browser->port);
    }
    fclose(said);
    assert_true(browser->port > 0);
}

struct browser browser_open(void)
{
    static const char *const arguments[] = {
        "--headless",
        "--hide-scrollbars",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    };
    struct browser browser = {0};
    char here[2048], profile[4096];
    start_driver(&browser);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(profile, sizeof profile, "--user-data-dir=%s/profile", here);
    cJSON *wish = cJSON_Parse("{\"capabilities\":{\"alwaysMatch\":{\"goog:loggingPrefs\":{\"browser\":\"ALL\"},"
                              "\"goog:chromeOptions\":{}}}}");
    cJSON *match = cJSON_GetObjectItem(cJSON_GetObjectItem(wish, "capabilities"), "alwaysMatch");
    cJSON *args = cJSON_AddArrayToObject(cJSON_GetObjectItem(match, "goog:chromeOptions"), "args");
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++)
        cJSON_AddItemToArray(args, cJSON_CreateString(arguments[i]));
    cJSON_AddItemToArray(args, cJSON_CreateString(profile));
    cJSON *session = command(&browser, "POST", "/session", wish);
    snprintf(browser.session, sizeof browser.session, "/session/%s", commands_text(session, "sessionId"));
    cJSON_Delete(session);
    return browser;
}

void browser_close(struct browser *browser)
{
    cJSON_Delete(command(browser, "DELETE", "", NULL));
    kill(browser->driver, SIGTERM);
    waitpid(browser->driver, NULL, 0);
    *browser = (struct browser){0};
}

/* What has been put into it since the last call. */
static cJSON *console(const struct browser *browser)
{
    return command(browser, "POST", "/se/log", cJSON_Parse("{\"type\":\"browser\"}"));
}

/* ---- What a person does ---- */

static void set_media(const struct browser *browser, const char *media, const char *scheme)
{
    char text[256];
    snprintf(text, sizeof text,
             "{\"media\":\"%s\",\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}", media, scheme);
    cJSON_Delete(devtools(browser, "Emulation.setEmulatedMedia", text));
}

void browser_look(const struct browser *browser, int width, int height, const char *scheme)
{
    char text[256];
    snprintf(text, sizeof text, "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":%s}", width, height,
             width < 500 ? "true" : "false");
    cJSON_Delete(devtools(browser, "Emulation.setDeviceMetricsOverride", text));
    set_media(browser, "", scheme);
}

void browser_look_printed(const struct browser *browser, const char *scheme)
{
    set_media(browser, "print", scheme);
}

void browser_go(const struct browser *browser, const char *url)
{
    cJSON *data = cJSON_CreateObject();
    cJSON_AddStringToObject(data, "url", url);
    cJSON_Delete(console(browser)); /* what an earlier page said */
    post(browser, "/url", data);
}

cJSON *browser_run(const struct browser *browser, const char *script)
{
    cJSON *data = cJSON_CreateObject();
    cJSON_AddStringToObject(data, "script", script);
    cJSON_AddArrayToObject(data, "args");
    return command(browser, "POST", "/execute/sync", data);
}

double browser_number(const struct browser *browser, const char *script)
{
    cJSON *value = browser_run(browser, script);
    if (!cJSON_IsNumber(value))
        fail_msg("%s gave no number", script);
    const double found = value->valuedouble;
    cJSON_Delete(value);
    return found;
}

void browser_wait(const struct browser *browser, const char *script)
{
    const struct timespec moment = {.tv_nsec = 50000000};
    for (int i = 0; i < 400; i++) {
        cJSON *value = browser_run(browser, script);
        const int is_true = cJSON_IsTrue(value);
        cJSON_Delete(value);
        if (is_true)
            return;
        nanosleep(&moment, NULL);
    }
    fail_msg("it never came true: %s", script);
}

static void add_move(cJSON *actions, int x, int y, int milliseconds)
{
    cJSON *move = cJSON_CreateObject();
    cJSON_AddStringToObject(move, "type", "pointerMove");
    cJSON_AddNumberToObject(move, "duration", milliseconds);
    cJSON_AddNumberToObject(move, "x", x);
    cJSON_AddNumberToObject(move, "y", y);
    cJSON_AddItemToArray(actions, move);
}

/* One device, "pointer" or "key", and what it does. */
static cJSON *act(cJSON **actions, const char *type)
{
    cJSON *data = cJSON_CreateObject(), *device = cJSON_CreateObject();
    cJSON_AddStringToObject(device, "type", type);
    cJSON_AddStringToObject(device, "id", type);
    *actions = cJSON_AddArrayToObject(device, "actions");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(data, "actions"), device);
    return data;
}

void browser_draw(const struct browser *browser, const char *id, const int (*points)[2], int count)
{
    char script[256];
    snprintf(script, sizeof script,
             "const e = document.getElementById('%s'); e.scrollIntoView(); const b = e.getBoundingClientRect(); "
             "return [b.left, b.top, b.width]",
             id);
    cJSON *box = browser_run(browser, script), *actions, *data = act(&actions, "pointer");
    const double left = cJSON_GetArrayItem(box, 0)->valuedouble, top = cJSON_GetArrayItem(box, 1)->valuedouble;
    const double scale = cJSON_GetArrayItem(box, 2)->valuedouble / 1000;
    for (int i = 0; i < count; i++) {
        add_move(actions, (int)(left + points[i][0] * scale), (int)(top + points[i][1] * scale), i > 0 ? 15 : 0);
        if (i == 0)
            cJSON_AddItemToArray(actions, cJSON_Parse("{\"type\":\"pointerDown\",\"button\":0}"));
    }
    cJSON_AddItemToArray(actions, cJSON_Parse("{\"type\":\"pointerUp\",\"button\":0}"));
    post(browser, "/actions", data);
    cJSON_Delete(box);
}

void browser_type(const struct browser *browser, const int *keys, int count)
{
    cJSON *actions, *data = act(&actions, "key");
    for (int i = 0; i < 2 * count; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"type\":\"key%s\",\"value\":\"\\u%04x\"}", i % 2 == 0 ? "Down" : "Up",
                 (unsigned)keys[i / 2]);
        cJSON_AddItemToArray(actions, cJSON_Parse(text));
    }
    post(browser, "/actions", data);
}

void browser_choose(const struct browser *browser, const char *id, const char *path)
{
    char selector[128], where[256];
    cJSON *data = cJSON_CreateObject();
    snprintf(selector, sizeof selector, "#%s", id);
    cJSON_AddStringToObject(data, "using", "css selector");
    cJSON_AddStringToObject(data, "value", selector);
    cJSON *element = command(browser, "POST", "/element", data);
    snprintf(where, sizeof where, "/element/%s/value", commands_text(element, ELEMENT));
    data = cJSON_CreateObject();
    cJSON_AddStringToObject(data, "text", path);
    post(browser, where, data);
    cJSON_Delete(element);
}

/* ---- What a person sees ---- */

/* In place; gives the size. */
static size_t decode_base64(char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = 0;
    unsigned bits = 0;
    int count = 0;
    for (const char *c = text; *c != '\0' && *c != '='; c++) {
        const char *digit = strchr(digits, *c);
        assert_non_null(digit);
        bits = bits << 6 | (unsigned)(digit - digits);
        count += 6;
        if (count < 8)
            continue;
        count -= 8;
        text[size++] = (char)(bits >> count & 0xff);
    }
    return size;
}

static void capture(const struct browser *browser, const char *path, const char *parameters)
{
    cJSON *shot = devtools(browser, "Page.captureScreenshot", parameters);
    char *text = cJSON_GetObjectItem(shot, "data")->valuestring;
    const size_t size = decode_base64(text);
    support_write(path, text, size);
    cJSON_Delete(shot);
}

/* As its header says: a large picture is shrunk when it is decoded. */
static int png_width(const char *path)
{
    char *bytes = commands_file(path);
    const unsigned char *at = (const unsigned char *)bytes + 16;
    const int width = at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
    free(bytes);
    return width;
}

static double mean_gray(const char *path)
{
    struct picture picture;
    struct error err = {0};
    double sum = 0;
    if (decode_file(&picture, path, &err) != 0)
        fail_msg("%s", err.text);
    const int count = picture.rows * picture.cols;
    for (int i = 0; i < count; i++)
        sum += picture.gray[i];
    picture_free(&picture);
    return sum / count;
}

const char *browser_screenshots(void)
{
    static char folder[4096];
    snprintf(folder, sizeof folder, "%s", getenv("LENET5"));
    strcpy(strrchr(folder, '/'), "/screenshots");
    mkdir(folder, 0777);
    return folder;
}

void browser_photograph(const struct browser *browser, const char *path, int width, const char *scheme)
{
    const int full = (int)browser_number(browser, "return document.documentElement.scrollWidth");
    if (full > width)
        fail_msg("%s: the page is %d wide", path, full);
    capture(browser, path, "{\"format\":\"png\",\"captureBeyondViewport\":true}");
    assert_int_equal(png_width(path), width);
    const double gray = mean_gray(path);
    if (strcmp(scheme, "dark") == 0 ? gray > 80 : gray < 190)
        fail_msg("%s: the mean gray is %.1f", path, gray);
}

void browser_photograph_top(const struct browser *browser, const char *path, const char *last, double scale)
{
    enum { MARGIN = 8 };
    char text[512];
    snprintf(text, sizeof text, "return document.querySelector('%s').getBoundingClientRect().bottom + scrollY", last);
    const double height = MARGIN + browser_number(browser, text);
    const double width = browser_number(browser, "return document.documentElement.clientWidth");
    snprintf(text, sizeof text,
             "{\"format\":\"png\",\"captureBeyondViewport\":true,"
             "\"clip\":{\"x\":0,\"y\":0,\"width\":%.0f,\"height\":%.0f,\"scale\":%g}}",
             width, height, scale);
    capture(browser, path, text);
}

char *browser_print(const struct browser *browser, size_t *size, const char *path)
{
    cJSON *pdf = command(browser, "POST", "/print", cJSON_Parse("{\"page\":{\"width\":21,\"height\":29.7}}"));
    char *bytes = strdup(pdf->valuestring);
    assert_non_null(bytes);
    *size = decode_base64(bytes);
    support_write(path, bytes, *size);
    cJSON_Delete(pdf);
    return bytes;
}

void browser_assert_quiet(const struct browser *browser)
{
    cJSON *lines = console(browser);
    if (cJSON_GetArraySize(lines) > 0)
        fail_msg("the console says: %s", commands_text(cJSON_GetArrayItem(lines, 0), "message"));
    cJSON_Delete(lines);
}
