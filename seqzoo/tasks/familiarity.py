"""How like the texts of its training an input is: what each answer of a text task carries.

Two figures tell it: the share of tokens that the model knows, and, of models that say how likely texts are,
the place of that likelihood among those of the validation part. `docs/guide/familiarity.md` has the distributions
that the bounds are drawn from.
"""

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from seqzoo.errors import InputError
from seqzoo.text.vocabulary import UNK

FIELD = "familiarity"  # of an answer
LIKELIHOODS = "likelihoods"  # of the settings of texts: the validation part's, at each hundredth of it
HUNDREDTHS = 101  # from the least likely text to the likeliest
SHOWN = 40  # characters of an unfamiliar text
MOST = 1000  # validation texts that are measured

KNOWN = 0.75  # share of known tokens, below which a text is unfamiliar
PERCENTILE = 2.0  # of a text's likelihood, below which it is unfamiliar


class Familiarity:
    """What tells how familiar an input is to one model.

    Args:
        text: how texts become ids, of the artifact's `config.json`; perhaps with `likelihoods`.
        where: of the settings; begins an error.

    Attributes:
        likelihoods: of validation texts, float64 (101,), ascending; None: the artifact has none.

    Raises:
        InputError: if there are likelihoods of another form.
    """

    def __init__(self, text: dict[str, Any], where: str):
        given = text.get(LIKELIHOODS)
        self.likelihoods = None if given is None else _checked(given, where)

    def of(self, known: float, likelihood: float | None = None) -> dict[str, Any]:
        """The figures of an input, values for JSON.

        Args:
            known: share of its tokens that the model knows.
            likelihood: mean log-probability of a token, in nats; None: the model says none.

        Returns:
            `known`; `percentile`, the share of validation texts that are less likely, in percent, if there
            is a likelihood to compare; `unfamiliar`, whether one of them is below its bound.
        """
        found: dict[str, Any] = {"known": round(known, 4)}
        unfamiliar = known < KNOWN
        if likelihood is not None and self.likelihoods is not None:
            percents = np.linspace(0, 100, HUNDREDTHS)
            place = float(np.interp(likelihood, self.likelihoods, percents))
            found["percentile"] = round(place, 1)
            unfamiliar = unfamiliar or place < PERCENTILE
        return found | {"unfamiliar": unfamiliar}


def known_share(ids: Sequence[int] | np.ndarray) -> float:
    """The share of ids, int (time,), that are not `<unk>`; 1 of none."""
    if not len(ids):
        return 1.0
    return float(np.count_nonzero(np.asarray(ids) != UNK)) / len(ids)


def hundredths(likelihoods: Sequence[float]) -> list[float]:
    """What the settings of texts keep of the validation part's likelihoods, float (texts,)."""
    found = np.percentile(
        np.asarray(likelihoods, np.float64), np.linspace(0, 100, HUNDREDTHS)
    )
    return [round(float(value), 4) for value in found]


def spread(count: int, most: int = MOST) -> list[int]:
    """The places of at most `most` of `count` texts, evenly spaced from the first."""
    if count <= most:
        return list(range(count))
    return [place * count // most for place in range(most)]


def _checked(given: Any, where: str) -> np.ndarray:
    """Likelihoods, float64 (101,).

    Raises:
        InputError: unless they are 101 ascending numbers.
    """
    plain = isinstance(given, list) and len(given) == HUNDREDTHS
    if plain and all(type(value) in (int, float) for value in given):
        values = np.array(given, np.float64)
        if np.isfinite(values).all() and (np.diff(values) >= 0).all():
            return values
    raise InputError(
        f'{where}: "text": expected a usable "{LIKELIHOODS}": {HUNDREDTHS} ascending numbers'
    )


class Unlike:
    """Counts the answers to unfamiliar inputs, for output that has no place to say so."""

    def __init__(self) -> None:
        self.answers = self.unfamiliar = 0
        self.first = ""

    def count(self, answer: dict[str, Any]) -> None:
        """Take an answer, or a record of an error, into account."""
        self.answers += 1
        if not answer.get(FIELD, {}).get("unfamiliar"):
            return
        self.unfamiliar += 1
        if self.unfamiliar == 1:
            self.first = str(answer.get("text", ""))[:SHOWN]

    def tell(self) -> None:
        """Print a line on standard error, if there were such inputs."""
        if self.unfamiliar:
            print(
                f"{self.unfamiliar:,} of {self.answers:,} texts are unlike those the model was trained on "
                f"(the first: {self.first!r}); do not rely on their answers",
                file=sys.stderr,
                flush=True,
            )
