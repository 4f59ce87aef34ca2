/* One picture's answer by the mean over several views of it: the evaluator's, also where the model is shared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "shipped.h"
#include "training/evaluator.h"

enum { PICTURES = 30, CLASSES = 10 };

static struct dataset digits;

static int arrive(void **state)
{
    digits = digits_set(DATASET_TEST, PICTURES);
    return shipped_open(state);
}

static int leave(void **state)
{
    dataset_free(&digits);
    return shipped_close(state);
}

struct answers {
    int digit[PICTURES];
    float probability[PICTURES][CLASSES], certainty[PICTURES];
};

static void answer_all(struct answers *answers, struct classifier *classifier)
{
    for (int i = 0; i < PICTURES; i++) {
        answers->digit[i] = classifier_answer(answers->probability[i], classifier, dataset_image(&digits, i));
        answers->certainty[i] = classifier->certainty;
    }
}

static void look(struct classifier *classifier, int views)
{
    struct error err = {0};
    if (classifier_look(classifier, views, &err) != 0)
        fail_msg("%s", err.text);
}

static void assert_same(const struct answers *a, const struct answers *b)
{
    assert_memory_equal(a->digit, b->digit, sizeof a->digit);
    assert_memory_equal(a->probability, b->probability, sizeof a->probability);
    assert_memory_equal(a->certainty, b->certainty, sizeof a->certainty);
}

/* To the last bit. */
static void answers_are_those_of_the_evaluator_with_any_number_of_views(void **state)
{
    (void)state;
    for (int views = 1; views <= VIEWS_MOST; views++) {
        struct evaluation evaluation;
        struct answers answers;
        look(&shipped, views);
        answer_all(&answers, &shipped);
        assert_int_equal(evaluator_run(&evaluation, &shipped.model, &digits, views, shipped.network.kernels, 2, NULL),
                         0);
        for (int i = 0; i < PICTURES; i++) {
            assert_int_equal(answers.digit[i], evaluation.answers[i]);
            assert_memory_equal(&answers.probability[i][answers.digit[i]], &evaluation.probabilities[i], sizeof(float));
        }
        evaluation_free(&evaluation);
    }
}

static void one_view_is_what_a_classifier_begins_with_and_can_go_back_to(void **state)
{
    (void)state;
    struct classifier fresh;
    struct answers begin, five, back;
    look(&shipped, 1);
    assert_int_equal(classifier_share(&fresh, &shipped, NULL), 0);
    answer_all(&begin, &fresh);
    look(&fresh, 5);
    answer_all(&five, &fresh);
    look(&fresh, 1);
    answer_all(&back, &fresh);
    assert_same(&back, &begin);
    for (int i = 0; i < PICTURES; i++)
        assert_memory_not_equal(five.probability[i], begin.probability[i], sizeof five.probability[i]);
    classifier_close(&fresh);
}

static void one_that_shares_the_model_looks_as_often(void **state)
{
    (void)state;
    struct classifier other;
    struct answers own, shared;
    look(&shipped, 4);
    assert_int_equal(classifier_share(&other, &shipped, NULL), 0);
    look(&shipped, 9); /* and goes on by itself */
    answer_all(&shared, &other);
    look(&shipped, 4);
    answer_all(&own, &shipped);
    assert_same(&shared, &own);
    classifier_close(&other);
    answer_all(&shared, &shipped); /* what was shared is still there */
    assert_same(&shared, &own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_of_the_evaluator_with_any_number_of_views),
        cmocka_unit_test(one_view_is_what_a_classifier_begins_with_and_can_go_back_to),
        cmocka_unit_test(one_that_shares_the_model_looks_as_often),
    };
    return cmocka_run_group_tests(tests, arrive, leave);
}
