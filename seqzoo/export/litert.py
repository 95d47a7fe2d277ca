"""Networks as LiteRT files, one for each length."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras

from seqzoo.export.saved_model import quiet
from seqzoo.models.networks import called, fixed

LIMIT = 4096  # tokens


def write(
    folder: Path, name: str, network: keras.Model, lengths: Sequence[int]
) -> list[Path]:
    """Write one LiteRT file for each length, and return their paths.

    In a file the loops carry tensors of one shape, and the weights are frozen into the graph.

    Args:
        folder: gets the files.
        name: of the network.
        network: to write.
        lengths: steps of a row, for each file.
    """
    paths = []
    for length in lengths:
        path = folder / f"{name}-{length}.tflite"
        path.write_bytes(_converted(network, length))
        paths.append(path)
    return paths


def _converted(network: keras.Model, length: int) -> bytes:
    """The network as a TensorFlow Lite model of rows of this many steps."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    specs = {
        x.name: tf.TensorSpec(fixed(x.shape, length), x.dtype, x.name)
        for x in network.inputs
    }
    function = tf.function(lambda **given: called(network, given))
    with _without_loops(network, length):
        concrete = function.get_concrete_function(**specs)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False)

    # Freezing loses the names of the outputs: a function around it gives them back.
    module = tf.Module()
    module.run = tf.function(lambda **given: _named(concrete, frozen, given))
    runnable = module.run.get_concrete_function(**specs)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([runnable], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    with quiet():
        return converter.convert()


@contextlib.contextmanager
def _without_loops(network: keras.Model, length: int) -> Iterator[None]:
    """A single step needs no loop; LiteRT's mixes up states that a step hands on to each other.

    Args:
        network: whose recurrent layers are changed, and as they were afterwards.
        length: steps of a row, of inputs that take any number of them.
    """
    one = length == 1 or any(len(x.shape) == 3 and x.shape[1] == 1 for x in network.inputs)
    layers = [each for each in network._flatten_layers() if hasattr(each, "unroll")]
    before = [each.unroll for each in layers]
    try:
        for each in layers:
            each.unroll = each.unroll or one
        yield
    finally:
        for each, unroll in zip(layers, before, strict=True):
            each.unroll = unroll


def _named(function: Any, frozen: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The results of a frozen function, under the names that they had in `function`."""
    order = [tensor.name.partition(":")[0] for tensor in frozen.inputs]
    results = frozen(*(given[name] for name in order))
    return dict(zip(sorted(function.structured_outputs), results, strict=True))
