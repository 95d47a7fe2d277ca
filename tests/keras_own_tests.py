"""Keras' own tests of its recurrent layers, first with Keras' classes, then with ours in their place.

    python -m tests.keras_own_tests

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


def run(with_ours: bool) -> None:
    """Run the tests in this process and print an outcome a line."""
    import pytest

    if with_ours:
        replace()
    recorder = Recorder()
    pytest.main(
        ["-q", "-p", "no:cacheprovider", "-c", "/dev/null", *(str(FOLDER / f) for f in FILES)], [recorder]
    )
    for test, outcome in recorder.outcomes.items():
        print(f"OUTCOME {outcome} {test}")


def outcomes(which: str) -> dict[str, str]:
    command = [sys.executable, "-m", "tests.keras_own_tests", which]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split(" ", 2)[1:] for line in done.stdout.splitlines() if line.startswith("OUTCOME ")]
    return {test: outcome for outcome, test in lines}


def main() -> int:
    if sys.argv[1:]:
        run(sys.argv[1] == "ours")
        return 0
    stock, ours = outcomes("stock"), outcomes("ours")
    passed = {test for test, outcome in stock.items() if outcome == "passed"}
    lost = sorted(test for test in passed if ours.get(test) != "passed")
    for test in lost:
        print(f"passes with Keras' classes, not with ours: {test}: {ours.get(test, 'not run')}")
    print(f"Keras {keras.__version__}: {len(passed)} of {len(stock)} pass with its own classes")
    print(f"{len(passed) - len(lost)} of these pass with ours")
    return 1 if lost or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
