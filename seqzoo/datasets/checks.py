"""What stands out in a user's examples: errors, and notes that are given once before training."""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.survey import NO_LABEL, Survey
from seqzoo.errors import InputError

FEW = 5  # training examples of a class, below which it is named
SMALL = 10  # examples of a part, below which a score says little
ENOUGH = 20  # rows from which on a pattern is no chance
BETWEEN = "|;,/+"  # what stands between the labels of a text that has several


class Part(NamedTuple):
    """The training part as it is left.

    Attributes:
        keys: of the texts, uint64 (examples,).
        labels: int32 (examples,).
        leaked: examples left out, since they stand in another part.
    """

    keys: np.ndarray
    labels: np.ndarray
    leaked: int


def check(
    surveys: Mapping[str, Survey], classes: Mapping[str, int], name: str, headless: bool
) -> None:
    """Refuse examples of which nothing can be learnt.

    Args:
        surveys: of the parts that the corpus comes with.
        classes: label -> its number.
        name: of the corpus; begins errors.
        headless: whether the first row may be a header that was taken for an example.

    Raises:
        InputError: saying what seems to be wrong, and which flag mends it.
    """
    train = surveys["train"]
    alone = getattr(train.first, "alone", None)
    if len(train) == 1 and len(surveys) == 1 and alone is not None:
        raise InputError(f"{name}: {alone}; there must be some to measure on, too")
    texts = len(np.unique(train.keys))
    if texts == 1 and len(train) > 1:
        raise InputError(
            f"{name}: all {len(train):,} texts are equal: {train.first.text[:40]!r}"
        )
    if not classes:
        return
    found = len(np.unique(train.labels))
    if len(train) >= SMALL and found > len(train) / 2 and texts < found / 2:
        raise InputError(
            f"{name}: the column of the labels has {found:,} different values in {len(train):,} rows, "
            f"that of the texts {texts:,}: the two seem swapped; --columns text,label says so"
        )
    if headless and _is_header(train):
        label, text = train.first.label, train.first.text
        raise InputError(
            f"{train.first.source}: the first line looks like a header ({either([label, text])}): "
            "name its columns by --text-column and --label-column; or, if it is an example, "
            "give --columns label,text"
        )


def _is_header(train: Survey) -> bool:
    """Whether the first example is a header: the one of its class, both its cells a name."""
    if len(train) < ENOUGH or int((train.labels == train.labels[0]).sum()) > 1:
        return False
    counts = np.bincount(train.labels)
    if (counts == 1).sum() > 1:  # other classes have one example, too
        return False
    cells = (train.first.label, train.first.text)
    return all(len(cell.split()) <= 2 and len(cell) <= 30 for cell in cells)


def notes(
    surveys: Mapping[str, Survey],
    train: Part,
    sizes: Mapping[str, int],
    shares: Mapping[str, float],
    classes: Mapping[str, int],
    mark: str | None = None,
) -> Iterator[str]:
    """What stands out, a line each.

    Args:
        surveys: of the parts that the corpus comes with.
        train: the training part as it is left.
        sizes: examples of the other parts.
        shares: part that is cut off training -> its share.
        classes: label -> its number.
        mark: between the labels of a text; None: it has one.
    """
    yield from _bad(surveys)
    if train.leaked:
        yield (
            f"note: left out {train.leaked:,} training examples whose texts also stand in another part"
        )
    yield from _equal_texts(surveys)
    if classes:
        counts = _counts(train.labels, classes, mark)
        yield from alike(counts)
        yield from _rare(counts, "classes")
        if mark is None:
            yield from several(counts)
    kinds = surveys["train"].kinds
    others = {kind for survey in surveys.values() for kind in survey.kinds} - set(kinds)
    yield from alike([*kinds, *sorted(others)])
    yield from _rare(kinds, "labels of spans")
    if others:
        yield f"warning: labels that no training example has cannot be learnt: {either(sorted(others))}"
    yield from _small(len(train.keys), sizes, shares)


def _small(
    train: int, sizes: Mapping[str, int], shares: Mapping[str, float]
) -> Iterator[str]:
    """A warning of parts with few examples, and how many more there should be."""
    small = [part for part, size in sizes.items() if size < SMALL]
    if not small:
        return
    shown = ", ".join(f"{part} {sizes[part]}" for part in small)
    line = (
        f"warning: few examples to measure on ({shown}, of {train + sum(sizes.values()):,} in all): "
        f"a score of fewer than {SMALL} says little"
    )
    cut = [shares[part] for part in small if part in shares]
    if cut:
        line += (
            f"; with these shares some {math.ceil(SMALL / min(cut)):,} examples are needed; --validation and "
            "--test change the shares"
        )
    yield line


def _bad(surveys: Mapping[str, Survey]) -> Iterator[str]:
    for part, survey in surveys.items():
        if survey.bad:
            yield (
                f"warning: left out {survey.bad:,} of {survey.bad + len(survey):,} {part} rows; "
                f"the first: {survey.first_bad}"
            )


def _equal_texts(surveys: Mapping[str, Survey]) -> Iterator[str]:
    for part, survey in surveys.items():
        keys, answers = survey.keys, survey.answers
        again = len(keys) - len(np.unique(keys))
        if not again:
            continue
        line = (
            f"note: {again:,} of {len(keys):,} {part} examples repeat the text of another"
        )
        if len(answers):
            pairs = np.unique(np.stack([keys, answers]), axis=1)
            _, counts = np.unique(pairs[0], return_counts=True)
            torn = int((counts > 1).sum())
            line += f"; {torn:,} texts have different labels" if torn else ""
        yield line


def alike(labels: Iterable[str]) -> Iterator[str]:
    """A warning of labels that differ in case, width or spaces only."""
    groups = defaultdict(list)
    for label in labels:
        folded = unicodedata.normalize("NFKC", label).casefold()
        groups["".join(folded.split())].append(label)
    pairs = [" and ".join(map(repr, group)) for group in groups.values() if len(group) > 1]
    if pairs:
        yield (
            "warning: labels that differ in case, width or spaces only are classes of their own: "
            f"{either(pairs)}"
        )


def _counts(
    labels: np.ndarray, classes: Mapping[str, int], mark: str | None
) -> dict[str, int]:
    """Label -> how many training examples have it."""
    found = np.bincount(labels[labels != NO_LABEL], minlength=len(classes)).tolist()
    counts: dict[str, int] = {}
    for name, count in zip(classes, found, strict=True):
        parts = {name} if mark is None else {part.strip() for part in name.split(mark)}
        for part in parts - {""}:
            counts[part] = counts.get(part, 0) + count
    return counts


def _rare(counts: Mapping[str, int], what: str) -> Iterator[str]:
    """A warning of labels with few training examples.

    Args:
        counts: label -> examples.
        what: the labels are, in words.
    """
    rare = [name for name, count in counts.items() if count < FEW]
    if rare:
        yield (
            f"warning: {len(rare):,} of {len(counts):,} {what} have fewer than {FEW} training examples; "
            f"their scores say little: {either(rare)}"
        )


def several(labels: Iterable[str]) -> Iterator[str]:
    """A note on labels that join others: `pos|long` beside `pos`."""
    known = set(labels)
    for mark in BETWEEN:
        joined = [
            label
            for label in known
            if mark in label
            and (mark == "|" or any(each.strip() in known for each in label.split(mark)))
        ]
        if joined:
            yield (
                f"note: labels with {mark!r} in them are classes of their own, not several labels of a text: "
                f"{either(sorted(joined))}; for several labels give --multi-label {mark!r}"
            )
