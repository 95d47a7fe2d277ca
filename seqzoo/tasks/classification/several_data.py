"""Texts of several labels each, encoded, ready to train on."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from seqzoo.pipeline.encoded import Encoded
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import ABOUT
from seqzoo.system.files import read_json
from seqzoo.tasks.classification import several, several_bag
from seqzoo.tasks.classification.bag import Bag
from seqzoo.tasks.classification.data import FITTING, TextClasses
from seqzoo.tasks.classification.naive import BAG
from seqzoo.tasks.classification.predictor import MARK, THRESHOLDS
from seqzoo.tasks.classification.reader_bag import FILE

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

TIE = 1e-6  # weight of the loss, where epochs score the same


class SeveralLabels(TextClasses):
    """As `TextClasses`, of texts that may have several labels, or none.

    Args:
        folder, batch_size, seed: as there.

    Attributes:
        mark: between the labels of a text.
        thresholds: from which probability on each label is given, float64 (classes,); None until `settle`.
    """

    thresholds: np.ndarray | None = None

    def __init__(self, folder: Path, batch_size: int | None, seed: int):
        super().__init__(folder, batch_size, seed)
        self.mark: str = read_json(folder / ABOUT)[MARK]

    def averaged_by(self, config: Any) -> bool:
        """Never, unless the configuration says so, which is refused: an average is for one label a text."""
        return bool(config.average_with_bag)

    def load_bag(self, path: Path) -> Bag:
        """The bags of n-grams in a file."""
        return Bag.load(path, several_bag.table_classes(len(self.labels)))

    @staticmethod
    def fit_bag(folder: Path, classes: int) -> None:
        """Fit a bag of n-grams for each label on encoded parts, and write them beside these."""
        print(FITTING, flush=True)
        train, validation = Encoded(folder / "train"), Encoded(folder / "validation")
        bag = several_bag.fit(train, validation, classes)
        bag.save(folder / FILE)
        gold, chosen = (
            several.gold_of(validation, classes),
            several_bag.given(bag, validation, classes),
        )
        score = several.per_row(gold, chosen).whole()
        print(f"{BAG}: validation micro F1 {score:.4f}", flush=True)

    def gold(self, part: str) -> np.ndarray:
        """Which labels each text of a part has, bool (texts, classes)."""
        return several.gold_of(self.encoded[part], len(self.labels))

    def settle(self, model: "keras.Model") -> None:
        """Choose the thresholds on the validation part; see `several.thresholds`."""
        probabilities = self.inference(model).of_encoded(self.encoded["validation"])
        self.thresholds = several.thresholds(probabilities, self.gold("validation"))
        print(several.in_words(self.thresholds, self.labels), flush=True)

    def figures(self, probabilities: np.ndarray, part: str) -> dict[str, Any]:
        """Scores on a part; until thresholds are settled, by those that are best on that part.

        These are best for many epochs where texts are few: of equal F1 the lower loss then scores higher.

        Args:
            probabilities: of its texts, (texts, classes).
            part: `validation` or `test`.
        """
        gold, bounds = self.gold(part), self.thresholds
        if bounds is not None:
            return several.figures(gold, probabilities, bounds, self.labels)
        bounds = several.thresholds(probabilities, gold)
        found = several.figures(gold, probabilities, bounds, self.labels)
        return found | {"score": found["score"] - TIE * found["loss"]}

    def text_settings(self) -> dict:
        """How inputs become ids, and when a label is given, for `config.json`."""
        assert self.thresholds is not None  # `settle` comes first
        own = {MARK: self.mark, THRESHOLDS: self.thresholds.tolist()}
        return super().text_settings() | own

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """Batches of `tokens`, int32 (batch, time), and of labels, 1 or 0, float32 (batch, classes)."""
        import tensorflow as tf

        classes = len(self.labels)

        def hot(tokens: tf.Tensor, places: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            # (batch, labels) -> (batch, labels, classes) -> (batch, classes); place 0 is padding
            return tokens, tf.reduce_sum(tf.one_hot(places - 1, classes), axis=1)

        return super().batches(planned).map(hot)

    def naive_answers(self, part: str) -> list[Naive]:
        """What the majority labels of the training part score."""
        chosen = several.majority(self.gold("train"))
        gold, whose = self.gold(part), "the training part"
        found = [several.naive_answer(gold, chosen, self.labels, whose)]
        if self.bag is not None:
            encoded = self.encoded[part]
            found.append(several_bag.answer(self.bag, encoded, gold, self.labels))
        if self.no_bag is not None:
            found.append(Naive("bag", BAG, self.no_bag, {}))
        return found
