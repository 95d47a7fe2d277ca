"""Where the weights of a graph lie: bytes of the `.keras` file beside it, as ONNX' external data says it.

So the engine reads weights without HDF5, and any ONNX Runtime opens `NAME.onnx` with `NAME.keras` beside it.
"""

import io
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.artifact import int8_rows, weights
from seqzoo.artifact.int8_graph import graphs, scale_tables, tables
from seqzoo.errors import InputError

if TYPE_CHECKING:
    import onnx

LOCAL_HEADER = (
    30  # bytes of a zip archive's before a member's name; the two sizes behind end it
)


def place(path: Path) -> None:
    """Let a graph say where its weights are, in the `.keras` file of its name beside it.

    Args:
        path: the graph's; it is rewritten.

    Raises:
        InputError: as `with_places` does.
    """
    saved = path.with_suffix(".keras")
    path.write_bytes(with_places(path.read_bytes(), saved))


def with_places(graph: bytes, saved: Path) -> bytes:
    """A graph that says of each weight where it is, and of what type it is there.

    A weight that is stored in half precision becomes float32 when the graph is loaded; a table of which
    single rows are taken stays as it is, and the rows become float32. So do those of a table that is kept as
    whole numbers (`seqzoo.artifact.int8_rows`).

    Args:
        graph: an ONNX file, whose weights are named as in the HDF5 file of `saved`.
        saved: the `.keras` file, its weights not compressed.

    Raises:
        InputError: if the weights of `saved` are compressed, or lack one of the graph's.
    """
    import onnx

    proto = onnx.ModelProto.FromString(graph)
    places = dict(_places(saved))
    halves = []
    scale_tables(proto.graph, set(int8_rows.tables(places)) & tables(proto.graph))
    for tensor in proto.graph.initializer:
        if tensor.external_data:
            if tensor.name not in places:
                raise InputError(f"{saved}: it has no weights {tensor.name}")
            offset, dtype = places[tensor.name]
            halved = dtype == np.float16 and tensor.data_type == onnx.TensorProto.FLOAT
            halves += [tensor.name] if halved else []
            _place(tensor, offset, dtype, saved.name)
    _widen(proto.graph, set(halves) - tables(proto.graph))
    return proto.SerializeToString()


def _places(saved: Path) -> Iterator[tuple[str, tuple[int, np.dtype]]]:
    """Name, and offset in a `.keras` file and type, of each array that has numbers."""
    import h5py

    start = _start(saved)
    with h5py.File(io.BytesIO(weights.read(saved))) as file:
        found: list[h5py.Dataset] = []
        file.visititems(
            lambda _, item: found.append(item) if isinstance(item, h5py.Dataset) else None
        )
        for item in found:
            offset = item.id.get_offset()
            if offset is not None:
                yield item.name.removeprefix("/"), (start + offset, item.dtype)


def _start(saved: Path) -> int:
    """The byte of a `.keras` file at which its HDF5 file begins."""
    with zipfile.ZipFile(saved) as archive:
        member = archive.getinfo(weights.MEMBER)
    if member.compress_type != zipfile.ZIP_STORED:
        raise InputError(f"{saved}: {weights.MEMBER}: compressed; expected it as it is")
    with open(saved, "rb") as file:
        file.seek(member.header_offset)
        header = file.read(LOCAL_HEADER)
    name, extra = struct.unpack("<HH", header[-4:])
    return member.header_offset + LOCAL_HEADER + name + extra


def _place(tensor: "onnx.TensorProto", offset: int, dtype: np.dtype, location: str) -> None:
    """Say where an array lies, in place of what was said."""
    from onnx import helper

    tensor.data_type = helper.np_dtype_to_tensor_dtype(dtype)
    size = int(np.prod(tensor.dims, dtype=np.int64)) * dtype.itemsize
    del tensor.external_data[:]
    for key, value in (("location", location), ("offset", offset), ("length", size)):
        tensor.external_data.add(key=key, value=str(value))


def _widen(graph: "onnx.GraphProto", names: Iterable[str]) -> None:
    """Let everything that takes one of these arrays take it as float32."""
    from onnx import TensorProto, helper

    wide = {name: f"{name}/float32" for name in sorted(names)}
    for each in graphs(graph):
        for node in each.node:
            node.input[:] = [wide.get(name, name) for name in node.input]
    casts = [
        helper.make_node("Cast", [name], [result], to=TensorProto.FLOAT)
        for name, result in wide.items()
    ]
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *rest])
