"""What stands out in encoded pairs, said once before training."""

from collections.abc import Iterable, Iterator

import numpy as np

from seqzoo.pipeline import remarks
from seqzoo.text.subwords import Subwords

MENDS = (
    "--unit unigram or bpe reads words in pieces, a larger --vocabulary knows more of them"
)


def left_out(count: int, total: int, max_length: int) -> Iterator[str]:
    """A line on training pairs that are too long; a warning, where there are many.

    Args:
        count: of such pairs.
        total: of the training part.
        max_length: pieces of a text.
    """
    if count:
        kind = "warning" if count > remarks.MANY_SHORTENED * total else "note"
        yield (
            f"{kind}: left out {count:,} of {total:,} training pairs: a text of {max_length:,} pieces or "
            "more; --max-length changes that"
        )


def unknown(
    pairs: Iterable[tuple[str, str]], both: tuple[Subwords, Subwords]
) -> Iterator[str]:
    """A line on the unknown pieces of sources and of targets.

    Args:
        pairs: of the validation part.
        both: from a source, and from a target, to ids.
    """
    counts = remarks.Unknown(), remarks.Unknown()
    for pair in pairs:
        for count, subwords, text in zip(counts, both, pair, strict=True):
            count.add(np.asarray(subwords.encode(text)))
    for count, side in zip(counts, ("source", "target"), strict=True):
        yield from count.lines(f"validation {side}", MENDS)
