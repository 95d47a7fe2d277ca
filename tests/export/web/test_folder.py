"""The folder of a page: what is in it, where its runtime comes from, and what is refused."""

import io
import json
import tarfile
from pathlib import Path

import onnx
import pytest

import seqzoo
from seqzoo.errors import InputError
from seqzoo.export import describe, export
from seqzoo.export.web import runtime

SENTIMENT, LANGUAGE = "sentiment-imdb", "characters-python"
CONTENT = {"ort.wasm.bundle.min.mjs": b"script", "ort-wasm-simd-threaded.wasm": b"code"}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An unpacked package whose files are taken for the real ones."""
    import hashlib

    dist = tmp_path / "package" / "dist"
    dist.mkdir(parents=True)
    for name, content in CONTENT.items():
        (dist / name).write_bytes(content)
        monkeypatch.setitem(runtime.HASHES, name, hashlib.sha256(content).hexdigest())
    return dist.parent


@pytest.fixture
def archive(package):
    path = package.with_suffix(".tgz")
    with tarfile.open(path, "w:gz") as file:
        file.add(package, "package")
    return path


def test_the_folder_has_all_that_a_page_needs(package, tmp_path):
    folder = tmp_path / "out"
    report = export(seqzoo.load(SENTIMENT), "web", folder, runtime=package)
    files = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }
    assert files == {*report["files"], "report.json"}
    assert {
        "index.html",
        "reader.js",
        "views/classification/view.js",
        "views/elements.js",
    } <= files
    assert (folder / "runtime" / "ort.js").read_bytes() == b"script"
    assert "Microsoft" in (folder / "runtime" / "LICENSE").read_text()
    assert report["bytes"] == sum(report["files"].values())
    network = onnx.load(folder / "model.onnx", load_external_data=False)
    assert not any(tensor.external_data for tensor in network.graph.initializer)
    assert json.loads((folder / "model.json").read_text("utf-8"))["name"] == SENTIMENT
    assert "MB" in describe(report)
    assert not (tmp_path / "out.partial").exists()


def test_nothing_in_the_folder_points_to_elsewhere(package, tmp_path):
    folder = tmp_path / "out"
    export(seqzoo.load(SENTIMENT), "web", folder, runtime=package)
    for path in [*folder.rglob("*.js"), *folder.rglob("*.html"), *folder.rglob("*.css")]:
        text = path.read_text("utf-8")
        assert "https:" not in text and "http:" not in text, path


def test_the_runtime_is_taken_from_a_package_its_dist_or_an_archive(package, archive):
    expected = {"ort.js": b"script", "ort.wasm": b"code"}
    for path in (package, package / "dist", package.parent, archive):
        assert runtime.fetched(path) == expected


def test_a_runtime_of_another_version_is_refused(package):
    (package / "dist" / "ort.wasm.bundle.min.mjs").write_bytes(b"other")
    with pytest.raises(
        InputError, match=r"ort\.wasm\.bundle.*: not the one of onnxruntime-web"
    ):
        runtime.fetched(package)


def test_what_is_no_package_is_refused(tmp_path):
    (tmp_path / "file.tgz").write_bytes(b"no archive")
    empty = tmp_path / "empty.tgz"
    with tarfile.open(empty, "w:gz") as file:
        file.addfile(tarfile.TarInfo("package/other"), io.BytesIO())
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / "file.tgz", empty):
        with pytest.raises(InputError, match="npm package onnxruntime-web"):
            runtime.fetched(path)


def test_without_npm_both_ways_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"install npm, or .* --runtime PATH"):
        export(seqzoo.load(SENTIMENT), "web", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_what_npm_says_is_told(monkeypatch, tmp_path):
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'no such\npackage' >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=":")
    with pytest.raises(InputError, match=r"\(no such package\); .* --runtime PATH"):
        runtime.fetched(None)


def test_npm_fetches_the_pinned_version(monkeypatch, archive, tmp_path):
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\necho $@ > {tmp_path}/asked\ncp {archive} .\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=":")
    assert runtime.fetched(None) == {"ort.js": b"script", "ort.wasm": b"code"}
    asked = (tmp_path / "asked").read_text().split()
    assert asked == ["pack", "--silent", f"onnxruntime-web@{runtime.VERSION}"]


def test_what_has_no_form_for_the_browser_is_told(package, tmp_path):
    with pytest.raises(InputError, match=rf"{LANGUAGE}: a model of language has no form"):
        export(seqzoo.load(LANGUAGE), "web", tmp_path / "out", runtime=package)
    assert not (tmp_path / "out").exists()


def test_a_model_without_a_graph_is_told_how_it_gets_one(package, tmp_path, monkeypatch):
    model = seqzoo.load(SENTIMENT)
    monkeypatch.setattr(type(model.artifact), "graphs", [])
    with pytest.raises(InputError, match="no graph; `seqzoo pack`"):
        export(model, "web", tmp_path / "out", runtime=package)


def test_subwords_that_javascript_cannot_cut_are_told(package, tmp_path):
    model = seqzoo.load("translation-en-de")
    model.config["text"]["unit"] = "bpe"
    with pytest.raises(InputError, match="of unit bpe have no form for the browser"):
        export(model, "web", tmp_path / "out", runtime=package)
    assert {path.name for path in tmp_path.iterdir()} == {"package"}


def test_flags_of_other_formats_are_refused(package, tmp_path):
    model = seqzoo.load(SENTIMENT)
    for given in ({"texts": ["x"]}, {"lengths": [8]}):
        with pytest.raises(InputError, match="web takes none"):
            export(model, "web", tmp_path / "out", runtime=package, **given)
    with pytest.raises(InputError, match="only web takes one; the format is onnx"):
        export(model, "onnx", tmp_path / "out", runtime=package)
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="exists already"):
        export(model, "web", tmp_path / "out", runtime=package)


def test_nothing_is_left_where_the_network_is_spoilt(package, tmp_path, monkeypatch):
    from seqzoo.export.onnx import kept

    right = kept.embedded

    def spoilt(graph, weights):
        return right(graph, {name: 2 * array for name, array in weights.items()})

    monkeypatch.setattr(kept, "embedded", spoilt)
    with pytest.raises(InputError, match=r"model\.onnx: .* differs from the model's"):
        export(seqzoo.load(SENTIMENT), "web", tmp_path / "out", runtime=package)
    assert {path.name for path in tmp_path.iterdir()} == {"package"}


def test_the_docs_name_the_pinned_version():
    root = Path(__file__).parents[3]
    wanted = {
        "README.md": f"{runtime.PACKAGE}@{runtime.VERSION}",
        "docs/guide/export.md": runtime.VERSION,
    }
    for page, text in wanted.items():
        assert text in (root / page).read_text("utf-8"), page
