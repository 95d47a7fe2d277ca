"""Wheels of finished models in a fresh environment, where pip brings ONNX Runtime and NumPy alone."""

import json
import os
import subprocess
import venv

import pytest

import seqzoo
from seqzoo import export as exporting
from seqzoo.export import wheel
from tests.export.test_wheel import TRAPS, assert_same, usable

pytestmark = pytest.mark.slow
pytest.importorskip("onnxruntime")

ASK = """
import importlib, json, sys
model = importlib.import_module(sys.argv[1]).load()
print(json.dumps(model.predict(json.load(sys.stdin))))
heavy = {"seqzoo", "keras", "tensorflow", "h5py", "onnx"} & sys.modules.keys()
assert not heavy, heavy
"""
# Names that `seqzoo list` shows -> texts in their language.
MODELS = {
    "sentiment-imdb": ("A wonderful, moving film.", "Dull, and a waste of time.<br />No."),
    "sentiment-zh": ("质量很好，物流很快。", "不好用"),
    "segmentation-peoples-daily": (
        "记者李明在莫斯科报道，１９９８年 iPhone 3.14。",
        "他说：“好！”",
    ),
    "translation-en-de": ("A man is riding a horse.", "Two dogs — one ball; it’s mine."),
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment, with pip alone."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    return folder / "bin"


def called(*command, input=""):
    """A command's output, in an environment that knows nothing of this one."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL"))}
    done = subprocess.run(
        [str(part) for part in command],
        input=input,
        capture_output=True,
        encoding="utf-8",
        env=clean,
    )
    assert not done.returncode, done.stderr
    return done.stdout


def pip(environment, *arguments):
    """Run an environment's pip; without a registry the test is skipped."""
    try:
        return called(environment / "python", "-m", "pip", *arguments)
    except AssertionError as error:
        if "No matching distribution found for" in str(error):
            pytest.skip(f"pip reaches no registry: {str(error)[-200:]}")
        raise


@pytest.mark.parametrize("name", MODELS)
def test_its_wheel_answers_as_the_model_where_nothing_else_is(
    name, environment, few, tmp_path
):
    model = seqzoo.load(name)
    report = exporting.export(model, "wheel", tmp_path, version="3.2.1")
    pip(environment, "install", "--quiet", report["wheel"])
    assert "No broken requirements" in pip(environment, "check")
    texts = usable(model, [*MODELS[name], *TRAPS, *model.samples(40, 30)])
    assert len(texts) >= 45
    task_export = model.task.module("export").Export(model)
    difference, expected = task_export.difference, task_export.expected(texts)

    module = wheel.module_name(name)
    said = called(environment / "python", "-c", ASK, module, input=json.dumps(texts))
    assert_same(json.loads(said), expected, difference)

    lines = [text for text in texts if not set(text) & set("\n\r\ufeff")]
    by_line = {answer["text"]: answer for answer in expected}
    said = called(environment / name, input="\n".join(lines))
    answers = [json.loads(line) for line in said.split("\n")[:-1]]
    assert_same(answers, [by_line[line] for line in lines], difference)
    said = called(environment / name, "--plain", lines[0])
    assert said == model.to_plain(by_line[lines[0]]) + "\n"
    assert called(environment / name, "--version").startswith(f"{name} 3.2.1 (model ")
