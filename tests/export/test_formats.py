"""Models of every task in every format: the same answers, and nothing left where they differ."""

import json
import subprocess
import sys

import pytest

import seqzoo
from seqzoo import export as exporting
from seqzoo import models
from seqzoo.errors import InputError
from seqzoo.export import folders, formats
from seqzoo.layers import to_stock

onnxruntime = pytest.importorskip("onnxruntime")

FIXTURES = (
    "trained",
    "regressor",
    "segmenter",
    "entity_tagger",
    "translator",
    "language_model",
)
CASES = [(name, format) for name in FIXTURES for format in exporting.FORMATS]
LIKE_OTHERS = [("entity_tagger", format) for format in ("keras", "saved_model", "litert")]
LIKE_OTHERS += [("language_model", "keras"), ("translator", "litert")]
CASES = [case for case in CASES if case not in LIKE_OTHERS]


@pytest.mark.parametrize(("name", "format"), CASES)
def test_every_task_in_every_format(name, format, few, request, tmp_path):
    source = request.getfixturevalue(name)
    lengths = [8, 24] if format == "litert" and name != "language_model" else None
    report = exporting.export(
        seqzoo.load(source), format, tmp_path / "out", lengths=lengths
    )
    assert report["texts"] == 20
    assert report["difference"] < 1e-4
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"reader.py", "signature.json", "report.json", "README.md"} <= written
    signature = json.loads((tmp_path / "out" / "signature.json").read_text())
    assert all(each["inputs"] and each["outputs"] for each in signature.values())
    for path in (tmp_path / "out").glob("*.json"):
        json.loads(
            path.read_text("utf-8"), parse_constant=pytest.fail
        )  # JSON has no infinity
    assert not (tmp_path / "out.partial").exists()


@pytest.mark.parametrize("name", FIXTURES)
def test_the_reader_needs_no_seqzoo(name, few, request, tmp_path):
    source, folder = request.getfixturevalue(name), tmp_path / "out"
    exporting.export(seqzoo.load(source), "onnx", folder)
    model = seqzoo.load(source)
    texts = model.samples(3, 10)
    program = (
        "import sys, runpy; sys.modules |= dict.fromkeys(['seqzoo', 'keras', 'tensorflow']); "
        f"sys.path.insert(0, {str(folder)!r}); runpy.run_path('{folder}/reader.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\r\n".join([*texts, "\0"]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    *answers, bad = [json.loads(line) for line in done.stdout.splitlines()]
    assert bad["line"] == 4
    assert "NUL" in bad["error"]
    for answer, expected in zip(answers, model.predict(texts), strict=True):
        numbers = {"log_prob", "perplexity", "score", "value"} & answer.keys()
        same = answer.keys() & expected.keys() - numbers - {"probabilities"}
        assert len(same) > 1 or numbers
        for key in numbers:
            assert answer[key] == pytest.approx(expected[key], rel=1e-3)
        assert {key: answer[key] for key in same} == {key: expected[key] for key in same}


def test_an_export_that_answers_otherwise_is_not_left(trained, few, tmp_path, monkeypatch):
    from seqzoo.export import formats

    write = formats.FORMATS["keras"].write

    def spoilt(folder, name, network, lengths):
        network.layers[-1].set_weights([-w for w in network.layers[-1].get_weights()])
        return write(folder, name, network, lengths)

    changed = {**formats.FORMATS, "keras": formats.Format(spoilt, ("keras",))}
    monkeypatch.setattr(formats, "FORMATS", changed)
    with pytest.raises(
        InputError, match=r"keras: texts\[\d+\], .* answered .*; the model answers"
    ):
        exporting.export(seqzoo.load(trained), "keras", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_bad_arguments(trained, few, tmp_path):
    for arguments, message in (
        (("onxx",), "format: expected one of .*onnx.* got 'onxx'"),
        (("onnx", tmp_path), "exists already"),
    ):
        with pytest.raises(InputError, match=message):
            exporting.export(seqzoo.load(trained), *arguments)
    for format, lengths, message in (
        ("onnx", [8], "onnx takes texts of any length"),
        ("litert", [0], "from 1 to 4,096; got 0"),
    ):
        with pytest.raises(InputError, match=message):
            exporting.export(seqzoo.load(trained), format, tmp_path / "x", lengths=lengths)
    with pytest.raises(InputError, match=r"longest exported|none of|at most"):
        exporting.export(
            seqzoo.load(trained),
            "litert",
            tmp_path / "x",
            lengths=[2],
            texts=["great lovely film was a story"],
        )
    assert list(tmp_path.iterdir()) == []


def test_a_keras_file_with_cells_of_ours_tells_in_a_line_what_it_needs(tmp_path):
    network = to_stock(models.classifier(40, 2, cell="peephole_lstm", units=4))
    kind = formats.FORMATS["keras"]
    kind.write(tmp_path, "model", network, ())
    signature = {"model": formats.signature(network, kind, ())}
    (tmp_path / "signature.json").write_text(json.dumps(signature), "utf-8")
    (tmp_path / "runtime.py").write_text(
        (folders.RUNTIMES / "keras.py").read_text("utf-8"), "utf-8"
    )
    run = "import sys; sys.modules['seqzoo'] = None; import pathlib, runtime; "
    run += "runtime.Network(pathlib.Path('.'), 'model')"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        "ImportError: model.keras: its layers are not all Keras' own; `import seqzoo.layers` has them: "
        "pip install seqzoo"
    )
