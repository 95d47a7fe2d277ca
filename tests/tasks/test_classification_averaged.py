"""A classifier that answers with an average: from the command line to every export."""

import json
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest

import seqzoo
from seqzoo import export as exporting
from seqzoo.__main__ import main
from seqzoo.export import wheel
from seqzoo.recipes import sentiment
from seqzoo.system.files import sha256, write_json
from seqzoo.tasks.classification import naive, reader_bag
from seqzoo.tasks.classification.reader_bag import FILE
from seqzoo.training.command import run_recipe
from tests.support.command_line import failure

SHORT = ["great", "Not great at all.", "a lovely film", "dull", "the 1 story <br/> poor"]


@pytest.fixture
def copy(averaged, tmp_path):
    return shutil.copytree(
        averaged, tmp_path / "copy", ignore=shutil.ignore_patterns("state")
    )


def sealed(folder):
    """The manifest made to fit the files."""
    others = ("manifest.json", ".lock")
    paths = [path for path in folder.iterdir() if path.name not in others]
    hashes = {path.name: sha256(path) for path in paths if path.is_file()}
    write_json(folder / "manifest.json", {"format": 3, "sha256": hashes})


def by_hand(found, texts):
    """The average of what network and bag say, each asked alone."""
    network = found.probabilities([found.encode(text, "") for text in texts])
    margins = found.bag.margins_of(map(found.tokenizer, texts))
    return reader_bag.averaged(network, margins, found.bag.weights)


def test_its_answers_are_the_average(averaged):
    found = seqzoo.load(averaged)
    answers = found.predict(SHORT)
    for answer, row in zip(answers, by_hand(found, SHORT), strict=True):
        shares = list(answer["probabilities"].values())
        np.testing.assert_allclose(shares, row, atol=1e-7)
        assert answer["label"] == found.labels[row.argmax()]
    alone = found.probabilities([found.encode(text, "") for text in SHORT])
    # A network that trains on after its first perfect score is as sure as can be; the average is not.
    assert not np.allclose(alone, by_hand(found, SHORT), atol=1e-5)
    for text, answer in zip(SHORT, answers, strict=True):
        (one,) = found.predict([text])
        assert one["probabilities"] == pytest.approx(answer["probabilities"], abs=1e-5)


def test_figures_of_network_bag_and_average_stand_beside_each_other(
    averaged, corpus, capfd
):
    metrics = json.loads((averaged / "metrics.json").read_text())
    for part in ("validation", "test"):
        figures = metrics[part]
        names = {"accuracy", "network_accuracy", "bag_accuracy", "majority_accuracy"}
        assert names <= figures.keys()
        assert {"macro_f1", "network_macro_f1", "loss", "network_loss"} <= figures.keys()
        assert figures["score"] == figures["accuracy"]
        assert "learned on the validation part" in figures["average"]
    card = (averaged / "README.md").read_text()
    assert (
        "| accuracy | macro_f1 | auc | loss | ece | network_accuracy | network_macro_f1 |"
        in card
    )
    assert "`model.keras` holds the network alone" in card

    capfd.readouterr()
    assert main(["evaluate", "--json", str(averaged), "--data", str(corpus)]) == 0
    measured = json.loads(capfd.readouterr().out)
    found = seqzoo.load(averaged)
    rows = [line.split("\t") for line in corpus.read_text().splitlines()]
    right = [
        answer["label"] == label
        for answer, (label, _) in zip(
            found.predict([text for _, text in rows]), rows, strict=True
        )
    ]
    assert measured["accuracy"] == pytest.approx(np.mean(right))
    assert {"network_accuracy", "bag_accuracy", "majority_accuracy"} <= measured.keys()
    assert measured["average"] == metrics["test"]["average"]


def test_the_command_line_predicts_it_also_when_packed(averaged, tmp_path, capfd):
    texts = tmp_path / "texts.txt"
    texts.write_text("\n".join(SHORT) + "\n")
    expected = seqzoo.load(averaged).predict(SHORT)
    assert main(["pack", str(averaged), str(tmp_path / "packed")]) == 0
    for folder, apart in ((averaged, 1e-6), (tmp_path / "packed", 0.01)):
        capfd.readouterr()
        assert main(["predict", str(folder), str(texts)]) == 0
        answers = map(json.loads, capfd.readouterr().out.splitlines())
        for ours, theirs in zip(expected, answers, strict=True):
            assert theirs["probabilities"] == pytest.approx(
                ours["probabilities"], abs=apart
            )


def test_answering_imports_no_scikit_learn_and_no_keras(averaged):
    code = f"import sys, seqzoo; seqzoo.load({str(averaged)!r}).predict(['great film'])\n"
    code += "heavy = {'sklearn', 'scipy', 'keras', 'tensorflow'}\n"
    code += "print(sorted(heavy & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout == "[]\n", said.stderr


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_its_export_answers_with_it_and_needs_no_seqzoo(format, averaged, few, tmp_path):
    lengths = [24] if format == "litert" else None
    folder = tmp_path / "out"
    report = exporting.export(
        seqzoo.load(averaged), format, folder, lengths=lengths, texts=SHORT * 4
    )
    assert report["difference"] < 1e-4
    assert "average of its network and a bag" in (folder / "README.md").read_text()
    if format != "onnx":
        return
    program = "import sys, runpy; "
    program += "sys.modules |= dict.fromkeys(['seqzoo', 'keras', 'tensorflow', 'scipy', 'sklearn']); "
    program += f"sys.path.insert(0, {str(folder)!r}); "
    program += f"runpy.run_path('{folder}/reader.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join(SHORT),
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr
    answers = map(json.loads, done.stdout.splitlines())
    for ours, theirs in zip(seqzoo.load(averaged).predict(SHORT), answers, strict=True):
        assert theirs["label"] == ours["label"]
        assert theirs["probabilities"] == pytest.approx(ours["probabilities"], abs=1e-4)


def test_an_export_without_its_bag_does_not_answer(averaged, few, tmp_path):
    exporting.export(seqzoo.load(averaged), "onnx", tmp_path / "out")
    (tmp_path / "out" / FILE).unlink()
    from seqzoo.export.proof import open_reader

    with pytest.raises(FileNotFoundError, match=FILE):
        open_reader(tmp_path / "out")


def test_its_wheel_answers_with_it(averaged, few, tmp_path):
    report = exporting.export(seqzoo.load(averaged), "wheel", tmp_path / "out")
    zipfile.ZipFile(report["wheel"]).extractall(tmp_path / "installed")
    package = wheel.loaded(tmp_path / "installed", "model")
    expected = seqzoo.load(averaged).predict(SHORT)
    for ours, theirs in zip(expected, package.predict(SHORT), strict=True):
        assert theirs["probabilities"] == pytest.approx(ours["probabilities"], abs=1e-4)


def test_a_classifier_without_an_average_exports_no_bag(trained, few, tmp_path):
    exporting.export(seqzoo.load(trained), "onnx", tmp_path / "out")
    assert not {FILE, "bag.py"} & {path.name for path in (tmp_path / "out").iterdir()}
    assert "average" not in (tmp_path / "out" / "text.json").read_text()
    config = json.loads((trained / "config.json").read_text())
    assert "average_with_bag" not in config["text"]
    assert seqzoo.load(trained).average is None


def test_the_network_is_the_same_as_without_an_average(averaged, trained):
    import keras

    ours, theirs = (
        keras.saving.load_model(each / "model.keras").get_weights()
        for each in (averaged, trained)
    )
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_average_needs_a_bag(tiny_flags, tmp_path, monkeypatch, capfd):
    flags = [*tiny_flags, "--average-with-bag", "--output", str(tmp_path / "m")]
    error = failure(capfd, run_recipe(sentiment, [*flags, "--baseline", "none"]))
    assert "--average-with-bag and --baseline none: expected one of them" in error
    monkeypatch.setattr(naive, "MOST_TOKENS", 100)
    error = failure(capfd, run_recipe(sentiment, flags))
    assert "--average-with-bag: the bag of n-grams: not fitted: " in error
    assert "more than 100" in error
    assert not (tmp_path / "m" / "config.json").exists()


def test_a_damaged_bag_is_refused_in_one_line(copy, capfd):
    whole = (copy / FILE).read_bytes()
    (copy / FILE).write_bytes(whole[:1000])
    text = copy.parent / "t.txt"
    text.write_text("great\n")
    error = failure(capfd, main(["predict", str(copy), str(text)]))
    assert f"{copy / FILE}: damaged: its SHA-256" in error
    sealed(copy)
    error = failure(capfd, main(["predict", str(copy), str(text)]))
    assert f"{copy / FILE}: expected 524,288 bytes" in error
    (copy / FILE).unlink()
    sealed(copy)
    error = failure(capfd, main(["predict", str(copy), str(text)]))
    assert "expected bag.bin; its manifest.json lists none" in error


def test_a_text_without_a_known_token_is_refused_as_ever(averaged):
    for text, message in (("", "empty"), (" ", "blank"), ("zzz", "none of the 1 tokens")):
        with pytest.raises(seqzoo.InputError, match=message):
            seqzoo.load(averaged).predict([text])


def test_a_server_answers_with_it(averaged):
    from fastapi.testclient import TestClient

    from seqzoo.serving import Service, create_app

    service = Service([str(averaged)])
    try:
        client = TestClient(create_app(service))
        (told,) = client.get("/v1/models").json()["models"]
        place = f"/v1/models/{told['name']}:predict"
        answers = client.post(place, json={"texts": SHORT}).json()["predictions"]
    finally:
        service.drain()
    for ours, theirs in zip(seqzoo.load(averaged).predict(SHORT), answers, strict=True):
        assert theirs["label"] == ours["label"]
        assert theirs["probabilities"] == pytest.approx(
            ours["probabilities"], rel=1e-3, abs=1e-4
        )
