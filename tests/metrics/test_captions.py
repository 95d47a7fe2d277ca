"""Scores of captions: worked out by hand, and CIDEr-D by its equations word by word."""

import math

import numpy as np
import pytest

from seqzoo.metrics.captions import caption_scores, cider


def cut(tokens, n):
    return [tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)]


def weighed(tokens, every, rare, n):
    return np.array([cut(tokens, n).count(g) * w for g, w in zip(every, rare, strict=True)])


def rarity(gram, references):
    pictures = sum(
        any(gram in cut(each, len(gram)) for each in said) for said in references
    )
    return math.log(len(references)) - math.log(max(1, pictures))


def plain_cider(captions, references, sigma=6.0):
    """Vedantam et al. 2015, eq. 1, 6 to 8, with an axis for each n-gram, and no care for time."""
    total = np.zeros(len(captions))
    texts = [*captions, *(each for said in references for each in said)]
    for n in range(1, 5):
        every = sorted({gram for each in texts for gram in cut(each, n)})
        rare = [rarity(gram, references) for gram in every]
        for row, (caption, said) in enumerate(zip(captions, references, strict=True)):
            for each in said:
                own, other = (weighed(tokens, every, rare, n) for tokens in (caption, each))
                norms = np.linalg.norm(own) * np.linalg.norm(other)
                if norms:
                    near = math.exp(-((len(caption) - len(each)) ** 2) / (2 * sigma**2))
                    alike = near * (np.minimum(own, other) @ other) / norms
                    total[row] += alike / len(said) / 4
    return 10 * total.mean()


def words(*texts):
    return [text.split() for text in texts]


CAPTIONS = words("a red circle left of a blue square", "a a red red circle", "green", "")
REFERENCES = [
    words("a red circle left of a blue square", "a circle and a square"),
    words("a red circle"),
    words("a green cross above a red one", "green and red", "crosses"),
    words("two shapes"),
]


def test_cider_is_that_of_its_equations():
    expected = plain_cider(CAPTIONS, REFERENCES)
    assert expected > 0
    assert cider(CAPTIONS, REFERENCES) == pytest.approx(expected, rel=1e-9)


def test_cider_of_the_references_is_ten_and_of_a_single_picture_nothing():
    texts = [f"the number {word} is it".split() for word in ("one", "two", "three", "four")]
    assert cider(texts, [[each] for each in texts]) == pytest.approx(10)
    assert cider(texts[:1], [texts[:1]]) == 0


def test_figures_of_captions_with_several_references():
    given = ["a red cat sits here", "a dog", "a dog"]
    references = [
        ["a cat", "a red cat sits here"],
        ["one dog"],
        ["a dog", "the dog", "dog"],
    ]
    found = caption_scores(
        given,
        references,
        [each.split() for each in given],
        [[each.split() for each in said] for said in references],
    )
    assert found["exact"] == pytest.approx(2 / 3)
    assert found["distinct_captions"] == pytest.approx(2 / 3)
    # One word of nine is in no reference; the lengths are those of the nearest references.
    precisions = [8 / 9, 5 / 6, 3 / 3, 2 / 2]
    assert found["bleu_4"] == pytest.approx(100 * np.prod(precisions) ** 0.25)
    assert 60 < found["chrf"] < 100
