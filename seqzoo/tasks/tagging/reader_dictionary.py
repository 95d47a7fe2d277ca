"""A user's words: where they stand in a text, what they make likelier, and long words in parts."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

LEAST = 3  # characters of a word that has parts
_SPEECH = re.compile(r"[A-Za-z][A-Za-z0-9]*")  # a part of speech, as jieba's files have it
Span = tuple[int, int]
Likelier = tuple[int, int, float]  # start and end of a word, what a path gains that has it
Bonus = tuple[int, tuple[int, ...], float]  # first step, tags by number, what a path gains


class Dictionary:
    """A user's words.

    Args:
        weights: each word, and its weight, a number above 0; None: it is always kept whole.

    Attributes:
        weights: as given.
    """

    def __init__(self, weights: Mapping[str, float | None]):
        self.weights = dict(weights)
        self._lengths: dict[str, list[int]] = {}  # of the words by their first characters
        for word in self.weights:
            lengths = self._lengths.setdefault(word[0], [])
            if len(word) not in lengths:
                lengths.append(len(word))

    def found(self, text: str) -> Iterator[tuple[int, int, float | None]]:
        """Start, end and weight of each place in a text where one of the words stands."""
        for start, first in enumerate(text):
            for length in self._lengths.get(first, ()):
                word = text[start : start + length]
                if len(word) == length and word in self.weights:
                    yield start, start + length, self.weights[word]

    @classmethod
    def of(cls, words: Any) -> "Dictionary":
        """A dictionary of what a user gives.

        Args:
            words: a file with a word a line, or a word, a space and its weight (a part of speech behind it
                plays no part); or a list of words; or words and their weights, None for none.

        Raises:
            ValueError: naming the line, or the word, that is no such thing; if there is no word.
        """
        if isinstance(words, Dictionary):
            return words
        if isinstance(words, (str, PathLike)):
            path = Path(words)
            try:
                lines = path.read_text("utf-8-sig").split("\n")
            except OSError as error:
                raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{path}: invalid UTF-8 at byte {error.start + 1}"
                ) from None
            return cls(weights_of(enumerate(lines, 1), str(path)))
        return cls(weights_given(words))


def weights_given(words: Any) -> dict[str, float | None]:
    """Words and their weights, of a list or of a mapping.

    Raises:
        ValueError: naming the word that is none; if there is no word.
    """
    if not isinstance(words, Iterable):
        raise ValueError(f"words: expected a file or words; got {words!r:.60}")
    pairs = words if isinstance(words, Mapping) else dict.fromkeys(words)
    found: dict[str, float | None] = {}
    for word, weight in pairs.items():
        if not isinstance(word, str) or word.split() != [word]:
            raise ValueError(f"words: expected words without white space; got {word!r:.60}")
        found[word] = None if weight is None else _weight(weight, f"words: {word}")
    if not found:
        raise ValueError("words: expected words; there are none")
    return found


def weights_of(lines: Iterable[tuple[int, str]], name: str) -> dict[str, float | None]:
    """The words of a file's numbered lines, and their weights.

    Raises:
        ValueError: naming the line; if there is no word.
    """
    weights: dict[str, float | None] = {}
    places: dict[str, int] = {}
    for number, line in lines:
        where, fields = f"{name}:{number}", line.split()
        if not fields:
            continue
        word, rest = fields[0], fields[1:]
        # jieba's files have a part of speech behind the weight, or in its place.
        if len(rest) > 1 and _SPEECH.fullmatch(rest[-1]):
            rest.pop()
        if len(rest) > 1:
            raise ValueError(
                f"{where}: expected a word, its weight or nothing, its part of speech or nothing; "
                f"got {line.strip()[:60]!r}"
            )
        is_speech = bool(rest) and _SPEECH.fullmatch(rest[0]) and not _is_number(rest[0])
        weight = None if not rest or is_speech else _weight(rest[0], where)
        if word in weights and weights[word] != weight:
            raise ValueError(f"{where}: {word} has another weight in line {places[word]}")
        weights[word], places[word] = weight, number
    if not weights:
        raise ValueError(f"{name}: expected words, one a line; there are none")
    return weights


def _weight(weight: Any, where: str) -> float:
    try:
        number = float(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf:
        raise ValueError(
            f"{where}: expected a weight, a number above 0; got {weight!r:.60}"
        )
    return number


def _is_number(text: str) -> bool:
    """Whether a text is a number to Python, as inf and nan are."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def expanded(text: str, words: Iterable[Span], known: Sequence[Dictionary]) -> list[Span]:
    """The words of a text, before each of three characters or more the known words within it.

    Args:
        text: the text.
        words: start and end of its words.
        known: whose words are parts of others.
    """
    found: list[Span] = []
    for start, end in words:
        if end - start >= LEAST:
            inside = {
                (start + first, start + last)
                for each in known
                for first, last, _ in each.found(text[start:end])
            }
            found += sorted(inside - {(start, end)})
        found.append((start, end))
    return found


def bonuses_of(
    likelier: Iterable[Likelier], tags: Sequence[str], first: int, last: int
) -> list[Bonus]:
    """The tags of the likelier words within a piece.

    Args:
        likelier: words in a text.
        tags: of a segmenter of characters, by number.
        first, last: where the piece begins and ends in the text.
    """
    found = []
    for start, end, gain in likelier:
        if first <= start and end <= last:
            roles = "B" + "M" * (end - start - 2) + "E" if end - start > 1 else "S"
            found.append((start - first, tuple(tags.index(role) for role in roles), gain))
    return found


def path_with(
    scores: np.ndarray,
    field: Mapping[str, np.ndarray] | None,
    tags: Sequence[str],
    bonuses: Iterable[Bonus],
) -> list[int]:
    """The best tags of a segmenter's piece with bonuses.

    Args:
        scores: float (time, tags); without a CRF probabilities.
        field: see `best_path_with`; None: no CRF, all that makes words is alike.
        tags: their names.
        bonuses: see `best_path_with`.
    """
    if field is not None:
        return best_path_with(scores, field, bonuses)
    begins, ends = np.isin(tags, ["B", "S"]), np.isin(tags, ["E", "S"])
    follow = np.where(ends[:, None], begins[None], ~begins[None])
    allowed = {"start": begins, "transitions": follow, "end": ends}
    alike = {name: np.where(each, 0.0, -np.inf) for name, each in allowed.items()}
    with np.errstate(divide="ignore"):
        return best_path_with(np.log(np.maximum(scores, 0)), alike, bonuses)


def best_path_with(
    scores: np.ndarray, field: Mapping[str, np.ndarray], bonuses: Iterable[Bonus]
) -> list[int]:
    """The best tags where some runs of tags gain a bonus; 0 throughout where there is no path.

    Args:
        scores: float (time, tags).
        field: `start` (tags,), `transitions` (tags, tags) and `end` (tags,), float64.
        bonuses: whose runs end within the steps.
    """
    steps, into = scores.astype(np.float64), field["transitions"]
    ending: dict[int, list[Bonus]] = {}
    for bonus in bonuses:
        ending.setdefault(bonus[0] + len(bonus[1]) - 1, []).append(bonus)

    best = np.empty_like(steps)  # of paths that end in each tag at each step
    entered: list[list[tuple[int, ...]]] = []  # for each step and tag the path's last tags
    for step, row in enumerate(steps):
        paths = field["start"][None] if step == 0 else best[step - 1][:, None] + into
        best[step] = paths.max(axis=0) + row
        before = paths.argmax(axis=0).tolist()
        entered.append(
            [(tag,) if step == 0 else (before[tag], tag) for tag in range(len(row))]
        )
        for start, tags, gain in ending.get(step, ()):
            first = field["start"][[tags[0]]]
            if start:
                first = best[start - 1] + into[:, tags[0]]
            own = steps[range(start, step + 1), list(tags)].sum()
            inner = into[list(tags[:-1]), list(tags[1:])].sum()
            score = float(first.max() + own + inner + gain)
            if score > best[step, tags[-1]]:
                best[step, tags[-1]] = score
                entered[step][tags[-1]] = (int(first.argmax()), *tags) if start else tags
    whole = best[-1] + field["end"]
    if whole.max() == -np.inf:
        return [0] * len(steps)

    walk = [int(whole.argmax())]
    while len(walk) < len(steps):
        walk += reversed(entered[len(steps) - len(walk)][walk[-1]][:-1])
    return walk[::-1]
