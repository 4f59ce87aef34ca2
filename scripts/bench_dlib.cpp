// dlib's side of scripts/bench-peers: trains the preset lenet5 with dlib's dnn module, written as in dlib's own
// examples, with its dnn_trainer. Arguments and settings as in bench_peer.hpp; its own setting is
//
//     relu     before-pool or after-pool (the same function, of a quarter of the numbers)
//
// What helps dlib is done before the clock starts: the digits lie in memory as dlib's matrices of padded floats, and
// are taken in the order of the file. The trainer copies the next batch while its thread computes, as dlib means it to.
#include "bench_peer.hpp"

#include <dlib/dnn.h>
#include <dlib/revision.h>

using namespace dlib;

extern "C" void openblas_set_num_threads(int); // dlib has no threads of its own for this: they are OpenBLAS's

template <int filters, typename SUBNET> using filters5 = add_layer<con_<filters, 5, 5, 1, 1, 0, 0>, SUBNET>;
template <int filters, typename SUBNET> using relu_pool = max_pool<2, 2, 2, 2, relu<filters5<filters, SUBNET>>>;
template <int filters, typename SUBNET> using pool_relu = relu<max_pool<2, 2, 2, 2, filters5<filters, SUBNET>>>;
template <typename SUBNET> using top = loss_multiclass_log<fc<10, relu<fc<84, relu<fc<120, SUBNET>>>>>>;
using Picture = matrix<float>;
using BeforePool = top<relu_pool<16, relu_pool<6, input<Picture>>>>;
using AfterPool = top<pool_relu<16, pool_relu<6, input<Picture>>>>;

static std::vector<Picture> pictures;
static std::vector<unsigned long> labels;

static void convert(const peer::Digits &digits)
{
    for (size_t i = pictures.size(); i < digits.labels.size(); i++) {
        pictures.push_back(mat(&digits.images[i * peer::PIXELS], 32, 32));
        labels.push_back(digits.labels[i]);
    }
}

template <typename Net>
static double train(const std::string &kind, const peer::Setting &setting, const peer::Digits &digits)
{
    Net net;
    dnn_trainer<Net> trainer(net, sgd(0, 0.9f)); // no weight decay
    trainer.set_learning_rate(setting.rate());
    trainer.set_iterations_without_progress_threshold(1000000); // it would lower the rate by itself
    long batch = (long)setting.batch();
    double speed = peer::measure(
        kind, setting, digits,
        [&](size_t at) {
            auto picture = pictures.begin() + (long)at;
            auto label = labels.begin() + (long)at;
            trainer.train_one_step(picture, picture + batch, label);
        },
        [&] {
            trainer.get_net(); // waits for its thread
            trainer.clear_average_loss();
        });
    for (long at = 0; at + batch <= 1024; at += batch) // the average was cleared
        trainer.train_one_step(pictures.begin() + at, pictures.begin() + at + batch, labels.begin() + at);
    trainer.get_net();
    std::fprintf(stderr, "dlib: loss %.3f at the end\n", trainer.get_average_loss());
    return speed;
}

static double run(const std::string &kind, const peer::Setting &setting, const peer::Digits &digits)
{
    if (kind != "training")
        throw std::invalid_argument("only training is measured");
    convert(digits);
    openblas_set_num_threads(setting.threads());
    return setting["relu"] == "before-pool" ? train<BeforePool>(kind, setting, digits)
                                            : train<AfterPool>(kind, setting, digits);
}

int main(int argc, char **argv)
{
    std::string version = std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION);
    return peer::serve(argc, argv, "dlib " + version, run);
}
