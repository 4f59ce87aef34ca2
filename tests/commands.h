/* The command line under test, as a user meets it: a folder to stand in, with a data set in data/mnist, and what the
 * program says there. Files are named relative to that folder. */
#ifndef LENET5_TESTS_COMMANDS_H
#define LENET5_TESTS_COMMANDS_H

#include <cjson/cJSON.h>

#include "program.h"

/* Where MNIST is on this machine: what MNIST_DIR was when the test began, or the repository's data/mnist; NULL if it
 * has none. A relative name counts from the folder where the test began. */
const char *commands_mnist(void);

/* The repository. */
const char *commands_repository(void);

/* For cmocka's groups: makes the folder, goes there, writes the data set (digits.h), and forgets MNIST_DIR,
 * LENET5_MODEL and LENET5_KERNEL. The teardown goes back and removes the folder. */
int commands_arrive(void **state);
int commands_leave(void **state);

/* Trains a network on the data set and saves it as `path`. It knows the training set by heart: tests of what is printed
 * that need a right answer ask for one of those images. */
void commands_train(const char *path);

/* Runs it; has to end with status 0, whatever it says. */
void commands_well(const char *arguments);

/* A command of the shell that has to succeed. */
void commands_shell(const char *command);

/* Runs it; has to end with this status, say nothing on stdout, and exactly "lenet5: SENTENCE\n" on stderr. */
void commands_refused(int status, const char *sentence, const char *arguments, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs it; has to end with status 0 and one line on stdout that is a JSON object. Deleted by the caller. */
cJSON *commands_json(const char *arguments, ...) __attribute__((format(printf, 1, 2)));

/* Has to be an object with exactly these keys in this order; NULL ends them. */
void commands_keys(const cJSON *object, ...);

/* The number or text of a key that has to be there. */
double commands_number(const cJSON *object, const char *key);
const char *commands_text(const cJSON *object, const char *key);

/* The bytes of a file and a NUL; freed by the caller. */
char *commands_file(const char *path);

/* How many files and folders a folder holds. */
int commands_entries(const char *folder);

#endif
