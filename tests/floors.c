#define _XOPEN_SOURCE 700
#include "floors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct floors_file floors_files[FLOORS_FILES];
struct floors_rule floors_rules[FLOORS_RULES];
int floors_file_count, floors_rule_count;

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s cannot be read", path);
    char *text = malloc(1 << 17);
    assert_non_null(text);
    const size_t size = fread(text, 1, (1 << 17) - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static void read_files(void)
{
    char line[256], path[300];
    FILE *list = popen("cd src && find . -name '*.[ch]' | cut -c 3- | sort", "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list) != NULL) {
        assert_true(floors_file_count < FLOORS_FILES);
        struct floors_file *file = &floors_files[floors_file_count++];
        line[strcspn(line, "\n")] = '\0';
        snprintf(file->path, sizeof file->path, "%.127s", line);
        snprintf(path, sizeof path, "src/%s", line);
        file->text = read_text(path);
    }
    assert_int_equal(pclose(list), 0);
    assert_true(floors_file_count > 50);
}

static void cut_words(char *words[FLOORS_WORDS], char *text)
{
    int count = 0;
    for (char *word = strtok(text, " "); word != NULL; word = strtok(NULL, " ")) {
        assert_true(count < FLOORS_WORDS - 1);
        words[count++] = word;
    }
}

static void read_rules(void)
{
    char line[512];
    FILE *file = fopen("src/floors", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "#\n")] = '\0';
        if (line[strspn(line, " ")] == '\0')
            continue;
        assert_true(floors_rule_count < FLOORS_RULES);
        struct floors_rule *rule = &floors_rules[floors_rule_count++];
        int used = 0;
        assert_int_equal(sscanf(line, "%15s %n", rule->kind, &used), 1);
        strcpy(rule->line, line + used);
        char *colon = strchr(rule->line, ':');
        if (colon != NULL) {
            *colon = '\0';
            cut_words(rule->who, colon + 1);
        }
        cut_words(rule->subjects, rule->line);
    }
    fclose(file);
}

int floors_read(void **state)
{
    (void)state;
    read_files();
    read_rules();
    return 0;
}

int floors_free(void **state)
{
    (void)state;
    for (int i = 0; i < floors_file_count; i++)
        free(floors_files[i].text);
    return 0;
}

static bool holds(char *const words[FLOORS_WORDS], const char *word)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

struct floors_rule *floors_find(const char *kind, const char *subject)
{
    for (int i = 0; i < floors_rule_count; i++)
        if (strcmp(floors_rules[i].kind, kind) == 0 && holds(floors_rules[i].subjects, subject))
            return &floors_rules[i];
    return NULL;
}

bool floors_allow(struct floors_rule *rule, const char *word)
{
    for (int i = 0; rule != NULL && rule->who[i] != NULL; i++)
        if (strcmp(rule->who[i], word) == 0)
            return rule->used[i] = true;
    return false;
}

void floors_assert_used(const char *kind)
{
    for (int i = 0; i < floors_rule_count; i++)
        for (int w = 0; strcmp(floors_rules[i].kind, kind) == 0 && floors_rules[i].who[w] != NULL; w++)
            if (!floors_rules[i].used[w] && strcmp(floors_rules[i].who[w], "all") != 0)
                fail_msg("src/floors: %s %s: %s is not needed", kind, floors_rules[i].subjects[0],
                         floors_rules[i].who[w]);
}
