"""How a node of a tree gets its state from its word and its children's states.

Each composition is a layer of plain Keras layers. A node without a word reads zeros, and so does one for a
child that it lacks. States of the LSTMs are output and memory side by side.
"""

import math
from typing import Any

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.tensors import Shape, Tensor


class Composition(layers.Layer):
    """What compositions share.

    Args:
        units: size of an output.
        arity: children of a node at most; a sum over children takes any number.

    Attributes:
        any_number: whether its weights are those of any number of children.
        size: of a state; its first `units` numbers are the output.
    """

    any_number = False

    WIDTH = 1  # what is read of a word, in units
    STATE = 1  # size of a state, in units

    def __init__(self, units: int, arity: int = 2, **kwargs: Any):
        super().__init__(**kwargs)
        for name, value in (("units", units), ("arity", arity)):
            if value < 1:
                raise InputError(f"{name}: expected at least 1; got {value}")
        self.units, self.arity = units, arity
        self.size = self.STATE * units
        self.word = self._dense(self.WIDTH * units, "word", use_bias=True)
        self.make_layers()

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this object again."""
        return {**super().get_config(), "units": self.units, "arity": self.arity}

    def build(self, shape: Shape, *shapes: Shape) -> None:
        """Make the weights for vectors of words (..., features)."""
        self.word.build((None, shape[-1]))
        for layer, width in self.of_children():
            layer.build((None, width))
        self.built = True

    def make_layers(self) -> None:
        """Make the layers that read children."""
        raise NotImplementedError

    def of_children(self) -> list[tuple[layers.Dense, int]]:
        """The layers that read children, and the sizes of what they read."""
        raise NotImplementedError

    def read(self, vectors: Tensor) -> Tensor:
        """What nodes take from their words: float (..., features) -> (..., width)."""
        return self.word(vectors)

    def compose(self, x: Tensor, states: Tensor | None) -> Tensor:
        """The states of nodes.

        Args:
            x: as `read` gives it, float (nodes, width).
            states: of the children, float (nodes, arity, size), zeros for none; None: no node has a child.

        Returns:
            float (nodes, size).
        """
        raise NotImplementedError

    def call(self, vectors: Tensor, states: Tensor) -> Tensor:
        """One node a row: vectors (nodes, features), children's states (nodes, arity, size)."""
        return self.compose(self.read(vectors), states)

    def compute_output_spec(self, vectors: Any, states: Any) -> Any:
        """The symbol of the states."""
        return keras.KerasTensor((vectors.shape[0], self.size), self.compute_dtype)

    def _dense(self, width: int, name: str, **settings: Any) -> layers.Dense:
        settings = {"use_bias": False, "dtype": self.dtype_policy} | settings
        return layers.Dense(width, name=name, **settings)

    def _side_by_side(self, states: Tensor) -> Tensor:
        """Outputs of the children: (nodes, arity, size) -> (nodes, arity * units)."""
        return ops.reshape(states[..., : self.units], (-1, self.arity * self.units))


@keras.saving.register_keras_serializable("seqzoo")
class TanhComposition(Composition):
    """The recursive network of Socher et al. (2011), with a word at any node.

        h = tanh(W x + U [h_1; h_2] + b)

    The paper takes a word's vector itself for its state; here W and tanh stand between.
    """

    def make_layers(self) -> None:
        """Make the layers that read children."""
        self.children = self._dense(self.units, "children")

    def of_children(self) -> list[tuple[layers.Dense, int]]:
        """The layers that read children, and the sizes of what they read."""
        return [(self.children, self.arity * self.units)]

    def compose(self, x: Tensor, states: Tensor | None) -> Tensor:
        """See `Composition`."""
        if states is not None:
            x = x + self.children(self._side_by_side(states))
        return ops.tanh(x)


@keras.saving.register_keras_serializable("seqzoo")
class TensorComposition(TanhComposition):
    """The recursive neural tensor network of Socher et al. (2013).

        s = [h_1; h_2];  h = tanh(W x + s' V s + U s + b)

    V has units * (2 units)^2 numbers: at 150 units 13.5 million; the paper has 25 to 35 units.
    """

    def make_layers(self) -> None:
        """Make the layers that read children."""
        super().make_layers()
        width = self.arity * self.units
        small = keras.initializers.RandomNormal(stddev=0.5 / width)
        width *= self.units
        self.products = self._dense(width, "products", kernel_initializer=small)

    def of_children(self) -> list[tuple[layers.Dense, int]]:
        """The layers that read children, and the sizes of what they read."""
        return [*super().of_children(), (self.products, self.arity * self.units)]

    def compose(self, x: Tensor, states: Tensor | None) -> Tensor:
        """See `Composition`."""
        if states is None:
            return ops.tanh(x)
        both = self._side_by_side(states)
        # (nodes, units * 2 units) -> (nodes, units, 2 units)
        rows = ops.reshape(self.products(both), (-1, self.units, self.arity * self.units))
        form = ops.sum(rows * ops.expand_dims(both, 1), axis=-1)  # (nodes, units)
        return ops.tanh(x + self.children(both) + form)


@keras.saving.register_keras_serializable("seqzoo")
class GatedComposition(Composition):
    """The gated recursive network of Chen et al. (2015), equations 5 to 9, with a word at any node.

        r_k = sigmoid(W_r x + U_rk [h_1; h_2] + b_r)
        g = tanh(W_g x + U_g [r_1 h_1; r_2 h_2] + b_g)
        z_0, z_1, z_2 = softmax over the three of U_z [h_1; h_2], W_z x + b_z added to the first
        h = z_0 g + z_1 h_1 + z_2 h_2

    W_r is shared by the children.
    """

    WIDTH = 3

    def make_layers(self) -> None:
        """Make the layers that read children."""
        self.gates = self._dense((2 * self.arity + 1) * self.units, "children_gates")
        self.children = self._dense(self.units, "children")

    def of_children(self) -> list[tuple[layers.Dense, int]]:
        """The layers that read children, and the sizes of what they read."""
        width = self.arity * self.units
        return [(self.gates, width), (self.children, width)]

    def compose(self, x: Tensor, states: Tensor | None) -> Tensor:
        """See `Composition`."""
        # (nodes, 3 units) -> (nodes, units) each
        reset, new, update = ops.split(x, 3, axis=-1)
        if states is None:
            # Softmax over the new state's score and zeros for the children.
            return ops.sigmoid(update - math.log(self.arity)) * ops.tanh(new)
        gates = self.gates(self._side_by_side(states))
        # (nodes, (2 arity + 1) units) -> (nodes, 2 arity + 1, units)
        gates = ops.reshape(gates, (-1, 2 * self.arity + 1, self.units))
        resets = ops.sigmoid(ops.expand_dims(reset, 1) + gates[:, : self.arity])
        new = ops.tanh(new + self.children(self._side_by_side(resets * states)))
        # The new state's score has the word's part; (nodes, arity + 1, units)
        scores = ops.concatenate(
            [
                ops.expand_dims(update, 1) + gates[:, self.arity : self.arity + 1],
                gates[:, self.arity + 1 :],
            ],
            axis=1,
        )
        shares = ops.softmax(scores, axis=1)
        every = ops.concatenate([ops.expand_dims(new, 1), states], axis=1)
        return ops.sum(shares * every, axis=1)


@keras.saving.register_keras_serializable("seqzoo")
class LSTMComposition(Composition):
    """The N-ary Tree-LSTM (Tai et al. 2015, equations 9 to 14); N = 2: the constituency Tree-LSTM.

    i, o = sigmoid(W x + sum over k of U_k h_k + b)
    u = tanh(W_u x + sum over k of U_uk h_k + b_u)
    f_k = sigmoid(W_f x + sum over l of U_fkl h_l + b_f)
    c = i u + sum over k of f_k c_k;  h = o tanh(c)
    """

    WIDTH, STATE = 3, 2

    def make_layers(self) -> None:
        """Make the layers that read children, and the word's part of the forget gates."""
        self.forget = self._forget_layer()
        self.children = self._dense((3 + self.arity) * self.units, "children")

    def of_children(self) -> list[tuple[layers.Dense, int]]:
        """The layers that read children, and the sizes of what they read."""
        return [(self.children, self.arity * self.units)]

    def compose(self, x: Tensor, states: Tensor | None) -> Tensor:
        """See `Composition`."""
        units = self.units
        # (nodes, 4 units) -> (nodes, 3 units), (nodes, units)
        gates, forget = x[..., : 3 * units], x[..., 3 * units :]
        if states is None:
            return self._with_output(gates, 0.0)
        of_children = self.children(self._side_by_side(states))
        # (nodes, arity * units) -> (nodes, arity, units)
        kept = ops.reshape(of_children[..., 3 * units :], (-1, self.arity, units))
        kept = ops.sigmoid(ops.expand_dims(forget, 1) + kept)
        memory = ops.sum(kept * states[..., units:], axis=1)
        return self._with_output(gates + of_children[..., : 3 * units], memory)

    def _forget_layer(self) -> layers.Dense:
        # Its bias begins with 1: a child's memory begins by being kept.
        ones = {"use_bias": True, "bias_initializer": "ones"}
        return self._dense(self.units, "forget", **ones)

    def build(self, shape: Shape, *shapes: Shape) -> None:
        """Make the weights for vectors of words (..., features)."""
        self.forget.build((None, shape[-1]))
        super().build(shape)

    def read(self, vectors: Tensor) -> Tensor:
        """What nodes take from their words: float (..., features) -> (..., 4 units)."""
        return ops.concatenate([self.word(vectors), self.forget(vectors)], axis=-1)

    def _with_output(self, gates: Tensor, memory: Tensor | float) -> Tensor:
        """Output and memory, (nodes, 2 units), of gates i, o, u before their functions."""
        let, out, new = ops.split(gates, 3, axis=-1)
        memory = ops.sigmoid(let) * ops.tanh(new) + memory
        return ops.concatenate([ops.sigmoid(out) * ops.tanh(memory), memory], axis=-1)


@keras.saving.register_keras_serializable("seqzoo")
class ChildSumComposition(LSTMComposition):
    """The child-sum Tree-LSTM (Tai et al. 2015, equations 2 to 8), of any number of children in any order.

    h~ = sum over k of h_k
    i, o = sigmoid(W x + U h~ + b);  u = tanh(W_u x + U_u h~ + b_u)
    f_k = sigmoid(W_f x + U_f h_k + b_f)
    c = i u + sum over k of f_k c_k;  h = o tanh(c)
    """

    any_number = True

    def make_layers(self) -> None:
        """Make the layers that read children, and the word's part of the forget gates."""
        self.forget = self._forget_layer()
        self.children = self._dense(3 * self.units, "children")
        self.each = self._dense(self.units, "each_child")

    def of_children(self) -> list[tuple[layers.Dense, int]]:
        """The layers that read children, and the sizes of what they read."""
        return [(self.children, self.units), (self.each, self.units)]

    def compose(self, x: Tensor, states: Tensor | None) -> Tensor:
        """See `Composition`."""
        units = self.units
        # (nodes, 4 units) -> (nodes, 3 units), (nodes, units)
        gates, forget = x[..., : 3 * units], x[..., 3 * units :]
        if states is None:
            return self._with_output(gates, 0.0)
        outputs = states[..., :units]
        # (nodes, arity, units) times (units, units)
        kept = ops.sigmoid(ops.expand_dims(forget, 1) + self.each(outputs))
        memory = ops.sum(kept * states[..., units:], axis=1)
        return self._with_output(gates + self.children(ops.sum(outputs, axis=1)), memory)
