"""Scores as pure functions of labels or strings; nothing here knows a model or a tensor.

`forecasts` has those of numbers ahead.
"""

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


def class_scores(matrix: np.ndarray, labels: Sequence[str]) -> dict[str, dict[str, float]]:
    """What each class scores against the rest.

    Args:
        matrix: a confusion matrix, int (classes, classes); row: gold class.
        labels: the classes' names.

    Returns:
        Label -> `precision`, `recall`, `f1`, and `support`, the number of examples of that gold class.
    """
    correct = np.diag(matrix).tolist()
    predicted, gold = matrix.sum(0).tolist(), matrix.sum(1).tolist()
    counts = zip(labels, correct, predicted, gold, strict=True)
    return {
        label: {**precision_recall_f1(right, given, true), "support": true}
        for label, right, given, true in counts
    }


def named_confusion(
    matrix: Sequence[Sequence[int]], labels: Sequence[str]
) -> dict[str, dict[str, int]]:
    """A confusion matrix with its labels: `gold LABEL` -> `predicted LABEL` -> how many."""
    columns = [f"predicted {label}" for label in labels]
    return {
        f"gold {label}": dict(zip(columns, row, strict=True))
        for label, row in zip(labels, matrix, strict=True)
    }


def roc_auc(scores: np.ndarray, positive: np.ndarray) -> float | None:
    """The area under the ROC curve: how often a positive example scores above a negative one.

    Equal scores count half, as in the Mann-Whitney statistic (Hanley & McNeil 1982).

    Args:
        scores: float (examples,); higher is more positive.
        positive: bool (examples,).

    Returns:
        A number from 0 to 1; None where all examples are of one class.
    """
    positive = np.asarray(positive, bool)
    ours = int(positive.sum())
    theirs = len(positive) - ours
    if not ours or not theirs:
        return None
    _, places, times = np.unique(scores, return_inverse=True, return_counts=True)
    # The mean rank, from 1, of each score's examples.
    ranks = np.cumsum(times) - (times - 1) / 2
    total = float(ranks[places[positive]].sum())
    return (total - ours * (ours + 1) / 2) / (ours * theirs)


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
        self.rows: list[tuple[int, int, int]] = []  # correct, predicted, gold of a sentence

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
        before = self.correct
        for word, place in zip(gold, _places(gold), strict=True):
            known = self.vocabulary is None or word in self.vocabulary
            self.unknown += not known
            self.correct += place in found
            self.unknown_correct += not known and place in found
        self.gold, self.predicted = self.gold + len(gold), self.predicted + len(predicted)
        self.rows.append((self.correct - before, len(predicted), len(gold)))

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
        self.rows: list[tuple[int, int, int]] = []  # the same of each sentence

    def add(self, gold: Sequence[tuple], predicted: Sequence[tuple]) -> None:
        """Count one sentence's spans (start, end, label)."""
        correct = set(gold) & set(predicted)
        self.rows.append((len(correct), len(predicted), len(gold)))
        for column, spans in enumerate((correct, predicted, gold)):
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


ORDER = 4  # of BLEU's n-grams


def bleu_counts(
    translations: Sequence[str], references: Sequence[str], tokenize: str
) -> np.ndarray:
    """What the corpus' BLEU is made of, a row a translation: float64 (texts, 2 + 2 * ORDER).

    These are the lengths of translation and reference, then by order of n-gram how many match, and how many
    there are.

    Args:
        translations, references, tokenize: see `translation_scores`.
    """
    import sacrebleu

    bleu = sacrebleu.BLEU(tokenize=tokenize, effective_order=True)
    rows = np.zeros((len(translations), 2 + 2 * ORDER))
    for row, text, reference in zip(rows, translations, references, strict=True):
        found = bleu.sentence_score(text, [reference])
        row[:] = [found.sys_len, found.ref_len, *found.counts, *found.totals]
    return rows


def bleu_of(sums: np.ndarray) -> np.ndarray:
    """BLEU as sacrebleu computes it by default, 0 to 100.

    An order without a match counts half, then a quarter, of one match (Chen & Cherry 2014, smoothing 3).

    Args:
        sums: of the columns of `bleu_counts`, (..., 2 + 2 * ORDER).

    Returns:
        float64 (...).
    """
    length, reference = sums[..., 0], sums[..., 1]
    matches, totals = sums[..., 2 : 2 + ORDER], sums[..., 2 + ORDER :]
    missing = matches == 0
    smoothed = np.where(missing, 0.5 ** np.cumsum(missing, axis=-1), matches)
    logs = np.log(smoothed / np.maximum(totals, 1)).mean(axis=-1)
    short = np.minimum(1 - reference / np.maximum(length, 1), 0)
    scored = (totals > 0).all(axis=-1) & (matches > 0).any(axis=-1)
    return np.where(scored, 100 * np.exp(logs + short), 0.0)
