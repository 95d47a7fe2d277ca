"""Texts of several labels: thresholds and scores against brute force, and a model from file to answer."""

import json
import random
import shutil

import numpy as np
import pytest
import tensorflow as tf

import seqzoo
from seqzoo import InputError
from seqzoo.__main__ import main
from seqzoo.datasets import Example
from seqzoo.recipes import sentiment
from seqzoo.system.files import sha256, write_json
from seqzoo.tasks import task_of
from seqzoo.tasks.classification import losses, several
from seqzoo.tasks.classification.calibration import temperature_of
from seqzoo.tasks.classification.several_data import SeveralLabels
from seqzoo.tasks.classification.training import Settings
from seqzoo.training.command import run_recipe
from tests.conftest import train
from tests.support.browser import served
from tests.support.command_line import failure

ABOUT = {"plot": "story", "actors": "acting", "music": "songs", "length": "hours"}


@pytest.fixture(scope="module")
def topics(tmp_path_factory):
    """A CSV of 240 texts, each with 0 to 4 labels whose words stand in it."""
    generator = random.Random(1)
    lines = ["text,label"]
    for number in range(240):
        labels = [label for label in ABOUT if generator.random() < 0.4]
        words = [ABOUT[label] for label in labels] + ["the", "film", "was", str(number)]
        generator.shuffle(words)
        lines.append(f"{' '.join(words)},{'|'.join(labels) or '|'}")
    path = tmp_path_factory.mktemp("topics") / "topics.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def flags(topics):
    said = "--units 8 --embedding-dim 16 --epochs 4 --learning-rate 0.05 --token-dropout 0 --batch-size 16"
    return [
        "--data",
        str(topics),
        *said.split(),
        "--minimum-count",
        "2",
        "--pooling",
        "max",
    ]


@pytest.fixture(scope="module")
def model(tmp_path_factory, flags):
    """The folder of a trained model."""
    return train("sentiment", [*flags, "--multi-label", "|"], tmp_path_factory)


def best_by_hand(scores, gold):
    """The best F1 of all cuts of a label's scores."""
    best = 0.0
    for bound in scores:
        chosen = scores >= bound
        right = (chosen & gold).sum()
        best = max(best, 2 * right / (chosen.sum() + gold.sum()))
    return best


@pytest.mark.parametrize("distinct", [3, 20, 10_000])
def test_no_threshold_has_a_better_f1(distinct):
    generator = np.random.default_rng(distinct)
    scores = (generator.integers(1, distinct, (80, 3)) / distinct).astype(np.float32)
    gold = generator.random((80, 3)) < scores * 0.7
    bounds = several.thresholds(scores, gold)
    for place in range(3):
        chosen = several.given(scores, bounds)[:, place]
        right = (chosen & gold[:, place]).sum()
        found = 2 * right / (chosen.sum() + gold[:, place].sum())
        assert found == pytest.approx(best_by_hand(scores[:, place], gold[:, place]))
        assert (
            bounds[place] not in scores[:, place] or bounds[place] == scores[:, place].min()
        )


def test_a_label_that_validation_lacks_is_given_from_a_half_on():
    scores = np.array([[0.9, 0.2], [0.8, 0.7]])
    gold = np.array([[False, True], [False, False]])
    bounds = several.thresholds(scores, gold)
    assert bounds[0] == 0.5
    assert several.thresholds(scores, gold, 0.0)[0] == 0


def test_scores_are_those_of_scikit_learn():
    from sklearn.metrics import f1_score, log_loss

    generator = np.random.default_rng(0)
    shares = generator.random((200, 4)).astype(np.float32)
    gold = generator.random((200, 4)) < 0.3
    bounds = np.array([0.2, 0.5, 0.7, 0.999])
    names = ["a", "b", "c", "d"]
    found = several.figures(gold, shares, bounds, names)
    chosen = shares >= bounds
    assert found["micro_f1"] == pytest.approx(f1_score(gold, chosen, average="micro"))
    assert found["macro_f1"] == pytest.approx(f1_score(gold, chosen, average="macro"))
    each = f1_score(gold, chosen, average=None)
    assert [found["classes"][n]["f1"] for n in names] == pytest.approx(each.tolist())
    assert found["exact"] == pytest.approx(
        np.mean([(g == c).all() for g, c in zip(gold, chosen, strict=True)])
    )
    expected = log_loss(
        gold.ravel(), shares.ravel().astype(np.float64), labels=[False, True]
    )
    assert found["loss"] == pytest.approx(expected, rel=1e-6)
    assert found["classes"]["c"]["threshold"] == 0.7
    assert several.per_row(gold, chosen).whole() == found["score"]


def test_labels_of_a_row_are_a_set_and_unknown_ones_are_named():
    assert several.parts("b| a |b||", "|") == ["a", "b"]
    assert several.parts("|", "|") == []
    answer = several.places_of(["a", "b", "c"], ";")
    assert answer(Example("", "c;a", "f:1"))["label"].tolist() == [1, 3]
    with pytest.raises(InputError, match=r"^f:2: label: expected one of a, b, c; got 'd'"):
        answer(Example("", "a;d", "f:2"))


def test_the_majority_is_what_most_texts_have():
    gold = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [0, 1, 1]], bool)
    assert several.majority(gold).tolist() == [True, True, False]
    assert several.majority(gold[:, 2:]).tolist() == [True]


@pytest.mark.parametrize("temperature", [0.5, 3.0])
def test_the_temperature_of_labels_by_brute_force(temperature):
    generator = np.random.default_rng(0)
    logits = generator.normal(size=(300, 3)) * 2
    gold = generator.random((300, 3)) < 1 / (1 + np.exp(-logits))
    shares = 1 / (1 + np.exp(-logits * temperature))
    found = temperature_of(shares, gold)

    def loss(t):
        again = 1 / (1 + np.exp(-logits * temperature / t))
        return -np.log(np.maximum(np.where(gold, again, 1 - again), 1e-300)).mean()

    assert loss(found) < min(map(loss, np.geomspace(0.05, 20, 2000))) + 1e-9
    assert found == pytest.approx(temperature, rel=0.3)


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_the_loss_is_the_mean_over_labels_in_double_precision(gamma):
    generator = np.random.default_rng(0)
    shares = generator.random((5, 3)).astype(np.float32)
    gold = generator.random((5, 3)) < 0.5
    right = np.where(gold, shares, 1 - shares.astype(np.float64))
    expected = (-((1 - right) ** gamma) * np.log(right)).mean(1)
    labels = tf.constant(gold, tf.float32)
    of_texts = losses.of_batch(Settings(focal=gamma), (None, labels))
    np.testing.assert_allclose(of_texts(tf.constant(shares)), expected, rtol=1e-4)


def test_batches_have_a_one_for_each_label_of_a_text(model):
    data = SeveralLabels(model / "state" / "data", 16, 0)
    gold = data.gold("train")
    assert gold.any(1).sum() < len(gold), "some texts have no label"
    planned = data.plan(0)
    for rows, (tokens, labels) in zip(planned, data.batches(planned), strict=True):
        assert len(tokens) == len(rows)
        np.testing.assert_array_equal(labels, gold[rows])


def test_a_model_learns_labels_and_says_them(model, topics, capfd):
    found = seqzoo.load(model)
    texts = ["the story and the acting", "songs songs", "the film was 7"]
    answers = found.predict(texts)
    assert [answer["labels"] for answer in answers] == [["actors", "plot"], ["music"], []]
    for answer in answers:
        given = [
            label
            for label, share in answer["probabilities"].items()
            if share >= found.about()["thresholds"][label]
        ]
        assert given == answer["labels"]
    assert [found.to_plain(answer) for answer in answers] == ["actors|plot", "music", ""]

    metrics = json.loads((model / "metrics.json").read_text())
    test = metrics["test"]
    assert test["score"] == test["micro_f1"] > 0.9
    assert test["bag_micro_f1"] > 0.9
    assert 0 < test["majority_micro_f1"] < 0.9
    assert test["classes"].keys() == ABOUT.keys()
    card = (model / "README.md").read_text()
    assert "| test, by class | examples | precision | recall | F1 | threshold |" in card
    assert "the bag is one for each label" in card
    capfd.readouterr()
    assert main(["evaluate", "--json", str(model), "--data", str(topics)]) == 0
    measured = json.loads(capfd.readouterr().out)
    assert measured["interval"]["of"] == "micro_f1"
    assert measured["bag_exact"] > 0.9
    assert main(["evaluate", "--json", str(model), str(model), "--data", str(topics)]) == 0
    assert json.loads(capfd.readouterr().out)["p"] == 1


def test_commands_read_and_answer_several_labels(model, topics, tmp_path, capfd):
    output = tmp_path / "scored.csv"
    assert main(["predict", str(model), str(topics), "--output", str(output)]) == 0
    assert output.read_text().startswith("text,label,labels,probabilities.actors,")
    capfd.readouterr()
    assert main(["doctor", str(model), "--data", str(topics)]) == 0
    assert main(["pack", str(model), str(tmp_path / "packed")]) == 0
    texts = ["the story and the acting", "the film was 7"]
    ours, packed = (
        seqzoo.load(each).predict(texts) for each in (model, tmp_path / "packed")
    )
    assert [each["labels"] for each in ours] == [each["labels"] for each in packed]


def test_a_server_answers_several_labels(model):
    from fastapi.testclient import TestClient

    from seqzoo.serving import Service, create_app

    service = Service([str(model)])
    try:
        client = TestClient(create_app(service))
        asked = {"texts": ["songs and the story"]}
        found = client.post(f"/v1/models/{model.name}:predict", json=asked).json()
        assert found["predictions"][0]["labels"] == ["music", "plot"]
        about = client.get("/v1/models").json()["models"][0]
        assert about["thresholds"].keys() == ABOUT.keys()
    finally:
        service.drain()


@pytest.mark.parametrize(
    "format", ["onnx", pytest.param("saved_model", marks=pytest.mark.slow)]
)
def test_exports_answer_alike(model, tmp_path, few, format):
    from seqzoo.export import export
    from seqzoo.export.proof import open_reader

    report = export(seqzoo.load(model), format, tmp_path / "out")
    assert report["difference"] < 1e-4
    texts = ["the story was", "acting songs film", "was the"]
    answers = open_reader(tmp_path / "out").predict(texts)
    expected = [answer["labels"] for answer in seqzoo.load(model).predict(texts)]
    assert [answer["labels"] for answer in answers] == expected
    assert sorted(map(len, expected))[-1] > 1


def test_a_page_marks_the_labels_that_are_given(browser):
    """And none, where none is given: the first bar alone does not tell."""
    show = """async (answer) => {
      const { views } = await import("/classification/view.js");
      document.body.replaceChildren(views.classification.show(answer));
      return [...document.querySelectorAll("[role=listitem]")].map((row) => row.firstChild.textContent);
    }"""
    shares = {"plot": 0.2, "music": 0.4}
    with served(task_of("classification").folder.parent) as address:
        page = browser.new_page()
        page.goto(f"{address}/elements.js")
        for given, expected in (
            ({"labels": ["plot"]}, ["music", "✓ plot"]),
            ({"labels": []}, ["music", "plot"]),
            ({"label": "music"}, ["music", "plot"]),
        ):
            answer = {"text": "x", "probabilities": shares, **given}
            assert page.evaluate(show, answer) == expected
        page.close()


def test_thresholds_of_somebody_who_means_harm_are_refused(model, tmp_path):
    for bad in ([0.5, 0.5], [0.5, 0.5, 0.5, 2.0], "half", None):
        copy = shutil.copytree(
            model, tmp_path / "m", ignore=shutil.ignore_patterns("state")
        )
        config = json.loads((copy / "config.json").read_text())
        config["text"]["thresholds"] = bad
        write_json(copy / "config.json", config)
        manifest = json.loads((copy / "manifest.json").read_text())
        manifest["sha256"]["config.json"] = sha256(copy / "config.json")
        write_json(copy / "manifest.json", manifest)
        with pytest.raises(InputError, match='expected "multi_label" and "thresholds"'):
            seqzoo.load(copy)
        shutil.rmtree(copy)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--multi-label", "a"], "--multi-label: expected what stands between labels"),
        (["--multi-label", " "], "--multi-label: expected what stands between labels"),
        (["--multi-label", "|", "--average-with-bag"], "--average-with-bag: it is for texts of one"),
        (["--multi-label", "|", "--class-weights", "balanced"], "--class-weights: it is for texts of one"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(more, said, flags, tmp_path, capfd):
    capfd.readouterr()
    refused = run_recipe(sentiment, [*flags, *more, "--output", str(tmp_path / "m")])
    assert said in failure(capfd, refused)


def test_a_corpus_of_one_label_a_text_is_refused(tmp_path, capfd):
    flags = ["--multi-label", "|", "--output", str(tmp_path / "m")]
    assert "--multi-label: it is for --data" in failure(capfd, run_recipe(sentiment, flags))


def test_lists_in_json_and_marks_of_fasttext_are_labels(model, topics, tmp_path, capfd):
    from seqzoo.datasets.reading.cells import label_of

    rows = [line.rsplit(",", 1) for line in topics.read_text().splitlines()[1:]]
    path = tmp_path / "topics.jsonl"
    with path.open("w") as file:
        for text, label in rows:
            labels = [each for each in label.split("|") if each]
            file.write(json.dumps({"text": text, "label": labels}) + "\n")
    some = [(text, label.split("|")) for text, label in rows if label != "|"]
    lines = {
        "marks.txt": [
            f"{' '.join(f'__label__{n}' for n in names)} {text}" for text, names in some
        ],
        "few.tsv": [f"{'|'.join(names)}\t{text}" for text, names in some],
    }
    for name, each in lines.items():
        (tmp_path / name).write_text("\n".join(each) + "\n")
    figures = []
    for each in (topics, path, *map(tmp_path.joinpath, lines)):
        assert main(["evaluate", "--json", str(model), "--data", str(each)]) == 0
        figures.append(json.loads(capfd.readouterr().out))
    assert figures[0] == figures[1]
    assert figures[2] == figures[3]
    assert figures[2]["examples"] == len(some) < len(rows)
    one = ["evaluate", "--json", "sentiment-imdb", "--data", str(tmp_path / "marks.txt")]
    assert main(one) == 2
    assert "--multi-label '|' reads several" in capfd.readouterr().err
    with pytest.raises(InputError, match=r"^f:1: expected labels without '|'"):
        label_of(["a|b"], "f:1", "|")
    with pytest.raises(InputError, match=r"^f:1: expected one label; got a list of 2"):
        label_of(["a", "b"], "f:1")


def test_without_the_flag_labels_that_join_others_are_hinted_at():
    from seqzoo.datasets import checks

    (note,) = checks.several(["a", "b", "a|b"])
    assert note.endswith(": a|b; for several labels give --multi-label '|'")
