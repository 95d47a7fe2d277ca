"""A trained captioner: its exports answer as it does."""

import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import seqzoo
from seqzoo import export as exporting
from seqzoo.errors import InputError


@pytest.fixture(scope="module")
def model(captioner):
    return seqzoo.load(captioner)


@pytest.mark.parametrize("format", exporting.FORMATS)
def test_an_export_says_what_the_model_says(format, model, few, pictures_folder, tmp_path):
    folder = tmp_path / "out"
    texts = [np.asarray(Image.open(p)) for p in sorted(pictures_folder.glob("test*.png"))]
    report = exporting.export(model, format, folder, texts=texts)
    assert report["texts"] == len(texts) and report["difference"] < 1e-4
    names = {path.name for path in folder.iterdir()}
    assert {"reader.py", "beam.py", "pixels.py", "tokens.txt", "report.json"} <= names


def test_the_reader_needs_no_seqzoo(model, few, pictures_folder, tmp_path):
    folder = tmp_path / "out"
    exporting.export(model, "onnx", folder)
    pictures = sorted(pictures_folder.glob("test*.png"))[:3]
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    program = (
        "import sys, runpy; sys.modules |= dict.fromkeys(['seqzoo', 'keras', 'tensorflow']); "
        f"sys.path.insert(0, {str(folder)!r}); runpy.run_path('{folder}/reader.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="\n".join(map(str, [*pictures, bad])),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    *answers, told = [json.loads(line) for line in done.stdout.splitlines()]
    assert "expected a PNG or JPEG file" in told["error"]
    pixels = [np.asarray(Image.open(path)) for path in pictures]
    for answer, expected in zip(answers, model.predict(pixels), strict=True):
        assert answer["caption"] == expected["caption"]
        assert answer["score"] == pytest.approx(expected["score"], abs=1e-4)


def test_a_page_without_a_server_is_refused_in_a_line(model, tmp_path):
    with pytest.raises(
        InputError, match=r"^web: .* captions has no form for the browser; "
    ):
        exporting.export(model, "web", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
