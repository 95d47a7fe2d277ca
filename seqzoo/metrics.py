"""Scores as pure functions of labels or strings; nothing here knows a model or a tensor."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np


def confusion_matrix(
    gold: Sequence[int], predicted: Sequence[int], num_classes: int
) -> np.ndarray:
    """Counts, int64 (num_classes, num_classes); row: gold class, column: predicted class."""
    matrix = np.zeros((num_classes, num_classes), np.int64)
    np.add.at(matrix, (np.asarray(gold, int), np.asarray(predicted, int)), 1)
    return matrix


def accuracy(matrix: np.ndarray) -> float:
    """The share of examples on the diagonal of a confusion matrix."""
    return float(np.trace(matrix) / matrix.sum())


def macro_f1(matrix: np.ndarray) -> float:
    """The unweighted mean of the classes' F1 (harmonic mean of precision and recall).

    A class that is neither in the gold labels nor predicted counts 0, as in scikit-learn.
    """
    support = matrix.sum(0) + matrix.sum(1)
    return float(np.mean(2 * np.diag(matrix) / np.maximum(support, 1)))


def reliability(
    confidences: np.ndarray, right: np.ndarray, bins: int = 15
) -> list[dict[str, float]]:
    """Confidence beside accuracy, in bins of equal width (Guo et al. 2017, section 2).

    Args:
        confidences: float (examples,): the probability of each answer, from 0 to 1.
        right: bool (examples,): whether it is the gold label.
        bins: how many.

    Returns:
        For each bin that is not empty its `lower` and `upper` bound, the upper one included, `count`, mean
        `confidence` and `accuracy`.
    """
    places = np.clip(np.ceil(np.asarray(confidences) * bins).astype(int) - 1, 0, bins - 1)
    found = []
    for place in np.unique(places).tolist():
        inside = places == place
        found.append(
            {
                "lower": place / bins,
                "upper": (place + 1) / bins,
                "count": int(inside.sum()),
                "confidence": float(np.mean(confidences[inside])),
                "accuracy": float(np.mean(right[inside])),
            }
        )
    return found


def expected_calibration_error(bins: Sequence[Mapping[str, float]]) -> float:
    """The mean distance of confidence and accuracy, bins weighted by counts (Guo et al. 2017, equation 3).

    Args:
        bins: as `reliability` gives them.
    """
    total = sum(each["count"] for each in bins)
    apart = (each["count"] * abs(each["confidence"] - each["accuracy"]) for each in bins)
    return sum(apart) / total


def precision_recall_f1(correct: int, predicted: int, gold: int) -> dict[str, float]:
    """`precision`, `recall` and `f1` of counts; what is divided by zero counts 0, as in conlleval."""
    precision, recall = (
        correct / predicted if predicted else 0.0,
        correct / gold if gold else 0.0,
    )
    f1 = 2 * correct / (predicted + gold) if predicted + gold else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


class WordScores:
    """Segmentation as the SIGHAN bakeoff's scorer counts it (Emerson 2005): a word is right if both of
    its ends are.

    Args:
        vocabulary: the words of the training data: others are out of vocabulary. None: not counted.
    """

    def __init__(self, vocabulary: Collection[str] | None):
        self.vocabulary = vocabulary
        self.gold = self.predicted = self.correct = self.unknown = self.unknown_correct = 0

    def add(self, gold: Sequence[str], predicted: Sequence[str]) -> None:
        """Count one sentence.

        Raises:
            ValueError: if the two are not the same text.
        """
        if "".join(gold) != "".join(predicted):
            raise ValueError(
                f"expected the text {''.join(gold)!r}; got {''.join(predicted)!r}"
            )
        found = set(_places(predicted))
        for word, place in zip(gold, _places(gold), strict=True):
            known = self.vocabulary is None or word in self.vocabulary
            self.unknown += not known
            self.correct += place in found
            self.unknown_correct += not known and place in found
        self.gold, self.predicted = self.gold + len(gold), self.predicted + len(predicted)

    def result(self) -> dict[str, float]:
        """`precision`, `recall`, `f1`; `oov_rate`, and recall of words in and out of vocabulary."""
        known = self.gold - self.unknown
        scores = precision_recall_f1(self.correct, self.predicted, self.gold)
        if self.vocabulary is None:
            return scores
        return {
            **scores,
            "oov_rate": self.unknown / max(self.gold, 1),
            "oov_recall": self.unknown_correct / max(self.unknown, 1),
            "iv_recall": (self.correct - self.unknown_correct) / max(known, 1),
        }


def _places(words):
    """(start, end) of each word."""
    end = 0
    for word in words:
        start, end = end, end + len(word)
        yield start, end


class SpanScores:
    """Labelled spans as conlleval counts them (Tjong Kim Sang 2002): right if both ends and the label are."""

    def __init__(self):
        self.counts: dict[str, list[int]] = {}  # label -> correct, predicted, gold

    def add(self, gold: Sequence[tuple], predicted: Sequence[tuple]) -> None:
        """Count one sentence's spans (start, end, label)."""
        for column, spans in enumerate((set(gold) & set(predicted), predicted, gold)):
            for *_, label in spans:
                self.counts.setdefault(label, [0, 0, 0])[column] += 1

    def result(self) -> dict:
        """`precision`, `recall`, `f1` over all spans, and `types`: label -> the same and `gold`."""
        total = np.sum([*self.counts.values(), [0, 0, 0]], axis=0).tolist()
        types = {
            label: {**precision_recall_f1(*counts), "gold": counts[2]}
            for label, counts in sorted(self.counts.items())
        }
        return {**precision_recall_f1(*total), "types": types}


def translation_scores(
    translations: Sequence[str], references: Sequence[str], tokenize: str
) -> dict:
    """BLEU (Papineni et al. 2002) and chrF (Popovic 2015) of plain texts, 0 to 100, by sacrebleu (Post 2018).

    Args:
        translations, references: as many, case and all.
        tokenize: sacrebleu's name of how BLEU cuts texts into words: `13a`, `zh`, `char`, ...

    Returns:
        `bleu`, `chrf`, and the `signature` of each.
    """
    import sacrebleu

    bleu, chrf = sacrebleu.BLEU(tokenize=tokenize), sacrebleu.CHRF()
    scores = {
        "bleu": bleu.corpus_score(list(translations), [list(references)]).score,
        "chrf": chrf.corpus_score(list(translations), [list(references)]).score,
    }
    return scores | {"signature": f"{bleu.get_signature()} chrF: {chrf.get_signature()}"}
