"""How much a server takes on."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from seqzoo.errors import InputError
from seqzoo.tasks.inputs import KINDS

TOGETHER = (
    2  # of the largest sounds or pictures, what the files of a request may have in all
)
DECODED = 256 * 2**20  # bytes that the inputs of a request may have in memory


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a server accepts; the rest is refused at once.

    Attributes:
        max_texts: of a request.
        max_characters: of a text.
        max_seconds: of a sound.
        request_characters: of a request's texts together.
        queue: texts that wait for a model.
        max_wait: seconds that a request may have to wait for a model, as estimated; with more it is refused.
        batch: texts computed together.
        generations: texts that a language model writes at once.
        streams: sounds that a recognizer hears at once, as they come.
        length: tokens that a language model writes for a request.
        demand_steps: that demands on a text may take; see `seqzoo.tasks.demand_options`.
        drain: seconds in which, told to end, the server must be done with what it accepted.
    """

    max_texts: int = 64
    max_characters: int = 20_000
    max_seconds: float = 60.0
    request_characters: int = 200_000
    queue: int = 1024
    max_wait: float = 1.0
    batch: int = 64
    generations: int = 4
    streams: int = 4
    length: int = 1000
    demand_steps: int = 5_000_000
    drain: float = 10.0

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if not getattr(self, field.name) > 0:
                raise InputError(
                    f"{field.name}: expected above 0; got {getattr(self, field.name)}"
                )

    @property
    def body(self) -> int:
        """Bytes that a request of texts may have: every character escaped, and room for the rest."""
        return 12 * self.request_characters + 100 * self.max_texts + 10_000

    def file(self, reads: Sequence[str]) -> int:
        """Bytes of a file.

        Args:
            reads: kinds that the file may be of; see `seqzoo.tasks.inputs`.
        """
        return max(KINDS[name].served or self.body for name in reads)

    def request(self, reads: Sequence[str]) -> int:
        """Bytes of a request's body: in base64 three bytes are four.

        Args:
            reads: kinds that the model reads.
        """
        files = max(KINDS[name].served or 0 for name in reads)
        return max(self.body, 4 * TOGETHER * files // 3 + 100 * self.max_texts + 10_000)


def size(value: object) -> int:
    """How much there is to an input: characters of a text, bytes of arrays, values of JSON."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Mapping):
        return sum(len(str(name)) + size(each) for name, each in value.items())
    if isinstance(value, (list, tuple)):  # `Audio` too
        return sum(map(size, value))
    return 1
