/* Chromium without a window, driven by its chromedriver over HTTP (WebDriver), as a person would use a page: mouse,
 * keys, files. Debian has both; scripts/setup --browser installs them. */
#ifndef LENET5_TESTS_BROWSER_H
#define LENET5_TESTS_BROWSER_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <sys/types.h>

struct browser {
    pid_t driver;
    int port;
    char session[128]; /* "/session/ID" */
};

/* Skips the running test where a browser or its driver is missing. */
void browser_need(void);

/* With a profile of its own in the folder that the test stands in. */
struct browser browser_open(void);
void browser_close(struct browser *browser);

/* The page's width and height, and light or dark as the system says. */
void browser_look(const struct browser *browser, int width, int height, const char *scheme);
/* As it looks printed, from now on to the next browser_look(). */
void browser_look_printed(const struct browser *browser, const char *scheme);
/* Forgets what the console said until then, and keeps what it says while the page is loaded. */
void browser_go(const struct browser *browser, const char *url);

/* Runs JavaScript ("return ..."); the value is deleted by the caller. */
cJSON *browser_run(const struct browser *browser, const char *script);

/* The number that it gives. */
double browser_number(const struct browser *browser, const char *script);

/* Fails the test unless the script's value becomes true within 20 seconds. */
void browser_wait(const struct browser *browser, const char *script);

/* Draws with the mouse over the element with that id, points in shares of its width, both times 1000. */
void browser_draw(const struct browser *browser, const char *id, const int (*points)[2], int count);

/* Types into what has the focus: a character each, as WebDriver numbers the keys (0xe012 is the left arrow). */
void browser_type(const struct browser *browser, const int *keys, int count);

/* Chooses a file in the <input type=file> with that id. */
void browser_choose(const struct browser *browser, const char *id, const char *path);

/* The folder for photographs, which stays: the build folder's screenshots/, made where it is missing. */
const char *browser_screenshots(void);

/* The whole page as PNG. Fails the test where it is wider than the window or not as light or dark as `scheme` says. */
void browser_photograph(const struct browser *browser, const char *path, int width, const char *scheme);

/* The page from its top to the foot of the element that a CSS selector finds, each pixel as `scale` by `scale`. */
void browser_photograph_top(const struct browser *browser, const char *path, const char *last, double scale);

/* Prints the page on A4, as PDF: into a file, and *size bytes that the caller frees. */
char *browser_print(const struct browser *browser, size_t *size, const char *path);

/* Fails the test with the first line that the page or the browser put into the console since the last visit or call.
 */
void browser_assert_quiet(const struct browser *browser);

#endif
