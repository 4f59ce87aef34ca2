#include "drawing/formula.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- Compiling ---- */

struct parser {
    const char *text, *at;
    const char *const *names;
    int count, depth;
    struct formula *out;
    struct error *err;
};

static int expected(struct parser *parser, const char *what)
{
    return error_set(parser->err, ERROR_MODEL, "\"%.80s\" is no formula: at character %d %s was expected", parser->text,
                     (int)(parser->at - parser->text) + 1, what);
}

static void skip_space(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

/* Goes on behind `sign` where that is what comes next. */
static int take(struct parser *parser, const char *sign)
{
    skip_space(parser);
    if (strncmp(parser->at, sign, strlen(sign)) != 0)
        return 0;
    parser->at += strlen(sign);
    return 1;
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static int put_step(struct parser *parser, struct formula_step step)
{
    struct formula *out = parser->out;
    if (out->count == FORMULA_STEPS)
        return error_set(parser->err, ERROR_MODEL,
                         "\"%.80s\" takes more than %d steps: give a part of it a name in \"vary\"", parser->text,
                         FORMULA_STEPS);
    out->steps[out->count++] = step;
    return 0;
}

static int starts_number(const struct parser *parser)
{
    const char *at = parser->at;
    if (*at == '-')
        at += 1 + strspn(at + 1, " \t\r\n");
    return is_digit(*at);
}

/* Our own: strtod obeys the locale. One division of two exact numbers gives the double that is nearest. */
static int read_number(struct parser *parser, double *out)
{
    skip_space(parser);
    if (!starts_number(parser))
        return expected(parser, "a number");
    const int is_negative = take(parser, "-");
    skip_space(parser);
    const char *first = parser->at;
    int digits = 0;
    double number = 0, power = 1;
    for (; is_digit(*parser->at); parser->at++, digits++)
        number = number * 10 + (*parser->at - '0');
    if (parser->at[0] == '.' && is_digit(parser->at[1]))
        for (parser->at++; is_digit(*parser->at); parser->at++, digits++) {
            number = number * 10 + (*parser->at - '0');
            power *= 10;
        }
    if (digits > FORMULA_DIGITS)
        return error_set(parser->err, ERROR_MODEL, "\"%.80s\" has at character %d a number of %d digits: %d at most",
                         parser->text, (int)(first - parser->text) + 1, digits, FORMULA_DIGITS);
    if (number / power > FORMULA_NUMBER)
        return error_set(parser->err, ERROR_MODEL, "\"%.80s\" has at character %d the number %.16g: %d at most",
                         parser->text, (int)(first - parser->text) + 1, number / power, FORMULA_NUMBER);
    *out = is_negative ? -(number / power) : number / power;
    return 0;
}

static int read_range(struct parser *parser)
{
    struct formula_step step = {.kind = FORMULA_RANGE};
    if (read_number(parser, &step.low) != 0)
        return -1;
    step.high = step.low;
    if (take(parser, "..") && read_number(parser, &step.high) != 0)
        return -1;
    if (step.low > step.high)
        return error_set(parser->err, ERROR_MODEL, "\"%.80s\" has the range %.16g..%.16g: write the smaller end first",
                         parser->text, step.low, step.high);
    return put_step(parser, step);
}

static int no_such_name(struct parser *parser, const char *word)
{
    const char *nearest = text_nearest(word, parser->names, (size_t)parser->count);
    if (nearest != NULL)
        return error_set(parser->err, ERROR_MODEL, "\"%.80s\" has the unknown name \"%s\": did you mean \"%s\"?",
                         parser->text, word, nearest);
    return error_set(parser->err, ERROR_MODEL,
                     "\"%.80s\" has the unknown name \"%s\": use those that stand before it in \"vary\"", parser->text,
                     word);
}

static int read_name(struct parser *parser)
{
    const char *first = parser->at;
    while (is_letter(*parser->at))
        parser->at++;
    const size_t length = (size_t)(parser->at - first);
    for (int i = 0; i < parser->count; i++)
        if (strlen(parser->names[i]) == length && memcmp(parser->names[i], first, length) == 0)
            return put_step(parser, (struct formula_step){.kind = FORMULA_NAME, .name = i});
    char word[48];
    snprintf(word, sizeof word, "%.*s", length < sizeof word ? (int)length : (int)sizeof word - 1, first);
    return no_such_name(parser, word);
}

static int read_sum(struct parser *parser);

static int read_inner_factor(struct parser *parser)
{
    skip_space(parser);
    if (starts_number(parser))
        return read_range(parser);
    if (is_letter(*parser->at))
        return read_name(parser);
    if (take(parser, "("))
        return read_sum(parser) != 0 ? -1 : take(parser, ")") ? 0 : expected(parser, "\")\"");
    return expected(parser, "a number, a name, \"-\" or \"(\"");
}

/* Signs in a row are counted, not descended into: they are no deeper. */
static int read_factor(struct parser *parser)
{
    int signs = 0;
    for (skip_space(parser); *parser->at == '-' && !starts_number(parser); skip_space(parser)) {
        parser->at++;
        signs++;
    }
    if (read_inner_factor(parser) != 0)
        return -1;
    for (; signs > 0; signs--)
        if (put_step(parser, (struct formula_step){.kind = FORMULA_NEGATE}) != 0)
            return -1;
    return 0;
}

static int read_product(struct parser *parser)
{
    if (read_factor(parser) != 0)
        return -1;
    while (take(parser, "*"))
        if (read_factor(parser) != 0 || put_step(parser, (struct formula_step){.kind = FORMULA_MULTIPLY}) != 0)
            return -1;
    return 0;
}

static int read_sum(struct parser *parser)
{
    if (++parser->depth > FORMULA_STEPS)
        return error_set(parser->err, ERROR_MODEL, "\"%.80s\" has more than %d pairs of brackets inside each other",
                         parser->text, FORMULA_STEPS - 1);
    if (read_product(parser) != 0)
        return -1;
    for (;;) {
        const enum formula_kind kind = take(parser, "+") ? FORMULA_ADD : FORMULA_SUBTRACT;
        if (kind == FORMULA_SUBTRACT && !take(parser, "-"))
            break;
        if (read_product(parser) != 0 || put_step(parser, (struct formula_step){.kind = kind}) != 0)
            return -1;
    }
    parser->depth--;
    return 0;
}

int formula_compile(struct formula *out, const char *text, const char *const *names, int count, struct error *err)
{
    struct formula formula = {0};
    struct parser parser = {.text = text, .at = text, .names = names, .count = count, .out = &formula, .err = err};
    if (read_sum(&parser) != 0)
        return -1;
    skip_space(&parser);
    if (*parser.at != '\0')
        return expected(&parser, "\"+\", \"-\", \"*\" or the end");
    *out = formula;
    return 0;
}

struct formula formula_number(double value)
{
    return (struct formula){.count = 1, .steps = {{.kind = FORMULA_RANGE, .low = value, .high = value}}};
}

/* ---- Running: both keep to the stack's height, since every step but the first two kinds takes off what it uses ----
 */

double formula_draw(const struct formula *formula, const double *values, struct rng *rng)
{
    double stack[FORMULA_STEPS];
    int top = -1;
    for (int i = 0; i < formula->count; i++) {
        const struct formula_step *step = &formula->steps[i];
        switch (step->kind) {
        case FORMULA_RANGE:
            stack[++top] = step->low;
            if (step->low < step->high)
                stack[top] += (step->high - step->low) * (double)rng_unit(rng);
            break;
        case FORMULA_NAME:
            stack[++top] = values[step->name];
            break;
        case FORMULA_ADD:
            top--;
            stack[top] += stack[top + 1];
            break;
        case FORMULA_SUBTRACT:
            top--;
            stack[top] -= stack[top + 1];
            break;
        case FORMULA_MULTIPLY:
            top--;
            stack[top] *= stack[top + 1];
            break;
        case FORMULA_NEGATE:
            stack[top] = -stack[top];
            break;
        }
    }
    return stack[0];
}

struct bounds formula_bounds(const struct formula *formula, const struct bounds *bounds)
{
    struct bounds stack[FORMULA_STEPS];
    int top = -1;
    for (int i = 0; i < formula->count; i++) {
        const struct formula_step *step = &formula->steps[i];
        switch (step->kind) {
        case FORMULA_RANGE:
            stack[++top] = (struct bounds){step->low, step->high};
            break;
        case FORMULA_NAME:
            stack[++top] = bounds[step->name];
            break;
        case FORMULA_ADD:
            top--;
            stack[top] = bounds_add(stack[top], stack[top + 1]);
            break;
        case FORMULA_SUBTRACT:
            top--;
            stack[top] = bounds_subtract(stack[top], stack[top + 1]);
            break;
        case FORMULA_MULTIPLY:
            top--;
            stack[top] = bounds_multiply(stack[top], stack[top + 1]);
            break;
        case FORMULA_NEGATE:
            stack[top] = (struct bounds){-stack[top].high, -stack[top].low};
            break;
        }
    }
    return stack[0];
}
