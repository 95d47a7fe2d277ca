"""Models as ZIP files."""

import hashlib
import io
import zipfile

import pytest

import seqzoo
from seqzoo import zoo
from seqzoo.__main__ import main
from seqzoo.artifact import archive
from seqzoo.errors import InputError
from seqzoo.system import caches
from tests.support.command_line import failure

NAME = "sentiment-zh"
TEXTS = ["质量很好", "太差了"]
URL = "https://models.example/zh.zip"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(caches.VARIABLE, str(tmp_path / "caches"))
    return tmp_path / "caches"


@pytest.fixture
def zipped(tmp_path):
    path = tmp_path / "zh.zip"
    archive.write(zoo.find(NAME), path)
    return path


def hostile(path, members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def test_a_packed_zip_answers_as_the_model(tmp_path, capsys):
    path = tmp_path / "zh.zip"
    assert main(["pack", NAME, str(path)]) == 0
    assert seqzoo.load(path).predict(TEXTS) == seqzoo.load(NAME).predict(TEXTS)
    assert [each.name for each in tmp_path.iterdir() if each.name != "caches"] == ["zh.zip"]


def test_a_target_that_is_there_stays(zipped, capfd):
    before = zipped.read_bytes()
    assert "exists already" in failure(capfd, main(["pack", NAME, str(zipped)]))
    assert zipped.read_bytes() == before


def test_the_same_model_gives_the_same_bytes(zipped, tmp_path):
    archive.write(zoo.find(NAME), tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == zipped.read_bytes()


def test_it_is_unpacked_once(zipped, cache):
    first = zoo.find(zipped)
    stamp = (first / "config.json").stat().st_mtime_ns
    assert zoo.find(zipped) == first
    assert (first / "config.json").stat().st_mtime_ns == stamp
    assert [path.name for path in (cache / "models").iterdir()] == [first.parent.name]


def test_a_model_is_called_as_its_file(zipped, cache, capfd):
    assert f" {zipped.name}: " in repr(zoo.load(zipped))
    assert zoo.find(zipped).name == zipped.stem  # what the server calls it
    assert main(["info", str(zipped)]) == 0
    assert capfd.readouterr().out.startswith(f"{zipped.name}: ")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"../evil": "x"}, "expected the files of a model; got '../evil'"),
        ({"/etc/evil": "x"}, "expected the files of a model"),
        ({"folder/config.json": "x"}, "expected the files of a model"),
        ({".hidden": "x"}, "expected the files of a model"),
        ({f"f{number}": "x" for number in range(200)}, "at most 101 files"),
        ({"config.json": "{}"}, "manifest"),
    ],
)
def test_a_hostile_zip_is_refused_and_leaves_nothing(members, message, tmp_path, cache):
    path = hostile(tmp_path / "evil.zip", members)
    with pytest.raises(InputError, match=message):
        zoo.find(path)
    assert not [*(cache / "models").iterdir()]
    assert not (tmp_path / "evil").exists()


def test_a_bomb_is_refused_by_what_it_unpacks_to(tmp_path, monkeypatch, cache):
    monkeypatch.setattr(archive, "LARGEST", 1_000_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("config.json", bytes(2_000_000))
    assert path.stat().st_size < 10_000
    with pytest.raises(InputError, match="expected at most 1,000,000 bytes"):
        zoo.find(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and nothing", b"text"])
def test_no_zip_is_an_error(content, tmp_path):
    path = tmp_path / "m.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match="expected a ZIP file of a model"):
        zoo.find(path)


def test_a_cut_zip_is_an_error(zipped):
    zipped.write_bytes(zipped.read_bytes()[:-5000])
    with pytest.raises(InputError, match="expected a ZIP file"):
        zoo.find(zipped)


@pytest.fixture
def served(zipped, monkeypatch):
    """The file at an address; the list of the addresses asked."""
    asked = []

    def urlopen(url, timeout):
        asked.append(url)
        return io.BytesIO(zipped.read_bytes())

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return hashlib.sha256(zipped.read_bytes()).hexdigest(), asked


def test_an_address_is_fetched_once(served):
    digest, asked = served
    found = seqzoo.load(URL, sha256=digest)
    assert found.predict(TEXTS) == seqzoo.load(NAME).predict(TEXTS)
    seqzoo.load(URL, sha256=digest.upper())
    assert asked == [URL]


def test_another_file_at_the_address_is_refused(served, cache):
    with pytest.raises(InputError, match="expected the SHA-256 0000"):
        seqzoo.load(URL, sha256="0" * 64)
    assert not [*(cache / "downloads").glob("*.zip")]


@pytest.mark.parametrize(
    ("source", "digest", "message"),
    [
        (URL, None, "expected its sha256"),
        (URL, "abc", "64 hexadecimal digits"),
        ("http://models.example/zh.zip", "0" * 64, "expected an https address"),
        (NAME, "0" * 64, "expected an https address"),
    ],
)
def test_what_does_not_go_together_is_refused(source, digest, message):
    with pytest.raises(InputError, match=message):
        seqzoo.load(source, sha256=digest)


def test_a_server_that_is_not_there_is_one_line(monkeypatch):
    def urlopen(url, timeout):
        raise OSError("no route to host")

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    with pytest.raises(InputError, match="can't be fetched: no route"):
        seqzoo.load(URL, sha256="0" * 64)
