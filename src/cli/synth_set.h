/* lenet5 synth --out: a folder with the four files of a drawn data set, and SYNTHETIC, which says what they are. */
#ifndef LENET5_CLI_SYNTH_SET_H
#define LENET5_CLI_SYNTH_SET_H

#include "dataset/dataset.h"

/* Makes the folder if it is missing and marks it as one for drawn digits.
 * Fails   with ERROR_DATA, nothing changed, when it holds a data set that was not drawn, or files that a data set would
 *         be read from in place of those that are to be written. */
int synth_set_prepare(const char *folder, const char *drawn_by, struct error *err);

/* Writes the images and labels of one set. */
int synth_set_save(const char *folder, const struct dataset *set, enum dataset_which which, struct error *err);

/* Removes what an earlier run wrote of one set. Fails when something is there and stays. */
int synth_set_remove(const char *folder, enum dataset_which which, struct error *err);

#endif
