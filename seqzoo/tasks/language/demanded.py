"""Texts that a language model writes to their end, under demands or by a beam."""

from collections.abc import Iterator, Sequence

import numpy as np

from seqzoo import decoding
from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.constraints_texts import Wanted, constraints_of
from seqzoo.errors import InputError
from seqzoo.tasks.language.inference import Reading
from seqzoo.tasks.language.steps import Steps
from seqzoo.tasks.language.writing import Draws
from seqzoo.text.running import END, Unit
from seqzoo.text.vocabulary import BOS, EOS, PAD, SPECIAL, UNK, Vocabulary

NEVER = (PAD, UNK, BOS)


class Writer:
    """Writes continuations that end.

    Args:
        reading: the network.
        unit, vocabulary: how texts become ids.
    """

    def __init__(self, reading: Reading, unit: Unit, vocabulary: Vocabulary):
        self._steps, self._unit, self._vocabulary = Steps(reading), unit, vocabulary

    def pieces(
        self, tokens: list[str], draws: Draws, wanted: Wanted, beam: int | None
    ) -> Iterator[str]:
        """A continuation, piece by piece.

        Args:
            tokens: that it goes on from, behind the end of another text.
            draws: how it is drawn; `length` is the most tokens.
            wanted: what it is to be.
            beam: beginnings of a search; None: draw.

        Raises:
            InputError: on settings that play no part, or demands that cannot be met.
        """
        _check(draws, wanted, beam)
        ids = self._vocabulary.encode([END, *tokens])
        constraints = self._constraints(wanted, draws.length) if wanted else None
        rules = decoding.Rules(
            draws.length, forbidden=NEVER, bos=int(ids[-1]), constraints=constraints
        )
        state = self._steps.behind([ids])
        if beam is not None:
            found = decoding.beam_search(self._steps, state, rules, beam_size=beam)
        else:
            found = decoding.sample(
                self._steps,
                state,
                rules,
                seeds=[np.random.default_rng(draws.seed).integers(2**32)],
                temperature=draws.temperature,
                top_k=draws.top_k,
                top_p=draws.top_p,
            )
        return self._shown(found.tokens[0, 0], tokens[-1] if tokens else None)

    def _constraints(self, wanted: Wanted, longest: int) -> Constraints:
        texts = texts_of(self._vocabulary.tokens, self._unit)
        spaced = self._unit.name != "character"
        return constraints_of(texts, wanted, end=EOS, longest=longest, spaced=spaced)

    def _shown(self, row: np.ndarray, before: str | None) -> Iterator[str]:
        """The pieces of a row of ids, int32 (time,)."""
        for token in self._vocabulary.decode(row[(row != PAD) & (row != EOS)]):
            yield self._unit.shown(token, before)
            before = token


def texts_of(tokens: Sequence[str], unit: Unit) -> list[str | None]:
    """What each token is written as; None: of special ones. Words have a space before them."""
    first = len(SPECIAL)
    if unit.name == "character":
        shown = [unit.shown(token, None) for token in tokens[first:]]
    else:
        shown = [f" {token}" for token in tokens[first:]]
    return [None] * first + shown


def _check(draws: Draws, wanted: Wanted, beam: int | None) -> None:
    """Refuse what would play no part."""
    if wanted and draws.unknown:
        raise InputError("unknown: expected no demands beside it: <unk> has no text")
    if beam is None:
        return
    if draws.unknown:
        raise InputError("unknown: beside beam it plays no part: nothing is drawn")
    for name in ("top_k", "top_p", "seed"):
        if getattr(draws, name) is not None:
            raise InputError(f"{name}: beside beam it plays no part: nothing is drawn")
    if draws.temperature != 1:
        raise InputError("temperature: beside beam it plays no part: nothing is drawn")
