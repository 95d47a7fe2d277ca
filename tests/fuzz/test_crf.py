"""CRFs of random constraints, scales, masks and labels against a float64 dynamic programme in logarithms."""

from typing import NamedTuple

import keras
import numpy as np
import pytest

from seqzoo.layers import CRF, chain
from seqzoo.tasks.tagging import export as tagger_export
from tests.fuzz import chains

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="a tape of TensorFlow's"
)

COMPILED, PLAIN, PATHS = range(40), range(1000, 1012), range(2000, 2012)
MANY = 300


class Case(NamedTuple):
    """A layer, what it reads, and its steps as the reference has them, a list a row."""

    layer: CRF
    emissions: np.ndarray
    mask: np.ndarray
    scale: float
    steps: list


def array(x):
    return keras.ops.convert_to_numpy(x)


def case(seed, longest, dtype=None) -> Case:
    random = np.random.default_rng(seed)
    kind = chains.CONSTRAINTS[seed % len(chains.CONSTRAINTS)]
    tags = 8 if kind == "BMES" else int(random.integers(1, 7))
    dtype = dtype or ("float32", "float64")[random.integers(2)]
    layer = CRF(tags, dtype=dtype, **chains.constraints(kind, tags, random))
    layer.build((None, None, tags))
    scale, rows = 10 ** random.uniform(-3, 4), 4
    time = int(np.exp(random.uniform(0, np.log(longest))) + 1)
    layer.set_weights([random.normal(size=w.shape) * scale for w in layer.weights])
    emissions = (random.normal(size=(rows, time, tags)) * scale).astype(dtype)
    emissions[random.random(emissions.shape) < random.choice([0, 0.05])] = -np.inf
    lengths = random.integers(0, time + 1, (rows, 1))
    place = np.arange(time)
    masks = (
        place < time,
        place < lengths,
        place >= lengths,
        random.random((rows, time)) < 0.7,
    )
    mask = np.broadcast_to(masks[random.integers(4)], (rows, time))
    emissions = np.where(mask[:, :, None], emissions, np.nan).astype(dtype)
    # What the layer adds up is rounded: the reference reads that, and another test what it adds up.
    potentials = array(layer.potentials(emissions, mask)).astype(float)
    steps = [row[real, :tags] for row, real in zip(potentials, mask, strict=True)]
    return Case(layer, emissions, mask, scale, steps)


def labels_of(case, random):
    """Labels known, known in part, or as flags; and what they leave open, bool (rows, time, tags)."""
    tags, shape = case.layer.num_tags, case.mask.shape
    best = array(case.layer(case.emissions, mask=case.mask)["tags"])
    labels = np.where(
        random.random(shape) < random.choice([0, 0.2]),
        random.integers(tags, size=shape),
        best,
    )
    kind = random.integers(3)
    if kind:
        labels = np.where(random.random(shape) < 0.5, -1, labels)
    allowed = (labels[:, :, None] == np.arange(tags)) | (labels < 0)[:, :, None]
    if kind == 2:
        labels = allowed | (random.random(allowed.shape) < 0.3)
        return labels, labels
    return np.where(case.mask, labels, 99), allowed


def tolerance(case, plain):
    """Of logarithms and of probabilities: roundings of each step and of the largest score."""
    steps = case.mask.shape[1]
    if case.emissions.dtype == np.float64:
        return 1e-13 * steps * (1 + 30 * case.scale), 1e-12 * steps * (1 + 30 * case.scale)
    # In Keras' operations scores far behind the best are in single precision, too.
    lost = 1e-6 * steps + (3e-6 * case.scale * np.sqrt(steps) if plain else 0)
    return lost, min(1.0, lost)


def check(seed, longest, plain=False):
    made, random = case(seed, longest), np.random.default_rng((seed, 1))
    layer, emissions, mask = made.layer, made.emissions, made.mask
    logs, shares = tolerance(made, plain)
    single = 3e-7 if emissions.dtype == np.float32 else 1e-14
    labels, allowed = labels_of(made, random)
    pieces = tf.Variable(array(layer.potentials(emissions, mask)))
    total = array(chain.log_partition(pieces))
    pairs = array(chain.pair_marginals(pieces))
    with tf.GradientTape() as tape:
        likely = chain.log_likelihood(labels, pieces)
    slope = array(tape.gradient(likely, pieces))
    likely = array(likely)
    assert not slope[:, :, layer.num_tags].any()
    for row, steps in enumerate(made.steps):
        real, fits = mask[row], allowed[row][mask[row]]
        np.testing.assert_allclose(
            total[row], chains.log_partition(steps), rtol=single, atol=logs
        )
        expected = chains.log_likelihood(steps, fits)
        np.testing.assert_allclose(likely[row], expected, rtol=single, atol=2 * logs)
        for found, exact in (
            (pairs, chains.pair_marginals(steps)),
            (slope, chains.gradient(steps, fits)),
        ):
            np.testing.assert_allclose(
                found[row, real, : layer.num_tags], exact, rtol=0, atol=2 * shares
            )
            assert not found[row, ~real].any()


def check_paths(seed, longest):
    """The best paths of the layer, of its potentials and of Keras' operations weigh alike."""
    made = case(seed, longest)
    layer, emissions, mask = made.layer, made.emissions, made.mask
    potentials = layer.potentials(emissions, mask)
    start, transitions, end = (array(s) for s in layer.scores())
    by_parts = array(chain.best_path_by_parts(emissions, mask, start, transitions, end))
    best, weights = (array(x) for x in chain.viterbi(potentials, 3))
    tolerance = 1e-6 * made.scale * mask.shape[1] if emissions.dtype == np.float32 else 1e-9
    for row, steps in enumerate(made.steps):
        exact, real = chains.best_weight(steps), mask[row]
        for tags in (by_parts[row], array(chain.best_path(potentials))[row], best[row, 0]):
            assert not tags[~real].any()
            if exact == -np.inf:
                assert not tags.any()
            else:
                np.testing.assert_allclose(
                    chains.weight(steps, tags[real]), exact, rtol=1e-6, atol=tolerance
                )
        np.testing.assert_allclose(weights[row, 0], exact, rtol=1e-6, atol=tolerance)
        if layer.num_tags ** len(steps) <= 2000:
            expected = chains.best_weights(steps, 3)
            np.testing.assert_allclose(weights[row], expected, rtol=1e-6, atol=tolerance)
            assert not best[row][expected == -np.inf].any()
    return made, by_parts


@pytest.fixture
def plain(monkeypatch):
    monkeypatch.setattr(chain, "_fused", lambda: None)


@pytest.mark.parametrize("seed", COMPILED)
def test_compiled_chains(seed):
    check(seed, 200)


@pytest.mark.parametrize("seed", PLAIN)
def test_chains_in_plain_operations(seed, plain):
    check(seed, 12, plain=True)


@pytest.mark.parametrize("seed", PATHS)
def test_best_paths(seed, monkeypatch):
    made, compiled = check_paths(seed, 12)
    monkeypatch.setattr(chain, "_fused", lambda: None)
    _, plain = check_paths(seed, 12)
    np.testing.assert_array_equal(compiled, plain)
    check_exports(made, compiled)


def check_exports(made, expected):
    """ONNX, the SavedModel's graph and the reader find the layer's own paths, ties too."""
    onnxruntime = pytest.importorskip("onnxruntime")
    from seqzoo.export.onnx.model import to_onnx
    from seqzoo.tasks.tagging.graph import CharacterTagger
    from tests.fuzz.exported import tagging_reader

    layer, mask = made.layer, made.mask
    emissions = np.where(mask[:, :, None], made.emissions, 0)
    x = keras.Input((None, layer.num_tags), name="x", dtype=emissions.dtype)
    real = keras.Input((None,), dtype="bool", name="real")
    proto = to_onnx(keras.Model([x, real], layer(x, mask=real)["tags"]))
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    (found,) = session.run(None, {"x": emissions, "real": mask})
    np.testing.assert_array_equal(found, expected)
    field = dict(
        zip(("start", "transitions", "end"), map(array, layer.scores()), strict=True)
    )
    graph = CharacterTagger.__new__(CharacterTagger)
    graph.field = {name: tf.constant(values, tf.float64) for name, values in field.items()}
    read = {
        name: tagging_reader.scores_of(values)
        for name, values in tagger_export.lists(field).items()
    }
    for row, there in enumerate(mask):
        if there.any():
            part = emissions[row, there]
            tags = graph._best_path(
                tf.constant(part[None]), tf.constant([len(part)], tf.int64)
            ).numpy()[0]
            assert (
                tags.tolist()
                == tagging_reader.best_path(part, read)
                == expected[row, there].tolist()
            )


@pytest.mark.parametrize("seed", range(10))
def test_potentials_are_the_sums_of_their_parts(seed):
    made = case(seed, 30, "float64")
    scores = [array(s) for s in made.layer.scores()]
    for row, steps in enumerate(made.steps):
        expected = chains.potentials_of(made.emissions[row], made.mask[row], *scores)
        np.testing.assert_allclose(steps, expected, rtol=1e-12, atol=1e-12 * made.scale)


@pytest.mark.slow
def test_many_chains(monkeypatch):
    for seed in range(5000, 5000 + MANY):
        check(seed, 400)
        check_paths(seed, 40)
    monkeypatch.setattr(chain, "_fused", lambda: None)
    for seed in range(9000, 9000 + MANY // 10):
        check(seed, 60, plain=True)
