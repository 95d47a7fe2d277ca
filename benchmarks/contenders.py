"""One recurrent layer in seqzoo, stock Keras, PyTorch and ONNX Runtime, and the products it is made of."""

import functools
import time

import keras
import numpy as np
import onnxruntime
import tensorflow as tf
import torch
from onnx import TensorProto, helper, numpy_helper

import seqzoo.layers
from seqzoo.layers.kernels.gemm import add_product, as_packed, padded

_threads = 1


def limit(threads: int) -> None:
    """So many threads for each library; before anything else."""
    global _threads
    _threads = threads
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    torch.set_num_threads(threads)


def ways(
    kind: str,
    cell: str,
    bidirectional: bool,
    shape,
    onnx: bool = False,
    only: str | None = None,
) -> dict:
    """name -> function that takes one step of the layer on data of its own; all, or the one named."""
    batch, length, features, units = shape
    x = (
        np.random.default_rng(0)
        .standard_normal((batch, length, features))
        .astype("float32")
    )
    makers = {
        "seqzoo": lambda: of_keras(seqzoo.layers, kind, cell, bidirectional, units, x),
        "keras": lambda: of_keras(keras.layers, kind, cell, bidirectional, units, x),
        "torch": lambda: of_torch(kind, cell, bidirectional, units, x),
    }
    if onnx:
        makers["onnx"] = lambda: of_onnx(cell, bidirectional, units, x)
    return {name: make() for name, make in makers.items() if only in (None, name)}


def of_keras(library, kind, cell, bidirectional, units, x):
    layer = getattr(library, cell)(units, return_sequences=True)
    layer = library.Bidirectional(layer) if bidirectional else layer
    x = tf.constant(x)
    upstream = tf.random.normal(layer(x).shape)

    @tf.function
    def training():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
        return tape.gradient(y, [x, *layer.trainable_variables], upstream)

    @tf.function
    def inference():
        return layer(x)

    return training if kind == "training" else inference


def of_torch(kind, cell, bidirectional, units, x):
    names = {"SimpleRNN": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}
    layer = names[cell](x.shape[2], units, batch_first=True, bidirectional=bidirectional)
    x = torch.from_numpy(x).requires_grad_(kind == "training")
    upstream = torch.randn_like(layer(x)[0])

    def training():
        layer.zero_grad()
        x.grad = None
        layer(x)[0].backward(upstream)

    def inference():
        with torch.inference_mode():
            layer(x)

    return training if kind == "training" else inference


def of_onnx(cell, bidirectional, units, x):
    """A graph of one native node, weights at random."""
    time, features = x.shape[1:]
    directions, gates = (
        1 + bidirectional,
        {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[cell] * units,
    )
    generator = np.random.default_rng(0)
    shapes = {"W": (gates, features), "R": (gates, units), "B": (2 * gates,)}
    weights = [
        numpy_helper.from_array(
            generator.standard_normal((directions, *s)).astype("float32") * 0.1, name
        )
        for name, s in shapes.items()
    ]
    more = {"linear_before_reset": 1} if cell == "GRU" else {}
    direction = "bidirectional" if bidirectional else "forward"
    kind = {"SimpleRNN": "RNN"}.get(cell, cell)
    node = helper.make_node(
        kind, ["X", "W", "R", "B"], ["Y"], hidden_size=units, direction=direction, **more
    )
    ends = [
        helper.make_tensor_value_info("X", TensorProto.FLOAT, (time, 1, features)),
        helper.make_tensor_value_info("Y", TensorProto.FLOAT, (time, directions, 1, units)),
    ]
    graph = helper.make_graph([node], "layer", ends[:1], ends[1:], weights)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = _threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, ["CPUExecutionProvider"]
    )
    feed = {"X": np.ascontiguousarray(x.transpose(1, 0, 2))}
    return lambda: session.run(None, feed)


def floor(kind: str, gates: int, bidirectional: bool, shape) -> float:
    """Milliseconds of the step's matrix products, each at the best rate any library reaches."""
    batch, length, features, units = shape
    columns, tokens = gates * units, batch * length
    total = best(tokens, features, columns) + length * best(batch, units, columns)
    if kind == "training":
        total += best(tokens, columns, features) + length * best(batch, columns, units)
        total += best(features, tokens, columns) + best(units, tokens, columns)
    return total * (1 + bidirectional)


@functools.cache
def best(rows: int, depth: int, columns: int) -> float:
    """Milliseconds of the product of (rows, depth) and (depth, columns) on one core, the best library's."""
    a, b = (
        np.random.default_rng(0).standard_normal(s).astype("float32")
        for s in ((rows, depth), (depth, columns))
    )
    out, packed = np.zeros((rows, padded(columns)), "float32"), as_packed(b)
    ta, tb, fa, fb = (
        torch.from_numpy(a),
        torch.from_numpy(b),
        tf.constant(a),
        tf.constant(b),
    )
    ways = [lambda: a @ b, lambda: torch.mm(ta, tb), lambda: tf.matmul(fa, fb)]
    ways.append(lambda: add_product(rows, a, 0, 0, packed, out, 0, 0))
    return min(min(_timed(way) for _ in range(9)) for way in ways)


def _timed(way) -> float:
    started = time.perf_counter()
    way()
    return 1000 * (time.perf_counter() - started)
