"""Translators of all kinds search on the engine as they do in Keras, whatever is in the batch."""

import numpy as np
import pytest

from seqzoo import models
from seqzoo.artifact import weights
from seqzoo.engine import GraphFile, Network
from seqzoo.export import graphs
from seqzoo.layers import to_stock
from seqzoo.tasks.translation import live
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating

VOCABULARY = 30
KINDS = {
    "gru": {"attention": "bahdanau"},
    "lstm, no attention": {"cell": "lstm", "attention": None, "bridge": "zero"},
    "input feeding": {"attention": "luong", "input_feeding": True, "num_layers": 2},
    "bottom": {
        "attention": "bahdanau_monotonic",
        "attention_at": "bottom",
        "num_layers": 2,
    },
    "tied": {"cell": "simple_rnn", "attention": "dot", "tie_embeddings": True},
}
SEARCHES = [
    Search(beam_size=1),
    Search(beam_size=4, n_best=4, length_penalty=1.0),
    Search(beam_size=3, min_length=5, no_repeat_ngram=2),
    Search(beam_size=2, n_best=2, max_length=4),
    Search(seed=3, top_k=5),
]


class Letters:
    """Stands in the place of subwords."""

    def __len__(self):
        return VOCABULARY

    def decode(self, ids, unknown):
        return " ".join([*map(str, ids), *unknown])

    def surfaces(self, text):
        return text.split()


def both(tmp_path, reverse, **arguments):
    """A translator of drawn weights in Keras and on the engine."""
    model = models.translator(
        VOCABULARY, VOCABULARY, units=8, embedding_dim=8, dropout=0.0, **arguments
    )
    random = np.random.default_rng(1)
    drawn = [random.normal(size=value.shape) * 0.7 for value in model.get_weights()]
    model.set_weights(drawn)
    text = {"reverse_source": reverse, "length_ratio": 0.7}
    networks = []
    for network in (models.encoder_of(model), models.step_of(model)):
        path = tmp_path / f"{network.name}.keras"
        to_stock(network).save(path)
        graph = GraphFile.parse(graphs.graph(network, path.name))
        networks.append(Network(graph, weights.arrays(path), path.name))
    subwords = Letters()
    return (
        live.translating(model, subwords, subwords, text),
        Translating(*networks, subwords, subwords, text),
    )


def texts():
    """Texts of several lengths, and their ids."""
    random = np.random.default_rng(2)
    made = []
    for length in (1, 9, 3, 3, 6, 1, 12):
        ids = random.integers(4, VOCABULARY, length)
        made.append((" ".join(map(str, ids)), np.append(ids, 3).astype(np.int32)))
    return made


def searches_of(kind):
    """All of the first kind; of each other greedy search or a draw, by turns, and a beam that differs."""
    number = list(KINDS).index(kind)
    if number == 0:
        return list(SEARCHES)
    plain, beams = (SEARCHES[0], SEARCHES[4]), SEARCHES[1:4]
    return [plain[number % 2], beams[number % 3]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_engine_answers_as_keras_does_alone_and_in_a_batch(tmp_path, kind):
    in_keras, on_engine = both(tmp_path, kind == "bottom", **KINDS[kind])
    searches = searches_of(kind)
    if kind == "gru":
        searches.append(Search(beam_size=3, n_best=3, coverage_penalty=0.5))
    assert on_engine.attends == in_keras.attends == (KINDS[kind]["attention"] is not None)
    items = texts()
    for search in searches:
        expected = in_keras(items, search)
        found = on_engine(items, search)
        for row, item in enumerate(items):
            (alone,) = on_engine([item], search)
            for others in (alone, expected[row]):
                assert [t.tokens for t in others] == [t.tokens for t in found[row]]
                assert [t.text for t in others] == [t.text for t in found[row]]
                for a, b in zip(others, found[row], strict=True):
                    assert a.score == pytest.approx(b.score, abs=1e-4)
                    assert a.log_prob == pytest.approx(b.log_prob, abs=1e-4)


def test_without_graphs_keras_answers_token_by_token(tmp_path):
    """A format of old has no graphs: the engine's search then runs networks in Keras."""
    in_keras, on_engine = both(tmp_path, True, **KINDS["gru"])
    networks = in_keras.networks.encoder, in_keras.networks.network
    text = {"reverse_source": True, "length_ratio": in_keras.ratio}
    by_steps = Translating(*networks, Letters(), Letters(), text)
    items, search = texts(), Search(beam_size=3, n_best=3)
    for ours, theirs in zip(by_steps(items, search), on_engine(items, search), strict=True):
        assert [t.tokens for t in ours] == [t.tokens for t in theirs]
    pairs = [(ids, [5, 6, 7]) for _, ids in items]
    for (ours, looks), (theirs, others) in zip(
        by_steps.scores(pairs), on_engine.scores(pairs), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
        np.testing.assert_allclose(looks, others, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_given_translations_score_the_same_token_by_token_and_at_once(tmp_path, kind):
    in_keras, on_engine = both(tmp_path, kind == "bottom", **KINDS[kind])
    random = np.random.default_rng(3)
    pairs = [
        (ids, random.integers(4, VOCABULARY, length))
        for (_, ids), length in zip(texts(), (3, 0, 11, 1, 5, 2, 4), strict=True)
    ]
    expected, found = in_keras.scores(pairs), on_engine.scores(pairs)
    for pair, (log_probs, alignments), (other, looks) in zip(
        pairs, expected, found, strict=True
    ):
        assert other.shape == (len(pair[1]) + 1,)
        np.testing.assert_allclose(other, log_probs, atol=1e-4)
        alone, _ = on_engine.score(*pair)
        np.testing.assert_allclose(other, alone, atol=1e-5)
        if not on_engine.attends:
            assert alignments is None
            assert looks is None
            continue
        assert looks.shape == (len(pair[1]) + 1, len(pair[0]))
        np.testing.assert_allclose(looks, alignments, atol=1e-5)
    total, count = on_engine.log_likelihood(pairs)
    assert total == pytest.approx(in_keras.log_likelihood(pairs)[0], abs=1e-3)
    assert count == sum(len(target) + 1 for _, target in pairs)
