#include "cli/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/agreement.h"
#include "cli/output.h"
#include "cli/table.h"
#include "training/evaluator.h"

/* ---- Counting ---- */

int tally_start(struct tally *tally, const struct labels *labels, struct error *err)
{
    const size_t count = (size_t)labels->count;
    tally->kinds = calloc(count, sizeof *tally->kinds);
    tally->wrong = calloc(count, sizeof *tally->wrong);
    if (tally->kinds == NULL || tally->wrong == NULL)
        return error_memory(err, count * sizeof *tally->wrong, "the figures");
    for (int i = 0; i < labels->count; i++) {
        int k = 0;
        while (k < tally->kind_count && strcmp(tally->kinds[k].kind, labels->all[i].kind) != 0)
            k++;
        if (k == tally->kind_count)
            tally->kinds[tally->kind_count++].kind = labels->all[i].kind;
    }
    return 0;
}

void tally_free(struct tally *tally)
{
    for (int i = 0; i < tally->wrong_count; i++)
        free(tally->wrong[i].answer);
    free(tally->wrong);
    free(tally->kinds);
    *tally = (struct tally){0};
}

static void count(struct count *count, int is_right, int is_refused, int is_failed)
{
    count->total++;
    count->right += is_right;
    count->refused += is_refused;
    count->failed += is_failed;
}

static void add_lines(struct tally *tally, const char *written, const char *read)
{
    const int digits = agreement_digit_count(written), distance = agreement_distance(written, read);
    const int lines = agreement_lines(written, read);
    tally->lines += agreement_line_count(written);
    tally->digits += digits;
    tally->lines_right += lines > 0 ? lines : 0;
    tally->digits_right += distance >= 0 && distance < digits ? digits - distance : 0;
}

void tally_add(struct tally *tally, const struct label *label, const char *read, double certainty, const char *reason)
{
    const int digits = agreement_digit_count(label->text), is_failed = read == NULL;
    const int is_refused = !is_failed && strchr(read, '?') != NULL;
    const int is_right = !is_failed && strcmp(read, digits > 0 ? label->text : "?") == 0;
    int kind = 0;
    while (strcmp(tally->kinds[kind].kind, label->kind) != 0)
        kind++;
    count(&tally->kinds[kind], is_right, is_refused, is_failed);
    count(digits > 1 ? &tally->several : digits == 1 ? &tally->single : &tally->none, is_right, is_refused, is_failed);
    if (digits > 1)
        add_lines(tally, label->text, is_failed ? "" : read);
    if (is_right)
        return;
    const char *answer = is_failed ? reason : read;
    struct wrong *wrong = &tally->wrong[tally->wrong_count++];
    *wrong = (struct wrong){label, malloc(strlen(answer) + 1), certainty};
    if (wrong->answer != NULL)
        strcpy(wrong->answer, answer);
}

/* ---- Report ---- */

static void print_share(const char *what, int right, int total, const char *how)
{
    if (total > 0)
        printf("%-15s %6.2f %% +- %.2f  (%d of %d%s)\n", what, 100.0 * right / total,
               100 * evaluation_standard_error(right, total), right, total, how);
}

static void print_kinds(const struct tally *tally)
{
    struct table table;
    table_start(&table, "lrrrrr");
    table_cell(&table, "kind");
    table_cell(&table, "pictures");
    table_cell(&table, "right");
    table_cell(&table, "%%");
    table_cell(&table, "refused");
    table_cell(&table, "unread");
    for (int k = 0; k < tally->kind_count; k++) {
        const struct count *kind = &tally->kinds[k];
        char name[OUTPUT_NAME];
        table_cell(&table, "%s", kind->kind[0] != '\0' ? output_printable(name, kind->kind, false) : "-");
        table_cell(&table, "%d", kind->total);
        table_cell(&table, "%d", kind->right);
        table_cell(&table, "%.2f", 100.0 * kind->right / kind->total);
        table_cell(&table, "%d", kind->refused);
        table_cell(&table, "%d", kind->failed);
    }
    printf("\n");
    table_print(stdout, &table);
}

static void print_wrong(const struct tally *tally)
{
    char file[OUTPUT_NAME], answer[OUTPUT_NAME];
    if (tally->wrong_count > 0)
        printf("\nwrong (file, what it shows, what was read, certainty)\n");
    for (int i = 0; i < tally->wrong_count; i++) {
        const struct wrong *wrong = &tally->wrong[i];
        printf("%s\t%s\t%s", output_printable(file, wrong->label->file, false),
               wrong->label->text[0] != '\0' ? wrong->label->text : "-",
               output_printable(answer, wrong->answer != NULL ? wrong->answer : "", false));
        if (agreement_digit_count(wrong->label->text) <= 1)
            printf("\t%.4f", wrong->certainty);
        printf("\n");
    }
}

void tally_print(const struct tally *tally, const char *folder)
{
    char name[OUTPUT_NAME];
    printf("%-15s %d of %s, refused below %.4f\n", "pictures",
           tally->single.total + tally->none.total + tally->several.total, output_printable(name, folder, false),
           tally->threshold);
    if (tally->views > 1)
        printf("%-15s %d of each image, the mean of their scores\n", "views", tally->views);
    print_share("one digit", tally->single.right, tally->single.total, " right");
    print_share("no digit", tally->none.right, tally->none.total, " refused");
    print_share("lines", tally->lines_right, tally->lines, " exactly");
    print_share("digits of them", tally->digits_right, tally->digits, " by edit distance");
    print_kinds(tally);
    print_wrong(tally);
}

static void add_counts(cJSON *json, const struct count *count)
{
    cJSON_AddNumberToObject(json, "pictures", count->total);
    cJSON_AddNumberToObject(json, "right", count->right);
    cJSON_AddNumberToObject(json, "refused", count->refused);
    cJSON_AddNumberToObject(json, "unread", count->failed);
}

static cJSON *share_json(int right, int total)
{
    cJSON *json = cJSON_CreateObject();
    cJSON_AddNumberToObject(json, "right", right);
    cJSON_AddNumberToObject(json, "total", total);
    return json;
}

static cJSON *wrong_json(const struct wrong *wrong)
{
    char name[OUTPUT_NAME];
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "file", output_printable(name, wrong->label->file, true));
    cJSON_AddStringToObject(json, "kind", output_printable(name, wrong->label->kind, true));
    cJSON_AddStringToObject(json, "label", wrong->label->text);
    cJSON_AddStringToObject(json, "answer", output_printable(name, wrong->answer != NULL ? wrong->answer : "", true));
    cJSON_AddItemToObject(json, "certainty", output_number(wrong->certainty, 6));
    return json;
}

cJSON *tally_json(const struct tally *tally, const char *folder)
{
    static const char *const names[] = {"one_digit", "no_digit", "several_digits"};
    const struct count *const counts[] = {&tally->single, &tally->none, &tally->several};
    char name[OUTPUT_NAME];
    cJSON *json = cJSON_CreateObject(), *list;
    cJSON_AddStringToObject(json, "images", output_printable(name, folder, true));
    cJSON_AddNumberToObject(json, "views", tally->views);
    cJSON_AddItemToObject(json, "reject", output_number(tally->threshold, 6));
    for (int i = 0; i < 3; i++)
        add_counts(cJSON_AddObjectToObject(json, names[i]), counts[i]);
    cJSON_AddItemToObject(json, "lines", share_json(tally->lines_right, tally->lines));
    cJSON_AddItemToObject(json, "digits", share_json(tally->digits_right, tally->digits));
    list = cJSON_AddArrayToObject(json, "kinds");
    for (int k = 0; k < tally->kind_count; k++) {
        cJSON *kind = cJSON_CreateObject();
        cJSON_AddStringToObject(kind, "kind", output_printable(name, tally->kinds[k].kind, true));
        add_counts(kind, &tally->kinds[k]);
        cJSON_AddItemToArray(list, kind);
    }
    list = cJSON_AddArrayToObject(json, "mistakes");
    for (int i = 0; i < tally->wrong_count; i++)
        cJSON_AddItemToArray(list, wrong_json(&tally->wrong[i]));
    return json;
}
