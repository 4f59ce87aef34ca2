/* lenet5 train, broken off: by a signal, by kill -9, by a disk that is full; and how it goes on. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/digest.h"
#include "commands.h"
#include "support.h"

/* Epochs of a moment, and many of them: whoever is to be stopped is stopped long before the end. */
static const char small_config[] =
    "{\"architecture\": {\"input\": {\"rows\": 28, \"cols\": 28}, \"layers\": "
    "[{\"type\": \"dense\", \"units\": 12}, {\"type\": \"dense\", \"units\": 10}]},"
    " \"training\": {\"epochs\": 90, \"batch_size\": 8, \"validation\": 40, \"lr\": 0.003}}";

#define TRAIN "train --config small.json --quiet "

static int arrive(void **state)
{
    commands_arrive(state);
    support_write("small.json", small_config, sizeof small_config - 1);
    commands_well(TRAIN "--out whole.json --log whole.jsonl");
    return 0;
}

/* ---- Helpers ---- */

/* Runs in the background, in a process that signals can be sent to; says what it says into the file said. */
static pid_t start(const char *arguments)
{
    char line[512];
    snprintf(line, sizeof line, "exec \"$LENET5\" %s >said 2>&1 </dev/null", arguments);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    return child;
}

static int status_of(pid_t child)
{
    int status;
    assert_true(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void wait_a_moment(long milliseconds)
{
    const struct timespec moment = {.tv_sec = 0, .tv_nsec = milliseconds * 1000000};
    nanosleep(&moment, NULL);
}

/* Until the file has something in it. */
static void wait_for(const char *path)
{
    for (int i = 0; i < 30000; i++, wait_a_moment(2)) {
        FILE *file = fopen(path, "r");
        const int first = file != NULL ? fgetc(file) : EOF;
        if (file != NULL)
            fclose(file);
        if (first != EOF)
            return;
    }
    fail_msg("%s does not come", path);
}

static void assert_same_files(const char *one, const char *other)
{
    char *first = commands_file(one), *second = commands_file(other);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

/* ---- Signals ---- */

static void assert_stops_and_goes_on(int signal_number, int status, const char *name)
{
    char line[200], expected[100];
    int ended = 0;
    for (int tries = 0; tries < 9 && ended == 0; tries++) { /* on a busy machine it may have come to its end before */
        remove("part.jsonl");
        remove("part.json");
        const pid_t child = start(TRAIN "--threads 1 --out part.json --log part.jsonl");
        wait_for("part.jsonl");
        assert_int_equal(kill(child, signal_number), 0);
        ended = status_of(child);
    }
    assert_int_equal(ended, status);
    char *said = commands_file("said");
    snprintf(line, sizeof line, "lenet5: stopped by %s with ", name);
    snprintf(expected, sizeof expected, " of 90 epochs done; go on with lenet5 train --resume part.checkpoint.json\n");
    assert_int_equal(strncmp(said, line, strlen(line)), 0);
    assert_string_equal(strstr(said, " of 90"), expected);
    free(said);
    assert_int_equal(access("part.json", F_OK), -1);
    commands_well("train --quiet --threads 2 --resume part.checkpoint.json");
    assert_same_files("part.json", "whole.json");
    assert_int_equal(remove("part.json"), 0);
    /* A line an epoch, none twice. */
    char *log = commands_file("part.jsonl"), *at = log;
    for (int epoch = 1; epoch <= 90; epoch++) {
        int found, used = 0;
        assert_int_equal(sscanf(at, "{\"epoch\":%d,\"seconds\":%*[^}]}%n", &found, &used), 1);
        assert_int_equal(found, epoch);
        assert_int_equal(at[used], '\n');
        at += used + 1;
    }
    assert_int_equal(*at, '\0');
    free(log);
}

static void sigint_saves_and_the_run_goes_on_to_the_same_bytes(void **state)
{
    (void)state;
    assert_stops_and_goes_on(SIGINT, 130, "SIGINT");
}

static void sigterm_does_too(void **state)
{
    (void)state;
    assert_stops_and_goes_on(SIGTERM, 143, "SIGTERM");
}

/* Both come before the program can take a breath. */
static void the_second_signal_stops_at_once(void **state)
{
    (void)state;
    const pid_t child = start(TRAIN "--epochs 100000 --out twice.json --log twice.jsonl");
    wait_for("twice.jsonl");
    assert_int_equal(kill(child, SIGSTOP), 0);
    assert_int_equal(kill(child, SIGINT), 0);
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(kill(child, SIGCONT), 0);
    const int status = status_of(child);
    assert_true(status == 130 || status == 143);
    assert_int_equal(access("twice.checkpoint.json", F_OK), -1);
    assert_int_equal(access("twice.json", F_OK), -1);
}

static void runs_that_were_not_begun_are_spoken_of(void **state)
{
    (void)state;
    const pid_t child = start(TRAIN "--epochs 100000 --seeds 3 --out many.json --log many.jsonl");
    wait_for("many-seed1.jsonl");
    assert_int_equal(kill(child, SIGTERM), 0);
    assert_int_equal(status_of(child), 143);
    char *said = commands_file("said");
    assert_non_null(strstr(said, "train --resume many-seed1.checkpoint.json\n"
                                 "lenet5: 0 of 3 seeds are done, and the rest are those from 1 on\n"));
    free(said);
}

static void a_run_that_has_ended_may_be_resumed_and_saves_the_same_model(void **state)
{
    (void)state;
    commands_well(TRAIN "--out ended.json --checkpoint ended.checkpoint --every 60");
    assert_int_equal(remove("ended.json"), 0);
    commands_well("train --quiet --resume ended.checkpoint");
    assert_same_files("ended.json", "whole.json");
}

/* ---- Killed, and no room left ---- */

static void kill_9_at_any_moment_leaves_a_good_checkpoint_and_the_older_model(void **state)
{
    (void)state;
    static const char precious[] = "an older model";
    support_write("killed.json", precious, strlen(precious));
    for (int i = 0; i < 8; i++) {
        const int is_begun = access("killed.checkpoint", F_OK) == 0;
        const pid_t child = start(is_begun ? "train --quiet --resume killed.checkpoint"
                                           : TRAIN "--out killed.json --checkpoint killed.checkpoint");
        if (!is_begun)
            wait_for("killed.checkpoint");
        wait_a_moment(15 + 7 * i);
        kill(child, SIGKILL);
        const int status = status_of(child);
        if (status == 0)
            break; /* it was quicker than that */
        assert_int_equal(status, -SIGKILL);
        char *model = commands_file("killed.json");
        assert_true(strcmp(model, precious) == 0 || model[0] == '{');
        free(model);
    }
    commands_well("train --quiet --resume killed.checkpoint");
    assert_same_files("killed.json", "whole.json");
}

/* Room for the model, not for a checkpoint: it is said once, training goes on, and the older checkpoint stays. */
static void a_checkpoint_that_finds_no_room_is_spoken_of_once(void **state)
{
    (void)state;
    commands_well(TRAIN "--out room.json --checkpoint room.checkpoint --epochs 2");
    commands_shell("cp room.checkpoint before.checkpoint");
    commands_shell("trap '' XFSZ; ulimit -f 400; \"$LENET5\" " TRAIN
                   "--out room.json --checkpoint room.checkpoint >/dev/null 2>said");
    char *said = commands_file("said");
    assert_string_equal(said,
                        "lenet5: room.checkpoint: cannot be written: File too large: training goes on without it\n");
    free(said);
    assert_same_files("room.checkpoint", "before.checkpoint");
    assert_same_files("room.json", "whole.json");
}

static void a_log_that_cannot_be_written_does_not_hide_a_checkpoint_that_cannot(void **state)
{
    (void)state;
    commands_shell("trap '' XFSZ; ulimit -f 400; \"$LENET5\" " TRAIN
                   "--out hidden.json --checkpoint hidden.checkpoint --log /dev/full >/dev/null 2>said");
    char *said = commands_file("said");
    assert_string_equal(said,
                        "lenet5: /dev/full: cannot be written: No space left on device: training goes on without it\n"
                        "lenet5: hidden.checkpoint: cannot be written: File too large: training goes on without it\n");
    free(said);
}

static void a_model_that_finds_no_room_is_not_lost_where_there_is_a_checkpoint(void **state)
{
    (void)state;
    static const char lost[] = "lenet5: /dev/full: cannot be written: No space left on device\n";
    char expected[300];
    snprintf(
        expected, sizeof expected,
        "%slenet5: kept.checkpoint has what was trained: lenet5 train --resume kept.checkpoint saves it once there "
        "is a place for it\n",
        lost);
    struct program_run run = program(TRAIN "--out /dev/full --checkpoint kept.checkpoint");
    assert_int_equal(run.status, 1);
    assert_string_equal(run.err, expected);
    program_free(&run);
    run = program("train --quiet --resume kept.checkpoint");
    assert_string_equal(run.err, expected);
    program_free(&run);
    run = program(TRAIN "--epochs 1 --out /dev/full");
    assert_string_equal(run.err, lost);
    program_free(&run);
}

static void a_folder_that_cannot_be_written_is_said_before_anything_is_done(void **state)
{
    (void)state;
    commands_refused(1, "/proc/none/c.json: cannot be written: the folder /proc/none: No such file or directory",
                     TRAIN "--checkpoint /proc/none/c.json --out none.json");
    commands_refused(1, "none/l.jsonl: cannot be written: the folder none: No such file or directory",
                     TRAIN "--log none/l.jsonl --out none.json");
    assert_int_equal(access("none.json", F_OK), -1);
}

/* A checkpoint as a machine with other kernels would have written it: signed anew. */
static void a_checkpoint_of_kernels_that_are_not_here_says_how_to_go_on(void **state)
{
    (void)state;
    char line[400], digest[DIGEST_TEXT], zeros[DIGEST_TEXT];
    commands_well(TRAIN "--out other.json --checkpoint other.checkpoint");
    commands_shell("sed 's/\"kernels\":\t\"[a-z0-9]*\"/\"kernels\":\t\"mmx\"/' other.checkpoint > away.checkpoint");
    char *text = commands_file("away.checkpoint"), *place = strstr(text, "\"digest\":\t\"") + 11;
    memset(zeros, '0', sizeof zeros - 1);
    memcpy(place, zeros, sizeof zeros - 1);
    digest_bytes(digest, text, strlen(text));
    memcpy(place, digest, sizeof digest - 1);
    support_write("away.checkpoint", text, strlen(text));
    free(text);
    struct program_run run = program("train --quiet --resume away.checkpoint");
    assert_int_equal(run.status, 2);
    snprintf(line, sizeof line,
             "lenet5: away.checkpoint: was begun with kernels that cannot be had here: choose others by --kernel NAME "
             "(there are no kernels \"mmx\" in this build: use ");
    assert_int_equal(strncmp(run.err, line, strlen(line)), 0);
    program_free(&run);
    commands_well("train --quiet --resume away.checkpoint --kernel portable");
}

/* ---- Usage ---- */

static void resume_takes_no_settings(void **state)
{
    (void)state;
    commands_refused(2, "--resume takes what --epochs says from the checkpoint: leave it out",
                     "train --resume c.json --epochs 3");
    commands_refused(2, "--resume takes what --out says from the checkpoint: leave it out",
                     "train --out a.json --resume c.json");
    commands_refused(4,
                     "whole.json: format is \"lenet5-model\": \"lenet5-checkpoint\" was expected, which lenet5 "
                     "train --checkpoint writes",
                     "train --resume whole.json");
    commands_refused(4, "none.json: cannot be opened: No such file or directory", "train --resume none.json");
}

static void two_files_of_one_name_are_refused(void **state)
{
    (void)state;
    commands_refused(2, "two of --out, --checkpoint and --log name the same file, a.json",
                     "train --out a.json --checkpoint a.json");
    commands_refused(2, "two of --out, --checkpoint and --log name the same file, a.checkpoint.json",
                     "train --out a.json --log a.checkpoint.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigint_saves_and_the_run_goes_on_to_the_same_bytes),
        cmocka_unit_test(sigterm_does_too),
        cmocka_unit_test(the_second_signal_stops_at_once),
        cmocka_unit_test(runs_that_were_not_begun_are_spoken_of),
        cmocka_unit_test(a_run_that_has_ended_may_be_resumed_and_saves_the_same_model),
        cmocka_unit_test(kill_9_at_any_moment_leaves_a_good_checkpoint_and_the_older_model),
        cmocka_unit_test(a_checkpoint_that_finds_no_room_is_spoken_of_once),
        cmocka_unit_test(a_log_that_cannot_be_written_does_not_hide_a_checkpoint_that_cannot),
        cmocka_unit_test(a_model_that_finds_no_room_is_not_lost_where_there_is_a_checkpoint),
        cmocka_unit_test(a_folder_that_cannot_be_written_is_said_before_anything_is_done),
        cmocka_unit_test(a_checkpoint_of_kernels_that_are_not_here_says_how_to_go_on),
        cmocka_unit_test(resume_takes_no_settings),
        cmocka_unit_test(two_files_of_one_name_are_refused),
    };
    return cmocka_run_group_tests(tests, arrive, commands_leave);
}
