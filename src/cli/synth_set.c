#define _POSIX_C_SOURCE 200809L
#include "cli/synth_set.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "dataset/idx_write.h"
#include "dataset/source.h"

static const char *const names[2][2] = {
    [DATASET_TRAIN] = {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"},
    [DATASET_TEST] = {"t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"},
};

enum { LONGEST_NAME = 64 };

static const char *path_in(char path[PATH_MAX], const char *folder, const char *name)
{
    snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return path;
}

static int exists(const char *folder, const char *name)
{
    char path[PATH_MAX];
    return access(path_in(path, folder, name), F_OK) == 0;
}

/* A data set is also read from files without .gz, or with a dot before idx. */
static int check_other_names(const char *folder, struct error *err)
{
    for (int i = 0; i < 4; i++)
        for (int form = 1; form < 4; form++) {
            char name[LONGEST_NAME];
            snprintf(name, sizeof name, "%s", names[i / 2][i % 2]);
            if (form % 2 == 1)
                *strstr(name, ".gz") = '\0';
            if (form / 2 == 1)
                strstr(name, "-idx")[0] = '.';
            if (exists(folder, name))
                return error_set(err, ERROR_DATA,
                                 "%s: holds %s, which train would read in place of what is drawn: remove it, or name "
                                 "another folder with --out",
                                 folder, name);
        }
    return 0;
}

/* MNIST may have been put where digits were drawn before. */
static int check_mnist(const char *folder, struct error *err)
{
    enum { CLASSES = 256 };
    for (int which = DATASET_TRAIN; which <= DATASET_TEST; which++) {
        struct dataset set;
        if (!dataset_exists(folder, (enum dataset_which)which) ||
            dataset_load(&set, folder, (enum dataset_which)which, CLASSES, NULL) != 0)
            continue;
        const int is_mnist = set.source != NULL && strcmp(set.source, SOURCE_MNIST) == 0;
        dataset_free(&set);
        if (is_mnist)
            return error_set(err, ERROR_DATA,
                             "%s: holds MNIST, which is not overwritten: name another folder with --out", folder);
    }
    return 0;
}

int synth_set_prepare(const char *folder, const char *drawn_by, struct error *err)
{
    if (strlen(folder) > PATH_MAX - LONGEST_NAME)
        return error_set(err, ERROR_USAGE, "the name of the folder --out is too long");
    if (files_make_folder(folder, err) != 0)
        return -1;
    if (!exists(folder, "SYNTHETIC") && (dataset_exists(folder, DATASET_TRAIN) || dataset_exists(folder, DATASET_TEST)))
        return error_set(err, ERROR_DATA,
                         "%s: holds a data set that lenet5 synth did not draw, which is not overwritten: name another "
                         "folder with --out",
                         folder);
    if (check_other_names(folder, err) != 0 || check_mnist(folder, err) != 0)
        return -1;
    /* Should this run be interrupted, the next one knows the folder by it. One that is there already stays until the
     * new files do: its digests speak of the old ones only. */
    return exists(folder, "SYNTHETIC") ? 0 : source_write_synthetic(folder, drawn_by, NULL, NULL, err);
}

int synth_set_save(const char *folder, const struct dataset *set, enum dataset_which which, struct error *err)
{
    char images[PATH_MAX], labels[PATH_MAX];
    path_in(images, folder, names[which][0]);
    path_in(labels, folder, names[which][1]);
    if (idx_write_images(images, set->pixels, set->count, set->rows, set->cols, err) != 0)
        return -1;
    return idx_write_labels(labels, set->labels, set->count, err);
}

int synth_set_remove(const char *folder, enum dataset_which which, struct error *err)
{
    char path[PATH_MAX];
    for (int i = 0; i < 2; i++)
        if (unlink(path_in(path, folder, names[which][i])) != 0 && errno != ENOENT)
            return error_set(err, ERROR_FAILED, "%s: cannot be removed, and no test set was asked for: %s", path,
                             strerror(errno));
    return 0;
}
