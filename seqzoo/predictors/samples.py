"""Texts to try a trained model with, made of its own vocabulary."""

import random

from seqzoo.vocabulary import SPECIAL


def made_texts(predictor, count: int, longest: int) -> list[str]:
    """Texts of known tokens in no order, some unknown ones among them, of 1 to `longest` tokens."""
    draw = random.Random(0)
    if predictor.config["task"] == "translation":
        source = predictor.translating.source
        words = [p.replace("▁", "") for p in source.pieces(range(len(SPECIAL), len(source)))]
        words, longest = [word for word in words if word.isalpha()], min(longest // 2, 12)
    else:
        vocabulary = (
            predictor.vocabulary if hasattr(predictor, "vocabulary") else predictor.tagging.coder.vocabulary
        )
        words = [token for token in vocabulary.tokens[len(SPECIAL) :] if token.isprintable()]
    unit = predictor.config["text"]["unit"]
    between = "" if unit == "character" else " "
    texts = []
    for _ in range(count):
        length = draw.randint(1, max(1, longest // 2 if unit != "character" else longest))
        chosen = [draw.choice(words) for _ in range(length)]
        if length > 2 and draw.random() < 0.3:
            chosen[draw.randrange(length)] = draw.choice("ßж漢7")
        texts.append(between.join(chosen))
    return texts
