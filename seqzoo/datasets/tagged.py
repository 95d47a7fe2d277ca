"""Texts with a tag for each token: what readers of tagged sequences give."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from seqzoo.errors import InputError
from seqzoo.text import schemes


@dataclass(frozen=True)
class Tagged:
    """One sequence of tokens with their tags, and where it stands (`file:line`).

    Attributes:
        tokens: the tokens; for segmentation the characters.
        tags: a tag for each; of a user's file in BIOES, whatever scheme the file has.
        source: `file:line`.
        auxiliary: a further label for each token, to learn from beside the tags; or empty.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    source: str
    auxiliary: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The tokens in one, by which a split is drawn."""
        return "".join(self.tokens)

    @property
    def answer(self) -> str:
        """The tags in one."""
        return " ".join(self.tags)

    @property
    def kinds(self) -> list[str]:
        """The labels of its spans."""
        return [label for *_, label in schemes.tags_to_spans(self.tags) if label]

    @property
    def alone(self) -> str:
        """What to say of a file that has this sequence and no other."""
        return f"one sequence of {len(self.tokens):,} tokens; a blank line, or -DOCSTART-, parts sequences"


class Sequences:
    """The sequences of a file, read anew by each iteration.

    Attributes:
        name: of the file; begins errors.
        found: what was found of its form, in a line.
        remarkable: whether that is more than the file's name says.
        unit: what a token is.
    """

    name: str
    found: str
    remarkable: bool = True
    unit: str
    may_have_header = False

    def __iter__(self) -> Iterator[Tagged | InputError]:
        """The sequences, and what is wrong with those that cannot be used.

        Raises:
            InputError: if there is none, or on what hides where the next begins.
        """
        raise NotImplementedError


def words_tagged(
    words: Sequence[str], source: str, auxiliary: Sequence[str] = ()
) -> Tagged:
    """Words as characters tagged BMES."""
    return Tagged(
        tuple("".join(words)), tuple(schemes.words_to_tags(words)), source, tuple(auxiliary)
    )
