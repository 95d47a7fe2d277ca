"""Made texts to try a model with."""

import random
from collections.abc import Sequence

from seqzoo.text.vocabulary import SPECIAL, Vocabulary


def words_of(vocabulary: Vocabulary) -> list[str]:
    """The tokens of a vocabulary that a text can have."""
    return [token for token in vocabulary.tokens[len(SPECIAL) :] if token.isprintable()]


def made_texts(words: Sequence[str], count: int, longest: int, unit: str) -> list[str]:
    """Texts of known words in no order, some unknown ones among them.

    Args:
        words: to draw from.
        count: of texts.
        longest: tokens of a text at most; of words half of it.
        unit: `"character"`: nothing stands between the words, else a space.
    """
    draw = random.Random(0)
    between = "" if unit == "character" else " "
    texts = []
    for _ in range(count):
        size = draw.randint(1, max(1, longest // 2 if unit != "character" else longest))
        chosen = [draw.choice(words) for _ in range(size)]
        if size > 2 and draw.random() < 0.3:
            chosen[draw.randrange(size)] = draw.choice("ßж漢7")
        texts.append(between.join(chosen))
    return texts
