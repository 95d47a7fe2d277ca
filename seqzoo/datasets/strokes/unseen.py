"""Drawings held out that a network never saw, but whose tokens it did."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from seqzoo.datasets.splits import draw
from seqzoo.datasets.strokes.drawing import Drawing
from seqzoo.errors import InputError


class Parts(NamedTuple):
    """Drawings in three parts, each in the order given."""

    train: list[Drawing]
    validation: list[Drawing]
    test: list[Drawing]


def split_unseen(
    drawings: Sequence[Drawing],
    validation: float,
    test: float,
    seed: int,
    least: int = 3,
) -> Parts:
    """Hold out drawings whose every token is in some drawings that are kept.

    A drawing of one token, or of a rare one, is always kept. Drawings of one name are held out together.

    Args:
        drawings: with tokens and names.
        validation, test: shares of all, about; above 0, below 1 together.
        seed: which.
        least: names that are kept, at least, for each token of what is held out.

    Raises:
        InputError: on shares out of range, or if nothing can be held out of a part.
    """
    if not (validation > 0 and test > 0 and validation + test < 1):
        raise InputError(
            f"validation, test: expected shares above 0, below 1 together; got {validation:g} and {test:g}"
        )
    tokens = {each.name: set(each.text) for each in drawings}
    lengths = {each.name: len(each.text) for each in drawings}
    kept = Counter(token for each in tokens.values() for token in each)

    order = sorted(tokens, key=lambda name: draw(name, seed, "unseen"))
    wanted = [round(share * len(tokens)) for share in (test, validation)]
    held: tuple[set[str], set[str]] = (set(), set())  # test, validation
    for name in order:
        if lengths[name] < 2 or any(kept[token] <= least for token in tokens[name]):
            continue
        place = next((n for n in (0, 1) if len(held[n]) < wanted[n]), None)
        if place is None:
            break
        held[place].add(name)
        kept.subtract(tokens[name])
    for part, names in zip(("test", "validation"), held, strict=True):
        if not names:
            raise InputError(
                f"{part}: none of {len(tokens)} drawings has only tokens that {least} others have"
            )
    return Parts(
        [each for each in drawings if each.name not in held[0] | held[1]],
        [each for each in drawings if each.name in held[1]],
        [each for each in drawings if each.name in held[0]],
    )
