#define _POSIX_C_SOURCE 200809L
#include "program.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

static char *command_line(const char *arguments, va_list values)
{
    static const char program_name[] = "\"${LENET5:-build/lenet5}\" ";
    va_list again;
    va_copy(again, values);
    int length = vsnprintf(NULL, 0, arguments, again);
    va_end(again);
    need(length >= 0, arguments);
    size_t room = sizeof program_name + (size_t)length;
    char *line = malloc(room);
    need(line != NULL, "a command line");
    strcpy(line, program_name);
    vsnprintf(line + strlen(line), room - strlen(line), arguments, values);
    return line;
}

static void become_shell(const char *line, int out, int err)
{
    int in = open("/dev/null", O_RDONLY);
    if (in >= 0 && dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0)
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(127);
}

static char *whole_text(FILE *file)
{
    need(fseek(file, 0, SEEK_END) == 0, "what the program said");
    long size = ftell(file);
    char *text = malloc((size_t)size + 1);
    need(text != NULL, "what the program said");
    rewind(file);
    need(fread(text, 1, (size_t)size, file) == (size_t)size, "what the program said");
    text[size] = '\0';
    fclose(file);
    return text;
}

/* Into files and not pipes: a program that says much on one of two pipes would wait for its reader for ever. */
struct program_run program(const char *arguments, ...)
{
    va_list values;
    va_start(values, arguments);
    char *line = command_line(arguments, values);
    va_end(values);
    FILE *out = tmpfile(), *err = tmpfile();
    need(out != NULL && err != NULL, "a temporary file");
    fflush(NULL);
    pid_t child = fork();
    need(child >= 0, "fork");
    if (child == 0)
        become_shell(line, fileno(out), fileno(err));
    int status;
    need(waitpid(child, &status, 0) == child, "waitpid");
    free(line);
    return (struct program_run){.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                                .out = whole_text(out),
                                .err = whole_text(err)};
}

void program_free(struct program_run *run)
{
    free(run->out);
    free(run->err);
    *run = (struct program_run){0};
}
