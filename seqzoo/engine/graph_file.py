"""What an ONNX file asks for, read before ONNX Runtime sees it.

A graph from a stranger may name operators of other libraries, weights in other files, or arrays of any
size. The `onnx` package would tell, but importing it takes as long as an answer does; of the format
(protocol buffers) a few fields are enough. Field numbers: onnx.proto, ONNX 1.17.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from seqzoo.errors import InputError

LARGEST = 16 * 2**20  # bytes of a graph: its weights lie elsewhere
DEEPEST = 4  # loops in loops
MOST_NODES = 100_000
LARGEST_NUMBER = 2**31  # in the shape of an array, whose bytes are counted besides
LARGEST_SIZE = 2**20  # of whole numbers in a graph itself, but for "to the end" of a slice
TO_THE_END = 2**63 - 1

# ONNX' numbers of types -> NumPy's.
DTYPES = {
    1: np.float32, 3: np.int8, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16, 11: np.float64,
}  # fmt: skip
EXTERNAL = 1  # `data_location` of a tensor
PLACE = ("location", "offset", "length")  # what is said of an array in another file
WHOLE = (6, 7)  # types of numbers that can be sizes

# Operators that seqzoo writes: none reads a file, runs code or draws numbers.
OPERATORS = frozenset({
    "Add", "And", "ArgMax", "Cast", "Clip", "Concat", "ConstantOfShape",
    "Conv", "CumSum", "Div", "Equal", "Exp", "Expand", "Flatten",
    "GRU", "Gather", "GatherElements", "Greater", "Identity", "LSTM", "Less",
    "LessOrEqual", "Log", "LogSoftmax", "MatMul", "Max", "MaxPool", "Min", "Mod", "Mul",
    "Neg", "Not", "Or", "Pad", "Pow", "RNN", "Reciprocal",
    "ReduceMax", "ReduceMean", "ReduceSum", "Relu", "Reshape", "Scan", "Shape",
    "Sigmoid", "Slice", "Softmax", "Softplus", "Split", "Sqrt", "Squeeze",
    "Sub", "Tanh", "Tile", "Transpose", "Unsqueeze", "Where",
})  # fmt: skip


@dataclass(frozen=True)
class Stored:
    """An array that a graph takes from a file of weights.

    Attributes:
        shape: its sizes.
        dtype: NumPy's.
        location: the name of the file.
        offset, length: where its bytes are in that file; None: it is found by its name.
    """

    shape: tuple[int, ...]
    dtype: type
    location: str
    offset: int | None = None
    length: int | None = None

    def view(self, content: bytes) -> np.ndarray:
        """The array in the bytes of its file; not a copy, unless they are not aligned.

        Args:
            content: of the file.

        Raises:
            InputError: if the place is not in the file, or of another size than the array.
        """
        kind = np.dtype(self.dtype)
        count = math.prod(self.shape)
        start, length = self.offset, self.length
        if start is None or length != count * kind.itemsize:
            raise InputError(f"expected {count * kind.itemsize:,} bytes; got {length}")
        if start + length > len(content):
            raise InputError(
                f"bytes {start:,} to {start + length:,}; the file has {len(content):,}"
            )
        flat = np.frombuffer(content, kind, count, start)
        return np.require(flat, requirements="A").reshape(self.shape)


@dataclass
class GraphFile:
    """What is in an ONNX file.

    Attributes:
        content: its bytes.
        inputs: names of the graph's inputs.
        outputs: names of the graph's outputs.
        stored: arrays that lie in another file, by name.
        nodes: how many nodes there are, those of loops' bodies too.
    """

    content: bytes
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    stored: dict[str, Stored] = field(default_factory=dict)
    nodes: int = 0

    @classmethod
    def parse(cls, content: bytes) -> "GraphFile":
        """Read an ONNX file, and refuse what seqzoo never writes.

        Args:
            content: the bytes of the file, whose hash has been checked.

        Raises:
            InputError: if it is no ONNX file, or has operators, types or sizes that are refused.
        """
        if len(content) > LARGEST:
            raise InputError(
                f"a graph of {len(content):,} bytes; expected {LARGEST:,} at most"
            )
        found = cls(content)
        try:
            for number, value in _fields(content):
                if number == 7:
                    found._read_graph(_bytes(value), 0)
                elif number == 25:
                    raise InputError("functions of its own in a graph")
        except (IndexError, ValueError, UnicodeDecodeError, TypeError) as error:
            raise InputError(f"not an ONNX graph: {error}") from error
        if not found.outputs:
            raise InputError("not an ONNX graph: it has no outputs")
        return found

    @property
    def placed(self) -> bool:
        """Whether it says of each array in another file where it begins."""
        return all(each.offset is not None for each in self.stored.values())

    def _read_graph(self, content: bytes, depth: int) -> None:
        if depth > DEEPEST:
            raise InputError(f"loops in loops in a graph, more than {DEEPEST} deep")
        for number, value in _fields(content):
            if number == 1:
                self._read_node(_bytes(value), depth)
            elif number == 5:
                self._read_tensor(_bytes(value))
            elif number == 15:
                raise InputError("a sparse array in a graph")
            elif depth == 0 and number in (11, 12):
                names = self.inputs if number == 11 else self.outputs
                names.append(_text(_bytes(value), 1))

    def _read_node(self, content: bytes, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise InputError(f"a graph of more than {MOST_NODES:,} nodes")
        for number, value in _fields(content):
            if number == 4 and _bytes(value).decode() not in OPERATORS:
                raise InputError(f"operator {_bytes(value).decode()[:60]!r} in a graph")
            if number == 7 and _bytes(value).decode() not in ("", "ai.onnx"):
                raise InputError(f"operators of {_bytes(value).decode()[:60]!r} in a graph")
            if number == 5:
                self._read_attribute(_bytes(value), depth)

    def _read_attribute(self, content: bytes, depth: int) -> None:
        for number, value in _fields(content):
            if number == 5:
                self._read_tensor(_bytes(value))
            elif number == 6:
                self._read_graph(_bytes(value), depth + 1)
            elif number in (10, 11, 22, 23):  # several tensors or graphs, sparse ones
                raise InputError("an attribute in a graph that seqzoo never writes")

    def _read_tensor(self, content: bytes) -> None:
        """An array in the file itself, or one that lies elsewhere."""
        shape: list[int] = []
        kind, name, external, raw, packed = 0, "", 0, b"", False
        place: dict[str, str] = {}
        for number, value in _fields(content):
            if number == 1:
                shape += _numbers(value)
            elif number == 2:
                kind = _number(value)
            elif number == 8:
                name = _bytes(value).decode()
            elif number == 9:
                raw = _bytes(value)
            elif number in (5, 7):  # whole numbers beside `raw`, which is what is looked at
                packed = True
            elif number == 13:
                _read_place(_bytes(value), place)
            elif number == 14:
                external = _number(value)
        if kind not in DTYPES:
            raise InputError(f"{name[:60]}: an array of ONNX' type {kind} in a graph")
        if any(not 0 <= size <= LARGEST_NUMBER for size in shape):
            raise InputError(f"{name[:60]}: an array of {shape} in a graph")
        if external == EXTERNAL:
            self.stored[name] = Stored(tuple(shape), DTYPES[kind], **_place(place))
        elif kind in WHOLE:
            if packed:
                raise InputError(f"{name[:60]}: numbers in a form that seqzoo never writes")
            _check_numbers(name, raw, DTYPES[kind])


def _read_place(content: bytes, place: dict[str, str]) -> None:
    """Add one of the pairs of key and value that say where an array lies."""
    key = _text(content, 1)
    if key not in PLACE:
        raise InputError(f"an array elsewhere with {key[:60]!r}; expected {PLACE}")
    if key in place:
        raise InputError("an array that lies in two places")
    place[key] = _text(content, 2)


def _place(place: dict[str, str]) -> dict[str, Any]:
    """The location of an array, and its offset and length if both are said."""
    numbers = {}
    for key in PLACE[1:]:
        text = place.get(key, "")
        if text and not (text.isascii() and text.isdecimal() and len(text) < 16):
            raise InputError(f"an array elsewhere with the {key} {text[:60]!r}")
        numbers[key] = int(text) if text else None
    if (numbers["offset"] is None) != (numbers["length"] is None):
        raise InputError(f"an array elsewhere with one of {PLACE[1:]}; expected both")
    return {"location": place.get("location", ""), **numbers}


def _check_numbers(name: str, raw: bytes, kind: type) -> None:
    """Refuse sizes that no array can have: what asks for one would be made before anything fails."""
    size = np.dtype(kind).itemsize
    numbers: np.ndarray = np.frombuffer(raw[: len(raw) // size * size], kind)
    plain = np.abs(numbers.astype(float)) <= LARGEST_SIZE
    if not (plain | (numbers == TO_THE_END)).all():
        raise InputError(f"{name[:60]}: numbers that are no sizes in a graph")


def _text(content: bytes, wanted: int) -> str:
    """A field of text."""
    for number, value in _fields(content):
        if number == wanted:
            return _bytes(value).decode()
    return ""


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message: whole numbers as such, all else as bytes."""
    place = 0
    while place < len(content):
        tag, place = _varint(content, place)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, place = _varint(content, place)
            yield number, value
            continue
        if kind == 2:
            size, place = _varint(content, place)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if place + size > len(content):
            raise ValueError("it ends in the middle of a field")
        yield number, content[place : place + size]
        place += size


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """A whole number, seven bits a byte, and where it ends."""
    value, shift = 0, 0
    while True:
        byte = content[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("bytes where a number is expected")
    return value


def _numbers(value: int | bytes) -> list[int]:
    """A number, or several in one field."""
    if isinstance(value, int):
        return [value]
    found, place = [], 0
    while place < len(value):
        number, place = _varint(value, place)
        found.append(number)
    return found


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where bytes are expected")
    return value
