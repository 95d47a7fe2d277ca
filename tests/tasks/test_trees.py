"""The task of trees: data, engine and Keras, what is answered, drawn, measured, exported and refused."""

import itertools
import json
import sys
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PIL import Image

import seqzoo
from seqzoo import InputError, diagnose
from seqzoo.__main__ import main
from seqzoo.datasets.trees.brackets import tree_of
from seqzoo.recipes import trees as recipe
from seqzoo.reports.trees import placed
from seqzoo.tasks.trees import corpora, diagnosis
from seqzoo.tasks.trees.inference import Inference
from seqzoo.tasks.trees.naive import Bag

TREE = "(good (none the) (good (good lovely) (none film)))"
FLAGS = ["--units", "4", "--embedding-dim", "4", "--epochs", "1", "--batch-size", "8"]


@pytest.fixture(scope="module")
def model(tree_classifier):
    return seqzoo.load(tree_classifier)


def test_a_tree_is_answered_with_its_nodes(model):
    answer = model.predict(TREE, nodes=True)
    assert (answer["label"], answer["tree"], answer["text"]) == ("good", "given", TREE)
    assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert [node["word"] for node in answer["nodes"]] == [
        "the", "lovely", "film", None, None
    ]  # fmt: skip
    assert [node["children"] for node in answer["nodes"]] == [[], [], [], [1, 2], [0, 3]]
    assert answer["nodes"][-1]["label"] == "good"
    assert model.to_plain(answer) == "good"


def test_a_text_without_brackets_is_a_chain_and_says_so(model):
    text = model.predict("the lovely film")
    assert text["tree"] == "right-branching chain"
    given = model.predict("(_ (_ the) (_ (_ lovely) (_ film)))")
    assert text["probabilities"] == pytest.approx(given["probabilities"], abs=1e-6)


def test_json_is_the_same_tree(model):
    word = {name: {"word": name} for name in ("the", "lovely", "film")}
    inner = {"children": [word["lovely"], word["film"]]}
    found = model.predict([{"children": [word["the"], inner]}])[0]
    assert "text" not in found
    expected = model.predict(TREE)["probabilities"]
    assert found["probabilities"] == pytest.approx(expected, abs=1e-6)


def test_the_engine_level_by_level_gives_what_keras_gives_at_once(model):
    from seqzoo.training.running import KerasNetwork

    made = [model.encode(each, "sample") for each in model.samples(9, 15)]
    made.append(model.encode("(_ lovely)", "one node"))
    whole = Inference(KerasNetwork(model.model))
    assert whole.whole and not model.inference.whole
    ours, theirs = model.inference(made), whole(made)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("", "text: the text is empty"),
        ("  ", "text: the text is blank"),
        ("zzz qqq", "text: none of the words is known"),
        ("(good (none the)", r"text:1: expected '\)'"),
        ("(a (b lovely)) (c d)", "text: expected one tree; got 2"),
    ],
)
def test_what_is_no_tree_is_refused(model, item, message):
    with pytest.raises(InputError, match=f"^{message}"):
        model.predict(item)


def test_predict_refuses_a_file_whose_lines_are_words(model, tmp_path, capfd):
    path = tmp_path / "a.conllu"
    path.write_text("1\tgood\t_\t_\t_\t_\t0\troot\t_\t_\n", "utf-8")
    assert main(["predict", str(model.artifact.folder), str(path)]) == 2
    assert "a .conllu file is for training and evaluate" in capfd.readouterr().err


def test_a_picture_has_a_circle_a_node_and_every_word(model, tmp_path, capfd):
    (tmp_path / "in.txt").write_text(f"{TREE}\n")
    for name in ("a.svg", "a.png"):
        flags = ["--plot", str(tmp_path / name), str(tmp_path / "in.txt")]
        assert main(["predict", str(model.artifact.folder), *flags]) == 0
    root = ET.parse(tmp_path / "a.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{space}circle")) == 5
    assert len(root.findall(f"{space}line")) == 4
    texts = [each.text for each in root.findall(f"{space}text")]
    assert texts == ["the", "lovely", "film"]
    assert Image.open(tmp_path / "a.png").width > 100
    with pytest.raises(InputError, match="ending"):
        model.draw(model.predict(TREE, nodes=True), tmp_path / "a.pdf")


def test_markup_in_words_stays_text(model, tmp_path):
    answer = model.predict("(_ (_ <b>&) (_ lovely))", nodes=True)
    model.draw(answer, tmp_path / "a.svg")
    texts = ET.parse(tmp_path / "a.svg").getroot().itertext()
    assert "<b>&" in list(texts)


def test_children_stand_below_their_parents_and_leaves_do_not_overlap():
    tree = tree_of("(a (b (c one) (d two)) (e three))", "here")
    nodes = [
        {"word": word, "children": kids}
        for word, kids in zip(tree.words, tree.children, strict=True)
    ]
    at = placed(nodes)
    for place, node in enumerate(nodes):
        for kid in node["children"]:
            assert at.y[kid] > at.y[place]
    leaves = [x for x, node in zip(at.x, nodes, strict=True) if not node["children"]]
    assert all(b - a >= 40 for a, b in itertools.pairwise(leaves))


def test_evaluate_prints_accuracy_beside_the_naive_answers(model, trees_folder, capfd):
    flags = ["evaluate", "--json", str(model.artifact.folder), "--data", str(trees_folder)]
    assert main(flags) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["examples"] == 20
    assert found["accuracy"] > found["majority_accuracy"]
    assert 0 < found["bag_accuracy"] <= 1 and 0 < found["node_accuracy"] <= 1
    assert main(["evaluate", str(model.artifact.folder), "--data", str(trees_folder)]) == 0
    assert "accuracy" in capfd.readouterr().out


def test_unknown_labels_and_roots_without_one_are_refused(model, tmp_path):
    from seqzoo.tasks.options import Options
    from seqzoo.tasks.trees.measure import measure

    path = tmp_path / "t.txt"
    for text, message in (
        ("(fine (good lovely) (none film))", r"t\.txt:1: label: expected one of bad, good"),
        ("((good lovely) (none film))", r"t\.txt:1: expected a label at the root"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=message):
            measure(model, path, Options(), print)


def trained(tmp_path, *flags):
    folder = tmp_path / "run"
    assert main(["train", "trees", "--output", str(folder), *FLAGS, *flags]) == 0
    return seqzoo.load(folder)


@pytest.mark.parametrize(("classes", "names"), [("5", 5), ("2", 2)])
def test_judgements_have_names_and_two_classes_leave_the_neutral_out(
    tmp_path, classes, names
):
    lines = [
        "(4 (2 a) (4 joy))",
        "(0 (2 a) (1 bore))",
        "(2 (2 a) (2 film))",
        "(3 (2 a) (3 hit))",
    ]
    for part in ("train", "dev", "test"):
        (tmp_path / f"{part}.txt").write_text("\n".join([*lines, *lines]))
    model = trained(tmp_path, "--data", str(tmp_path), "--classes", classes)
    assert len(model.labels) == names
    assert model.labels[0] == ("very negative" if classes == "5" else "negative")
    sizes = json.loads((model.artifact.folder / "metrics.json").read_text())["examples"]
    assert sizes["train"] == (8 if classes == "5" else 6)


def test_labels_that_are_no_judgement_are_refused():
    tree = tree_of("(5 (2 a) (4 joy))", "t:1")
    with pytest.raises(InputError, match="t:1: label '5': expected 0 to 4"):
        list(corpora.judged(iter([tree]), 5))
    with pytest.raises(InputError, match="--classes: expected 2 or 5; got 3"):
        recipe.Config(classes=3)


def test_the_bag_counts_words_and_the_majority_is_constant():
    tokens = [np.array([1, 2, 0]), np.array([3, 3, 0]), np.array([2, 0])]
    bag = Bag.fit(tokens, np.array([0, 1, 0]), 4, 2)
    expected = np.log([[1 / 7, 1 / 6], [2 / 7, 1 / 6], [3 / 7, 1 / 6], [1 / 7, 3 / 6]])
    np.testing.assert_allclose(bag.words, expected, rtol=1e-6)
    majority, words = bag.answers(tokens, np.array([0, 1, 0]), ["a", "b"])
    assert majority.figures["accuracy"] == pytest.approx(2 / 3)
    assert words.figures["accuracy"] == 1


def test_the_doctor_tells_of_one_answer_and_of_unknown_words(model, trees_folder):
    assert diagnosis.told_apart([1] * 30, ["a", "b"]).severity == "warning"
    assert diagnosis.told_apart([1] * 29 + [0], ["a", "b"]).severity == "ok"
    assert diagnosis.known(0.5).severity == "warning"
    batch = model.batch(trees_folder / "dev.txt")
    found = diagnose(model.model, batch, further=model.sicknesses(trees_folder))
    assert not found.warnings, str(found)
    assert {each.check for each in found.findings} >= {"answers", "masks", "gradients"}
    assert "made-up" in str(diagnose(model.model))


def test_listops_is_said_to_be_made_and_is_split(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "MADE", 60)
    data = recipe.load(recipe.Config(composition="child_sum"), tmp_path / "p")
    assert "made by a program" in data.description
    assert data.labels == [str(n) for n in range(10)]
    assert data.arity == 5
    sizes = data.sizes()
    assert sum(sizes[part] for part in ("train", "validation", "test")) == 60
    tokens, children, gold = data.arrays(np.arange(4))
    assert children.shape == (*tokens.shape, 5)
    # Every node has a value, which is a class from 1 on.
    assert ((gold > 0) == (tokens > 0)).all()


def test_binary_compositions_get_operators_as_children(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "MADE", 60)
    data = recipe.load(recipe.Config(), tmp_path / "p")
    tokens, children, _ = data.arrays(np.arange(4))
    assert data.arity == 2
    assert not ((tokens > 0) & children.any(-1)).any()


@pytest.mark.parametrize("wanted", ["child_sum", "lstm"])
def test_the_exported_reader_gives_the_model_s_answers(
    wanted, model, tmp_path, monkeypatch
):
    if wanted == "child_sum":
        lines = [
            json.dumps(
                {"words": ["it", "is", word, "!"], "heads": [3, 3, 0, 3], "label": label}
            )
            for label, word in (("good", "lovely"), ("bad", "dull"))
        ]
        for part in ("train", "dev", "test"):
            (tmp_path / f"{part}.jsonl").write_text("\n".join(lines * 3))
        flags = ["--composition", "child_sum", "--at", "root", "--data", str(tmp_path)]
        model = trained(tmp_path, *flags)
    folder = tmp_path / "export"
    export = ["--format", "onnx", "--output", str(folder)]
    assert main(["export", str(model.artifact.folder), *export]) == 0
    monkeypatch.syspath_prepend(str(folder))
    for name in ("reader", "runtime", "lines", "texts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import reader

    known = "lovely"
    trees = [
        f"(_ (_ a) (_ {known}) (_ b))",
        f"so {known} , (really)",
        {"words": ["it", known, "!", "?"], "heads": [2, 0, 2, 2]},
        {"word": "x", "children": [{"word": known}, {"children": [{"word": "it"}]}]},
        f"( (S (A {known}) (-LRB- -LRB-)))",
    ]
    found = reader.Reader(folder).predict(trees)
    expected = model.predict(trees)
    for one, other in zip(found, expected, strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)
        assert {**one, "probabilities": 0} == {**other, "probabilities": 0}
    for wrong in (
        "",
        "zzz",
        f"(_ (_ {known})",
        {},
        {"words": ["a", known], "heads": [2, 1]},
    ):
        with pytest.raises(ValueError):
            reader.Reader(folder).predict([wrong])
        with pytest.raises(InputError):
            model.predict([wrong])
    for name in ("reader", "runtime", "lines", "texts"):
        sys.modules.pop(name, None)
