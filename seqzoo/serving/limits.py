"""How much a server takes on."""

import dataclasses

from seqzoo.errors import InputError


@dataclasses.dataclass(frozen=True)
class Limits:
    """What a server accepts; the rest is refused at once.

    Attributes:
        max_texts: of a request.
        max_characters: of a text.
        request_characters: of a request's texts together.
        queue: texts that wait for a model.
        max_wait: seconds that a request may have to wait for a model, as estimated; with more it is refused.
        batch: texts computed together.
        generations: texts that a language model writes at once.
        length: tokens that a language model writes for a request.
        drain: seconds in which, told to end, the server must be done with what it accepted.
    """

    max_texts: int = 64
    max_characters: int = 20_000
    request_characters: int = 200_000
    queue: int = 1024
    max_wait: float = 1.0
    batch: int = 64
    generations: int = 4
    length: int = 1000
    drain: float = 10.0

    def __post_init__(self):
        for field in dataclasses.fields(self):
            if not getattr(self, field.name) > 0:
                raise InputError(
                    f"{field.name}: expected above 0; got {getattr(self, field.name)}"
                )

    @property
    def body(self) -> int:
        """Bytes that a request may have: every character escaped, and room for the rest."""
        return 12 * self.request_characters + 100 * self.max_texts + 10_000
