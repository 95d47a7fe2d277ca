"""Handwriting: data, likelihoods on the engine and in Keras, new drawings, what is refused."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy import stats

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets.strokes import made
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.markup import parsed
from seqzoo.datasets.strokes.reading import read, read_one
from seqzoo.datasets.whole import Read
from seqzoo.pipeline.drawn import Batch
from seqzoo.tasks.handwriting.data import Drawings, scaled
from seqzoo.tasks.handwriting.inference import Inference
from seqzoo.tasks.handwriting.naive import Gaussian
from seqzoo.tasks.handwriting.text import END, NONE, Text

SETTINGS = {
    "validation": 0.1,
    "test": 0.1,
    "text": True,
    "longest": 400,
    "batch_size": 8,
    "seed": 0,
}


@pytest.fixture(scope="module")
def model(handwriter):
    return seqzoo.load(handwriter)


def prepared(folder, drawings, **settings):
    return Drawings.prepare(
        folder, Read({"train": drawings}, "made"), **SETTINGS | settings
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "prepared"
    return prepared(folder, made.made_drawings(300, seed=3))


def test_names_held_out_are_new_and_their_tokens_are_not(data):
    seen = {tuple(ids) for ids in data.texts("train")}
    tokens = {token for ids in seen for token in ids}
    for part in ("validation", "test"):
        held = data.texts(part)
        assert held and not {tuple(ids) for ids in held} & seen
        assert {token for ids in held for token in ids} <= tokens
    assert "names never seen, tokens seen" in data.description


def test_training_reads_the_point_before_and_foretells_the_end(data):
    (batch, *_) = data.plan(0)
    reads, tokens, foretold = data.arrays(batch)
    lengths = data.encoded["train"].lengths[batch.rows]
    for row, length in enumerate(lengths):
        np.testing.assert_array_equal(reads[row, 0], [0, 0, 1])
        np.testing.assert_array_equal(reads[row, 1 : length + 1], foretold[row, :length])
        np.testing.assert_array_equal(foretold[row, length], [0, 0, 1])  # the end
        assert np.isnan(foretold[row, length + 1 :]).all()
        assert tokens[row].max() > NONE and END in tokens[row]


def test_texts_are_left_out_and_drawings_stretched_as_often_as_asked(tmp_path):
    own = prepared(tmp_path / "p", made.made_drawings(300, seed=3))
    rows = np.arange(len(own.encoded["train"]))
    plain = own.arrays(Batch(rows, (1,)))
    own.drop_text, own.stretch = 0.5, 0.2
    _, tokens, foretold = own.arrays(Batch(rows, (1,)))
    none = (tokens[:, :2] == [NONE, END]).all(axis=1) & ~tokens[:, 2:].any(axis=1)
    assert stats.binomtest(int(none.sum()), len(rows), 0.5).pvalue > 1e-3
    factors = foretold[:, 0, :2] / plain[2][:, 0, :2]
    assert 0.8 <= factors.min() < 0.85 and 1.15 < factors.max() <= 1.2
    assert np.ptp(factors[:, 0]) > 0.3


def test_drawings_without_text_or_of_one_kind_are_split_too(tmp_path):
    bare = [replace(each, text=(), name="") for each in made.made_drawings(40, seed=0)]
    own = prepared(tmp_path / "p", bare)
    assert own.sizes()["test"] == own.sizes()["validation"] == 4
    assert own.sizes()["train"] == 32 and not own.reads_text
    with pytest.raises(InputError, match=r"^made: expected three drawings to train on"):
        prepared(tmp_path / "q", bare[:2])


def test_long_drawings_are_left_out_with_a_word(tmp_path, capsys):
    drawings = made.made_drawings(60, seed=0)
    longest = int(np.median([len(each.points) for each in drawings]))
    bare = [replace(each, text=(), name="") for each in drawings]
    own = prepared(tmp_path / "p", bare, longest=longest)
    left = 60 - sum(own.sizes()[part] for part in ("train", "validation", "test"))
    assert left == sum(len(each.points) > longest for each in bare) > 0
    assert f"{left} drawings of more than {longest} points" in capsys.readouterr().out


def test_the_gaussian_is_that_of_scipy(data):
    drawings = data.drawings("train")
    points = np.concatenate(drawings).astype(float)
    normal = stats.multivariate_normal(
        points[:, :2].mean(0), np.cov(points[:, :2].T, bias=True)
    )
    share = (points[:, 2].sum() + 1) / (len(points) + 2)
    chance = np.where(points[:, 2] == 1, share, 1 - share)
    expected = -normal.logpdf(points[:, :2]) - np.log(chance)
    found = np.concatenate([Gaussian.fit(drawings).losses(each) for each in drawings])
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_the_engine_step_by_step_gives_what_keras_gives_at_once(model):
    from seqzoo.training.running import KerasNetwork

    drawings = [scaled(each.points, model.scale) for each in made.made_drawings(6, seed=9)]
    texts = [model.ids("abc", "x"), model.ids("", "x")] * 3
    ours = model.inference.losses(drawings, texts)
    whole = Inference(KerasNetwork(model.model))
    assert whole.reads_text
    for one, other in zip(ours, whole.losses(drawings, texts), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)
    (alone,) = model.inference.losses(drawings[:1], texts[:1])
    np.testing.assert_allclose(alone, ours[0], atol=1e-5)


def test_without_texts_steps_give_what_keras_gives_at_once():
    from seqzoo import models
    from seqzoo.tasks.handwriting.writing import Draws, written
    from seqzoo.training.running import KerasNetwork

    keras_model = models.handwriter(units=4, num_layers=2, mixtures=2)
    (network,) = models.parts(keras_model).values()
    stepped, whole = Inference(KerasNetwork(network)), Inference(KerasNetwork(keras_model))
    assert stepped.states and not whole.states and not stepped.reads_text
    drawings = [scaled(each.points, 9.0) for each in made.made_drawings(3, seed=9)]
    texts = [np.zeros(0, np.int32)] * 3
    for one, other in zip(
        stepped.losses(drawings, texts), whole.losses(drawings, texts), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-4)
    draws = Draws(0.0, 1.0, 7, np.random.default_rng(0))
    assert all(1 <= len(each) <= 7 for each in written(stepped, texts, draws))


def test_an_answer_adds_up_and_a_text_changes_it(model):
    strokes = [[[0, 0], [3, 4]], [[5, 5]]]
    answer = model.predict([strokes])[0]
    assert (answer["points"], answer["strokes"]) == (3, 2)
    assert answer["log_prob"] == pytest.approx(-sum(answer["losses"]), abs=1e-3)
    assert answer["nats"] == pytest.approx(-answer["log_prob"] / 3)
    assert model.to_plain(answer) == f"{answer['log_prob']:.4f}"
    timed = [[[x, y, 7.5] for x, y in stroke] for stroke in strokes]
    assert model.predict([timed])[0] == answer
    assert model.predict([strokes], shows="ab")[0] != answer
    with pytest.raises(InputError, match=r"'z': not in the texts of the training"):
        model.predict([strokes], shows="az")


def odd(random):
    """Strokes as nobody draws them: dots, standing pens, leaps, tiny and huge ones."""
    size = 10.0 ** random.uniform(-5, 4)
    count = int(random.integers(1, 5))
    strokes = [
        random.normal(0, size, (int(random.integers(1, 9)), 2)) for _ in range(count)
    ]
    kind = random.integers(4)
    if kind == 0:
        strokes = [np.repeat(stroke[:1], len(stroke), axis=0) for stroke in strokes]
    if kind == 1:
        strokes = [np.round(stroke) for stroke in strokes]
    return strokes


def test_a_thousand_odd_drawings_have_finite_likelihoods(model):
    random = np.random.default_rng(0)
    drawings = [[stroke.tolist() for stroke in odd(random)] for _ in range(1000)]
    answers = model.predict(drawings)
    assert all(np.isfinite(answer["losses"]).all() for answer in answers)


def test_a_seed_gives_the_same_drawing_and_a_bias_another(model):
    one, again = (model.write("ab", seed=3, length=40) for _ in range(2))
    np.testing.assert_array_equal(one.points, again.points)
    assert not np.array_equal(model.write("ab", seed=4, length=40).points, one.points)
    assert not np.array_equal(
        model.write("ab", seed=3, length=40, bias=5).points, one.points
    )
    assert 1 <= len(one.points) <= 40 and one.where.startswith("drawn by")


def test_a_drawing_goes_on_from_another_one(model, tmp_path):
    path = tmp_path / "a.svg"
    path.write_text('<svg><path d="M0,0L8,0L8,8"/></svg>')
    drawing = model.write(prime=path, seed=1, length=20)
    prime = read_one(path)
    np.testing.assert_allclose(drawing.points[:3], prime.points, atol=1e-4)
    assert len(drawing.points) > 3
    other = Drawing(prime.points * np.array([1, -1, 1], np.float32), "x")
    assert not np.array_equal(
        model.write(prime=other, seed=1, length=20).points[3:], drawing.points[3:]
    )


def generated(capsys, *flags):
    assert main(["generate", *map(str, flags), "--seed", "1", "--length", "30"]) == 0
    return capsys.readouterr().out


def test_it_is_printed_as_svg_and_as_json(handwriter, model, capsys):
    drawing = model.write("ab", seed=1, length=30)
    text = generated(capsys, handwriter, "--text", "ab")
    root = parsed(text.encode(), "out")
    assert len(root.every("path")) == len(drawing.strokes)
    lines = [
        json.loads(x)
        for x in generated(capsys, handwriter, "--text", "ab", "--json").split("\n")
        if x
    ]
    assert len(lines[0]["box"]) == 4
    for stroke, line in zip(drawing.strokes, lines[1:], strict=True):
        np.testing.assert_allclose(line["stroke"], stroke, atol=0.006)


@pytest.mark.parametrize("ending", ["svg", "png", "gif", "npz"])
def test_it_is_written_to_files(ending, handwriter, model, capsys, tmp_path):
    path = tmp_path / f"a.{ending}"
    told = generated(capsys, handwriter, "--text", "ab", "--bias", "2", "--output", path)
    drawing = model.write("ab", seed=1, length=30, bias=2)
    assert f"{len(drawing.strokes)} strokes, {len(drawing.points)} points" in told
    if ending == "npz":
        (again,) = read(path)["train"]
        np.testing.assert_allclose(again.points, drawing.points)
    elif ending == "svg":
        assert len(read_one(path).strokes) == len(drawing.strokes)
    else:
        with Image.open(path) as picture:
            assert np.asarray(picture.convert("L")).std() > 0 or ending == "gif"
            assert getattr(picture, "n_frames", 1) >= 1


def test_what_is_printed_is_the_drawing_alone(handwriter, capfd):
    assert main(["generate", str(handwriter), "--prompt", "ab", "--seed", "1"]) == 0
    assert capfd.readouterr().out.startswith("<svg")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--text", "aqb"], "text: 'q': not in the texts of the training"),
        (["--text", "ab", "--prompt", "a"], "prompt and text: expected one of them"),
        (["--output", "a.bmp"], "output: a.bmp: expected a name that ends in .gif, .png"),
        (["--json", "--output", "a.svg"], "json: expected no output beside it"),
        (["--prime", "no.svg"], "no.svg: cannot be read"),
        (["--bias", "99"], "bias: expected at most 10"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line(flags, message, handwriter, capfd):
    assert main(["generate", str(handwriter), *flags]) == 2
    (line,) = (x for x in capfd.readouterr().err.splitlines() if x.startswith("error:"))
    assert message in line


def test_a_tolerance_of_made_drawings_is_refused(capfd):
    assert main(["train", "handwriting", "--tolerance", "1"]) == 2
    assert "--tolerance: it is for --data and kanjivg" in capfd.readouterr().err


def test_a_table_writes_character_by_character():
    table = {"江": ["left", "氵", "right", "工"], "工": ["工"]}
    text = Text.of([["left", "氵", "right", "工"], ["工"]], table)
    assert text.unit == "table"
    assert text.pieces("江 工", "x") == [("江", table["江"]), ("工", ["工"])]
    with pytest.raises(InputError, match=r"^x: '习': expected one of the 2 characters"):
        text.pieces("江习", "x")
    assert text.ids([], "x").tolist() == [NONE, END]


def test_a_table_is_saved_and_damage_is_told(tmp_path):
    text = Text.of([["a", " "]], {})
    text.save(tmp_path)
    assert Text.load(tmp_path, "character").tokens == text.tokens
    (tmp_path / "tokens.txt").write_text("a\nb\nc\n")
    with pytest.raises(
        InputError, match=r"tokens\.txt: expected <pad>, <end>, <none> first"
    ):
        Text.load(tmp_path, "character")
    text.save(tmp_path)
    (tmp_path / "characters.json").write_text('{"a": 3}')
    with pytest.raises(InputError, match=r"characters\.json: expected lists of tokens"):
        Text.load(tmp_path, "table")


@pytest.mark.parametrize("said", [{}, {"mean": [0], "covariance": 1, "lifted": 0.5}])
def test_a_damaged_gaussian_is_told(said, tmp_path):
    (tmp_path / "g.json").write_text(json.dumps(said))
    with pytest.raises(InputError, match=r"g\.json: expected mean, covariance and lifted"):
        Gaussian.load(tmp_path / "g.json")


def test_the_doctor_looks_at_new_drawings(handwriter, drawings_file, capfd):
    assert main(["doctor", str(handwriter), "--data", str(drawings_file)]) in (0, 1)
    told = capfd.readouterr().out
    assert "nats a point without text" in told and "never lift the pen" in told


@pytest.mark.parametrize("format", ["keras", "saved_model", "onnx", "litert"])
def test_it_is_exported(format, model, few, tmp_path):
    from seqzoo import export

    report = export.export(model, format, tmp_path / "out")
    assert report["texts"] == 20 and report["difference"] < 1e-4


def test_a_page_of_its_own_is_refused_and_what_works_is_named(model, tmp_path):
    from seqzoo import export

    with pytest.raises(InputError, match=r"no form for the browser; expected .*onnx.* or"):
        export.export(model, "web", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_habits_are_counted(monkeypatch):
    from seqzoo.tasks.handwriting import writing

    lifts = np.array([[0, 0, 0], [1, 0, 0]])  # of each drawing, at each point
    made = [np.pad(row[:, None], ((0, 0), (2, 0))) for row in lifts]
    made[0] = np.repeat(made[0], writing.LENGTH // 3, axis=0)
    monkeypatch.setattr(writing, "written", lambda *_: made)
    assert writing.habits(None, [0, 1]) == (2, 0.5, 0.5)


def test_evaluate_says_how_often_the_pen_is_never_lifted(handwriter, drawings_file, capfd):
    assert main(["evaluate", str(handwriter), "--data", str(drawings_file), "--json"]) == 0
    figures = json.loads(capfd.readouterr().out)
    assert 0 <= figures["never_lifted"] <= 1 and 0 <= figures["endless"] <= 1


def test_own_strokes_in_a_frame_are_scaled_thinned_and_placed():
    from seqzoo.tasks.handwriting.own import Frame, fitted

    line = np.column_stack([np.linspace(110, 290, 91), np.full(91, 260.0)])  # a mouse's
    drawing = fitted([line, line[:1]], Frame(100, 50, 200), 100, True, "x")
    # 10 of 200 from the left is 5 of 100: 45 left of the middle; 210 of 200 down is 105.
    expected = [[-45, 55, 0], [90, 0, 1], [-90, 0, 1]]
    np.testing.assert_allclose(drawing.points, expected, atol=1e-4)
    drawing = fitted([line], Frame(100, 50, 200), 100, False, "x")
    np.testing.assert_allclose(drawing.points, [[0, 0, 0], [90, 0, 1]], atol=1e-4)


def test_a_drawing_goes_on_from_own_strokes(handwriter, model, capsys, tmp_path):
    own, size = [[[0, 0], [5, 0], [10, 0]]], model.config["text"]["advance"]
    (tmp_path / "own.json").write_text(json.dumps(own))
    frame = ("--json", "--frame", "0,0,20")
    one = generated(capsys, handwriter, "--strokes", json.dumps(own), *frame)
    assert one == generated(capsys, handwriter, "--prime", tmp_path / "own.json", *frame)
    first = json.loads(one.split("\n")[1])["stroke"]
    np.testing.assert_allclose(first[1][0] - first[0][0], size / 2, atol=0.02)
    bare = generated(capsys, handwriter, "--strokes", json.dumps(own), "--json")
    assert len(json.loads(bare.split("\n")[1])["stroke"]) >= 3  # as they are


def test_an_answer_reads_strokes_in_a_frame(model):
    size = model.config["text"]["advance"]
    strokes = [[[0, 0], [size / 2, 0]], [[0, size / 2]]]
    large = [[[3 * x + 7, 3 * y + 9] for x, y in stroke] for stroke in strokes]
    answer = model.predict([large], frame=f"7,9,{3 * size}")[0]
    assert answer["nats"] == pytest.approx(model.predict([strokes])[0]["nats"], abs=1e-4)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--frame", "0,0,9"], "frame: expected strokes beside it"),
        (["--frame", "0,0", "--strokes", "[[[0, 0]]]"], "frame: expected left,top,size"),
        (["--frame", "0,0,-1", "--strokes", "[[[0, 0]]]"], "frame: expected left,top,size"),
        (["--strokes", "[[[0,"], "strokes: not JSON"),
        (["--strokes", "[]"], "strokes: expected a list of strokes"),
        (["--strokes", "[]", "--prime", "a.svg"], "prime and strokes: expected one"),
        (["--prime", "no.json"], "no.json: cannot be read"),
    ],
)
def test_strokes_that_cannot_be_used_are_refused(flags, message, handwriter, capfd):
    assert main(["generate", str(handwriter), *flags]) == 2
    (line,) = (x for x in capfd.readouterr().err.splitlines() if x.startswith("error:"))
    assert message in line
