"""What a user may demand of a text that a model writes: declared once for all tasks that write texts."""

from dataclasses import dataclass
from typing import Any

from seqzoo.config import option
from seqzoo.config.fields import SAID
from seqzoo.decoding.bounds import DEMAND_STEPS
from seqzoo.errors import InputError
from seqzoo.tasks.options import STEPS, Options, demands_of

MOST_SERVED = 200  # characters of a demand that a request makes


def demand(help: str) -> Any:
    """An option that demands something of a text; a request may make a short one."""
    return option(None, help, served=MOST_SERVED)


def steps_option(*demands: str) -> Any:
    """How much finding out may take what demands allow; a request cannot say.

    Args:
        demands: the options that it is for.
    """
    help = (
        "steps that demands may take: tokens x states x kinds of tokens, or states that a pattern goes "
        "through"
    )
    needs = dict.fromkeys(demands, SAID)
    return option(DEMAND_STEPS, help, least=1000, served=False, needs=needs)


def check_steps(options: Options) -> None:
    """Refuse a number of steps beside no demand.

    Raises:
        InputError: on one.
    """
    demands = demands_of(type(options))
    given = getattr(options, STEPS)
    if given != DEMAND_STEPS and all(getattr(options, name) is None for name in demands):
        raise InputError(f"{STEPS}: expected {' or '.join(demands)}, too")


@dataclass(frozen=True)
class DemandOptions(Options):
    """Demands on a text; see `seqzoo.decoding.constraints_texts.Wanted`."""

    pattern: str | None = demand(
        "a regular expression that what is written matches as a whole"
    )
    keyword: str | None = demand("a text that comes in it; | between several")
    forbid: str | None = demand("a text that does not come in it; | between several")
    demand_steps: int = steps_option("pattern", "keyword", "forbid")

    def check(self) -> None:
        """Refuse values out of range, and steps beside no demand.

        Raises:
            InputError: naming the first.
        """
        super().check()
        check_steps(self)
