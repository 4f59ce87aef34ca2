// oneDNN's side of scripts/bench-peers: the preset lenet5 built of oneDNN's primitives alone, without a framework.
// Arguments and settings as in bench_peer.hpp; its own settings are
//
//     layout   of what flows between the layers: any (each primitive takes what it likes best, with reorders between
//              those that differ), nchw or nhwc. Weights are always kept as the forward pass likes them best.
//     relu     fused (into the convolution) or after-pool (the same function, of a quarter of the numbers)
//     pad      filters and units are rounded up to a multiple of this; the additional ones are zero and remain so
//
// What helps oneDNN is done before the clock starts: primitives and memory are made, the digits lie in memory as padded
// floats and are read where they lie, in the order of the file.
#include "bench_peer.hpp"

#include <dnnl.hpp>
#include <omp.h>

#include <cmath>
#include <functional>
#include <random>
#include <unordered_map>

using namespace dnnl;
using Tag = memory::format_tag;
using Dims = memory::dims;
using Desc = memory::desc;

struct Step {
    primitive what;
    std::unordered_map<int, memory> with;
};

struct Parameter {
    memory value, gradient;
    std::vector<float> velocity;
};

// The two kinds of layers with weights, for Network::weighted.
static const Dims ONE{1, 1}, TWO{2, 2}, NONE{0, 0};
constexpr auto DIRECT = algorithm::convolution_direct, MAX = algorithm::pooling_max;

struct Convolution {
    using Forward = convolution_forward;
    using ByInput = convolution_backward_data;
    using ByWeights = convolution_backward_weights;
    static auto forward(prop_kind kind, const Desc &src, const Desc &w, const Desc &b, const Desc &dst)
    {
        return Forward::desc(kind, DIRECT, src, w, b, dst, ONE, NONE, NONE);
    }
    static auto by_input(const Desc &src, const Desc &w, const Desc &dst)
    {
        return ByInput::desc(DIRECT, src, w, dst, ONE, NONE, NONE);
    }
    static auto by_weights(const Desc &src, const Desc &w, const Desc &b, const Desc &dst)
    {
        return ByWeights::desc(DIRECT, src, w, b, dst, ONE, NONE, NONE);
    }
};

struct Dense {
    using Forward = inner_product_forward;
    using ByInput = inner_product_backward_data;
    using ByWeights = inner_product_backward_weights;
    static auto forward(prop_kind kind, const Desc &src, const Desc &w, const Desc &b, const Desc &dst)
    {
        return Forward::desc(kind, src, w, b, dst);
    }
    static auto by_input(const Desc &src, const Desc &w, const Desc &dst) { return ByInput::desc(src, w, dst); }
    static auto by_weights(const Desc &src, const Desc &w, const Desc &b, const Desc &dst)
    {
        return ByWeights::desc(src, w, b, dst);
    }
};

class Network {
public:
    Network(const peer::Setting &setting, bool training);
    const float *infer(const float *images);
    float train(const float *images, const unsigned char *labels); // returns the batch's mean loss

private:
    using Backward = std::function<memory(memory)>; // from the gradient by a layer's output to that by its input

    bool training, fused;
    long batch, pad;
    std::string between;
    float rate; // of learning
    engine cpu{engine::kind::cpu, 0};
    stream flow{cpu};
    std::mt19937 random{1};
    std::vector<Step> forward, backward;
    std::vector<Backward> pending; // makes the backward pass when the forward pass is complete
    std::vector<Parameter> parameters;
    memory input, probabilities, gradient;

    Desc layout(const Dims &dims) const;
    memory as(std::vector<Step> &steps, const memory &have, const Desc &want);
    memory initial(const Dims &dims, const Dims &real, const Desc &wanted);
    prop_kind kind() const { return training ? prop_kind::forward_training : prop_kind::forward_inference; }
    long padded(long n) const { return (n + pad - 1) / pad * pad; }

    template <typename Kind> memory weighted(memory src, Dims dims, Dims real, Desc dst, bool relu);
    memory convolution(memory src, long filters, long real_channels);
    memory dense(memory src, long units, long real_inputs, bool last);
    memory relu(memory data);
    Backward relu_backward(memory dst);
    memory pool(memory src);
    memory flatten(memory src);
    void update();
};

static Desc described(const Dims &dims, Tag tag) { return {dims, memory::data_type::f32, tag}; }
static float *floats(const memory &m) { return static_cast<float *>(m.get_data_handle()); }
static size_t count_of(const memory &m) { return m.get_desc().get_size() / sizeof(float); }

// Memory between the layers: as the setting says, or for the primitive to choose.
Desc Network::layout(const Dims &dims) const
{
    static const std::map<std::string, Tag> tags{{"any", Tag::any}, {"nchw", Tag::nchw}, {"nhwc", Tag::nhwc}};
    return described(dims, dims.size() == 2 ? Tag::nc : tags.at(between));
}

// The same values in the layout that is wanted: by a reorder where there is no other way.
memory Network::as(std::vector<Step> &steps, const memory &have, const Desc &want)
{
    if (have.get_desc() == want)
        return have;
    memory other(want, cpu);
    steps.push_back({reorder(have, other), {{DNNL_ARG_FROM, have}, {DNNL_ARG_TO, other}}});
    return other;
}

// He's initialisation of weights that belong to the network, zeros for those that are padding.
memory Network::initial(const Dims &dims, const Dims &real, const Desc &wanted)
{
    memory plain(described(dims, dims.size() == 4 ? Tag::oihw : Tag::oi), cpu), out(wanted, cpu);
    long area = dims.size() == 4 ? dims[2] * dims[3] : 1;
    std::uniform_real_distribution<float> draw(-1, 1);
    float *to = floats(plain), range = std::sqrt(6.0f / (float)(real[1] * area));
    for (long o = 0; o < dims[0]; o++)
        for (long i = 0; i < dims[1]; i++)
            for (long f = 0; f < area; f++)
                *to++ = o < real[0] && i < real[1] ? range * draw(random) : 0;
    reorder(plain, out).execute(flow, plain, out);
    flow.wait();
    return out;
}

// A layer with weights of DIMS, REAL of which are no padding, and a fused ReLU where wanted.
template <typename Kind>
memory Network::weighted(memory src, Dims dims, Dims real, Desc dst_wanted, bool relu)
{
    bool first = pending.empty();
    Desc src_wanted = first ? src.get_desc() : layout(src.get_desc().dims());
    Desc w = described(dims, Tag::any), b = described({dims[0]}, Tag::x);
    primitive_attr attributes;
    post_ops after;
    if (relu)
        after.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
    attributes.set_post_ops(after);
    typename Kind::Forward::primitive_desc pd(Kind::forward(kind(), src_wanted, w, b, dst_wanted), attributes, cpu);

    memory weights = initial(dims, real, pd.weights_desc()), bias(b, cpu), dst(pd.dst_desc(), cpu);
    std::fill_n(floats(bias), dims[0], 0.0f);
    memory in = as(forward, src, pd.src_desc());
    forward.push_back({typename Kind::Forward(pd), {{DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, weights},
                                                    {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, dst}}});
    pending.push_back([=, this](memory diff) {
        if (relu)
            diff = relu_backward(dst)(diff);
        typename Kind::ByWeights::primitive_desc wpd(Kind::by_weights(src_wanted, w, b, dst_wanted), cpu, pd);
        memory dw(wpd.diff_weights_desc(), cpu), db(b, cpu);
        memory in_w = as(backward, in, wpd.src_desc()), diff_w = as(backward, diff, wpd.diff_dst_desc());
        backward.push_back({typename Kind::ByWeights(wpd), {{DNNL_ARG_SRC, in_w}, {DNNL_ARG_DIFF_DST, diff_w},
                                                            {DNNL_ARG_DIFF_WEIGHTS, dw}, {DNNL_ARG_DIFF_BIAS, db}}});
        parameters.push_back({weights, as(backward, dw, weights.get_desc()), std::vector<float>(count_of(weights))});
        parameters.push_back({bias, db, std::vector<float>(count_of(bias))});
        if (first)
            return memory();
        typename Kind::ByInput::primitive_desc ipd(Kind::by_input(src_wanted, w, dst_wanted), cpu, pd);
        memory dsrc(ipd.diff_src_desc(), cpu);
        memory diff_i = as(backward, diff, ipd.diff_dst_desc()), w_i = as(backward, weights, ipd.weights_desc());
        backward.push_back({typename Kind::ByInput(ipd), {{DNNL_ARG_DIFF_DST, diff_i}, {DNNL_ARG_WEIGHTS, w_i},
                                                          {DNNL_ARG_DIFF_SRC, dsrc}}});
        return dsrc;
    });
    return dst;
}

memory Network::convolution(memory src, long filters, long real_channels)
{
    Dims s = src.get_desc().dims();
    Desc dst = layout({batch, padded(filters), s[2] - 4, s[3] - 4});
    return weighted<Convolution>(src, {padded(filters), s[1], 5, 5}, {filters, real_channels, 5, 5}, dst, fused);
}

memory Network::dense(memory src, long units, long real_inputs, bool last)
{
    long count = last ? units : padded(units);
    return weighted<Dense>(src, {count, src.get_desc().dims()[1]}, {units, real_inputs}, layout({batch, count}), !last);
}

memory Network::relu(memory data)
{
    eltwise_forward::primitive_desc pd({kind(), algorithm::eltwise_relu, data.get_desc(), 0.0f, 0.0f}, cpu);
    forward.push_back({eltwise_forward(pd), {{DNNL_ARG_SRC, data}, {DNNL_ARG_DST, data}}});
    pending.push_back(relu_backward(data));
    return data;
}

Network::Backward Network::relu_backward(memory dst)
{
    return [=, this](memory diff) {
        auto by_dst = algorithm::eltwise_relu_use_dst_for_bwd;
        Desc md = dst.get_desc();
        eltwise_forward::primitive_desc hint({prop_kind::forward_training, by_dst, md, 0.0f, 0.0f}, cpu);
        eltwise_backward::primitive_desc pd({by_dst, md, md, 0.0f, 0.0f}, cpu, hint);
        memory d = as(backward, diff, md);
        backward.push_back({eltwise_backward(pd), {{DNNL_ARG_DST, dst}, {DNNL_ARG_DIFF_DST, d},
                                                   {DNNL_ARG_DIFF_SRC, d}}});
        return d;
    };
}

memory Network::pool(memory src)
{
    Desc from = src.get_desc();
    Dims s = from.dims();
    Desc to = layout({s[0], s[1], s[2] / 2, s[3] / 2});
    pooling_forward::primitive_desc pd({kind(), MAX, from, to, TWO, TWO, NONE, NONE}, cpu);
    memory dst(pd.dst_desc(), cpu), places; // of the largest numbers, for the way back
    Step step{pooling_forward(pd), {{DNNL_ARG_SRC, src}, {DNNL_ARG_DST, dst}}};
    if (training) {
        places = memory(pd.workspace_desc(), cpu);
        step.with[DNNL_ARG_WORKSPACE] = places;
    }
    forward.push_back(step);
    pending.push_back([=, this](memory diff) {
        pooling_backward::primitive_desc bpd({MAX, from, dst.get_desc(), TWO, TWO, NONE, NONE}, cpu, pd);
        memory dsrc(bpd.diff_src_desc(), cpu), d = as(backward, diff, bpd.diff_dst_desc());
        backward.push_back({pooling_backward(bpd), {{DNNL_ARG_DIFF_DST, d}, {DNNL_ARG_WORKSPACE, places},
                                                    {DNNL_ARG_DIFF_SRC, dsrc}}});
        return dsrc;
    });
    return dst;
}

// Rows of numbers for the dense layers, which oneDNN multiplies faster than images. The order of an image's numbers is
// that of their layout: which weight belongs to which is for the training to find.
memory Network::flatten(memory src)
{
    Desc image = src.get_desc();
    long count = image.dims()[1] * image.dims()[2] * image.dims()[3];
    if (image.data.format_desc.blocking.strides[0] != count)
        throw error(dnnl_unimplemented, "the images of a batch do not lie one behind the other");
    Desc row = described({batch, count}, Tag::nc);
    pending.push_back([=, this](memory diff) { return memory(image, cpu, as(backward, diff, row).get_data_handle()); });
    return memory(row, cpu, src.get_data_handle());
}

Network::Network(const peer::Setting &setting, bool for_training)
    : training(for_training), fused(setting["relu"] == "fused"), batch((long)setting.batch()),
      pad((long)setting.number("pad")), between(setting["layout"]), rate(setting.rate())
{
    // There is one channel, so that both are the same bytes; but oneDNN goes by the name.
    input = memory(described({batch, 1, 32, 32}, between == "nhwc" ? Tag::nhwc : Tag::nchw), cpu);
    memory x = input;
    long channels = 1;
    for (long filters : {6, 16}) {
        x = pool(convolution(x, filters, channels));
        x = fused ? x : relu(x);
        channels = filters;
    }
    x = dense(flatten(x), 120, 400, false);
    x = dense(x, 84, 120, false);
    probabilities = dense(x, 10, 84, true);
    if (!training)
        return;
    Desc md = probabilities.get_desc();
    softmax_forward::primitive_desc pd({kind(), md, 1}, cpu);
    forward.push_back({softmax_forward(pd), {{DNNL_ARG_SRC, probabilities}, {DNNL_ARG_DST, probabilities}}});
    gradient = memory(md, cpu);
    memory diff = gradient;
    for (size_t i = pending.size(); i-- > 0;)
        diff = pending[i](diff);
}

const float *Network::infer(const float *images)
{
    input.set_data_handle(const_cast<float *>(images));
    for (Step &step : forward)
        step.what.execute(flow, step.with);
    flow.wait();
    return floats(probabilities); // logits, where there is no training: softmax is left out, which favours oneDNN
}

float Network::train(const float *images, const unsigned char *labels)
{
    const float *p = infer(images);
    float *d = floats(gradient), loss = 0;
    for (long i = 0; i < batch; i++) {
        for (int k = 0; k < 10; k++)
            d[i * 10 + k] = (p[i * 10 + k] - (float)(k == labels[i])) / (float)batch;
        loss -= std::log(std::max(p[i * 10 + labels[i]], 1e-30f));
    }
    for (Step &step : backward)
        step.what.execute(flow, step.with);
    flow.wait();
    update();
    return loss / (float)batch;
}

void Network::update()
{
    for (Parameter &p : parameters) {
        float *value = floats(p.value), *velocity = p.velocity.data();
        const float *slope = floats(p.gradient);
        long n = (long)p.velocity.size();
#pragma omp parallel for simd if (n > 16384)
        for (long i = 0; i < n; i++) {
            velocity[i] = 0.9f * velocity[i] + slope[i];
            value[i] -= rate * velocity[i];
        }
    }
}

static double run(const std::string &kind, const peer::Setting &setting, const peer::Digits &digits)
{
    bool training = kind == "training";
    omp_set_num_threads(setting.threads());
    Network network(setting, training);
    float loss = 2.3f; // a running mean; it starts at that of a guess
    auto step = [&](size_t at) {
        const float *images = &digits.images[at * peer::PIXELS];
        if (training)
            loss += 0.1f * (network.train(images, &digits.labels[at]) - loss);
        else
            network.infer(images);
    };
    double speed = peer::measure(kind, setting, digits, step, [] {});
    if (training)
        std::fprintf(stderr, "oneDNN: loss %.3f at the end\n", loss);
    return speed;
}

int main(int argc, char **argv)
{
    const version_t *v = dnnl::version();
    return peer::serve(argc, argv, "oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." +
                                       std::to_string(v->patch), run);
}
