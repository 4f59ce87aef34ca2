/* The house keeps its own rules: src/floors says who may include whom and use what; and files stay short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "floors.h"

enum { LINES_AT_MOST = 450 };

/* "nn/conv.c" gives "nn", "main.c" gives "main". */
static void floor_of(char out[128], const char *path)
{
    snprintf(out, 128, "%.*s", (int)strcspn(path, "/."), path);
}

/* Calls `check` with the name in each #include that has `open` before it, a quote or an angle bracket. */
static void each_include(char open, void (*check)(const struct floors_file *, const char *))
{
    for (int i = 0; i < floors_file_count; i++)
        for (const char *line = floors_files[i].text; *line != '\0'; line += strcspn(line, "\n") + 1) {
            char mark, included[128];
            if (sscanf(line, " # include %c%127[^\">]", &mark, included) == 2 && mark == open)
                check(&floors_files[i], included);
            if (strchr(line, '\n') == NULL)
                break;
        }
}

static void check_edge(const struct floors_file *file, const char *included)
{
    char from[128], to[128];
    floor_of(from, file->path);
    floor_of(to, included);
    for (int i = 0; i < floors_file_count; i++)
        if (strcmp(floors_files[i].path, included) == 0) {
            struct floors_rule *rule = floors_find("floor", from);
            if (strcmp(from, to) != 0 && !floors_allow(rule, to))
                fail_msg("src/%s includes \"%s\", and src/floors does not let %s include %s", file->path, included,
                         from, to);
            return;
        }
    fail_msg("src/%s includes \"%s\", and there is no such file in src", file->path, included);
}

static void a_floor_includes_itself_and_what_src_floors_allows_and_needs_it_all(void **state)
{
    (void)state;
    each_include('"', check_edge);
    floors_assert_used("floor");
}

static void floors_lead_downwards_only(void **state)
{
    (void)state;
    for (int i = 0; i < floors_rule_count; i++)
        for (int w = 0; strcmp(floors_rules[i].kind, "floor") == 0 && floors_rules[i].who[w] != NULL; w++) {
            const struct floors_rule *lower = floors_find("floor", floors_rules[i].who[w]);
            if (lower == NULL || lower >= &floors_rules[i])
                fail_msg("src/floors: %s stands above %s, which may not include it", floors_rules[i].who[w],
                         floors_rules[i].subjects[0]);
        }
}

static void check_header(const struct floors_file *file, const char *included)
{
    char floor[128];
    struct floors_rule *rule = floors_find("header", included);
    floor_of(floor, file->path);
    const bool by_floor = floors_allow(rule, floor), by_file = floors_allow(rule, file->path),
               by_all = floors_allow(rule, "all");
    if (!by_floor && !by_file && !by_all)
        fail_msg("src/%s includes <%s>, and src/floors does not let it", file->path, included);
}

static void a_system_header_is_included_only_where_src_floors_allows_it(void **state)
{
    (void)state;
    each_include('<', check_header);
    floors_assert_used("header");
}

static void nn_and_fast_may_not_include_what_reads_or_writes(void **state)
{
    (void)state;
    const char *const refused[] = {"stdio.h", "fcntl.h", "unistd.h", "cjson/cJSON.h", "zlib.h", NULL};
    for (int i = 0; refused[i] != NULL; i++)
        for (int w = 0; floors_find("header", refused[i])->who[w] != NULL; w++) {
            char floor[128];
            floor_of(floor, floors_find("header", refused[i])->who[w]);
            if (strcmp(floor, "nn") == 0 || strcmp(floor, "fast") == 0 || strcmp(floor, "all") == 0)
                fail_msg("src/floors lets %s include <%s>", floor, refused[i]);
        }
}

static void only_base_files_opens_files_for_writing(void **state)
{
    (void)state;
    static const char *const words[] = {"O_WRONLY", "O_RDWR",  "O_CREAT", "fopen(",  "freopen(",
                                        "mkstemp",  "tmpfile", "creat(",  "rename(", NULL};
    for (int i = 0; i < floors_file_count; i++) {
        const struct floors_rule *writer = floors_find("writer", floors_files[i].path);
        int found = 0;
        for (int w = 0; words[w] != NULL; w++)
            for (const char *at = floors_files[i].text; (at = strstr(at, words[w])) != NULL; at++, found++)
                if (writer == NULL)
                    fail_msg("src/%s has %s, and src/floors does not name it as a writer", floors_files[i].path,
                             words[w]);
        if (writer != NULL && found == 0)
            fail_msg("src/floors names src/%s as a writer, and it is none", floors_files[i].path);
        if (strcmp(floors_files[i].path, "cli/output.c") == 0)
            assert_int_equal(found, 1); /* /dev/null */
    }
}

static void files_are_short_and_nothing_is_put_off(void **state)
{
    (void)state;
    for (int i = 0; i < floors_file_count; i++) {
        int lines = 0;
        for (const char *c = floors_files[i].text; *c != '\0'; c++)
            lines += *c == '\n';
        if (lines > LINES_AT_MOST)
            fail_msg("src/%s has %d lines: %d at most, so that it holds one idea", floors_files[i].path, lines,
                     LINES_AT_MOST);
        static const char *const put_off[] = {"TODO", "FIXME", "HACK", NULL};
        for (int w = 0; put_off[w] != NULL; w++)
            if (strstr(floors_files[i].text, put_off[w]) != NULL)
                fail_msg("src/%s has a %s", floors_files[i].path, put_off[w]);
    }
}

static void every_rule_is_of_a_kind_that_is_checked(void **state)
{
    (void)state;
    static const char *const kinds[] = {"floor", "header", "names", "writer", "hot"};
    for (int i = 0; i < floors_rule_count; i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            known |= strcmp(floors_rules[i].kind, kinds[k]) == 0;
        if (!known)
            fail_msg("src/floors: there is no rule \"%s\"", floors_rules[i].kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_floor_includes_itself_and_what_src_floors_allows_and_needs_it_all),
        cmocka_unit_test(floors_lead_downwards_only),
        cmocka_unit_test(a_system_header_is_included_only_where_src_floors_allows_it),
        cmocka_unit_test(nn_and_fast_may_not_include_what_reads_or_writes),
        cmocka_unit_test(only_base_files_opens_files_for_writing),
        cmocka_unit_test(files_are_short_and_nothing_is_put_off),
        cmocka_unit_test(every_rule_is_of_a_kind_that_is_checked),
    };
    return cmocka_run_group_tests(tests, floors_read, floors_free);
}
