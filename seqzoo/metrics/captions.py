"""Scores of captions against one or several references of each."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

Tokens = Sequence[str]
GRAMS = 4  # lengths of n-grams
SPREAD = 6.0  # tokens of difference in length


def caption_scores(
    captions: Sequence[str],
    references: Sequence[Sequence[str]],
    tokens: Sequence[Tokens],
    reference_tokens: Sequence[Sequence[Tokens]],
) -> dict[str, float]:
    """Figures of captions.

    Args:
        captions: one of each picture.
        references: one or several of each picture.
        tokens, reference_tokens: the same, as tokens.

    Returns:
        `exact`, the share that is one of its references; `bleu_4` and `chrf`, 0 to 100, by sacrebleu, of the
        tokens and of the texts; `cider`, see there; `distinct_captions`, the share of different ones.
    """
    import sacrebleu

    exact = [each in said for each, said in zip(captions, references, strict=True)]
    most = max(map(len, references))
    joined = [[" ".join(each) for each in said] for said in reference_tokens]
    bleu = sacrebleu.BLEU(tokenize="none", force=True)
    return {
        "exact": sum(exact) / len(captions),
        "bleu_4": bleu.corpus_score(
            [" ".join(each) for each in tokens], _streams(joined, most)
        ).score,
        "chrf": sacrebleu.CHRF()
        .corpus_score(list(captions), _streams(references, most))
        .score,
        "cider": cider(tokens, reference_tokens),
        "distinct_captions": len(set(captions)) / len(captions),
    }


def _streams(references: Sequence[Sequence[str]], count: int) -> list[list[Any]]:
    """References as sacrebleu takes them: the first of each, the second of each, ..."""
    return [
        [said[place] if place < len(said) else None for said in references]
        for place in range(count)
    ]


def cider(captions: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> float:
    """CIDEr-D (Vedantam et al. 2015, eq. 6 to 8), the mean over captions, from 0 to 10.

    How rare an n-gram is follows from these references alone: of a single picture all are as common.

    Args:
        captions: tokens of one of each picture.
        references: tokens of one or several of each.
    """
    common: Counter[Tokens] = Counter()  # in how many pictures' references
    for said in references:
        common.update({gram for each in said for gram in _grams(each)})
    pictures = math.log(max(len(references), 1))

    def weigh(tokens: Tokens) -> list[dict[Tokens, float]]:
        """TF-IDF of the n-grams of each length."""
        found: list[dict[Tokens, float]] = [{} for _ in range(GRAMS)]
        for gram, count in _grams(tokens).items():
            rare = pictures - math.log(max(1, common[gram]))
            found[len(gram) - 1][gram] = count * rare
        return found

    total = 0.0
    for caption, said in zip(captions, references, strict=True):
        own = weigh(caption)
        alike = [_alike(own, weigh(each), len(caption) - len(each)) for each in said]
        total += sum(alike) / len(alike)
    return 10.0 * total / len(captions)


def _grams(tokens: Tokens) -> Counter[Tokens]:
    """How often each n-gram comes, of one to four tokens."""
    return Counter(
        tuple(tokens[place : place + n])
        for n in range(1, GRAMS + 1)
        for place in range(len(tokens) - n + 1)
    )


def _alike(
    own: list[dict[Tokens, float]], other: list[dict[Tokens, float]], longer: int
) -> float:
    """The mean cosine of n-grams' weights, own ones cut off at the other's, less for another length."""
    penalty = math.exp(-(longer**2) / (2 * SPREAD**2))
    total = 0.0
    for ours, theirs in zip(own, other, strict=True):
        both = sum(
            min(w, theirs.get(gram, 0.0)) * theirs.get(gram, 0.0)
            for gram, w in ours.items()
        )
        norms = math.sqrt(
            sum(w**2 for w in ours.values()) * sum(w**2 for w in theirs.values())
        )
        total += penalty * both / norms if norms else 0.0
    return total / GRAMS
