"""Scores of a captioner: of what it writes, and of what its pictures are worth to it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.metrics.captions import caption_scores
from seqzoo.tasks.captions.inference import Captioning, Search

References = Sequence[Sequence[str]]  # captions of each picture


def written(
    captioning: Captioning, pictures: Sequence[np.ndarray], search: Search
) -> list[str]:
    """The best caption of each picture, uint8 (size, size, 3) each; empty where there is none."""
    return [best[0].text if best else "" for best in captioning(pictures, search)]


def scores(
    captioning: Captioning,
    pictures: Sequence[np.ndarray],
    references: References,
    search: Search,
    given: Sequence[str] | None = None,
) -> dict[str, Any]:
    """What a captioner scores on pictures.

    Args:
        captioning: the model.
        pictures: uint8 (size, size, 3) each.
        references: one or several captions of each, as they came.
        search: how captions are searched for.
        given: the model's captions, if they are there; None: they are searched for.

    Returns:
        What `caption_scores` gives; `score`, chrF; `perplexity` of the references' tokens;
        `shuffled_minus_loss`, how many nats a token more they cost beside another picture; `decoding`.
    """
    text = captioning.text
    if given is None:
        given = written(captioning, pictures, search)
    plain = [[text.normal(each) for each in said] for said in references]
    tokens = [text.tokens(each) for each in given]
    of_references = [[text.tokens(each) for each in said] for said in plain]
    found = caption_scores(given, plain, tokens, of_references)
    loss, shuffled = losses(captioning, pictures, references)
    return {
        "score": found["chrf"],
        **found,
        "perplexity": float(np.exp(loss)),
        "shuffled_minus_loss": shuffled - loss,
        "decoding": search.about(),
    }


def losses(
    captioning: Captioning, pictures: Sequence[np.ndarray], references: References
) -> tuple[float, float]:
    """Nats a token of the captions of pictures: beside these, and beside the pictures half of them further.

    A decoder that ignores its picture has the same of both.
    """
    return tuple(  # type: ignore[return-value]
        _loss(captioning, pictures, references, shift)
        for shift in (0, max(1, len(pictures) // 2))
    )


def _loss(
    captioning: Captioning,
    pictures: Sequence[np.ndarray],
    references: References,
    shift: int,
) -> float:
    pairs = [
        (pictures[(row + shift) % len(pictures)], captioning.text.encode(caption))
        for row, said in enumerate(references)
        for caption in said
    ]
    log_probs = [each for each, _ in captioning.scores(pairs)]
    total = sum(float(each.sum(dtype=np.float64)) for each in log_probs)
    return -total / sum(map(len, log_probs))
