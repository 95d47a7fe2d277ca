"""A story and a question to an answer: a memory network, trained end to end (Sukhbaatar et al. 2015)."""

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import layers, ops

from seqzoo.errors import InputError
from seqzoo.layers.by_name import recurrent
from seqzoo.layers.recency import Recency
from seqzoo.layers.sentences import MergeSentences, PartSentences
from seqzoo.layers.table import CELLS
from seqzoo.layers.tensors import Tensor
from seqzoo.models.built import builder, description_of
from seqzoo.models.choices import MEMORY_WEIGHTS, SENTENCES
from seqzoo.models.stack import check_name, check_positive, check_shares

SPREAD = 0.1  # standard deviation of the first weights, section 4.2
# A layer's name and how it is made -> the layer.
Layers = Callable[[str, Callable[[], keras.layers.Layer]], keras.layers.Layer]


class Settings(NamedTuple):
    """What the network is made of; see `memory_network`."""

    vocab_size: int
    num_answers: int
    hops: int
    embedding_dim: int
    memory_size: int
    weights: str
    sentences: str
    temporal: bool
    blanks: float
    dropout: float


@builder(
    parts=lambda model: {"model": _used_of(model)},
    training_only={"blanks": 0.0, "dropout": 0.0},
)
def memory_network(
    vocab_size: int,
    num_answers: int,
    *,
    hops: int = 3,
    embedding_dim: int = 50,
    memory_size: int = 50,
    weights: str = "adjacent",
    sentences: str = "position",
    temporal: bool = True,
    blanks: float = 0.1,
    dropout: float = 0.0,
    name: str = "memory_network",
) -> keras.Model:
    """Build a memory network (MemN2N, Sukhbaatar et al. 2015).

    Inputs: `story`, int32 (batch, sentences, words), **the latest sentence first** (section 4.1), and
    `question`, int32 (batch, words); 0 is padding, on the right of words and behind the oldest sentence. A
    story has at least one sentence. Outputs: `answer`, logits float32 (batch, num_answers), and `attention`,
    float32 (batch, hops, sentences), which adds up to 1 over the sentences.

        u = the question's vector
        at each hop:
            p = softmax(m u)    m: the sentences' vectors, as they are looked for
            o = p c             c: the sentences' vectors, as they are read
            u = u + o           with layerwise weights: u = H u + o
        answer = W u

    With adjacent weights, a hop looks for the vectors that the hop before read, and the question has those
    that the first hop looks for. With layerwise weights all hops share theirs (section 2.2). `W` is a matrix
    of its own: answers need not be words of the vocabulary.

    Args:
        vocab_size: number of token ids, the padding id 0 included.
        num_answers: classes.
        hops: times that the memory is read.
        embedding_dim: size of all vectors.
        memory_size: sentences that are read, the latest ones.
        weights: `"adjacent"` or `"layerwise"`.
        sentences: how a sentence is a vector: `"bag"`, the sum of its words; `"position"`, the sum weighted
            by places (section 4.1); or a name in `seqzoo.layers.CELLS`, the last state of that cell.
        temporal: a sentence's age has a vector, too, which is added.
        blanks: share of sentences that training puts a blank before; see `seqzoo.layers.Recency`.
        dropout: share dropped of what `W` multiplies.
        name: the model's name.

    Raises:
        InputError: on an unknown name, or a number out of its range.
    """
    check_positive(
        vocab_size=vocab_size,
        num_answers=num_answers,
        hops=hops,
        embedding_dim=embedding_dim,
        memory_size=memory_size,
    )
    check_name("weights", weights, MEMORY_WEIGHTS)
    check_name("sentences", sentences, (*SENTENCES, *CELLS))
    check_shares(blanks=blanks, dropout=dropout)
    settings = Settings(
        vocab_size,
        num_answers,
        hops,
        embedding_dim,
        memory_size,
        weights,
        sentences,
        temporal,
        blanks,
        dropout,
    )
    made: dict[str, keras.layers.Layer] = {}

    def layer(name: str, make: Callable[[], keras.layers.Layer]) -> keras.layers.Layer:
        if name not in made:
            made[name] = make()
        return made[name]

    return _network(settings, layer, linear=False, name=name)


def linear_of(model: keras.Model) -> keras.Model:
    """The same network without the softmax over sentences, weights shared, to begin a training with.

    Without it, the sentences' scores are their weights (linear start, section 4.1): a training that
    begins so is less often stuck.

    Args:
        model: of the builder `memory_network`.

    Raises:
        InputError: on another builder's model.
    """
    return _again(model, linear=True, name="linear")


def _used_of(model: keras.Model) -> keras.Model:
    """The network without what only training needs, weights shared: plain Keras loads its file."""
    return _again(model, linear=False, name="model", blanks=0.0, dropout=0.0)


def _again(model: keras.Model, *, linear: bool, name: str, **changed: Any) -> keras.Model:
    """A network of the layers of another.

    Raises:
        InputError: if `memory_network` did not build it.
    """
    description = description_of(model)
    if description["builder"] != "memory_network":
        raise InputError(f"{model.name}: expected a model that `memory_network` built")
    arguments = {key: description["arguments"][key] for key in Settings._fields}
    return _network(
        Settings(**arguments)._replace(**changed),
        lambda name, make: model.get_layer(name),
        linear=linear,
        name=name,
    )


def _network(settings: Settings, layer: Layers, *, linear: bool, name: str) -> keras.Model:
    """The network of some layers."""
    story = keras.Input((None, None), dtype="int32", name="story")
    question = keras.Input((None,), dtype="int32", name="question")
    kept = story[:, : settings.memory_size]
    latest = kept[:, :, 0]  # each sentence's first word, (batch, sentences)
    ages = _ages(settings, layer, latest) if settings.temporal else None

    def memory(by: str) -> Tensor:
        """The sentences' vectors of one table, (batch, sentences, size)."""
        found = _vectors(settings, layer, by, kept)
        return (
            found
            if ages is None
            else found
            + _embedded(
                layer, f"age_{by}", settings.memory_size, settings.embedding_dim, ages
            )
        )

    if settings.weights == MEMORY_WEIGHTS[0]:
        memories = [memory(f"{number}") for number in range(settings.hops + 1)]
        pairs = list(itertools.pairwise(memories))
        u = _vectors(settings, layer, "0", question)
    else:
        pairs = [(memory("looked_for"), memory("read"))] * settings.hops
        u = _vectors(settings, layer, "question", question)

    attention = []
    for looked_for, read in pairs:
        p = _weights_of(looked_for, u, ops.not_equal(latest, 0), linear)
        attention.append(p)
        # (batch, 1, sentences) x (batch, sentences, size) -> (batch, size)
        o = ops.squeeze(ops.matmul(ops.expand_dims(p, 1), read), 1)
        if settings.weights != MEMORY_WEIGHTS[0]:
            turn = layer(
                "turn",
                lambda: layers.Dense(settings.embedding_dim, use_bias=False, name="turn"),
            )
            u = turn(u)
        u = u + o

    if settings.dropout:
        u = layer("dropout", lambda: layers.Dropout(settings.dropout, name="dropout"))(u)
    answer = layer(
        "answer",
        lambda: layers.Dense(
            settings.num_answers,
            use_bias=False,
            kernel_initializer=_first_weights(),
            name="answer",
        ),
    )
    outputs = {"answer": answer(u), "attention": ops.stack(attention, axis=1)}
    return keras.Model([story, question], outputs, name=name)


def _first_weights() -> keras.initializers.Initializer:
    # Made anew for each layer: one that is made at import would draw a seed then.
    return keras.initializers.RandomNormal(stddev=SPREAD)


def _ages(settings: Settings, layer: Layers, places: Tensor) -> Tensor:
    """Ages of a memory's places, int32 (batch, sentences); training draws blanks between them."""
    if not settings.blanks:
        return ops.cumsum(ops.ones_like(places), axis=1) - 1
    size, blanks = settings.memory_size, settings.blanks
    return layer("recency", lambda: Recency(size, blanks, name="recency"))(places)


def _weights_of(memory: Tensor, u: Tensor, real: Tensor, linear: bool) -> Tensor:
    """How much is read of each sentence, float32 (batch, sentences).

    Args:
        memory: float32 (batch, sentences, size).
        u: float32 (batch, size).
        real: bool (batch, sentences).
        linear: without a softmax.
    """
    # (batch, sentences, size) x (batch, size, 1) -> (batch, sentences)
    scores = ops.squeeze(ops.matmul(memory, ops.expand_dims(u, -1)), -1)
    if linear:
        return ops.where(real, scores, ops.zeros_like(scores))
    return layers.Softmax()(scores, mask=real)


def _embedded(layer: Layers, name: str, count: int, size: int, ids: Tensor) -> Tensor:
    """Vectors of ids: (...) -> (..., size)."""
    return layer(name, lambda: layers.Embedding(count, size, _first_weights(), name=name))(
        ids
    )


def _vectors(settings: Settings, layer: Layers, by: str, ids: Tensor) -> Tensor:
    """Vectors of sentences, ids (..., words) -> (..., size)."""
    size = settings.embedding_dim
    x = _embedded(layer, f"words_{by}", settings.vocab_size, size, ids)
    real = ops.not_equal(ids, 0)
    if settings.sentences in SENTENCES:
        weights = (
            _places(real, size)
            if settings.sentences == "position"
            else (ops.expand_dims(ops.cast(real, x.dtype), -1))
        )
        return ops.sum(x * weights, axis=-2)

    name = f"{settings.sentences}_{by}"
    cell = layer(
        name, lambda: recurrent(settings.sentences, size, return_sequences=False, name=name)
    )
    if len(ids.shape) == 2:
        return cell(x, mask=real)
    last = cell(MergeSentences()(x), mask=MergeSentences()(real))
    return PartSentences()(last, ids[:, :, 0])


def _places(real: Tensor, size: int) -> Tensor:
    """Weights of a sentence's words by their places (section 4.1), 0 where there is none.

        l_kj = (1 - j / J) - (k / d) (1 - 2 j / J)    k = 1 ... d, word j = 1 ... J

    Args:
        real: bool (..., words).
        size: of a vector.

    Returns:
        float32 (..., words, size).
    """
    numbers = ops.cast(real, "float32")
    count = ops.maximum(ops.sum(numbers, axis=-1, keepdims=True), 1.0)
    share = ops.cumsum(numbers, axis=-1) / count
    feature = np.arange(1, size + 1, dtype="float32") / size
    first = ops.expand_dims((1.0 - share) * numbers, -1)
    second = ops.expand_dims((1.0 - 2.0 * share) * numbers, -1)
    return first - second * feature
