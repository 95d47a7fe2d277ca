"""Finished models answer where TensorFlow, Keras and Numba cannot be imported."""

import json
import subprocess
import sys

import pytest

import seqzoo
from seqzoo import zoo

BARRED = """
import sys

HEAVY = ("tensorflow", "keras", "numba", "onnx", "matplotlib", "tensorflow_datasets")

class Barred:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HEAVY:
            raise ImportError(f"{name} is barred")

sys.meta_path.insert(0, Barred())
"""


def answers_without(name: str, texts: list[str]) -> list[dict]:
    code = BARRED + (
        "import json, seqzoo\n"
        "name, texts = json.loads(sys.argv[1])\n"
        "print(json.dumps(seqzoo.load(name).predict(texts)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps([name, texts])],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


# Language models still write on Keras.
ON_ENGINE = [name for name in zoo.pretrained() if not name.startswith(("lm", "char"))]


@pytest.mark.parametrize("name", ON_ENGINE)
def test_answers_are_the_same_without_keras(name):
    model = seqzoo.load(name)
    texts = model.samples(4, 12)
    assert answers_without(name, texts) == json.loads(json.dumps(model.predict(texts)))


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
