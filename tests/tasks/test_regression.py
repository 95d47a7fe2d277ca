"""Text regression, from tables and made sums to answers, scores and exports."""

import gzip
import json
import random
import re

import keras
import numpy as np
import pytest

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.artifact import Artifact
from seqzoo.export import export
from seqzoo.export.proof import open_reader
from seqzoo.recipes import ratings
from seqzoo.tasks.regression import corpora, measure
from seqzoo.tasks.regression.predictor import Regressor
from seqzoo.training.command import run_recipe
from seqzoo.training.loop import Trainer
from seqzoo.training.run import train

WEIGHTS = {"splendid": 3.0, "good": 1.0, "plain": 0.0, "bad": -1.0, "awful": -2.5}
TINY = "--units 8 --embedding-dim 8 --epochs 4 --learning-rate 0.03 --batch-size 16 --minimum-count 1"


def rows(count):
    """Texts of a few words, and 50 and the sum of their weights."""
    generator = random.Random(1)
    for _ in range(count):
        words = generator.choices(list(WEIGHTS), k=generator.randint(2, 9))
        yield " ".join(words), 50 + sum(WEIGHTS[word] for word in words)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A TSV of 300 texts with numbers, and a column that plays no part."""
    path = tmp_path_factory.mktemp("numbers") / "numbers.tsv"
    lines = [f"{n}\t{text}\t{number}" for n, (text, number) in enumerate(rows(300))]
    path.write_text("id\tText\tStars\n" + "\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def flags(table):
    return ["--data", str(table), "--number-column", "stars", *TINY.split()]


@pytest.fixture(scope="module")
def folder(flags, tmp_path_factory):
    """The folder of a tiny trained regressor."""
    output = tmp_path_factory.mktemp("ratings") / "model"
    assert run_recipe(ratings, [*flags, "--output", str(output)]) == 0
    return output


@pytest.fixture(scope="module")
def regressor(folder):
    return seqzoo.load(folder)


def test_a_folder_without_headers(tmp_path):
    lines = [f"x\t{number}\t{text}\n" for text, number in rows(40)]
    for part, some in (
        ("train", lines[:20]),
        ("validation", lines[20:30]),
        ("test", lines[30:]),
    ):
        with gzip.open(tmp_path / f"{part}.tsv.gz", "wt") as file:
            file.writelines(some)
    config = ratings.Config(
        data=str(tmp_path), text_column="3", number_column="2", minimum_count=1
    )
    found = ratings.load(config, tmp_path / "prepared")
    assert {part: found.sizes()[part] for part in ("train", "validation", "test")} == {
        "train": 20, "validation": 10, "test": 10,
    }  # fmt: skip
    numbers = np.array([number for _, number in rows(40)])
    assert found.scale == pytest.approx((numbers[:20].mean(), numbers[:20].std()))
    targets = found.encoded["test"].numbers("target")
    assert targets.dtype == np.float32
    np.testing.assert_allclose(found.scale.outwards(targets), numbers[30:], rtol=1e-6)


def test_it_learns_and_says_so_in_metrics_and_card(folder):
    metrics = json.loads((folder / "metrics.json").read_text())
    test = metrics["test"]
    assert test["score"] == -test["mse"]
    assert test["pearson"] > 0.9
    assert test["mse"] < 0.2 * test["naive_mse"]
    assert {"naive_mae", "ridge_mse", "ridge_mae", "ridge_pearson"} <= test.keys()
    assert metrics["validation"]["ridge_mse"] > 0
    assert "ridge" not in (folder / "history.csv").read_text(), "fitted once, at the end"
    card = (folder / "README.md").read_text()
    assert f"{test['ridge_mse']:.4f}" in card
    assert "ridge regression" in card
    assert not (folder / "labels.txt").exists()


def test_answers_are_in_the_unit_of_the_training_numbers(regressor):
    good, awful = (
        each["value"]
        for each in regressor.predict(["splendid good good", "awful awful bad"])
    )
    assert 50 < good < 65
    assert 35 < awful < 50
    assert regressor.to_plain({"text": "", "value": 1234.5678}) == "1235"


def test_more_padding_and_other_rows_change_no_answer(regressor):
    texts = ["good", "bad plain awful good splendid bad plain", "plain plain"]
    together = regressor.predict(texts)
    alone = [regressor.predict([text])[0] for text in texts]
    assert [a["value"] for a in together] == pytest.approx(
        [a["value"] for a in alone], abs=1e-4
    )
    ids = regressor.encode(texts[0], "")
    wide = np.zeros((1, 40), np.int32)
    wide[0, : len(ids)] = ids
    narrow = regressor.inference.forward(ids[None])
    np.testing.assert_allclose(regressor.inference.forward(wide), narrow, atol=1e-6)


def test_texts_that_cannot_be_used(regressor):
    for text, message in (
        ("", "empty"),
        (" ", "blank"),
        ("ß", "none of the 1 tokens is known"),
    ):
        with pytest.raises(InputError, match=rf"texts\[1\].*{message}"):
            regressor.predict(["good", text])


class Cut(Exception):
    """A training that ends at once."""


def test_a_training_that_was_cut_off_comes_to_the_same_weights(
    flags, folder, tmp_path, monkeypatch
):
    trained = json.loads((folder / "config.json").read_text())["config"]
    config = ratings.Config(**trained)
    save, saves = Trainer.save, []

    def cut(self):
        save(self)
        saves.append(1)
        if len(saves) == 20:  # of some 15 batches an epoch
            raise Cut

    monkeypatch.setattr(Trainer, "save", cut)
    with pytest.raises(Cut):
        train(ratings, config, tmp_path / "m", save_seconds=0)
    monkeypatch.setattr(Trainer, "save", save)
    train(ratings, config, tmp_path / "m")
    whole, resumed = (
        keras.saving.load_model(each / "model.keras").get_weights()
        for each in (folder, tmp_path / "m")
    )
    for ours, theirs in zip(whole, resumed, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    ours, theirs = (
        json.loads((each / "metrics.json").read_text()) for each in (folder, tmp_path / "m")
    )
    assert ours["test"] == theirs["test"]


def test_predict_on_the_command_line(folder, tmp_path, capfd):
    (tmp_path / "texts.txt").write_text("splendid good\nbad\n")
    assert main(["predict", str(folder), str(tmp_path / "texts.txt"), "--plain"]) == 0
    first, second = map(float, capfd.readouterr().out.split())
    assert first > second
    assert main(["predict", str(folder), str(tmp_path / "texts.txt")]) == 0
    assert json.loads(capfd.readouterr().out.splitlines()[0]).keys() == {
        "text",
        "value",
        "familiarity",
    }


def test_evaluate_reads_the_columns_of_the_training_or_others(
    folder, table, tmp_path, capfd
):
    assert main(["evaluate", "--json", str(folder), "--data", str(table)]) == 0
    first = json.loads(capfd.readouterr().out)
    assert first["examples"] == 300
    assert first["pearson"] > 0.9
    lines = table.read_text().splitlines()[1:]
    (tmp_path / "plain.tsv").write_text("\n".join(lines))
    columns = ["--text-column", "2", "--number-column", "3"]
    assert (
        main(
            [
                "evaluate",
                "--json",
                str(folder),
                "--data",
                str(tmp_path / "plain.tsv"),
                *columns,
            ]
        )
        == 0
    )
    assert json.loads(capfd.readouterr().out) == first
    assert (
        main(["evaluate", "--json", str(folder), "--data", str(tmp_path / "plain.tsv")])
        == 2
    )
    assert "plain.tsv:1: expected a header; " in capfd.readouterr().err


def test_scores_are_those_of_the_answers(regressor, table):
    found = measure.measure(regressor, table, regressor.task.measure_options(), None)
    examples = list(corpora.read_numbers(table))
    answers = regressor.predict([each.text for each in examples])
    errors = np.array(
        [a["value"] - e.number for a, e in zip(answers, examples, strict=True)]
    )
    assert found["mse"] == pytest.approx(np.mean(errors**2), rel=1e-4)
    assert found["mae"] == pytest.approx(np.mean(np.abs(errors)), rel=1e-4)


def test_doctor_looks_with_a_table(folder, table, capfd):
    assert main(["doctor", str(folder), "--data", str(table)]) == 0
    assert "tokens (32," in capfd.readouterr().out


def test_packed_it_answers_alike(folder, regressor, tmp_path):
    assert main(["pack", str(folder), str(tmp_path / "small")]) == 0
    texts = ["good bad", "splendid"]
    packed = seqzoo.load(tmp_path / "small").predict(texts)
    for ours, theirs in zip(regressor.predict(texts), packed, strict=True):
        assert theirs["value"] == pytest.approx(ours["value"], abs=0.1)


def test_list_shows_task_recipe_and_corpus(capfd):
    assert main(["list"]) == 0
    shown = capfd.readouterr().out
    assert re.search(r"regression: a number for each text", shown)
    assert "ratings" in shown
    assert "regression: number-words" in shown


@pytest.mark.parametrize("format", ["keras", "saved_model", "onnx", "litert"])
def test_every_export_answers_alike(regressor, tmp_path, format):
    more = {"lengths": [16]} if format == "litert" else {}
    report = export(
        regressor,
        format,
        tmp_path / "out",
        texts=["good bad", "splendid", "awful ß"],
        **more,
    )
    assert report["texts"] == 3
    assert report["difference"] < 1e-4
    text = json.loads((tmp_path / "out" / "text.json").read_text())
    assert text["deviation"] == regressor.scale.deviation


def test_an_export_in_another_unit_is_seen(regressor):
    theirs = {"text": "", "value": 1.0 + regressor.scale.deviation}
    task_export = regressor.task.module("export").Export(regressor)
    assert task_export.difference({"text": "", "value": 1.0}, theirs) == pytest.approx(1)


def test_the_exported_reader_refuses_and_cuts_like_the_model(regressor, tmp_path):
    export(regressor, "onnx", tmp_path / "out", texts=["good"])
    reader = open_reader(tmp_path / "out")
    long = " ".join(random.Random(0).choices(list(WEIGHTS), k=1000))
    ours, theirs = regressor.predict([long]), reader.predict([long])
    assert theirs[0]["value"] == pytest.approx(ours[0]["value"], abs=1e-3)
    for text in ("", " ", "ß"):
        with pytest.raises(ValueError, match=r"empty|blank|known"):
            reader.predict([text])


@pytest.mark.parametrize(
    ("name", "value"),
    [("deviation", 0), ("deviation", "1"), ("mean", float("nan")), ("mean", True)],
)
def test_a_damaged_scale_is_refused(folder, name, value):
    artifact = Artifact(folder)
    artifact.config["text"][name] = value
    with pytest.raises(InputError, match=f'expected a usable "{name}"'):
        Regressor(artifact)


def test_a_server_answers_and_has_the_view(folder):
    pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient

    from seqzoo.serving import Service, create_app

    service = Service([str(folder)])
    try:
        client = TestClient(create_app(service))
        name = client.get("/v1/models").json()["models"][0]["name"]
        answer = client.post(f"/v1/models/{name}:predict", json={"texts": ["good"]}).json()
        assert answer["predictions"][0].keys() == {"text", "value", "familiarity"}
        view = client.get("/views/regression/view.js")
        assert view.status_code == 200
        assert "regression" in view.text
    finally:
        service.drain()
