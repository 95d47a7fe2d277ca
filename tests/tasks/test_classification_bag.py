"""The bag of n-grams: its features, weights and file, against brute force in float64."""

import json
import random
import subprocess
import sys
import warnings

import numpy as np
import pytest

from seqzoo import InputError
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification import bag, naive, reader_bag

TOKENS = [f"t{number}" for number in range(8)]
BITS = 15  # of a bucket's number in most tests: enough for the n-grams of these few tokens


def texts(count, classes, seed, noise=0.0):
    """Token lists and classes: a pair of neighbours says the class, its words alone do not."""
    generator = random.Random(seed)
    for number in range(count):
        label = number % classes
        tokens = generator.choices(TOKENS, k=generator.randint(1, 25))
        said = generator.randrange(classes) if generator.random() < noise else label
        yield [*tokens, "a", f"b{said}"], label


def written(folder, examples):
    rows = (
        {**bag.words_of(tokens), "label": np.int32(label)} for tokens, label in examples
    )
    return Encoded.write(folder, rows, bag.WORDS)


def fit(train, validation, classes, **changes):
    """A bag of fewer buckets, which costs less; other constants may be changed, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader_bag, "MOST_BITS", BITS)
        for name, value in changes.items():
            patch.setattr(naive, name, value)
        return naive.fit(train, validation, classes)


def grams_of(tokens):
    """The set of a text's n-grams, as tuples."""
    orders = range(1, reader_bag.ORDER + 1)
    return {
        tuple(tokens[start : start + order])
        for order in orders
        for start in range(len(tokens) - order + 1)
    }


def dense(examples, columns):
    """Brute force: float64 (texts, n-grams), 1 where a text has one."""
    matrix = np.zeros((len(examples), len(columns)))
    for row, (tokens, _) in zip(matrix, examples, strict=True):
        row[[columns[gram] for gram in grams_of(tokens) if gram in columns]] = 1
    return matrix


@pytest.fixture(scope="module", params=[2, 3])
def fitted(request, tmp_path_factory):
    """Training and validation examples, both encoded, and the bag fitted on them."""
    classes, folder = request.param, tmp_path_factory.mktemp("bag")
    train = list(texts(400, classes, 0, noise=0.3))
    validation = list(texts(1000, classes, 1, noise=0.3))
    encoded = written(folder / "train", train), written(folder / "validation", validation)
    return train, validation, encoded, fit(*encoded, classes)


def test_features_are_the_n_grams_of_each_text_once(fitted):
    """A few rare ones share a bucket with others, and have none."""
    train, _, (encoded, _), found = fitted
    start, there, every = 0, 0, 0
    for words, offsets in encoded.spans(bag.WORDS, 100):  # some texts together
        numbers, buckets = reader_bag.features(words, offsets, found.marks)
        sizes = np.bincount(numbers, minlength=len(offsets) - 1)
        expected = [len(grams_of(t)) for t, _ in train[start : start + len(sizes)]]
        assert (sizes <= expected).all()
        there, every = there + sizes.sum(), every + sum(expected)
        assert len(set(zip(numbers, buckets, strict=True))) == len(buckets)
        start += len(sizes)
    assert start == len(train)
    assert 0.98 * every < there < every


def test_log_ratios_worked_out_by_hand():
    """Three texts in two classes, two n-grams: counts (1, 2) of the second class, (1, 0) of the first."""
    from scipy import sparse

    places = sparse.csr_matrix(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    found = naive.log_ratios(places, np.array([0, 1, 1], np.int32), 2)
    # 1 + counts: (2, 3) of 5 and (2, 1) of 3.
    expected = [[np.log((2 / 5) / (2 / 3)), np.log((3 / 5) / (1 / 3))]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_of_three_classes_each_stands_against_the_rest():
    from scipy import sparse

    places = sparse.csr_matrix(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    found = naive.log_ratios(places, np.array([0, 1, 2], np.int32), 3)
    # 1 + counts of the first: (2, 1) of 3; of the rest: (2, 3) of 5.
    expected = [np.log((2 / 3) / (2 / 5)), np.log((1 / 3) / (3 / 5))]
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)
    assert found.shape == (3, 2)


def test_margins_are_those_of_a_reference_in_float64(fitted):
    """Brute-force n-grams, log-count ratios and logistic regression, without hashes and int8."""
    from sklearn.linear_model import LogisticRegression

    train, validation, (_, encoded), found = fitted
    every = sorted(set().union(*(grams_of(tokens) for tokens, _ in train)))
    columns = {gram: number for number, gram in enumerate(every)}
    ours, theirs = dense(train, columns), dense(validation, columns)
    labels = np.array([label for _, label in train])
    classes = range(1, 2) if found.classes == 2 else range(found.classes)
    expected = []
    for number in classes:
        p, q = 1 + ours[labels == number].sum(0), 1 + ours[labels != number].sum(0)
        # Each bucket without an n-gram counts 1 in the sums, too.
        empty = len(found.marks) - len(every)
        ratio = np.log(p / (p.sum() + empty)) - np.log(q / (q.sum() + empty))
        model = LogisticRegression(C=found.strength, max_iter=10_000, tol=1e-8)
        model.fit(ours * ratio, labels == number)
        expected.append(theirs @ (ratio * model.coef_[0]) + model.intercept_[0])
    expected = np.stack(expected, -1)
    margins = np.concatenate([found.margins(*c) for c in encoded.spans(bag.WORDS, 999)])
    margins = margins[:, -len(classes) :]
    assert np.std(margins - expected) < 0.02 * np.std(expected)
    if found.classes == 2:
        differ = (margins > 0) != (expected > 0)
    else:
        differ = margins.argmax(-1) != expected.argmax(-1)
    assert np.mean(differ) <= 0.002


def test_weights_in_int8_answer_as_weights_in_float(fitted):
    _, _, (train, validation), found = fitted
    places = naive.places_of(train, found.marks), naive.places_of(validation, found.marks)
    labels = train.numbers("label")
    ratios = naive.log_ratios(places[0], labels, found.classes)
    place = naive.STRENGTHS.index(found.strength)
    rows = [
        naive.fitted(*places, ratio, labels == number)[place][2]
        for number, ratio in enumerate(ratios, found.classes - len(ratios))
    ]
    differ = naive._chosen(rows) != found.answers(validation)
    assert np.mean(differ) <= 0.002


def test_an_order_that_decides_is_learnt(tmp_path):
    def examples(count, seed):
        generator = random.Random(seed)
        for number in range(count):
            pair = ["x", "y"] if number % 2 else ["y", "x"]
            yield [*generator.choices(TOKENS, k=4), *pair], number % 2

    train, validation, test = (
        written(tmp_path / str(seed), examples(300, seed)) for seed in range(3)
    )
    found = fit(train, validation, 2)
    assert np.mean(found.answers(test) == test.numbers("label")) == 1


def test_hashes_are_the_same_in_every_process():
    code = "from seqzoo.tasks.classification import bag, reader_bag\n"
    code += "import numpy as np\n"
    code += "words = bag.words_of(['a', 'B', '中'])['words']\n"
    code += "print(words.tolist(), reader_bag.grams(words, np.array([0, 2, 3]), 18)[1].tolist())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    words = bag.words_of(["a", "B", "中"])["words"]
    keys = reader_bag.grams(words, np.array([0, 2, 3]), 18)[1]
    assert said.stdout.strip() == f"{words.tolist()} {keys.tolist()}", said.stderr
    assert len(keys) == 4, "three tokens and one pair: texts do not run into each other"


def test_answering_imports_no_scikit_learn(fitted, tmp_path):
    found, (_, encoded) = fitted[3], fitted[2]
    found.save(tmp_path / "bag.bin")
    code = f"""
import sys
from pathlib import Path
from seqzoo.pipeline.encoded import Encoded
from seqzoo.tasks.classification import naive
from seqzoo.tasks.classification.bag import Bag
bag = Bag.load(Path({str(tmp_path / "bag.bin")!r}), {found.classes})
print(bag.answers(Encoded(Path({str(encoded.folder)!r}))).sum())
print([name for name in ("sklearn", "scipy", "keras") if name in sys.modules])
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.split("\n")[:2] == [str(found.answers(encoded).sum()), "[]"]


def test_a_saved_bag_is_the_same(fitted, tmp_path):
    found, encoded = fitted[3], fitted[2][1]
    found.save(tmp_path / "bag.bin")
    assert (tmp_path / "bag.bin").stat().st_size <= 2_000_000
    again = bag.Bag.load(tmp_path / "bag.bin", found.classes)
    np.testing.assert_array_equal(again.answers(encoded), found.answers(encoded))
    assert again.about == found.about
    assert again.majority == found.majority


def test_fitting_draws_nothing_and_warns_of_nothing(fitted):
    _, _, encoded, found = fitted
    before = random.getstate(), np.random.get_state()[1].tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = fit(*encoded, found.classes)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    np.testing.assert_array_equal(again.codes, found.codes)


def test_of_any_number_of_classes_the_table_fits_or_there_is_none():
    for classes in range(2, 1000):
        bits = reader_bag.bits_for(classes)
        if bits is None:
            assert "too many" in naive.refusal(10, classes)
        else:
            assert (1 + reader_bag.rows_for(classes)) << bits <= reader_bag.LARGEST_TABLE
            assert naive.refusal(10, classes) is None
    assert (reader_bag.bits_for(2), reader_bag.bits_for(6), reader_bag.bits_for(7)) == (
        18,
        18,
        17,
    )
    assert reader_bag.bits_for(462) == 12
    assert reader_bag.bits_for(463) is None


def test_a_class_of_many_is_told_from_the_rest(tmp_path):
    examples = list(texts(800, 40, 3))
    train, validation = (
        written(tmp_path / "t", examples[:400]),
        written(tmp_path / "v", examples[400:]),
    )
    found = fit(train, validation, 40, STRENGTHS=(1.0,))
    assert found.codes.shape == (40, 2**15)
    assert np.mean(found.answers(validation) == validation.numbers("label")) > 0.95


def changed(**values):
    def change(head, body):
        return json.dumps(head | values).encode() + b"\n" + body

    return change


HOSTILE = {  # what is done to the head and the rest -> what the message has
    "empty": (lambda head, body: b"", "format 1"),
    "no JSON": (lambda head, body: b"\x80\x04x\n" + body, "format 1"),
    "a line without end": (lambda head, body: b"[" * 10**6, "format 1"),
    "a list": (lambda head, body: b"[]\n" + body, "format 1"),
    "another format": (changed(format=2), "format 1"),
    "another number of classes": (changed(classes=2**40), "classes; got"),
    "a table of an exabyte": (changed(bits=60), '"bits"'),
    "a table of no size": (changed(bits=-1), '"bits"'),
    "half a bit": (changed(bits=17.5), '"bits"'),
    "more buckets": (changed(bits=17), "bytes behind the first line"),
    "no class": (changed(majority=-1), '"majority"'),
    "no number": (changed(scales=[float("nan")]), '"scales"'),
    "a number without end": (changed(intercepts=[float("inf")]), '"intercepts"'),
    "too large a number": (changed(scales=[1e300]), '"scales"'),
    "too few": (changed(scales=[]), '"scales"'),
    "too many": (changed(intercepts=[0.0] * 9), '"intercepts"'),
    "a text": (changed(strength="1"), '"strength"'),
    "cut off": (
        lambda head, body: json.dumps(head).encode() + b"\n" + body[:-1],
        "bytes behind the first line",
    ),
    "longer": (
        lambda head, body: json.dumps(head).encode() + b"\n" + body + b"x",
        "bytes behind the first line",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(case, fitted, tmp_path):
    found, path = fitted[3], tmp_path / "bag.bin"
    found.save(path)
    head, body = path.read_bytes().split(b"\n", 1)
    change, message = HOSTILE[case]
    path.write_bytes(change(json.loads(head), body))
    with pytest.raises(InputError, match=message) as caught:
        bag.Bag.load(path, found.classes)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300 + len(str(path))
