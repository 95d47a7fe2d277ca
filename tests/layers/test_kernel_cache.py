"""Compiled code on disk: whole and of the sources at hand, or made anew."""

import importlib.util
import subprocess
import sys

import pytest
from numba.core import config

from seqzoo.layers import kernels
from seqzoo.layers.kernels import cache


@pytest.fixture
def call(tmp_path, monkeypatch):
    """A function that calls a kernel as a new process would, and gives the number of compilations."""
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "cache"))
    path = tmp_path / "doubles.py"
    path.write_text("def double(x):\n    return 2 * x\n")
    spec = importlib.util.spec_from_file_location("doubles", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def calls() -> int:
        dispatcher = kernels.compiled(module.double)
        assert [dispatcher(3), dispatcher(4)] == [6, 8]
        return dispatcher.stats.cache_misses.total()

    return calls


def spoil(folder, ending, change):
    (path,) = folder.rglob(f"*.{ending}")
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("size", [0, 1, 40, 200])
def test_a_file_that_is_cut_off_is_made_anew_once_with_a_line(
    ending, size, call, tmp_path, caplog
):
    assert [call(), call()] == [1, 0]
    assert not caplog.messages
    spoil(tmp_path, ending, lambda content: content[:size])
    assert call() == 1
    (line,) = caplog.messages
    assert "double" in line and "cannot be read" in line and "it is compiled anew" in line
    assert call() == 0
    assert len(caplog.messages) == 1


def test_nothing_is_written_beside_the_sources(call, tmp_path, monkeypatch):
    """pip would leave it when it removes the package, as a `seqzoo` that the next install is not."""
    monkeypatch.setattr(config, "CACHE_DIR", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    assert [call(), call()] == [1, 0]
    for path in tmp_path.rglob("*.nb?"):
        assert path.is_relative_to(tmp_path / "home")


def test_code_of_other_sources_is_not_used(call, tmp_path):
    """Numba's own stamp is of a function's file alone, not of those it calls functions of."""
    call()
    other = b"0" * len(cache.sources())
    spoil(tmp_path, "nbi", lambda content: content.replace(cache.sources().encode(), other))
    assert [call(), call()] == [1, 0]


COMPILED = """
import numpy as np
from seqzoo import layers
from seqzoo.layers.kernels import sequence
from seqzoo.layers.kernels.step import CELLS

layers.LSTM(4)(np.ones((2, 9, 3), "float32"), training=True)

signatures = [s for kernel in vars(sequence).values() for s in getattr(kernel, "signatures", ())]
classes = {getattr(argument, "instance_class", None) for s in signatures for argument in s}
print(*(name for name, weights in CELLS.items() if weights in classes))
"""


@pytest.mark.slow
def test_only_the_called_cell_is_compiled(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["lstm"]


@pytest.mark.parametrize("place", [10, 100, -20])
def test_a_flipped_bit_is_noticed(place, call, tmp_path, caplog):
    """Code with one would be run, and could end the process."""
    call()

    def flip(content):
        changed = bytearray(content)
        changed[place] ^= 1
        return bytes(changed)

    spoil(tmp_path, "nbc", flip)
    assert [call(), call()] == [1, 0]
    assert len(caplog.messages) == 1


def test_a_write_that_stopped_behind_the_index_leaves_no_old_code(
    call, tmp_path, monkeypatch
):
    call()
    (old,) = (path.read_bytes() for path in tmp_path.rglob("*.nbc"))
    monkeypatch.setattr(cache, "sources", lambda: "1" * 64)
    call()
    spoil(tmp_path, "nbc", lambda content: old)
    assert [call(), call()] == [1, 0]


def test_code_that_cannot_be_written_is_compiled_with_a_line(call, monkeypatch, caplog):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache._Files, "_save_data", full)
    assert call() == 1
    (line,) = caplog.messages
    assert "cannot be written" in line and "No space left" in line
