"""What can be set of language models."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.datasets.reading.settings import EncodingSettings
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.errors import InputError
from seqzoo.tasks.demand_options import DemandOptions
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class GenerateOptions(DemandOptions):
    """What can be set of a text that the model writes; see `LanguageModel.generate`."""

    length: int = option(200, "tokens", least=1)
    temperature: float = option(
        1.0, f"below 1 likelier, above 1 wilder; {LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g}",
        least=LEAST_TEMPERATURE, most=MOST_TEMPERATURE,
    )  # fmt: skip
    top_k: int | None = option(None, "draw from so many of the likeliest alone", least=1)
    top_p: float | None = option(
        None, "draw from the likeliest whose probabilities sum to it", above=0, most=1
    )
    seed: int | None = option(
        None, "the same gives the same text; none: another each time", least=0
    )
    unknown: bool = option(False, "let <unk> be drawn too", served=False)
    beam: int | None = option(
        None,
        "search the likeliest text with a beam of this size, and draw none",
        least=1,
        served=False,
    )


@dataclass(frozen=True)
class MeasureOptions(EncodingSettings, Options):
    """What can be set of `seqzoo evaluate` for language models: how the model is helped while it reads."""

    per_token: bool = option(
        False, "write each token, a tab, its surprisal in bits; figures: standard error"
    )
    cache: int | None = option(
        None, "a neural cache of so many of the last tokens", least=1
    )
    cache_weight: float | None = option(None, "its share; none: 0.1", least=0, below=1)
    cache_flatness: float | None = option(
        None, "how far likeness of context counts; none: 0.3", least=0
    )
    dynamic: float | None = option(
        None, "learn from what has been read, at this rate", above=0
    )
    dynamic_decay: float | None = option(
        None, "share of the way back to the trained weights; none: 0", least=0, below=1
    )

    def check(self) -> None:
        """Refuse values out of range, and those that need another.

        Raises:
            InputError: naming the first.
        """
        super().check()
        for name in ("cache_weight", "cache_flatness"):
            if getattr(self, name) is not None and self.cache is None:
                raise InputError(f"--{name.replace('_', '-')}: expected --cache too")
        if self.dynamic_decay is not None and self.dynamic is None:
            raise InputError("--dynamic-decay: expected --dynamic too")
