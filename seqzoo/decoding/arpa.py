"""N-gram models as ARPA files, which SRILM, KenLM and most speech recognisers read and write.

A line of an n-gram is log10 p, a tab, its tokens with blanks between, and, where it is a context, a tab and
log10 b. Tokens that never come stand there with -99.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from seqzoo.decoding.ngram import NGram
from seqzoo.errors import InputError
from seqzoo.system.files import replacing

LN10 = float(np.log(10))
NEVER = -99.0  # and below: a probability of 0

Lines = Iterator[tuple[int, str]]  # number and line, none of them blank


def write(path: Path, model: NGram, tokens: Sequence[str]) -> None:
    """Write a model; numbers have the digits that give them back.

    Args:
        path: of the file.
        model: of ids.
        tokens: what stands for each id.

    Raises:
        InputError: if a token is empty or has white space in it.
    """
    for number, token in enumerate(tokens):
        if token.split() != [token]:
            raise InputError(
                f"{path}: token {number}: expected no white space in it; got {token!r}"
            )
    if len(tokens) != model.size:
        raise ValueError(f"tokens: expected {model.size}; got {len(tokens)}")
    with replacing(Path(path)) as file:
        for line in _lines(model, tokens):
            file.write(f"{line}\n".encode())


def read(path: Path) -> tuple[NGram, list[str]]:
    """Read a model.

    Args:
        path: of the file.

    Returns:
        The model, and its tokens in the order of their ids: that of the file.

    Raises:
        InputError: if it is no such file, naming the line.
    """
    try:
        with open(path, encoding="utf-8") as file:
            numbered = enumerate((line.strip() for line in file), 1)
            return _Reading(Path(path), (each for each in numbered if each[1])).model()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8: {error.reason}") from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None


def _lines(model: NGram, tokens: Sequence[str]) -> Iterator[str]:
    yield "\\data\\"
    for length, count in enumerate(model.lengths, 1):
        yield f"ngram {length}={count}"
    before = np.zeros((1, 0), np.int64)  # the tokens of the root
    start, first = 0, 1  # first node of the length before, and of this one
    for length, count in enumerate(model.lengths, 1):
        parents, last = np.divmod(model.keys[first - 1 : first + count - 1], model.size)
        # (n-grams, length - 1) and (n-grams, 1) -> (n-grams, length)
        words = np.concatenate([before[parents - start], last[:, None]], axis=1)
        yield ""
        yield f"\\{length}-grams:"
        for node, ids in enumerate(words.tolist(), first):
            yield _line(model, node, " ".join(tokens[id] for id in ids))
        before, start, first = words, first, first + count
    yield ""
    yield "\\end\\"


def _line(model: NGram, node: int, words: str) -> str:
    log_prob, backoff = float(model.log_probs[node]), float(model.backoffs[node])
    shown = f"{NEVER:g}" if log_prob == -np.inf else repr(log_prob / LN10)
    return f"{shown}\t{words}\t{backoff / LN10!r}" if backoff else f"{shown}\t{words}"


class _Reading:
    """Reads one file.

    Args:
        path: for errors.
        lines: of the file.
    """

    def __init__(self, path: Path, lines: Lines):
        self.path, self.lines = path, lines
        self.number = 0
        self.ids: dict[str, int] = {}

    def model(self) -> tuple[NGram, list[str]]:
        """The model and its tokens."""
        lengths = self._head()
        keys: list[np.ndarray] = []
        log_probs: list[np.ndarray] = []
        backoffs: list[np.ndarray] = []
        for length, count in enumerate(lengths, 1):
            rows, numbers = self._section(length, count)
            own = self._keys(rows, keys)
            order = np.argsort(own, kind="stable")
            keys.append(own[order])
            log_probs.append(numbers[order, 0])
            backoffs.append(numbers[order, 1])
        self._expect("\\end\\")
        every = (np.concatenate(each) for each in (keys, log_probs, backoffs))
        try:
            return NGram(len(self.ids), lengths, *every), list(self.ids)
        except ValueError as error:
            raise InputError(f"{self.path}: {error}") from None

    def _head(self) -> list[int]:
        """Numbers of n-grams of each length."""
        for _ in self._until("\\data\\"):  # anything may stand before it
            pass
        lengths: list[int] = []
        for line in self._until("\\1-grams:"):
            name, _, count = line.partition("=")
            if (
                name.split() != ["ngram", str(len(lengths) + 1)]
                or not count.strip().isdecimal()
            ):
                raise self._error(f"ngram {len(lengths) + 1}=COUNT", line)
            lengths.append(int(count))
        if not lengths or not lengths[0]:
            raise self._error("ngram 1=COUNT", "none")
        return lengths

    def _section(self, length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Tokens of n-grams, int64 (n-grams, length), and log p and log b, float64 (n-grams, 2)."""
        if length > 1:
            self._expect(f"\\{length}-grams:")
        rows = np.empty((count, length), np.int64)
        numbers = np.zeros((count, 2))
        found = 0
        for _, line in itertools.islice(self._numbered(), count):
            rows[found], numbers[found] = self._entry(line, length)
            found += 1
        if found < count:
            raise self._error(f"{count} {length}-grams", "the file's end")
        return rows, numbers

    def _entry(self, line: str, length: int) -> tuple[list[int], tuple[float, float]]:
        first, *words = line.split()
        try:
            log_prob = float(first)
            backoff = float(words.pop()) if len(words) == length + 1 else 0.0
        except ValueError:
            raise self._error("log10 p, tokens, log10 b", line) from None
        if len(words) != length or not log_prob <= 0:
            raise self._error(f"log10 p, {length} tokens, perhaps log10 b", line)
        if length == 1:
            self.ids.setdefault(words[0], len(self.ids))
        if unknown := [word for word in words if word not in self.ids]:
            raise self._error("tokens of its 1-grams", unknown[0])
        log_prob = log_prob * LN10 if log_prob > NEVER else -np.inf
        return [self.ids[word] for word in words], (log_prob, backoff * LN10)

    def _keys(self, rows: np.ndarray, keys: list[np.ndarray]) -> np.ndarray:
        """The keys of n-grams, int64 (n-grams,), those of shorter ones given by length."""
        size, nodes = len(self.ids), np.zeros(len(rows), np.int64)
        start = 1
        for place, known in enumerate(keys):
            wanted = nodes * size + rows[:, place]
            places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            lacking = np.flatnonzero(known[places] != wanted)
            if len(lacking):
                words = list(self.ids)
                shown = " ".join(words[id] for id in rows[lacking[0], : place + 1])
                raise InputError(
                    f"{self.path}: expected {shown!r} too, since a longer n-gram begins with it"
                )
            nodes = start + places
            start += len(known)
        return nodes * size + rows[:, len(keys)]

    def _numbered(self) -> Lines:
        for number, line in self.lines:
            self.number = number
            yield number, line

    def _until(self, end: str) -> Iterator[str]:
        for _, line in self._numbered():
            if line == end:
                return
            yield line
        raise self._error(end, "the file's end")

    def _expect(self, expected: str) -> None:
        for _, line in self._numbered():
            if line != expected:
                raise self._error(expected, line)
            return
        raise self._error(expected, "the file's end")

    def _error(self, expected: str, got: str) -> InputError:
        where = f"{self.path}:{self.number}"
        return InputError(f"{where}: expected {expected}; got {got[:60]!r}")
