"""Trees to the classes of their nodes, or of the whole."""

import keras
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.choices import COMPOSITIONS
from seqzoo.layers.tensors import Tensor
from seqzoo.layers.tree_states import TreeStates, real_nodes
from seqzoo.models.built import builder, description_of
from seqzoo.models.choices import ANSWERED
from seqzoo.models.stack import check_name, check_positive, check_shares, probabilities


@builder(parts=lambda model: {"model": node_of(model)})
def tree_classifier(
    vocab_size: int,
    num_classes: int,
    *,
    composition: str = "lstm",
    units: int = 150,
    embedding_dim: int = 100,
    arity: int = 2,
    at: str = "root",
    dropout: float = 0.5,
    embedding_dropout: float = 0.0,
    name: str = "tree_classifier",
) -> keras.Model:
    """Build a classifier of trees.

    Inputs: `tokens` int32 (batch, nodes), 0 for a node without a word; `children` int32 (batch, nodes,
    arity), places of nodes from 1 on, 0 for none. Children stand before their parents, the root last
    (post-order); nodes with neither word nor child behind it are padding. Output `label`: the classes'
    probabilities, float32 (batch, num_classes), or of all nodes (batch, nodes, num_classes).

    Args:
        vocab_size: number of token ids.
        num_classes: number of classes; 1 for a single sigmoid unit.
        composition: how a node gets its state; a name in `seqzoo.layers.COMPOSITIONS`.
        units: size of a node's state.
        embedding_dim: size of a word's vector.
        arity: children of a node at most; what a sum over children makes of it is the input's width alone.
        at: what has a class: the `root`, or all `nodes`.
        dropout: share dropped of the states that classes are read from.
        embedding_dropout: share dropped of the words' vectors.
        name: the model's name.

    Raises:
        InputError: on an unknown composition, or a number out of its range.
    """
    check_name("composition", composition, COMPOSITIONS)
    check_name("at", at, ANSWERED)
    check_positive(
        vocab_size=vocab_size,
        num_classes=num_classes,
        units=units,
        embedding_dim=embedding_dim,
        arity=arity,
    )
    check_shares(dropout=dropout, embedding_dropout=embedding_dropout)

    tokens = keras.Input((None,), dtype="int32", name="tokens")
    children = keras.Input((None, arity), dtype="int32", name="children")
    vectors = layers.Embedding(vocab_size, embedding_dim, name="embedding")(tokens)
    if embedding_dropout:
        vectors = layers.Dropout(embedding_dropout, name="embedding_dropout")(vectors)
    x = TreeStates(composition, units, name="tree_states")(vectors, tokens, children)
    if at == "root":
        x = _roots(x, tokens, children)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    output = probabilities(x, num_classes, False)
    return keras.Model([tokens, children], output, name=name)


def _roots(x: Tensor, tokens: Tensor, children: Tensor) -> Tensor:
    """The last nodes' states: (batch, nodes, units) -> (batch, units)."""
    real = ops.cast(real_nodes(tokens, children), "int32")
    behind = ops.sum(real, axis=1, keepdims=True) - ops.cumsum(real, axis=1)
    last = ops.cast(ops.equal(behind, 0), x.dtype) * ops.cast(real, x.dtype)
    # (batch, 1, nodes) times (batch, nodes, units) -> (batch, units)
    return ops.squeeze(ops.matmul(ops.expand_dims(last, 1), x), 1)


def node_of(model: keras.Model) -> keras.Model:
    """A `tree_classifier` as it is used: one node a row; weights shared, without dropout.

    Inputs: `token` int32 (nodes, 1), 0 for none; `states` float32 (nodes, arity, size), of the children,
    zeros for none, any number of them for a sum over children. Outputs: `state` float32 (nodes, size),
    `label` float32 (nodes, num_classes).

    Args:
        model: of the builder `tree_classifier`.

    Raises:
        InputError: on another builder's model.
    """
    description = description_of(model)
    if description["builder"] != "tree_classifier":
        raise InputError(f"{model.name}: expected a model that `tree_classifier` built")
    composition = model.get_layer("tree_states").composition
    token = keras.Input((1,), dtype="int32", name="token")
    arity = None if composition.any_number else composition.arity
    states = keras.Input((arity, composition.size), name="states")

    # (nodes, 1, features) -> (nodes, features)
    vectors = ops.squeeze(model.get_layer("embedding")(token), 1)
    vectors = vectors * ops.cast(ops.not_equal(token, 0), vectors.dtype)
    state = composition.compose(composition.read(vectors), states)
    label = model.get_layer("label")(state[..., : composition.units])
    return keras.Model([token, states], {"state": state, "label": label}, name="network")
