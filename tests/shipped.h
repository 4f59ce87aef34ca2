/* The model that is shipped, models/lenet5.json, for tests of what reads pictures with it. */
#ifndef LENET5_TESTS_SHIPPED_H
#define LENET5_TESTS_SHIPPED_H

#include "reader/classifier.h"

/* For cmocka's groups: opened by the setup, on the kernels that this machine would choose, and closed by the teardown.
 */
extern struct classifier shipped;
int shipped_open(void **state);
int shipped_close(void **state);

#endif
