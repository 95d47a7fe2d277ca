"""Naive answers beside a network's scores: what they score, and whether the network stays below them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

NETWORK = "The network"


class Naive(NamedTuple):
    """A naive answer, scored on one part of a corpus.

    Attributes:
        name: begins the names of its figures.
        title: what it is called in a sentence.
        about: how it answers, or why there is none.
        figures: name -> value; `score` is compared with the network's, higher is better. Empty: none.
    """

    name: str
    title: str
    about: str
    figures: dict[str, float]


def flat(answers: Sequence[Naive]) -> dict[str, Any]:
    """What stands among the network's figures: `NAME_FIGURE` of each answer, and `NAME`, how it answers."""
    found: dict[str, Any] = {}
    for answer in answers:
        found |= {f"{answer.name}_{key}": value for key, value in _shown(answer)}
        found[answer.name] = answer.about
    return found


def lines(answers: Sequence[Naive], part: str) -> list[str]:
    """A line for each answer: what it scores on a part."""
    return [_line(answer, part) for answer in answers]


def below(
    score: float, answers: Sequence[Naive], part: str, whose: str = NETWORK
) -> list[str]:
    """A sentence for each answer whose score is better than the network's.

    Args:
        score: the network's; higher is better.
        answers: the naive ones, on the same part.
        part: how the sentence calls it.
        whose: who has the score, where it is not the network alone; begins the sentence.
    """
    return [
        f"{whose} is below {answer.title} on {part}: score {score:.4f} against "
        f"{answer.figures['score']:.4f}. As it is, there is no reason to use it."
        for answer in answers
        if answer.figures.get("score", score) > score
    ]


def _line(answer: Naive, part: str) -> str:
    figures = ", ".join(f"{key} {value:.4f}" for key, value in _shown(answer))
    if not figures:
        return f"{answer.title}: {answer.about}"
    return f"{answer.title}: {part} {figures} ({answer.about})"


def _shown(answer: Naive) -> list[tuple[str, float]]:
    """The figures without `score`, which is one of the others."""
    return [(key, value) for key, value in answer.figures.items() if key != "score"]
