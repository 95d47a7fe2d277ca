"""The four formats: how a network is written in each, and what may be asked of it there."""

import contextlib
import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seqzoo.errors import InputError
from seqzoo.layers import CRF, from_stock

LENGTHS = {"classification": (32, 128, 512), "segmentation": (16, 64, 200), "entities": (16, 64, 200),
           "translation": (16, 64), "language": (1,)}  # fmt: skip
LITERT_LIMIT = 4096


@dataclass(frozen=True)
class Format:
    """One of them.

    Attributes:
        write: of a folder, a network's name, the network and lengths: writes it, gives its files' names.
        runtime: the file in `readers` that runs it.
        packages: what that needs.
        fixed: whether batch and length are.
        whole: whether the network has its CRF: a layer that none but ONNX can carry here.
    """

    write: object
    runtime: str
    packages: tuple[str, ...]
    fixed: bool = False
    whole: bool = False


def _keras(folder: Path, name: str, network, lengths) -> list[Path]:
    """As it is in the artifact."""
    path = folder / f"{name}.keras"
    network.save(path)
    return [path]


def _onnx(folder: Path, name: str, network, lengths) -> list[Path]:
    from seqzoo.export.graph import to_onnx

    path = folder / f"{name}.onnx"
    path.write_bytes(to_onnx(from_stock(network) if not _has_crf(network) else network).SerializeToString())
    return [path]


def _has_crf(network) -> bool:
    return any(isinstance(layer, CRF) for layer in network._flatten_layers())


def _saved_model(folder: Path, name: str, network, lengths) -> list[Path]:
    import tensorflow as tf

    module = tf.Module()
    module.network = network
    specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
    function = tf.function(lambda **given: _called(network, given)).get_concrete_function(**specs)
    with _quiet():
        tf.saved_model.save(module, str(folder / name), {"serving_default": function})
    return sorted(path for path in (folder / name).rglob("*") if path.is_file())


def _called(network, given: dict) -> dict:
    """Outputs by name, states that go in as `next_...`; see `graph.to_onnx`."""
    from seqzoo.export.graph import outputs_of

    arrays = [given[x.name] for x in network.inputs]
    if isinstance(network.input, dict):
        arrays = {name: given[name] for name in network.input}
    outputs = network(arrays if len(given) > 1 else arrays[0], training=False)
    named = outputs_of(network)
    flat = outputs if isinstance(outputs, dict) else dict(zip(named, [outputs], strict=True))
    return {f"next_{key}" if key in given else key: flat[key] for key in named}


def _litert(folder: Path, name: str, network, lengths) -> list[Path]:
    """A file a length: what its loops carry has one shape, and its weights are frozen into the graph."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    paths = []
    for length in lengths:
        specs = {x.name: tf.TensorSpec(_fixed(x.shape, length), x.dtype, x.name) for x in network.inputs}
        function = tf.function(lambda **given: _called(network, given)).get_concrete_function(**specs)
        frozen = convert_variables_to_constants_v2(function, lower_control_flow=False)
        module = tf.Module()
        module.run = tf.function(lambda **given: _named(function, frozen, given), input_signature=None)  # noqa: B023
        converter = tf.lite.TFLiteConverter.from_concrete_functions(
            [module.run.get_concrete_function(**specs)], module
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        paths.append(folder / f"{name}-{length}.tflite")
        with _quiet():
            paths[-1].write_bytes(converter.convert())
    return paths


def _named(function, frozen, given: dict) -> dict:
    """What a frozen function gives, under the names it had."""
    order = [tensor.name.partition(":")[0] for tensor in frozen.inputs]
    results = frozen(*(given[name] for name in order))
    return dict(zip(sorted(function.structured_outputs), results, strict=True))


def _fixed(shape, length: int) -> tuple:
    """One row, and a length where a size of it was open."""
    return (1, *(length if size is None else size for size in shape[1:]))


@contextlib.contextmanager
def _quiet():
    """Without the pages that the converters, not Python, write."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


FORMATS = {
    "keras": Format(_keras, "runtime_keras.py", ("keras", "tensorflow")),
    "saved_model": Format(_saved_model, "runtime_saved_model.py", ("tensorflow",)),
    "onnx": Format(_onnx, "runtime_onnx.py", ("onnxruntime", "numpy"), whole=True),
    "litert": Format(_litert, "runtime_litert.py", ("ai-edge-litert", "numpy"), fixed=True),
}


def check_lengths(name: str, lengths, task: str) -> tuple[int, ...]:
    """The lengths to export, in ascending order.

    Raises:
        InputError: if the format takes none, or on what is no length.
    """
    if not FORMATS[name].fixed:
        if lengths:
            raise InputError(f"--length: {name} takes texts of any length; only litert asks for some")
        return ()
    lengths = tuple(sorted(set(lengths or LENGTHS[task])))
    if bad := [n for n in lengths if not (isinstance(n, int) and 0 < n <= LITERT_LIMIT)]:
        raise InputError(f"--length: expected whole numbers from 1 to {LITERT_LIMIT:,}; got {bad[0]!r}")
    return lengths


def text_model(folder: Path, name: str, network, predictor) -> list[Path]:
    """A classifier as a SavedModel that takes texts: `text`, strings (batch,), to `label`, `probabilities`
    and `labels`; its signature `ids` takes `tokens` instead."""
    import tensorflow as tf

    from seqzoo.export.text_graph import TextIds

    module = tf.Module()
    module.network, module.ids = (
        network,
        TextIds(predictor.tokenizer, predictor.vocabulary, predictor.max_length),
    )
    labels = tf.constant(predictor.labels)

    def classify(text):
        shares = network(module.ids(text), training=False)
        best = tf.gather(labels, tf.argmax(shares, axis=-1))
        return {"label": best, "probabilities": shares, "labels": tf.identity(labels)}

    def of_ids(tokens):
        return {"probabilities": network(tokens, training=False)}

    texts, tokens = tf.TensorSpec((None,), tf.string, "text"), tf.TensorSpec((None, None), tf.int32, "tokens")
    signatures = {
        "serving_default": tf.function(classify).get_concrete_function(texts),
        "ids": tf.function(of_ids).get_concrete_function(tokens),
    }
    with _quiet():
        tf.saved_model.save(module, str(folder / name), signatures)
    return sorted(path for path in (folder / name).rglob("*") if path.is_file())


def signature(network, kind: Format, lengths) -> dict:
    """Names, types and sizes of a network's inputs and outputs; null: open."""
    from seqzoo.export.graph import outputs_of

    def told(value):
        shape = _fixed(value.shape, "length") if kind.fixed else value.shape
        return {"dtype": str(value.dtype), "shape": list(shape)}

    names = [x.name for x in network.inputs]
    outputs = {f"next_{n}" if n in names else n: told(x) for n, x in outputs_of(network).items()}
    if kind.whole:
        outputs.pop("potentials", None)  # of a CRF: for training alone
    found = {"inputs": {x.name: told(x) for x in network.inputs}, "outputs": outputs}
    if kind.fixed:
        found["lengths"] = list(lengths)
    ours = sorted(
        {type(x).__module__ for x in network._flatten_layers() if type(x).__module__.startswith("seqzoo")}
    )
    return found | ({"needs": "import seqzoo.layers"} if ours and not kind.whole and not kind.fixed else {})


def operators(paths: list[Path], format: str) -> dict[str, int]:
    """How often each operator comes, most frequent first, where the format tells it."""
    if format != "onnx":
        return {}
    import onnx

    counts = Counter()

    def count(graph):
        for node in graph.node:
            counts[node.op_type] += 1
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    count(attribute.g)

    for path in paths:
        count(onnx.load(path).graph)
    return dict(counts.most_common())
