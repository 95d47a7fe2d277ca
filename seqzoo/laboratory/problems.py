"""Problems that can only be solved by remembering: made-up sequences, and images a pixel at a time.

Each gives, for a generator, a number of rows, a lag and whether it is for testing, inputs float32
(rows, time, features) and targets: float32 (rows,), or int32 (rows,) or (rows, steps), of the last `steps`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

SYMBOLS, LETTERS, REMEMBERED = (
    10,
    8,
    5,
)  # of copying: blank, 8 letters, the signal; letters to remember
MARKED = 8  # of temporal order: X, Y, begin, end and four that mean nothing


def adding(
    generator: np.random.Generator, rows: int, lag: int, testing: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The sum of two marked numbers of `lag`, one in each half (Hochreiter & Schmidhuber 1997, section 5.4).

    Inputs (rows, lag, 2): a number from 0 to 1, and 1 where it is marked. As in Le et al. 2015.
    """
    x = np.zeros((rows, lag, 2), np.float32)
    x[:, :, 0] = generator.random((rows, lag))
    first = generator.integers(0, lag // 2, rows)
    second = generator.integers(lag // 2, lag, rows)
    every = np.arange(rows)
    x[every, first, 1] = x[every, second, 1] = 1
    return x, x[every, first, 0] + x[every, second, 0]


def copying(
    generator: np.random.Generator, rows: int, lag: int, testing: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Five letters, `lag` blanks, a signal; then the letters (Arjovsky et al. 2016, section 4.1).

    Inputs (rows, lag + 10, 10), one-hot; targets the five letters. The paper has ten.
    """
    letters = generator.integers(1, LETTERS + 1, (rows, REMEMBERED))
    symbols = np.zeros((rows, lag + 2 * REMEMBERED), np.int64)
    symbols[:, :REMEMBERED] = letters
    symbols[:, lag + REMEMBERED] = SYMBOLS - 1  # the step from which on they are asked for
    return np.eye(SYMBOLS, dtype=np.float32)[symbols], letters.astype(np.int32)


def temporal_order(
    generator: np.random.Generator, rows: int, lag: int, testing: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Which of X and Y came first and second, among noise (Hochreiter & Schmidhuber 1997, section 5.6, 6a).

    Inputs (rows, lag, 8), one-hot; targets 0 to 3: XX, XY, YX, YY. They stand in the second tenth and in the
    sixth, as t1 and t2 do there.
    """
    symbols = generator.integers(4, MARKED, (rows, lag))
    symbols[:, 0], symbols[:, -1] = 2, 3
    kinds, every = generator.integers(0, 2, (rows, 2)), np.arange(rows)
    for number, (start, end) in enumerate(((0.1, 0.2), (0.5, 0.6))):
        least = max(int(start * lag), 1 + number)
        places = generator.integers(least, max(int(end * lag), least + 1), rows)
        symbols[every, places] = kinds[:, number]
    return np.eye(MARKED, dtype=np.float32)[symbols], (
        2 * kinds[:, 0] + kinds[:, 1]
    ).astype(np.int32)


class Digits:
    """Handwritten digits of 8 x 8, a pixel a step, then `lag` empty steps (as in Le et al. 2015, 4.2).

    They come with scikit-learn: 1,397 of a fixed shuffle to train on, the other 400 for testing.
    """

    def __init__(self):
        self.images = None

    def __call__(
        self, generator: np.random.Generator, rows: int, lag: int, testing: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Inputs (rows, 64 + lag, 1), from 0 to 1; targets 0 to 9."""
        if self.images is None:
            from sklearn.datasets import load_digits

            digits, order = load_digits(), np.random.default_rng(0).permutation(1797)
            self.images, self.labels = digits.data[order] / 16, digits.target[order]
        chosen = generator.integers(*((1397, 1797) if testing else (0, 1397)), rows)
        x = np.zeros((rows, 64 + lag, 1), np.float32)
        x[:, :64, 0] = self.images[chosen]
        return x, self.labels[chosen].astype(np.int32)


@dataclass(frozen=True)
class Problem:
    """A problem and when it counts as solved.

    Args:
        make: see the module.
        classes: of an answer; 0: it is a number.
        steps: how many answers there are, at the last steps.
        solved: the largest mean squared error, or the smallest accuracy, on new examples.
        guess: what an answer that remembers nothing gets.
    """

    make: Callable[..., tuple[np.ndarray, np.ndarray]]
    classes: int
    steps: int
    solved: float
    guess: float


PROBLEMS = {
    "adding": Problem(adding, 0, 1, 0.01, 1 / 6),
    "copying": Problem(copying, SYMBOLS, REMEMBERED, 0.99, 1 / LETTERS),
    "order": Problem(temporal_order, 4, 1, 0.99, 1 / 4),
    "digits": Problem(Digits(), 10, 1, 0.90, 1 / 10),
}
