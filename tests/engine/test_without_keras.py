"""Finished models answer where TensorFlow, Keras and Numba cannot be imported."""

import json
import subprocess
import sys
from typing import Any

import pytest

import seqzoo
from seqzoo import zoo
from seqzoo.__main__ import main
from tests.support.pictures import drawn
from tests.support.sounds import coded

BARRED = """
import sys

HEAVY = ("tensorflow", "keras", "numba", "onnx", "matplotlib", "tensorflow_datasets")

class Barred:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HEAVY:
            raise ImportError(f"{name} is barred")

sys.meta_path.insert(0, Barred())
"""


def printed_without(code: str, *given: Any) -> Any:
    """What code prints as JSON where nothing heavy can be imported; it finds what it is given in `given`."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{BARRED}\nimport json\ngiven = json.loads(sys.argv[1])\n{code}",
            json.dumps(given),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


PREDICT = """
import seqzoo
name, texts = given
model = seqzoo.load(name)
print(json.dumps(model.predict([model.from_json(text, "text") for text in texts])))
"""
GENERATE = """
import seqzoo
name, prompt, settings = given
print(json.dumps("".join(seqzoo.load(name).generate(prompt, **settings))))
"""
COMMAND = """
from seqzoo.__main__ import main
assert main(given) == 0
"""


MODELS = list(zoo.pretrained())
# Of running text: poems have no length, and drawings no `top_k`.
WRITERS = [
    name
    for name in zoo.pretrained()
    if all(
        hasattr(zoo.opened(name)[1].generate_options, option)
        for option in ("length", "top_k")
    )
]


@pytest.mark.parametrize("name", MODELS)
def test_answers_are_the_same_without_keras(name):
    model = seqzoo.load(name)
    texts = model.samples(4, 12)
    if "audio" in model.READS:
        texts = [coded(sound) for sound in texts]
    if "image" in model.READS:
        texts = [drawn(picture) for picture in texts]
    read = [model.from_json(text, "text") for text in texts]
    expected = json.loads(json.dumps(model.predict(read)))
    assert printed_without(PREDICT, name, texts) == expected


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_the_same_without_keras(name):
    settings = {"length": 20, "top_k": 20, "top_p": 0.9, "seed": 3}
    written = "".join(seqzoo.load(name).generate("the ", **settings))
    assert printed_without(GENERATE, name, "the ", settings) == written


def test_drawings_are_the_same_without_keras():
    settings = {"text": "学", "seed": 1, "bias": 1.0, "json": True}
    drawn = "".join(seqzoo.load("handwriting-kanji").generate("", **settings))
    assert printed_without(GENERATE, "handwriting-kanji", "", settings) == drawn


def test_poems_are_the_same_without_keras(verse_model):
    settings = {"rhyme": True, "tones": True, "seed": 3, "n": 2, "json": True}
    written = "".join(seqzoo.load(verse_model).generate("", **settings))
    assert printed_without(GENERATE, str(verse_model), "", settings) == written


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("flags", [[], ["--cache", "20"]], ids=str)
def test_running_text_is_measured_without_keras(name, flags, tmp_path, capsys):
    (tmp_path / "text.txt").write_text(
        "the company said it will sell the unit\nthe bank said it will\n"
    )
    command = ["evaluate", "--json", name, "--data", str(tmp_path / "text.txt"), *flags]
    assert main(command) == 0
    assert printed_without(COMMAND, *command) == json.loads(capsys.readouterr().out)


def test_predict_says_nothing_on_the_error_stream():
    done = subprocess.run(
        [sys.executable, "-m", "seqzoo", "predict", "sentiment-imdb", "--threads", "1"],
        input="A wonderful film.\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    assert json.loads(done.stdout)["label"] == "positive"
