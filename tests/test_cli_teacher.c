/* lenet5 train --teacher: a student learns from model files, says so in its own, and goes on only with the same ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands.h"
#include "support.h"

static const char small_config[] = "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": "
                                   "[{\"type\": \"dense\", \"units\": 12}, {\"type\": \"dense\", \"units\": 10}]},"
                                   " \"training\": {\"epochs\": 2, \"batch_size\": 16, \"validation\": 100}}";

#define TRAIN "train --config small.json --quiet --threads 1 "

static int arrive(void **state)
{
    commands_arrive(state);
    support_write("small.json", small_config, sizeof small_config - 1);
    commands_well(TRAIN "--seed 7 --out a.json");
    commands_well(TRAIN "--seed 8 --out b.json");
    return 0;
}

/* What a model file has under "training". */
static cJSON *record_of(const char *path)
{
    char *text = commands_file(path);
    cJSON *model = cJSON_Parse(text), *record = cJSON_DetachItemFromObject(model, "training");
    assert_non_null(record);
    cJSON_Delete(model);
    free(text);
    return record;
}

static void a_student_says_who_taught_it(void **state)
{
    (void)state;
    commands_well(TRAIN "--out alone.json");
    commands_well(TRAIN "--teacher a.json,b.json --teacher-weight 0.75 --out student.json");
    commands_well("train --config student.json --quiet --out again.json");
    commands_shell("cmp student.json again.json");
    cJSON *alone = record_of("alone.json"), *student = record_of("student.json");
    const cJSON *settings = cJSON_GetObjectItem(student, "settings");
    assert_string_equal(commands_text(settings, "teachers"), "a.json,b.json");
    assert_true(commands_number(settings, "teacher_weight") == 0.75);
    assert_int_equal(strlen(commands_text(student, "teacher_digest")), 64);
    assert_null(cJSON_GetObjectItem(alone, "teacher_digest"));
    assert_true(commands_number(cJSON_GetObjectItem(alone, "epochs")->child, "loss") !=
                commands_number(cJSON_GetObjectItem(student, "epochs")->child, "loss"));
    cJSON_Delete(alone);
    cJSON_Delete(student);
}

static void a_run_goes_on_with_the_same_teacher_alone(void **state)
{
    (void)state;
    commands_shell("cp a.json t.json");
    commands_well(TRAIN "--teacher t.json --out taught.json --checkpoint taught.checkpoint");
    commands_shell("mv taught.json before.json; cp b.json t.json");
    commands_refused(4, "t.json: the run was begun with another teacher of that name: put that one back to go on",
                     "train --quiet --resume taught.checkpoint");
    commands_shell("rm t.json");
    commands_refused(4, "teacher: t.json: cannot be opened: No such file or directory",
                     "train --quiet --resume taught.checkpoint");
    commands_shell("cp a.json t.json");
    commands_well("train --quiet --resume taught.checkpoint");
    commands_shell("cmp taught.json before.json");
}

static void what_can_teach_nobody_is_refused(void **state)
{
    (void)state;
    commands_refused(4, "teacher: none.json: cannot be opened: No such file or directory",
                     TRAIN "--teacher a.json,none.json");
    commands_refused(4,
                     "teacher: small.json: is JSON but no model: a model has the key \"format\" with \"lenet5-model\"",
                     TRAIN "--teacher small.json");
    commands_refused(2, "a teacher's path is empty: name model files, parted by commas", TRAIN "--teacher a.json,");
    commands_refused(2, "--teacher-weight weighs what a teacher says: use --teacher as well",
                     TRAIN "--teacher-weight 0.3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_student_says_who_taught_it),
        cmocka_unit_test(a_run_goes_on_with_the_same_teacher_alone),
        cmocka_unit_test(what_can_teach_nobody_is_refused),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
