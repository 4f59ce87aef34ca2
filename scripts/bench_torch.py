#!/usr/bin/python3
"""PyTorch's side of scripts/bench-peers: the preset lenet5, trained with SGD with momentum 0.9, and answering.

    scripts/bench_torch.py version
    scripts/bench_torch.py training|inference|latency DIR < settings
    scripts/bench_torch.py export DIR FILE      writes the network for ONNX Runtime, with random weights, and beside it
                                                FILE.json: its answers for the first test digit

DIR is the folder that bench-peers prepares. A line of stdin is a setting, "seconds=1 batch=64 threads=2 ...", and is
answered by a line on stdout: images a second, or for latency the median of microseconds an image. The settings:

    layout   contiguous or channels_last
    relu     before-pool or after-pool (the same function, of a quarter of the numbers)
    sgd      for-loop or foreach; of training only
    form     eager, or traced by torch.jit and then frozen or optimized (for inference); not of training

What helps PyTorch is done before its clock starts: the digits are normalised, padded and in memory as floats, in the
order of the file and in the layout, and the loop has run for a quarter of the seconds.
"""
import argparse
import json
import statistics
import sys
import time
import warnings
from pathlib import Path

try:
    import torch
    from torch import nn
except ImportError:
    sys.exit("bench_torch.py: PyTorch is missing: run 'scripts/setup --peers', which installs it.")

STEPS_TO_LEARN = 60 # after so many the loss of a network that learns has gone down
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def load(folder, stem):
    """The digits as floats [count][1][32][32], and their labels."""
    images = torch.frombuffer(bytearray((Path(folder) / f"{stem}-images.f32").read_bytes()), dtype=torch.float32)
    labels = torch.frombuffer(bytearray((Path(folder) / f"{stem}-labels.u8").read_bytes()), dtype=torch.uint8)
    return images.reshape(-1, 1, 32, 32), labels.long()


def lenet5(relu):
    def stage(*conv):
        layers = [nn.Conv2d(*conv), nn.ReLU(), nn.MaxPool2d(2)]
        if relu == "after-pool":
            layers[1:] = reversed(layers[1:])
        return layers

    torch.manual_seed(1)
    model = nn.Sequential(
        *stage(1, 6, 5), *stage(6, 16, 5), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    for layer in model:
        if hasattr(layer, "weight"): # He's, with which the loss goes down at once
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    return model


def measure(kind, setting, count, step):
    """Calls step(first) with the place of one batch after the other, first without and then with the clock."""
    batch, seconds = int(setting["batch"]), float(setting["seconds"])
    place = steps = 0

    def following():
        nonlocal place, steps
        place = 0 if place + batch > count else place
        step(place)
        place += batch
        steps += 1

    def run(seconds):
        times = []
        start = last = time.perf_counter()
        while last - start < seconds:
            following()
            now = time.perf_counter()
            times.append(now - last)
            last = now
        return times

    run(seconds / 4)
    times = run(seconds)
    while kind == "training" and seconds >= 1 and steps < STEPS_TO_LEARN: # no trial: its loss is shown
        following()
    return 1e6 * statistics.median(times) if kind == "latency" else len(times) * batch / sum(times)


def train(setting, images, labels):
    batch = int(setting["batch"])
    model = lenet5(setting["relu"]).to(memory_format=LAYOUTS[setting["layout"]])
    images = images.contiguous(memory_format=LAYOUTS[setting["layout"]])
    # Larger batches learn at a larger rate, as is usual. It has no influence on the speed.
    rate = min(0.02 * batch / 64, 0.05)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9, foreach=setting["sgd"] == "foreach")
    criterion = nn.CrossEntropyLoss()

    def step(first):
        optimizer.zero_grad(set_to_none=True)
        criterion(model(images[first:first + batch]), labels[first:first + batch]).backward()
        optimizer.step()

    speed = measure("training", setting, len(images), step)
    with torch.inference_mode():
        loss = criterion(model(images[:1000]), labels[:1000]).item()
    print(f"PyTorch: loss {loss:.3f} at the end", file=sys.stderr)
    return speed


def traced(model, example, form):
    """What PyTorch has for a network that is only asked: a graph with its weights built in."""
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = torch.jit.freeze(torch.jit.trace(model, example))
        graph = torch.jit.optimize_for_inference(graph) if form == "optimized" else graph
        for _ in range(10): # it compiles during the first calls
            graph(example)
    return graph


def infer(kind, setting, images):
    batch = int(setting["batch"])
    model = lenet5(setting["relu"]).to(memory_format=LAYOUTS[setting["layout"]]).eval()
    images = images.contiguous(memory_format=LAYOUTS[setting["layout"]])
    batches = images.split(batch)
    if setting["form"] != "eager":
        model = traced(model, batches[0], setting["form"])
    with torch.inference_mode():
        # The answers are the logits: without softmax, which favours PyTorch.
        return measure(kind, setting, len(images), lambda first: model(batches[first // batch]))


def export(file, folder):
    model = lenet5("before-pool").eval()
    image = load(folder, "test")[0][:1]
    torch.onnx.export(model, image, file, input_names=["image"], output_names=["logits"],
                      dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}})
    with torch.inference_mode():
        Path(file + ".json").write_text(json.dumps(model(image)[0].tolist()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=["version", "training", "inference", "latency", "export"])
    parser.add_argument("folder", nargs="?")
    parser.add_argument("file", nargs="?")
    options = parser.parse_args()
    if options.kind == "version":
        print("PyTorch", torch.__version__)
        return
    if not options.folder or (options.file is None) == (options.kind == "export"):
        parser.error("name the folder that bench-peers prepares, and with export the file to write")
    if options.kind == "export":
        export(options.file, options.folder)
        return
    images, labels = load(options.folder, "train" if options.kind == "training" else "test")
    for line in sys.stdin:
        setting = dict(word.split("=") for word in line.split())
        torch.set_num_threads(int(setting["threads"]))
        if options.kind == "training":
            speed = train(setting, images, labels)
        else:
            speed = infer(options.kind, setting, images)
        print("%.2f" % speed, flush=True)


if __name__ == "__main__":
    main()
