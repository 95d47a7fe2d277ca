"""Classification of series, from files to answers, scores, and exports."""

import dataclasses
import json

import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets.series import Scaler, Series, made
from seqzoo.export import export
from seqzoo.export.proof import open_reader
from seqzoo.pipeline.encoded import padded_steps
from seqzoo.recipes import series
from seqzoo.reports.pictures import series_effect
from seqzoo.tasks.series.classification.effect import effects
from seqzoo.tasks.series.classification.form import SeriesForm
from seqzoo.tasks.series.classification.naive import STEPS, Nearest, stretched
from seqzoo.tasks.series.classification.scores import to_choose_by
from seqzoo.training.by_size import settled
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure

RNG = np.random.default_rng(0)
COLUMNS = {"label": "kind", "series_id": "id", "time": "date"}


@pytest.fixture(scope="module")
def model(series_classifier):
    return seqzoo.load(series_classifier)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A folder with parts as the archives call them: series of one channel, 6 to 12 steps, and a model."""
    folder = tmp_path_factory.mktemp("archive")
    for part, count in (("TRAIN", 24), ("TEST", 6)):
        rows = made.pendulums(count, 12, seed=len(part))
        lines = ["@univariate true", "@classLabel true light medium strong", "@data"]
        for each in rows:
            lines.append(",".join(f"{v:.4f}" for v in each.values[:, 0]) + f":{each.label}")
        (folder / f"Swing_{part}.ts").write_text("\n".join(lines) + "\n")
    return folder


def prepared(folder, **settings):
    return series.load(series.Config(**settings), folder / "data")


def test_the_scale_is_that_of_the_training_part(kinds_file, tmp_path):
    data = prepared(tmp_path, data=str(kinds_file), **COLUMNS)
    assert data.sizes() == {
        "train": 36, "validation": 12, "test": 12, "classes": 3, "channels": 2
    }  # fmt: skip
    train = np.concatenate(data.series("train"))
    # The gap was filled after scaling.
    np.testing.assert_allclose(train.mean(axis=0), 0, atol=0.01)
    np.testing.assert_allclose(train.std(axis=0), 1, atol=0.01)
    for part in ("train", "validation", "test"):
        assert np.bincount(data.gold(part)).tolist() == [data.sizes()[part] // 3] * 3


def test_each_training_series_comes_once_an_epoch_padded_on_the_right(kinds_file, tmp_path):
    data = prepared(tmp_path, data=str(kinds_file), **COLUMNS)
    every = data.series("train")
    rows = np.concatenate(data.plan(3))
    assert sorted(rows) == list(range(36))
    values, lengths, static, classes = data.arrays(rows[:7])
    assert static.shape == (7, 0)
    for place, row in enumerate(rows[:7]):
        np.testing.assert_array_equal(values[place, : lengths[place]], every[row])
        assert lengths[place] == len(every[row])
        assert not values[place, lengths[place] :].any()
        assert classes[place] == data.gold("train")[row]


def test_the_archives_parts_stay_as_they_are(archive, tmp_path, capsys):
    data = prepared(tmp_path, data=str(archive), validation=0)
    sizes = data.sizes()
    assert (sizes["train"], sizes["validation"], sizes["test"]) == (24, 24, 6)
    assert "chosen by the training part itself" in capsys.readouterr().out
    np.testing.assert_array_equal(data.gold("train"), data.gold("validation"))


@pytest.mark.parametrize("missing", ["interpolate", "mask", "error"])
def test_gaps_are_filled_within_their_series(missing):
    form = SeriesForm(("a", "b"), missing)
    values = np.float32([[1, np.nan], [np.nan, np.nan], [3, np.nan]])
    one = Series(values, ("a", "b"), where="here")
    scaler = Scaler.fit([Series(np.ones((2, 2), np.float32), ("a", "b"))], "none")
    if missing == "error":
        with pytest.raises(InputError, match="column 'b': the value of step 1"):
            form.values(one, scaler)
        return
    middle = 2 if missing == "interpolate" else 0
    expected = [[1, 0], [middle, 0], [3, 0]]
    np.testing.assert_array_equal(form.values(one, scaler), expected)


def test_equal_accuracies_are_told_apart_by_less_than_a_series():
    better, worse = {"accuracy": 0.9, "loss": 0.1}, {"accuracy": 0.9, "loss": 900.0}
    assert to_choose_by(better, 10) > to_choose_by(worse, 10)
    assert to_choose_by({"accuracy": 0.8, "loss": 0.0}, 10) < to_choose_by(worse, 10)


def test_the_nearest_series_is_that_of_brute_force():
    some = [RNG.normal(size=(n, 2)).astype(np.float32) for n in (5, 64, 90, 33, 7)]
    labels = np.array([0, 1, 0, 2, 2], np.int32)
    nearest = Nearest.fit(some, labels)
    asked = [RNG.normal(size=(n, 2)).astype(np.float32) for n in (8, 40, 70)]
    points = [stretched(each, nearest.alone) for each in some]
    expected = []
    for each in asked:
        apart = [((stretched(each, nearest.alone) - p) ** 2).sum() for p in points]
        expected.append(labels[np.argmin(apart)])
    np.testing.assert_array_equal(nearest.answers(asked), expected)
    np.testing.assert_array_equal(nearest.answers(some), labels)
    same = np.linspace(0, 1, STEPS, dtype=np.float32)[:, np.newaxis]
    np.testing.assert_allclose(stretched(same, False), same[:, 0], atol=1e-6)


def test_a_stretch_has_the_fall_of_the_probability_without_it():
    class Mean:
        """The first class is as likely as the mean of the first channel."""

        def __call__(self, given, static):
            assert static.shape == (len(given), 2) and (static == [3, 4]).all()
            share = np.float32([each[:, 0].mean() for each in given])
            return np.stack([share, 1 - share], axis=1)

    values = np.full((4, 1), 0.75, np.float32)
    values[2] = 1
    static = np.float32([[3, 4]])
    found = effects(Mean(), [values], static, Mean()([values], static))[0]
    np.testing.assert_allclose(found, values[:, 0] / 4, atol=1e-6)


def test_metrics_and_card_have_the_naive_answers(series_classifier):
    test = json.loads((series_classifier / "metrics.json").read_text())["test"]
    assert test["score"] == test["accuracy"] >= 0.9
    assert {"macro_f1", "loss", "nearest_accuracy", "majority_macro_f1"} <= test.keys()
    card = (series_classifier / "README.md").read_text()
    assert f"{test['nearest_accuracy']:.4f}" in card and "load_model" in card


def test_a_series_is_answered_the_same_in_each_form(model, kinds_file, tmp_path):
    lines = kinds_file.read_text().splitlines()
    rows = [line for line in lines if line.startswith(("id,", "s2,"))]
    path = tmp_path / "one.csv"
    path.write_text("\n".join(row.rpartition(",")[0] for row in rows) + "\n")
    (expected,) = model.predict(path)["series"]
    assert (expected["id"], expected["label"]) == ("s2", "wave")
    assert sum(expected["probabilities"].values()) == pytest.approx(1)
    numbers = [[float(cell) for cell in row.split(",")[2:4]] for row in rows[1:]]
    alone = {n: v for n, v in expected.items() if n != "id"}
    assert model.predict(np.array(numbers, np.float32)) == alone
    assert model.predict([numbers]) == [alone]
    columns = dict(zip("xy", zip(*numbers, strict=True), strict=True))
    columns = {name: list(column) for name, column in columns.items()}
    more = {"id": ["s2"] * len(numbers), "date": [row.split(",")[1] for row in rows[1:]]}
    assert model.predict(more | columns)["series"] == [expected]
    shown = model.predict(path, effect=True)["series"][0]
    assert len(shown["effect"]) == len(shown["values"]["x"]) == len(numbers)


def test_padding_beside_a_longer_series_changes_nothing(model):
    short, long = (RNG.normal(size=(n, 2)).astype(np.float32) for n in (5, 40))
    values, lengths = padded_steps([short, long])
    together = model.inference.network.run({"values": values, "lengths": lengths})["label"]
    alone = model.inference([short], np.empty((1, 0), np.float32))
    np.testing.assert_allclose(together[:1], alone, atol=1e-6)


def test_an_archive_answers_each_series(archive, tmp_path, capsys):
    flags = [
        "--units",
        "4",
        "--epochs",
        "2",
        "--filters",
        "4",
        "--validation",
        "0",
        "--output",
    ]
    run = tmp_path / "run"
    assert run_recipe(series, ["--data", str(archive), *flags, str(run)]) == 0
    capsys.readouterr()
    assert main(["predict", str(run), str(archive / "Swing_TEST.ts")]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in answer["series"]] == list("123456")
    assert (
        main(["evaluate", "--json", str(run), "--data", str(archive / "Swing_TEST.ts")])
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    test = json.loads((run / "metrics.json").read_text())["test"]
    for name in ("accuracy", "macro_f1", "loss", "nearest_accuracy"):
        assert found[name] == pytest.approx(test[name], rel=1e-4), name
    one = seqzoo.load(run)
    steps = [0.1, 0.2, 0.3]
    assert one.predict(["0.1\n0.2\n0.3\n"]) == one.predict([steps])
    assert one.predict(["0\n0.1\n0.2\n0.3\n"]) == one.predict([steps]), "0 is the channel"


def test_the_doctor_and_tables_of_answers(series_classifier, kinds_file, tmp_path, capsys):
    assert main(["doctor", str(series_classifier), "--data", str(kinds_file)]) == 0
    assert "3 of 3 classes are given" in capsys.readouterr().out
    lines = kinds_file.read_text().splitlines()
    path, out = tmp_path / "falling.csv", tmp_path / "out.csv"
    falling = [line for line in lines if line.endswith((",kind", ",fall"))]
    path.write_text("\n".join(falling) + "\n")
    main(["doctor", str(series_classifier), "--data", str(path)])
    found = " ".join(capsys.readouterr().out.split())
    assert "one class for all: each of 20 series is 'fall'" in found
    flags = ["predict", str(series_classifier), str(path), "--output", str(out)]
    assert main(flags) == 0
    rows = out.read_text().splitlines()
    assert (rows[0], len(rows)) == ("id,label,fall,rise,wave", 21)
    assert rows[1].startswith("s1,fall,")


def test_the_picture_has_a_panel_a_channel_and_the_effect(
    series_classifier, kinds_file, tmp_path, capsys
):
    picture = tmp_path / "first.png"
    flags = [str(series_classifier), str(kinds_file), "--plot", str(picture)]
    assert main(["predict", *flags]) == 0
    first = json.loads(capsys.readouterr().out)["series"][0]
    assert picture.read_bytes().startswith(b"\x89PNG")
    figure = series_effect(first)
    *channels, effect = figure.axes
    assert [axes.get_ylabel() for axes in figure.axes] == ["x", "y", "effect"]
    assert channels[0].get_title() == f"s0: rise, {first['probabilities']['rise']:.1%}"
    for name, axes in zip("xy", channels, strict=True):
        assert axes.lines[0].get_ydata().tolist() == first["values"][name]
        shade = axes.images[0].get_array()[0]
        assert shade.tolist() == [max(each, 0) for each in first["effect"]]
    assert effect.lines[0].get_ydata().tolist() == first["effect"]


def test_a_picture_has_gaps_and_needs_no_id_nor_effect():
    answer = {
        "label": "a", "probabilities": {"a": 0.5, "b": 0.5},
        "values": {"x": [1.0, None, 3.0]}, "effect": [0.0, -0.1, 0.0],
    }  # fmt: skip
    axes = series_effect(answer).axes[0]
    assert axes.get_title() == "a, 50.0%"
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [1, np.nan, 3])
    assert not axes.images[0].get_array().any()


def test_exports_answer_as_the_model(model, tmp_path, monkeypatch):
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    texts = model.samples(5, 20)
    assert export(model, "onnx", tmp_path / "onnx", texts=texts)["difference"] < 1e-4


def test_litert_takes_series_up_to_its_lengths(model, tmp_path, monkeypatch):
    pytest.importorskip("ai_edge_litert")
    monkeypatch.setattr("seqzoo.export.proof.REPEATS", 1)
    texts = model.samples(4, 16)
    folder = tmp_path / "litert"
    assert export(model, "litert", folder, texts=texts, lengths=[16])["difference"] < 1e-4
    longer = {name: column * 17 for name, column in texts[0].items()}
    with pytest.raises(ValueError, match="expected at most 16 steps, the longest exported"):
        open_reader(folder).predict([longer])


def test_what_cannot_be_used_is_told(model, kinds_file, archive, tmp_path, capfd):
    out = ["--output", str(tmp_path / "run")]
    table, swing = f"--data {kinds_file}", f"--data {archive}"
    for flags, message in (
        ("--label kind", "--label: it is for --data; there is none"),
        (table, "expected --label, the column of the classes"),
        (f"{table} --label kin --series-id id", "kin"),
        (f"{table} --label kind", "column 'kind': expected 'rise'"),
        (f"{swing} --time date", "--time: it is for tables with --label"),
        (f"{swing} --test 0.3", "--test 0.3: the data come with a test part"),
        ("--convolve none --filters 8", "--filters"),
        ("--dataset Gunpoint", "GunPoint"),
    ):
        assert message in failure(capfd, run_recipe(series, [*flags.split(), *out])), flags
    with pytest.raises(InputError, match="expected one of date, id, x; got 'y'"):
        model.predict(["id,date,x\na,2024-01-01,1\n"])
    with pytest.raises(InputError, match="label: expected one of fall, rise, wave"):
        path = tmp_path / "other.csv"
        path.write_text("id,date,x,y,kind\na,2024-01-01,1,2,other\n")
        main_measure(model, path)


def main_measure(model, path):
    """What `seqzoo evaluate` calls."""
    measure = model.task.module("measure").measure
    return measure(model, path, model.task.measure_options(), print)


@pytest.mark.parametrize(
    ("series_count", "batch_size", "epochs"),
    [(36, 16, 500), (67, 16, 300), (270, 16, 100), (36, 40, 1500)],
)
def test_few_series_train_for_as_many_steps_as_more_do(
    series_count, batch_size, epochs, tmp_path
):
    values = RNG.normal(size=(series_count + 2, 4))
    labels = np.arange(series_count + 2) % 2
    np.savez(tmp_path / "train.npz", values=values[2:], labels=labels[2:].astype(str))
    np.savez(tmp_path / "test.npz", values=values[:2], labels=labels[:2].astype(str))
    config = series.Config(data=str(tmp_path), batch_size=batch_size, validation=0)
    data = series.load(config, tmp_path / "data")
    found = settled(config, data)
    assert (found.epochs, found.patience) == (epochs, epochs)
    assert found.epochs * len(data.plan(0)) >= 1500
    given = dataclasses.replace(config, epochs=7)
    assert settled(given, data).patience == 7, "no run stops while its rate falls"
    assert settled(dataclasses.replace(given, patience=3), data).patience == 3
