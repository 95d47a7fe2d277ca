"""The folder of caches."""

from pathlib import Path

import pytest

from seqzoo.system import caches


def test_a_variable_names_it(monkeypatch, tmp_path):
    monkeypatch.setenv(caches.VARIABLE, str(tmp_path))
    assert caches.folder("models") == tmp_path / "models"


@pytest.mark.parametrize(
    ("given", "expected"), [("/tmp/x", "/tmp/x/seqzoo/m"), ("", "~/.cache/seqzoo/m")]
)
def test_else_it_is_the_systems(monkeypatch, given, expected):
    monkeypatch.delenv(caches.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    monkeypatch.setattr("sys.platform", "linux")
    assert caches.folder("m") == Path(expected).expanduser()
