"""A classifier whose words go straight into the gates, beside layers that pretraining taught."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import onnx
import pytest

import seqzoo
from seqzoo.__main__ import main
from seqzoo.config import check_needed
from seqzoo.errors import InputError
from seqzoo.export import graphs
from seqzoo.models import classifier
from seqzoo.optimizers import LazyAdam
from seqzoo.recipes import sentiment
from seqzoo.tasks.classification import pretraining, training
from seqzoo.training.command import run_recipe

NETWORK = (
    "--embedding one_hot --cell forget_lstm --units 4 --pooling max --chop 5 "
    "--near-units 3 --bigrams 50"
)
TRAINING = (
    "--epochs 1 --batch-size 32 --optimizer lazy_sgd --learning-rate 0.5 --pretrain 1"
)
FLAGS = [*NETWORK.split(), *TRAINING.split(), "--minimum-count", "1", "--baseline", "none"]
TEXTS = ["w3 w4 w5", "w1 w2 " + "w9 w140 " * 20]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """More words than pretraining leaves out."""
    path = tmp_path_factory.mktemp("many_words") / "t.tsv"
    with path.open("w") as file:
        for number in range(80):
            words = " ".join(f"w{(7 * number + k) % 150}" for k in range(12))
            file.write(f"{('good', 'bad')[number % 2]}\t{words}\n")
    return path


@pytest.fixture(scope="module")
def folder(corpus, tmp_path_factory):
    """Of a trained model; what pretraining gave is beside it."""
    made = tmp_path_factory.mktemp("one_hot")
    give = pretraining.Pretraining.give

    def watched(self, pretrained, model):
        weights = {
            f"{layer.name}/{place}": weight
            for layer in pretrained.layers
            for place, weight in enumerate(layer.get_weights())
            if layer.name != "near"
        }
        np.savez(made / "given.npz", **weights)
        give(self, pretrained, model)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pretraining.Pretraining, "give", watched)
        flags = ["--data", str(corpus), *FLAGS, "--output", str(made / "model")]
        assert run_recipe(sentiment, flags) == 0
    return made / "model"


def test_the_engine_answers_what_keras_does(folder):
    model = seqzoo.load(folder)
    ours = model.predict(TEXTS)
    config = json.loads((folder / "config.json").read_text())
    arguments = config["model"]["arguments"]
    assert (arguments["embedding"], arguments["chop"]) == ("one_hot", 0)
    live = classifier(**arguments)
    saved = keras.saving.load_model(folder / "model.keras")
    live.set_weights(saved.get_weights())
    ids = np.random.default_rng(0).integers(1, 9, (2, 12)).astype(np.int32)
    np.testing.assert_allclose(saved(ids), live(ids), atol=1e-6)
    assert (folder / "model.onnx").is_file()
    assert {answer["label"] for answer in ours} <= {"good", "bad"}


def test_a_graph_keeps_in_a_byte_each_what_picks_sums():
    model = classifier(
        40, 2, cell="forget_lstm", embedding="one_hot", units=16, pooling="max"
    )
    kept = onnx.load_from_string(graphs.graph(model, "model.keras")).graph.initializer
    (picks,) = [each for each in kept if list(each.dims) == [2, 64, 64]]
    assert picks.data_type == onnx.TensorProto.INT8


def test_what_pretraining_taught_stays_as_it_is(folder):
    saved = keras.saving.load_model(folder / "model.keras")
    given = np.load(folder.parent / "given.npz")
    names = {name.partition("/")[0] for name in given.files}
    assert names == {"near_embedding", "near_bidirectional_forget_lstm_1"}
    for name in names:
        for place, weight in enumerate(saved.get_layer(name).get_weights()):
            np.testing.assert_array_equal(weight, given[f"{name}/{place}"])


def test_pretraining_has_an_optimizer_of_its_own(monkeypatch):
    """A rate of SGD that suits the gates teaches no near words."""
    pieces = SimpleNamespace(counts=np.ones(3))
    monkeypatch.setattr(pretraining, "NearWords", lambda *_: pieces)
    data = SimpleNamespace(folder=None, vocabulary=[])
    config = sentiment.Config(optimizer="lazy_sgd", learning_rate=0.5, pretrain=1)
    stage = pretraining.Pretraining(config, data)
    taken, made = stage.config, stage.optimizer(stage.config, 10)
    assert isinstance(made, LazyAdam)
    assert made.epsilon < 1e-10  # below gradients of a mean over many words
    assert (taken.learning_rate, config.optimizer) == (config.pretrain_rate, "lazy_sgd")


def test_rows_have_a_rate_of_their_own():
    config = sentiment.Config(
        optimizer="row_sgd", learning_rate=0.001, row_rate=2.0, epochs=1, clip_norm=1.0
    )
    assert training.optimizer(config, 10).row_factor == pytest.approx(2000)
    with pytest.raises(InputError, match=r"--row-rate 2\.0: with --optimizer lazy_sgd"):
        check_needed(sentiment.Config(optimizer="lazy_sgd", row_rate=2.0), ["row_rate"])


def test_it_is_packed_and_exported(folder, tmp_path):
    assert main(["pack", str(folder), str(tmp_path / "m.zip")]) == 0
    assert [a["label"] for a in seqzoo.load(tmp_path / "m.zip").predict(TEXTS)] == [
        a["label"] for a in seqzoo.load(folder).predict(TEXTS)
    ]
    flags = ["--format", "onnx", "--output", str(tmp_path / "out")]
    assert main(["export", str(folder), *flags]) == 0


def test_a_vocabulary_of_frequent_words_alone_is_refused(tmp_path, capsys):
    lines = [f"{('good', 'bad')[n % 2]}\tw{n} yes" for n in range(30)]
    (tmp_path / "t.tsv").write_text("\n".join(lines))
    flags = ["--data", str(tmp_path / "t.tsv"), *FLAGS, "--output", str(tmp_path / "m")]
    assert run_recipe(sentiment, flags) == 2
    assert "--pretrain: expected more than 104 tokens" in capsys.readouterr().err


def test_layers_of_pretraining_need_pretraining(corpus, tmp_path, capsys):
    flags = ["--data", str(corpus), "--near-units", "3", "--output", str(tmp_path / "m")]
    assert run_recipe(sentiment, flags) == 2
    assert "--near-units 3: with --pretrain 0 it plays no part" in capsys.readouterr().err
