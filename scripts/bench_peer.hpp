// What the C++ peers of scripts/bench-peers have in common: digits, settings, the clock, and main.
//
//     PEER version
//     PEER training|inference|latency DIR < settings
//
// DIR is the folder that bench-peers prepares. A line of stdin is a setting, "seconds=1 batch=64 threads=2 ...", and is
// answered by a line on stdout: images a second, or for latency the median of microseconds an image; 0 where the peer
// cannot do it. Every setting starts with a new network, which runs for a quarter of the seconds before the clock does.
#ifndef BENCH_PEER_HPP
#define BENCH_PEER_HPP

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace peer {

constexpr size_t PIXELS = 32 * 32;

struct Digits {
    std::vector<float> images; // [count][32][32], normalised and padded
    std::vector<unsigned char> labels;
};

// name=value words.
class Setting {
public:
    explicit Setting(const std::string &line)
    {
        std::istringstream words(line);
        for (std::string word; words >> word;)
            values[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
    }
    std::string operator[](const std::string &name) const
    {
        auto found = values.find(name);
        if (found == values.end())
            throw std::invalid_argument("the setting lacks " + name + "=");
        return found->second;
    }
    double number(const std::string &name) const { return std::stod((*this)[name]); }
    size_t batch() const { return (size_t)number("batch"); }
    int threads() const { return (int)number("threads"); }

    // Larger batches learn at a larger rate, as is usual. It has no influence on the speed.
    float rate() const { return std::min(0.02f * (float)batch() / 64, 0.05f); }

private:
    std::map<std::string, std::string> values;
};

inline double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

constexpr int STEPS_TO_LEARN = 60; // after so many the loss of a network that learns has gone down

// Calls step(first) with the place of one batch after the other. FLUSH waits for what a peer does in the background.
template <typename Step, typename Flush>
double measure(const std::string &kind, const Setting &setting, const Digits &digits, Step step, Flush flush)
{
    size_t at = 0, batch = setting.batch(), count = digits.labels.size();
    int steps = 0;
    auto next = [&] {
        at = at + batch > count ? 0 : at;
        step(at);
        at += batch;
        steps++;
    };
    double seconds = setting.number("seconds");
    for (double end = now() + seconds / 4; now() < end;)
        next();
    flush();
    std::vector<double> times;
    double start = now(), last = start;
    while (last - start < seconds) {
        next();
        times.push_back(now() - last);
        last += times.back();
    }
    flush();
    double passed = now() - start;
    while (kind == "training" && seconds >= 1 && steps < STEPS_TO_LEARN) // no trial: its loss is shown
        next();
    flush();
    if (kind != "latency")
        return (double)(times.size() * batch) / passed;
    std::nth_element(times.begin(), times.begin() + (long)times.size() / 2, times.end());
    return 1e6 * times[times.size() / 2];
}

inline Digits load(const std::string &stem)
{
    std::ifstream images(stem + "-images.f32", std::ios::binary), labels(stem + "-labels.u8", std::ios::binary);
    Digits digits;
    digits.labels.assign(std::istreambuf_iterator<char>(labels), {});
    digits.images.resize(digits.labels.size() * PIXELS);
    images.read((char *)digits.images.data(), (std::streamsize)(digits.images.size() * sizeof(float)));
    if (!images || digits.images.empty())
        throw std::runtime_error(stem + "-images.f32 cannot be read: scripts/bench-peers writes it.");
    return digits;
}

// RUN(kind, setting, digits) measures one setting.
template <typename Run>
int serve(int argc, char **argv, const std::string &version, Run run)
try {
    std::string kind = argc > 1 ? argv[1] : "";
    if (kind == "version") {
        std::cout << version << std::endl;
        return 0;
    }
    if (argc != 3 || (kind != "training" && kind != "inference" && kind != "latency"))
        throw std::runtime_error("give version, or one of training, inference and latency and a folder.");
    Digits digits = load(argv[2] + std::string(kind == "training" ? "/train" : "/test"));
    for (std::string line; std::getline(std::cin, line);) {
        double result = 0;
        try {
            result = run(kind, Setting(line), digits);
        } catch (const std::exception &e) {
            std::cerr << version << ": " << line << ": " << e.what() << std::endl;
        }
        std::printf("%.2f\n", result);
        std::fflush(stdout);
    }
    return 0;
} catch (const std::exception &e) {
    std::cerr << version << ": " << e.what() << std::endl;
    return 1;
}

} // namespace peer

#endif
