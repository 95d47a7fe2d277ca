"""The four formats: how a network is written in each, and what may be asked of it there."""

import contextlib
import importlib.util
import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seqzoo.errors import InputError
from seqzoo.export.networks import called, exported_name, fixed, outputs_of
from seqzoo.layers import CRF, from_stock

LENGTHS = {"classification": (32, 128, 512), "segmentation": (16, 64, 200), "entities": (16, 64, 200),
           "translation": (16, 64), "language": (1,)}  # fmt: skip
LITERT_LIMIT = 4096


@dataclass(frozen=True)
class Format:
    """One of them.

    Attributes:
        write: of a folder, a network's name, the network and lengths: writes it, gives its files' names.
        packages: what running it needs.
        fixed: whether batch and length are.
        whole: whether a tagger's network has its CRF in it.
        needs: modules that writing and proving it needs beside seqzoo's own.
    """

    write: object
    packages: tuple[str, ...]
    fixed: bool = False
    whole: bool = False
    needs: tuple[str, ...] = ()


def _keras(folder: Path, name: str, network, lengths) -> list[Path]:
    """As it is in the artifact."""
    path = folder / f"{name}.keras"
    network.save(path)
    return [path]


def _onnx(folder: Path, name: str, network, lengths) -> list[Path]:
    from seqzoo.export.graph import to_onnx

    path = folder / f"{name}.onnx"
    whole = any(isinstance(layer, CRF) for layer in network._flatten_layers())
    path.write_bytes(to_onnx(network if whole else from_stock(network)).SerializeToString())
    return [path]


def _saved_model(folder: Path, name: str, network, lengths) -> list[Path]:
    import tensorflow as tf

    module = tf.Module()
    module.network = network
    specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
    function = tf.function(lambda **given: called(network, given)).get_concrete_function(**specs)
    return _saved(folder / name, module, {"serving_default": function})


def _saved(folder: Path, module, signatures) -> list[Path]:
    import tensorflow as tf

    with _quiet():
        tf.saved_model.save(module, str(folder), signatures)
    return files_in(folder)


def files_in(folder: Path) -> list[Path]:
    """All files in a folder and the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _litert(folder: Path, name: str, network, lengths) -> list[Path]:
    """A file a length: what its loops carry has one shape, and its weights are frozen into the graph."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    paths = []
    for length in lengths:
        specs = {x.name: tf.TensorSpec(fixed(x.shape, length), x.dtype, x.name) for x in network.inputs}
        function = tf.function(lambda **given: called(network, given)).get_concrete_function(**specs)
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
    "keras": Format(_keras, ("keras", "tensorflow")),
    "saved_model": Format(_saved_model, ("tensorflow",)),
    "onnx": Format(_onnx, ("onnxruntime", "numpy"), whole=True, needs=("onnx", "onnxruntime")),
    "litert": Format(_litert, ("ai-edge-litert", "numpy"), fixed=True, needs=("ai_edge_litert",)),
}


def check_installed(name: str) -> None:
    """Refuse a format whose packages are not there.

    Raises:
        InputError: naming the first, and how to get it.
    """
    for module in FORMATS[name].needs:
        if importlib.util.find_spec(module) is None:
            raise InputError(f'--format {name}: {module} is not installed; pip install "seqzoo[export]"')


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
    module.network = network
    module.ids = TextIds(predictor.tokenizer, predictor.vocabulary, predictor.max_length)
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
    return _saved(folder / name, module, signatures)


def tagger_model(folder: Path, name: str, network, predictor, field: dict) -> list[Path]:
    """A tagger of characters as a SavedModel that takes texts: `text`, strings (batch,), to `characters` and
    `tags`; its signature `ids` takes what the network takes."""
    import tensorflow as tf

    from seqzoo.export.tagger_graph import CharacterTagger

    module = CharacterTagger(network, predictor.tagging.coder, predictor.tagging.tags, field)
    specs = {x.name: tf.TensorSpec(x.shape, x.dtype, x.name) for x in network.inputs}
    texts = tf.TensorSpec((None,), tf.string, "text")
    signatures = {
        "serving_default": tf.function(lambda text: module(text)).get_concrete_function(texts),
        "ids": tf.function(lambda **given: called(network, given)).get_concrete_function(**specs),
    }
    return _saved(folder / name, module, signatures)


def search_model(folder: Path, predictor) -> list[Path]:
    """A translator as a SavedModel with its search in the graph; see `Translator.export`."""
    with _quiet():
        predictor.export(folder / "model")
    return files_in(folder / "model")


def signature(network, kind: Format, lengths) -> dict:
    """Names, types and sizes of a network's inputs and outputs; null: open."""

    def told(value):
        shape = fixed(value.shape, "length") if kind.fixed else value.shape
        return {"dtype": str(value.dtype), "shape": list(shape)}

    outputs = {exported_name(name, network): told(x) for name, x in outputs_of(network).items()}
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
