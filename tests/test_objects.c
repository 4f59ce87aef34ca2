/* What the objects say of themselves when nm asks them: src/floors has the rules. Objects lie beside the program. */
#define _XOPEN_SOURCE 700
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "floors.h"

enum { NAMES = 8192 };

/* A name that an object defines or lacks. */
struct name {
    char file[128]; /* below src and without .c: "nn/conv"; kernels come in several objects of the same file */
    char type;      /* nm's letter, U: undefined */
    char name[128];
};

static struct name names[NAMES];
static int name_count;

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* A build folder may still hold the object of a file that was renamed since. */
static bool is_in_src(const char *file)
{
    for (int i = 0; i < floors_file_count; i++)
        if (starts_with(floors_files[i].path, file) && strcmp(floors_files[i].path + strlen(file), ".c") == 0)
            return true;
    return false;
}

static void read_objects(void)
{
    char command[4096], line[512];
    const char *program = getenv("LENET5") != NULL ? getenv("LENET5") : "build/lenet5";
    snprintf(command, sizeof command,
             "cd \"$(dirname '%s')/obj\" && find . -name '*.o' -exec nm -gA {} + | "
             "sed -n 's|^\\./\\([^.:]*\\)[^:]*:[0-9a-f ]* \\([A-Z]\\) \\([^ ]*\\)$|\\1 \\2 \\3|p'",
             program);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list) != NULL) {
        assert_true(name_count < NAMES);
        struct name *name = &names[name_count];
        assert_int_equal(sscanf(line, "%127s %c %127s", name->file, &name->type, name->name), 3);
        name_count += is_in_src(name->file);
    }
    assert_int_equal(pclose(list), 0);
    assert_true(name_count > 500);
}

static int read_all(void **state)
{
    floors_read(state);
    read_objects();
    return 0;
}

/* Undefined names of the files that `is_meant` picks must not be among `refused`. */
static void assert_lacks(bool (*is_meant)(const char *file), const char *const *refused)
{
    int found = 0;
    for (int i = 0; i < name_count; i++) {
        if (!is_meant(names[i].file))
            continue;
        found++;
        for (int r = 0; names[i].type == 'U' && refused[r] != NULL; r++) {
            char checked[64];
            snprintf(checked, sizeof checked, "__%s_chk", refused[r]); /* as fortified builds call it */
            if (strcmp(names[i].name, refused[r]) == 0 || strcmp(names[i].name, checked) == 0)
                fail_msg("src/%s.c uses %s", names[i].file, refused[r]);
        }
    }
    assert_true(found > 0);
}

static bool is_outside_cli(const char *file)
{
    return !starts_with(file, "cli/") && strcmp(file, "main") != 0;
}

static void only_cli_prints_or_ends_the_program(void **state)
{
    (void)state;
    static const char *const refused[] = {"printf",   "puts",    "putchar",       "putc",   "fprintf",
                                          "fputs",    "fputc",   "fwrite",        "perror", "vprintf",
                                          "vfprintf", "dprintf", "stdout",        "stderr", "exit",
                                          "_exit",    "abort",   "__assert_fail", "syslog", "putchar_unlocked",
                                          NULL};
    assert_lacks(is_outside_cli, refused);
}

/* "nn/conv" is a file, "fast/kernels/" are all in that folder. */
static bool is_named(const char *file, const char *subject)
{
    const size_t length = strlen(subject);
    return subject[length - 1] == '/' ? starts_with(file, subject) : strcmp(file, subject) == 0;
}

static const struct floors_rule *hot(void)
{
    const struct floors_rule *rule = floors_find("hot", "nn/conv");
    assert_non_null(rule);
    return rule;
}

static bool is_hot(const char *file)
{
    for (int w = 0; hot()->subjects[w] != NULL; w++)
        if (is_named(file, hot()->subjects[w]))
            return true;
    return false;
}

static void forward_and_backward_never_allocate(void **state)
{
    (void)state;
    static const char *const refused[] = {"malloc",         "calloc",   "realloc", "free",   "aligned_alloc",
                                          "posix_memalign", "memalign", "strdup",  "getenv", "fopen",
                                          "open",           "read",     "write",   NULL};
    assert_lacks(is_hot, refused);
}

static void everything_that_is_hot_is_there(void **state)
{
    (void)state;
    for (int w = 0; hot()->subjects[w] != NULL; w++) {
        bool found = false;
        for (int i = 0; i < name_count; i++)
            found |= is_named(names[i].file, hot()->subjects[w]);
        if (!found)
            fail_msg("src/floors: there is no %s", hot()->subjects[w]);
    }
}

/* Whether `name` is PREFIX or PREFIX_something. */
static bool belongs_to(const char *name, const char *prefix)
{
    const size_t length = strlen(prefix);
    return starts_with(name, prefix) && (name[length] == '\0' || name[length] == '_');
}

static void exported_names_begin_with_their_files_name(void **state)
{
    (void)state;
    for (int i = 0; i < name_count; i++) {
        if (strchr("TDRBGVW", names[i].type) == NULL || starts_with(names[i].name, "__")) /* a sanitizer's own */
            continue;
        const char *slash = strrchr(names[i].file, '/'), *stem = slash != NULL ? slash + 1 : names[i].file;
        char path[sizeof names[i].file + 2];
        strcpy(path, names[i].file);
        strcat(path, ".c");
        struct floors_rule *rule = floors_find("names", path);
        bool fits = belongs_to(names[i].name, stem);
        for (int w = 0; !fits && rule != NULL && rule->who[w] != NULL; w++)
            fits = belongs_to(names[i].name, rule->who[w]) && floors_allow(rule, rule->who[w]);
        if (!fits)
            fail_msg("src/%s exports %s: it has to begin with %s_", path, names[i].name, stem);
    }
    floors_assert_used("names");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_cli_prints_or_ends_the_program),
        cmocka_unit_test(forward_and_backward_never_allocate),
        cmocka_unit_test(everything_that_is_hot_is_there),
        cmocka_unit_test(exported_names_begin_with_their_files_name),
    };
    return cmocka_run_group_tests(tests, read_all, floors_free);
}
