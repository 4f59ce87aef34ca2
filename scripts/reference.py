#!/usr/bin/python3
"""The independent implementation: PyTorch computes what lenet5 has to compute, into tests/golden/*.json.

    scripts/reference.py            writes the golden files again
    scripts/reference.py --check    compares them with PyTorch's answers; exit status 1 when one differs

Each file is one small architecture with its parameters, one input and one label, and PyTorch's activations after
every layer (the last are the logits), its softmax cross-entropy loss, and the loss's gradient by every parameter and
every input value. The files are committed, so the tests need no Python. `scripts/setup --torch` installs PyTorch.

Parameters stand layer by layer, weights before biases: conv [filters][channels][f][f], dense [units][inputs], the
inputs of a dense layer flattened [channel][row][col]. "input" is what the first layer sees, [channel][row][col]:
normalised and with the input's own `pad` around it.

The given numbers (parameters, input) are floats; PyTorch computes from them in double, and all are printed with %.9g.
They come from a 64-bit linear congruential generator, not from PyTorch, so that anyone can make them again:
    state = state * 6364136223846793005 + 1442695040888963407 (mod 2^64), state = seed at first
    u = (state >> 40) / 2^23 - 1, in [-1, 1) and exact in a float
The parameters of a layer are u * sqrt(3 / fan_in), its biases u / 4, the input 1.5 * u, in the order above.
The seed of a case is the first of 1, 2, 3 ... that stays clear of kinks: see `too_close_to_a_kink`.
"""
import json
import math
import struct
import sys
import textwrap
from pathlib import Path

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit("reference.py: PyTorch is missing: run 'scripts/setup --torch', which installs it.")

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"
GIVEN = ("parameters", "input")
COMPUTED = ("activations", "loss", "d_parameters", "d_input")
CLEARANCE = 1e-3
TOLERANCE = 1e-6


def size(rows, cols, channels, pad=0):
    return {"rows": rows, "cols": cols, "channels": channels, "pad": pad, "mean": 0, "deviation": 1}


def conv(filters, f, s, p, activation):
    return {"type": "conv", "filters": filters, "f": f, "s": s, "p": p, "activation": activation}


def pool(mode, f, s, p=0):
    return {"type": "pool", "mode": mode, "f": f, "s": s, "p": p}


def dense(units, activation="none"):
    return {"type": "dense", "units": units, "activation": activation}


CASES = {
    # LeNet-5 in small, as the presets lenet5 and lenet5-avg build it.
    "lenet-max-relu": (size(12, 12, 1, pad=2), [
        conv(3, 5, 1, 0, "relu"), pool("max", 2, 2), conv(4, 3, 1, 0, "relu"), pool("max", 2, 2),
        dense(12, "relu"), dense(8, "relu"), dense(10)]),
    "lenet-average-lecun-tanh": (size(12, 12, 1, pad=2), [
        conv(3, 5, 1, 0, "lecun-tanh"), pool("average", 2, 2), conv(4, 3, 1, 0, "lecun-tanh"), pool("average", 2, 2),
        dense(12, "lecun-tanh"), dense(8, "lecun-tanh"), dense(10)]),
    # Filters of every size, stride and padding; rows and columns that differ; sizes that floor.
    "conv-f1": (size(7, 6, 3), [conv(4, 1, 1, 0, "tanh"), conv(3, 1, 2, 0, "none"), dense(10)]),
    "conv-f2-s2": (size(9, 8, 2), [conv(3, 2, 2, 0, "relu"), dense(6, "sigmoid"), dense(10)]),
    "conv-f3-s2-p1": (size(10, 7, 2), [conv(4, 3, 2, 1, "relu"), pool("max", 2, 2), dense(10)]),
    "conv-f4-s3-p2": (size(8, 11, 2), [conv(3, 4, 3, 2, "sigmoid"), dense(10)]),
    "conv-f5-p2": (size(9, 8, 3), [conv(4, 5, 1, 2, "lecun-tanh"), pool("average", 2, 2), dense(10)]),
    "conv-f7-s3-p3": (size(13, 11, 2), [conv(3, 7, 3, 3, "tanh"), dense(10)]),
    "conv-conv": (size(8, 9, 3), [conv(3, 3, 1, 1, "relu"), conv(4, 3, 1, 0, "none"), conv(2, 2, 1, 1, "relu"), dense(10)]),
    # Pooling that overlaps, that is padded, that leaves pixels over, and that comes first.
    "pool-max-f3-s2-p1": (size(11, 10, 2), [conv(3, 3, 1, 1, "relu"), pool("max", 3, 2, 1), dense(10)]),
    "pool-average-f3-s2-p1": (size(11, 10, 2), [conv(3, 3, 1, 1, "tanh"), pool("average", 3, 2, 1), dense(10)]),
    "pool-f2-s1": (size(8, 7, 1), [
        conv(3, 3, 1, 0, "sigmoid"), pool("max", 2, 1), conv(2, 1, 1, 0, "none"), pool("average", 2, 1), dense(10)]),
    "pool-f3-s3-floors": (size(13, 10, 1), [
        conv(4, 3, 1, 0, "none"), pool("max", 3, 3), conv(3, 2, 1, 1, "relu"), pool("average", 3, 3), dense(10)]),
    "pool-first-f2-s2-p1": (size(9, 8, 3), [pool("max", 2, 2, 1), conv(4, 3, 1, 1, "relu"), pool("average", 2, 2, 1), dense(10)]),
    # Every activation, one behind the other.
    "dense-activations": (size(5, 4, 2), [
        dense(14, "tanh"), dense(13, "sigmoid"), dense(12, "lecun-tanh"), dense(16, "relu"), dense(9, "none"), dense(10)]),
}

ACTIVATIONS = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "lecun-tanh": lambda z: 1.7159 * torch.tanh(2 * z / 3),
    "sigmoid": torch.sigmoid,
    "none": lambda z: z,
}


def as_float(x):
    """x rounded to a 32-bit float."""
    return struct.unpack("<f", struct.pack("<f", x))[0]


def random_numbers(seed):
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 40) / 2**23 - 1


def draw(u, scale, *shape):
    """A tensor of random floats, held in double."""
    values = [as_float(next(u) * scale) for _ in range(math.prod(shape))]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def make_parameters(given, layers, u):
    """[weights, biases] of every layer that has some, None for the others; the shapes follow from the input."""
    channels, rows, cols = given["channels"], given["rows"] + 2 * given["pad"], given["cols"] + 2 * given["pad"]
    parameters = []
    for layer in layers:
        if layer["type"] == "dense":
            inputs = channels * rows * cols
            shape, fan_in = (layer["units"], inputs), inputs
            channels, rows, cols = layer["units"], 1, 1
        else:
            f, s, p = layer["f"], layer["s"], layer["p"]
            rows, cols = (rows + 2 * p - f) // s + 1, (cols + 2 * p - f) // s + 1
            if layer["type"] == "pool":
                parameters.append(None)
                continue
            shape, fan_in = (layer["filters"], channels, f, f), channels * f * f
            channels = layer["filters"]
        parameters.append([draw(u, math.sqrt(3 / fan_in), *shape), draw(u, 0.25, shape[0])])
    return parameters


def forward(x, layers, parameters):
    """(what enters each layer's activation or pooling, what leaves each layer)."""
    before, after = [], []
    for layer, own in zip(layers, parameters):
        if layer["type"] == "pool":
            before.append(x)
            if layer["mode"] == "max":
                x = F.max_pool2d(x, layer["f"], layer["s"], layer["p"])
            else:
                x = F.avg_pool2d(x, layer["f"], layer["s"], layer["p"], count_include_pad=True)
        else:
            if layer["type"] == "conv":
                z = F.conv2d(x, *own, stride=layer["s"], padding=layer["p"])
            else:
                z = F.linear(x.flatten(1), *own)
            before.append(z)
            x = ACTIVATIONS[layer["activation"]](z)
        after.append(x)
    return before, after


def too_close_to_a_kink(layers, before):
    """True where another rounding could take another branch: a ReLU near 0, or two nearly equal maxima in a window.
    Maxima that are all 0 behind a ReLU do no harm: nothing flows back through them."""
    for index, (layer, z) in enumerate(zip(layers, before)):
        if layer.get("activation") == "relu" and z.abs().min() < CLEARANCE:
            return True
        if layer.get("mode") == "max":
            p, f, s = layer["p"], layer["f"], layer["s"]
            behind_relu = index > 0 and layers[index - 1].get("activation") == "relu"
            padded = F.pad(z, (p, p, p, p), value=-math.inf)
            windows = padded.unfold(2, f, s).unfold(3, f, s).flatten(4)
            first, second = windows.topk(2).values.unbind(-1)
            close = first - second < CLEARANCE
            if behind_relu:
                close &= first > 0
            if close.any():
                return True
    return False


def flat(tensors):
    return [value for tensor in tensors for value in tensor.detach().flatten().tolist()]


def compute(name, given, layers):
    """The golden document of one case."""
    label = len(name) % 10
    for seed in range(1, 1000):
        u = random_numbers(seed)
        parameters = make_parameters(given, layers, u)
        x = draw(u, 1.5, 1, given["channels"], given["rows"] + 2 * given["pad"], given["cols"] + 2 * given["pad"])
        before, after = forward(x, layers, parameters)
        if not too_close_to_a_kink(layers, before):
            break
    else:
        sys.exit(f"reference.py: no seed below 1000 keeps {name} clear of kinks: make the case smaller.")
    loss = F.cross_entropy(after[-1], torch.tensor([label]))
    loss.backward()
    tensors = [tensor for own in parameters if own for tensor in own]
    return {
        "name": name,
        "architecture": {"input": given, "layers": layers},
        "seed": seed,
        "label": label,
        "parameters": flat(tensors),
        "input": flat([x]),
        "activations": [flat([activation]) for activation in after],
        "loss": loss.item(),
        "d_parameters": flat(tensor.grad for tensor in tensors),
        "d_input": flat([x.grad]),
    }


def numbers(values):
    text = textwrap.fill(", ".join("%.9g" % value for value in values), 118, break_long_words=False, break_on_hyphens=False)
    return "[\n" + text + "\n]"


def to_json(document):
    lines = []
    for key, value in document.items():
        if key in GIVEN or key in ("d_parameters", "d_input"):
            text = numbers(value)
        elif key == "activations":
            text = "[" + ", ".join(numbers(layer) for layer in value) + "]"
        elif key == "loss":
            text = "%.9g" % value
        else:
            text = json.dumps(value)
        lines.append(f'"{key}": {text}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write():
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for name, case in CASES.items():
        (GOLDEN / f"{name}.json").write_text(to_json(compute(name, *case)))
    print(f"wrote {len(CASES)} files into {GOLDEN}")


def differs(ours, theirs):
    """True when two lists of numbers differ by more than the tolerance times the largest number."""
    if len(ours) != len(theirs):
        return True
    largest = max(map(abs, theirs), default=0)
    return any(not abs(a - b) <= TOLERANCE * largest for a, b in zip(ours, theirs))


def difference(path, computed):
    """What of the committed file is not what PyTorch says, or None."""
    try:
        committed = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        return str(error)
    if list(committed) != list(computed):
        return "its keys are others"
    for key, theirs in computed.items():
        ours = committed[key]
        if key not in GIVEN + COMPUTED:
            same = ours == theirs
        elif key == "activations":
            same = len(ours) == len(theirs) and not any(map(differs, ours, theirs))
        elif key == "loss":
            same = not differs([ours], [theirs])
        else:
            same = not differs(ours, theirs)
        if not same:
            return f"{key} is not what PyTorch computes"
    return None


def check():
    bad = 0
    for path in sorted(GOLDEN.glob("*.json")):
        if path.stem not in CASES:
            print(f"{path.stem}: no case of this name makes it: delete the file", file=sys.stderr)
            bad += 1
    for name, case in CASES.items():
        problem = difference(GOLDEN / f"{name}.json", compute(name, *case))
        if problem:
            print(f"{name}: {problem}", file=sys.stderr)
            bad += 1
    if bad:
        sys.exit(f"reference.py: {bad} golden files are wrong: run scripts/reference.py and look at the change.")
    print(f"{len(CASES)} golden files are what PyTorch {torch.__version__} computes")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:] == []:
        write()
    elif sys.argv[1:] == ["--check"]:
        check()
    elif sys.argv[1:] in (["-h"], ["--help"]):
        print(__doc__)
    else:
        sys.exit("reference.py: it takes no argument but --check.")
