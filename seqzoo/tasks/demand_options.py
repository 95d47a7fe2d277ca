"""What a user may demand of a text that a model writes: declared once for all tasks that write texts."""

from dataclasses import dataclass

from seqzoo.config import option
from seqzoo.tasks.options import Options


@dataclass(frozen=True)
class DemandOptions(Options):
    """Demands on a text; see `seqzoo.decoding.constraints_texts.Wanted`."""

    pattern: str | None = option(
        None, "a regular expression that what is written matches as a whole", served=False
    )
    keyword: str | None = option(
        None, "a text that comes in it; | between several", served=False
    )
    forbid: str | None = option(
        None, "a text that does not come in it; | between several", served=False
    )
