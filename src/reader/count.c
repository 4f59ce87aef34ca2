#include "reader/count.h"

#include <string.h>

#include "reader/read.h"

/* A digit that counts is that certain, and as high as that share of the highest. */
static const double SURE = 0.95, HIGH = 0.5;

/* In heights of the highest: two digits are at least so far apart, so far where one stands above the other (a pen that
 * left out a few rows leaves less), and so far where the whole could be one. */
static const double APART = 0.1, ABOVE = 0.2, FAR = 0.35;

static int highest_of(const struct reading *reading)
{
    int highest = 0;
    for (int i = 0; i < reading->digit_count; i++)
        highest = reading->digits[i].box.rows > highest ? reading->digits[i].box.rows : highest;
    return highest;
}

/* Whether two boxes have so many columns or rows between them. */
static int are_apart(const struct box *a, const struct box *b, double apart, int highest)
{
    const int across = a->left < b->left ? b->left - a->left - a->cols : a->left - b->left - b->cols;
    const int down = a->top < b->top ? b->top - a->top - a->rows : a->top - b->top - b->rows;
    return across >= apart * highest || down >= (apart > ABOVE ? apart : ABOVE) * highest;
}

/* Those that stand at least `apart` from all others that count before them. */
static int count_apart(const struct reading *reading, double apart)
{
    const int highest = highest_of(reading);
    int count = 0;
    for (int i = 0; i < reading->digit_count; i++) {
        const struct reading_digit *digit = &reading->digits[i];
        int is_apart = (double)digit->certainty >= SURE && digit->box.rows >= HIGH * highest;
        for (int k = i > 0 ? i - 1 : 0; k < i && is_apart; k++)
            is_apart = are_apart(&digit->box, &reading->digits[k].box, apart, highest);
        count += is_apart;
    }
    return count;
}

/* Whether the network takes the picture as it is: then it is one digit, made for it. */
static int is_taken_whole(float *certainty, struct classifier *classifier, const struct picture *picture)
{
    unsigned char room[FIT_SIDE * FIT_SIDE];
    const unsigned char *pixels;
    float probabilities[ARCHITECTURE_CLASSES];
    *certainty = 0;
    if (classifier_fit(&pixels, room, classifier, picture, NULL) != 0)
        return 0;
    classifier_answer(probabilities, classifier, pixels);
    *certainty = classifier->certainty;
    return picture->rows == FIT_SIDE && picture->cols == FIT_SIDE && memcmp(pixels, picture->gray, sizeof room) == 0;
}

int count_digits(int *count, struct classifier *classifier, const struct picture *picture, struct error *err)
{
    struct reading reading;
    float whole;
    if (is_taken_whole(&whole, classifier, picture)) {
        *count = 1;
        return 0;
    }
    if (reader_read(&reading, classifier, picture, 0, err) != 0)
        return -1;
    *count = count_apart(&reading, APART);
    if (*count == 2 && (double)whole >= SURE)
        *count = count_apart(&reading, FAR);
    if (*count < 2)
        *count = reading.digit_count > 0;
    reading_free(&reading);
    return 0;
}
