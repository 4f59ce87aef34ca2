#define _DEFAULT_SOURCE
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/figures.h"

enum { LINE = 256, BAR_MAX = 40, BAR_MIN = 8, FACTS = 44 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Asked at every line: windows are resized. */
static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < LINE ? size.ws_col : LINE;
}

static bool terminal_can_redraw(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDERR_FILENO) && terminal != NULL && *terminal != '\0' && strcmp(terminal, "dumb") != 0;
}

static void as_time(char *text, size_t size, double seconds)
{
    long whole = (long)(seconds + 0.5);
    if (whole >= 3600)
        snprintf(text, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, size, "%ld:%02ld", whole / 60, whole % 60);
}

static void make_bar(char *text, int cells, double share)
{
    int filled = (int)(share * cells);
    memset(text, '#', (size_t)filled);
    memset(text + filled, '-', (size_t)(cells - filled));
    text[cells] = '\0';
}

void progress_start(struct progress *progress, int epochs, long images, bool quiet)
{
    *progress = (struct progress){.visible = !quiet && terminal_can_redraw(), .epochs = epochs, .images = images};
}

static double images_done(const struct progress *progress, int epoch, long done)
{
    return (double)(epoch - 1) * (double)progress->images + (double)done;
}

/* Speed is that of this epoch; the time left also counts what lies between epochs, such as validation. */
static void make_facts(char *text, size_t size, const struct progress *progress, long done, double loss, double time)
{
    size_t used = (size_t)snprintf(text, size, "  loss %.4f", loss);
    double in_epoch = time - progress->epoch_start, in_all = time - progress->start;
    double trained = images_done(progress, progress->epoch, done),
           rest = images_done(progress, progress->epochs + 1, 0);
    if (in_epoch < 0.2 || trained <= progress->start_done)
        return;
    char speed[FIGURES_GROUPED], left[32];
    figures_grouped(speed, (long long)((double)(done - progress->first_done) / in_epoch));
    as_time(left, sizeof left, (rest - trained) * in_all / (trained - progress->start_done));
    snprintf(text + used, size - used, "  %s images/s  %s left", speed, left);
}

static void draw(const struct progress *progress, long done, double loss, double time)
{
    double share = progress->images > 0 ? (double)done / (double)progress->images : 1;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    char head[48], facts[LINE], bar[BAR_MAX + 1], line[2 * LINE];
    snprintf(head, sizeof head, "epoch %d/%d", progress->epoch, progress->epochs);
    make_facts(facts, sizeof facts, progress, done, loss, time);
    /* One column stays free: a full line wraps on some terminals. The bar takes what head, "  [] 100 %" and the longest
     * usual facts leave, so that it keeps its length while they change. */
    int columns = terminal_columns() - 1;
    int cells = columns - (int)strlen(head) - FACTS - 10;
    cells = cells > BAR_MAX ? BAR_MAX : cells;
    if (cells >= BAR_MIN) {
        make_bar(bar, cells, share);
        snprintf(line, sizeof line, "%s  [%s] %3d %%%s", head, bar, (int)(100 * share), facts);
    } else {
        snprintf(line, sizeof line, "%s  %3d %%%s", head, (int)(100 * share), facts);
    }
    fprintf(stderr, "\r%.*s\033[K", columns, line);
    fflush(stderr);
}

void progress_update(struct progress *progress, int epoch, long done, double loss)
{
    if (!progress->visible)
        return;
    double time = now();
    if (progress->epoch == 0) {
        progress->start = time;
        progress->start_done = images_done(progress, epoch, done);
    }
    if (progress->epoch != epoch) {
        progress->epoch = epoch;
        progress->epoch_start = time;
        progress->first_done = done;
    }
    if (progress->drawn && time - progress->drawn_at < 0.1)
        return;
    draw(progress, done, loss, time);
    progress->drawn = true;
    progress->drawn_at = time;
}

void progress_clear(struct progress *progress)
{
    if (progress->drawn)
        fputs("\r\033[K", stderr);
    progress->drawn = false;
}
