"""`save` of a builder's model: a file that plain Keras loads, or that names seqzoo at once."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest

from seqzoo import layers, models
from seqzoo.errors import InputError

BUILT = {  # name -> a model; whether plain Keras loads its file
    "lstm": (lambda: models.classifier(20, 2, cell="lstm", units=4), True),
    "regressor": (lambda: models.regressor(20, cell="gru", units=4), True),
    "crf": (lambda: models.tagger(20, 3, units=4, crf=True), False),
    "cell of ours": (lambda: models.classifier(20, 2, cell="indrnn", units=4), False),
}
LOAD = """
import json, sys
import keras
import numpy as np

found = []
for path in sys.argv[1:]:
    try:
        model = keras.saving.load_model(path)
        found.append([round(float(x), 4) for x in np.ravel(model(np.array([[3, 4, 0]])))])
    except Exception as error:
        found.append(str(error).splitlines()[0])
print(json.dumps([found, [name for name in sys.modules if name.startswith("seqzoo")]]))
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The models, the paths of their files, and what a fresh process made of each of these."""
    folder = tmp_path_factory.mktemp("saved")
    made = {name: build() for name, (build, _) in BUILT.items()}
    for place, model in enumerate(made.values()):
        model.save(folder / f"{place}.keras")
    paths = [str(folder / f"{place}.keras") for place in range(len(made))]
    done = subprocess.run(
        [sys.executable, "-c", LOAD, *paths], capture_output=True, text=True, check=True
    )
    found, modules = json.loads(done.stdout.splitlines()[-1])
    assert modules == []
    return made, dict(zip(made, paths, strict=True)), dict(zip(made, found, strict=True))


@pytest.mark.slow  # imports TensorFlow anew
@pytest.mark.parametrize("name", BUILT)
def test_a_fresh_process_loads_it_or_is_told_what_to_import(name, saved):
    made, paths, found = saved
    tokens = np.array([[3, 4, 0]])
    if BUILT[name][1]:
        assert found[name] == pytest.approx(np.ravel(made[name](tokens)).tolist(), abs=1e-3)
    else:
        assert "seqzoo.layers" in found[name]
    again = keras.saving.load_model(paths[name])  # seqzoo is imported here
    for ours, theirs in zip(made[name].get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


WRONG = {  # ids -> what is said of them
    "outside": ([[3, 4], [5, 20]], r"tokens\[1, 1\]: expected an id from 0 to 19; got 20"),
    "negative": ([[3, -1]], r"tokens\[0, 1\]: expected an id from 0 to 19; got -1"),
    "padding": (
        [[3, 4], [0, 0]],
        r"tokens\[1\]: expected a token; the row is padding alone",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_ids_are_refused_with_their_row(name):
    ids, message = WRONG[name]
    model = models.classifier(20, 2, units=4)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    tokens, labels = np.array(ids), np.zeros(len(ids))
    for call in (
        lambda: model.predict(tokens, verbose=0),
        lambda: model.predict({"tokens": tokens}, verbose=0),
        lambda: model.fit(tokens, labels, verbose=0),
        lambda: model.evaluate(tokens, labels, verbose=0),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_each_input_of_ids_has_its_own_vocabulary():
    tagger = models.tagger(20, 3, units=4, bigram_vocab_size=50)
    assert tagger.vocabularies == {"tokens": 20, "bigrams": 50}
    translator = models.translator(20, 30, units=4)
    assert translator.vocabularies == {"source": 20, "target": 30}
    assert models.language_model(20, units=4).vocabularies["tokens"] == 20


def test_what_is_compiled_goes_on_where_it_stopped(tmp_path):
    model = models.classifier(20, 2, units=4)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    tokens, labels = np.array([[3, 4, 0], [5, 0, 0]]), np.array([0, 1])
    model.fit(tokens, labels, verbose=0)
    model.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert type(again).__module__.startswith("keras.")
    for ours, theirs in zip(
        model.optimizer.variables, again.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    assert again.loss == model.loss
    fast = layers.from_stock(again)
    np.testing.assert_allclose(fast(tokens), model(tokens), atol=1e-6)
