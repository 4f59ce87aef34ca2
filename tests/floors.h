/* src/floors, the rules of the house, and the files of src that they are about. */
#ifndef LENET5_TESTS_FLOORS_H
#define LENET5_TESTS_FLOORS_H

#include <stdbool.h>

enum { FLOORS_FILES = 1024, FLOORS_RULES = 100, FLOORS_WORDS = 24 };

struct floors_file {
    char path[128]; /* below src: "nn/conv.c" */
    char *text;
};

/* "KIND SUBJECT...: WHO..." */
struct floors_rule {
    char kind[16];
    char *subjects[FLOORS_WORDS], *who[FLOORS_WORDS]; /* NULL ends both */
    bool used[FLOORS_WORDS];                          /* of who */
    char line[512];                                   /* cut into the words */
};

extern struct floors_file floors_files[FLOORS_FILES];
extern struct floors_rule floors_rules[FLOORS_RULES];
extern int floors_file_count, floors_rule_count;

/* For cmocka's groups: reads everything; the test stands in the repository. */
int floors_read(void **state);
int floors_free(void **state);

/* The rule of that kind about the subject, or NULL. */
struct floors_rule *floors_find(const char *kind, const char *subject);

/* Whether the rule, which may be NULL, names `word`, which is then marked as used. */
bool floors_allow(struct floors_rule *rule, const char *word);

/* Of the rules of one kind every word but "all" has to have been used. */
void floors_assert_used(const char *kind);

#endif
