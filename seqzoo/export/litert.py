"""Networks as LiteRT files, one for each length."""

from pathlib import Path

from seqzoo.export.networks import called, fixed
from seqzoo.export.saved_model import quiet

LIMIT = 4096  # tokens


def write(folder: Path, name: str, network, lengths) -> list[Path]:
    """A file a length: what its loops carry has one shape, and its weights are frozen into the graph.

    Args:
        folder: gets the files.
        name: of the network.
        network: to write.
        lengths: steps that a row may have.
    """
    paths = []
    for length in lengths:
        path = folder / f"{name}-{length}.tflite"
        path.write_bytes(_converted(network, length))
        paths.append(path)
    return paths


def _converted(network, length: int) -> bytes:
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
    concrete = function.get_concrete_function(**specs)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=False)

    module = tf.Module()
    module.run = tf.function(lambda **given: _named(concrete, frozen, given))
    runnable = module.run.get_concrete_function(**specs)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([runnable], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    with quiet():
        return converter.convert()


def _named(function, frozen, given: dict) -> dict:
    """What a frozen function gives, under the names it had."""
    order = [tensor.name.partition(":")[0] for tensor in frozen.inputs]
    results = frozen(*(given[name] for name in order))
    return dict(zip(sorted(function.structured_outputs), results, strict=True))
