"""The naive answer beside a captioner's scores: the most frequent caption of the training."""

from collections import Counter
from collections.abc import Iterable, Sequence

from seqzoo.metrics.captions import caption_scores
from seqzoo.pipeline.naive import Naive
from seqzoo.tasks.captions.text import Text

FILE = "majority.txt"


def most_frequent(captions: Iterable[str]) -> str:
    """The most frequent caption; of several the first in order."""
    counts = Counter(captions)
    return min(counts, key=lambda each: (-counts[each], each))


def answers(references: Sequence[Sequence[str]], constant: str, text: Text) -> list[Naive]:
    """What the naive answer scores.

    Args:
        references: captions of each picture.
        constant: the most frequent one of the training part.
        text: tokens.
    """
    about = f"always {constant!r}, the most frequent caption of the training part"
    plain = [[text.normal(each) for each in said] for said in references]
    given = [constant] * len(plain)
    tokens = [[text.tokens(each) for each in said] for said in plain]
    found = caption_scores(given, plain, [text.tokens(constant)] * len(plain), tokens)
    figures = {
        "score": found["chrf"],
        "chrf": found["chrf"],
        "exact": found["exact"],
        "cider": found["cider"],
    }
    return [Naive("majority", "the most frequent caption", about, figures)]
