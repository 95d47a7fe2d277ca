"""The three parts of a user's own corpus, surveyed and checked once before training."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from seqzoo.datasets.checks import Part, check, notes
from seqzoo.datasets.corpus import PARTS, Corpus, check_shares
from seqzoo.datasets.reading.cells import usable
from seqzoo.datasets.splits import Splits, first
from seqzoo.datasets.stratified import cut
from seqzoo.datasets.survey import Survey, key_of
from seqzoo.errors import InputError


def hold_out(
    corpus: Corpus,
    *,
    seed: int,
    validation: float,
    test: float,
    limit: int | None,
    skip_bad_rows: bool = False,
    headless: bool = False,
    name: str | None = None,
    tell: Callable[[str], Any] | None = None,
    mark: str | None = None,
) -> Splits:
    """The three parts of a user's own corpus.

    What the corpus does not come with is cut off training, a share of each class. Training texts that also
    stand in another part are left out. The corpus is read once for that when a part is first asked for;
    what stands out is told then.

    Args:
        corpus: its streams may give an `InputError` for a row that cannot be used.
        seed: of the draw.
        validation, test: shares, each in (0, 1).
        limit: keep this many training examples.
        skip_bad_rows: leave out rows that cannot be used.
        headless: whether the first row was taken for an example, and not because the user says so.
        name: of the corpus, for errors; None: its description.
        tell: is given each line on what stands out; None: they are printed.
        mark: between the labels of a text; None: it has one.

    Raises:
        InputError: on shares out of range; when a part is asked for, on examples that cannot be split.
    """
    check_shares(validation, test)
    parts = _Parts(corpus, seed, {"test": test, "validation": validation})
    parts.name = name or corpus.description
    parts.skip, parts.headless, parts.mark = skip_bad_rows, headless, mark
    parts.tell = tell or (lambda line: print(line, flush=True))

    def stream(part: str) -> Callable[[], Iterator[Any]]:
        return lambda: parts.stream(part)

    return Splits(
        first(stream("train"), limit, seed),
        stream("validation"),
        stream("test"),
        corpus.description,
    )


class _Parts:
    """The parts, once surveyed."""

    name: str
    skip = headless = False
    mark: str | None = None
    tell: Callable[[str], Any]

    def __init__(self, corpus: Corpus, seed: int, shares: dict[str, float]):
        self._corpus, self._seed, self._shares = corpus, seed, shares
        self._inside: dict[str, np.ndarray] | None = None  # part cut off -> its keys
        self._outside = np.zeros(0, np.uint64)  # keys that are no training texts

    def stream(self, part: str) -> Iterator[Any]:
        """The examples of a part."""
        if self._inside is None:
            self._plan()
        assert self._inside is not None
        if part in self._corpus.parts and part != "train":
            return self._usable(part)
        examples = self._usable("train")
        if part == "train":
            return (e for e in examples if not _among(key_of(e.text), self._outside))
        keys = self._inside[part]
        return (e for e in examples if _among(key_of(e.text), keys))

    def _usable(self, part: str) -> Iterator[Any]:
        return usable(self._corpus.parts[part](), self.name, self.skip)

    def _plan(self) -> None:
        """Survey the corpus; cut off the parts that it does not come with."""
        classes: dict[str, int] = {}
        surveys = {
            part: self._survey(part, classes)
            for part in PARTS
            if part in self._corpus.parts
        }
        train = surveys["train"]
        check(surveys, classes, self.name, self.headless)
        given = [surveys[part].keys for part in surveys if part != "train"]
        held = np.unique(np.concatenate(given)) if given else np.zeros(0, np.uint64)
        leaked = np.isin(train.keys, held)
        if leaked.all():
            raise InputError(self._all_leaked(surveys))
        rest, labels = train.keys[~leaked], train.labels[~leaked]
        shares = {part: s for part, s in self._shares.items() if part not in surveys}
        try:
            inside = cut(rest, labels, shares, self._seed) if shares else {}
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None
        self._outside = np.unique(np.concatenate([held, *inside.values()]))
        outside = np.isin(rest, self._outside)
        part = Part(rest[~outside], labels[~outside], int(leaked.sum()))
        sizes = {
            name: int(np.isin(rest, inside[name]).sum())
            if name in inside
            else len(surveys[name])
            for name in PARTS[1:]
        }
        for line in notes(surveys, part, sizes, shares, classes, self.mark):
            self.tell(line)
        self._inside = inside

    def _survey(self, part: str, classes: dict[str, int]) -> Survey:
        survey = Survey(part, classes)
        survey.read(self._corpus.parts[part]())
        if survey.bad and not (self.skip and len(survey)):
            # Says how many there are.
            for _ in usable(self._corpus.parts[part](), self.name, self.skip):
                pass
        if not len(survey):
            what = "training example" if part == "train" else f"{part} example"
            raise InputError(f"{self.name}: no {what}")
        return survey

    def _all_leaked(self, surveys: dict[str, Survey]) -> str:
        keys = surveys["train"].keys
        others = [part for part in PARTS[1:] if part in surveys]
        whole = [part for part in others if np.isin(keys, surveys[part].keys).all()]
        where = " and ".join(whole or others)
        return (
            f"{self.name}: all {len(keys):,} training examples stand in {where}: expected "
            "other texts to train on"
        )


def _among(key: int, keys: np.ndarray) -> bool:
    """Whether a key is one of some, uint64 (keys,), sorted."""
    place = int(np.searchsorted(keys, np.uint64(key)))
    return place < len(keys) and int(keys[place]) == key
