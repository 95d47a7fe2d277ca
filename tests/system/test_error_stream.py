"""The error stream goes elsewhere for a while, and comes back whatever happens."""

import subprocess
import sys

import pytest

SETUP = """
import os, sys, types
from seqzoo.system import error_stream, tensorflow_start
"""


def run(code, *arguments, shell='exec "$@"'):
    """A process of Python's, started by a shell."""
    command = ["sh", "-c", shell, "sh", sys.executable, "-c", SETUP + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("then", ["pass", "raise SystemExit(3)"])
def test_inside_all_goes_to_the_file_and_nothing_else_does(then, tmp_path):
    """Python's own error stream keeps lines until it is flushed: they must not change sides."""
    code = f"""
sys.stderr.reconfigure(line_buffering=False)
sys.stderr.write("before, ")
try:
    with open(sys.argv[1], "wb") as file, error_stream.redirected(file.fileno()):
        os.write(2, b"past Python, ")
        sys.stderr.write("by Python")
        {then}
finally:
    os.write(2, b"after")
"""
    done = run(code, str(tmp_path / "log"))
    assert (done.returncode, done.stderr) == (0 if then == "pass" else 3, "before, after")
    assert (tmp_path / "log").read_text() == "past Python, by Python"


@pytest.mark.parametrize(
    ("shell", "first"), [('exec "$@" 2>&-', ""), ('exec "$@"', "os.close(2)")]
)
def test_a_process_without_one_starts(shell, first):
    """Closed by the shell, it is none of Python's either. No file opened then may be taken for it."""
    code = (
        first
        + """
seen = []
backend = types.SimpleNamespace(backend=lambda: seen.append(error_stream.is_open()))
sys.modules["keras"] = types.SimpleNamespace(backend=backend)
tensorflow_start.start_tensorflow()
sys.exit(7 if seen == [False] else 1)
"""
    )
    assert run(code, shell=shell).returncode == 7
