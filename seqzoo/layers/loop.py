"""Loops over time on every backend: `scan`, and the one that runs a cell along a batch of sequences."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops, tree

from seqzoo.layers.tensors import Nested, Tensor


def scan(body: Callable, state: list, inputs: list, kept: int = 0) -> tuple[list, list]:
    """A loop over time.

    Args:
        body: (state, inputs of a step) -> state, lists of tensors.
        state: the first state.
        inputs: tensors (time, ...).
        kept: how many of the state's last tensors are wanted of every step.

    Returns:
        The last state, and these of every step, (time, ...) each.
    """
    if keras.backend.backend() == "tensorflow":
        from seqzoo.layers import tensorflow_loop

        return tensorflow_loop.scan(body, state, inputs, kept)

    def pair(state, inputs):
        state = body(list(state), list(inputs))
        return state, state[len(state) - kept :]

    return ops.scan(pair, list(state), inputs)


def scan_outputs(
    step: Callable,
    state: Nested,
    blank: Nested,
    inputs: Nested,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """A loop over time whose outputs are not like its state, also of an unknown number of steps.

    Args:
        step: (state, inputs of a step) -> state, outputs; tensors or tuples of them.
        state: the first state.
        blank: tensors of the shapes and types of a step's outputs.
        inputs: tensors (time, ...), or a tuple of them.
        reverse: begin at the end.

    Returns:
        The last state, and the outputs of every step, (time, ...), in the order of time.
    """
    count = len(tree.flatten(state))

    def body(carried, given):
        before = tree.pack_sequence_as(state, carried[:count])
        after, outputs = step(before, tree.pack_sequence_as(inputs, given))
        return [*tree.flatten(after), *tree.flatten(outputs)]

    given = [ops.flip(x, 0) if reverse else x for x in tree.flatten(inputs)]
    blanks = tree.flatten(blank)
    last, outputs = scan(body, [*tree.flatten(state), *blanks], given, kept=len(blanks))
    outputs = [ops.flip(x, 0) if reverse else x for x in outputs]
    ends = tree.pack_sequence_as(state, list(last[:count]))
    return ends, tree.pack_sequence_as(blank, outputs)


def over_time(
    body: Callable,
    steps: Nested,
    states: Nested,
    mask: Tensor | None,
    *,
    output_size: int,
    go_backwards: bool = False,
    zero_output_for_mask: bool = False,
    return_sequences: bool = True,
    unroll: bool = False,
) -> tuple[Tensor, Tensor, Any]:
    """Run a cell along sequences, as `keras.layers.RNN` does.

    Args:
        body: (what `steps` has of one step, states) -> output (batch, output_size), states.
        steps: tensors (batch, time, ...), nested as `body` takes them.
        states: the first ones, nested.
        mask: bool (batch, time); a step that is False changes no state and repeats the output before it.
        output_size: size of an output.
        go_backwards: begin at the end; outputs are in the order they were made.
        zero_output_for_mask: give zeros, not the output before.
        return_sequences: keep the outputs of all steps.
        unroll: a copy of the cell for each step; the number of steps must be known.

    Returns:
        The last output, all outputs (batch, time, output_size), or the last again, and the last states.
    """
    flat, count = tree.flatten(steps), len(tree.flatten(states))
    inputs = [*flat, ops.expand_dims(mask, -1)] if mask is not None else flat
    inputs = [ops.swapaxes(value, 0, 1) for value in inputs]
    if go_backwards:
        inputs = [ops.flip(value, 0) for value in inputs]
    nothing = ops.zeros((ops.shape(flat[0])[0], output_size), flat[0].dtype)

    def step(carried, inputs):
        before, last = carried[:count], carried[count]
        output, after = body(
            tree.pack_sequence_as(steps, inputs[: len(flat)]),
            tree.pack_sequence_as(states, before),
        )
        after = tree.flatten(after)
        if mask is not None:
            real = inputs[-1]
            after = [
                ops.where(real, new, old) for new, old in zip(after, before, strict=True)
            ]
            output = ops.where(real, output, nothing if zero_output_for_mask else last)
        return [*after, output]

    first, kept = [*tree.flatten(states), nothing], int(return_sequences)
    ends, outputs = (_unrolled if unroll else scan)(step, first, inputs, kept)
    last = ends[count]
    outputs = ops.swapaxes(outputs[0], 0, 1) if return_sequences else last
    return last, outputs, tree.pack_sequence_as(states, list(ends[:count]))


def _unrolled(body, state, inputs, kept):
    """`scan` with a copy of the body for each step."""
    every = []
    for t in range(inputs[0].shape[0]):
        state = body(list(state), [value[t] for value in inputs])
        every.append(state[len(state) - kept :])
    return state, [ops.stack(values) for values in zip(*every, strict=True)]
