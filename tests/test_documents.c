/* The documents: the pictures that they show are there, and the README's are those that the scripts make. */
#define _XOPEN_SOURCE 700
#include <libgen.h>
#include <limits.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "image/decode.h"

/* ---- What is shown ---- */

struct shown {
    char document[PATH_MAX], alt[512], path[512]; /* the path as the document writes it, from its own folder */
};

/* Calls `check` with each picture of a document, "![ALT](PATH)"; gives their number. */
static int each_picture(const char *document, void (*check)(const struct shown *))
{
    regex_t picture;
    regmatch_t parts[3];
    int count = 0;
    char *text = commands_file(document);
    assert_int_equal(regcomp(&picture, "!\\[([^]]*)\\]\\(([^) ]*)\\)", REG_EXTENDED), 0);
    if (strstr(text, "<img") != NULL)
        fail_msg("%s shows a picture by <img: write ![...](...), which is looked at here", document);
    for (const char *at = text; regexec(&picture, at, 3, parts, 0) == 0; at += parts[0].rm_eo) {
        struct shown shown;
        snprintf(shown.document, sizeof shown.document, "%s", document);
        snprintf(shown.alt, sizeof shown.alt, "%.*s", (int)(parts[1].rm_eo - parts[1].rm_so), at + parts[1].rm_so);
        snprintf(shown.path, sizeof shown.path, "%.*s", (int)(parts[2].rm_eo - parts[2].rm_so), at + parts[2].rm_so);
        check(&shown);
        count++;
    }
    regfree(&picture);
    free(text);
    return count;
}

/* ---- It is there ---- */

static void assert_is_picture(const char *path)
{
    const char *ending = strrchr(path, '.');
    struct picture picture;
    struct error err = {0};
    if (ending != NULL && strcmp(ending, ".svg") == 0) {
        char *text = commands_file(path);
        assert_memory_equal(text, "<svg ", 5);
        assert_non_null(strstr(text, "\n</svg>\n"));
        free(text);
        return;
    }
    if (decode_file(&picture, path, &err) != 0)
        fail_msg("%s", err.text);
    picture_free(&picture);
}

static void check_there(const struct shown *shown)
{
    char document[PATH_MAX], path[2 * PATH_MAX];
    strcpy(document, shown->document);
    snprintf(path, sizeof path, "%s/%s", dirname(document), shown->path);
    if (shown->alt[0] == '\0')
        fail_msg("%s shows %s without words for who cannot see it", shown->document, shown->path);
    assert_is_picture(path);
}

static void every_picture_that_a_document_shows_is_there_and_described(void **state)
{
    (void)state;
    char command[PATH_MAX + 128], document[PATH_MAX];
    int documents = 0, pictures = 0;
    snprintf(command, sizeof command, "find '%s' \\( -name build -o -name .git \\) -prune -o -name '*.md' -print",
             commands_repository());
    FILE *found = popen(command, "r");
    assert_non_null(found);
    while (fgets(document, sizeof document, found) != NULL) {
        document[strcspn(document, "\n")] = '\0';
        pictures += each_picture(document, check_there);
        documents++;
    }
    assert_int_equal(pclose(found), 0);
    assert_true(documents >= 4 && pictures >= 9);
}

/* ---- The scripts make it ---- */

static char *made; /* by make pictures: a line each */
static char *readme;

static void check_made(const struct shown *shown)
{
    char line[600];
    snprintf(line, sizeof line, "%s\n", shown->path);
    if (strncmp(shown->path, "data/samples/", 13) != 0 && strcmp(shown->path, "data/sheet.png") != 0 &&
        strstr(made, line) == NULL)
        fail_msg("README.md shows %s, which neither make samples nor make pictures makes", shown->path);
}

static void what_the_readme_shows_is_made_and_what_is_made_is_shown(void **state)
{
    (void)state;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "'%s/scripts/draw-pictures' --list > made", commands_repository());
    commands_shell(path);
    made = commands_file("made");
    snprintf(path, sizeof path, "%s/README.md", commands_repository());
    assert_true(each_picture(path, check_made) > 4);
    readme = commands_file(path);
    for (char *line = strtok(made, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char link[600];
        snprintf(link, sizeof link, "](%s)", line);
        if (strstr(readme, link) == NULL)
            fail_msg("make pictures makes %s, and README.md does not show it", line);
    }
    free(readme);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_picture_that_a_document_shows_is_there_and_described),
        cmocka_unit_test(what_the_readme_shows_is_made_and_what_is_made_is_shown),
    };
    return cmocka_run_group_tests(tests, commands_arrive, commands_leave);
}
