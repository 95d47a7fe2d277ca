"""Translations ranked by a second model, too: how likely the text is behind each (Li et al. 2016).

Maximum mutual information, MMI-bidi of section 4.2: (1 - w) log p(T | S) + w log p(S | T) of a text S and its
translation T. A dull answer fits every text, so that no text is likely behind it.
"""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from seqzoo.artifact import Artifact
from seqzoo.errors import InputError
from seqzoo.tasks.translation.decoding_settings import Search
from seqzoo.tasks.translation.inference import Translating, Translation
from seqzoo.text import turns

WEIGHT, CANDIDATES = 0.5, 10


class Ranking(NamedTuple):
    """How translations are ranked.

    Attributes:
        folder: of the second model.
        weight: its share, w, from 0 to 1.
        candidates: translations of each text that are ranked.
    """

    folder: str
    weight: float
    candidates: int

    def about(self) -> str:
        """In words."""
        return (
            f"the best of {self.candidates} by mutual information, weight {self.weight:g}"
        )


def ranking_of(options: Any) -> Ranking | None:
    """The ranking that options ask for.

    Args:
        options: `reverse_model`, `reverse_weight`, `candidates`, and perhaps `n_best`.

    Raises:
        InputError: on options that play no part, or fewer candidates than are asked for.
    """
    weight, candidates = options.reverse_weight, options.candidates
    if options.reverse_model is None:
        for name in ("reverse_weight", "candidates"):
            if getattr(options, name) is not None:
                raise InputError(f"{name}: expected a reverse_model, too")
        return None
    wanted = getattr(options, "n_best", 1)
    if candidates is not None and candidates < wanted:
        raise InputError(
            f"candidates: expected at least n_best, {wanted}; got {candidates}"
        )
    candidates = max(CANDIDATES, wanted) if candidates is None else candidates
    return Ranking(options.reverse_model, WEIGHT if weight is None else weight, candidates)


def widened(search: Search, candidates: int) -> Search:
    """A search that gives so many translations of a text."""
    if search.seed is not None:
        return dataclasses.replace(search, n_best=candidates)
    groups = search.groups
    beam_size = max(search.beam_size, -(-candidates // groups) * groups)
    return dataclasses.replace(search, beam_size=beam_size, n_best=candidates)


def ranked(
    reverse: Translating,
    texts: Sequence[str],
    found: Sequence[Sequence[Translation]],
    weight: float,
) -> list[list[Translation]]:
    """Translations with the rank as their score, best first; equals stay in their order.

    Args:
        reverse: the second model.
        texts: the sources; of the turns of a talk the last is meant.
        found: translations of each.
        weight: of the second model, from 0 to 1.
    """
    pairs = [
        (reverse.encode(each.text), reverse.target.encode(turns.last(text)))
        for text, best in zip(texts, found, strict=True)
        for each in best
    ]
    behind = iter(reverse.scores(pairs))

    def rank(each: Translation) -> Translation:
        log_probs, _ = next(behind)
        backward = float(log_probs.sum(dtype="float64"))
        score = (1 - weight) * each.score + weight * backward
        return dataclasses.replace(each, score=score, reverse_log_prob=backward)

    result = [[rank(each) for each in best] for best in found]
    return [sorted(best, key=lambda each: -each.score) for best in result]


def opened(folder: str, task_of: Any) -> Translating:
    """The second model.

    Args:
        folder: of its artifact.
        task_of: from a task's name to the task.

    Raises:
        InputError: if it is no model that writes a text for a text, or one that answers.
    """
    if not Path(folder).is_dir():
        raise InputError(f"reverse_model: expected the folder of a model; got {folder}")
    artifact = Artifact(Path(folder))
    task = task_of(artifact.config["task"], f"{folder}: task")
    if artifact.config["text"].get("context") and not artifact.config["config"].get("swap"):
        raise InputError(
            f"reverse_model: {folder}: expected a model trained with --swap; this one answers"
        )
    translating = getattr(task.predictor_class()(artifact), "translating", None)
    if not isinstance(translating, Translating):
        raise InputError(
            f"reverse_model: {folder}: expected a model trained with --swap; it is one of {task.name}"
        )
    return translating
