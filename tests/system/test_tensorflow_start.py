"""TensorFlow starts without its greetings; what is of use still reaches the error stream."""

import subprocess
import sys

import pytest

from seqzoo.system import tensorflow_start

GREETING = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR"
)


def run(code: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120
    )


def test_the_start_says_nothing():
    code = "from seqzoo.system.tensorflow_start import start_tensorflow\nstart_tensorflow()"
    done = run(code + "\nimport tensorflow as tf\ntf.constant(1) + 1")
    assert (done.returncode, done.stderr) == (0, "")


STANDS_IN = """
import os, sys, types
from seqzoo.system.tensorflow_start import start_tensorflow

class Keras:
    def find_spec(self, name, path=None, target=None):
        if name == "keras":
            os.write(2, b"{greeting}\\na line of use\\n")
            print("another", file=sys.stderr)
            {then}

sys.meta_path.insert(0, Keras())
start_tensorflow()
"""


def test_other_lines_come_through_and_so_does_what_fails():
    code = STANDS_IN.format(greeting=GREETING, then="raise ImportError('no such library')")
    done = run(code)
    assert done.returncode == 1
    assert done.stderr.startswith("a line of use\nanother\n")
    assert GREETING not in done.stderr
    assert "no such library" in done.stderr


@pytest.mark.parametrize("there", [False, True])
def test_a_gpu_that_fails_is_told_where_there_is_one(there, tmp_path, monkeypatch):
    device = tmp_path / "nvidiactl"
    if there:
        device.touch()
    monkeypatch.setattr(tensorflow_start, "NVIDIA", device)
    line = "E0000 cuda_platform.cc:52] failed call to cuInit: UNKNOWN ERROR (303)"
    assert tensorflow_start.of_use(line) == there


def test_errors_after_the_start_are_shown():
    code = "from seqzoo.system.tensorflow_start import start_tensorflow\nstart_tensorflow()"
    done = run(code + "\nimport os\nos.write(2, b'late\\n')")
    assert done.stderr == "late\n"
