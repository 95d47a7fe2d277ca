"""The drawings: made, the characters of kanjivg, or a user's own files."""

from pathlib import Path
from typing import Any, NamedTuple

from seqzoo.datasets import Corpus, check_source, declared, opened
from seqzoo.datasets.corpus import check_idle_shares
from seqzoo.datasets.strokes import kanjivg, made
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.reading import read
from seqzoo.errors import InputError

MADE, MADE_NAME = 1500, "made-shapes"


class Read(NamedTuple):
    """Drawings of each part that there is, and what they are in a line."""

    parts: dict[str, list[Drawing]]
    description: str


def _made() -> Corpus:
    drawings = made.made_drawings(MADE, seed=0)
    description = f"{MADE} drawings of one to three shapes, made by a program"
    return Corpus({"train": lambda: iter(drawings)}, description)


def _characters(config: Any) -> Corpus:
    tolerance = kanjivg.TOLERANCE if config.tolerance is None else config.tolerance
    description = (
        f"6,703 characters of KanjiVG, centre lines drawn by hand ({kanjivg.TERMS})"
    )
    return Corpus({"train": lambda: kanjivg.characters(tolerance)}, description)


CORPORA = declared("handwriting", {MADE_NAME: _made, "kanjivg": _characters})


def load(config: Any) -> Read:
    """The drawings that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, tolerance, validation, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    if config.data is None:
        if config.tolerance is not None and config.dataset == MADE_NAME:
            raise InputError(
                f"--tolerance: it is for --data and kanjivg; {MADE_NAME} has as many points as it needs"
            )
        corpus = opened(CORPORA, config)
        found = {part: list(stream()) for part, stream in corpus.parts.items()}
        description = corpus.description
    else:
        check_source(config)
        path = Path(config.data)
        found, description = read(path, config.tolerance or 0.0), path.name
    check_idle_shares(config, [part for part in found if part != "train"])
    return Read(found, description)
