"""The workloads of `peer.rs` with spikingjelly, snntorch and torch, on the same input and one thread.

usage: peer.py --workload NAME [--rows N]
Prints one JSON line: workload, rows (images), CPU seconds of the work alone, and a number of the result.
"""

import argparse
import json
import math
import os
import sys
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--workload", required=True)
parser.add_argument("--rows", type=int)
arguments = parser.parse_args()
if arguments.workload.endswith("_avx2"):  # read when torch is loaded
    os.environ["ONEDNN_MAX_CPU_ISA"] = "AVX2"
    os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
    os.environ["MKL_ENABLE_INSTRUCTIONS"] = "AVX2"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch
import torch.nn.functional as F

torch.set_num_threads(1)

BATCH = 64
GAINS = [3.0, 6.7, 18.0, 6.7, 18.0, 6.7, 18.0, 1.0]
CONVOLUTIONS = {32: 32, 64: 16, 128: 8}  # channels, side of the map
# S8: shape of the weights, and whether a pool follows
LAYERS = [
    ((32, 3, 3, 3), False), ((32, 32, 3, 3), True), ((64, 32, 3, 3), False), ((64, 64, 3, 3), True),
    ((128, 64, 3, 3), False), ((128, 128, 3, 3), True), ((256, 2048), False), ((10, 256), False),
]


def uniform(stream, shape, scale):
    count = math.prod(shape)
    with np.errstate(over="ignore"):
        z = (np.uint64(stream << 40) | np.arange(1, count + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        z = (z ^ z >> np.uint64(31)) >> np.uint64(11)
    return torch.from_numpy((scale * (z.astype(np.float64) * 2.0**-52 - 1)).astype(np.float32).reshape(shape))


class Triangle(torch.autograd.Function):
    """A spike whose derivative is max(0, 1 - |z|)."""

    @staticmethod
    def forward(ctx, z):
        ctx.save_for_backward(z)
        return (z > 0).to(z.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (z,) = ctx.saved_tensors
        return gradient * (1 - z.abs()).clamp_(min=0)


def weights():
    tensors = []
    for layer, ((shape, _), gain) in enumerate(zip(LAYERS, GAINS)):
        scale = math.sqrt(3 * gain / math.prod(shape[1:]))
        tensors.append(torch.nn.Parameter(uniform(layer + 1, shape, scale)))
    biases = [torch.nn.Parameter(torch.zeros(shape[0])) if len(shape) == 4 else None for shape, _ in LAYERS]
    return tensors, biases


def linear(x, weight, bias):
    return F.conv2d(x, weight, bias, padding=1) if weight.dim() == 4 else F.linear(x.flatten(1), weight, bias)


def torch_network(timesteps):
    """One timestep without any state: the neuron is one function."""
    assert timesteps == 1
    ws, bs = weights()

    def forward(images):
        x = images
        for (_, pool), w, b in zip(LAYERS[:-1], ws, bs):
            x = Triangle.apply(linear(x, w, b) - 1)
            x = F.avg_pool2d(x, 2) if pool else x
        return linear(x, ws[-1], bs[-1])

    return forward, ws + [b for b in bs if b is not None]


def snntorch_network(timesteps):
    """Step by step, as its tutorials do; the first layer's currents are computed once."""
    import snntorch

    ws, bs = weights()
    neurons = [
        snntorch.Leaky(beta=1.0, reset_mechanism="subtract", spike_grad=Triangle.apply) for _ in LAYERS[:-1]
    ]

    def forward(images):
        first = linear(images, ws[0], bs[0])
        membranes = [neuron.reset_mem() for neuron in neurons]
        logits = 0
        for _ in range(timesteps):
            current = first
            for i, (neuron, (_, pool)) in enumerate(zip(neurons, LAYERS)):
                x, membranes[i] = neuron(current, membranes[i])
                x = F.avg_pool2d(x, 2) if pool else x
                current = linear(x, ws[i + 1], bs[i + 1])
            logits = logits + current
        return logits

    return forward, ws + [b for b in bs if b is not None]


def spikingjelly_network(timesteps):
    """Multi-step: all timesteps of a layer at once; the first layer's currents are computed once."""
    from spikingjelly.activation_based import functional, neuron, surrogate

    ws, bs = weights()
    nodes = [
        neuron.IFNode(v_threshold=1.0, v_reset=None, detach_reset=True, step_mode="m",
                      surrogate_function=surrogate.PiecewiseQuadratic(alpha=1.0))
        for _ in LAYERS[:-1]
    ]

    def forward(images):
        for node in nodes:
            functional.reset_net(node)
        first = linear(images, ws[0], bs[0])
        current = first.unsqueeze(0).expand(timesteps, *first.shape)
        for i, (node, (_, pool)) in enumerate(zip(nodes, LAYERS)):
            x = node(current).flatten(0, 1)
            x = F.avg_pool2d(x, 2) if pool else x
            current = linear(x, ws[i + 1], bs[i + 1])
            current = current.view(timesteps, BATCH, *current.shape[1:])
        return current.sum(0)

    return forward, ws + [b for b in bs if b is not None]


def train(network, timesteps, steps):
    forward, parameters = network(timesteps)
    adam = torch.optim.Adam(parameters, lr=1e-4, amsgrad=True)
    images = uniform(0, (BATCH, 3, 32, 32), 1.0)
    labels = torch.arange(BATCH) % 10

    def step():
        adam.zero_grad(set_to_none=True)
        loss = F.cross_entropy(forward(images), labels)
        loss.backward()
        adam.step()
        return loss.item()

    step()
    start = time.process_time()
    check = step()
    for _ in range(1, steps):
        step()
    return time.process_time() - start, check


def convolve(channels, steps):
    side = CONVOLUTIONS[channels]
    x = uniform(1, (BATCH, channels, side, side), 1.0).requires_grad_()
    weight = uniform(2, (channels, channels, 3, 3), 1.0).requires_grad_()
    bias = uniform(3, (channels,), 1.0).requires_grad_()
    gradient = uniform(4, (BATCH, channels, side, side), 1.0)

    def step():
        x.grad = weight.grad = bias.grad = None
        F.conv2d(x, weight, bias, padding=1).backward(gradient)

    step()
    check = float(weight.grad.double().square().mean())
    start = time.process_time()
    for _ in range(steps):
        step()
    return time.process_time() - start, check


def main():
    kind, second, *rest = arguments.workload.split("_")
    networks = {"torch": torch_network, "snntorch": snntorch_network, "spikingjelly": spikingjelly_network}
    rows = arguments.rows or (256 if second == "t5" else 640)
    steps = max(1, -(-rows // BATCH))
    if kind == "conv":
        cpu_s, check = convolve(int(second), steps)
    elif kind == "s8":
        cpu_s, check = train(networks[rest[0]], int(second[1:]), steps)
    else:
        sys.exit(f"unknown workload {arguments.workload}")
    print(json.dumps({"workload": arguments.workload, "rows": steps * BATCH, "cpu_s": cpu_s, "check": check}))


main()
