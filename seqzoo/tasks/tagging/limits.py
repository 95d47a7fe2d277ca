"""What tags a token can have by the marks of `rules`: minus infinity is added to the scores of the others."""

from collections.abc import Sequence

import numpy as np

from seqzoo.tasks.tagging.rules import CUT, FREE, JOIN, UNITS, found
from seqzoo.text import schemes
from seqzoo.text.kinds import simplified

# Beside the marks of `rules`: a token of no span.
OUTSIDE = 3
MARKS = 4
CLOSED = ("BMES", "BIOES")  # schemes whose tags tell where a span ends


def of_entities(text: str) -> np.ndarray:
    """The marks of a text's characters where entities are sought, int8 (characters,).

    Emoji are outside of all entities, and none begins or ends within a grapheme cluster.
    """
    simple = simplified(text)
    marks = np.zeros(len(text), np.int8)
    for start, end, _ in found(simple):
        for unit in UNITS.finditer(simple, start, end):
            marks[unit.start() + 1 : unit.end()] = JOIN
            if unit.group(1):
                marks[unit.start() : unit.end()] = OUTSIDE
    return marks


def bans(tags: Sequence[str], scheme: str) -> np.ndarray:
    """What is added to the scores of tags.

    Args:
        tags: their names.
        scheme: a name in `schemes.SCHEMES`.

    Returns:
        float32 (marks, marks, tags): 0 or minus infinity, by the mark of a token and of the one behind it.
    """
    begin, inside, end, single, _ = tuple(schemes.SCHEMES[scheme])
    roles = [schemes.split(tag)[0] for tag in tags]
    starts = np.array([role in (begin, single) for role in roles])
    goes_on = np.array([role in (inside, end) for role in roles]) & ~starts
    open_ended = scheme == "BIO"  # nothing tells there that a span ends
    ends = np.array([role in (end, single) for role in roles]) & (not open_ended)
    outside = np.array([role == schemes.OUTSIDE for role in roles])

    banned = np.zeros((MARKS, MARKS, len(tags)), bool)
    banned[CUT] |= goes_on
    banned[JOIN] |= starts
    banned[OUTSIDE] |= ~outside
    banned[:, CUT] |= ~(ends | outside | open_ended)
    banned[:, JOIN] |= ends
    return np.where(banned, np.float32(-np.inf), np.float32(0))


def beside(marks: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The marks of the tokens of pieces, and those of the tokens behind them.

    A piece begins and ends freely, wherever it was cut out.

    Args:
        marks: int8 (pieces, time), anything behind a piece's end.
        lengths: of the pieces, int (pieces,).

    Returns:
        Two arrays, int8 (pieces, time), `FREE` behind a piece's end.
    """
    real = np.arange(marks.shape[1]) < lengths[:, None]
    own = np.where(real, marks, FREE).astype(np.int8)
    own[:, 0] = np.where(own[:, 0] == OUTSIDE, OUTSIDE, FREE)
    behind = np.zeros_like(own)
    behind[:, :-1] = own[:, 1:]
    return own, behind


def inner(names: Sequence[str], scheme: str) -> np.ndarray:
    """Number of each tag -> that of the tag that goes on with its label, or the outer tag, int (tags,).

    Args:
        names: of all tags that there may be.
        scheme: theirs.
    """
    inside = schemes.SCHEMES[scheme][1]
    numbers = {name: number for number, name in enumerate(names)}
    found = []
    for name in names:
        label = schemes.split(name)[1]
        goes_on = f"{inside}-{label}" if label else inside
        found.append(numbers[name if name == schemes.OUTSIDE else goes_on])
    return np.array(found)


def continued(tags: np.ndarray, marks: np.ndarray, inside: np.ndarray) -> None:
    """Give each token before which no border may stand the label of the one before it, in place.

    Args:
        tags: int32 (pieces, time).
        marks: of the tokens, int8 (pieces, time).
        inside: as `inner` gives it.
    """
    for row, place in np.argwhere(marks[:, 1:] == JOIN).tolist():
        expected = inside[tags[row, place]]
        if inside[tags[row, place + 1]] != expected:
            tags[row, place + 1] = expected
