"""What each hop of a memory network read of a story, as shades beside its sentences."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from seqzoo.reports import fonts

HIGH, WIDE = 0.28, 7.0  # inches: of a sentence, of all
SHOWN = 60  # characters of a sentence


def hops(
    story: Sequence[str],
    question: str,
    answer: str,
    attention: Sequence[Sequence[float]],
) -> Figure:
    """A column of shades for each hop, darker where it read more.

    Args:
        story: sentences, the oldest first.
        question: about it.
        answer: the network's.
        attention: for each hop a share of each sentence.
    """
    figure = Figure(figsize=(WIDE, 1.2 + HIGH * len(story)), layout="constrained")
    axes = figure.subplots()
    # (hops, sentences) -> (sentences, hops)
    axes.imshow(np.transpose(attention), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    texts, font = fonts.shown([each[:SHOWN] for each in (*story, f"{question} {answer}")])
    axes.set_yticks(range(len(story)), texts[:-1], **font)
    axes.set_xticks(
        range(len(attention)), [f"{hop}" for hop in range(1, len(attention) + 1)]
    )
    axes.set_xlabel("hop")
    axes.set_title(texts[-1], loc="left", **font)
    return figure
