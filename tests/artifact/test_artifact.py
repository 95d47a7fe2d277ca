import contextlib
import json
import os
import shutil

import numpy as np
import pytest

from seqzoo import InputError, artifact
from seqzoo.__main__ import main
from seqzoo.artifact import small
from seqzoo.layers import to_stock
from seqzoo.recipes import sentiment
from seqzoo.system.files import sha256
from seqzoo.tasks import task_of
from seqzoo.training.command import run_recipe


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(
        trained, tmp_path / "copy", ignore=shutil.ignore_patterns("state")
    )


def test_every_damaged_or_missing_file_is_named(copy):
    names = [
        path.name
        for path in copy.iterdir()
        if path.name not in (artifact.MANIFEST, ".lock")
    ]
    assert len(names) == 12
    for name in names:
        whole = (copy / name).read_bytes()
        (copy / name).write_bytes(whole[:-1])
        with pytest.raises(InputError, match=rf"{name}: damaged"):
            artifact.Artifact(copy)
        (copy / name).unlink()
        with pytest.raises(InputError, match=rf"{name}: missing"):
            artifact.Artifact(copy)
        (copy / name).write_bytes(whole)
    artifact.Artifact(copy)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no seqzoo model \(it has no manifest.json\)"):
        artifact.Artifact(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "config.json").touch()
    with pytest.raises(InputError, match="has not finished"):
        artifact.Artifact(tmp_path)


def test_a_run_that_failed_before_its_training_is_not_called_unfinished(tmp_path, capfd):
    (tmp_path / "data.tsv").write_text("x\tonce\ny\tseen\n")
    folder, flags = tmp_path / "run", ["--data", str(tmp_path / "data.tsv")]
    folder.mkdir()  # one that the run made would be gone with it
    # Of words the script of the texts is looked at before anything is prepared.
    trained = [*flags, "--unit", "character", "--output", str(folder)]
    assert run_recipe(sentiment, trained) == 2
    capfd.readouterr()
    assert main(["evaluate", "--json", str(folder), *flags]) == 2
    error = capfd.readouterr().err
    assert f"{folder}: no model; a run ended here while it prepared its data" in error


def test_a_commit_that_dies_anywhere_leaves_the_old_or_the_new(copy, monkeypatch):
    """Let each rename in turn be the last thing that happens."""

    class Killed(BaseException):
        pass

    def stage(text):
        shutil.rmtree(copy / ".staged", ignore_errors=True)
        artifact.recover(copy)
        (copy / ".staged").mkdir()
        for name in ("model.keras", "config.json", "labels.txt"):
            (copy / ".staged" / name).write_text(text)
        return copy / ".staged"

    def dying(function, calls, fatal):
        def call(*arguments):
            calls.append(1)
            if len(calls) == fatal:
                raise Killed
            return function(*arguments)

        return call

    artifact.commit(copy, stage("old"))
    seen = set()
    for fatal in range(1, 8):
        staged, calls = stage(f"new {fatal}"), []
        old = artifact.file(copy, "model.keras").read_text()
        with monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(os, "rename", dying(os.rename, calls, fatal))
            patch.setattr(os, "replace", dying(os.replace, calls, fatal))
            artifact.commit(copy, staged)
        artifact.Artifact(copy)
        texts = {artifact.file(copy, n).read_text() for n in ("model.keras", "config.json")}
        assert texts in ({old}, {f"new {fatal}"})
        seen.add(texts == {old})
    assert seen == {True, False}


def test_half_precision_storage_loads_in_plain_keras(copy):
    import keras

    path = copy / "model.keras"
    before, size = keras.saving.load_model(path), path.stat().st_size
    small.store_small(path, path)
    after = keras.saving.load_model(path, safe_mode=True)
    assert path.stat().st_size < size
    for a, b in zip(before.get_weights(), after.get_weights(), strict=True):
        assert b.dtype == np.float32
        np.testing.assert_array_equal(a.astype(np.float16).astype(np.float32), b)


def test_what_cannot_be_packed_leaves_nothing(copy, tmp_path, monkeypatch):
    """A weight that is infinite in half precision could not be loaded."""
    task = task_of("classification")
    _, networks = artifact.Artifact(copy).load()
    dense = networks["model"].get_layer("label")
    dense.set_weights([np.full_like(w, 70_000) for w in dense.get_weights()])
    to_stock(networks["model"]).save(copy / "model.keras")
    hashes = json.loads((copy / artifact.MANIFEST).read_text())
    hashes["sha256"]["model.keras"] = sha256(copy / "model.keras")
    (copy / artifact.MANIFEST).write_text(json.dumps(hashes))
    with pytest.raises(
        InputError,
        match=r"model\.keras: .*: a weight of 70000; half precision ends at 65,504",
    ):
        artifact.pack(copy, tmp_path / "packed", task)
    assert {path.name for path in tmp_path.iterdir()} == {"copy"}


def test_a_pack_that_fails_leaves_nothing(copy, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(small, "store_small", full)
    with pytest.raises(OSError, match="No space left"):
        artifact.pack(copy, tmp_path / "packed", task_of("classification"))
    assert {path.name for path in tmp_path.iterdir()} == {"copy"}


def test_a_loaded_tagger_has_its_scores_of_neighbours(segmenter):
    model, _ = artifact.Artifact(segmenter).load()
    scores = json.loads((segmenter / "transitions.json").read_text())
    names = ("start", "transitions", "end")
    for name, weight in zip(names, model.get_layer("crf").get_weights(), strict=True):
        np.testing.assert_allclose(weight, scores[name], rtol=1e-6)
        assert weight.any()
