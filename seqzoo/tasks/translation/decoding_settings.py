"""How a translation is searched for, or drawn."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from seqzoo import decoding
from seqzoo.errors import InputError


@dataclass(frozen=True)
class Search:
    """How translations are searched for; see `seqzoo.decoding`.

    Attributes:
        beam_size: 1 is greedy.
        n_best: translations of each text.
        length_penalty, coverage_penalty: see `seqzoo.decoding.beam.Penalties`.
        min_length: tokens at least.
        max_length: tokens at most; None: twice as many as a text of that length had in training, plus 10.
        no_repeat_ngram: no n tokens come twice in a translation; 0: they may.
        seed: with a seed a translation is drawn, not searched for; None: search.
        temperature, top_k, top_p: how it is drawn; see `seqzoo.decoding.sample`.
    """

    beam_size: int = 5
    n_best: int = 1
    length_penalty: float = 0.0
    coverage_penalty: float = 0.0
    min_length: int = 0
    max_length: int | None = None
    no_repeat_ngram: int = 0
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None

    def check(self) -> None:
        """Refuse what no search can do.

        Raises:
            InputError: on a number out of its range, or settings that exclude each other.
        """
        for name in ("beam_size", "n_best"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InputError(
                    f"{name}: expected a whole number, at least 1; got {value!r}"
                )
        if self.n_best > self.beam_size:
            raise InputError(
                f"n_best: expected at most beam_size, {self.beam_size}; got {self.n_best}"
            )
        for name in ("length_penalty", "coverage_penalty"):
            value = getattr(self, name)
            if not value >= 0:
                raise InputError(f"{name}: expected at least 0; got {value}")
        longest = self.max_length or self.min_length
        decoding.Rules(longest, self.min_length, self.no_repeat_ngram)  # it checks itself
        self._check_draws()

    def run(
        self, step: Any, state: list, rules: decoding.Rules, source_mask: Any
    ) -> decoding.Hypotheses:
        """Search; see `seqzoo.decoding` for the arguments. A seed plays no part."""
        if self.beam_size == 1:
            return decoding.greedy(step, state, rules)
        return decoding.beam_search(
            step,
            state,
            rules,
            beam_size=self.beam_size,
            n_best=self.n_best,
            length_penalty=self.length_penalty,
            coverage_penalty=self.coverage_penalty,
            source_mask=source_mask,
        )

    def _check_draws(self) -> None:
        if self.seed is None:
            for name in ("temperature", "top_k", "top_p"):
                if getattr(self, name) not in (None, 1.0):
                    raise InputError(
                        f"{name}: expected a seed too, which says to draw translations"
                    )
            return
        decoding.check_draws(self.temperature, self.top_k, self.top_p)
        if self.n_best > 1:
            raise InputError(
                f"n_best: one translation is drawn for a seed; got n_best={self.n_best}"
            )


def kept_search(search: Any) -> bool:
    """Whether a setting is how the training's test was searched: `beam_size` and `length_penalty`."""
    if not isinstance(search, dict) or not set(search) <= {"beam_size", "length_penalty"}:
        return False
    beam_size, penalty = search.get("beam_size", 1), search.get("length_penalty", 0.0)
    if isinstance(beam_size, bool) or not isinstance(beam_size, int):
        return False
    if isinstance(penalty, bool) or not isinstance(penalty, (int, float)):
        return False
    return 1 <= beam_size <= 1000 and 0 <= penalty <= 1000


def search_of(options: Any, measured: Search, attends: bool) -> Search:
    """The search that options ask for.

    Args:
        options: fields of `Search`, some of them None, perhaps among others.
        measured: the search of the training's test; what the options leave open is as there. With `n_best`
            alone the beam is as wide as that needs.
        attends: whether the model has attention.

    Raises:
        InputError: if options exclude each other, or the model has no attention for them.
    """
    names = [field.name for field in dataclasses.fields(Search)]
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    beam_size = measured.beam_size
    if given.get("seed") is None:
        beam_size = max(beam_size, given.get("n_best", 1))
    defaults: dict[str, Any] = {
        "beam_size": beam_size,
        "length_penalty": measured.length_penalty,
    }
    settings: dict[str, Any] = {
        name: defaults.get(name) if value is None else value
        for name, value in given.items()
    }
    search = Search(**settings)
    if search.coverage_penalty and not attends:
        raise InputError("coverage_penalty: the model has no attention")
    search.check()
    return search
