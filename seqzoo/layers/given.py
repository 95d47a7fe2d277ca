"""What recurrent layers are called with, checked: errors of one line in place of the backend's."""

from collections.abc import Sequence
from typing import Any

from keras import tree

from seqzoo.layers.tensors import Tensor


def check_padded(name: str, sequences: Any) -> None:
    """Refuse rows of unequal length.

    Args:
        name: of the layer.
        sequences: what it is called with.

    Raises:
        ValueError: if it is a ragged tensor of TensorFlow's.
    """
    if type(sequences).__name__ == "RaggedTensor":
        raise ValueError(
            f"{name}: expected rows of one length, padded on the right; got a ragged tensor; call "
            "ids.to_tensor(0) first"
        )


def check_states(name: str, states: Sequence[Tensor], sizes: Sequence[Any]) -> None:
    """Refuse first states of another number, or of other sizes, than a layer has.

    Args:
        name: of the layer.
        states: the first states; of a stack of cells a list for each cell.
        sizes: of the layer's states: numbers, or shapes as tuples; lists where the states are.

    Raises:
        ValueError: naming both.
    """
    wanted = _shapes(sizes)
    shapes = [tuple(state.shape) for state in tree.flatten(states)]
    told = ", ".join(f"(batch, {', '.join(map(str, size))})" for size in wanted)
    if len(shapes) != len(wanted):
        raise ValueError(
            f"{name}: initial_state: expected {len(wanted)} states, {told}; got {len(shapes)}"
        )
    for place, (shape, size) in enumerate(zip(shapes, wanted, strict=True)):
        pairs = zip(shape[1:], size, strict=False)
        if len(shape) == len(size) + 1 and all(
            None in pair or pair[0] == pair[1] for pair in pairs
        ):
            continue
        raise ValueError(
            f"{name}: initial_state[{place}]: expected (batch, {', '.join(map(str, size))}); got {shape}"
        )


def _shapes(sizes: Sequence[Any]) -> list[tuple]:
    """The shape of each state, without the batch, one after the other."""
    shapes: list[tuple] = []
    for size in sizes:
        if isinstance(size, list):
            shapes += _shapes(size)
        else:
            shapes.append(size if isinstance(size, tuple) else (size,))
    return shapes
