"""Labelled texts, encoded, ready to train on."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from seqzoo.datasets import Example, Splits
from seqzoo.errors import InputError, unknown_name
from seqzoo.pipeline.encoded import Encoded, Row
from seqzoo.pipeline.naive import Naive
from seqzoo.pipeline.prepared import ABOUT, ready
from seqzoo.system.files import read_json, read_lines, write_lines
from seqzoo.tasks import text_data
from seqzoo.tasks.classification import (
    average,
    beside,
    defaults,
    naive,
    pieces,
    several,
    teacher,
)
from seqzoo.tasks.classification.bag import Bag, words_of
from seqzoo.tasks.classification.decision import Decision
from seqzoo.tasks.classification.inference import Inference
from seqzoo.tasks.classification.predictor import AVERAGE, DECISION, MARK
from seqzoo.tasks.classification.reader_bag import FILE
from seqzoo.tasks.classification.survey import survey
from seqzoo.text.tokenizer import Tokenizer
from seqzoo.text.vocabulary import Vocabulary, counted

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

ANSWER = "label"
FITTING = "fitting a bag of n-grams to compare with (--baseline none: none)"
_OLDER = "not fitted: an earlier version of seqzoo prepared these data"


class TextClasses(text_data.TextRows):
    """Three encoded parts with vocabulary and labels.

    Args:
        folder: where `prepare` put them.
        batch_size, seed: of the training batches; without a size, the size of the corpus decides it.

    Attributes:
        class_weights: of the training loss, float32 (classes,); None: all count alike.
        pieces: of texts whose labels play no part, for training to read beside each batch; None: none.
        taught: texts with a teacher's answers beside each of a batch.
        decision: the threshold of two classes, once `settle` has chosen one that was asked for.
    """

    ANSWER = ANSWER
    class_weights: np.ndarray | None = None
    pieces: Encoded | None = None
    taught: int = 0
    decision: Decision | None = None
    _decides = False

    def __init__(self, folder: Path, batch_size: int | None, seed: int):
        super().__init__(folder, batch_size or 0, seed)
        about = read_json(folder / ABOUT)
        # Of the training part; an earlier version counted what it had kept of each text.
        tokens = about.get("tokens", int(self.encoded["train"].lengths.sum()))
        self._size = len(self.encoded["train"]), tokens
        self.batch_size = batch_size or defaults.by_size(*self._size)["batch_size"]
        self.labels = read_lines(folder / "labels.txt")
        # What keeps a bag from being there, if it was asked for.
        self.no_bag: str | None = about.get("no_bag", _OLDER)
        bag = folder / FILE
        self.bag: Bag | None = self.load_bag(bag) if bag.exists() else None
        self.averages = False

    def load_bag(self, path: Path) -> Bag:
        """The bag of n-grams in a file."""
        return Bag.load(path, len(self.labels))

    @staticmethod
    def fit_bag(folder: Path, classes: int) -> None:
        """Fit the bag of n-grams on encoded parts, and write it beside them."""
        print(FITTING, flush=True)
        train, validation = Encoded(folder / "train"), Encoded(folder / "validation")
        bag = naive.fit(train, validation, classes)
        bag.save(folder / FILE)
        right = np.mean(bag.answers(validation) == validation.numbers(ANSWER))
        print(f"{naive.BAG}: validation accuracy {right:.4f}", flush=True)

    def average_with_bag(self) -> None:
        """Answer with the average of the network and the bag, once `settle` has learned its weights.

        Raises:
            InputError: if there is no bag.
        """
        if self.bag is None:
            raise InputError(f"--average-with-bag: {naive.BAG}: {self.no_bag}")
        self.averages, self.answerer = True, "The average"

    def choose_threshold(self) -> None:
        """Choose a threshold of two classes, once `settle` is called.

        Raises:
            InputError: if there are more.
        """
        if len(self.labels) != 2:
            raise InputError(
                f"--threshold f1: expected two classes; the training part has {len(self.labels):,}"
            )
        self._decides = True

    @property
    def averaging(self) -> Bag | None:
        """The bag that the network is averaged with; None: the network answers alone."""
        return self.bag if self.averages and self.bag and self.bag.weights else None

    def gold(self, part: str) -> np.ndarray:
        """The classes of a part's texts, int32 (texts,)."""
        return self.encoded[part].numbers(ANSWER)

    def settle(self, model: "keras.Model") -> None:
        """Learn the weights of the average, then the threshold, if they were asked for.

        See `average.fit` and `decision.Decision`.
        """
        if not self.averages and not self._decides:
            return
        encoded = self.encoded["validation"]
        probabilities = self.inference(model).of_encoded(encoded)
        labels = self.gold("validation")
        if self.averages and self.bag is not None:
            margins = self.bag.of_encoded(encoded)
            weights = average.fit(probabilities, margins, labels)
            self.bag = self.bag._replace(weights=weights)
            print(f"the average: {average.about(weights)}", flush=True)
            probabilities = self.bag.averaged(probabilities, margins)
        if self._decides:
            self.decision = Decision.fit(probabilities, labels, self.gold("train"))
            print(f"the answer: {self.decision.about(self.labels)}", flush=True)

    def text_settings(self) -> dict:
        """How inputs become ids, and how answers are chosen, for `config.json`."""
        settings = super().text_settings()
        if self.averaging:
            settings = settings | {AVERAGE: True}
        if self.decision is not None:
            settings = settings | {DECISION: self.decision.to_json(self.labels)}
        return settings

    @classmethod
    def prepare(
        cls,
        folder: Path,
        splits: Splits,
        tokenizer: Tokenizer,
        *,
        max_length: int,
        minimum_count: int | None,
        vocabulary_size: int | None,
        batch_size: int | None,
        seed: int,
        baseline: str = "none",
        pieces_are: str | None = None,
        unlabelled: Path | None = None,
        taught_by: str | None = None,
        mark: str | None = None,
    ) -> Self:
        """Read the corpus once for vocabulary and labels, once to encode; or take what is there.

        Args:
            folder: of the prepared data.
            splits: the corpus.
            tokenizer: from a text to tokens.
            max_length: tokens of a text; longer ones keep their two ends.
            minimum_count: rarer tokens are unknown.
            vocabulary_size: ids at most.
            batch_size, seed: of the training batches. These three may be None: `defaults` decides.
            baseline: `bag`: fit a bag of n-grams, too; or `none`.
            pieces_are: what is done with pieces of the texts, in words, or no word; None: write none.
            unlabelled: a file of texts without labels, for vocabulary, pieces and teacher.
            taught_by: a classifier, by folder or name, whose answers to them are written; None: none.
            mark: between the labels of a text; None: it has one.

        Raises:
            InputError: on texts or labels that cannot be used, a split without examples, training data of a
                single class, or a teacher of other labels.
        """

        def write(partial: Path) -> dict[str, Any]:
            counts, labels, texts = survey(splits, tokenizer, mark)
            tokens = counts.total()
            more = unlabelled and pieces.Unlabelled(unlabelled, splits, tokenizer)
            chosen = defaults.by_size(texts, tokens)
            vocabulary = Vocabulary.of_counts(
                counts + counted(more) if more else counts,
                minimum_count=minimum_count or chosen["minimum_count"],
                maximum_size=vocabulary_size or chosen["vocabulary_size"],
            )
            write_lines(partial / "labels.txt", labels)
            answers = None if taught_by is None else teacher.opened(taught_by, labels)
            wanted = baseline == "bag"
            no_bag = naive.refusal(tokens, len(labels)) if wanted else None
            fitted = wanted and no_bag is None
            answer = answer_of(labels, mark)
            reading = tokenizer, vocabulary, max_length, answer
            about = cls.write(partial, splits, *reading, words_of if fitted else None)
            if fitted:
                cls.fit_bag(partial, len(labels))
            notes = []
            if pieces_are is not None:
                read = pieces.write(partial, splits, more or None, tokenizer, vocabulary)
                notes += [f"{pieces_are} on {read}"] if pieces_are else []
            if answers and more:
                given = more, answers, labels, vocabulary, max_length
                notes.append(f"taught {teacher.write(partial, *given)}")
            for note in notes:
                print(note, flush=True)
                about["description"] += f"; {note}"
            return about | {"no_bag": no_bag, "tokens": tokens, MARK: mark}

        return cls(ready(folder, write), batch_size, seed)

    def batches(self, planned: list[np.ndarray]) -> "tf.data.Dataset":
        """As those of all texts with answers; beside them weights of the texts, and pieces of others."""
        made = super().batches(planned)
        if self.class_weights is not None:
            made = beside.weighted(made, self.class_weights)
        if self.pieces is not None:
            made = beside.with_pieces(made, self.pieces, planned, self.seed)
        if self.taught:
            texts = Encoded(self.folder / teacher.FOLDER)
            made = teacher.beside(made, texts, planned, self.seed, self.taught)
        return made

    def by_size(self, config: Any) -> dict[str, Any]:
        """See `defaults.by_size`; what a token is; and whether answers are averaged with the bag's."""
        chosen = super().by_size(config) | defaults.by_size(*self._size, config.epochs)
        return chosen | {"average_with_bag": self.averaged_by(config)}

    def averaged_by(self, config: Any) -> bool:
        """Whether a configuration wants the average with the bag: unless it says, where there is a bag."""
        wanted = config.average_with_bag
        return self.bag is not None if wanted is None else wanted

    def infer(self, model: "keras.Model") -> Inference:
        """A model of this data, ready to answer."""
        from seqzoo.training.running import KerasNetwork

        return Inference(KerasNetwork(model))

    def naive_answers(self, part: str) -> list[Naive]:
        """What the most frequent training label and the bag of n-grams score; see `naive.answers`."""
        counts = np.bincount(self.encoded["train"].numbers(ANSWER))
        whose = int(counts.argmax()), "the training part"
        found = naive.answers(self.encoded[part], self.labels, *whose, self.bag)
        if self.no_bag is not None:
            found.append(Naive("bag", naive.BAG, self.no_bag, {}))
        return found

    def save(self, folder: Path, model: "keras.Model") -> None:
        """Write `vocabulary.txt` and `labels.txt`, and the bag of n-grams if there is one."""
        super().save(folder, model)
        write_lines(folder / "labels.txt", self.labels)
        if self.bag is not None:
            self.bag.save(folder / FILE)


def answer_of(labels: list[str], mark: str | None) -> Callable[[Example], Row]:
    """A function from an example to its column of answers; see `class_of` and `several.places_of`.

    Args:
        labels: names of the classes.
        mark: between the labels of a text; None: it has one.
    """
    return class_of(labels) if mark is None else several.places_of(labels, mark)


def class_of(labels: list[str]) -> Callable[[Example], dict[str, np.int32]]:
    """A function from an example to `{"label": class}`, int32 ().

    It raises an InputError on a label that is not in `labels`.
    """
    classes = {label: number for number, label in enumerate(labels)}

    def answer(example: Example) -> dict[str, np.int32]:
        if example.label not in classes:
            raise unknown_name(f"{example.source}: label", example.label, labels)
        return {ANSWER: np.int32(classes[example.label])}

    return answer
