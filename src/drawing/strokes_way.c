#include "drawing/strokes_way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drawing/skeleton.h"

enum { NAME_LETTERS = 24 };

static const double CHANCE_LEAST = 0.001, CHANCE_MOST = 0.999; /* what always or never happens needs no chance */
static const struct bounds INSIDE = {-2, 3}, SIZES = {-5, 5}, DEGREES = {-720, 720}, GROWTH = {-2, 2},
                           ANY = {-FORMULA_NUMBER, FORMULA_NUMBER};

/* The names that a formula may use, and what each can come to. */
struct names {
    int count;
    const char *names[STROKES_NAMES]; /* borrowed from the tree */
    struct bounds bounds[STROKES_NAMES];
};

/* How many points something gives, by chance. */
struct points {
    int least, most;
};

static void *allocate(int count, size_t size, struct error *err)
{
    void *block = calloc((size_t)count, size);
    if (block == NULL)
        error_memory(err, (unsigned long long)size * (unsigned long long)count, "the strokes");
    return block;
}

static const char *element_place(char out[JSON_WHERE], const char *where, int index)
{
    return snprintf(out, JSON_WHERE, "%s[%d]", where, index) > 0 ? out : where;
}

/* ---- Coordinates ---- */

static int read_coordinate(struct formula *out, struct bounds *bounds, const cJSON *json, const char *where,
                           const struct names *names, struct bounds allowed, struct error *err)
{
    struct formula formula;
    if (cJSON_IsNumber(json))
        formula = formula_number(json->valuedouble);
    else if (!cJSON_IsString(json))
        return error_set(err, ERROR_MODEL, "%s is neither a number nor a string with a formula", where);
    else if (formula_compile(&formula, json->valuestring, names->names, names->count, err) != 0)
        return error_where(err, where);
    *bounds = formula_bounds(&formula, names->bounds);
    if (bounds->low < allowed.low || bounds->high > allowed.high)
        return error_set(err, ERROR_MODEL, "%s can come to %.6g: use %.16g to %.16g", where,
                         bounds->low < allowed.low ? bounds->low : bounds->high, allowed.low, allowed.high);
    *out = formula;
    return 0;
}

/* The same for element `index` of the array at `where`. */
static int read_element(struct formula *out, struct bounds *bounds, const cJSON *array, int index, const char *where,
                        const struct names *names, struct bounds allowed, struct error *err)
{
    char place[JSON_WHERE];
    return read_coordinate(out, bounds, cJSON_GetArrayItem(array, index), element_place(place, where, index), names,
                           allowed, err);
}

/* ---- Items of a stroke ---- */

static int read_point(struct stroke_item *out, const cJSON *json, const char *where, const struct names *names,
                      struct error *err)
{
    const int size = cJSON_GetArraySize(json);
    const cJSON *corner = cJSON_GetArrayItem(json, 2);
    struct bounds x, y;
    if ((size != 2 && size != 3) ||
        (size == 3 && !(cJSON_IsString(corner) && strcmp(corner->valuestring, "corner") == 0)))
        return error_set(err, ERROR_MODEL, "%s is no point: [x, y] or [x, y, \"corner\"] was expected", where);
    out->kind = size == 3 ? STROKE_CORNER : STROKE_POINT;
    return read_element(&out->x, &x, json, 0, where, names, INSIDE, err) != 0 ||
                   read_element(&out->y, &y, json, 1, where, names, INSIDE, err) != 0
               ? -1
               : 0;
}

static int check_reach(struct bounds centre, struct bounds radius, struct bounds cosine, const char *axis,
                       const char *where, struct error *err)
{
    const struct bounds reach = bounds_add(centre, bounds_multiply(radius, cosine));
    if (reach.low < INSIDE.low || reach.high > INSIDE.high)
        return error_set(err, ERROR_MODEL, "%s can come to %s = %.6g: use %.16g to %.16g", where, axis,
                         reach.low < INSIDE.low ? reach.low : reach.high, INSIDE.low, INSIDE.high);
    return 0;
}

static int read_arc(struct stroke_item *out, struct points *points, struct json_object from, const struct names *names,
                    struct error *err)
{
    static const char *const known[] = {"arc", "spiral", NULL};
    const cJSON *arc, *growth = cJSON_GetObjectItemCaseSensitive(from.object, "spiral");
    char place[JSON_WHERE], spiral_place[JSON_WHERE];
    struct bounds x, y, radius_x, radius_y, start, sweep, spiral = {0, 0};
    if (json_check_keys(from, known, err) != 0 || json_get_array(&arc, from, "arc", 1, err) != 0)
        return -1;
    json_place(place, from.where, "arc");
    if (cJSON_GetArraySize(arc) != 6)
        return error_set(err, ERROR_MODEL,
                         "%s has %d elements: [centre_x, centre_y, radius_x, radius_y, from, sweep] was expected",
                         place, cJSON_GetArraySize(arc));
    out->kind = STROKE_ARC;
    out->spiral = formula_number(0);
    if (read_element(&out->x, &x, arc, 0, place, names, SIZES, err) != 0 ||
        read_element(&out->y, &y, arc, 1, place, names, SIZES, err) != 0 ||
        read_element(&out->radius_x, &radius_x, arc, 2, place, names, SIZES, err) != 0 ||
        read_element(&out->radius_y, &radius_y, arc, 3, place, names, SIZES, err) != 0 ||
        read_element(&out->from, &start, arc, 4, place, names, DEGREES, err) != 0 ||
        read_element(&out->sweep, &sweep, arc, 5, place, names, DEGREES, err) != 0 ||
        (growth != NULL && read_coordinate(&out->spiral, &spiral, growth,
                                           json_place(spiral_place, from.where, "spiral"), names, GROWTH, err) != 0))
        return -1;
    /* Every angle on the way, and every factor 1 + spiral (t - 1/2) on the radius. */
    const struct bounds on = {sweep.low < 0 ? sweep.low : 0, sweep.high > 0 ? sweep.high : 0};
    const struct bounds angle = bounds_add(start, on), quarter = {90, 90}, half = {-0.5, 0.5}, one = {1, 1};
    const struct bounds size = bounds_add(one, bounds_multiply(spiral, half));
    *points = (struct points){skeleton_arc_points(0), skeleton_arc_points(on.high > -on.low ? on.high : on.low)};
    return check_reach(x, bounds_multiply(radius_x, size), bounds_cosine(angle), "x", place, err) != 0 ||
                   check_reach(y, bounds_multiply(radius_y, size), bounds_cosine(bounds_subtract(angle, quarter)), "y",
                               place, err) != 0
               ? -1
               : 0;
}

static int read_items(struct stroke_item **out, int *count, struct points *points, const cJSON *array,
                      const char *where, const struct names *names, struct error *err);

static int read_chance(struct stroke_item *out, struct points *points, struct json_object from,
                       const struct names *names, struct error *err)
{
    static const char *const known[] = {"chance", "points", "else", NULL};
    const cJSON *items, *otherwise = NULL;
    char place[JSON_WHERE];
    struct points with, without = {0, 0};
    out->kind = STROKE_CHANCE;
    if (json_check_keys(from, known, err) != 0 ||
        json_get_number(&out->chance, from, "chance", CHANCE_LEAST, CHANCE_MOST, 1, err) != 0 ||
        json_get_array(&items, from, "points", 1, err) != 0 || json_get_array(&otherwise, from, "else", 0, err) != 0 ||
        read_items(&out->items, &out->item_count, &with, items, json_place(place, from.where, "points"), names, err) !=
            0 ||
        (otherwise != NULL && read_items(&out->otherwise, &out->otherwise_count, &without, otherwise,
                                         json_place(place, from.where, "else"), names, err) != 0))
        return -1;
    points->least = with.least < without.least ? with.least : without.least;
    points->most = with.most > without.most ? with.most : without.most;
    return 0;
}

static int read_item(struct stroke_item *out, struct points *points, const cJSON *json, const char *where,
                     const struct names *names, struct error *err)
{
    const struct json_object from = {json, where};
    if (cJSON_IsArray(json)) {
        *points = (struct points){1, 1};
        return read_point(out, json, where, names, err);
    }
    if (cJSON_GetObjectItemCaseSensitive(json, "arc") != NULL)
        return read_arc(out, points, from, names, err);
    if (cJSON_GetObjectItemCaseSensitive(json, "chance") != NULL)
        return read_chance(out, points, from, names, err);
    return error_set(err, ERROR_MODEL,
                     "%s is nothing to draw: [x, y], {\"arc\": ...} or {\"chance\": ..., \"points\": ...} was expected",
                     where);
}

/* On failure *out holds what is to be released all the same. */
static int read_items(struct stroke_item **out, int *count, struct points *points, const cJSON *array,
                      const char *where, const struct names *names, struct error *err)
{
    const int size = cJSON_GetArraySize(array);
    if (size == 0)
        return error_set(err, ERROR_MODEL, "%s is empty: one point at least was expected", where);
    *out = allocate(size, sizeof **out, err);
    if (*out == NULL)
        return -1;
    *count = size;
    *points = (struct points){0, 0};
    const cJSON *child;
    int i = 0;
    cJSON_ArrayForEach(child, array)
    {
        char place[JSON_WHERE];
        struct points more = {0, 0};
        if (read_item(&(*out)[i], &more, child, element_place(place, where, i), names, err) != 0)
            return -1;
        i++;
        points->least += more.least;
        points->most += more.most;
    }
    return 0;
}

/* ---- Strokes ---- */

static int read_stroke(struct stroke *out, struct points *points, const cJSON *json, const char *where,
                       const struct names *names, struct error *err)
{
    static const char *const known[] = {"chance", "points", NULL};
    const struct json_object from = {json, where};
    const cJSON *items = json;
    char place[JSON_WHERE];
    out->chance = 1;
    if (!cJSON_IsArray(json)) {
        if (json_check_keys(from, known, err) != 0 ||
            json_get_number(&out->chance, from, "chance", CHANCE_LEAST, CHANCE_MOST, 1, err) != 0 ||
            json_get_array(&items, from, "points", 1, err) != 0)
            return -1;
    }
    if (read_items(&out->items, &out->item_count, points, items,
                   items == json ? where : json_place(place, where, "points"), names, err) != 0)
        return -1;
    if (points->least == 0)
        return error_set(err, ERROR_MODEL, "%s has no point that is drawn for certain: give it one", where);
    return 0;
}

static int read_strokes(struct way *out, const cJSON *array, const char *where, const struct names *names,
                        struct error *err)
{
    const int size = cJSON_GetArraySize(array);
    if (size < 1 || size > SKELETON_STROKES)
        return error_set(err, ERROR_MODEL, "%s.strokes holds %d strokes: use 1 to %d", where, size, SKELETON_STROKES);
    if (cJSON_IsObject(array->child))
        return error_set(err, ERROR_MODEL, "%s.strokes[0] is an object: the first stroke is always drawn, [...]",
                         where);
    out->strokes = allocate(size, sizeof *out->strokes, err);
    if (out->strokes == NULL)
        return -1;
    out->stroke_count = size;
    const cJSON *child;
    int i = 0, most = 0;
    cJSON_ArrayForEach(child, array)
    {
        char strokes_place[JSON_WHERE], place[JSON_WHERE];
        struct points more = {0, 0};
        if (read_stroke(&out->strokes[i], &more, child,
                        element_place(place, json_place(strokes_place, where, "strokes"), i), names, err) != 0)
            return -1;
        i++;
        most += more.most;
    }
    if (most > SKELETON_POINTS)
        return error_set(err, ERROR_MODEL, "%s can come to %d points, those of its arcs included: use %d at most",
                         where, most, SKELETON_POINTS);
    return 0;
}

/* ---- The way ---- */

static int read_vary(struct way *out, struct names *names, const cJSON *json, const char *where, struct error *err)
{
    const cJSON *child;
    cJSON_ArrayForEach(child, json)
    {
        const size_t length = strlen(child->string);
        char place[JSON_WHERE];
        if (names->count == STROKES_NAMES)
            return error_set(err, ERROR_MODEL, "%s holds more than %d names", where, STROKES_NAMES);
        if (length == 0 || length > NAME_LETTERS || strspn(child->string, "abcdefghijklmnopqrstuvwxyz_") != length)
            return error_set(err, ERROR_MODEL, "%s has the name \"%.32s\": use 1 to %d letters a to z and _", where,
                             child->string, NAME_LETTERS);
        if (read_coordinate(&out->vary[names->count], &names->bounds[names->count], child,
                            json_place(place, where, child->string), names, ANY, err) != 0)
            return -1;
        names->names[names->count++] = child->string;
    }
    out->vary_count = names->count;
    return 0;
}

static int read_way(struct way *out, struct json_object from, struct error *err)
{
    static const char *const known[] = {"way", "share", "vary", "strokes", NULL};
    const char *name;
    const cJSON *vary = NULL, *strokes;
    char place[JSON_WHERE];
    struct names names = {0};
    if (json_check_keys(from, known, err) != 0 || json_get_string(&name, from, "way", 1, err) != 0 ||
        json_get_number(&out->share, from, "share", 0.001, 1000, 1, err) != 0 ||
        json_get_object(&vary, from, "vary", 0, err) != 0 || json_get_array(&strokes, from, "strokes", 1, err) != 0)
        return -1;
    out->name = allocate((int)strlen(name) + 1, 1, err);
    if (out->name == NULL)
        return -1;
    memcpy(out->name, name, strlen(name));
    return read_vary(out, &names, vary, json_place(place, from.where, "vary"), err) != 0 ||
                   read_strokes(out, strokes, from.where, &names, err) != 0
               ? -1
               : 0;
}

int strokes_way_read(struct way *out, const cJSON *json, const char *where, struct error *err)
{
    struct way way = {0};
    if (read_way(&way, (struct json_object){json, where}, err) != 0) {
        strokes_way_free(&way);
        return -1;
    }
    *out = way;
    return 0;
}

static void free_items(struct stroke_item *items, int count)
{
    for (int i = 0; i < count; i++) {
        free_items(items[i].items, items[i].item_count);
        free_items(items[i].otherwise, items[i].otherwise_count);
    }
    free(items);
}

void strokes_way_free(struct way *way)
{
    for (int s = 0; s < way->stroke_count; s++)
        free_items(way->strokes[s].items, way->strokes[s].item_count);
    free(way->strokes);
    free(way->name);
    *way = (struct way){0};
}
