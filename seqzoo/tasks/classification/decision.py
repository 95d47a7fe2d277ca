"""From which probability on the rarer of two classes is the answer, where that is not a half."""

from typing import Any, NamedTuple

import numpy as np

from seqzoo.tasks.classification import several

LEAST = 1e-6  # a threshold's distance from 0 and 1


class Decision(NamedTuple):
    """The threshold of a class.

    Attributes:
        label: the class' number.
        least: the probability from which on it is the answer.
    """

    label: int
    least: float

    @classmethod
    def fit(
        cls, probabilities: np.ndarray, labels: np.ndarray, train: np.ndarray
    ) -> "Decision":
        """The threshold at which the F1 of the rarer class is best.

        Args:
            probabilities: of the validation part, (texts, 2).
            labels: its classes, int (texts,).
            train: those of the training part, which say which class is rarer; of two alike the second is.
        """
        counts = np.bincount(train, minlength=2)
        rarer = int(counts[1] <= counts[0])
        scores, gold = probabilities[:, [rarer]], (labels == rarer)[:, None]
        (least,) = several.thresholds(scores, gold).tolist()
        return cls(rarer, min(max(least, LEAST), 1 - LEAST))

    @classmethod
    def read(cls, value: Any, labels: list[str]) -> "Decision":
        """What `to_json` gave.

        Raises:
            ValueError: if it is none of two such classes.
        """
        sound = (
            isinstance(value, dict) and len(labels) == 2 and value.get("label") in labels
        )
        least = value.get("least") if sound else None
        if type(least) is not float or not 0 < least < 1:
            raise ValueError('expected a "label" and the "least" probability of it')
        return cls(labels.index(value["label"]), least)

    def to_json(self, labels: list[str]) -> dict[str, Any]:
        """As the settings of texts have it."""
        return {"label": labels[self.label], "least": self.least}

    def about(self, labels: list[str]) -> str:
        """How the answer is chosen, in words."""
        return (
            f"{labels[self.label]} from the probability {self.least:.3g} on, where its F1 is best on the "
            "validation part"
        )


def chosen(probabilities: np.ndarray, decision: Decision | None) -> np.ndarray:
    """The classes that texts are given, int64 (texts,), of probabilities (texts, classes)."""
    if decision is None:
        return probabilities.argmax(axis=-1)
    label = decision.label
    shares = probabilities[:, label].astype(np.float64)
    return np.where(shares >= decision.least, label, 1 - label)
