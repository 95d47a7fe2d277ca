"""The batch a model is looked at with: checked or made up, its padding, and the same with more padding."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import tree

from seqzoo.diagnosis.padding import Tokens
from seqzoo.diagnosis.result import Finding
from seqzoo.errors import InputError, unknown_name

ROWS, STEPS, SEED = 8, 16, 1  # of a batch that is made up
MORE = 8  # columns of padding added


class Batch:
    """Inputs of a model.

    Args:
        struct: the inputs as the model takes them, nested; its leaves are replaced.
        named: arrays by input, in the struct's order.
        free: names of inputs whose time the model leaves open.
        made_up: whether seqzoo drew them.
    """

    def __init__(
        self,
        struct: Any,
        named: dict[str, np.ndarray],
        free: set[str],
        made_up: bool = False,
    ):
        self.struct, self.named, self.made_up = struct, named, made_up
        self.rows = len(next(iter(named.values())))
        self.tokens: list[Tokens] = []
        self._pattern: dict[str, Tokens] = {}
        for name, array in named.items():
            if array.ndim == 2 and array.dtype.kind in "iu":
                self._pattern[name] = self._enter(name, array != 0)
        self.by_length = _counted(named)
        if self.by_length is not None:
            lengths, name = self.by_length
            steps = np.arange(named[name].shape[1])
            self._pattern[name] = self._enter(name, steps < named[lengths][:, None])
        self.fixed = not free.issuperset(self._pattern)  # no more padding can be added

    def _enter(self, name, real) -> Tokens:
        for tokens in self.tokens:
            if np.array_equal(tokens.real, real):
                return tokens
        self.tokens.append(Tokens(name, real, MORE + len(self.tokens)))
        return self.tokens[-1]

    @property
    def padded(self) -> bool:
        """Whether there is any padding."""
        return any(not tokens.real.all() for tokens in self.tokens)

    def __str__(self) -> str:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.named.items())
        if not self.made_up:
            return shapes
        what = "numbers" if self.by_length else "ids"
        return f"a made-up batch of random {what} (no real data): {shapes}"

    def inputs(self, longer: bool = False) -> Any:
        """What the model is called with; `longer` with more padding, on the side where padding is."""
        arrays = [
            self._longer(name) if longer else array for name, array in self.named.items()
        ]
        return tree.pack_sequence_as(self.struct, arrays)

    def _longer(self, name):
        tokens = self._pattern.get(name)
        if tokens is None:
            return self.named[name]
        more = (tokens.more, 0) if tokens.left else (0, tokens.more)
        array = self.named[name]
        return np.pad(array, ((0, 0), more, *[(0, 0)] * (array.ndim - 2)))

    def real(self, shape: Sequence[int]) -> np.ndarray:
        """Where there are tokens along the first two axes of a layer's input; everywhere if none fits."""
        fitting = (
            tokens.real for tokens in self.tokens if tokens.real.shape == tuple(shape[:2])
        )
        return next(fitting, np.ones(tuple(shape[:2]), bool))


def _counted(named: dict[str, np.ndarray]) -> tuple[str, str] | None:
    """The input of lengths, int (batch,), and the one that they are of: the first (batch, time, channels).

    Returns None where there are no such two.
    """
    lengths = [n for n, each in named.items() if each.ndim == 1 and each.dtype.kind in "iu"]
    values = [n for n, each in named.items() if each.ndim == 3]
    return (lengths[0], values[0]) if len(lengths) == 1 and values else None


def checked(model: keras.Model, batch: Any) -> Batch:
    """A user's batch as the model takes it.

    Raises:
        InputError: on another number of inputs, names, shapes or types than the model's.
    """
    inputs = getattr(model, "inputs", None)  # a subclassed model has none
    if inputs is None:
        names = [f"batch[{number}]" for number in range(len(tree.flatten(batch)))]
        struct, arrays, free = batch, tree.flatten(batch), set(names)
    else:
        names, struct, free = names_of(model), _struct(model), _free(model)
        arrays = _in_order(names, batch)
    named = {name: _array(name, array) for name, array in zip(names, arrays, strict=True)}
    ranks = [len(each.shape) for each in inputs or []] or [2] * len(named)
    for (name, array), rank in zip(named.items(), ranks, strict=True):
        # Lengths, (batch,), are the only input without time.
        if array.dtype.kind not in "iufb" or array.ndim < min(rank, 2):
            raise InputError(
                f"{name}: expected numbers, (batch, time) or more; got {array.dtype} {array.shape}"
            )
    for (name, array), expected in zip(named.items(), inputs or [], strict=bool(inputs)):
        _check(name, array, expected)
    rows = {len(array) for array in named.values()}
    if len(rows) != 1 or not all(array.size for array in named.values()):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in named.items())
        raise InputError(
            f"batch: expected one number of rows, and no empty array; got {shapes}"
        )
    return Batch(struct, named, free)


def _array(name, values) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise InputError(
            f"{name}: expected rows of one length, padded with 0: {error}"
        ) from error


def _free(model) -> set[str]:
    return {
        name
        for name, x in zip(names_of(model), model.inputs, strict=True)
        if len(x.shape) > 1 and x.shape[1] is None
    }


def names_of(model: keras.Model) -> list[str]:
    """Names of the model's inputs: keys, where it takes a dictionary."""
    struct = _struct(model)
    keys = {id(x): key for key, x in struct.items()} if isinstance(struct, dict) else {}
    return [keys.get(id(x), x.name) for x in model.inputs]


def _struct(model):
    """The model's inputs, nested as it takes them."""
    return model.inputs[0] if isinstance(model, keras.Sequential) else model.input


def _in_order(names, batch) -> list:
    if isinstance(batch, dict):
        for name in batch:
            if name not in names:
                raise unknown_name("batch: input", name, names)
        if missing := [name for name in names if name not in batch]:
            raise InputError(
                f"batch: expected the inputs {', '.join(names)}; no {', '.join(missing)}"
            )
        return [batch[name] for name in names]
    if len(names) == 1:
        batch = (
            batch[0]
            if isinstance(batch, (list, tuple)) and hasattr(batch[0], "shape")
            else batch
        )
        return [batch]
    if not isinstance(batch, (list, tuple)) or len(batch) != len(names):
        raise InputError(f"batch: expected a list or a dictionary of {', '.join(names)}")
    return list(batch)


def _check(name, array, expected):
    shape = tuple(expected.shape)
    fits = (n in (None, m) for n, m in zip(shape, array.shape, strict=False))
    if len(shape) != array.ndim or not all(fits):
        raise InputError(f"{name}: expected shape {shape}; got {array.shape}")
    if keras.backend.is_int_dtype(expected.dtype) and array.dtype.kind not in "iu":
        raise InputError(f"{name}: expected integers, as ids are; got {array.dtype}")


def made_up(model: keras.Model, carries: bool) -> Batch:
    """A batch of random ids, rows of mixed lengths padded on the right; numbers where no ids are read.

    Args:
        model: a functional or sequential model.
        carries: its states go on from batch to batch: it reads streams, which have no padding.

    Raises:
        InputError: for inputs whose meaning can't be guessed.
    """
    if getattr(model, "inputs", None) is None:
        raise InputError(
            f"{model.name}: expected a batch: the model doesn't tell its inputs' shapes"
        )
    inputs = dict(zip(names_of(model), model.inputs, strict=True))
    random = np.random.default_rng(SEED)
    rows = next((x.shape[0] for x in inputs.values() if x.shape[0]), ROWS)
    kinds = {name: _kind(x, model) for name, x in inputs.items()}
    tables = [x for x in model._flatten_layers() if isinstance(x, keras.layers.Embedding)]
    times = [x.shape[1] or STEPS for name, x in inputs.items() if kinds[name] == "numbers"]
    if "ids" in kinds.values() and not tables:
        raise InputError(
            f"{model.name}: expected a batch: no embedding tells which ids there are"
        )
    known = min((table.input_dim for table in tables), default=1)
    shares = np.append(np.ones(1), random.uniform(0.25, 1, rows - 1))  # of the time
    if carries or "state" in kinds.values():
        shares = np.ones(rows)
    named = {}
    for name, x in inputs.items():
        shape = [rows, *(n or STEPS for n in x.shape[1:])]
        if kinds[name] == "ids":
            real = np.arange(shape[1]) < np.ceil(shares * shape[1])[:, None]
            ids = random.integers(min(1, known - 1), known, shape)
            named[name] = np.where(real, ids, 0).astype(np.int32)
        elif kinds[name] == "lengths":
            named[name] = np.ceil(shares * times[0]).astype(np.int32)
        elif kinds[name] == "state":
            named[name] = np.zeros(shape, np.float32)
        else:
            named[name] = random.normal(size=shape).astype(np.float32)
    return Batch(_struct(model), named, _free(model), made_up=True)


def _kind(x, model) -> str:
    """What an input is: ids, a state, lengths, or numbers over time."""
    if len(x.shape) == 1 and keras.backend.is_int_dtype(x.dtype):
        return "lengths"
    if len(x.shape) == 2:
        integers = any(keras.backend.is_int_dtype(other.dtype) for other in model.inputs)
        if keras.backend.is_int_dtype(x.dtype):
            return "ids"
        if not any(isinstance(y, keras.layers.Embedding) for y in model._flatten_layers()):
            return "numbers"  # of a row, beside those over time
        return "state" if integers else "ids"  # Input((None,)) is of floats, ids or not
    if len(x.shape) < 3 or keras.backend.is_int_dtype(x.dtype):
        raise InputError(
            f"{x.name}: expected a batch: what the input of shape {x.shape} is can't be told"
        )
    return "numbers"


def findings(batch: Batch) -> Iterator[Finding]:
    """Where a batch's padding stands, how much there is, and rows of nothing else."""
    for tokens in batch.tokens:
        yield from _sides(tokens, "by their lengths" if batch.by_length else "id 0")
        unit = "step" if batch.by_length else "token"
        empty = np.flatnonzero(~tokens.real.any(1))
        if len(empty):
            rows = ", ".join(map(str, empty[:5])) + (", ..." if len(empty) > 5 else "")
            yield Finding(
                "warning", "batch", tokens.name, f"{len(empty)} rows without a {unit} ({rows})",
                "leave them out: there is nothing to read, pooling divides by 0, and cuDNN fails",
            )  # fmt: skip
        share = 1 - tokens.real.mean()
        if share > 0.5:
            yield Finding(
                "note", "batch", tokens.name, f"{share:.0%} of the positions are padding",
                "batch rows of like length together",
            )  # fmt: skip


def _sides(tokens: Tokens, sign: str) -> Iterator[Finding]:
    """On which side padding stands; `sign` tells what padding is."""
    sides = {side: count for side, count in tokens.sides.items() if count}
    share = f"{1 - tokens.real.mean():.0%} of the positions are padding ({sign})"
    if not sides:
        found = f"no padding ({sign})" if tokens.real.all() else share
        yield Finding("ok", "batch", tokens.name, found)
    elif set(sides) == {"right"}:
        yield Finding("ok", "batch", tokens.name, f"{share}, on the right")
    else:
        places = ", ".join(f"{side} in {count} rows" for side, count in sides.items())
        yield Finding(
            "warning", "batch", tokens.name, f"{share}: {places}",
            'pad on the right: keras.utils.pad_sequences(..., padding="post"); cuDNN takes nothing else, '
            "and a row without a mask would begin with padding" if "left" in sides else
            "id 0 is padding: give no token that id, and put padding behind the last token",
        )  # fmt: skip
