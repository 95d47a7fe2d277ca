"""`evaluate` on the command line."""

import json

import pytest

from seqzoo.__main__ import main
from seqzoo.pipeline.bootstrap import PER_ROW
from seqzoo.tasks import discover
from tests.support.command_line import failure


def test_evaluate_measures_a_file(trained, corpus, tmp_path, capfd):
    assert main(["evaluate", "--json", str(trained), "--data", str(corpus)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["examples"] == 200
    assert measured["accuracy"] > 0.8
    (tmp_path / "other.tsv").write_text("fine\tgreat\n")
    error = failure(
        capfd,
        main(["evaluate", "--json", str(trained), "--data", str(tmp_path / "other.tsv")]),
    )
    assert "other.tsv:1: label: expected one of bad, good; got 'fine'" in error


def test_evaluate_names_classes_and_matrix(trained, corpus, tmp_path, capfd):
    path = tmp_path / "new.tsv"
    path.write_text(
        "good\tgreat lovely film\nbad\tdull and poor\nbad\ta great superb plot\n"
    )
    assert main(["evaluate", "--json", str(trained), "--data", str(path)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["confusion_matrix"] == {
        "gold bad": {"predicted bad": 1, "predicted good": 1},
        "gold good": {"predicted bad": 0, "predicted good": 1},
    }
    bad = {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2}
    assert measured["classes"]["bad"] == bad
    # The wrong label's text ranks above or below the good one, or both are as sure and tie.
    assert measured["auc"] in (0.5, 0.75, 1.0)
    path.write_text("good\tgreat lovely film\n")
    assert main(["evaluate", "--json", str(trained), "--data", str(path)]) == 0
    assert "auc" not in json.loads(capfd.readouterr().out)


def test_a_classifier_s_metrics_and_card_have_its_classes(trained):
    metrics = json.loads((trained / "metrics.json").read_text())
    card = (trained / "README.md").read_text()
    assert "| test, by class | examples | precision | recall | F1 |" in card
    for part in ("validation", "test"):
        classes = metrics[part]["classes"]
        supports = {label: each["support"] for label, each in classes.items()}
        assert supports.keys() == {"bad", "good"}
        assert sum(supports.values()) == metrics["examples"][part]
        assert 0.5 < metrics[part]["auc"] <= 1
    row = metrics["test"]["classes"]["bad"]
    assert f"| bad | {row['support']} | {row['precision']:.4f} |" in card


def test_evaluate_entities(entity_tagger, names_file, capfd):
    assert main(["evaluate", "--json", str(entity_tagger), "--data", str(names_file)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["f1"] > 0.95
    assert set(measured["types"]) == {"person", "place"}


MEASURED = {  # task -> a model, or a fixture of one; a file's name; its content, or a fixture of it
    "forecasting": ("forecaster", "", "loads_file"),
    "series_classification": ("series_classifier", "", "kinds_file"),
    "speech": ("recognizer", "", "spoken"),
    "handwriting": ("handwriter", "", "drawings_file"),
    "captions": ("captioner", "", "pictures_folder"),
    "trees": ("tree_classifier", "", "trees_folder"),
    "stories": ("story_reader", "", "stories_file"),
    "classification": (
        "sentiment-imdb",
        "a.tsv",
        "positive\tA great film.\nnegative\tDull, awful.\n" * 8,
    ),
    "regression": ("regressor", "", "numbers_file"),
    "segmentation": ("segmentation-peoples-daily", "", "words_file"),
    "entities": ("entity_tagger", "", "names_file"),
    "translation": (
        "translation-en-de",
        "a.tsv",
        "A man is riding a horse.\tEin Mann reitet auf einem Pferd.\n"
        "Two dogs play in the snow.\tZwei Hunde spielen im Schnee.\n"
        "A girl sings.\tEin M\u00e4dchen singt ein Lied.\n",
    ),
    "dialogue": ("talker", "", "dialogues_file"),
    "poems": ("verse_model", "", "poems_file"),
    "language": (
        "lm-ptb-small",
        "a.txt",
        "the market fell\nthe company said it rose\n" * 4,
    ),
}


@pytest.fixture
def of_task(request, tmp_path):
    """From a task's name to a model's name or folder, and a file to measure it on."""

    def found(task):
        model, name, content = MEASURED[task]
        if not name:
            path = request.getfixturevalue(content)
        else:
            path = tmp_path / name
            path.write_text(content, "utf-8")
        if "-" not in model:
            model = str(request.getfixturevalue(model))
        return model, path

    return found


@pytest.mark.parametrize("task", [name for name in discover() if name in MEASURED])
def test_every_task_s_score_has_an_interval_and_compares(task, of_task, capfd):
    model, path = of_task(task)
    capfd.readouterr()
    assert main(["evaluate", "--json", model, "--data", str(path)]) == 0
    measured = json.loads(capfd.readouterr().out)
    found = measured["interval"]
    score = measured[found["of"]]
    assert found["low"] - 1e-9 <= score <= found["high"] + 1e-9
    assert "95% of 2,000 bootstrap resamples of" in found["about"]
    assert PER_ROW not in measured
    same = abs(measured["score"]) == pytest.approx(score)
    # Chosen by the loss, and by characters.
    assert same or found["of"] in ("perplexity", "wer", "exact")

    assert main(["evaluate", "--json", model, model, "--data", str(path)]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["of"] == found["of"]
    for each in told["models"]:
        assert each["score"] == pytest.approx(score, rel=1e-9)
        assert each["interval"] == found
    assert (told["difference"], told["p"]) == (0, 1)
    assert told["in_words"][-1] == "The two score the same."


def test_every_task_of_ours_is_measured_here():
    """A new task gives statistics of rows, too."""
    ours = {n for n, task in discover().items() if task.package.startswith("seqzoo.tasks.")}
    assert ours == MEASURED.keys()


def test_two_models_are_compared_in_words(trained, averaged, corpus, capfd):
    assert (
        main(["evaluate", "--json", str(trained), "--data", str(corpus), str(averaged)])
        == 0
    )
    told = json.loads(capfd.readouterr().out)
    assert [each["model"] for each in told["models"]] == [str(trained), str(averaged)]
    one, other = (each["score"] for each in told["models"])
    assert told["difference"] == pytest.approx(other - one)
    assert 0 < told["p"] <= 1
    assert told["in_words"][0].endswith("on the same 200 texts.")
    assert f"accuracy: {trained} {one:.4f}, {averaged} {other:.4f}" in told["in_words"][0]


def test_models_that_cannot_be_compared_are_refused(trained, corpus, of_task, capfd):
    data = ["--data", str(corpus)]
    error = failure(
        capfd, main(["evaluate", "--json", str(trained), "lm-ptb-small", *data])
    )
    assert "expected two models of one task; got classification and language" in error
    error = failure(capfd, main(["evaluate", "--json", *[str(trained)] * 3, *data]))
    assert "expected one model, or two; got 3" in error
    model, path = of_task("language")
    flags = [model, "characters-python", "--data", str(path)]
    assert "cannot be compared" in failure(capfd, main(["evaluate", "--json", *flags]))
    flags = [model, model, "--data", str(path), "--per-token"]
    assert "expected one model" in failure(capfd, main(["evaluate", "--json", *flags]))
