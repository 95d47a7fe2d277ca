"""The states of all nodes of a batch of trees."""

from typing import Any

import keras
from keras import ops

from seqzoo.errors import unknown_name
from seqzoo.layers.choices import COMPOSITIONS
from seqzoo.layers.loop import scan
from seqzoo.layers.tensors import Shape, Tensor

LOOPS = ("levels", "nodes")


@keras.saving.register_keras_serializable("seqzoo")
class TreeStates(keras.layers.Layer):
    """Composes trees bottom-up: every node's state, of its word and its children's states.

    On TensorFlow all nodes of a batch that are as far from their leaves are one step, `levels`; elsewhere a
    step is the node of one place in all trees, `nodes`, which every backend can compile.

    Args:
        composition: a name in `seqzoo.layers.COMPOSITIONS`.
        units: size of an output.
        loop: `levels` or `nodes`; None: `levels` on TensorFlow.

    Raises:
        InputError: on an unknown composition or loop, or `levels` on another backend.
    """

    def __init__(
        self, composition: str, units: int, loop: str | None = None, **kwargs: Any
    ):
        super().__init__(**kwargs)
        if composition not in COMPOSITIONS:
            raise unknown_name("composition", composition, COMPOSITIONS)
        on_tensorflow = keras.backend.backend() == "tensorflow"
        usable = LOOPS if on_tensorflow else LOOPS[1:]
        if loop is not None and loop not in usable:
            raise unknown_name("loop", loop, usable)
        self.settings = {"composition": composition, "units": units, "loop": loop}
        self.kind, self.loop = composition, loop or usable[0]
        self.units = units
        self.composition: Any = None  # of as many children as the input has
        self.supports_masking = True  # nodes that are none are recognised by themselves
        # XLA needs the sizes of levels beforehand.
        self.supports_jit = self.loop == "nodes"

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), **self.settings}

    def build(
        self, vectors_shape: Shape, tokens_shape: Shape, children_shape: Shape
    ) -> None:
        """Make the weights for vectors (batch, nodes, features) and children (batch, nodes, arity)."""
        kind = COMPOSITIONS[self.kind]
        self.composition = kind(
            self.units, children_shape[-1], name="node", dtype=self.dtype_policy
        )
        self.composition.build((None, vectors_shape[-1]))
        self.built = True

    def compute_mask(self, *arguments: Any, **masks: Any) -> None:
        """None: see `real_nodes`."""

    def call(self, vectors: Tensor, tokens: Tensor, children: Tensor) -> Tensor:
        """All nodes' outputs.

        Args:
            vectors: of the nodes' words, float (batch, nodes, features); those without a word play no part.
            tokens: int (batch, nodes), 0: the node has no word.
            children: int (batch, nodes, arity), places from 1, each before its parent's; 0: none.

        Returns:
            float (batch, nodes, units); zeros where there is no node.
        """
        if self.loop == "levels":
            from seqzoo.layers import tensorflow_trees

            states = tensorflow_trees.states(self.composition, vectors, tokens, children)
        else:
            states = self._by_node(vectors, tokens, children)
        return states[..., : self.units]

    def _by_node(self, vectors: Tensor, tokens: Tensor, children: Tensor) -> Tensor:
        """One place of all trees after the other: float (batch, nodes, size)."""
        has_word = ops.cast(ops.not_equal(tokens, 0), vectors.dtype)
        x = self.composition.read(vectors * ops.expand_dims(has_word, -1))
        real = ops.cast(real_nodes(tokens, children), x.dtype)
        x = ops.concatenate([x, ops.expand_dims(real, -1)], axis=-1)
        # Place 0 is the child that there is not: (batch, nodes + 1, size)
        nothing = ops.zeros_like(x[:, :1, :1])
        blank = ops.concatenate([nothing, ops.zeros_like(x[..., :1])], axis=1)
        states = blank * ops.ones((1, 1, self.composition.size), x.dtype)

        def step(carried, inputs):
            place, states = carried
            x, kids = inputs
            # (batch, nodes + 1, size) at (batch, arity, 1) -> (batch, arity, size)
            below = ops.take_along_axis(states, ops.expand_dims(kids, -1), axis=1)
            new = self.composition.compose(x[:, :-1], below) * x[:, -1:]
            return [place + 1, _replaced(states, place, new)]

        # nodes first
        inputs = [ops.swapaxes(x, 0, 1), ops.swapaxes(children, 0, 1)]
        (_, states), _ = scan(step, [ops.convert_to_tensor(1, "int32"), states], inputs)
        return states[:, 1:]

    def compute_output_spec(self, vectors: Any, tokens: Any, children: Any) -> Any:
        """The symbol of the outputs."""
        return keras.KerasTensor((*vectors.shape[:2], self.units), self.compute_dtype)


def _replaced(states: Tensor, place: Tensor, new: Tensor) -> Tensor:
    """States (batch, nodes, size) with new ones (batch, size) at a place."""
    places = ops.arange(ops.shape(states)[1], dtype="int32")
    here = ops.reshape(ops.equal(places, place), (1, -1, 1))
    return ops.where(here, ops.expand_dims(new, 1), states)


def real_nodes(tokens: Tensor, children: Tensor) -> Tensor:
    """Where there is a node, bool (batch, nodes): one with a word or a child."""
    return ops.logical_or(
        ops.not_equal(tokens, 0), ops.any(ops.not_equal(children, 0), axis=-1)
    )
