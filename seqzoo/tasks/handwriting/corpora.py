"""The drawings: made, the characters of kanjivg, or a user's own files."""

from typing import Any

from seqzoo.datasets import Corpus, declared
from seqzoo.datasets.strokes import kanjivg, made
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.datasets.strokes.reading import read
from seqzoo.datasets.whole import Read, read_whole
from seqzoo.errors import InputError

MADE, MADE_NAME = 1500, "made-shapes"


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


def load(config: Any) -> Read[Drawing]:
    """The drawings that a recipe's settings describe.

    Args:
        config: `Settings`: dataset, data, tolerance, validation, test.

    Raises:
        InputError: on an unknown name, a dataset beside a file, a flag that plays no part, or a file that
            cannot be read.
    """
    if config.data is None and config.dataset == MADE_NAME and config.tolerance is not None:
        raise InputError(
            f"--tolerance: it is for --data and kanjivg; {MADE_NAME} has as many points as it needs"
        )
    return read_whole(CORPORA, config, lambda path: read(path, config.tolerance or 0.0))
