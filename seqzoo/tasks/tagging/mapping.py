"""The labels of a file by the names that a model has for them."""

from collections.abc import Iterable, Iterator, Sequence

from seqzoo.datasets import Tagged
from seqzoo.datasets.reading.layout import either
from seqzoo.datasets.reading.measured import tell
from seqzoo.errors import InputError
from seqzoo.text import schemes

PLACES = frozenset(["loc", "gpe", "pla"])  # begin what places are called


class Mapped:
    """Changes the labels of sequences, and refuses a file whose labels are none of a model's.

    Args:
        text: `PER=person,LOC=place`; the label O stands for none; None: nothing is changed.
        labels: of the model.
        name: of the file; begins errors.

    Raises:
        InputError: if the text is no such list, or names a label that the model lacks.
    """

    def __init__(self, text: str | None, labels: Sequence[str], name: str):
        self._labels, self._name = labels, name
        self._names = dict(_pairs(text)) if text else {}
        for theirs, ours in self._names.items():
            if ours not in (*labels, schemes.OUTSIDE):
                raise InputError(
                    f"--map {theirs}={ours}: expected a label of the model ({either(labels)}) or O"
                )

    def __call__(self, examples: Iterable[Tagged]) -> Iterator[Tagged]:
        """The sequences, with the model's labels.

        Raises:
            InputError: at the end, if no label is one of the model's, or one to map is not there.
        """
        seen: dict[str, int] = {}
        for example in examples:
            spans = schemes.tags_to_spans(example.tags)
            for *_, label in spans:
                seen[label] = seen.get(label, 0) + 1
            yield self._changed(example, spans) if self._names else example
        self._check(seen)

    def _changed(self, example: Tagged, spans: list[schemes.Span]) -> Tagged:
        named = [(a, b, self._names.get(label, label)) for a, b, label in spans]
        named = [span for span in named if span[2] != schemes.OUTSIDE]
        tags = schemes.spans_to_tags(named, len(example.tokens), "BIOES")
        return Tagged(example.tokens, tuple(tags), example.source)

    def _check(self, seen: dict[str, int]) -> None:
        missing = [label for label in self._names if label not in seen]
        if missing:
            raise InputError(
                f"--map: {either(missing)}: no label of {self._name}; there are {either(sorted(seen))}"
            )
        known = (*self._labels, schemes.OUTSIDE)
        other = [
            label for label in sorted(seen) if self._names.get(label, label) not in known
        ]
        if seen and len(other) == len(seen):
            raise InputError(
                f"{self._name}: its labels are {either(other)}, the model's are {either(self._labels)}: "
                f"none is the same; --map {_example(other, self._labels)} says which is which"
            )
        if other:
            count = sum(seen[label] for label in other)
            tell(
                f"{self._name}: {count:,} spans of {either(other)}, which the model does not know "
                f"({either(self._labels)}), count as missed; --map LABEL=O leaves them out"
            )


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for part in text.split(","):
        theirs, mark, ours = part.partition("=")
        if not (mark and theirs.strip() and ours.strip()):
            raise InputError(f"--map: expected PER=person,LOC=place; got {part[:40]!r}")
        yield theirs.strip(), ours.strip()


def _example(theirs: Sequence[str], ours: Sequence[str]) -> str:
    """What `--map` might be: by the first letters, of a place by either of its two names."""

    def likeness(label: str, name: str) -> tuple[bool, int]:
        one, other = label.lower(), name.lower()
        same = sum(a == b for a, b in zip(one[:3], other[:3], strict=False))
        return {one[:3], other[:3]} <= PLACES, same if one[:1] == other[:1] else 0

    pairs = (
        (label, max(ours, key=lambda name: likeness(label, name))) for label in theirs[:3]
    )
    return ",".join(f"{label}={name}" for label, name in pairs)
