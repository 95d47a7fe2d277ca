"""What can be set of poems that a model writes."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.datasets.reading.settings import EncodingSettings
from seqzoo.decoding.bounds import LEAST_TEMPERATURE, MOST_TEMPERATURE
from seqzoo.errors import InputError
from seqzoo.tasks.demand_options import check_steps, demand, steps_option
from seqzoo.tasks.language.verse.text import DYNASTIES, NAMES
from seqzoo.tasks.options import Options

AUTO = "auto"
TEMPERATURE = 0.8
MOST_POEMS = 20  # of a request to a server


@dataclass(frozen=True)
class VerseOptions(Options):
    """What can be set of poems that the model writes; see `Verse.poems`."""

    form: str = option("4x7", "lines x characters", NAMES)
    title: str | None = option(None, "what the poem is called, and about; none: unknown")
    dynasty: str = option(
        AUTO,
        "whose manner; auto: the first that the model was trained on",
        (AUTO, *DYNASTIES),
    )
    first: str | None = option(
        None,
        "characters that the poem begins with; beside an acrostic, that its first line holds",
    )
    acrostic: str | None = option(
        None, "the first characters of the lines (藏头), from the first line on"
    )
    lines: str | None = option(
        None,
        "lines with commas between; ? stands for a free character, or alone for a free line",
    )
    keyword: str | None = demand("characters that come somewhere, in a row")
    rhyme: bool = option(False, "even lines rhyme")
    rhyme_group: str | None = option(
        None,
        "a group of rhymes that even lines are of: one of the 中华新韵, or of --rhymes",
    )
    rhymes: str | None = option(
        None, "a table of your own, a character and its group a line; none: modern Mandarin",
        path=True, served=False,
    )  # fmt: skip
    tones: bool = option(False, "level and oblique tones alternate as in regulated verse")
    repeat: bool = option(True, "characters may come twice")
    forbid: str | None = demand("characters that never come")
    pattern: str | None = demand(
        "a regular expression that the poem, with ， and 。, matches as a whole"
    )
    demand_steps: int = steps_option("pattern")
    free: bool = option(
        False, "leave the form to the network, and demand nothing", served=False
    )
    n: int = option(1, "poems", least=1, served=MOST_POEMS)
    beam: int | None = option(
        None, "search the likeliest poems with a beam of this size, and draw none",
        least=1, served=MOST_POEMS,
    )  # fmt: skip
    temperature: float | None = option(
        None,
        f"below 1 likelier, above 1 wilder; {LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g}; "
        f"none: {TEMPERATURE}",
        least=LEAST_TEMPERATURE, most=MOST_TEMPERATURE,
    )  # fmt: skip
    top_k: int | None = option(None, "draw from so many of the likeliest alone", least=1)
    top_p: float | None = option(
        None, "draw from the likeliest whose probabilities sum to it", above=0, most=1
    )
    seed: int | None = option(
        None, "the same gives the same poems; none: others each time", least=0
    )
    json: bool = option(
        False, "a JSON object a poem, with reading, tone and rhyme of each character"
    )

    def check(self) -> None:
        """Refuse values out of range, demands of nothing, and what would play no part.

        Raises:
            InputError: naming the first.
        """
        super().check()
        check_steps(self)
        for name in ("first", "acrostic", "lines", "keyword", "forbid", "pattern"):
            if getattr(self, name) == "":
                raise InputError(f"{name}: expected characters; got none")
        heard = self.rhyme or self.rhyme_group is not None or self.json
        if self.rhymes is not None and not (heard or self.free):
            raise InputError("rhymes: expected rhyme, rhyme_group or json, too")
        if self.beam is None:
            return
        for name in ("temperature", "top_k", "top_p", "seed"):
            if getattr(self, name) is not None:
                raise InputError(f"{name}: beside beam it plays no part: nothing is drawn")


@dataclass(frozen=True)
class VerseMeasure(EncodingSettings, Options):
    """What can be set of `seqzoo evaluate` for verse."""

    titles: bool = option(True, "read poems behind their titles")
    train: str | None = option(
        None, "the poems of the training: a 5-gram is counted on them, and copied lines show",
        path=True,
    )  # fmt: skip
    write: int = option(0, "poems that the model writes freely, to measure them", least=0)
    temperature: float | None = option(
        None, f"of these poems; none: {TEMPERATURE}",
        least=LEAST_TEMPERATURE, most=MOST_TEMPERATURE,
    )  # fmt: skip
    seed: int | None = option(None, "of these poems; none: 0", least=0)
    rhymes: str | None = option(
        None, "a table of your own, a character and its group a line; none: modern Mandarin",
        path=True,
    )  # fmt: skip

    def check(self) -> None:
        """Refuse values out of range, and what is of poems where none are written.

        Raises:
            InputError: naming the first.
        """
        super().check()
        for name in ("temperature", "seed", "rhymes"):
            if getattr(self, name) is not None and not self.write:
                raise InputError(f"{name}: expected write, too: the number of poems")
