"""One run of a model in the open: what each of its layers was called with, and what it gave."""

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from seqzoo.diagnosis.result import Finding


@dataclass(frozen=True)
class Call:
    """A call of a layer or of an operation of a functional model.

    Attributes:
        operation: which one.
        inputs: arrays among its arguments, masks too; the first is what a recurrent layer reads.
        outputs: arrays it gave.
        mask: the array it got as its argument `mask`, or None.
        masked: whether it has such an argument.
        states: arrays it got as its argument `initial_state`; none: its own.
    """

    operation: keras.Operation
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    mask: np.ndarray | None
    masked: bool
    states: list[np.ndarray]

    @property
    def steps(self) -> np.ndarray | None:
        """A recurrent layer's mask as bool (batch, time): it may be (batch, time, 1), or a row for all."""
        if self.mask is None:
            return None
        mask = self.mask.reshape(self.mask.shape[:2]).astype(bool)
        return np.broadcast_to(mask, self.inputs[0].shape[:2])


@dataclass(frozen=True)
class Run:
    """All calls of a run, in the order in which they ended.

    Attributes:
        calls: by the operation's `id` and how often it had been called before.
        outputs: the model's.
        strange: embeddings that were given ids they have no row for: layer, lowest id, highest id, count.
    """

    calls: dict[tuple[int, int], Call] = field(default_factory=dict)
    outputs: list[np.ndarray] = field(default_factory=list)
    strange: dict[int, tuple] = field(default_factory=dict)

    def first(self, operation: keras.layers.Layer) -> Call | None:
        """The first call of a layer; None: it was not called."""
        return self.calls.get((id(operation), 0))


def recorded(model: keras.Model, inputs: Any, any_time: bool = False) -> Run:
    """Run the model once, eagerly and without training.

    Args:
        inputs: what it is called with.
        any_time: let them be longer than a functional model says they are.
    """
    run = Run()
    count: dict[int, int] = {}  # calls so far, by the operation's id

    def recording(operation, call):
        signature = inspect.signature(call)

        @functools.wraps(call)
        def wrapped(*args, **kwargs):
            arguments = signature.bind(*args, **kwargs).arguments
            inputs, states = (
                arrays(list(arguments.values())),
                arrays(arguments.get("initial_state")),
            )
            masks, masked = arrays(arguments.get("mask")), "mask" in signature.parameters
            outputs = call(
                *args, **kwargs
            )  # may assign to what it was given: hence arrays before
            number = count[id(operation)] = count.get(id(operation), -1) + 1
            mask = masks[0] if masks else None
            given = arrays(outputs)
            run.calls[id(operation), number] = Call(
                operation, inputs, given, mask, masked, states
            )
            return outputs

        return wrapped

    with contextlib.ExitStack() as stack:
        stack.enter_context(unchanged(model))
        stack.enter_context(known_ids(model, run.strange))
        for operation in operations(model):
            stack.enter_context(calling(operation, recording(operation, operation.call)))
        # `call` doesn't ask what shapes the inputs were declared with
        outputs = (model.call if any_time else model)(inputs, training=False)
    run.outputs.extend(arrays(outputs))
    return run


def arrays(nested: Any) -> list[np.ndarray]:
    """The tensors of a structure as arrays, what is none left out."""
    leaves = tree.flatten(nested)
    return [
        ops.convert_to_numpy(x)
        for x in leaves
        if hasattr(x, "shape") and hasattr(x, "dtype")
    ]


@contextlib.contextmanager
def known_ids(model: keras.Model, strange: dict) -> Iterator[None]:
    """Give embeddings the nearest id they have for those that they have no row for.

    Otherwise it would depend on the device what happens: on a CPU nothing else could be looked at.

    Args:
        strange: such ids are entered in it; see `Run`.
    """

    def knowing(layer, call):
        @functools.wraps(call)
        def wrapped(inputs, *args, **kwargs):
            if kwargs.get("reverse") or True in args:  # not ids: features
                return call(inputs, *args, **kwargs)
            ids = ops.convert_to_numpy(inputs)
            wrong = (ids < 0) | (ids >= layer.input_dim)
            if wrong.any():
                strange[id(layer)] = layer, int(ids.min()), int(ids.max()), int(wrong.sum())
                inputs = ops.clip(inputs, 0, layer.input_dim - 1)
            return call(inputs, *args, **kwargs)

        return wrapped

    with contextlib.ExitStack() as stack:
        for layer in operations(model):
            if isinstance(layer, keras.layers.Embedding):
                stack.enter_context(calling(layer, knowing(layer, layer.call)))
        yield


@contextlib.contextmanager
def calling(operation: keras.layers.Layer, call: Callable) -> Iterator[None]:
    """Put a function in the place of a layer's `call`."""
    before = vars(operation).get("call")  # somebody else's
    operation.call = call
    try:
        yield
    finally:
        if before is None:
            del operation.call
        else:
            operation.call = before


@contextlib.contextmanager
def unchanged(model: keras.Model) -> Iterator[None]:
    """Give back what a run changes: carried states and seeds."""
    variables = list(model.non_trainable_variables)
    for layer in model._flatten_layers():  # Keras doesn't count states among the variables
        if isinstance(layer, keras.layers.RNN) and layer.stateful:
            variables += tree.flatten(layer.states or [])
    values = [np.array(variable.numpy()) for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)


def operations(model: keras.Model) -> list:
    """Layers, nested ones too, and operations of functional models, but for what another layer may run by
    itself: cells, and a bidirectional layer's directions."""
    layers = model._flatten_layers(include_self=False)
    inside = {
        id(inner)
        for layer in layers
        for part in _run_by(layer)
        for inner in part._flatten_layers()
    }
    found = {id(layer): layer for layer in layers if id(layer) not in inside}
    for part in [model, *layers]:
        for operation in getattr(part, "operations", []):
            found.setdefault(id(operation), operation)
    return [x for x in found.values() if not isinstance(x, keras.layers.InputLayer)]


def _run_by(layer) -> list:
    if isinstance(layer, keras.layers.RNN):
        return [layer.cell] if isinstance(layer.cell, keras.layers.Layer) else []
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    return [layer.layer] if isinstance(layer, keras.layers.TimeDistributed) else []


@dataclass(frozen=True)
class Part:
    """A recurrent layer; of a bidirectional one, one direction.

    Attributes:
        name: its name, with that of the bidirectional layer before it.
        layer: the `keras.layers.RNN`.
        outer: what is called: itself, or the bidirectional layer.
    """

    name: str
    layer: keras.layers.RNN
    outer: keras.layers.Layer

    def states(self, call: Call) -> list[np.ndarray]:
        """Its first states in a call of `outer`; none: its own."""
        if self.outer is self.layer:
            return call.states
        half = len(call.states) // 2
        return (
            call.states[:half]
            if self.layer is self.outer.forward_layer
            else call.states[half:]
        )


def recurrent_parts(model: keras.Model) -> list[Part]:
    """All recurrent layers of a model, wherever they are nested."""
    layers = model._flatten_layers(include_self=False)
    parts = []
    for layer in layers:
        if isinstance(layer, keras.layers.Bidirectional):
            parts += [
                Part(f"{layer.name}/forward", layer.forward_layer, layer),
                Part(f"{layer.name}/backward", layer.backward_layer, layer),
            ]
    inside = {id(part.layer) for part in parts}
    parts += [
        Part(x.name, x, x)
        for x in layers
        if isinstance(x, keras.layers.RNN) and id(x) not in inside
    ]
    return parts


def in_order(parts: list[Part], run: Run) -> list[Part]:
    """The parts as the run came to them; those it did not call at the end."""
    place = {key[0]: number for number, key in enumerate(run.calls)}
    return sorted(parts, key=lambda part: place.get(id(part.outer), len(place)))


def values(run: Run) -> Iterator[Finding]:
    """Ids out of range, and the first layer that makes NaN of finite numbers."""
    for layer, lowest, highest, count in run.strange.values():
        yield Finding(
            "warning", "batch", layer.name,
            f"{count} ids outside its {layer.input_dim} rows: from {lowest} to {highest}",
            "an error on a CPU, a vector of zeros on a GPU: let input_dim be the highest id + 1; here the "
            "nearest id stands for them",
        )  # fmt: skip
    for call in run.calls.values():
        if _has_nan(call.outputs) and not _has_nan(call.inputs):
            yield Finding(
                "warning", "values", call.operation.name, "gives NaN, and was given none",
                "look at its weights; if they are finite, at what it divides by or takes a logarithm of",
            )  # fmt: skip
            return


def _has_nan(arrays) -> bool:
    return any(
        np.isnan(np.asarray(x, np.float64)).any()
        for x in arrays
        if x.dtype.kind not in "iub"
    )
