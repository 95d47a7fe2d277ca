"""The four formats: how a network is written in each, and what may be asked of it there."""

import importlib.util
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from seqzoo.errors import InputError
from seqzoo.export import litert, saved_model
from seqzoo.export.networks import exported_name, fixed, outputs_of
from seqzoo.layers import CRF, from_stock


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
    from seqzoo.export.onnx.model import to_onnx

    path = folder / f"{name}.onnx"
    whole = any(isinstance(layer, CRF) for layer in network._flatten_layers())
    path.write_bytes(to_onnx(network if whole else from_stock(network)).SerializeToString())
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
    """Refuse a format whose packages are not there.

    Raises:
        InputError: naming the first, and how to get it.
    """
    for module in FORMATS[name].needs:
        if importlib.util.find_spec(module) is None:
            raise InputError(
                f'--format {name}: {module} is not installed; pip install "seqzoo[export]"'
            )


def check_lengths(name: str, lengths, usual) -> tuple[int, ...]:
    """The lengths to export, in ascending order.

    Args:
        name: of the format.
        lengths: what the user asked for.
        usual: what is taken where the user asked for nothing.

    Raises:
        InputError: if the format takes none, or on what is no length.
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


def signature(network, kind: Format, lengths) -> dict:
    """Names, types and sizes of a network's inputs and outputs; null: open."""

    def told(value):
        shape = fixed(value.shape, "length") if kind.fixed else value.shape
        return {"dtype": str(value.dtype), "shape": list(shape)}

    outputs = {
        exported_name(name, network): told(x) for name, x in outputs_of(network).items()
    }
    if kind.whole:
        outputs.pop("potentials", None)  # of a CRF: for training alone
    found = {"inputs": {x.name: told(x) for x in network.inputs}, "outputs": outputs}
    if kind.fixed:
        found["lengths"] = list(lengths)
    module = None if kind.whole or kind.fixed else _module_of_layers(network)
    return found | ({} if module is None else {"needs": f"import {module}"})


def _module_of_layers(network) -> str | None:
    """The module to import before a network's layers can be loaded: seqzoo's, or a package's with a cell."""
    modules = {type(layer).__module__ for layer in network._flatten_layers()}
    others = sorted(name for name in modules if not name.startswith(("keras.", "seqzoo.")))
    if others:  # it imports seqzoo's itself
        return others[0]
    return "seqzoo.layers" if any(name.startswith("seqzoo.") for name in modules) else None


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
