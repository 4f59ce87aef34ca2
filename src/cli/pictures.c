#define _POSIX_C_SOURCE 200809L
#include "cli/pictures.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/files.h"

#define LIST_BYTES ((size_t)64 << 20)

struct option_spec pictures_list_option(const char **list)
{
    return (struct option_spec){.name = "files-from",
                                .kind = OPTION_TEXT,
                                .to.text = list,
                                .argument = "LIST",
                                .fallback = "none",
                                .help = "a file with more paths, one a line or ended by NULs; - is standard input"};
}

/* ---- Which files ---- */

static int add(struct pictures *pictures, const char *folder, const char *name, struct error *err)
{
    const size_t parent = folder != NULL ? strlen(folder) : 0, size = parent + strlen(name) + 2;
    if ((pictures->count & (pictures->count - 1)) == 0) { /* full at each power of two */
        const size_t room = pictures->count > 0 ? 2 * (size_t)pictures->count : 1;
        char **paths = realloc(pictures->paths, room * sizeof *paths);
        if (paths == NULL)
            return error_memory(err, room * sizeof *paths, "the names of the pictures");
        pictures->paths = paths;
    }
    char *path = malloc(size);
    if (path == NULL)
        return error_memory(err, size, "the name of a picture");
    if (folder != NULL) {
        memcpy(path, folder, parent);
        path[parent] = '/';
    }
    strcpy(path + parent + (folder != NULL && folder[parent - 1] != '/'), name);
    pictures->paths[pictures->count++] = path;
    return 0;
}

bool pictures_is_folder(const char *path)
{
    struct stat status;
    return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool has_picture_name(const char *name)
{
    static const char *const endings[] = {"png", "jpg",  "jpeg", "jpe",  "pbm",  "pgm",  "ppm",  "pnm", "bmp", "dib",
                                          "gif", "tiff", "tif",  "webp", "heic", "heif", "avif", "jxl", NULL};
    const char *dot = strrchr(name, '.');
    for (int i = 0; dot != NULL && dot != name && endings[i] != NULL; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    return false;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_folder(struct pictures *pictures, const char *folder, struct error *err)
{
    const int first = pictures->count;
    DIR *stream = opendir(folder);
    int failed = 0;
    for (const struct dirent *entry; stream != NULL && !failed && (entry = readdir(stream)) != NULL;)
        if (has_picture_name(entry->d_name))
            failed = add(pictures, folder, entry->d_name, err) != 0;
    if (stream != NULL)
        closedir(stream);
    if (failed)
        return -1;
    if (pictures->count == first)
        return add(pictures, NULL, folder, err);
    qsort(pictures->paths + first, (size_t)(pictures->count - first), sizeof *pictures->paths, by_bytes);
    return 0;
}

static int add_name(struct pictures *pictures, const char *name, struct error *err)
{
    return pictures_is_folder(name) ? add_folder(pictures, name, err) : add(pictures, NULL, name, err);
}

static int add_list(struct pictures *pictures, const char *list, struct error *err)
{
    unsigned char *bytes;
    size_t size;
    if (files_read(&bytes, &size, list, LIST_BYTES, ERROR_FAILED, err) != 0)
        return -1;
    const bool by_nul = memchr(bytes, '\0', size) != NULL;
    int failed = 0;
    char *name = (char *)bytes;
    for (char *const end = name + size; name < end && !failed; name += strlen(name) + 1) {
        if (!by_nul) {
            char *newline = memchr(name, '\n', (size_t)(end - name));
            if (newline != NULL)
                *newline = '\0';
        }
        if (*name != '\0')
            failed = add_name(pictures, name, err) != 0;
    }
    free(bytes);
    return failed ? -1 : 0;
}

static int check(const struct pictures *pictures, const char *list, struct error *err)
{
    int inputs = list != NULL && strcmp(list, "-") == 0;
    for (int i = 0; i < pictures->count; i++)
        inputs += strcmp(pictures->paths[i], "-") == 0;
    if (inputs > 1)
        return error_set(err, ERROR_USAGE, "- stands for standard input, which can be read once: name it once");
    if (pictures->count == 0)
        return list != NULL
                   ? error_set(err, ERROR_USAGE, "%s: the list names no picture", list)
                   : error_set(err, ERROR_USAGE, "no picture is named: give files, folders or --files-from LIST");
    return 0;
}

int pictures_find(struct pictures *out, char **names, int name_count, const char *list, struct error *err)
{
    struct pictures pictures = {0};
    int failed = 0;
    for (int i = 0; i < name_count && !failed; i++)
        failed = add_name(&pictures, names[i], err) != 0;
    if (!failed && list != NULL)
        failed = add_list(&pictures, list, err) != 0;
    if (failed || check(&pictures, list, err) != 0) {
        pictures_free(&pictures);
        return -1;
    }
    *out = pictures;
    return 0;
}

void pictures_free(struct pictures *pictures)
{
    for (int i = 0; i < pictures->count; i++)
        free(pictures->paths[i]);
    free(pictures->paths);
    *pictures = (struct pictures){0};
}

/* ---- The work ---- */

enum state { WAITING, DONE, FAILED };

/* Files in work and worked on, whose turn to be told of has not come. */
struct window {
    char **paths;
    unsigned char *results; /* [room][result_size] */
    struct error *errors;   /* [room] */
    enum state *states;     /* [room] */
    int count, told;
};

static int refuse_folder(const char *path, struct error *err)
{
    DIR *stream = opendir(path);
    if (stream == NULL)
        return error_set(err, ERROR_FAILED, "%s: the folder cannot be read: %s", path, strerror(errno));
    closedir(stream);
    return error_set(err, ERROR_FAILED, "%s: is a folder with no picture right in it (a name such as *.png or *.jpg)",
                     path);
}

static enum state work(struct window *window, const struct pictures_job *job, int index)
{
    const char *path = window->paths[index];
    struct error *err = &window->errors[index];
    void *result = window->results + (size_t)index * job->result_size;
    memset(result, 0, job->result_size);
    const int failed = pictures_is_folder(path) ? refuse_folder(path, err)
                                                : job->work(result, job->context, omp_get_thread_num(), path, err);
    return failed != 0 ? FAILED : DONE;
}

static void tell(struct window *window, const struct pictures_job *job)
{
    for (; window->told < window->count && window->states[window->told] != WAITING; window->told++) {
        const int i = window->told;
        job->tell(job->context, window->paths[i], window->results + (size_t)i * job->result_size,
                  window->states[i] == FAILED ? &window->errors[i] : NULL);
    }
}

/* Whoever has finished a file tells of all whose turn it is: what is slow holds up the others' answers, not their work.
 */
static void run_window(struct window *window, const struct pictures_job *job)
{
    memset(window->states, 0, (size_t)window->count * sizeof *window->states);
    window->told = 0;
#pragma omp parallel for num_threads(job->threads) schedule(dynamic, 1)
    for (int i = 0; i < window->count; i++) {
        const enum state state = work(window, job, i);
#pragma omp critical(pictures_tell)
        {
            window->states[i] = state;
            tell(window, job);
        }
    }
}

int pictures_threads(const struct pictures *pictures, int threads)
{
    return threads < pictures->count ? threads : pictures->count;
}

int pictures_run(const struct pictures *pictures, const struct pictures_job *job, struct error *err)
{
    const int room = PICTURES_AHEAD * job->threads;
    struct window window = {.results = malloc((size_t)room * job->result_size),
                            .errors = calloc((size_t)room, sizeof *window.errors),
                            .states = calloc((size_t)room, sizeof *window.states)};
    const bool whole = window.results != NULL && window.errors != NULL && window.states != NULL;
    for (int first = 0; whole && first < pictures->count; first += room) {
        window.paths = pictures->paths + first;
        window.count = pictures->count - first < room ? pictures->count - first : room;
        run_window(&window, job);
    }
    free(window.results);
    free(window.errors);
    free(window.states);
    return whole ? 0 : error_memory(err, (size_t)room * (job->result_size + sizeof(struct error)), "the answers");
}
