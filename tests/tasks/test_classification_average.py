"""The average of a network and the bag: its weights against brute force, its hashes in three languages."""

import itertools
import json
import shutil
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

import seqzoo
from seqzoo.tasks.classification import average, reader_bag
from seqzoo.tasks.classification.bag import Bag
from tests.support.unicode import strange_texts

FOLDER = Path(reader_bag.__file__).parent
TOKENS = [
    "a",
    "B",
    "中",
    "\U0001f600",
    "\ud83d",
    "é",
    "a",
    "a",
    "don’t",
    "\x7f",
    "ß",
    "a" * 300,
]
GOLDEN = [10863331, 4565041, 6331701]  # of "not bad" and 18 bits


def answers_of(classes, seed=0, count=300):
    """Probabilities of a network, margins of a bag, and classes; both overconfident, each right often."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    right = np.eye(classes)[labels]
    logits = 6 * (right + 0.9 * generator.normal(size=right.shape))
    margins = 4 * (right + 0.7 * generator.normal(size=right.shape))
    probabilities = np.exp(logits - logits.max(-1, keepdims=True))
    probabilities /= probabilities.sum(-1, keepdims=True)
    return probabilities.astype(np.float32), margins, labels


def penalty(weights):
    return 0.5 * np.sum((np.array(weights) - 0.5) ** 2)


def brute_loss(probabilities, margins, labels, weights):
    """In float64, a text at a time, by the definition."""
    total = penalty(weights)
    for row, scores, label in zip(probabilities, margins, labels, strict=True):
        powers = np.maximum(np.float64(row), 1e-7) ** weights[0] * np.exp(
            weights[1] * scores
        )
        total -= np.log(powers[label] / powers.sum())
    return total


@pytest.mark.parametrize("classes", [2, 5])
def test_weights_are_the_best_of_a_grid(classes):
    given = answers_of(classes)
    found = average.fit(*given)
    assert all(weight > 0.05 for weight in found)
    best = brute_loss(*given, found)
    steps = np.linspace(0, 1.5, 31)
    losses = [brute_loss(*given, pair) for pair in itertools.product(steps, steps)]
    assert best <= min(losses)
    near = np.array(found) + 1e-3 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    assert all(best <= brute_loss(*given, pair) for pair in near)


def test_the_average_is_better_than_either_on_new_texts():
    weights = average.fit(*answers_of(2, seed=0, count=2000))
    probabilities, margins, labels = answers_of(2, seed=1, count=2000)
    both = reader_bag.averaged(probabilities, margins, weights)
    right = [np.mean(np.argmax(x, -1) == labels) for x in (both, probabilities, margins)]
    assert right[0] > max(right[1:]) + 0.01


def test_the_gradient_is_that_of_finite_differences():
    probabilities, margins, labels = answers_of(3)
    both = average.scores(probabilities, margins)
    weights, step = np.array([0.3, 0.7]), 1e-6
    value, gradient = average.loss(weights, both, labels)
    assert value == pytest.approx(brute_loss(probabilities, margins, labels, weights))
    for place, own in enumerate(gradient):
        apart = np.eye(2)[place] * step
        above, below = (average.loss(weights + s * apart, both, labels)[0] for s in (1, -1))
        assert own == pytest.approx((above - below) / (2 * step), rel=1e-5)


def test_an_answer_that_says_the_contrary_is_worth_nothing():
    probabilities, margins, labels = answers_of(2)
    network, bag = average.fit(probabilities, -margins, labels)
    assert bag == 0 and network > 0
    network, bag = average.fit(probabilities[:, ::-1], margins, labels)
    assert network == 0 and bag > 0


def test_weights_are_finite_where_every_text_is_right():
    labels = np.array([0, 1, 1])
    probabilities = np.eye(2, dtype=np.float32)[labels]
    weights = average.fit(probabilities, 10 * np.eye(2)[labels], labels)
    assert all(0 <= weight < 5 for weight in weights)


def test_a_bag_that_knows_nothing_changes_no_label():
    probabilities, margins, labels = answers_of(4)
    weights = average.fit(probabilities, 0 * margins, labels)
    both = reader_bag.averaged(probabilities, 0 * margins, weights)
    assert (both.argmax(-1) == probabilities.argmax(-1)).all()


def test_averages_are_the_definition_in_float64_and_rows_do_not_meet():
    probabilities, margins, _ = answers_of(3)
    probabilities[0], margins[1] = [1, 0, 0], [900, -900, 0]
    weights = 0.6, 0.9
    found = reader_bag.averaged(probabilities, margins, weights)
    assert found.dtype == np.float32
    scores = weights[0] * np.log(np.maximum(probabilities.astype(float), 1e-7))
    scores = np.longdouble(scores + weights[1] * margins)
    expected = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(found, expected.astype(float), atol=1e-7)
    for row in range(5):
        one = reader_bag.averaged(
            probabilities[row : row + 1], margins[row : row + 1], weights
        )
        np.testing.assert_array_equal(one[0], found[row])


def big_keys(tokens, bits):
    """Keys of n-grams in Python's whole numbers, by the definition."""
    whole, factor = 2**64 - 1, 0x9E3779B97F4A7C15

    def mixed(state):
        state = (state ^ (state >> 32)) * factor & whole
        return (state ^ (state >> 29)) * factor & whole

    words = [zlib.crc32(token.encode("utf-8", "surrogatepass")) for token in tokens]
    found = []
    for order in range(1, 4):
        for start in range(len(words) - order + 1):
            state = words[start]
            for word in words[start + 1 : start + order]:
                state = mixed(state) + word & whole
            found.append(mixed(state) >> (64 - bits - 6))
    return found


def numpy_keys(tokens, bits):
    words = reader_bag.hashes(tokens)
    return reader_bag.grams(words, np.array([0, len(words)]), bits)[1].tolist()


@pytest.mark.parametrize("size", range(5))
def test_n_grams_of_short_texts_are_those_there_are(size):
    """One token has one n-gram, two have three; none has none."""
    assert numpy_keys(TOKENS[:size], 18) == big_keys(TOKENS[:size], 18)
    assert len(numpy_keys(TOKENS[:size], 18)) == [0, 1, 3, 6, 9][size]


def test_hashes_are_those_of_the_published_checksum():
    """CRC-32 of "123456789" is the check value of its standard, cbf43926."""
    assert reader_bag.hashes(["123456789", ""]).tolist() == [0xCBF43926, 0]


def test_keys_are_golden():
    """A saved bag means these n-grams, whatever changes."""
    assert numpy_keys(["not", "bad"], 18) == big_keys(["not", "bad"], 18) == GOLDEN


def javascript(code, given):
    """What `bag.js` says, in Node; any strings, lone surrogates too."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node here; on Debian: apt-get install nodejs")
    # A module as it stands, with the code behind it.
    program = f"""import {{ readFileSync }} from "node:fs";
    {(FOLDER / "bag.js").read_text("utf-8")}
    const given = JSON.parse(readFileSync(0, "utf8"));
    {code}"""
    command = [node, "--input-type=module", "-e", program]
    said = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True)
    assert not said.returncode, said.stderr
    return json.loads(said.stdout)


@pytest.mark.parametrize("bits", [12, 18])
def test_keys_in_javascript_are_those_of_numpy(bits):
    lists = [text.split(" ") for text in strange_texts(500, seed=4)]
    lists += [TOKENS[:size] for size in range(len(TOKENS) + 1)]
    code = f"console.log(JSON.stringify(given.map((tokens) => keys(tokens, {bits}))));"
    assert javascript(code, lists) == [numpy_keys(tokens, bits) for tokens in lists]


def made_bag(classes, weights=(0.6, 0.4), bits=12, tokens=TOKENS):
    """A bag of random weights, in which some n-grams of some tokens have a bucket."""
    generator = np.random.default_rng(classes)
    marks = generator.integers(0, 64, 1 << bits, np.uint8)
    for key in numpy_keys(tokens, bits)[::2]:
        marks[key >> 6] = key & 63
    rows = reader_bag.rows_for(classes)
    codes = generator.integers(-127, 128, (rows, 1 << bits)).astype(np.int8)
    scales, intercepts = generator.random(rows) * 1e-6, generator.normal(size=rows)
    return Bag(classes, 0, 1.0, marks, codes, scales, intercepts, weights)


@pytest.mark.parametrize("classes", [2, 3])
def test_averages_in_javascript_are_those_of_numpy(classes, tmp_path):
    bag = made_bag(classes)
    bag.save(tmp_path / "bag.bin")
    texts = [TOKENS, TOKENS[:1], TOKENS[3:6], ["never", "seen"], TOKENS * 20]
    probabilities = np.random.default_rng(1).dirichlet([0.1] * classes, len(texts))
    expected = bag.averaged(probabilities, bag.margins_of(texts))
    code = f"""
    const bag = new Bag(new Uint8Array(readFileSync({json.dumps(str(tmp_path / "bag.bin"))})));
    console.log(JSON.stringify(given.map(([shares, tokens]) => bag.averaged(shares, tokens))));
    """
    given = [
        [row.tolist(), tokens] for row, tokens in zip(probabilities, texts, strict=True)
    ]
    np.testing.assert_allclose(javascript(code, given), expected, atol=1e-6)


def test_javascript_refuses_a_bag_that_was_cut_off_or_has_no_weights(tmp_path):
    made_bag(2).save(tmp_path / "cut")
    (tmp_path / "cut").write_bytes((tmp_path / "cut").read_bytes()[:-1])
    made_bag(2, None).save(tmp_path / "bare")
    code = """
    console.log(JSON.stringify(given.map((path) => {
      try { new Bag(new Uint8Array(readFileSync(path))); } catch (error) { return error.message; }
    })));
    """
    cut, bare = javascript(code, [str(tmp_path / "cut"), str(tmp_path / "bare")])
    assert cut == "bag.bin: expected 8192 bytes; got 8191"
    assert bare == "bag.bin: expected an average of format 1"


def test_many_texts_are_answered_as_each_alone(monkeypatch):
    bag = made_bag(3)
    texts = [TOKENS[start:] for start in range(len(TOKENS) + 1)] * 3
    together = bag.margins_of(texts)
    np.testing.assert_array_equal(
        together, np.concatenate([bag.margins_of([tokens]) for tokens in texts])
    )
    monkeypatch.setattr(reader_bag, "TOGETHER", 20)
    np.testing.assert_array_equal(bag.margins_of(iter(texts)), together)


def test_a_saved_average_is_the_same(tmp_path):
    weights = 0.1 + 0.2, 1 / 3
    made_bag(2, weights).save(tmp_path / "bag.bin")
    assert Bag.load(tmp_path / "bag.bin", 2).weights == weights
    made_bag(2, None).save(tmp_path / "bag.bin")
    assert Bag.load(tmp_path / "bag.bin", 2).weights is None
    assert b"average" not in (tmp_path / "bag.bin").read_bytes().partition(b"\n")[0]


@pytest.mark.parametrize(
    "weights",
    [[0.5], [0.5, -0.1], [0.5, 1e9], [0.5, float("nan")], [1, 1], "ab", {}, 0, True],
)
def test_weights_that_are_none_are_refused(weights, tmp_path):
    path = tmp_path / "bag.bin"
    made_bag(2).save(path)
    line, _, body = path.read_bytes().partition(b"\n")
    path.write_bytes(
        json.dumps(json.loads(line) | {"average": weights}).encode() + b"\n" + body
    )
    with pytest.raises(seqzoo.InputError, match=r'bag.bin: expected a usable "average"'):
        Bag.load(path, 2)


@pytest.mark.parametrize("classes", [2, 3])
def test_the_average_in_a_tensorflow_graph_is_that_of_numpy(classes):
    import tensorflow as tf

    from seqzoo.tasks.classification.graph_bag import BagAverage

    bag = made_bag(classes)
    texts = [
        [token for token in tokens if token != "\ud83d"]  # no string of TensorFlow's
        for tokens in (TOKENS, TOKENS[:1], TOKENS[3:7], ["never", "seen"], TOKENS * 20)
    ]
    probabilities = np.random.default_rng(1).dirichlet([0.1] * classes, len(texts))
    graph = BagAverage(bag)
    function = tf.function(graph.__call__)
    found = function(tf.ragged.constant(texts), tf.constant(probabilities, tf.float32))
    expected = bag.averaged(probabilities.astype(np.float32), bag.margins_of(texts))
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-6)
    hashed = graph.hashes(tf.constant(texts[0])).numpy()
    assert hashed.tolist() == reader_bag.hashes(texts[0]).tolist()
