"""Ways through the loop over time: the compiled kernels, or a cell's own steps."""

import importlib.util
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from seqzoo.layers.cells.base import in_steps, mask_of
from seqzoo.layers.loop import over_time
from seqzoo.layers.tensors import Tensor

_NUMBA = importlib.util.find_spec("numba") is not None


def unavailable() -> str | None:
    """Why no layer can be compiled here; None where one can."""
    if keras.backend.backend() != "tensorflow":
        return f"Keras runs on {keras.backend.backend()}, not on TensorFlow"
    if not _NUMBA:
        return "numba is not installed"
    from seqzoo.layers import fused

    if fused.gpu():
        return "there is a GPU, whose own kernels Keras takes"
    return fused.elsewhere()


def step_by_step(
    layer: Any,
    sequences: Tensor,
    states: list,
    mask: Tensor | None,
    training: bool | None,
    unroll: bool,
) -> tuple[Tensor, Tensor, Any]:
    """A recurrent layer by its cell's own steps.

    Args:
        layer: one of `seqzoo.layers`.
        sequences: (batch, time, features).
        states: the first ones, as the cell nests them.
        mask: bool (batch, time), or None.
        training: whether the cell drops out.
        unroll: a copy of the cell for each step.

    Returns:
        The last output (batch, units), what the layer returns, and the last states.
    """
    cell = in_steps(layer.cell)
    fixed, fresh = cell.draw(sequences, training)
    projected = cell.project(sequences, fixed, fresh)
    return over_time(
        lambda step, states: cell.advance(step[0], states, fixed, step[1]),
        (projected, fresh),
        states,
        mask,
        output_size=layer.units,
        go_backwards=layer.go_backwards,
        zero_output_for_mask=layer.zero_output_for_mask,
        return_sequences=layer.return_sequences,
        unroll=unroll,
    )


def run(
    layers: Sequence[Any],
    sequences: Tensor,
    states: Sequence[list],
    mask: Tensor | None,
    training: bool | None,
    many_rows: bool = False,
) -> tuple[Tensor, list[list[Tensor]]]:
    """One layer, or two directions of one, in the compiled way.

    Half precision is computed in float32 and rounded at the end.

    Args:
        layers: of `seqzoo.layers`; two read from both ends and are alike but for their weights.
        sequences: (batch, time, features).
        states: the first ones of each layer, (batch, units) each.
        mask: as Keras takes it, or None.
        training: keep what a gradient needs.
        many_rows: hundreds, for which the kernels are the quicker way through few steps, too.

    Returns:
        The output, (batch, time, units * directions) or (batch, units * directions), in the layers' own
        type, and the last states of each.
    """
    from seqzoo.layers import fused

    layer = layers[0]
    asked = layer.compute_dtype
    mask = mask_of(mask)
    # Keras' operations can't carry what is empty: its matrix products end the process on no features.
    carried = asked in ("float32", "float64") and 0 not in sequences.shape
    few = not many_rows and fused.few(sequences.shape[1], layer.count_params())
    if carried and few:
        return _few_steps(layers, sequences, states, mask)

    if len(layers) == 1:
        sequences = _own_sums(layer.cell, sequences)
    wide = "float32" if asked in ("float16", "bfloat16") else asked
    forms = [each.compiled_form() for each in layers]
    directions = [
        _direction(weights, first, each.go_backwards, wide)
        for each, (_, weights), first in zip(layers, forms, states, strict=True)
    ]
    output, ends = fused.recurrence(
        forms[0][0],  # the same cell for both
        _cast(sequences, wide),
        mask,
        directions,
        return_sequences=layer.return_sequences,
        zero=layer.zero_output_for_mask,
        flip=len(layers) == 1,
        training=training,
    )
    rounded = [[_cast(state, asked) for state in direction] for direction in ends]
    return ops.cast(output, asked), rounded


def last_state(layer: Any, sequences: Tensor) -> Tensor:
    """The last state of a layer of one state, in training, without dropout, of hundreds of short sequences.

    Args:
        layer: one of `seqzoo.layers`, built.
        sequences: (batch, time, features), without a mask.

    Returns:
        (batch, units).
    """
    if layer.obstacle(True) is not None:
        return layer(sequences)[1] if layer.return_state else layer(sequences)
    first = layer.get_initial_state(ops.shape(sequences)[0])
    _, ((state,),) = run([layer], sequences, [first], None, True, many_rows=True)
    return state


def _own_sums(cell, sequences):
    """Of the sums of two directions, (batch, time, 2 * sums), those of a cell that stands alone; else all."""
    own = getattr(cell, "own_sums", None)
    return own(sequences) if own else sequences


def _few_steps(layers, sequences, states, mask):
    """What `run` gives, by the cells' own steps, each of them in the graph."""
    outputs, ends = [], []
    for layer, first in zip(layers, states, strict=True):
        _, output, after = step_by_step(layer, sequences, first, mask, False, True)
        # Two directions are put side by side in the order of time.
        backwards = layer.go_backwards and layer.return_sequences and len(layers) > 1
        outputs.append(ops.flip(output, 1) if backwards else output)
        ends.append(list(after))
    return ops.concatenate(outputs, axis=-1), ends


def _direction(weights, states, reverse, dtype):
    """Weights and first states as `fused.recurrence` takes them."""
    kernel, recurrent_kernel, bias = weights
    return {
        "kernel": _cast(kernel, dtype),
        "recurrent_kernel": _cast(recurrent_kernel, dtype),
        "bias": _cast(bias, dtype),
        "states": [_cast(state, dtype) for state in states],
        "reverse": reverse,
    }


def _cast(value, dtype):
    """A tensor or variable as a tensor of the type; None stays None."""
    return None if value is None else ops.cast(ops.convert_to_tensor(value), dtype)
