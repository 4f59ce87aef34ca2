/* lenet5: a trained LeNet-5 inside your own program.
 *
 *     char why[LENET5_MESSAGE];
 *     struct lenet5 *reader = lenet5_open("lenet5.json", why);
 *     float probability[10];
 *     int digit = reader != NULL ? lenet5_file(reader, probability, "digit.png", why) : -1;
 *     if (digit < 0)
 *         fprintf(stderr, "%s\n", why);
 *     lenet5_close(reader);
 *
 * Link with liblenet5.a and -lcjson -lpng -ljpeg -lz -lnettle -lm -fopenmp. The library prints nothing and never exits. One
 * reader serves one thread at a time; open one for each thread. Licence: MIT. */
#ifndef LENET5_H
#define LENET5_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LENET5_MESSAGE 768 /* bytes that a `why` has to have room for; NULL where the reason does not matter */

struct lenet5;

/* Loads a model file. Gives a reader that lenet5_close() releases, or NULL and the reason in one sentence. */
struct lenet5 *lenet5_open(const char *model_path, char *why);
void lenet5_close(struct lenet5 *reader); /* NULL is allowed */

/* The number of classes (10 for digits), and of the bytes of one image: rows x cols x channels (28x28x1). */
int lenet5_classes(const struct lenet5 *reader);
size_t lenet5_image_bytes(const struct lenet5 *reader);

/* The SHA-256 over the weights, as text; lives as long as the reader. */
const char *lenet5_digest(const struct lenet5 *reader);

/* An image as the network was trained on: [channels][rows][cols], 0 background .. 255 ink, as in MNIST.
 * Overwrites probability [classes], gives the answer; cannot fail. */
int lenet5_pixels(struct lenet5 *reader, float *probability, const unsigned char *pixels);

/* Whether the last answer is certain enough to be taken: not less than the threshold that the model was calibrated to,
 * so that letters and scribbles are mostly told from digits. Always 1 with a model that was not calibrated. */
int lenet5_is_sure(const struct lenet5 *reader);

/* A gray picture of any size in memory, [rows][cols], 0 black .. 255 white, ink dark or light: it is fitted first.
 * Overwrites probability [classes], gives the answer, or -1 and the reason (a blank picture). */
int lenet5_gray(struct lenet5 *reader, float *probability, const unsigned char *gray, int rows, int cols, char *why);

/* A picture file, or its bytes: PNG, JPEG, BMP, PBM, PGM or PPM. As above. */
int lenet5_file(struct lenet5 *reader, float *probability, const char *path, char *why);
int lenet5_bytes(struct lenet5 *reader, float *probability, const void *bytes, size_t size, char *why);

/* One digit of a picture that shows several. */
struct lenet5_digit {
    int digit; /* 0 .. 9 */
    float probability;
    int line;                /* 0, 1, ... from the top down */
    int x, y, width, height; /* its box, in pixels of the upright picture */
};

/* Reads all digits of a picture, line by line and from left to right; those that touch are parted. Overwrites the first
 * `room` of digits, gives how many there are (0: none; perhaps more than `room`), or -1 and the reason. */
int lenet5_read_gray(struct lenet5 *reader, struct lenet5_digit *digits, int room, const unsigned char *gray, int rows,
                     int cols, char *why);
int lenet5_read_file(struct lenet5 *reader, struct lenet5_digit *digits, int room, const char *path, char *why);

#ifdef __cplusplus
}
#endif

#endif
