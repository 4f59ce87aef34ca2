#define _XOPEN_SOURCE 700
#include "commands.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "dataset/dataset.h"
#include "digits.h"
#include "support.h"

enum { LINE = 4096 };

static char repository[PATH_MAX], mnist[PATH_MAX], *folder;

/* Runs PROGRAM with the arguments that the function it stands in was called with. */
#define RUN(run, arguments)                                                                                            \
    do {                                                                                                               \
        char line[LINE];                                                                                               \
        va_list values;                                                                                                \
        va_start(values, arguments);                                                                                   \
        assert_true(vsnprintf(line, sizeof line, arguments, values) < LINE);                                           \
        va_end(values);                                                                                                \
        run = program("%s", line);                                                                                     \
    } while (0)

/* Keeps what is relative to the folder where the test began. */
static void remember_places(void)
{
    const char *program_path = getenv("LENET5"), *root = getenv("LENET5_ROOT"), *data = getenv("MNIST_DIR");
    char absolute[PATH_MAX];
    assert_non_null(realpath(root != NULL ? root : ".", repository));
    assert_non_null(realpath(program_path != NULL ? program_path : "build/lenet5", absolute));
    setenv("LENET5", absolute, 1);
    const int is_named = data != NULL && *data != '\0';
    if (!is_named && !(dataset_exists("data/mnist", DATASET_TRAIN) && dataset_exists("data/mnist", DATASET_TEST)))
        mnist[0] = '\0';
    else if (realpath(is_named ? data : "data/mnist", mnist) == NULL)
        snprintf(mnist, sizeof mnist, "%s", data); /* a folder that is named has to be good */
}

const char *commands_mnist(void)
{
    return mnist[0] != '\0' ? mnist : NULL;
}

const char *commands_repository(void)
{
    return repository;
}

int commands_arrive(void **state)
{
    (void)state;
    remember_places();
    unsetenv("MNIST_DIR");
    unsetenv("LENET5_MODEL");
    unsetenv("LENET5_KERNEL");
    folder = support_make_folder();
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("data", 0777), 0);
    assert_int_equal(mkdir("data/mnist", 0777), 0);
    digits_write("data/mnist");
    return 0;
}

int commands_leave(void **state)
{
    (void)state;
    assert_int_equal(chdir(repository), 0);
    support_remove_folder(folder);
    return 0;
}

void commands_train(const char *path)
{
    struct program_run run =
        program("train --quiet --threads 1 --validation 0 --epochs 12 --batch-size 16 --out %s", path);
    assert_string_equal(run.err, "");
    assert_int_equal(run.status, 0);
    program_free(&run);
}

void commands_well(const char *arguments)
{
    struct program_run run = program("%s", arguments);
    if (run.status != 0)
        fail_msg("status %d: %s", run.status, run.err);
    program_free(&run);
}

void commands_shell(const char *command)
{
    if (system(command) != 0)
        fail_msg("%s", command);
}

void commands_refused(int status, const char *sentence, const char *arguments, ...)
{
    struct program_run run;
    char expected[LINE];
    RUN(run, arguments);
    snprintf(expected, sizeof expected, "lenet5: %s\n", sentence);
    assert_string_equal(run.err, expected);
    assert_string_equal(run.out, "");
    assert_int_equal(run.status, status);
    program_free(&run);
}

cJSON *commands_json(const char *arguments, ...)
{
    struct program_run run;
    RUN(run, arguments);
    if (run.status != 0)
        fail_msg("status %d: %s", run.status, run.err);
    const char *end = NULL;
    cJSON *json = cJSON_ParseWithOpts(run.out, &end, 0);
    assert_true(cJSON_IsObject(json));
    assert_string_equal(end, "\n");
    assert_ptr_equal(strchr(run.out, '\n'), end);
    program_free(&run);
    return json;
}

void commands_keys(const cJSON *object, ...)
{
    assert_true(cJSON_IsObject(object));
    const cJSON *child = object->child;
    const char *key;
    va_list keys;
    va_start(keys, object);
    for (; (key = va_arg(keys, const char *)) != NULL; child = child->next) {
        if (child == NULL)
            fail_msg("there is no key \"%s\"", key);
        assert_string_equal(child->string, key);
    }
    va_end(keys);
    if (child != NULL)
        fail_msg("there is one more key, \"%s\"", child->string);
}

double commands_number(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item))
        fail_msg("\"%s\" is no number", key);
    return item->valuedouble;
}

const char *commands_text(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item))
        fail_msg("\"%s\" is no text", key);
    return item->valuestring;
}

char *commands_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is not there", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    const size_t size = (size_t)ftell(file);
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    rewind(file);
    assert_int_equal(fread(bytes, 1, size, file), size);
    bytes[size] = '\0';
    fclose(file);
    return bytes;
}

int commands_entries(const char *path)
{
    DIR *directory = opendir(path);
    assert_non_null(directory);
    int count = -2; /* . and .. */
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}
