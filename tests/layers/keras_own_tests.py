"""Keras' own tests of its recurrent layers, with ours in their place; what fails, with Keras' too.

    python -m tests.layers.keras_own_tests

Prints what each run passed, and fails if anything passes with Keras' that does not with ours.
"""

import subprocess
import sys
from pathlib import Path

import keras

FILES = ("lstm_test.py", "gru_test.py", "simple_rnn_test.py", "bidirectional_test.py")
FOLDER = Path(keras.__file__).parent / "src" / "layers" / "rnn"


class Recorder:
    """Collects the outcome of each test."""

    def __init__(self):
        self.outcomes = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.outcomes[report.nodeid.rpartition("/")[2]] = report.outcome


def replace() -> None:
    """Put our classes where Keras' tests look for Keras'."""
    from keras.src import layers

    import seqzoo.layers as ours

    for name in ("SimpleRNN", "GRU", "LSTM", "Bidirectional"):
        setattr(layers, name, getattr(ours, name))
        setattr(keras.layers, name, getattr(ours, name))


def run(with_ours: bool, tests: list[str]) -> None:
    """Run tests, by default all, in this process and print an outcome a line."""
    import pytest

    if with_ours:
        replace()
    recorder = Recorder()
    chosen = [str(FOLDER / test) for test in tests or FILES]
    pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", *chosen], [recorder])
    for test, outcome in recorder.outcomes.items():
        print(f"OUTCOME {outcome} {test}")


def outcomes(which: str, tests: list[str]) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.layers.keras_own_tests", which, *tests]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [
        line.split(" ", 2)[1:]
        for line in done.stdout.splitlines()
        if line.startswith("OUTCOME ")
    ]
    return {test: outcome for outcome, test in lines}


def main() -> int:
    if sys.argv[1:]:
        run(sys.argv[1] == "ours", sys.argv[2:])
        return 0
    ours = outcomes("ours", [])
    failed = [test for test, outcome in ours.items() if outcome != "passed"]
    stock = outcomes("stock", failed) if failed else {}
    lost = sorted(test for test, outcome in stock.items() if outcome == "passed")
    for test in lost:
        print(f"passes with Keras' classes, not with ours: {test}: {ours[test]}")
    passed = len(ours) - len(failed)
    print(
        f"Keras {keras.__version__}: {passed} of {len(ours)} pass with ours, {len(lost)} less"
    )
    return 1 if lost or len(stock) != len(failed) or len(failed) > len(ours) / 10 else 0


if __name__ == "__main__":
    sys.exit(main())
