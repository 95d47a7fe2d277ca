"""Texts that a language model writes, a token at a time."""

from __future__ import annotations

import numbers
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from seqzoo import decoding
from seqzoo.errors import InputError
from seqzoo.tasks.language.inference import Reading
from seqzoo.text.running import END, Unit
from seqzoo.text.vocabulary import BOS, PAD, UNK, Vocabulary

_SURROGATE = re.compile("[\ud800-\udfff]")  # what stands for bytes that are no UTF-8
FEED = 256  # tokens of a prompt read at once


class Draws(NamedTuple):
    """How tokens are drawn.

    Attributes:
        length, temperature, top_k, top_p, seed, unknown: see `LanguageModel.generate`.
    """

    length: int
    temperature: float
    top_k: int | None
    top_p: float | None
    seed: int | None
    unknown: bool

    def check(self) -> None:
        """Refuse numbers out of range.

        Raises:
            InputError: naming the number.
        """
        _check_whole("length", self.length, 1)
        if self.seed is not None:
            _check_whole("seed", self.seed, 0)
        decoding.check_draws(self.temperature, self.top_k, self.top_p)


def check_prompt(prompt: Any) -> None:
    """Refuse a prompt that is no text.

    Raises:
        InputError: with the prompt.
    """
    if not isinstance(prompt, str) or "\0" in prompt or _SURROGATE.search(prompt):
        raise InputError(f"prompt: expected text; got {prompt!r}")


def beginning(prompt: str, unit: Unit) -> list[str]:
    """The prompt's tokens; of words, `</s>` for each line break in it."""
    if unit.name == "character":
        return unit.tokens(prompt)
    lines = [unit.tokens(line) for line in prompt.split("\n")]
    return [token for line in lines for token in [END, *line]][1:]


def pieces(
    reading: Reading, unit: Unit, vocabulary: Vocabulary, tokens: list[str], draws: Draws
) -> Iterator[str]:
    """Go on from some tokens: joined, the pieces are their continuation.

    Args:
        reading: the network.
        unit: how tokens are shown.
        vocabulary: how they become ids.
        tokens: behind the end of another text.
        draws: how they are drawn.
    """
    ids = vocabulary.encode([END, *tokens])
    states = reading.first_states(1)
    for start in range(0, len(ids) - 1, FEED):
        part = ids[None, start : min(start + FEED, len(ids) - 1)]  # (1, time)
        _, states = reading.run(part, states)

    random = np.random.default_rng(draws.seed)
    banned = np.zeros(len(vocabulary), np.float32)
    banned[[PAD, BOS] if draws.unknown else [PAD, BOS, UNK]] = -np.inf
    last, before = int(ids[-1]), tokens[-1] if tokens else None
    for _ in range(draws.length):
        outputs, states = reading.run(np.array([[last]], np.int32), states)
        # Of single precision, so that a seed gives the text that it always gave.
        drawn = np.array([np.float32(random.random())])
        scores = outputs["logits"][:, -1] + banned  # (1, words)
        how = draws.temperature, draws.top_k, draws.top_p
        last = int(decoding.draw(scores, drawn, *how)[0])
        token = vocabulary.tokens[last]
        yield unit.shown(token, before)
        before = token


def _check_whole(name: str, number: Any, least: int) -> None:
    whole = isinstance(number, numbers.Integral) and not isinstance(number, bool)
    if not whole or number < least:
        raise InputError(
            f"{name}: expected a whole number, at least {least}; got {number!r}"
        )
