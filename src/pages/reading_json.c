#include "pages/reading_json.h"

#include "base/json.h"

static cJSON *digit_json(const struct reading_digit *digit)
{
    const int box[] = {digit->box.left, digit->box.top, digit->box.cols, digit->box.rows};
    cJSON *json = cJSON_CreateObject();
    if (digit->is_rejected)
        cJSON_AddNullToObject(json, "digit");
    else
        cJSON_AddNumberToObject(json, "digit", digit->digit);
    cJSON_AddItemToObject(json, "probability", json_rounded((double)digit->probability, 6));
    if (digit->is_rejected)
        cJSON_AddTrueToObject(json, "rejected");
    cJSON_AddItemToObject(json, "box", cJSON_CreateIntArray(box, 4));
    return json;
}

/* "text" is taken from the digits, which are there before it. */
static cJSON *line_json(const struct reading_digit *digits, int count)
{
    cJSON *json = cJSON_CreateObject(), *list = cJSON_CreateArray();
    char *text = cJSON_malloc((size_t)count + 1);
    for (int i = 0; i < count; i++) {
        if (text != NULL)
            text[i] = reading_character(&digits[i]);
        cJSON_AddItemToArray(list, digit_json(&digits[i]));
    }
    if (text != NULL)
        text[count] = '\0';
    cJSON_AddStringToObject(json, "text", text != NULL ? text : "");
    cJSON_free(text);
    cJSON_AddItemToObject(json, "digits", list);
    return json;
}

cJSON *reading_json(const struct reading *reading)
{
    cJSON *lines = cJSON_CreateArray();
    for (int i = 0; i < reading->line_count; i++) {
        const struct reading_line *line = &reading->lines[i];
        cJSON_AddItemToArray(lines, line_json(reading->digits + line->first, line->count));
    }
    return lines;
}
