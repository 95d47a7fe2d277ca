"""What may be wrong with captions: one for every picture, and a decoder that ignores its picture."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from seqzoo.diagnosis.result import Finding
from seqzoo.tasks.captions import corpora
from seqzoo.tasks.captions.scores import losses, written

if TYPE_CHECKING:
    from seqzoo.tasks.captions.predictor import Captioner

MOST = 200  # pictures that are looked at
FEW = 8  # of them, below which little can be said
VARIED = 0.2  # share of different captions, of as many different references
WORTH = 0.05  # nats a token that another picture should cost at least


def findings(predictor: "Captioner", path: Path) -> Iterator[Finding]:
    """What is wrong with the captions of pictures.

    Args:
        predictor: a `Captioner`.
        path: as the training's `--data`, or a picture, or a folder of pictures.

    Raises:
        InputError: on files that cannot be read.
    """
    found = corpora.every(path)[:MOST]
    pictures = [predictor.fitted(each) for each in found]
    references = [each.captions for each in found]
    given = written(predictor.captioning, pictures, predictor.measured_search)
    yield varied(given, references)
    if all(references) and len(found) >= FEW:
        yield looked_at(*losses(predictor.captioning, pictures, references))


def varied(given: list[str], references: list[tuple[str, ...]]) -> Finding:
    """Whether there is more than one caption for all pictures."""
    count, different = len(given), len(set(given))
    found = f"{different:,} different captions of {count:,} pictures"
    if count < FEW:
        return Finding("note", "answers", "model", f"{found}: too few to tell more")
    known = [said[0] for said in references if said]
    expected = len(set(known)) / len(known) if known else 1.0
    if different / count > VARIED * expected:
        return Finding("ok", "answers", "model", found)
    commonest = max(set(given), key=given.count)
    return Finding(
        "warning", "answers", "model", f"{found}; the commonest is {commonest[:60]!r}",
        "the network has learned which words are frequent, and not to see: train longer, at another "
        "--learning-rate; see whether pictures and captions belong together",
    )  # fmt: skip


def looked_at(loss: float, shuffled: float) -> Finding:
    """Whether captions are likelier beside their own pictures than beside others.

    Args:
        loss, shuffled: nats a token of captions beside their own pictures, and beside others.
    """
    found = f"{loss:.3f} nats a token; beside other pictures {np.round(shuffled - loss, 3):.3f} more"
    if shuffled - loss >= WORTH:
        return Finding("ok", "answers", "picture", found)
    return Finding(
        "warning", "answers", "picture", f"{found}: the decoder ignores its picture",
        "train longer; a larger --token-dropout makes words of a caption help less, so that the picture "
        "helps more",
    )  # fmt: skip
