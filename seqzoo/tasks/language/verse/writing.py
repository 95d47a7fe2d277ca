"""Poems that a model of verse writes."""

import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqzoo import decoding
from seqzoo.decoding.constraints import Constraints
from seqzoo.errors import InputError
from seqzoo.tasks.language.steps import Steps
from seqzoo.tasks.language.verse.sounds import Sounds
from seqzoo.tasks.language.verse.text import ENDS, Condition, shown
from seqzoo.text import mandarin
from seqzoo.text.running import END, Unit
from seqzoo.text.vocabulary import BOS, EOS, PAD, UNK, Vocabulary

TOGETHER = 32  # poems written side by side
FREE_LENGTH = 120  # tokens of a poem whose form is free


class Draws(NamedTuple):
    """How tokens are drawn; see `seqzoo.decoding.sample`.

    Attributes:
        temperature, top_k, top_p: as there.
        seed: the same gives the same poems; None: others each time.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None


@dataclasses.dataclass(frozen=True)
class Written:
    """A poem.

    Attributes:
        condition: behind which it was written.
        text: all of it, as the network wrote it.
        log_prob: of its tokens and its end, in nats.
    """

    condition: Condition
    text: str
    log_prob: float

    @property
    def lines(self) -> list[str]:
        """Its lines, without what ends them."""
        text = self.text
        for end in ENDS:
            text = text.replace(end, "\n")
        return text.removesuffix("\n").split("\n")

    @property
    def has_form(self) -> bool:
        """Whether it has the form that was asked for, and nothing else."""
        lines = self.lines
        sizes = {len(line) for line in lines}
        return (
            len(lines) == self.condition.lines
            and sizes == {self.condition.characters}
            and shown(lines) == self.text
        )


class Writer:
    """Writes poems by a network.

    Args:
        steps: the network.
        unit, vocabulary: how texts become ids.
    """

    def __init__(self, steps: Steps, unit: Unit, vocabulary: Vocabulary):
        self._steps, self._unit, self._vocabulary = steps, unit, vocabulary

    def poems(
        self,
        conditions: Iterable[Condition],
        options: Draws,
        constraints: Constraints | None = None,
    ) -> Iterator[Written]:
        """A poem behind each condition.

        Args:
            conditions: form and title of each.
            options: how they are drawn.
            constraints: on the tokens, the same for all; None: there are none.
        """
        seed = options.seed
        if seed is None:
            seed = int(np.random.default_rng().integers(2**32))
        left, start = iter(conditions), 0
        while part := list(itertools.islice(left, TOGETHER)):
            prompts = [self._prompt(condition) for condition in part]
            # A prompt ends with its line break.
            rules = dataclasses.replace(self._rules(constraints), bos=int(prompts[0][-1]))
            found = decoding.sample(
                self._steps,
                self._steps.behind(prompts),
                rules,
                seeds=[(seed, start + row) for row in range(len(part))],
                temperature=options.temperature,
                top_k=options.top_k,
                top_p=options.top_p,
            )
            rows = zip(part, found.tokens[:, 0], found.log_probs[:, 0], strict=True)
            yield from (self._written(*row) for row in rows)
            start += len(part)

    def searched(
        self,
        condition: Condition,
        n: int,
        beam: int,
        constraints: Constraints | None = None,
    ) -> Iterator[Written]:
        """The likeliest poems that a beam finds.

        Args:
            condition: form and title.
            n: poems.
            beam: beginnings that are kept.
            constraints: see `poems`.

        Raises:
            InputError: if more poems are asked for than the beam has.
        """
        if n > beam:
            raise InputError(f"n: expected at most beam, {beam}; got {n}")
        ids = self._prompt(condition)
        rules = dataclasses.replace(self._rules(constraints), bos=int(ids[-1]))
        start = self._steps.behind([ids])
        found = decoding.beam_search(self._steps, start, rules, beam_size=beam, n_best=n)
        for row, log_prob in zip(found.tokens[0], found.log_probs[0], strict=True):
            if np.isfinite(log_prob):
                yield self._written(condition, row, log_prob)

    def _prompt(self, condition: Condition) -> np.ndarray:
        return self._vocabulary.encode([END, *self._unit.tokens(condition.text)])

    def _rules(self, constraints: Constraints | None) -> decoding.Rules:
        forbidden = (PAD, UNK, BOS)
        if constraints is None:
            return decoding.Rules(max_length=FREE_LENGTH, forbidden=forbidden)
        return decoding.Rules(
            max_length=constraints.longest, forbidden=forbidden, constraints=constraints
        )

    def _written(self, condition: Condition, row: np.ndarray, log_prob: float) -> Written:
        tokens = self._vocabulary.decode(row[(row != PAD) & (row != EOS)])
        text = "".join(self._unit.shown(token, None) for token in tokens)
        return Written(condition, text, float(log_prob))


def to_json(poem: Written, sounds: Sounds | None) -> dict[str, Any]:
    """A poem with all that is known of its characters.

    Args:
        poem: the poem.
        sounds: readings and rhymes; None: there are none.
    """
    lines = poem.lines
    answer: dict[str, Any] = {
        "form": poem.condition.form,
        "title": poem.condition.title,
        "dynasty": poem.condition.dynasty,
        "text": poem.text,
        "lines": lines,
        "has_form": poem.has_form,
        "log_prob": poem.log_prob,
    }
    if sounds is None:
        return answer
    feet = [line[-1] for line in lines[1::2] if line]
    answer["rhyme"] = sounds.shared(feet)
    answer["characters"] = [[_heard(each, sounds) for each in line] for line in lines]
    return answer


def _heard(character: str, sounds: Sounds) -> dict[str, Any]:
    reading = sounds.readings.get(character)
    names = sounds.names_of(character)
    return {
        "character": character,
        "reading": reading,
        "tone": (mandarin.kind_of(reading) or None) if reading else None,
        "rhyme": names[0] if names else None,
    }


def to_text(poems: Sequence[Written] | Iterator[Written]) -> Iterator[str]:
    """Poems as text, a couplet a line, an empty line between two."""
    for number, poem in enumerate(poems):
        couplets = poem.text.replace(ENDS[1], f"{ENDS[1]}\n").removesuffix("\n")
        yield ("\n\n" if number else "") + couplets
