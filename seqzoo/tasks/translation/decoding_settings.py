"""How a translation is searched for, or drawn."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seqzoo import decoding
from seqzoo.decoding.bounds import DEMAND_STEPS
from seqzoo.decoding.constraints import Constraints
from seqzoo.decoding.constraints_texts import Wanted
from seqzoo.errors import InputError


@dataclass(frozen=True)
class Search:
    """How translations are searched for; see `seqzoo.decoding`.

    Attributes:
        beam_size: 1 is greedy.
        n_best: translations of each text.
        length_penalty, coverage_penalty: see `seqzoo.decoding.beam_step.Penalties`.
        min_length: tokens at least.
        max_length: tokens at most; None: twice as many as a text of that length had in training, plus 10.
        no_repeat_ngram: no n tokens come twice in a translation; 0: they may.
        repetition_penalty: see `seqzoo.decoding.Rules`.
        groups, diversity: of the beam; see `seqzoo.decoding.diverse_beam_search`.
        seed: with a seed translations are drawn, not searched for, in the order of `n_best`; None: search.
        temperature, top_k, top_p: how it is drawn; see `seqzoo.decoding.sample`.
        pattern, keyword, forbid, demand_steps: what it is to be, and what finding out may take; see
            `seqzoo.decoding.constraints_texts.Wanted`.
    """

    beam_size: int = 5
    n_best: int = 1
    length_penalty: float = 0.0
    coverage_penalty: float = 0.0
    min_length: int = 0
    max_length: int | None = None
    no_repeat_ngram: int = 0
    repetition_penalty: float = 1.0
    groups: int = 1
    diversity: float = 0.5
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int | None = None
    pattern: str | None = None
    keyword: str | None = None
    forbid: str | None = None
    demand_steps: int = DEMAND_STEPS

    @property
    def wanted(self) -> Wanted:
        """What a translation is to be."""
        return Wanted(self.pattern, self.keyword, self.forbid, self.demand_steps)

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
        if self.n_best > self.beam_size and self.seed is None:
            raise InputError(
                f"n_best: expected at most beam_size, {self.beam_size}; got {self.n_best}"
            )
        for name in ("length_penalty", "coverage_penalty"):
            value = getattr(self, name)
            if not value >= 0:
                raise InputError(f"{name}: expected at least 0; got {value}")
        self.rules(self.max_length or self.min_length)  # it checks itself
        self._check_draws()
        self._check_groups()
        self.wanted.check()
        if self.wanted and self.no_repeat_ngram:
            raise InputError(
                "no_repeat_ngram: expected 0 beside pattern, keyword or forbid"
            )

    def rules(self, limits: Any, constraints: Constraints | None = None) -> decoding.Rules:
        """What may come.

        Args:
            limits: tokens at most: a number, or one for each text, int32 (batch,).
            constraints: on all of them, `min_length` among them; then `limits` is a number.
        """
        least = 0 if constraints else self.min_length
        return decoding.Rules(
            limits,
            least,
            self.no_repeat_ngram,
            self.repetition_penalty,
            constraints=constraints,
        )

    def about(self) -> str:
        """The search in words."""
        if self.seed is None:
            words = "greedy" if self.beam_size == 1 else f"beam {self.beam_size}"
            return words if self.groups == 1 else f"{words} in {self.groups} groups"
        shares = [
            f"{name.replace('_', '-')} {value:g}"
            for name in ("temperature", "top_k", "top_p")
            if (value := getattr(self, name)) is not None
        ]
        return f"drawn with seed {self.seed}, {', '.join(shares)}"

    def run(
        self, step: Any, state: list, rules: decoding.Rules, source_mask: Any
    ) -> decoding.Hypotheses:
        """Search; see `seqzoo.decoding` for the arguments. A seed plays no part."""
        if self.beam_size == 1:
            return decoding.greedy(step, state, rules)
        if self.groups > 1:
            return decoding.diverse_beam_search(
                step,
                state,
                rules,
                beam_size=self.beam_size,
                n_best=self.n_best,
                groups=self.groups,
                diversity=self.diversity,
                length_penalty=self.length_penalty,
            )
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

    def _check_groups(self) -> None:
        if self.groups == 1:
            return
        if self.seed is not None:
            raise InputError("groups: a beam has them; with a seed translations are drawn")
        if self.coverage_penalty:
            raise InputError("groups and coverage_penalty: expected one of them")
        if self.groups < 1 or self.beam_size % self.groups:
            raise InputError(
                f"groups: expected a divisor of beam_size, {self.beam_size}; got {self.groups}"
            )


KEPT: dict[str, Callable[[Any], bool]] = {
    "beam_size": lambda value: type(value) is int and 1 <= value <= 1000,
    "length_penalty": lambda value: _is_number(value) and 0 <= value <= 1000,
    "min_length": lambda value: type(value) is int and 0 <= value <= 1000,
    "no_repeat_ngram": lambda value: type(value) is int and 0 <= value <= 1000,
    "repetition_penalty": lambda value: _is_number(value) and 1 <= value <= 1000,
    "seed": lambda value: type(value) is int and value >= 0,
    "temperature": lambda value: (
        _is_number(value)
        and decoding.LEAST_TEMPERATURE <= value <= decoding.MOST_TEMPERATURE
    ),
    "top_p": lambda value: _is_number(value) and 0 < value <= 1,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def kept_search(search: Any) -> bool:
    """Whether a setting is how the training's test was searched: fields of `Search`, those of `KEPT`."""
    if not isinstance(search, dict) or not set(search) <= set(KEPT):
        return False
    if "seed" not in search and {"temperature", "top_p"} & set(search):
        return False
    return all(KEPT[name](value) for name, value in search.items())


def search_of(options: Any, measured: Search, attends: bool) -> Search:
    """The search that options ask for.

    Args:
        options: fields of `Search`, some of them None, perhaps among others.
        measured: how the training's test was answered; what the options leave open is as there. If it was
            drawn, an option of a search makes it one. With `n_best` alone the beam is as wide as that needs.
        attends: whether the model has attention.

    Raises:
        InputError: if options exclude each other, or the model has no attention for them.
    """
    names = [field.name for field in dataclasses.fields(Search)]
    given = {name: getattr(options, name) for name in names if hasattr(options, name)}
    if given.get("diversity") is not None and given["groups"] == 1:
        raise InputError("diversity: expected groups, too: 2 or more")
    if given.get("seed") is None and not _searches(given):
        given["seed"] = measured.seed
    defaults = _defaults(given, measured)
    settings: dict[str, Any] = {
        name: defaults.get(name) if value is None else value
        for name, value in given.items()
    }
    search = Search(**settings)
    if search.coverage_penalty and not attends:
        raise InputError("coverage_penalty: the model has no attention")
    search.check()
    return search


def _searches(given: dict[str, Any]) -> bool:
    """Whether options are for a search, and so against draws."""
    named = any(given.get(name) is not None for name in ("beam_size", "length_penalty"))
    return named or given.get("coverage_penalty", 0) > 0 or given.get("groups", 1) > 1


def _defaults(given: dict[str, Any], measured: Search) -> dict[str, Any]:
    """What options that are left open stand for."""
    always = (
        "length_penalty",
        "min_length",
        "no_repeat_ngram",
        "repetition_penalty",
        "diversity",
    )
    defaults = {name: getattr(measured, name) for name in always}
    if given.get("seed") is not None:
        drawn = ("temperature", "top_k", "top_p")
        # Draws that are asked for without words on how are as those of the test, if those were drawn.
        return defaults | {name: getattr(measured, name) for name in ("beam_size", *drawn)}
    beam_size = max(measured.beam_size, given.get("n_best", 1))
    groups = given.get("groups", 1)
    beam_size = -(-beam_size // groups) * groups
    return defaults | {"beam_size": beam_size, "temperature": 1.0}
