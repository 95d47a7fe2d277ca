"""The four formats: how a network is written in each, and what its user may choose there."""

import importlib.util
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from seqzoo.errors import InputError
from seqzoo.export import litert, saved_model
from seqzoo.layers import CRF, from_stock
from seqzoo.models.networks import exported_name, fixed, outputs_of


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        write: writes a network; takes a folder, the network's name, the network and the lengths, and
            returns the paths of the files.
        packages: names of the packages that running the network needs.
        fixed: whether batch and length of the network are fixed.
        whole: whether a tagger's network has its CRF in it.
        needs: modules that writing and proving needs beside seqzoo's own.
    """

    write: Callable[[Path, str, keras.Model, Sequence[int]], list[Path]]
    packages: tuple[str, ...]
    fixed: bool = False
    whole: bool = False
    needs: tuple[str, ...] = ()


def _keras(
    folder: Path, name: str, network: keras.Model, lengths: Sequence[int]
) -> list[Path]:
    """As it is in the artifact."""
    path = folder / f"{name}.keras"
    network.save(path)
    return [path]


def _onnx(
    folder: Path, name: str, network: keras.Model, lengths: Sequence[int]
) -> list[Path]:
    """As an ONNX file of open batch and length."""
    from seqzoo.export.onnx.model import to_onnx

    path = folder / f"{name}.onnx"
    # A network with a CRF already has seqzoo's layers, which the rules are written for.
    whole = any(isinstance(layer, CRF) for layer in network._flatten_layers())
    proto = to_onnx(network if whole else from_stock(network))
    path.write_bytes(proto.SerializeToString())
    return [path]


FORMATS = {
    "keras": Format(_keras, ("keras", "tensorflow")),
    "saved_model": Format(saved_model.write, ("tensorflow",)),
    "onnx": Format(
        _onnx, ("onnxruntime", "numpy"), whole=True, needs=("onnx", "onnxruntime")
    ),
    "litert": Format(
        litert.write, ("ai-edge-litert", "numpy"), fixed=True, needs=("ai_edge_litert",)
    ),
}


def check_installed(name: str) -> None:
    """Refuse a format whose packages are not installed.

    Args:
        name: of the format.

    Raises:
        InputError: naming the first missing package, and how to install it.
    """
    for module in FORMATS[name].needs:
        if importlib.util.find_spec(module) is None:
            raise InputError(
                f'--format {name}: {module} is not installed; pip install "seqzoo[export]"'
            )


def check_lengths(
    name: str, lengths: Sequence[int] | None, usual: Sequence[int]
) -> tuple[int, ...]:
    """The lengths to export, in tokens, in ascending order; of formats that are not fixed none.

    Args:
        name: of the format.
        lengths: what the user asked for; None: nothing.
        usual: the task's lengths, used where the user asked for nothing.

    Raises:
        InputError: if the format takes no lengths, or a length is no whole number in its range.
    """
    if not FORMATS[name].fixed:
        if lengths:
            raise InputError(
                f"--length: {name} takes texts of any length; only litert asks for some"
            )
        return ()
    lengths = tuple(sorted(set(lengths or usual)))
    if bad := [n for n in lengths if not (isinstance(n, int) and 0 < n <= litert.LIMIT)]:
        raise InputError(
            f"--length: expected whole numbers from 1 to {litert.LIMIT:,}; got {bad[0]!r}"
        )
    return lengths


def signature(network: keras.Model, kind: Format, lengths: Sequence[int]) -> dict[str, Any]:
    """What `signature.json` says of a network, as a value for JSON.

    Args:
        network: the network.
        kind: its format.
        lengths: as `check_lengths` gives them.

    Returns:
        `inputs` and `outputs`: name -> `dtype` and `shape`, in which null stands for an open size and
        "length" for the length of a fixed format; `lengths` of a fixed format; `needs`, the statement that
        imports the network's layers, where Keras has them not.
    """

    def entry(value: keras.KerasTensor) -> dict[str, Any]:
        shape = fixed(value.shape, "length") if kind.fixed else value.shape
        return {"dtype": str(value.dtype), "shape": list(shape)}

    outputs = {
        exported_name(name, network): entry(value)
        for name, value in outputs_of(network).items()
    }
    if kind.whole:
        outputs.pop("potentials", None)  # of a CRF: for training alone
    inputs = {value.name: entry(value) for value in network.inputs}
    result: dict[str, Any] = {"inputs": inputs, "outputs": outputs}
    if kind.fixed:
        result["lengths"] = list(lengths)
    module = None if kind.whole or kind.fixed else _module_of_layers(network)
    if module is not None:
        result["needs"] = f"import {module}"
    return result


def _module_of_layers(network: keras.Model) -> str | None:
    """The module to import before a network's layers can be loaded.

    It is seqzoo's, or that of a package with a cell, which imports seqzoo's itself. None: Keras has all.
    """
    modules = {type(layer).__module__ for layer in network._flatten_layers()}
    others = sorted(name for name in modules if not name.startswith(("keras.", "seqzoo.")))
    if others:
        return others[0]
    return "seqzoo.layers" if any(name.startswith("seqzoo.") for name in modules) else None


def operators(paths: Sequence[Path], format: str) -> dict[str, int]:
    """How often each operator comes in some files, most frequent first; {} but of ONNX."""
    if format != "onnx":
        return {}
    import onnx

    counts: Counter[str] = Counter()

    def count(graph: onnx.GraphProto) -> None:
        for node in graph.node:
            counts[node.op_type] += 1
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    count(attribute.g)

    for path in paths:
        count(onnx.load(path).graph)
    return dict(counts.most_common())
