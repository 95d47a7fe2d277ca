"""Nothing imports what it does not need: help, lists and mistakes do not wait for TensorFlow."""

import json
import subprocess
import sys

import pytest

from seqzoo import recipes
from seqzoo.__main__ import COMMANDS

HEAVY = (
    "tensorflow",
    "keras",
    "keras_tuner",
    "numba",
    "scipy",
    "sklearn",
    "h5py",
    "matplotlib",
    "pandas",
    "tensorflow_datasets",
    "onnx",
)

# Runs each step in one process, and writes what it printed, its exit status and the heavy modules there then.
RUN = """
import contextlib, io, json, runpy, sys

def run(step):
    sys.argv = ["program", *step.get("flags", [])]
    if "module" in step:
        runpy.run_module(step["module"], run_name="__main__", alter_sys=True)
    elif "command" in step:
        from seqzoo.__main__ import main
        sys.exit(main(step["command"]))
    else:
        exec(step["code"], {})

heavy, steps = json.loads(sys.argv[1])
results = []
for step in steps:
    said, status = io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            run(step)
        except SystemExit as ended:
            status = ended.code or 0
    there = [name for name in heavy if name in sys.modules]
    results.append({"said": said.getvalue(), "status": status, "there": there})
print(json.dumps(results))
"""


def results_of(steps: list[dict]) -> list[dict]:
    """What each step said, its exit status, and the heavy modules that are there after it."""
    asked = json.dumps([HEAVY, steps])
    done = subprocess.run(
        [sys.executable, "-c", RUN, asked], capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


CODE = {
    "import": ["import seqzoo", "import seqzoo.zoo, seqzoo.layers, seqzoo.models"],
    "tasks": [
        "from seqzoo.tasks import discover; discover()",
        "from seqzoo.tasks import discover\n"
        "for task in discover().values(): task.predictor_class()",
        "from seqzoo.tasks import discover\n"
        "for task in discover().values(): task.corpus_names()",
        "from seqzoo.zoo import opened, pretrained\nfor name in pretrained(): opened(name)",
    ],
    "names": [
        "from seqzoo.layers import ATTENTIONS, CELLS\n"
        "assert all(kind.about for kind in CELLS.values())",
        "from seqzoo.models import BRIDGES, POOLINGS\nassert list(POOLINGS)",
        "from seqzoo.optimizers import OPTIMIZERS\nassert list(OPTIMIZERS)",
    ],
}
LIGHT = {name: [{"code": code} for code in codes] for name, codes in CODE.items()} | {
    "list": [{"command": ["list"]}, {"command": ["completion", "bash"]}],
    "help": [{"command": [*name, "--help"]} for name in ([], *([c] for c in COMMANDS))],
    "sweep": [{"command": ["sweep", name, "--help"]} for name in recipes.names()],
    "recipes": [
        {"module": module, "flags": ["--help"]} for module in recipes.modules().values()
    ],
}


@pytest.mark.parametrize("steps", LIGHT.values(), ids=LIGHT)
def test_it_imports_no_heavy_package(steps):
    for step, result in zip(steps, results_of(steps), strict=True):
        assert not result["there"], f"{step}: {result['there']}"
        assert result["status"] == 0, result["said"]


MISTAKES = {  # command line -> what is said
    "predict nosuch": "model (no such folder either)",
    "predict sentiment-imdb nosuch.txt": "nosuch.txt: no such file",
    "predict sentiment-imdb --beam-size 3": "--beam-size: it is for captions, dialogue, speech, translation",
    "predict translation-bible --beam-size 0": "beam_size: expected at least 1",
    "predict sentiment-imdb --plot a.png": "has no picture",
    "evaluate nosuch --data .": "model (no such folder either)",
    "evaluate sentiment-imdb --data nosuch.tsv": "nosuch.tsv: cannot be read",
    "evaluate sentiment-imdb": "--data",
    "generate nosuch": "model (no such folder either)",
    "generate sentiment-imdb": "expected a model that writes",
    "generate characters-python --length 0": "length: expected at least 1",
    "doctor nosuch": "model (no such folder either)",
    "doctor sentiment-imdb --data nosuch.tsv": "nosuch.tsv: cannot be read",
    "export nosuch --format onnx": "model (no such folder either)",
    "export sentiment-imdb --format onnx --texts nosuch.txt": "nosuch.txt",
    "pack nosuch somewhere": "model (no such folder either)",
    "new cell lstm": "there is a cell lstm",
    "sweep nosuch": "recipe",
    "sweep sentiment --cell nosuch": "--cell: expected one of",
    "sweep sentiment --tuner nosuch": "--tuner: expected one of",
    "sweep sentiment --space nosuch.toml": "nosuch.toml",
}
TRAININGS = {  # flags -> what is said
    "--cell nosuch": "--cell: expected one of",
    "--nosuch": "--nosuch",
    "--optimizer nosuch": "--optimizer: expected one of",
    "--pooling nosuch": "--pooling: expected one of",
}


def test_a_mistake_is_told_before_a_heavy_package_is_imported():
    module = "seqzoo.recipes.sentiment"
    steps: list[dict] = [{"command": line.split()} for line in MISTAKES]
    steps += [{"module": module, "flags": line.split()} for line in TRAININGS]
    messages = [*MISTAKES.values(), *TRAININGS.values()]
    for step, result, message in zip(steps, results_of(steps), messages, strict=True):
        assert message in result["said"], step
        assert result["status"] == 2, step
        assert not result["there"], f"{step}: {result['there']}"


def test_an_import_draws_nothing():
    """What imports something late would else begin with other weights than what imported it early."""
    code = (
        "import random, keras, numpy\n"
        "before = random.getstate(), numpy.random.get_state()[1].tolist()\n"
        "import seqzoo.layers.every, seqzoo.models.every, seqzoo.optimizers.table\n"
        "from seqzoo.layers import CELLS\n"
        "[CELLS[name].layer for name in CELLS]\n"
        "assert before == (random.getstate(), numpy.random.get_state()[1].tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-1000:]
