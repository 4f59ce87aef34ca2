/* A walk through a network, and what is worked out of it, as JSON: for lenet5 explain and for the server. */
#ifndef LENET5_PAGES_EXPLANATION_JSON_H
#define LENET5_PAGES_EXPLANATION_JSON_H

#include <cjson/cJSON.h>

#include "reader/explain.h"

/* Arrays of numbers that read back exactly; NULL when memory is out. */
cJSON *explanation_reals(const real *values, int count);
cJSON *explanation_bytes(const unsigned char *values, int count);

/* An object with digit, probability, certainty, and whether that is as sure as the model's calibration asks for. */
cJSON *explanation_answer(const struct model *model, int digit, real p, real certainty);

/* The same of a picture that shows no digit to answer: digit and probability are null, and `reason` says why. */
cJSON *explanation_none(const char *reason);

/* explanation_answer() of the walk of an image, and its input, layers, scores, probabilities. */
cJSON *explanation_walk(const struct walk *walk, const unsigned char *pixels);

/* Adds convolution, pooling, dense and cover to it. */
void explanation_add_worked(cJSON *json, const struct explanation *explanation, const struct walk *walk);

#endif
