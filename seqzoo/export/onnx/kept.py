"""A network with its tables as the artifact keeps them: in eight bits, where Keras' has 32."""

from collections.abc import Collection
from pathlib import Path

import onnx

from seqzoo.artifact import Artifact, int8_rows, weights
from seqzoo.export.onnx.embedded import embedded


def whole(own: Artifact, name: str) -> bytes:
    """The artifact's own graph of a network with its weights inside.

    Raises:
        InputError: see `embedded`.
    """
    arrays = weights.arrays(own.path(f"{name}.keras"))
    return embedded(own.path(f"{name}.onnx").read_bytes(), arrays)


def write(folder: Path, own: Artifact, name: str, outputs: Collection[str]) -> Path | None:
    """Write the artifact's own graph of a network, its weights inside.

    Args:
        folder: where to.
        own: the artifact.
        name: of the network.
        outputs: names that the graph must give, and no others.

    Returns:
        The file; None, and nothing is written, if the artifact has no such graph, or one of other outputs,
        or no table of eight bits.
    """
    if name not in own.graphs:
        return None
    if not any(int8_rows.tables(set(weights.arrays(own.path(f"{name}.keras"))))):
        return None
    content = whole(own, name)
    given = [output.name for output in onnx.ModelProto.FromString(content).graph.output]
    if set(given) != set(outputs):
        return None
    path = folder / f"{name}.onnx"
    path.write_bytes(content)
    return path
